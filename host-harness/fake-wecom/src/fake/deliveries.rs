//! The receive-event-server and what is sent to it.
//!
//! Sans-IO: [`begin_save`](FakeWeCom::begin_save) and [`due_deliveries`](FakeWeCom::due_deliveries) say what
//! to send, [`finish_save`](FakeWeCom::finish_save) and [`report`](FakeWeCom::report) are told what came
//! back.

use bytes::Bytes;
use http::{Request, Response};

use super::FakeWeCom;
use crate::callback::{
    Delivered, Delivery, DeliveryId, NoReceiveServer, ReceiveServer, SaveRefused, UnknownDelivery,
    check_address, seal_for,
};
use crate::journal::{DeliveryEntry, Entry};
use crate::state::State;

impl FakeWeCom {
    /// Begins what "save" does on the console's page: gives the GET that the address must answer. A server
    /// saved earlier stays in use until [`finish_save`](Self::finish_save) succeeds.
    ///
    /// # Errors
    /// [`SaveRefused::Address`], [`SaveRefused::Token`], [`SaveRefused::AesKey`]: a field has the wrong form.
    pub fn begin_save(&self, server: ReceiveServer) -> Result<Request<Bytes>, SaveRefused> {
        let now = self.now();
        let mut state = self.lock();
        let State { setup, random, pending_save, .. } = &mut *state;
        let (check, request) = check_address(server, &setup.corp_id, now, random)?;
        *pending_save = Some(check);
        Ok(request)
    }

    /// Ends a save with the answer to its GET.
    ///
    /// # Errors
    /// [`SaveRefused::Status`], [`SaveRefused::EchoDiffers`]: the address did not prove that it holds the
    /// key. [`SaveRefused::NotBegun`]: no save is under way.
    pub fn finish_save(&self, response: &Response<Bytes>) -> Result<(), SaveRefused> {
        let mut state = self.lock();
        let check = state.pending_save.take().ok_or(SaveRefused::NotBegun)?;
        state.receiver = Some(check.finish(response)?);
        Ok(())
    }

    /// Takes the server away, and what waits for it. Changes that follow are sent to nobody.
    pub fn remove_receive_server(&self) {
        let mut state = self.lock();
        state.receiver = None;
        state.outbox.clear();
    }

    /// The server in use, if one is saved.
    #[must_use]
    pub fn receive_server(&self) -> Option<ReceiveServer> {
        self.lock().receiver.clone()
    }

    /// What is to be sent at `now`, unix seconds, in the order it is to arrive. Each must be
    /// [reported](Self::report); until then it is not given out again.
    #[must_use]
    pub fn due_deliveries(&self, now: u64) -> Vec<Delivery> {
        let mut state = self.lock();
        let State { setup, random, receiver, outbox, .. } = &mut *state;
        match receiver {
            Some(server) => outbox.take_due(server, &setup.corp_id, now, random),
            None => Vec::new(),
        }
    }

    /// Books the outcome of an attempt. Status 200 ends the delivery; anything else, or no answer, is tried
    /// again [`RETRY_SPACING`](crate::RETRY_SPACING) later, [`RETRIES`](crate::RETRIES) times in all.
    ///
    /// # Errors
    /// [`UnknownDelivery`]: it is not on its way.
    pub fn report(&self, id: DeliveryId, delivered: Delivered) -> Result<(), UnknownDelivery> {
        let now = self.now();
        let mut state = self.lock();
        let (queued, outcome) = state.outbox.report(id, delivered, now).ok_or(UnknownDelivery(id))?;
        state.journal.push(Entry::Delivery(DeliveryEntry {
            at: now,
            id,
            attempt: queued.attempt,
            sp_no: queued.sp_no,
            event: queued.event,
            fault: queued.fault,
            outcome,
        }));
        drop(state);
        self.shared.outbox_changed.notify_one();
        Ok(())
    }

    /// When the next delivery is due, unix seconds; none if nothing waits.
    #[must_use]
    pub fn next_delivery_at(&self) -> Option<u64> {
        self.lock().outbox.next_due()
    }

    /// A callback with any text inside, sealed and signed as WeCom's own: what a sound sender of nonsense
    /// sends.
    ///
    /// # Errors
    /// [`NoReceiveServer`]: there is no key to seal with.
    pub fn sealed_callback(&self, plaintext: &str) -> Result<Request<Bytes>, NoReceiveServer> {
        let now = self.now();
        let mut state = self.lock();
        let State { setup, random, receiver, .. } = &mut *state;
        let server = receiver.as_ref().ok_or(NoReceiveServer)?;
        seal_for(server, &setup.corp_id, plaintext, now, random).ok_or(NoReceiveServer)
    }
}
