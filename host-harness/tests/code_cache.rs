//! Compiled code on disk: used when it is sound and ours, compiled again when it is not, and never a reason to fail.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host_harness::code_cache::private::NotPrivate;
use host_harness::log::Level;
use host_harness::{Allocation, CacheError, CodeCache, Digest, Runtime};
use stage::{Lines, Nowhere};
use tempfile::TempDir;
use versions::Contract;

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;
#[path = "support/versions.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod versions;

/// A directory for a cache, and an engine to keep there.
struct Scene {
    directory: TempDir,
    component: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), component: Contract::v0_1_0().engine("engine") }
    }

    fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    /// Loads a component in a new process, so to speak, and tells what the log says of the cache.
    async fn load(&self, component: &[u8]) -> Vec<(Level, String, String)> {
        let cache = CodeCache::open(&self.cache()).unwrap();
        self.load_through(cache, component).await
    }

    async fn load_through(&self, cache: CodeCache, component: &[u8]) -> Vec<(Level, String, String)> {
        let log = Arc::<Lines>::default();
        let services = stage::services(Nowhere, &log);
        let runtime =
            Runtime::with_code_cache(stage::limits(), &Allocation::OnDemand, services, cache).unwrap();
        let engine = runtime.load(component).await.unwrap();
        assert_eq!((engine.description().id.as_str(), engine.digest()), ("toy", Digest::of(component)));
        let told = log.all().into_iter().filter(|line| line.event.starts_with("code-cache"));
        let reason = |fields: Vec<(String, String)>| {
            assert!(fields.contains(&("sha256".into(), Digest::of(component).to_string())));
            fields.into_iter().find(|(key, _)| key == "reason").map_or(String::new(), |(_, reason)| reason)
        };
        told.map(|line| (line.level, line.event, reason(line.fields))).collect()
    }

    fn entries(&self) -> Vec<PathBuf> {
        fs::read_dir(self.cache()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn entry(&self) -> PathBuf {
        let entries = self.entries();
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries.into_iter().next().unwrap()
    }
}

fn hit() -> Vec<(Level, String, String)> {
    vec![(Level::Debug, "code-cache-hit".into(), String::new())]
}

fn miss() -> Vec<(Level, String, String)> {
    vec![(Level::Debug, "code-cache-miss".into(), String::new())]
}

fn refused(reason: &str) -> Vec<(Level, String, String)> {
    vec![(Level::Warn, "code-cache-entry-refused".into(), reason.into())]
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The same engine as another component: a custom section more.
fn rebuilt(component: &[u8]) -> Vec<u8> {
    [component, b"\0\x02\x01x"].concat()
}

#[tokio::test]
async fn an_engine_is_compiled_once_and_its_code_is_for_this_user_alone() {
    let scene = Scene::new();
    assert_eq!(scene.load(&scene.component).await, miss());
    assert_eq!((mode(&scene.cache()), mode(&scene.entry())), (0o700, 0o600));
    assert_eq!(scene.load(&scene.component).await, hit());
    assert_eq!(scene.load(&rebuilt(&scene.component)).await, miss());
    assert_eq!(scene.entries().len(), 2);
}

#[tokio::test]
async fn a_damaged_entry_is_compiled_again_and_replaced() {
    let scene = Scene::new();
    scene.load(&scene.component).await;
    let sound = fs::read(scene.entry()).unwrap();
    let middle = sound.len() / 2;
    let flipped = |at: usize| {
        let mut bytes = sound.clone();
        *bytes.get_mut(at).unwrap() ^= 1;
        bytes
    };
    for (damaged, reason) in [
        (flipped(middle), "it is damaged"),
        (flipped(sound.len() - 1), "it is damaged"),
        (sound.get(..middle).unwrap().to_vec(), "it is damaged"),
        (sound.get(..30).unwrap().to_vec(), "it is damaged"),
        ([&*sound, b"more"].concat(), "it is damaged"),
        (flipped(0), "it is no entry of this cache's"),
        (Vec::new(), "it is no entry of this cache's"),
        (flipped(40), "it is the code of another engine, or for another configuration"),
    ] {
        fs::write(scene.entry(), damaged).unwrap();
        assert_eq!(scene.load(&scene.component).await, refused(reason));
        assert_eq!(scene.load(&scene.component).await, hit());
    }
}

#[tokio::test]
async fn an_entry_under_the_name_of_another_is_not_run() {
    let scene = Scene::new();
    let rebuilt = rebuilt(&scene.component);
    scene.load(&scene.component).await;
    let first = scene.entry();
    scene.load(&rebuilt).await;
    let second = scene.entries().into_iter().find(|entry| *entry != first).unwrap();
    fs::copy(&first, &second).unwrap();

    let told = scene.load(&rebuilt).await;

    assert_eq!(told, refused("it is the code of another engine, or for another configuration"));
    assert_eq!(scene.load(&rebuilt).await, hit());
}

#[tokio::test]
async fn an_entry_that_others_can_write_is_not_run() {
    let scene = Scene::new();
    scene.load(&scene.component).await;
    set_mode(&scene.entry(), 0o620);
    let reason = "others can write the entry (mode 620): chmod go-w, or name another directory";
    assert_eq!(scene.load(&scene.component).await, refused(reason));
    assert_eq!(mode(&scene.entry()), 0o600);
    assert_eq!(scene.load(&scene.component).await, hit());
}

#[tokio::test]
async fn an_entry_that_is_no_file_is_told_and_stops_nothing() {
    let scene = Scene::new();
    scene.load(&scene.component).await;
    let entry = scene.entry();
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    let told = scene.load(&scene.component).await;
    let [(Level::Warn, first, reason), (Level::Warn, second, _)] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!((first.as_str(), reason.as_str()), ("code-cache-entry-refused", "it is no regular file"));
    assert_eq!(second, "code-cache-not-written");
}

#[test]
fn a_directory_that_others_can_write_is_no_cache() {
    let scene = Scene::new();
    fs::create_dir(scene.cache()).unwrap();
    set_mode(&scene.cache(), 0o770);
    let path = fs::canonicalize(scene.cache()).unwrap().display().to_string();
    let error = CodeCache::open(&scene.cache()).unwrap_err();
    let cause = NotPrivate::Writable { path, mode: 0o770 };
    assert_eq!(error, CacheError::Exposed { directory: scene.cache(), cause });
}

/// Whoever can rename the parent can put another directory in the cache's place.
#[test]
fn a_directory_below_one_that_others_can_write_is_no_cache() {
    let scene = Scene::new();
    set_mode(scene.directory.path(), 0o777);
    let path = fs::canonicalize(scene.directory.path()).unwrap().display().to_string();
    let error = CodeCache::open(&scene.cache()).unwrap_err();
    let cause = NotPrivate::Writable { path, mode: 0o777 };
    assert_eq!(error, CacheError::Exposed { directory: scene.cache(), cause });
    set_mode(scene.directory.path(), 0o1777);
    CodeCache::open(&scene.cache()).unwrap();
}

/// A link does not hide what it leads to.
#[test]
fn a_link_to_a_directory_that_others_can_write_is_no_cache() {
    let scene = Scene::new();
    let exposed = scene.directory.path().join("exposed");
    fs::create_dir(&exposed).unwrap();
    set_mode(&exposed, 0o777);
    std::os::unix::fs::symlink(&exposed, scene.cache()).unwrap();
    let error = CodeCache::open(&scene.cache()).unwrap_err();
    assert!(matches!(error, CacheError::Exposed { .. }), "{error}");
}

#[tokio::test]
async fn a_directory_that_was_opened_to_others_since_the_start_is_used_no_more() {
    let scene = Scene::new();
    scene.load(&scene.component).await;
    let cache = CodeCache::open(&scene.cache()).unwrap();
    set_mode(&scene.cache(), 0o777);
    let told = scene.load_through(cache, &scene.component).await;
    let [(Level::Warn, event, reason)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(event, "code-cache-entry-refused");
    assert!(reason.contains("(mode 777): chmod go-w"), "{reason}");
}

#[test]
fn a_file_is_no_cache() {
    let scene = Scene::new();
    fs::write(scene.cache(), "").unwrap();
    let error = CodeCache::open(&scene.cache()).unwrap_err();
    assert!(matches!(error, CacheError::Unusable { .. }), "{error}");
}
