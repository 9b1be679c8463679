//! Callbacks of the sample provider, and of those who would like to be it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use host_harness::contract::CallbackRequest;
use serde_json::{Value, json};
use sha2::Sha256;
use url::form_urlencoded::byte_serialize;

use super::company::{Company, message};
use super::{CALLBACK_SECRET, MARKER, ORGANISATION, TEMPLATE};
use crate::provider::{Delivery, Letter};

const DAY: u64 = 86_400;
const NUMBER: &str = "F-7000";

/// The requests of one kind.
pub(super) fn of(letter: Letter, now: u64, company: &mut Company) -> Vec<Delivery> {
    company.nonces += 1;
    let sender = Sender { secret: CALLBACK_SECRET, sent_at: now, nonce: company.nonces };
    let genuine = || approved(NUMBER, now);
    let one = |what: &str, request: CallbackRequest| vec![delivery(what, request)];
    let sealed = |what: &str, message: &Value| one(what, sender.post(&message.to_string()));
    match letter {
        Letter::News => {
            let news = std::mem::take(&mut company.news);
            news.iter().map(|message| delivery("news", sender.post(&message.to_string()))).collect()
        }
        Letter::Genuine | Letter::Retry => sealed("an approval", &genuine()),
        Letter::OtherApproval => sealed("another approval", &approved("F-7001", now)),
        Letter::OtherChange => {
            sealed("a later change", &changed(NUMBER, "revoked", "revoked", &["bob"], now))
        }
        Letter::Unsigned => {
            let text = genuine().to_string();
            vec![
                delivery("no signature", request("POST", String::new(), &text, now)),
                delivery("an empty signature", request("POST", sender.query(""), &envelope(&text), now)),
                delivery("no query", request("POST", String::new(), &envelope(&text), now)),
            ]
        }
        Letter::Forged => {
            let stranger = Sender { secret: "somebody-else's-secret-0123456789", ..sender };
            one("a stranger's signature", stranger.post(&genuine().to_string()))
        }
        Letter::OtherReceiver => {
            let mut message = genuine();
            set(&mut message, "receiver", json!("org-0002"));
            sealed("another organisation's", &message)
        }
        Letter::DressedUp => {
            let text = genuine().to_string();
            let dressed = json!({
                "organisation": "org-0002",
                "message": text,
                "approval": { "id": "F-1", "status": "rejected" },
                "status": "rejected",
                "id": "F-1",
            });
            let query = sender.query(&sender.signature(&text));
            one("an envelope with facts", request("POST", query, &dressed.to_string(), now))
        }
        Letter::Stale => [now - DAY, now + DAY]
            .map(|received_at| {
                let post = sender.post(&genuine().to_string());
                delivery(&format!("received at {received_at}"), CallbackRequest { received_at, ..post })
            })
            .to_vec(),
        Letter::Altered => {
            altered(&sender, &changed(NUMBER, "approved", "agreed", &[], now).to_string(), now)
        }
        Letter::Hostile => hostile(&sender),
        Letter::Bomb => {
            let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
            one("3,000 lists in each other", sender.post(&deep))
        }
        Letter::Huge => one("a body of 1.5 MiB", sender.post(&"x".repeat(3 << 19))),
        Letter::UnknownKind => {
            let mut message = genuine();
            set(&mut message, "kind", json!("weather-changed"));
            sealed("weather", &message)
        }
        Letter::UnknownStatus => {
            sealed("the future", &changed(NUMBER, "escalated", "delegated-upwards", &["bob"], now))
        }
        Letter::Foreign => {
            let mut message = genuine();
            let approval = message.get_mut("approval");
            if let Some(approval) = approval {
                set(approval, "template", json!("T-leave"));
            }
            sealed("a leave form", &message)
        }
        Letter::ForeignAndBare => {
            let bare = json!({ "template": "T-leave" });
            sealed("a bare leave form", &message(bare, "agreed", "", "", now))
        }
        Letter::AddressCheck => address_checks(&sender),
        Letter::ForgedAddressCheck => {
            let stranger = Sender { secret: "somebody-else's-secret-0123456789", ..sender };
            address_checks(&stranger)
        }
        Letter::WrongMethod => ["PUT", "get", ""]
            .map(|method| {
                let post = sender.post(&genuine().to_string());
                delivery(&format!("{method:?}"), CallbackRequest { method: method.to_owned(), ..post })
            })
            .to_vec(),
        Letter::NoApprover => sealed("nobody", &changed(NUMBER, "approved", "agreed", &[], now)),
        Letter::OneApprover => sealed("one", &changed(NUMBER, "approved", "agreed", &["bob"], now)),
        Letter::ThreeApprovers => {
            sealed("three", &changed(NUMBER, "approved", "agreed", &["bob", "carol", "dora"], now))
        }
    }
}

