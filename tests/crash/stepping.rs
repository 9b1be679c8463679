//! A store and a way out that announce each of their steps.

use approval_tracker::{Key, Message, Notice, Outcome, Request, Store, StoreError};
use bytes::Bytes;
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};

use crate::parent::Parent;

/// Tells the parent before it does anything.
#[derive(Clone, Debug)]
pub(crate) struct Stepping<T> {
    inner: T,
    parent: Parent,
}

impl<T> Stepping<T> {
    pub(crate) fn new(inner: T, parent: Parent) -> Self {
        Self { inner, parent }
    }

    fn step(&self, name: &str) -> &T {
        self.parent.tell(name);
        &self.inner
    }
}

impl<O: Outbound> Outbound for Stepping<O> {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<http::Response<Bytes>, SendError>> {
        self.step(&format!("send {}", departure.request.uri().path())).send(departure)
    }
}

impl<S: Store> Store for Stepping<S> {
    async fn insert(&self, request: Request) -> Result<(Request, bool), StoreError> {
        self.step("insert").insert(request).await
    }

    async fn request(&self, key: &Key) -> Result<Option<Request>, StoreError> {
        self.step("request").request(key).await
    }

    async fn bound_to(&self, tenant: &str, approval_id: &str) -> Result<Option<Request>, StoreError> {
        self.step("bound-to").bound_to(tenant, approval_id).await
    }

    async fn compare_and_set(&self, changed: Request, outcome: Option<Outcome>) -> Result<bool, StoreError> {
        let step = format!("compare-and-set {:?} {outcome:?}", changed.state);
        self.step(&step).compare_and_set(changed, outcome).await
    }

    async fn receive(&self, notice: Notice) -> Result<bool, StoreError> {
        self.step("receive").receive(notice).await
    }

    async fn settleable(&self, since: u64, most: usize) -> Result<Vec<Notice>, StoreError> {
        self.step("settleable").settleable(since, most).await
    }

    async fn settle(&self, notice: &Notice) -> Result<(), StoreError> {
        self.step("settle").settle(notice).await
    }

    async fn due(&self, now: u64, most: usize) -> Result<Vec<Request>, StoreError> {
        self.step("due").due(now, most).await
    }

    async fn outbox(&self) -> Result<Vec<Message>, StoreError> {
        self.step("outbox").outbox().await
    }

    async fn acknowledge(&self, message: &Message) -> Result<(), StoreError> {
        self.step(&format!("acknowledge {:?}", message.outcome)).acknowledge(message).await
    }
}
