//! A store in this process: for tests, and as the definition of what a store does.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Listed, Message, Notice, Store, StoreError, StoreFailure};
use crate::request::{Key, Outcome, Request};

/// Keeps everything in memory. A clone is another handle on the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Rows>>);

#[derive(Debug, Default)]
struct Rows {
    requests: BTreeMap<Key, Request>,
    /// When each arrived, settled or not, by tenant and de-duplication key.
    known_notices: BTreeMap<(String, String), u64>,
    unsettled: Vec<Notice>,
    outbox: Vec<Message>,
}

impl MemoryStore {
    fn with<T>(&self, f: impl FnOnce(&mut Rows) -> T) -> std::future::Ready<Result<T, StoreError>> {
        self.attempt(|rows| Ok(f(rows)))
    }

    fn attempt<T>(
        &self,
        f: impl FnOnce(&mut Rows) -> Result<T, StoreError>,
    ) -> std::future::Ready<Result<T, StoreError>> {
        ready(f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Rows {
    fn bound_to(&self, tenant: &str, approval_id: &str) -> Option<&Request> {
        self.requests.values().find(|request| {
            request.key.tenant == tenant && request.approval_id.as_deref() == Some(approval_id)
        })
    }

    /// Whether the approval of this request is free for it.
    fn check(&self, request: &Request) -> Result<(), StoreError> {
        let Some(approval_id) = &request.approval_id else { return Ok(()) };
        match self.bound_to(&request.key.tenant, approval_id) {
            Some(bound) if bound.key != request.key => {
                Err(StoreError { failure: StoreFailure::AlreadyBound, ..StoreError::unavailable("bind") })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The first of each tenant, then the second of each, and so on.
fn in_turn<'a, T: 'a>(
    items: impl Iterator<Item = &'a T>,
    tenant: impl Fn(&T) -> &str,
) -> impl Iterator<Item = &'a T> {
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    let mut with_turns: Vec<(usize, &T)> = Vec::new();
    for item in items {
        let turn = turns.entry(tenant(item).to_owned()).or_default();
        *turn += 1;
        with_turns.push((*turn, item));
    }
    with_turns.sort_by_key(|(turn, _)| *turn);
    with_turns.into_iter().map(|(_, item)| item)
}

impl Store for MemoryStore {
    fn insert(&self, request: Request) -> impl Future<Output = Result<(Request, bool), StoreError>> + Send {
        self.attempt(|rows| match rows.requests.get(&request.key) {
            Some(existing) => Ok((existing.clone(), false)),
            None => {
                rows.check(&request)?;
                rows.requests.insert(request.key.clone(), request.clone());
                Ok((request, true))
            }
        })
    }

    fn request(&self, key: &Key) -> impl Future<Output = Result<Option<Request>, StoreError>> + Send {
        self.with(|rows| rows.requests.get(key).cloned())
    }

    fn bound_to(
        &self,
        tenant: &str,
        approval_id: &str,
    ) -> impl Future<Output = Result<Option<Request>, StoreError>> + Send {
        self.with(|rows| rows.bound_to(tenant, approval_id).cloned())
    }

    fn compare_and_set(
        &self,
        mut changed: Request,
        outcome: Option<Outcome>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        self.attempt(|rows| {
            let stored = rows.requests.get(&changed.key);
            if stored.is_none_or(|stored| stored.revision != changed.revision) {
                return Ok(false);
            }
            rows.check(&changed)?;
            changed.revision += 1;
            rows.outbox.extend(outcome.map(|outcome| Message { key: changed.key.clone(), outcome }));
            rows.requests.insert(changed.key.clone(), changed);
            Ok(true)
        })
    }

    fn receive(&self, notice: Notice) -> impl Future<Output = Result<bool, StoreError>> + Send {
        self.with(|rows| {
            let key = (notice.tenant.clone(), notice.deduplication_key.clone());
            let new = !rows.known_notices.contains_key(&key);
            if new {
                rows.known_notices.insert(key, notice.received_at);
                rows.unsettled.push(notice);
            }
            new
        })
    }

    fn settleable(
        &self,
        since: u64,
        most: usize,
    ) -> impl Future<Output = Result<Listed<Notice>, StoreError>> + Send {
        self.with(|rows| {
            let can_be = |notice: &&Notice| {
                notice.received_at <= since || rows.bound_to(&notice.tenant, &notice.approval_id).is_some()
            };
            let settleable = rows.unsettled.iter().filter(can_be);
            in_turn(settleable, |notice| &notice.tenant).take(most).cloned().collect()
        })
    }

    fn settle(&self, notice: &Notice) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.with(|rows| rows.unsettled.retain(|unsettled| unsettled != notice))
    }

    fn forget_settled(&self, before: u64) -> impl Future<Output = Result<u64, StoreError>> + Send {
        self.with(|rows| {
            let Rows { known_notices, unsettled, .. } = rows;
            let known = known_notices.len();
            known_notices.retain(|(tenant, key), received_at| {
                let waits = |notice: &Notice| notice.tenant == *tenant && notice.deduplication_key == *key;
                *received_at >= before || unsettled.iter().any(waits)
            });
            (known - known_notices.len()) as u64
        })
    }

    fn forget_ended(&self, before: u64) -> impl Future<Output = Result<u64, StoreError>> + Send {
        self.with(|rows| {
            let Rows { requests, unsettled, outbox, .. } = rows;
            let known = requests.len();
            requests.retain(|key, request| {
                let news = |notice: &Notice| {
                    notice.tenant == key.tenant && Some(&notice.approval_id) == request.approval_id.as_ref()
                };
                let ended = request.state.is_terminal()
                    && request.due_at.is_none()
                    && request.heard_at < before
                    && !request.conflict;
                !ended || outbox.iter().any(|message| message.key == *key) || unsettled.iter().any(news)
            });
            (known - requests.len()) as u64
        })
    }

    fn due(
        &self,
        now: u64,
        latest: u64,
        most: usize,
    ) -> impl Future<Output = Result<Listed<Request>, StoreError>> + Send {
        self.with(|rows| {
            let is_due = |request: &&Request| request.due_at.is_some_and(|at| at <= now || at > latest);
            let mut due: Vec<&Request> = rows.requests.values().filter(is_due).collect();
            due.sort_by_key(|request| request.due_at);
            in_turn(due.into_iter(), |request| &request.key.tenant).take(most).cloned().collect()
        })
    }

    fn outbox(&self) -> impl Future<Output = Result<Listed<Message>, StoreError>> + Send {
        self.with(|rows| rows.outbox.iter().cloned().collect())
    }

    fn acknowledge(&self, message: &Message) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.with(|rows| {
            if let Some(at) = rows.outbox.iter().position(|queued| queued == message) {
                rows.outbox.remove(at);
            }
        })
    }
}
