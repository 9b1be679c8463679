//! Everything the fake knows, behind one lock.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::callback::{AddressCheck, Outbox, ReceiveServer, Sections, approval_change};
use crate::china_time;
use crate::fault::{DeliveryFault, FaultPlan};
use crate::form::{ChangeEvent, Form};
use crate::journal::{DeliveryEntry, DeliveryOutcome, Entry, Journal};
use crate::limits::Limits;
use crate::random::Random;
use crate::setup::Setup;
use crate::token::Tokens;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) setup: Setup,
    /// For tokens, ids, nonces.
    pub(crate) random: Random,
    /// For the fault plan alone, so that a plan does not change what else is drawn.
    pub(crate) fault_random: Random,
    pub(crate) fault_seed: u64,
    pub(crate) faults: FaultPlan,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    /// In the order of their submission.
    pub(crate) forms: Vec<Form>,
    pub(crate) pages: BTreeMap<String, Page>,
    pub(crate) receiver: Option<ReceiveServer>,
    pub(crate) pending_save: Option<AddressCheck>,
    pub(crate) outbox: Outbox,
    pub(crate) journal: Journal,
    /// Forms submitted on each day in China, for their numbers.
    forms_of_day: BTreeMap<String, u32>,
    /// What became something else, and when, oldest first: what a lagging detail tells.
    superseded: BTreeMap<String, Vec<(u64, Form)>>,
}

/// Where a listing goes on.
#[derive(Debug)]
pub(crate) struct Page {
    /// Index of the first form not looked at.
    pub(crate) after: u64,
    /// The request the cursor was given for.
    pub(crate) request: Value,
}

impl State {
    pub(crate) fn new(setup: Setup, seed: u64) -> Self {
        Self {
            setup,
            random: Random::new(seed),
            fault_random: Random::new(!seed),
            fault_seed: !seed,
            faults: FaultPlan::none(),
            tokens: Tokens::default(),
            limits: Limits::default(),
            forms: Vec::new(),
            pages: BTreeMap::new(),
            receiver: None,
            pending_save: None,
            outbox: Outbox::default(),
            journal: Journal::default(),
            forms_of_day: BTreeMap::new(),
            superseded: BTreeMap::new(),
        }
    }

    /// A form as it was at that moment; as it was submitted, when it is younger.
    pub(crate) fn form_at(&self, sp_no: &str, moment: u64) -> Option<&Form> {
        let still_so = |(until, _): &&(u64, Form)| *until > moment;
        let past = self.superseded.get(sp_no).and_then(|past| past.iter().find(still_so));
        past.map(|(_, form)| form).or_else(|| self.forms.iter().find(|form| form.sp_no == sp_no))
    }

    /// Keeps what a form was before a change.
    pub(crate) fn supersede(&mut self, former: Form, now: u64) {
        self.superseded.entry(former.sp_no.clone()).or_default().push((now, former));
    }

    /// Takes in a form, and gives it its number.
    pub(crate) fn add_form(&mut self, form: Form, now: u64) -> String {
        let day = china_time::day(now);
        let count = self.forms_of_day.entry(day.clone()).or_insert(0);
        *count = count.saturating_add(1);
        let sp_no = format!("{day}{count:04}");
        self.forms.push(Form { sp_no: sp_no.clone(), ..form });
        sp_no
    }

    /// Queues the event for a change, if a server is saved and the template is ticked.
    pub(crate) fn announce(&mut self, sp_no: &str, event: ChangeEvent, now: u64) {
        let Some(form) = self.forms.iter().find(|form| form.sp_no == sp_no) else { return };
        let ticked = |server: &ReceiveServer| server.templates.contains(&form.template_id);
        if !self.receiver.as_ref().is_some_and(ticked) {
            return;
        }
        let message = approval_change(
            &self.setup.corp_id,
            self.setup.layout,
            form,
            event,
            Sections { divided: !self.faults.conditions.sections_undivided },
            now,
        );
        let fault = self.faults.for_delivery(&mut self.fault_random);
        if let Some(lost) = self.outbox.push(sp_no, event, message, fault, now) {
            self.journal.push(Entry::Delivery(DeliveryEntry {
                at: now,
                id: lost.id,
                attempt: 0,
                sp_no: lost.sp_no,
                event,
                fault: Some(DeliveryFault::Drop),
                outcome: DeliveryOutcome::Dropped,
            }));
        }
    }
}
