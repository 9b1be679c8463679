//! Access tokens between calls: single flight, a margin before expiry, and forgetting exactly what was refused.

use std::collections::HashMap;
use std::fmt;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::outbound::BoxFuture;
use crate::secret::Secret;

/// How long before the provider's own expiry a token counts as spent: longer than the slowest call, so that no
/// request leaves with a token that dies on the way. A tenth of the lifetime when that is shorter.
const EARLY_RENEWAL: Duration = Duration::from_secs(300);

/// How long a lease holds when its owner neither publishes nor gives it up.
const LEASE: Duration = Duration::from_secs(30);

/// Whose tokens: a digest over engine, tenant and every setting, held secrets among them. A changed setting is a
/// new scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope([u8; 32]);

impl Scope {
    /// The scope of these parts. Each is length-prefixed, so that no two lists of parts run together.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope(..)")
    }
}

/// One token's place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub scope: Scope,
    /// The engine's name for it.
    pub name: String,
}

/// The right to fetch a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease(u64);

/// What [`TokenCache::acquire`] gives.
#[derive(Debug, PartialEq, Eq)]
pub enum Acquired {
    /// A live token.
    Token(Secret),
    /// The caller fetches it.
    Lease(Lease),
    /// The provider refused the credential with this code.
    Blocked(String),
    /// Somebody else has been fetching for as long as the caller may wait.
    Busy,
}

/// Keeps tokens. An implementation for several nodes keeps them in a shared store.
///
/// A lease has to run out by itself, or whoever dies with one stops all others; a block does not, or WeCom would be asked
/// with a refused credential until it bans the address.
pub trait TokenCache: Send + Sync {
    /// Gives a live token or a lease; waits for another's lease up to `patience`. A token that equals `refused` is
    /// forgotten first, and no other one.
    fn acquire<'a>(
        &'a self,
        key: &'a Key,
        refused: Option<&'a Secret>,
        patience: Duration,
    ) -> BoxFuture<'a, Acquired>;

    /// Stores a token and ends the lease. A lease that has run out changes nothing. `lifetime` is what the provider said:
    /// the cache renews earlier, so that no request leaves with a token that dies on the way.
    fn publish<'a>(
        &'a self,
        key: &'a Key,
        lease: Lease,
        token: Secret,
        lifetime: Duration,
    ) -> BoxFuture<'a, ()>;

    /// Ends the lease; from here on [`acquire`](Self::acquire) answers [`Acquired::Blocked`] for this key, until its scope
    /// is [forgotten](Self::forget). A block ends with the settings it belongs to: a cache may drop one that no call has
    /// asked about for a week.
    fn block<'a>(&'a self, key: &'a Key, lease: Lease, code: String) -> BoxFuture<'a, ()>;

    /// Gives a lease up, at the end of a call in whatever way: it may not wait. A shared store sends it on its way;
    /// the lease runs out by itself as well.
    fn release(&self, key: &Key, lease: Lease);

    /// Forgets everything of one scope: the tenant is gone.
    fn forget(&self, scope: Scope) -> BoxFuture<'_, ()>;

    /// Forgets what is blocked in one scope: the provider has taken the credential since, for an administrator has put it
    /// right there. Live tokens and leases stay. A call that has its verdict waits for it a second and no longer. A cache
    /// that does not implement it keeps its blocks until their scope is [forgotten](Self::forget).
    fn unblock(&self, _scope: Scope) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

/// Keeps tokens in this process.
pub struct MemoryTokens {
    clock: Arc<dyn Clock>,
    slots: Mutex<Slots>,
    changed: Notify,
}

#[derive(Default)]
struct Slots {
    scopes: HashMap<Scope, HashMap<String, Slot>>,
    last_lease: u64,
    sweep_at: usize,
}

/// Keys of one scope. An engine has one or two.
const KEYS: usize = 16;

/// How long a block is kept that no call asks about. Each call of a tenant asks, so the settings it belongs to are gone.
/// If they come back, the provider refuses the credential once more.
const UNASKED: Duration = Duration::from_secs(7 * 86_400);

/// Scopes that are kept. Beyond that the ones go first that no call has asked about for the longest time.
const SCOPES: usize = 100_000;

