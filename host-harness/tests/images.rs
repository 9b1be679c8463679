//! What the host does with images of configurations: when it asks for one, and when it does without.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::sync::Arc;
use std::time::Duration;

use host_harness::log::Line;
use host_harness::{Allocation, CallError, CallFailure, Grant, Limits, Runtime, Settings, Tenant};
use serde_json::{Value, json};
use stage::{Lines, Nowhere};
use versions::{BYTES, Contract, EMPTY, MANY_BYTES, TRUE};

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;
#[path = "support/versions.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod versions;

const FALSE: &str = "i32.const 0";
const TRAP: &str = "unreachable";
const LOOP: &str = "loop br 0 end unreachable";

/// A tenant of an engine whose `save` and `restore` do this, and what is called of it.
struct Toy {
    tenant: Tenant,
    log: Arc<Lines>,
}

impl Toy {
    async fn new(save: &str, restore: &str) -> Self {
        // Enough for all that a toy computes, and little for one that never ends.
        let limits = Limits { cpu: Duration::from_millis(100), ..stage::limits() };
        let does = [("configure", EMPTY), ("save", save), ("restore", restore), ("submit", EMPTY)];
        let engine = Contract::spoken().engine_that("kept-engine", &does);
        let log = Arc::<Lines>::default();
        let runtime = Runtime::new(limits, &Allocation::OnDemand, stage::services(Nowhere, &log)).unwrap();
        let engine = runtime.load(&engine).await.unwrap();
        let toy = Self { tenant: engine.tenant("acme", &Settings::new(), &Grant::default()), log };
        assert_eq!(toy.log.all().len(), 1, "the line of describe");
        toy
    }

    /// The lines of one submission: the functions that were called for it, and what the host had to say. And how it ended.
    async fn submit(&self) -> (Vec<String>, Result<(), CallError>) {
        let before = self.log.all().len();
        let done = self.tenant.submit(&stage::request()).await.map(|submitted| drop(submitted.unwrap()));
        (self.lines(before), done)
    }

    fn lines(&self, before: usize) -> Vec<String> {
        // The engine's own without saying so.
        let text = |line: Line| line.to_string().trim_start_matches("engine: ").to_owned();
        self.log.all().into_iter().skip(before).map(text).collect()
    }
}

#[tokio::test]
async fn an_image_is_asked_for_once_and_takes_the_place_of_configure() {
    let toy = Toy::new(BYTES, TRUE).await;
    assert_eq!(toy.submit().await, (lines(&["configure", "save", "submit"]), Ok(())));
    for _ in 0..2 {
        assert_eq!(toy.submit().await, (lines(&["restore", "submit"]), Ok(())));
    }
    let clone = Toy { tenant: toy.tenant.clone(), log: toy.log.clone() };
    assert_eq!(clone.submit().await.0, ["restore", "submit"]);
    let without = Toy { tenant: toy.tenant.without_image(), log: toy.log.clone() };
    assert_eq!(without.submit().await.0, ["configure", "submit"]);
}

#[tokio::test]
async fn checking_the_settings_leaves_an_image() {
    let toy = Toy::new(BYTES, TRUE).await;
    toy.tenant.configure().await.unwrap().unwrap();
    assert_eq!(toy.lines(1), ["configure", "save"]);
    assert_eq!(toy.submit().await.0, ["restore", "submit"]);
}

/// Whoever enters other settings has another tenant, which knows nothing of the former one's.
#[tokio::test]
async fn another_tenant_of_the_same_name_has_no_image_yet() {
    let toy = Toy::new(BYTES, TRUE).await;
    toy.submit().await.1.unwrap();
    let again = toy.tenant.engine().tenant("acme", &Settings::new(), &Grant::default());
    let again = Toy { tenant: again, log: toy.log.clone() };
    assert_eq!(again.submit().await.0, ["configure", "save", "submit"]);
}

#[tokio::test]
async fn without_an_image_the_settings_are_checked_each_time() {
    for (save, told) in
        [(EMPTY, None), (MANY_BYTES, Some("host: image-too-long bytes=\"65537\" limit=\"65536\""))]
    {
        let toy = Toy::new(save, TRUE).await;
        let first = ["configure", "save"].into_iter().chain(told).chain(["submit"]).collect::<Vec<_>>();
        assert_eq!(toy.submit().await, (lines(&first), Ok(())));
        assert_eq!(toy.submit().await, (lines(&["configure", "submit"]), Ok(())));
    }
}

