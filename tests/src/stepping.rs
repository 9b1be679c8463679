//! A store to whose steps something happens.

use approval_tracker::{Key, Listed, Message, Notice, Outcome, Request, Store, StoreError};

/// What happens to the steps of a store.
pub trait Steps: Send + Sync {
    /// Before the step of this name. An error happens instead of the step.
    fn before(&self, step: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// After the step of this name, which was done. An error takes its answer's place.
    fn after(&self, _step: &str) -> impl Future<Output = Result<(), StoreError>> + Send {
        std::future::ready(Ok(()))
    }

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

    /// What happens before, the step, and what happens after. The step begins only then: a store in memory does its work
    /// when it is called.
    async fn step<R, F>(&self, name: &str, step: impl FnOnce() -> F + Send) -> Result<R, StoreError>
    where
        F: Future<Output = Result<R, StoreError>> + Send,
    {
        self.steps.before(name).await?;
        let done = step().await?;
        self.steps.after(name).await?;
        Ok(done)
    }
}

impl<S: Store, T: Steps> Store for Stepping<S, T> {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        self.step("insert", || self.store.insert(request)).await
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        self.step("request", || self.store.request(key)).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        self.step("bound-to", || self.store.bound_to(tenant, approval_id)).await
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let key = changed.key.clone();
        let step = format!("compare-and-set {:?} {outcome:?}", changed.state);
        let decided = async {
            let set = self.store.compare_and_set(changed, outcome).await?;
            if let Some(outcome) = outcome.filter(|_| set) {
                self.steps.decided(Message { key, outcome });
            }
            Ok(set)
        };
        self.step(&step, || decided).await
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        self.step("receive", || self.store.receive(notice)).await
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Listed<Notice>, StoreError> {
        self.step("settleable", || self.store.settleable(since, most)).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        self.step("settle", || self.store.settle(notice)).await
    }

    async fn forget_settled(&self, before: u64) -> Result<u64, StoreError> {
        self.step("forget-settled", || self.store.forget_settled(before)).await
    }

    async fn forget_ended(&self, before: u64) -> Result<u64, StoreError> {
        self.step("forget-ended", || self.store.forget_ended(before)).await
    }

    async fn due(&self, now: u64, latest: u64, most: usize) -> Result<Listed<Request>, StoreError> {
        self.step("due", || self.store.due(now, latest, most)).await
    }

    async fn outbox(&self) -> Result<Listed<Message>, StoreError> {
        self.step("outbox", || self.store.outbox()).await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        self.step(&format!("acknowledge {:?}", message.outcome), || self.store.acknowledge(message)).await
    }
}