impl Slots {
    fn slot(&self, key: &Key) -> Option<&Slot> {
        self.scopes.get(&key.scope)?.get(&key.name)
    }

    fn slot_mut(&mut self, key: &Key) -> Option<&mut Slot> {
        self.scopes.get_mut(&key.scope)?.get_mut(&key.name)
    }

    /// Puts a slot in place; `false` when the scope has no room for one more.
    fn put(&mut self, key: &Key, slot: Slot, now: Duration) -> bool {
        if self.scopes.len() > self.sweep_at {
            self.sweep(now);
        }
        let keys = self.scopes.entry(key.scope).or_default();
        if keys.len() >= KEYS {
            keys.retain(|_, slot| slot.is_live(now));
        }
        let room = keys.len() < KEYS || keys.contains_key(&key.name);
        if room {
            keys.insert(key.name.clone(), slot);
        }
        room
    }

    fn remove(&mut self, key: &Key) {
        if let Some(keys) = self.scopes.get_mut(&key.scope) {
            keys.remove(&key.name);
        }
    }

    /// Drops what is spent, of scopes that no tenant uses any more among them, and what is too much.
    fn sweep(&mut self, now: Duration) {
        self.scopes.retain(|_, keys| {
            keys.retain(|_, slot| slot.is_live(now));
            !keys.is_empty()
        });
        if self.scopes.len() > SCOPES {
            let end = |keys: &HashMap<String, Slot>| keys.values().map(Slot::ends_at).max();
            let mut ends: Vec<_> = self.scopes.values().map(end).collect();
            ends.sort_unstable();
            // Half of what may be, so that the next sweep is far.
            let mut surplus = ends.len().saturating_sub(SCOPES / 2);
            let last_to_go = ends.get(surplus.saturating_sub(1)).copied().flatten();
            self.scopes.retain(|_, keys| {
                let goes = surplus > 0 && end(keys) <= last_to_go;
                surplus = surplus.saturating_sub(usize::from(goes));
                !goes
            });
        }
        self.sweep_at = self.scopes.len().saturating_mul(2).saturating_add(64).min(SCOPES);
    }
}

enum Slot {
    Live { token: Secret, spent_at: Duration },
    Leased { lease: Lease, ends_at: Duration },
    Blocked { code: String, asked_at: Duration },
}

impl Slot {
    /// When it counts no more, unless it is asked about until then.
    fn ends_at(&self) -> Duration {
        match self {
            Self::Live { spent_at: end, .. } | Self::Leased { ends_at: end, .. } => *end,
            Self::Blocked { asked_at, .. } => asked_at.saturating_add(UNASKED),
        }
    }

    fn is_live(&self, now: Duration) -> bool {
        self.ends_at() > now
    }
}

