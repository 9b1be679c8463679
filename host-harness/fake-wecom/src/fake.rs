//! The fake itself: one handle to state, clock and seed.

mod actions;
mod deliveries;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Uri};
use tokio::sync::Notify;

use crate::answer::{self, Answer};
use crate::api::Call;
use crate::clock::Clock;
use crate::fault::{CallFault, FaultPlan};
use crate::form::Form;
use crate::journal::{ActionEntry, CallEntry, DeliveryEntry, Entry};
use crate::random::Random;
use crate::setup::{Patience, Setup};
use crate::state::State;

/// A WeCom of one company. Clones are handles to the same one.
///
/// It opens no socket, reads no clock but the one it was given, and never waits: what would take time comes
/// back as [`Answer::Slow`] or as a [`Delivery`](crate::Delivery) with a due time. [`serve`](crate::serve)
/// puts it on the net.
#[derive(Clone)]
pub struct FakeWeCom {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    clock: Box<dyn Clock>,
    /// Told whenever the outbox may have something new.
    outbox_changed: Notify,
}

impl FakeWeCom {
    /// A fake of the company in `setup`. Equal seeds and equal calls give equal runs.
    #[must_use]
    pub fn new(setup: Setup, clock: impl Clock + 'static, seed: u64) -> Self {
        let state = Mutex::new(State::new(setup, seed));
        Self { shared: Arc::new(Shared { state, clock: Box::new(clock), outbox_changed: Notify::new() }) }
    }

    /// Answers a call of the API from the address `peer`.
    pub fn handle(&self, request: Request<Bytes>, peer: IpAddr) -> Answer {
        let fault = self.draw(request.uri());
        self.handle_under(fault, request, peer)
    }

    /// What the plan does to the next call of this address: the call counts as begun.
    pub(crate) fn draw(&self, uri: &Uri) -> Option<CallFault> {
        let mut state = self.lock();
        let State { faults, fault_random, .. } = &mut *state;
        faults.for_call(api_path(uri), fault_random)
    }

    /// Answers a call for which the plan has been asked.
    pub(crate) fn handle_under(
        &self,
        fault: Option<CallFault>,
        request: Request<Bytes>,
        peer: IpAddr,
    ) -> Answer {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let now = self.now();
        let call =
            Call { now, peer, method: &parts.method, path: api_path(&parts.uri), query: &query, body: &body };
        let answer = answer::answer(&mut self.lock(), &call, fault);
        self.shared.outbox_changed.notify_one();
        answer.dated(now)
    }

    /// Replaces the fault plan. Counts and draws start anew, so a plan runs the same whenever it is set.
    pub fn set_faults(&self, plan: FaultPlan) {
        let mut state = self.lock();
        state.faults = plan;
        state.fault_random = Random::new(state.fault_seed);
    }

    /// Changes the company as an administrator would: disable an app, let a member leave, narrow a range.
    pub fn reconfigure(&self, change: impl FnOnce(&mut Setup)) {
        change(&mut self.lock().setup);
    }

    /// The company as it is.
    #[must_use]
    pub fn setup(&self) -> Setup {
        self.lock().setup.clone()
    }

    /// All tokens expire: business calls answer 42001.
    pub fn expire_tokens(&self) {
        let now = self.now();
        self.lock().tokens.expire_all(now);
    }

    /// All tokens are revoked, as WeCom may do "for operational reasons" (D91039): business calls answer
    /// 40014.
    pub fn revoke_tokens(&self) {
        self.lock().tokens.revoke_all();
    }

    /// The journal, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.lock().journal.entries().cloned().collect()
    }

    /// All calls of the API, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<CallEntry> {
        self.select(|entry| match entry {
            Entry::Call(call) => Some(call.clone()),
            Entry::Action(_) | Entry::Delivery(_) => None,
        })
    }

    /// The calls of one path, written as behind `/cgi-bin/`: `oa/applyevent`.
    #[must_use]
    pub fn calls_to(&self, path: &str) -> Vec<CallEntry> {
        self.calls().into_iter().filter(|call| call.path == path).collect()
    }

    /// What people did in the client, oldest first.
    #[must_use]
    pub fn actions(&self) -> Vec<ActionEntry> {
        self.select(|entry| match entry {
            Entry::Action(action) => Some(action.clone()),
            Entry::Call(_) | Entry::Delivery(_) => None,
        })
    }

    /// The attempts to deliver events, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<DeliveryEntry> {
        self.select(|entry| match entry {
            Entry::Delivery(delivery) => Some(delivery.clone()),
            Entry::Call(_) | Entry::Action(_) => None,
        })
    }

    /// All forms, in the order of their submission.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        self.lock().forms.clone()
    }

    /// The form with this number.
    #[must_use]
    pub fn form(&self, sp_no: &str) -> Option<Form> {
        self.lock().forms.iter().find(|form| form.sp_no == sp_no).cloned()
    }

    /// What WeCom's clock shows, unix seconds: the one it was given, and the plan's
    /// [skew](FaultPlan::clock_skew).
    #[must_use]
    pub fn now(&self) -> u64 {
        self.shared.clock.now().saturating_add_signed(self.lock().faults.conditions.clock_skew_seconds)
    }

    pub(crate) fn patience(&self) -> Patience {
        self.lock().setup.patience
    }

    /// Lets the delivery loop look again, for a test that has moved a [`ManualClock`](crate::ManualClock).
    pub fn wake_deliveries(&self) {
        self.shared.outbox_changed.notify_one();
    }

    /// Waits until the outbox may have something new.
    pub(crate) async fn outbox_changed(&self) {
        self.shared.outbox_changed.notified().await;
    }

    fn select<T>(&self, pick: impl Fn(&Entry) -> Option<T>) -> Vec<T> {
        self.lock().journal.entries().filter_map(pick).collect()
    }

    /// A panic while the lock was held cannot leave the state half changed in a way that matters to a fake:
    /// go on.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The path behind `/cgi-bin/`; the whole path when it starts otherwise.
fn api_path(uri: &Uri) -> &str {
    uri.path().strip_prefix("/cgi-bin/").unwrap_or(uri.path())
}

impl fmt::Debug for FakeWeCom {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        out.debug_struct("FakeWeCom")
            .field("corp_id", &state.setup.corp_id)
            .field("forms", &state.forms.len())
            .finish_non_exhaustive()
    }
}
