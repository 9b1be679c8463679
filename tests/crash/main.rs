//! A host that is killed, by the operating system, before each thing it does.
//!
//! The host is a process of its own (`host.rs`) on a SQLite file; WeCom is a fake that this
//! process serves on loopback. Everything that the host does to its store, to WeCom and to the product is a step, and
//! each request has two more on WeCom's side: it has arrived, and it has taken effect without an answer. The host waits
//! at every step. It is killed at the first, and in the next story at the second, until one ends by itself: a step that
//! is new is covered without a change here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use tempfile::TempDir;

use crate::story::{Ended, Story};

mod child;
mod provider;
mod story;

/// Beyond the time in which a submission may be on its way, the provider's list may lag, and a clock that was never compared
/// with the provider's may be off.
const LATER: u64 = 4_500;

/// Between storing, sending, arriving, taking effect, being answered, bound, told, confirmed, decided and delivered.
const MOMENTS: [&str; 14] = [
    "insert",
    "send /cgi-bin/oa/applyevent",
    "arrived oa/applyevent",
    "took effect oa/applyevent",
    "compare-and-set Pending None",
    "callbacks",
    "receive",
    "answer 200",
    "settleable",
    "took effect oa/getapprovaldetail",
    "compare-and-set Approved Some(Approved)",
    "settle",
    "decide REQ-1 Approved",
    "acknowledge Approved",
];

#[tokio::test]
async fn killed_before_any_step_there_is_one_form_one_binding_and_one_decision() {
    let code = TempDir::new().unwrap();
    let mut killed_at = Vec::new();
    loop {
        let mut story = Story::begin(code.path()).await;
        let ended = story.run_host(|number, _| number == killed_at.len()).await;
        if let Ended::Killed(step) = &ended {
            story.world.clock.advance(LATER);
            assert_eq!(story.run_host(never).await, Ended::ByItself, "after a kill at {step:?}");
        }
        story.check(&ended).await;
        match ended {
            Ended::Killed(step) => killed_at.push(step),
            Ended::ByItself => break,
        }
    }
    for moment in MOMENTS {
        assert!(killed_at.iter().any(|step| step == moment), "never killed at {moment:?}: {killed_at:#?}");
    }
}

/// The worst moment, and then the recovery is killed as well, before each thing that it changes.
#[tokio::test]
async fn killed_again_while_it_recovers_there_is_still_one_of_each() {
    let worst = "took effect oa/applyevent";
    let changes =
        |step: &str| ["compare-and-set", "receive", "settle", "acknowledge"].contains(&first_word(step));
    let code = TempDir::new().unwrap();
    for spared in 0.. {
        let mut story = Story::begin(code.path()).await;
        assert_eq!(story.run_host(|_, step| step == worst).await, Ended::killed(worst));
        story.world.clock.advance(LATER);
        let mut changed = 0;
        let ended = story
            .run_host(|_, step| {
                changed += usize::from(changes(step));
                changed > spared
            })
            .await;
        if let Ended::Killed(step) = &ended {
            story.world.clock.advance(LATER);
            assert_eq!(story.run_host(never).await, Ended::ByItself, "after a kill at {step:?}");
        }
        story.check(&ended).await;
        if ended == Ended::ByItself {
            break;
        }
    }
}

fn never(_: usize, _: &str) -> bool {
    false
}

fn first_word(step: &str) -> &str {
    step.split(' ').next().unwrap_or(step)
}