impl MemoryTokens {
    /// An empty cache.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, slots: Mutex::default(), changed: Notify::new() }
    }

    fn with_slots<T>(&self, f: impl FnOnce(&mut Slots) -> T) -> T {
        // A panic while the lock was held cannot have left a slot half written: each write is one assignment.
        f(&mut self.slots.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One look: what there is, or a lease; `None` while another holds it.
    fn look(&self, key: &Key, refused: Option<&Secret>) -> Option<Acquired> {
        let now = self.clock.now();
        self.with_slots(|slots| {
            if let Some(Slot::Blocked { code, asked_at }) = slots.slot_mut(key) {
                *asked_at = now;
                return Some(Acquired::Blocked(code.clone()));
            }
            match slots.slot(key) {
                Some(Slot::Leased { ends_at, .. }) if *ends_at > now => return None,
                Some(Slot::Live { token, spent_at }) if *spent_at > now && Some(token) != refused => {
                    return Some(Acquired::Token(token.clone()));
                }
                Some(Slot::Leased { .. } | Slot::Live { .. } | Slot::Blocked { .. }) | None => {}
            }
            slots.last_lease += 1;
            let lease = Lease(slots.last_lease);
            let leased = slots.put(key, Slot::Leased { lease, ends_at: now + LEASE }, now);
            Some(if leased { Acquired::Lease(lease) } else { Acquired::Busy })
        })
    }

    /// Replaces the slot if `lease` still holds it; removes it when there is nothing to put there.
    fn settle(&self, key: &Key, lease: Lease, slot: Option<Slot>) {
        let now = self.clock.now();
        self.with_slots(|slots| {
            let holds = matches!(slots.slot(key), Some(Slot::Leased { lease: held, .. }) if *held == lease);
            match slot {
                // The lease has its place, so there is room.
                Some(slot) if holds => drop(slots.put(key, slot, now)),
                None if holds => slots.remove(key),
                Some(_) | None => {}
            }
        });
        self.changed.notify_waiters();
    }
}

impl TokenCache for MemoryTokens {
    fn acquire<'a>(
        &'a self,
        key: &'a Key,
        refused: Option<&'a Secret>,
        patience: Duration,
    ) -> BoxFuture<'a, Acquired> {
        Box::pin(async move {
            let wait = async {
                loop {
                    // Registered before the look, so that a change in between is not missed.
                    let changed = self.changed.notified();
                    if let Some(acquired) = self.look(key, refused) {
                        return acquired;
                    }
                    changed.await;
                }
            };
            tokio::time::timeout(patience, wait).await.unwrap_or(Acquired::Busy)
        })
    }

    fn publish<'a>(
        &'a self,
        key: &'a Key,
        lease: Lease,
        token: Secret,
        lifetime: Duration,
    ) -> BoxFuture<'a, ()> {
        let margin = EARLY_RENEWAL.min(lifetime / 10);
        let spent_at = self.clock.now() + lifetime.saturating_sub(margin);
        self.settle(key, lease, Some(Slot::Live { token, spent_at }));
        Box::pin(ready(()))
    }

    fn block<'a>(&'a self, key: &'a Key, lease: Lease, code: String) -> BoxFuture<'a, ()> {
        let asked_at = self.clock.now();
        self.settle(key, lease, Some(Slot::Blocked { code, asked_at }));
        Box::pin(ready(()))
    }

    fn release(&self, key: &Key, lease: Lease) {
        self.settle(key, lease, None);
    }

    fn forget(&self, scope: Scope) -> BoxFuture<'_, ()> {
        self.with_slots(|slots| slots.scopes.remove(&scope));
        self.changed.notify_waiters();
        Box::pin(ready(()))
    }

    fn unblock(&self, scope: Scope) -> BoxFuture<'_, ()> {
        self.with_slots(|slots| {
            if let Some(keys) = slots.scopes.get_mut(&scope) {
                keys.retain(|_, slot| !matches!(slot, Slot::Blocked { .. }));
            }
        });
        Box::pin(ready(()))
    }
}

