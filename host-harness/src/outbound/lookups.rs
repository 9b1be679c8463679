//! How many names are looked up at once, and how long that may take.
//!
//! The system resolves a name on a thread that waits, and a thread cannot be ended. So a place is free again when the
//! resolver has answered, and not when the caller stops waiting: names that a server never answers for take the places
//! there are, and no more threads.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;
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
}

impl Lookups {
    /// Places of one's own: so many names at once, each within `patience`, the wait for a place included.
    #[must_use]
    pub fn new(at_once: usize, patience: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once)), at_once, patience }
    }

    /// The addresses of a name, when there is a place for it and an answer in time.
    ///
    /// # Errors
    /// - [`LookupError::Busy`]: there was no place in time.
    /// - [`LookupError::TimedOut`]: there was no answer in time. The place is taken until there is.
    /// - [`LookupError::Unknown`]: the name has no address.
    pub async fn addresses(&self, names: &Arc<dyn Names>, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let Self { at_once, patience, .. } = *self;
        let ends_at = Instant::now() + patience;
        let Ok(Ok(place)) = timeout_at(ends_at, self.places.clone().acquire_owned()).await else {
            return Err(LookupError::Busy { at_once, patience });
        };
        let looking = names.addresses(name.to_owned());
        let looking = tokio::spawn(async move {
            let found = looking.await;
            drop(place);
            found
        });
        match timeout_at(ends_at, looking).await {
            Ok(Ok(found)) => found.map_err(|_reason: io::Error| LookupError::Unknown),
            // A resolver that panics gives no answer.
            Ok(Err(_)) => Err(LookupError::Unknown),
            Err(_) => Err(LookupError::TimedOut { patience }),
        }
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
                if name == "slow" {
                    answers.notified().await;
                }
                if name == "unknown" {
                    Err(io::ErrorKind::NotFound.into())
                } else {
                    Ok(vec![[1, 1, 1, 1].into()])
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
        for _ in 0..2 {
            let late = lookups.addresses(&names, "slow").await;
            assert_eq!(late, Err(LookupError::TimedOut { patience }));
        }
        // Their callers have given up; the resolver has not.
        for _ in 0..100 {
            let busy = lookups.addresses(&names, "slow").await;
            assert_eq!(busy, Err(LookupError::Busy { at_once: 2, patience }));
        }
        assert_eq!(slow.asked.load(Ordering::Relaxed), 2);

        slow.answers.notify_waiters();
        assert_eq!(lookups.addresses(&names, "quick").await, Ok(vec![[1, 1, 1, 1].into()]));
        assert_eq!(lookups.addresses(&names, "unknown").await, Err(LookupError::Unknown));
    }
}
