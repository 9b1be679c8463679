//! What a host forgets, so that its store does not grow for ever.

use crate::store::{Store, StoreError};
use crate::tracker::Tracker;

impl<S: Store> Tracker<S> {
    /// Forgets notices that were settled long ago; once a day will do. Says how many. One that came again all the same
    /// would cost a question and decide nothing.
    ///
    /// # Errors
    /// - [`StoreError`]: none was forgotten, or all were and the store did not confirm it.
    pub async fn forget_settled(&self, now: u64) -> Result<u64, StoreError> {
        self.store.forget_settled(now.saturating_sub(self.policy.settled_seconds)).await
    }

    /// Forgets requests that ended long ago; once a day will do. Says how many. A request stays while it may still change
    /// or the product has not acknowledged its decision.
    ///
    /// A number that is forgotten is new: [`submit_once`](Self::submit_once) submits it again. The product must not repeat
    /// one after [`Policy::ended_seconds`](crate::Policy::ended_seconds).
    ///
    /// # Errors
    /// - [`StoreError`]: none was forgotten, or all were and the store did not confirm it.
    pub async fn forget_ended(&self, now: u64) -> Result<u64, StoreError> {
        let stays = self.policy.ended_seconds.max(self.policy.revocable_seconds);
        self.store.forget_ended(now.saturating_sub(stays)).await
    }
}