impl fmt::Debug for MemoryTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokens").field("slots", &self.with_slots(|slots| slots.scopes.len())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    const PATIENCE: Duration = Duration::from_secs(1);

    struct Fixture {
        clock: Arc<ManualClock>,
        tokens: Arc<MemoryTokens>,
        key: Key,
    }

    fn fixture() -> Fixture {
        let clock = Arc::new(ManualClock::at(1_767_225_600));
        let tokens = Arc::new(MemoryTokens::new(clock.clone()));
        Fixture { clock, tokens, key: Key { scope: Scope::of(["wecom", "acme"]), name: "token".into() } }
    }

    impl Fixture {
        async fn acquire(&self, refused: Option<&str>) -> Acquired {
            self.tokens.acquire(&self.key, refused.map(Secret::new).as_ref(), PATIENCE).await
        }

        async fn lease(&self, refused: Option<&str>) -> Lease {
            let acquired = self.acquire(refused).await;
            let Acquired::Lease(lease) = acquired else { panic!("expected a lease, got {acquired:?}") };
            lease
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_callers_fetch_one_token() {
        let f = fixture();
        let lease = f.lease(None).await;
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let (tokens, key) = (f.tokens.clone(), f.key.clone());
                tokio::spawn(async move { tokens.acquire(&key, None, PATIENCE).await })
            })
            .collect();
        tokio::task::yield_now().await;
        f.tokens.publish(&f.key, lease, Secret::new("T1"), Duration::from_secs(7_200)).await;
        for waiter in waiting {
            assert_eq!(waiter.await.unwrap(), Acquired::Token(Secret::new("T1")));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn exactly_the_refused_token_is_forgotten() {
        let f = fixture();
        let lease = f.lease(None).await;
        f.tokens.publish(&f.key, lease, Secret::new("T2"), Duration::from_secs(7_200)).await;
        assert_eq!(f.acquire(Some("T1")).await, Acquired::Token(Secret::new("T2")));
        let lease = f.lease(Some("T2")).await;
        f.tokens.publish(&f.key, lease, Secret::new("T3"), Duration::from_secs(7_200)).await;
        assert_eq!(f.acquire(Some("T2")).await, Acquired::Token(Secret::new("T3")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_spent_before_it_expires() {
        let f = fixture();
        let lease = f.lease(None).await;
        f.tokens.publish(&f.key, lease, Secret::new("T1"), Duration::from_secs(7_200)).await;
        f.clock.advance(6_899);
        assert_eq!(f.acquire(None).await, Acquired::Token(Secret::new("T1")));
        f.clock.advance(1);
        f.lease(None).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_publisher_does_not_replace_a_newer_token() {
        let f = fixture();
        let late = f.lease(None).await;
        f.clock.advance(LEASE.as_secs());
        let lease = f.lease(None).await;
        f.tokens.publish(&f.key, lease, Secret::new("new"), Duration::from_secs(7_200)).await;
        f.tokens.publish(&f.key, late, Secret::new("old"), Duration::from_secs(7_200)).await;
        assert_eq!(f.acquire(None).await, Acquired::Token(Secret::new("new")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_blocked_credential_stays_blocked_until_its_scope_is_forgotten() {
        let f = fixture();
        let lease = f.lease(None).await;
        f.tokens.block(&f.key, lease, "40001".into()).await;
        f.clock.advance(86_400);
        assert_eq!(f.acquire(None).await, Acquired::Blocked("40001".into()));
        f.tokens.forget(f.key.scope).await;
        f.lease(None).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_scope_that_is_unblocked_keeps_its_live_tokens() {
        let f = fixture();
        let lease = f.lease(None).await;
        f.tokens.block(&f.key, lease, "40001".into()).await;
        f.tokens.unblock(f.key.scope).await;
        let lease = f.lease(None).await;
        f.tokens.publish(&f.key, lease, Secret::new("T1"), Duration::from_secs(7_200)).await;
        f.tokens.unblock(f.key.scope).await;
        assert_eq!(f.acquire(None).await, Acquired::Token(Secret::new("T1")));
    }

    /// A cache that has nothing of its own for it.
    struct Plain(MemoryTokens);

    impl TokenCache for Plain {
        fn acquire<'a>(
            &'a self,
            key: &'a Key,
            refused: Option<&'a Secret>,
            patience: Duration,
        ) -> BoxFuture<'a, Acquired> {
            self.0.acquire(key, refused, patience)
        }

        fn publish<'a>(
            &'a self,
            key: &'a Key,
            lease: Lease,
            token: Secret,
            lifetime: Duration,
        ) -> BoxFuture<'a, ()> {
            self.0.publish(key, lease, token, lifetime)
        }

        fn block<'a>(&'a self, key: &'a Key, lease: Lease, code: String) -> BoxFuture<'a, ()> {
            self.0.block(key, lease, code)
        }

        fn release(&self, key: &Key, lease: Lease) {
            self.0.release(key, lease);
        }

        fn forget(&self, scope: Scope) -> BoxFuture<'_, ()> {
            self.0.forget(scope)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_cache_without_an_end_of_blocks_keeps_its_live_tokens() {
        let f = fixture();
        let cache = Plain(MemoryTokens::new(f.clock.clone()));
        let Acquired::Lease(lease) = cache.acquire(&f.key, None, PATIENCE).await else { panic!("no lease") };
        cache.publish(&f.key, lease, Secret::new("T1"), Duration::from_secs(7_200)).await;
        cache.unblock(f.key.scope).await;
        assert_eq!(cache.acquire(&f.key, None, PATIENCE).await, Acquired::Token(Secret::new("T1")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_given_up_goes_to_the_next() {
        let f = fixture();
        let lease = f.lease(None).await;
        assert_eq!(f.acquire(None).await, Acquired::Busy);
        f.tokens.release(&f.key, lease);
        f.lease(None).await;
    }

    #[tokio::test(start_paused = true)]
    async fn two_scopes_never_share_a_token() {
        let f = fixture();
        let lease = f.lease(None).await;
        f.tokens.publish(&f.key, lease, Secret::new("T1"), Duration::from_secs(7_200)).await;
        let other = Key { scope: Scope::of(["wecom", "globex"]), name: f.key.name.clone() };
        assert!(matches!(f.tokens.acquire(&other, None, PATIENCE).await, Acquired::Lease(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_scope_has_room_for_a_few_keys_and_what_is_spent_is_dropped() {
        let f = fixture();
        let key = |n: usize| Key { scope: f.key.scope, name: n.to_string() };
        for n in 0..KEYS {
            let Acquired::Lease(lease) = f.tokens.acquire(&key(n), None, PATIENCE).await else {
                panic!("key {n}")
            };
            f.tokens.publish(&key(n), lease, Secret::new("T"), Duration::from_secs(600)).await;
        }
        assert_eq!(f.tokens.acquire(&key(KEYS), None, PATIENCE).await, Acquired::Busy);
        f.clock.advance(600);
        f.tokens.with_slots(|slots| slots.sweep(f.clock.now()));
        assert!(matches!(f.tokens.acquire(&key(KEYS), None, PATIENCE).await, Acquired::Lease(_)));
    }

    impl Fixture {
        fn key(&self, name: usize) -> Key {
            Key { scope: self.key.scope, name: name.to_string() }
        }

        async fn publish_all(&self, names: std::ops::Range<usize>) {
            for name in names {
                let Acquired::Lease(lease) = self.tokens.acquire(&self.key(name), None, PATIENCE).await
                else {
                    panic!("key {name}")
                };
                self.tokens.publish(&self.key(name), lease, Secret::new("T"), Duration::from_secs(600)).await;
            }
        }

        async fn block(&self, scope: Scope) {
            let key = Key { scope, name: "token".into() };
            let Acquired::Lease(lease) = self.tokens.acquire(&key, None, PATIENCE).await else {
                panic!("no lease")
            };
            self.tokens.block(&key, lease, "40001".into()).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn keys_whose_tokens_are_spent_do_not_keep_a_scope_busy() {
        let f = fixture();
        f.publish_all(0..KEYS).await;
        f.clock.advance(600);
        f.publish_all(KEYS..2 * KEYS).await;
    }

    /// Also when it has all the scope's places: a refused credential is not asked with again.
    #[tokio::test(start_paused = true)]
    async fn a_block_that_calls_ask_about_outlives_any_number_of_spent_keys() {
        let f = fixture();
        f.block(f.key.scope).await;
        for round in 0..20 {
            f.clock.advance(86_400);
            assert_eq!(f.acquire(None).await, Acquired::Blocked("40001".into()));
            f.publish_all(round * KEYS..round * KEYS + KEYS - 1).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_block_ends_with_the_settings_it_belongs_to() {
        let f = fixture();
        f.block(f.key.scope).await;
        for revision in 0..1_000 {
            f.block(Scope::of(["wecom", &revision.to_string()])).await;
        }
        f.clock.advance(UNASKED.as_secs() - 1);
        assert_eq!(f.acquire(None).await, Acquired::Blocked("40001".into()));
        f.clock.advance(1);
        f.tokens.with_slots(|slots| slots.sweep(f.clock.now()));
        assert_eq!(f.tokens.with_slots(|slots| slots.scopes.len()), 1);
        assert_eq!(f.acquire(None).await, Acquired::Blocked("40001".into()));
    }

    #[test]
    fn no_more_scopes_are_kept_than_there_may_be() {
        let mut slots = Slots::default();
        let at = |seconds: usize| Duration::from_secs(seconds as u64);
        for scope in 0..=SCOPES {
            let key = Key { scope: Scope::of([scope.to_string().as_str()]), name: "token".into() };
            let slot = Slot::Blocked { code: String::new(), asked_at: at(scope) };
            assert!(slots.put(&key, slot, at(scope)));
        }
        slots.sweep(at(SCOPES));
        assert!(slots.scopes.len() <= SCOPES, "{}", slots.scopes.len());
        let newest = Scope::of([SCOPES.to_string().as_str()]);
        assert!(slots.scopes.contains_key(&newest));
    }

    #[test]
    fn parts_of_a_scope_do_not_run_together() {
        assert_ne!(Scope::of(["ab", "c"]), Scope::of(["a", "bc"]));
    }
}