fn approved(number: &str, now: u64) -> Value {
    changed(number, "approved", "agreed", &["bob", "carol"], now)
}

fn changed(number: &str, status: &str, operation: &str, approvers: &[&str], now: u64) -> Value {
    let approvers: Vec<Value> = approvers
        .iter()
        .map(|member| json!({ "member": member, "verdict": "agreed", "comment": "", "acted-at": now }))
        .collect();
    let approval = json!({
        "id": number,
        "template": TEMPLATE,
        "title": "Access",
        "status": status,
        "applicant": "ann",
        "submitted-at": now,
        "approvers": approvers,
        "notified": [],
    });
    message(approval, operation, "bob", "", now)
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Every byte of the message changed, one at a time, under the signature as it was.
fn altered(sender: &Sender, text: &str, now: u64) -> Vec<Delivery> {
    let signature = sender.signature(text);
    (0..text.len())
        .filter_map(|at| {
            let mut bytes = text.as_bytes().to_vec();
            let byte = bytes.get_mut(at)?;
            *byte = if *byte == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(bytes).ok()?;
            let request = request("POST", sender.query(&signature), &envelope(&changed), now);
            Some(delivery(&format!("byte {at} changed"), request))
        })
        .collect()
}

fn hostile(sender: &Sender) -> Vec<Delivery> {
    let bare = json!({ "receiver": ORGANISATION, "kind": "approval-changed" }).to_string();
    let half = json!({
        "receiver": ORGANISATION,
        "kind": "approval-changed",
        "approval": { "template": TEMPLATE, "status": MARKER },
    });
    [
        ("nothing", ""),
        ("no JSON", MARKER),
        ("a number", "184467440737095516160"),
        ("null", "null"),
        ("half a string", "\"\\ud800"),
        ("no approval", bare.as_str()),
        ("an approval without a number", half.to_string().as_str()),
    ]
    .map(|(what, text)| delivery(what, sender.post(text)))
    .to_vec()
}

fn address_checks(sender: &Sender) -> Vec<Delivery> {
    ["7", "007", "12345678901234567890123", "a+b/c= d", "\"quoted\""]
        .map(|echo| Delivery {
            what: format!("check with {echo:?}"),
            request: sender.get(echo),
            echo: Some(echo.to_owned()),
        })
        .to_vec()
}

/// Who sends.
struct Sender {
    secret: &'static str,
    sent_at: u64,
    nonce: u64,
}

impl Sender {
    fn post(&self, text: &str) -> CallbackRequest {
        request("POST", self.query(&self.signature(text)), &envelope(text), self.sent_at)
    }

    fn get(&self, echo: &str) -> CallbackRequest {
        let escaped: String = byte_serialize(echo.as_bytes()).collect();
        let query = format!("{}&echo={escaped}", self.query(&self.signature(echo)));
        request("GET", query, "", self.sent_at)
    }

    fn query(&self, signature: &str) -> String {
        format!("sent-at={}&nonce={}&signature={signature}", self.sent_at, self.nonce)
    }

    fn signature(&self, text: &str) -> String {
        // HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()) else {
            return String::new();
        };
        mac.update(format!("{}\n{}\n{text}", self.sent_at, self.nonce).as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn envelope(text: &str) -> String {
    json!({ "organisation": ORGANISATION, "message": text }).to_string()
}

fn request(method: &str, query: String, body: &str, received_at: u64) -> CallbackRequest {
    CallbackRequest {
        method: method.to_owned(),
        query,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
        received_at,
    }
}

fn delivery(what: &str, request: CallbackRequest) -> Delivery {
    Delivery { what: what.to_owned(), request, echo: None }
}
