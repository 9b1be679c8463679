//! The company: its endpoint and its approvers.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::approval::{Approval, NotAllowed, Step, Verdict};
use crate::fault::Fault;
use crate::journal::Entry;
use crate::outbox::Change;
use crate::signature::{TOLERANCE_SECONDS, verify};

/// Ids on a page of a list.
const PAGE: usize = 2;

/// What the company and the platform have agreed on.
#[derive(Clone, Copy)]
pub struct Setup {
    /// The platform's application.
    pub application: &'static str,
    /// The shared secret.
    pub secret: &'static str,
    /// During a change, the one before.
    pub previous_secret: Option<&'static str>,
    /// Who decides when a request names nobody.
    pub approvers: &'static [&'static str],
    /// Which of them it takes: `any` or `all`.
    pub mode: &'static str,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("application", &self.application).finish_non_exhaustive()
    }
}

/// A company for examples.
pub const EXAMPLE: Setup = Setup {
    application: "access",
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    previous_secret: None,
    approvers: &["li.si", "wang.wu"],
    mode: "any",
};

/// What comes of a request.
#[derive(Debug)]
pub enum Answer {
    /// This.
    Response(Response<Bytes>),
    /// No connection.
    Unreachable,
    /// A connection, and then nothing.
    Cut,
}

/// The company. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Company {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Fn() -> u64 + Send + Sync>,
}

struct State {
    setup: Setup,
    approvals: BTreeMap<String, Approval>,
    /// Submissions by `webhook-id`.
    submitted: BTreeMap<String, String>,
    changes: Vec<Change>,
    changes_made: usize,
    journal: Vec<Entry>,
    faults: BTreeMap<String, VecDeque<Fault>>,
    /// Faults of every message of a kind.
    lasting: BTreeMap<String, Fault>,
}

impl fmt::Debug for Company {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Company").field("approvals", &self.state().approvals.len()).finish_non_exhaustive()
    }
}

impl Company {
    /// A company whose clock is `clock`, in seconds since 1970.
    pub fn new(setup: Setup, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let state = State {
            setup,
            approvals: BTreeMap::new(),
            submitted: BTreeMap::new(),
            changes: Vec::new(),
            changes_made: 0,
            journal: Vec::new(),
            faults: BTreeMap::new(),
            lasting: BTreeMap::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), clock: Arc::new(clock) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its clock.
    #[must_use]
    pub fn now(&self) -> u64 {
        (self.clock)()
    }

    pub(crate) fn secrets(&self) -> Vec<String> {
        self.state().secrets().map(str::to_owned).collect()
    }

    /// Agrees on something else, such as another secret.
    pub fn set_up(&self, setup: Setup) {
        self.state().setup = setup;
    }

    /// Lets the next message of a kind (`approval.submit`, …; `time` for the GET) go wrong. Faults queue up.
    pub fn plan(&self, kind: &str, fault: Fault) {
        self.state().faults.entry(kind.to_owned()).or_default().push_back(fault);
    }

    /// Lets every message of a kind go wrong until [`recover`](Self::recover). What is [planned](Self::plan) comes first.
    pub fn fail(&self, kind: &str, fault: Fault) {
        self.state().lasting.insert(kind.to_owned(), fault);
    }

    /// Ends every fault.
    pub fn recover(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.lasting.clear();
    }

    /// Everything that arrived, in order.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.state().journal.clone()
    }

    /// All approvals, oldest first.
    #[must_use]
    pub fn approvals(&self) -> Vec<Approval> {
        self.state().approvals.values().cloned().collect()
    }

