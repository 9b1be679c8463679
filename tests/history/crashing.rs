//! A store whose host crashes between two of its steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use approval_tracker::{Key, MemoryStore, Message, Notice, Outcome, Request, Store, StoreError};

/// Steps until the crash; [`NEVER`] while none is planned.
const NEVER: u32 = u32::MAX;

/// What was stored before the crash stays; nothing after it happens until the restart.
#[derive(Clone, Debug)]
pub(crate) struct Crashing {
    inner: MemoryStore,
    steps: Arc<AtomicU32>,
}

impl Crashing {
    pub(crate) fn new() -> Self {
        Self { inner: MemoryStore::default(), steps: Arc::new(AtomicU32::new(NEVER)) }
    }

    pub(crate) fn crash_after(&self, steps: u8) {
        self.steps.store(steps.into(), Ordering::Relaxed);
    }

    pub(crate) fn restart(&self) {
        self.steps.store(NEVER, Ordering::Relaxed);
    }

    fn step(&self) -> Result<&MemoryStore, StoreError> {
        match self.steps.load(Ordering::Relaxed) {
            NEVER => Ok(&self.inner),
            0 => Err(StoreError(String::from("crashed"))),
            left => {
                self.steps.store(left - 1, Ordering::Relaxed);
                Ok(&self.inner)
            }
        }
    }
}

impl Store for Crashing {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        self.step()?.insert(request).await
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        self.step()?.request(key).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        self.step()?.bound_to(tenant, approval_id).await
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        self.step()?.compare_and_set(changed, outcome).await
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        self.step()?.receive(notice).await
    }

    async fn unsettled(&self, most: usize) -> Result<Vec<Notice>, StoreError> {
        self.step()?.unsettled(most).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        self.step()?.settle(notice).await
    }

    async fn due(&self, now: u64, most: usize) -> Result<Vec<Request>, StoreError> {
        self.step()?.due(now, most).await
    }

    async fn outbox(&self) -> Result<Vec<Message>, StoreError> {
        self.step()?.outbox().await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        self.step()?.acknowledge(message).await
    }
}
