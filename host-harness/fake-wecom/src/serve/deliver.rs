//! The loop that posts events to the receive-event-server.

use std::convert::Infallible;
use std::time::Duration;

use super::client;
use crate::{Delivered, Delivery, FakeWeCom};

/// Posts events as they fall due, until it is dropped. It sleeps until something changes or the next retry is
/// due.
pub(super) async fn run(fake: FakeWeCom) -> Infallible {
    loop {
        deliver_due(&fake).await;
        let wait = fake.next_delivery_at().map(|at| Duration::from_secs(at.saturating_sub(fake.now())));
        match wait {
            Some(wait) => {
                // Elapsing is as good a reason to look again as a change is. At least a second passes for
                // what a clock in tests keeps from falling due.
                let wait = wait.max(Duration::from_secs(1));
                let _elapsed_or_changed = tokio::time::timeout(wait, fake.outbox_changed()).await;
            }
            None => fake.outbox_changed().await,
        }
    }
}

/// Posts everything that is due, one after the other so that order is kept, and books the outcomes. Gives the
/// number of attempts made. [`serve`](super::serve) does this by itself; a test may do it in its own time.
pub async fn deliver_due(fake: &FakeWeCom) -> usize {
    let due = fake.due_deliveries(fake.now());
    let attempts = due.len();
    for delivery in due {
        deliver(fake, delivery).await;
    }
    attempts
}

async fn deliver(fake: &FakeWeCom, delivery: Delivery) {
    let Delivery { id, attempt, request } = delivery;
    let sent = tokio::time::timeout(fake.patience().event, client::send(request)).await;
    let status = sent.ok().and_then(Result::ok).map(|response| response.status().as_u16());
    if status != Some(200) {
        tracing::info!(?id, attempt, status, "the callback was not accepted");
    }
    if fake.report(id, Delivered { status }).is_err() {
        tracing::debug!(?id, "the receiver was removed while the callback was on its way");
    }
}