    /// The changes since the last call, to be [delivered](Self::deliver), lost, or delivered twice.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.state().changes)
    }

    /// Makes an approval without the engine.
    #[must_use]
    pub fn submit_by_hand(&self, key: &str, applicant: &str) -> String {
        let now = self.now();
        self.state().make(key, applicant, &Value::Null, now)
    }

    /// Lets an approver act.
    ///
    /// # Errors
    /// - [`NotAllowed`]: there is no such approval, or it is not this member's turn.
    pub fn act(&self, id: &str, member: &str, verdict: Verdict, words: &str) -> Result<(), NotAllowed> {
        let now = self.now();
        let mut state = self.state();
        state.approvals.get_mut(id).ok_or(NotAllowed::Unknown)?.act(member, verdict, words, now)?;
        let operation = match verdict {
            Verdict::Agreed => "agreed",
            Verdict::Rejected => "rejected",
        };
        state.announce(id, operation, Some(member), words, now);
        Ok(())
    }

    /// Sets the status, as withdrawing, revoking, deleting or a later version of the company's system does.
    ///
    /// # Errors
    /// - [`NotAllowed`]: there is no such approval.
    pub fn set_status(&self, id: &str, status: &str) -> Result<(), NotAllowed> {
        let now = self.now();
        let mut state = self.state();
        state.approvals.get_mut(id).ok_or(NotAllowed::Unknown)?.status = status.to_owned();
        state.announce(id, status, None, "", now);
        Ok(())
    }

    /// Answers one request to the endpoint.
    pub fn handle(&self, request: &Request<Bytes>) -> Answer {
        let now = self.now();
        let mut state = self.state();
        let message: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let kind = match *request.method() {
            Method::GET => "time",
            _ => text(&message, "type"),
        };
        let planned = state.faults.get_mut(kind).and_then(VecDeque::pop_front);
        let fault = planned.or_else(|| state.lasting.get(kind).cloned());
        let reply = match &fault {
            Some(Fault::Unreachable | Fault::CutBefore | Fault::Status(..) | Fault::Busy(..)) => None,
            Some(Fault::CutAfter | Fault::Garbled(_)) | None => Some(state.reply(request, &message, now)),
        };
        let answer = answer(reply, fault);
        let header = |name: &str| {
            request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        state.journal.push(Entry {
            kind: kind.to_owned(),
            id: header("webhook-id").to_owned(),
            signatures: header("webhook-signature").split_whitespace().count(),
            status: match &answer {
                Answer::Response(response) => Some(response.status().as_u16()),
                Answer::Unreachable | Answer::Cut => None,
            },
        });
        answer
    }
}

type Reply = (StatusCode, Value);

fn answer(reply: Option<Reply>, fault: Option<Fault>) -> Answer {
    let respond = |status, body: String| {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        response
    };
    let code = |status: u16| StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match fault {
        Some(Fault::Unreachable) => Answer::Unreachable,
        Some(Fault::CutBefore | Fault::CutAfter) => Answer::Cut,
        Some(Fault::Status(status, body)) => Answer::Response(respond(code(status), body.to_owned())),
        Some(Fault::Busy(status, seconds)) => {
            let mut response = respond(code(status), String::new());
            response.headers_mut().insert(http::header::RETRY_AFTER, seconds.into());
            Answer::Response(response)
        }
        Some(Fault::Garbled(body)) => Answer::Response(respond(StatusCode::OK, body.to_owned())),
        None => {
            let (status, body) = reply.unwrap_or_default();
            Answer::Response(respond(status, body.to_string()))
        }
    }
}

