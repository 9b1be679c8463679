//! Callbacks of the company, and of those who would like to be it.

use conformance_kit::provider::{Delivery, Letter};
use fake_webhook::signature::sign;
use fake_webhook::{Company, EXAMPLE};
use host_harness::contract::{CallbackRequest, Header};
use serde_json::{Value, json};

/// Stands inside signed messages, where no field of an event comes from.
pub(super) const MARKER: &str = "MARKER-OF-A-MESSAGE-BODY";

const DAY: u64 = 86_400;
const NUMBER: &str = "A-7000";
const ID: &str = "evt_7000";
const STRANGERS_SECRET: &str = "whsec_c3RyYW5nZXJzIHNlY3JldCB0aGF0IG5vYm9keSBzaGFyZXM=";

/// The requests of one kind.
pub(super) fn of(letter: Letter, company: &Company) -> Vec<Delivery> {
    let now = company.now();
    let sender = Sender { secret: EXAMPLE.secret, id: ID, sent_at: now, received_at: now };
    let genuine = || approved(NUMBER, &["li.si", "wang.wu"], now);
    let one = |what: &str, request: CallbackRequest| vec![delivery(what, request)];
    let signed = |what: &str, message: &Value| one(what, sender.post(message));
    match letter {
        Letter::News => news(company),
        Letter::Genuine => signed("an approval", &genuine()),
        Letter::Retry => one("the same again", Sender { sent_at: now - 60, ..sender }.post(&genuine())),
        Letter::OtherApproval => {
            let other = Sender { id: "evt_7001", ..sender };
            one("another approval", other.post(&approved("A-7001", &["li.si", "wang.wu"], now)))
        }
        Letter::OtherChange => {
            let later = changed(NUMBER, "revoked", "revoked", &["li.si"], now);
            one("a later change", Sender { id: "evt_7002", ..sender }.post(&later))
        }
        Letter::Unsigned => unsigned(&sender, &genuine()),
        Letter::Forged => {
            one("a stranger's signature", Sender { secret: STRANGERS_SECRET, ..sender }.post(&genuine()))
        }
        Letter::DressedUp => {
            let mut request = sender.post(&genuine());
            request.query = String::from("id=A-1&application=leave&status=rejected");
            request.headers.extend([header("x-status", "rejected"), header("x-approval", "A-1")]);
            one("facts in the query and in other headers", request)
        }
        Letter::Stale => [now - DAY, now + DAY]
            .map(|received_at| {
                let post = Sender { received_at, ..sender }.post(&genuine());
                delivery(&format!("received at {received_at}"), post)
            })
            .to_vec(),
        Letter::Altered => altered(&sender.post(&genuine())),
        Letter::Hostile => hostile(&sender),
        Letter::Bomb => {
            let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
            let inside = format!(
                r#"{{"type": "approval.changed", "data": {{"application": "access", "x": {deep}}}}}"#
            );
            vec![
                delivery("3,000 lists in each other", sender.text(deep.as_bytes())),
                delivery("the same inside of an approval", sender.text(inside.as_bytes())),
            ]
        }
        Letter::Huge => one("a body of 1.5 MiB", sender.text(&vec![b'x'; 3 << 19])),
        Letter::UnknownKind => {
            signed("weather", &json!({ "type": "weather.changed", "data": { "is": MARKER } }))
        }
        Letter::UnknownStatus => {
            signed("the future", &changed(NUMBER, "escalated", "delegated-upwards", &["li.si"], now))
        }
        Letter::Foreign => {
            let mut leave = genuine();
            if let Some(application) = leave.pointer_mut("/data/application") {
                *application = json!("leave");
            }
            signed("a leave form", &leave)
        }
        Letter::ForeignAndBare => signed(
            "a bare leave form",
            &json!({ "type": "approval.changed", "data": { "application": "leave" } }),
        ),
        Letter::WrongMethod => ["PUT", "get", ""]
            .map(|method| {
                let post = sender.post(&genuine());
                delivery(&format!("{method:?}"), CallbackRequest { method: method.to_owned(), ..post })
            })
            .to_vec(),
        Letter::NoApprover => signed("nobody", &approved(NUMBER, &[], now)),
        Letter::OneApprover => signed("one", &approved(NUMBER, &["li.si"], now)),
        Letter::ThreeApprovers => signed("three", &approved(NUMBER, &["li.si", "wang.wu", "sec.chen"], now)),
        // The protocol has neither.
        Letter::OtherReceiver | Letter::AddressCheck | Letter::ForgedAddressCheck => Vec::new(),
    }
}

/// What the company sends by itself.
fn news(company: &Company) -> Vec<Delivery> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    company
        .changes()
        .iter()
        .map(|change| {
            let request = company.deliver(change);
            let headers = request.headers().iter().map(|(name, value)| header(name.as_str(), &text(value)));
            let request = CallbackRequest {
                method: request.method().to_string(),
                query: request.uri().query().unwrap_or_default().to_owned(),
                headers: headers.collect(),
                body: request.body().to_vec(),
                received_at: company.now(),
            };
            delivery("news", request)
        })
        .collect()
}

