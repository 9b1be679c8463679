//! Events that wait to be sent, in order, with their retries.

use bytes::Bytes;
use http::Request;

use super::envelope::{Sender, sealed_request};
use super::save::address;
use super::{Delivered, Delivery, DeliveryId, RETRIES, RETRY_SPACING, ReceiveServer};
use crate::crypto::AesKey;
use crate::fault::DeliveryFault;
use crate::form::ChangeEvent;
use crate::journal::DeliveryOutcome;
use crate::random::Random;

/// Seconds after which an event that waits for its successor goes out alone.
const REORDER_PATIENCE_SECONDS: u64 = 60;

/// An event, from the change that caused it to its acceptance.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    pub(crate) id: DeliveryId,
    pub(crate) sp_no: String,
    pub(crate) event: ChangeEvent,
    pub(crate) message: String,
    pub(crate) fault: Option<DeliveryFault>,
    pub(crate) attempt: u32,
    due_at: u64,
    place: u64,
    state: Waiting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    ItsTime,
    ItsSuccessor,
    AnAnswer,
}

#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: Vec<Queued>,
    last_id: u64,
    last_place: u64,
}

impl Outbox {
    /// Takes in an event. Gives it back if the fault plan loses it.
    pub(crate) fn push(
        &mut self,
        sp_no: &str,
        event: ChangeEvent,
        message: String,
        fault: Option<DeliveryFault>,
        now: u64,
    ) -> Option<Queued> {
        let mut queued = Queued {
            id: self.next_id(),
            sp_no: sp_no.to_owned(),
            event,
            message,
            fault,
            attempt: 0,
            due_at: now,
            place: self.next_place(),
            state: Waiting::ItsTime,
        };
        match fault {
            Some(DeliveryFault::Drop) => return Some(queued),
            Some(DeliveryFault::Delay(seconds)) => queued.due_at = now.saturating_add(seconds),
            Some(DeliveryFault::Reorder) => {
                queued.due_at = now.saturating_add(REORDER_PATIENCE_SECONDS);
                queued.state = Waiting::ItsSuccessor;
            }
            Some(DeliveryFault::Duplicate) | None => {}
        }
        let due_at = queued.due_at;
        let twin = (fault == Some(DeliveryFault::Duplicate)).then(|| queued.clone());
        self.queue.push(queued);
        if let Some(twin) = twin {
            let (id, place) = (self.next_id(), self.next_place());
            self.queue.push(Queued { id, place, ..twin });
        }
        if fault != Some(DeliveryFault::Reorder) {
            self.release_predecessors(due_at);
        }
        None
    }

    /// What is to be sent at `now`, in the order it is to arrive. Taken deliveries wait for their report.
    pub(crate) fn take_due(
        &mut self,
        server: &ReceiveServer,
        corp_id: &str,
        now: u64,
        random: &mut Random,
    ) -> Vec<Delivery> {
        self.queue.sort_by_key(|queued| (queued.due_at, queued.place));
        let due = self.queue.iter_mut().filter(|queued| queued.is_due(now));
        due.filter_map(|queued| {
            let request = seal_for(server, corp_id, &queued.message, now, random)?;
            queued.attempt = queued.attempt.saturating_add(1);
            queued.state = Waiting::AnAnswer;
            Some(Delivery { id: queued.id, attempt: queued.attempt, request })
        })
        .collect()
    }

    /// Books the outcome of an attempt; none if no such delivery is on its way.
    pub(crate) fn report(
        &mut self,
        id: DeliveryId,
        delivered: Delivered,
        now: u64,
    ) -> Option<(Queued, DeliveryOutcome)> {
        let on_its_way = |queued: &Queued| queued.id == id && queued.state == Waiting::AnAnswer;
        let index = self.queue.iter().position(on_its_way)?;
        let queued = self.queue.get_mut(index)?;
        let outcome = if delivered.status == Some(200) {
            DeliveryOutcome::Accepted
        } else if queued.attempt > RETRIES {
            DeliveryOutcome::Failed { status: delivered.status, retry_at: None }
        } else {
            queued.due_at = now.saturating_add(RETRY_SPACING.as_secs());
            queued.state = Waiting::ItsTime;
            DeliveryOutcome::Failed { status: delivered.status, retry_at: Some(queued.due_at) }
        };
        let queued = queued.clone();
        if !matches!(outcome, DeliveryOutcome::Failed { retry_at: Some(_), .. }) {
            self.queue.remove(index);
        }
        Some((queued, outcome))
    }

    /// When the next delivery is due, unix seconds.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let waiting = self.queue.iter().filter(|queued| queued.state != Waiting::AnAnswer);
        waiting.map(|queued| queued.due_at).min()
    }

    /// Forgets what waits; used when the receiver is taken away.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    fn release_predecessors(&mut self, due_at: u64) {
        let place = self.next_place();
        for queued in self.queue.iter_mut().filter(|queued| queued.state == Waiting::ItsSuccessor) {
            queued.state = Waiting::ItsTime;
            queued.due_at = due_at;
            queued.place = place;
        }
    }

    fn next_id(&mut self) -> DeliveryId {
        self.last_id = self.last_id.saturating_add(1);
        DeliveryId(self.last_id)
    }

    fn next_place(&mut self) -> u64 {
        self.last_place = self.last_place.saturating_add(1);
        self.last_place
    }
}

impl Queued {
    fn is_due(&self, now: u64) -> bool {
        self.state != Waiting::AnAnswer && self.due_at <= now
    }
}

/// None for settings that no save lets through.
pub(crate) fn seal_for(
    server: &ReceiveServer,
    corp_id: &str,
    message: &str,
    now: u64,
    random: &mut Random,
) -> Option<Request<Bytes>> {
    let url = address(&server.url).ok()?;
    let key = AesKey::parse(server.aes_key.reveal()).ok()?;
    let sender = Sender { corp_id, url: &url, token: server.token.reveal(), key: &key };
    Some(sealed_request(&sender, message, now, random))
}