impl State {
    fn secrets(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.setup.secret).chain(self.setup.previous_secret)
    }

    fn reply(&mut self, request: &Request<Bytes>, message: &Value, now: u64) -> Reply {
        if request.method() == Method::GET {
            return (StatusCode::OK, json!({ "now": now }));
        }
        let header = |name: &str| {
            request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
        };
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let signatures = header("webhook-signature");
        let proven = self.secrets().any(|secret| verify(secret, id, timestamp, request.body(), signatures));
        let fresh = timestamp.parse().is_ok_and(|sent: u64| sent.abs_diff(now) <= TOLERANCE_SECONDS);
        if !proven || !fresh {
            return no(StatusCode::UNAUTHORIZED, "signature", "signature or timestamp not accepted");
        }
        let data = message.get("data").unwrap_or(&Value::Null);
        if text(data, "application") != self.setup.application {
            return no(StatusCode::NOT_FOUND, "application", "no such application");
        }
        match text(message, "type") {
            "connection.check" => (StatusCode::OK, json!({})),
            "approval.submit" => self.submit(id, data, now),
            "approval.fetch" => match self.approvals.get(text(data, "id")) {
                Some(approval) => (StatusCode::OK, approval.json()),
                None => no(StatusCode::NOT_FOUND, "approval", "no such approval"),
            },
            "approval.find" => {
                let found = self.within(data).find(|approval| approval.key == text(data, "key"));
                (StatusCode::OK, json!({ "id": found.map(|approval| &approval.id) }))
            }
            "approval.list" => {
                let from = text(data, "cursor").parse().unwrap_or(0);
                let ids: Vec<&str> =
                    self.within(data).skip(from).map(|approval| approval.id.as_str()).collect();
                let next = (ids.len() > PAGE).then(|| (from + PAGE).to_string());
                (
                    StatusCode::OK,
                    json!({ "ids": ids.into_iter().take(PAGE).collect::<Vec<_>>(), "cursor": next }),
                )
            }
            _ => no(StatusCode::BAD_REQUEST, "type", "no such message"),
        }
    }

    /// The approvals submitted in a message's window.
    fn within(&self, data: &Value) -> impl Iterator<Item = &Approval> {
        let at = |name: &str| data.get(name).and_then(Value::as_u64).unwrap_or_default();
        let window = at("starts-at")..at("ends-at");
        self.approvals.values().filter(move |approval| window.contains(&approval.submitted_at))
    }

    fn submit(&mut self, message_id: &str, data: &Value, now: u64) -> Reply {
        if let Some(id) = self.submitted.get(message_id) {
            return (StatusCode::OK, json!({ "id": id }));
        }
        let (key, applicant) = (text(data, "key"), text(data, "applicant"));
        if self.approvals.values().any(|approval| approval.key == key) {
            return no(StatusCode::CONFLICT, "key", "this key has an approval");
        }
        let id = self.make(key, applicant, data, now);
        self.submitted.insert(message_id.to_owned(), id.clone());
        (StatusCode::CREATED, json!({ "id": id }))
    }

    fn make(&mut self, key: &str, applicant: &str, form: &Value, now: u64) -> String {
        let id = format!("A-{:04}", self.approvals.len() + 1);
        let named = |step: &Value| {
            let members = step.get("members").and_then(Value::as_array).into_iter().flatten();
            Step::new(
                text(step, "kind"),
                text(step, "mode"),
                &members.filter_map(Value::as_str).collect::<Vec<_>>(),
            )
        };
        let steps = match form.get("steps").and_then(Value::as_array) {
            Some(steps) => steps.iter().map(named).collect(),
            None => vec![Step::new("approval", self.setup.mode, self.setup.approvers)],
        };
        let approval = Approval {
            id: id.clone(),
            key: key.to_owned(),
            applicant: applicant.to_owned(),
            status: "pending".to_owned(),
            form: form.clone(),
            application: self.setup.application.to_owned(),
            submitted_at: now,
            steps,
        };
        self.approvals.insert(id.clone(), approval);
        id
    }

    fn announce(&mut self, id: &str, operation: &str, actor: Option<&str>, words: &str, now: u64) {
        let Some(approval) = self.approvals.get(id) else { return };
        let mut data = approval.json();
        if let Value::Object(fields) = &mut data {
            fields.insert("operation".into(), json!(operation));
            fields.insert("actor".into(), json!(actor));
            fields.insert("comment".into(), json!(words));
        }
        self.changes_made += 1;
        let body = json!({ "type": "approval.changed", "timestamp": now, "data": data });
        self.changes.push(Change::new(self.changes_made, &approval.status, &body));
    }
}

fn no(status: StatusCode, code: &str, words: &str) -> Reply {
    (status, json!({ "code": code, "message": words }))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
