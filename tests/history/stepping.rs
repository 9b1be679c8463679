//! A store that several nodes share, step by step.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approval_tracker::{Key, MemoryStore, Message, Notice, Outcome, Request, Store, StoreError};
use tokio::time::Instant;

use crate::turns::turn;

/// How long a node waits for its store.
const PATIENCE: Duration = Duration::from_secs(10);

/// Steps until one fails; [`NEVER`] while none is to.
const NEVER: u32 = u32::MAX;

/// Others take turns before each step, and any step may be the one that fails.
#[derive(Clone, Debug)]
pub(crate) struct Stepping(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rows: MemoryStore,
    fails_in: AtomicU32,
    decided: Mutex<Vec<Message>>,
}

impl Stepping {
    pub(crate) fn new() -> Self {
        let (rows, decided) = (MemoryStore::default(), Mutex::default());
        Self(Arc::new(Shared { rows, fails_in: AtomicU32::new(NEVER), decided }))
    }

    /// What is stored, without waiting for anybody.
    pub(crate) fn rows(&self) -> &MemoryStore {
        &self.0.rows
    }

    /// The nth step from here fails.
    pub(crate) fn fail_after(&self, steps: u8) {
        self.0.fails_in.store(steps.into(), Ordering::Relaxed);
    }

    /// No step fails.
    pub(crate) fn heal(&self) {
        self.0.fails_in.store(NEVER, Ordering::Relaxed);
    }

    /// Every outcome that was stored with a change, in order, whatever became of it in the outbox.
    pub(crate) fn decided(&self) -> Vec<Message> {
        self.0.decided.lock().unwrap().clone()
    }

    async fn step(&self) -> Result<&MemoryStore, StoreError> {
        let asked = Instant::now();
        turn().await;
        if asked.elapsed() >= PATIENCE {
            return Err(StoreError(String::from("no answer in time")));
        }
        match self.0.fails_in.load(Ordering::Relaxed) {
            NEVER => Ok(&self.0.rows),
            0 => {
                self.heal();
                Err(StoreError(String::from("out of reach")))
            }
            left => {
                self.0.fails_in.store(left - 1, Ordering::Relaxed);
                Ok(&self.0.rows)
            }
        }
    }
}

impl Store for Stepping {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        self.step().await?.insert(request).await
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        self.step().await?.request(key).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        self.step().await?.bound_to(tenant, approval_id).await
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let key = changed.key.clone();
        let set = self.step().await?.compare_and_set(changed, outcome).await?;
        if let Some(outcome) = outcome.filter(|_| set) {
            self.0.decided.lock().unwrap().push(Message { key, outcome });
        }
        Ok(set)
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        self.step().await?.receive(notice).await
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Vec<Notice>, StoreError> {
        self.step().await?.settleable(since, most).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        self.step().await?.settle(notice).await
    }

    async fn due(&self, now: u64, most: usize) -> Result<Vec<Request>, StoreError> {
        self.step().await?.due(now, most).await
    }

    async fn outbox(&self) -> Result<Vec<Message>, StoreError> {
        self.step().await?.outbox().await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        self.step().await?.acknowledge(message).await
    }
}
