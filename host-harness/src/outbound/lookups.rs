//! How many names are looked up at once, and how long that may take.
//!
//! The system resolves a name on a thread that waits, and a thread cannot be ended. So a place is free again when the
//! resolver has answered, and not when the caller stops waiting: names that a server never answers for take the places
//! there are, and no more threads. All who ask for the same name wait for one lookup of it, so one name that is never
//! answered for takes one place.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use super::profile::Names;

/// Names at once: an eighth of the threads that tokio gives to what blocks.
const AT_ONCE: usize = 64;

/// Shorter than a connection may take to be made, so that the reason is this one.
const PATIENCE: Duration = Duration::from_secs(4);

/// Places for names that are being looked up. Clones share them; the default's are those of the process.
#[derive(Clone, Debug)]
pub struct Lookups {
    places: Arc<Semaphore>,
    at_once: usize,
    patience: Duration,
    flights: Arc<Flights>,
}

/// The lookups under way, by the resolver that was asked and the name.
#[derive(Debug, Default)]
struct Flights(Mutex<HashMap<Key, watch::Receiver<Option<Found>>>>);

type Key = (usize, String);
type Found = Result<Vec<IpAddr>, LookupError>;

impl Flights {
    // A panic while the lock was held cannot have left more than an entry too many.
    fn all(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<Option<Found>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One lookup, which ends in whatever way when it is dropped: its place is free, and the next who asks begins another.
struct Flight {
    flights: Arc<Flights>,
    key: Key,
    _place: OwnedSemaphorePermit,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.all().remove(&self.key);
    }
}

/// A name was not looked up. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// All places were taken.
    #[error(
        "{at_once} names are being looked up and none was answered within {patience:?}: see to the system's resolver"
    )]
    Busy {
        /// How many there are.
        at_once: usize,
        /// How long this one has waited.
        patience: Duration,
    },
    /// The resolver did not answer.
    #[error("the name was not resolved within {patience:?}: see to the system's resolver")]
    TimedOut {
        /// How long it had.
        patience: Duration,
    },
    /// The resolver's answer is that there is none.
    #[error("the name does not resolve: check its spelling, and the system's resolver")]
    Unknown,
    /// The resolver failed, which says nothing of the name.
    #[error("the resolver gave no answer: see to the system's resolver")]
    NoAnswer,
}

impl Lookups {
    /// Places of one's own: so many names at once, each within `patience`, the wait for a place included.
    #[must_use]
    pub fn new(at_once: usize, patience: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once)), at_once, patience, flights: Arc::default() }
    }

    /// The addresses of a name, when there is a place for it and an answer in time.
    ///
    /// # Errors
    /// - [`LookupError::Busy`]: there was no place in time.
    /// - [`LookupError::TimedOut`]: there was no answer in time. The place is taken until there is.
    /// - [`LookupError::Unknown`]: the name has no address.
    /// - [`LookupError::NoAnswer`]: the resolver failed.
    pub async fn addresses(&self, names: &Arc<dyn Names>, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let Self { at_once, patience, .. } = *self;
        let ends_at = Instant::now() + patience;
        // The lookup keeps its resolver, so no other has its address meanwhile.
        let key = (Arc::as_ptr(names).cast::<()>().addr(), name.to_owned());
        let under_way = self.flights.all().get(&key).cloned();
        let mut found = match under_way {
            Some(found) => found,
            None => {
                let Ok(Ok(place)) = timeout_at(ends_at, self.places.clone().acquire_owned()).await else {
                    return Err(LookupError::Busy { at_once, patience });
                };
                self.look_up(names, key, place)
            }
        };
        match timeout_at(ends_at, found.wait_for(Option::is_some)).await {
            Ok(Ok(found)) => found.clone().unwrap_or(Err(LookupError::NoAnswer)),
            // A resolver that panics gives no answer.
            Ok(Err(_)) => Err(LookupError::NoAnswer),
            Err(_) => Err(LookupError::TimedOut { patience }),
        }
    }

    /// Begins a lookup, unless another has begun it while this one waited for its place.
    fn look_up(
        &self,
        names: &Arc<dyn Names>,
        key: Key,
        place: OwnedSemaphorePermit,
    ) -> watch::Receiver<Option<Found>> {
        let mut flights = self.flights.all();
        if let Some(found) = flights.get(&key) {
            return found.clone();
        }
        let (tell, found) = watch::channel(None);
        flights.insert(key.clone(), found.clone());
        drop(flights);
        let (names, name) = (names.clone(), key.1.clone());
        let flight = Flight { flights: self.flights.clone(), key, _place: place };
        tokio::spawn(async move {
            let found = names.addresses(name).await.map_err(|reason: io::Error| {
                let is_unknown = reason.kind() == io::ErrorKind::NotFound;
                if is_unknown { LookupError::Unknown } else { LookupError::NoAnswer }
            });
            drop(flight);
            tell.send_replace(Some(found));
        });
        found
    }
}