#[tokio::test]
async fn an_image_that_the_engine_refuses_is_tried_once() {
    let toy = Toy::new(BYTES, FALSE).await;
    toy.submit().await.1.unwrap();
    assert_eq!(
        toy.submit().await,
        (lines(&["restore", "host: image-given-up", "configure", "submit"]), Ok(()))
    );
    assert_eq!(toy.submit().await, (lines(&["configure", "submit"]), Ok(())));
}

#[tokio::test]
async fn whoever_traps_in_restore_ends_one_call() {
    let toy = Toy::new(BYTES, TRAP).await;
    toy.submit().await.1.unwrap();
    let (lines, done) = toy.submit().await;
    assert_eq!(lines, ["restore"]);
    assert!(matches!(done.unwrap_err().error, CallFailure::Trapped { .. }));
    assert_eq!(toy.submit().await.0, ["host: image-given-up", "configure", "submit"]);
    assert_eq!(toy.submit().await.0, ["configure", "submit"]);
}

#[tokio::test]
async fn whoever_traps_in_save_ends_one_call() {
    let toy = Toy::new(TRAP, TRUE).await;
    let (lines, done) = toy.submit().await;
    assert_eq!(lines, ["configure", "save"]);
    assert!(matches!(done.unwrap_err().error, CallFailure::Trapped { .. }));
    assert_eq!(toy.submit().await.0, ["host: image-given-up", "configure", "submit"]);
}

/// The administrator is told that the settings are sound: nothing else is done with that instance.
#[tokio::test]
async fn whoever_traps_in_save_keeps_no_verdict_back() {
    let toy = Toy::new(TRAP, TRUE).await;
    toy.tenant.configure().await.unwrap().unwrap();
    let lines = toy.lines(1);
    assert_eq!(lines.get(..2).unwrap(), ["configure", "save"]);
    assert!(lines.get(2).unwrap().starts_with("host: image-not-saved reason="), "{lines:?}");
    assert_eq!(toy.submit().await.0, ["host: image-given-up", "configure", "submit"]);
}

#[tokio::test]
async fn whoever_never_ends_in_restore_ends_one_call() {
    let toy = Toy::new(BYTES, LOOP).await;
    toy.tenant.configure().await.unwrap().unwrap();
    assert_eq!(toy.submit().await.1.unwrap_err().error, CallFailure::Limit { setting: "limits.cpu" });
    assert_eq!(toy.submit().await, (lines(&["host: image-given-up", "configure", "submit"]), Ok(())));
}

/// Of a call that is given up by its caller, or out of time, the host hears nothing more.
#[tokio::test]
async fn a_call_that_is_cut_off_in_restore_was_one_call() {
    let toy = Toy::new(BYTES, LOOP).await;
    toy.tenant.configure().await.unwrap().unwrap();
    let under_way = async {
        while toy.lines(3).is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        ended = toy.submit() => assert_eq!(ended, (Vec::new(), Ok(())), "it never ends"),
        () = under_way => {}
    }
    assert_eq!(toy.lines(3), ["restore"]);
    assert_eq!(toy.submit().await, (lines(&["host: image-given-up", "configure", "submit"]), Ok(())));
}

/// A recording holds the settings, and says what came of them.
#[tokio::test]
async fn what_is_recorded_is_configured_by_settings() {
    let toy = Toy::new(BYTES, TRUE).await;
    toy.submit().await.1.unwrap();
    let before = toy.log.all().len();
    let account = json!({ "id": "u-1", "display-name": "张三", "attributes": [] });
    let request = json!({ "idempotency-key": "REQ-1", "applicant": account, "route": "template-flow" });
    let (result, _recording) = toy.tenant.record_json("submit", &request).await.unwrap();
    result.unwrap();
    assert_eq!(toy.lines(before), ["configure", "submit"]);
}

#[tokio::test]
async fn nobody_has_an_image_by_name() {
    let tenant = Toy::new(BYTES, TRUE).await.tenant;
    for function in ["save", "restore"] {
        let error = tenant.call_json(function, &Value::Null).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the engine has no function {function}: it has describe, configure, handle-callback, resolve-user, \
                 submit, fetch, find-submission, list-submitted, check, provision"
            )
        );
    }
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}
