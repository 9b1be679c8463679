//! Which engines may run, which are loaded, and which one new calls go to.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use host_harness::registry::{Swap, Version};
use host_harness::{Allocation, Digest, LoadError, Registry, RegistryError, Runtime};
use versions::Contract;

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;
#[path = "support/versions.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod versions;

/// Two builds of one engine.
fn builds() -> [(Vec<u8>, Digest); 2] {
    let first = Contract::v0_1_0().engine("engine");
    // A custom section more.
    let second = [&*first, b"\0\x02\x01x"].concat();
    [first, second].map(|component| {
        let digest = Digest::of(&component);
        (component, digest)
    })
}

fn registry(pinned: impl IntoIterator<Item = Digest>) -> Registry {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    Registry::new(runtime, pinned)
}

/// Both builds, loaded, the first one active.
async fn two() -> (Registry, Digest, Digest) {
    let [(first, a), (second, b)] = builds();
    let registry = registry([a, b]);
    registry.load(&first).await.unwrap();
    registry.load(&second).await.unwrap();
    registry.activate(a).unwrap();
    (registry, a, b)
}

#[tokio::test]
async fn a_component_that_is_not_pinned_is_refused_and_the_setting_is_named() {
    let [(first, a), (second, b)] = builds();
    let registry = registry([a]);
    let error = registry.load(&second).await.unwrap_err();
    assert_eq!(error, RegistryError::NotPinned { digest: b });
    assert_eq!(
        error.to_string(),
        format!(
            "the component with SHA-256 {b} is not pinned: see where it comes from, and then add it to `engines.pinned`"
        )
    );
    // Not even looked at: garbage is refused for the same reason.
    let garbage = registry.load(b"garbage").await.unwrap_err();
    assert_eq!(garbage, RegistryError::NotPinned { digest: Digest::of(b"garbage") });

    registry.load(&first).await.unwrap();
    registry.pin(b);
    registry.load(&second).await.unwrap();
}

#[tokio::test]
async fn a_pinned_component_still_has_to_be_an_engine() {
    let registry = registry([Digest::of(b"garbage")]);
    let error = registry.load(b"garbage").await.unwrap_err();
    assert!(matches!(error, RegistryError::Load(LoadError::NoComponent { .. })), "{error}");
    assert_eq!(registry.versions(), []);
}

#[tokio::test]
async fn nothing_is_active_until_it_is_activated() {
    let [(first, a), _] = builds();
    let registry = registry([a]);
    registry.load(&first).await.unwrap();
    let error = registry.active("toy").unwrap_err();
    assert_eq!(error, RegistryError::NoneActive { id: "toy".into() });
    assert_eq!(registry.version(a).unwrap().digest(), a);
    let unknown = Digest::of(b"unknown");
    assert_eq!(registry.activate(unknown).unwrap_err(), RegistryError::NotLoaded { digest: unknown });
}

#[tokio::test]
async fn rolling_back_is_swapping_to_the_former_version() {
    let (registry, a, b) = two().await;
    let swap = registry.activate(b).unwrap();
    assert_eq!(swap, Swap { id: "toy".into(), active: b, former: Some(a) });
    assert_eq!(registry.active("toy").unwrap().digest(), b);

    let back = registry.activate(swap.former.unwrap()).unwrap();

    assert_eq!(back, Swap { id: "toy".into(), active: a, former: Some(b) });
    assert_eq!(registry.active("toy").unwrap().digest(), a);
}

#[tokio::test]
async fn versions_stay_loaded_side_by_side_until_they_are_unloaded() {
    let (registry, a, b) = two().await;
    registry.activate(b).unwrap();
    let begun = registry.version(a).unwrap();
    let version =
        |digest, active, held| Version { id: "toy".into(), version: "0.0.1".into(), digest, active, held };
    let mut expected = vec![version(a, false, 1), version(b, true, 0)];
    expected.sort_by_key(|version| version.digest);
    assert_eq!(registry.versions(), expected);
    let active = registry.unload(b).unwrap_err();
    assert_eq!(active, RegistryError::Active { id: "toy".into(), digest: b });

    registry.unload(a).unwrap();

    assert_eq!(registry.versions(), [version(b, true, 0)]);
    assert_eq!(registry.version(a).unwrap_err(), RegistryError::NotLoaded { digest: a });
    assert_eq!(registry.unload(a).unwrap_err(), RegistryError::NotLoaded { digest: a });
    assert_eq!(registry.activate(a).unwrap_err(), RegistryError::NotLoaded { digest: a });
    // Whoever holds it can still use it.
    let tenant = stage::tenant(&begun);
    tenant.configure().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_version_that_is_loaded_twice_is_there_once() {
    let [(first, a), _] = builds();
    let registry = registry([a]);
    let (one, two) = tokio::join!(registry.load(&first), registry.load(&first));
    assert_eq!((one.unwrap().digest(), two.unwrap().digest()), (a, a));
    registry.load(&first).await.unwrap();
    let versions = registry.versions();
    assert_eq!((versions.len(), versions.first().map(|version| version.held)), (1, Some(0)));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let error = registry([]).load_file("/nowhere/engine.wasm".as_ref()).await.unwrap_err();
    let RegistryError::Load(LoadError::Unreadable { path, .. }) = error else { panic!("{error}") };
    assert_eq!(path, "/nowhere/engine.wasm");
}