impl Default for Lookups {
    fn default() -> Self {
        static PROCESS: LazyLock<Lookups> = LazyLock::new(|| Lookups::new(AT_ONCE, PATIENCE));
        PROCESS.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;
    use crate::outbound::BoxFuture;

    /// Answers when it is allowed to.
    #[derive(Debug, Default)]
    struct Slow {
        asked: AtomicUsize,
        answers: Arc<Notify>,
    }

    impl Names for Slow {
        fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let answers = self.answers.clone();
            Box::pin(async move {
                if name.starts_with("slow") {
                    answers.notified().await;
                }
                match name.as_str() {
                    "unknown" => Err(io::ErrorKind::NotFound.into()),
                    "down" => Err(io::Error::other("Temporary failure in name resolution")),
                    "panics" => panic!("as meant"),
                    _ => Ok(vec![[1, 1, 1, 1].into()]),
                }
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn names_that_are_never_answered_take_the_places_there_are_and_no_more() {
        let patience = Duration::from_secs(4);
        let lookups = Lookups::new(2, patience);
        let slow = Arc::<Slow>::default();
        let names: Arc<dyn Names> = slow.clone();
        for name in ["slow", "slower"] {
            let late = lookups.addresses(&names, name).await;
            assert_eq!(late, Err(LookupError::TimedOut { patience }));
        }
        // Their callers have given up; the resolver has not.
        for _ in 0..100 {
            let busy = lookups.addresses(&names, "quick").await;
            assert_eq!(busy, Err(LookupError::Busy { at_once: 2, patience }));
        }
        assert_eq!(slow.asked.load(Ordering::Relaxed), 2);

        slow.answers.notify_waiters();
        assert_eq!(lookups.addresses(&names, "quick").await, Ok(vec![[1, 1, 1, 1].into()]));
        assert_eq!(lookups.addresses(&names, "unknown").await, Err(LookupError::Unknown));
    }

    #[tokio::test(start_paused = true)]
    async fn one_name_that_is_never_answered_takes_one_place() {
        let patience = Duration::from_secs(4);
        let lookups = Lookups::new(2, patience);
        let slow = Arc::<Slow>::default();
        let names: Arc<dyn Names> = slow.clone();
        for _ in 0..100 {
            let late = lookups.addresses(&names, "slow").await;
            assert_eq!(late, Err(LookupError::TimedOut { patience }));
            assert_eq!(lookups.addresses(&names, "quick").await, Ok(vec![[1, 1, 1, 1].into()]));
        }
        assert_eq!(slow.asked.load(Ordering::Relaxed), 101);
        // Another resolver is another lookup.
        let others: Arc<dyn Names> = Arc::<Slow>::default();
        assert_eq!(lookups.addresses(&others, "quick").await, Ok(vec![[1, 1, 1, 1].into()]));

        slow.answers.notify_waiters();
        tokio::task::yield_now().await;
        assert!(lookups.flights.all().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_resolver_that_fails_says_nothing_of_the_name() {
        let lookups = Lookups::new(2, Duration::from_secs(4));
        let names: Arc<dyn Names> = Arc::<Slow>::default();
        for name in ["down", "panics", "down"] {
            assert_eq!(lookups.addresses(&names, name).await, Err(LookupError::NoAnswer), "{name}");
        }
        assert_eq!(lookups.addresses(&names, "unknown").await, Err(LookupError::Unknown));
        assert!(lookups.flights.all().is_empty());
    }
}