fn approved(number: &str, approvers: &[&str], now: u64) -> Value {
    changed(number, "approved", "agreed", approvers, now)
}

fn changed(number: &str, status: &str, operation: &str, approvers: &[&str], now: u64) -> Value {
    let agreed = |id: &&str| json!({ "id": id, "verdict": "agreed", "comment": "", "acted-at": now });
    let members: Vec<Value> = approvers.iter().map(agreed).collect();
    json!({ "type": "approval.changed", "timestamp": now, "data": {
        "id": number,
        "application": EXAMPLE.application,
        "status": status,
        "applicant": "zhang.san",
        "submitted-at": now,
        "steps": [{ "kind": "approval", "mode": "all", "verdict": "agreed", "members": members }],
        "operation": operation,
        "actor": approvers.first(),
        "remark": MARKER,
    } })
}

fn unsigned(sender: &Sender<'_>, message: &Value) -> Vec<Delivery> {
    let signature = |value: &str| {
        let mut request = sender.post(message);
        request.headers.retain(|header| header.name != "webhook-signature");
        request.headers.push(header("webhook-signature", value));
        request
    };
    let mut bare = sender.post(message);
    bare.headers.clear();
    let mut without = sender.post(message);
    without.headers.retain(|header| header.name != "webhook-signature");
    vec![
        delivery("no header", bare),
        delivery("no signature", without),
        delivery("an empty signature", signature("")),
        delivery("a version and no signature", signature("v1,")),
        delivery("a version that nobody knows", signature("v0,AAAA")),
    ]
}

/// Every byte of id and body changed, one at a time, and the time by less than a message may be off: the signature stays.
fn altered(genuine: &CallbackRequest) -> Vec<Delivery> {
    let other = |byte: u8| if byte == b'1' { b'2' } else { b'1' };
    let change = |bytes: &mut [u8], at: usize| {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = other(*byte);
        }
    };
    let body = (0..genuine.body.len()).map(|at| {
        let mut request = genuine.clone();
        change(&mut request.body, at);
        delivery(&format!("byte {at} of the body changed"), request)
    });
    let in_header = |name: &'static str, at: usize| {
        let mut request = genuine.clone();
        for header in request.headers.iter_mut().filter(|header| header.name == name) {
            let mut bytes = header.value.clone().into_bytes();
            change(&mut bytes, at);
            header.value = String::from_utf8_lossy(&bytes).into_owned();
        }
        delivery(&format!("byte {at} of {name} changed"), request)
    };
    // A change of a digit before the last two would be refused as stale, without a look at the signature.
    let id = (0..ID.len()).map(|at| in_header("webhook-id", at));
    let time = (8..10).map(|at| in_header("webhook-timestamp", at));
    body.chain(id).chain(time).collect()
}

fn hostile(sender: &Sender<'_>) -> Vec<Delivery> {
    let ours = |more: &str| {
        format!(
            r#"{{"type": "approval.changed", "timestamp": 1, "data": {{"application": "access"{more}}}}}"#
        )
    };
    [
        ("nothing", String::new()),
        ("no JSON", MARKER.to_owned()),
        ("half of it", format!(r#"{{"type": "{MARKER}"#)),
        ("null", String::from("null")),
        ("a number", String::from("184467440737095516160")),
        ("half a character", String::from(r#""\ud800""#)),
        ("no type", String::from("{}")),
        ("a type that is no text", String::from(r#"{"type": 7}"#)),
        ("no data", String::from(r#"{"type": "approval.changed", "timestamp": 1}"#)),
        ("data that is a list", String::from(r#"{"type": "approval.changed", "data": []}"#)),
        ("an approval without a number", ours("")),
        ("a number that is none", ours(r#", "id": 7, "status": "approved", "applicant": "zhang.san""#)),
        ("an empty number", ours(r#", "id": "", "status": "approved", "applicant": "zhang.san""#)),
        (
            "steps that are a text",
            ours(r#", "id": "A-1", "status": "approved", "applicant": "a", "steps": "no""#),
        ),
    ]
    .map(|(what, text)| delivery(what, sender.text(text.as_bytes())))
    .into_iter()
    .chain([delivery("no UTF-8", sender.text(&[0xff, 0xfe, 0x00]))])
    .collect()
}

/// Who sends.
#[derive(Clone, Copy)]
struct Sender<'a> {
    secret: &'a str,
    id: &'a str,
    sent_at: u64,
    received_at: u64,
}

impl Sender<'_> {
    fn post(&self, message: &Value) -> CallbackRequest {
        self.text(message.to_string().as_bytes())
    }

    fn text(&self, body: &[u8]) -> CallbackRequest {
        CallbackRequest {
            method: String::from("POST"),
            query: String::new(),
            headers: vec![
                header("content-type", "application/json"),
                header("webhook-id", self.id),
                header("webhook-timestamp", &self.sent_at.to_string()),
                header("webhook-signature", &sign(self.secret, self.id, self.sent_at, body)),
            ],
            body: body.to_vec(),
            received_at: self.received_at,
        }
    }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

fn delivery(what: &str, request: CallbackRequest) -> Delivery {
    Delivery { what: what.to_owned(), request, echo: None }
}
