//! A store to whose steps something happens.

use approval_tracker::{Key, Message, Notice, Outcome, Request, Store, StoreError};

/// What happens to the steps of a store.
pub trait Steps: Send + Sync {
    /// Before the step of this name. An error happens instead of the step.
    fn before(&self, step: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// After a step that put this into the outbox.
    fn decided(&self, _message: Message) {}
}

/// A store, and what happens to its steps.
#[derive(Clone, Debug)]
pub struct Stepping<S, T> {
    store: S,
    steps: T,
}

impl<S, T: Steps> Stepping<S, T> {
    /// Lets `steps` happen to `store`.
    pub const fn new(store: S, steps: T) -> Self {
        Self { store, steps }
    }

    /// The store, without anything happening.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// What happens.
    pub const fn steps(&self) -> &T {
        &self.steps
    }

    async fn step(&self, name: &str) -> Result<&S, StoreError> {
        self.steps.before(name).await?;
        Ok(&self.store)
    }
}

impl<S: Store, T: Steps> Store for Stepping<S, T> {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        self.step("insert").await?.insert(request).await
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        self.step("request").await?.request(key).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        self.step("bound-to").await?.bound_to(tenant, approval_id).await
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let key = changed.key.clone();
        let step = format!("compare-and-set {:?} {outcome:?}", changed.state);
        let set = self.step(&step).await?.compare_and_set(changed, outcome).await?;
        if let Some(outcome) = outcome.filter(|_| set) {
            self.steps.decided(Message { key, outcome });
        }
        Ok(set)
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        self.step("receive").await?.receive(notice).await
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Vec<Notice>, StoreError> {
        self.step("settleable").await?.settleable(since, most).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        self.step("settle").await?.settle(notice).await
    }

    async fn forget_settled(&self, before: u64) -> Result<u64, StoreError> {
        self.step("forget-settled").await?.forget_settled(before).await
    }

    async fn due(&self, now: u64, latest: u64, most: usize) -> Result<Vec<Request>, StoreError> {
        self.step("due").await?.due(now, latest, most).await
    }

    async fn outbox(&self) -> Result<Vec<Message>, StoreError> {
        self.step("outbox").await?.outbox().await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        self.step(&format!("acknowledge {:?}", message.outcome)).await?.acknowledge(message).await
    }
}
