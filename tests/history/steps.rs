//! What happens to the steps of the store that the nodes share.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approval_tracker::{MemoryStore, Message, StoreError};
use conformance::stepping::{self, Stepping};
use tokio::time::Instant;

use crate::turns::turn;

/// How long a node waits for its store.
const PATIENCE: Duration = Duration::from_secs(10);

/// Steps until one fails; [`NEVER`] while none is to.
const NEVER: u32 = u32::MAX;

/// How a step begins that makes a request wait for its approvers.
const BINDING: &str = "compare-and-set Pending";

/// What the nodes share.
pub(crate) type Shared = Stepping<MemoryStore, Steps>;

/// Others take turns before each step, and any step may be the one that fails.
#[derive(Clone, Debug)]
pub(crate) struct Steps(Arc<State>);

#[derive(Debug)]
struct State {
    fails_in: AtomicU32,
    binding_fails: AtomicBool,
    decided: Mutex<Vec<Message>>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self(Arc::new(State {
            fails_in: AtomicU32::new(NEVER),
            binding_fails: AtomicBool::new(false),
            decided: Mutex::default(),
        }))
    }

    /// The nth step from here fails.
    pub(crate) fn fail_after(&self, steps: u8) {
        self.0.fails_in.store(steps.into(), Ordering::Relaxed);
    }

    /// The next step that binds a request fails.
    pub(crate) fn fail_binding(&self) {
        self.0.binding_fails.store(true, Ordering::Relaxed);
    }

    /// No step fails.
    pub(crate) fn heal(&self) {
        self.0.fails_in.store(NEVER, Ordering::Relaxed);
        self.0.binding_fails.store(false, Ordering::Relaxed);
    }

    /// Every outcome that was stored with a change, in order, whatever became of it in the outbox.
    pub(crate) fn all_decided(&self) -> Vec<Message> {
        self.0.decided.lock().unwrap().clone()
    }
}

impl stepping::Steps for Steps {
    async fn before(&self, step: &str) -> Result<(), StoreError> {
        let asked = Instant::now();
        turn().await;
        if asked.elapsed() >= PATIENCE {
            return Err(StoreError::unavailable("a step that has no answer in time"));
        }
        if step.starts_with(BINDING) && self.0.binding_fails.swap(false, Ordering::Relaxed) {
            return Err(StoreError::unavailable("a step that fails"));
        }
        match self.0.fails_in.load(Ordering::Relaxed) {
            NEVER => Ok(()),
            0 => {
                self.0.fails_in.store(NEVER, Ordering::Relaxed);
                Err(StoreError::unavailable("a step that fails"))
            }
            left => {
                self.0.fails_in.store(left - 1, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn decided(&self, message: Message) {
        self.0.decided.lock().unwrap().push(message);
    }
}
