//! Who goes next: an executor whose order the history draws.
//!
//! A job stops at every [`turn`]: before each step of its store, before a request leaves and before its answer arrives.
//! Nothing else stops it, so a history runs the same each time.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::{unconstrained, yield_now};

/// As many turns as a job needs.
pub(crate) const TO_THE_END: u8 = u8::MAX;

/// Lets everybody else go first.
pub(crate) fn turn() -> impl Future<Output = ()> + Send {
    let mut others_went = false;
    poll_fn(move |_| if std::mem::replace(&mut others_went, true) { Poll::Ready(()) } else { Poll::Pending })
}

type Job = Pin<Box<dyn Future<Output = ()>>>;

/// What is under way, and at which node.
#[derive(Default)]
pub(crate) struct Jobs(Vec<(u8, Job)>);

impl Jobs {
    /// Puts a job last. It has not begun to run.
    pub(crate) fn begin(&mut self, node: u8, job: impl Future<Output = ()> + 'static) {
        self.0.push((node, Box::pin(unconstrained(job))));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Lets one job go on for some turns.
    pub(crate) async fn go_on(&mut self, job: usize, turns: u8) {
        let Some((_, running)) = self.0.get_mut(job) else { return };
        for _ in 0..turns {
            if one_turn(running).await {
                drop(self.0.remove(job));
                return;
            }
        }
    }

    /// A turn for everybody.
    pub(crate) async fn round(&mut self) {
        let mut next = 0;
        while let Some((_, running)) = self.0.get_mut(next) {
            if one_turn(running).await {
                drop(self.0.remove(next));
            } else {
                next += 1;
            }
        }
    }

    /// A node dies: whatever it was doing ends where it is.
    pub(crate) fn crash(&mut self, node: u8) {
        self.0.retain(|(at, _)| *at != node);
    }
}

/// Runs a job to its next turn; `true` when it is done. What wakes itself, as an engine does that has computed for a
/// while, is no turn: on a busy machine that happens anywhere.
async fn one_turn(job: &mut Job) -> bool {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    while woken.0.swap(false, Ordering::Relaxed) {
        if job.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            return true;
        }
        // tokio wakes those who gave way once its thread is free.
        yield_now().await;
    }
    false
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
