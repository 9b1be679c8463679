//! Callbacks of WeCom, and of those who would like to be it.

use conformance_kit::provider::{Delivery, Letter};
use fake_wecom::{ACCESS_TEMPLATE_ID, Delivered, FakeWeCom, LEAVE_TEMPLATE_ID};
use host_harness::contract::CallbackRequest;

use crate::sender::{Sender, envelope, message};

/// Stands inside sealed messages, where no field of an event comes from.
pub(super) const MARKER: &str = "MARKER-OF-A-DECRYPTED-BODY";

const DAY: u64 = 86_400;
const NUMBER: &str = "202601010007";
const OTHER_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// The requests of one kind.
pub(super) fn of(letter: Letter, fake: &FakeWeCom) -> Vec<Delivery> {
    let sender = Sender { timestamp: fake.now(), ..Sender::default() };
    let genuine = || approval(NUMBER, "2", "2", "");
    let one = |what: &str, request: CallbackRequest| vec![delivery(what, request)];
    match letter {
        Letter::News => news(fake),
        Letter::Genuine => one("an approval", sender.post(&genuine())),
        Letter::Retry => one("the same again", Sender { nonce: "29", ..sender }.post(&genuine())),
        Letter::OtherApproval => {
            one("another approval", sender.post(&approval("202601010008", "2", "2", "")))
        }
        Letter::OtherChange => one("a later change", sender.post(&approval(NUMBER, "9", "6", ""))),
        Letter::Unsigned => {
            let text = genuine();
            let sealed = sender.seal(text.as_bytes());
            let empty = format!("msg_signature=&timestamp={}&nonce={}", sender.timestamp, sender.nonce);
            vec![
                delivery("plain text", sender.request("POST", sender.query(""), &text)),
                delivery("no query", sender.request("POST", String::new(), &envelope(&sealed))),
                delivery("an empty signature", sender.request("POST", empty, &envelope(&sealed))),
            ]
        }
        Letter::Forged => {
            one("a stranger's signature", Sender { token: "AnotherToken", ..sender }.post(&genuine()))
        }
        Letter::OtherReceiver => ["wwffffffffffffffff", ""]
            .map(|receiver| {
                delivery(&format!("for {receiver:?}"), Sender { receiver, ..sender }.post(&genuine()))
            })
            .to_vec(),
        Letter::DressedUp => {
            let sealed = sender.seal(genuine().as_bytes());
            let dressed = format!(
                "<xml><ToUserName>wwffffffffffffffff</ToUserName><ApprovalInfo><SpNo>1</SpNo>\
                 <SpStatus>3</SpStatus></ApprovalInfo><Encrypt>{sealed}</Encrypt></xml>"
            );
            one("an envelope with facts", sender.request("POST", sender.query(&sealed), &dressed))
        }
        Letter::Stale => [sender.timestamp - DAY, sender.timestamp + DAY]
            .map(|received_at| {
                let request = CallbackRequest { received_at, ..sender.post(&genuine()) };
                delivery(&format!("received at {received_at}"), request)
            })
            .to_vec(),
        Letter::Altered => altered(&sender, &genuine()),
        Letter::Hostile => hostile(&sender),
        Letter::Bomb => {
            let deep = format!("{}{}", "<a>".repeat(3_000), "</a>".repeat(3_000));
            let laughs = "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;\">]><xml>&b;</xml>";
            vec![
                delivery("3,000 elements in each other", sender.post(&deep)),
                delivery("entities", sender.post(laughs)),
            ]
        }
        Letter::Huge => {
            one("a body of 1.5 MiB", sender.request("POST", sender.query("x"), &"x".repeat(3 << 19)))
        }
        Letter::UnknownKind => {
            let text = genuine().replace("sys_approval_change", "brand_new_event");
            one("a new kind of event", sender.post(&text))
        }
        Letter::UnknownStatus => one("the future", sender.post(&approval(NUMBER, "99", "77", ""))),
        Letter::Foreign => {
            let leave = genuine().replace(ACCESS_TEMPLATE_ID, LEAVE_TEMPLATE_ID);
            one("a leave form", sender.post(&leave))
        }
        Letter::ForeignAndBare => {
            let bare = format!(
                "<xml><MsgType>event</MsgType><Event>sys_approval_change</Event><ApprovalInfo>\
                 <TemplateId>{LEAVE_TEMPLATE_ID}</TemplateId></ApprovalInfo></xml>"
            );
            one("a bare leave form", sender.post(&bare))
        }
        Letter::AddressCheck => address_checks(&sender),
        Letter::ForgedAddressCheck => address_checks(&Sender { token: "AnotherToken", ..sender }),
        Letter::WrongMethod => ["PUT", "get", ""]
            .map(|method| delivery(&format!("{method:?}"), sender.request(method, String::new(), "")))
            .to_vec(),
        Letter::NoApprover => one("nobody", sender.post(&genuine())),
        Letter::OneApprover => one("one", sender.post(&approval(NUMBER, "2", "2", &approvers(&["LiSi"])))),
        Letter::ThreeApprovers => {
            let three = approvers(&["LiSi", "WangWu", "sec.chen"]);
            one("three", sender.post(&approval(NUMBER, "2", "2", &three)))
        }
    }
}

/// Everything that waits, delivered.
fn news(fake: &FakeWeCom) -> Vec<Delivery> {
    let mut news = Vec::new();
    for due in fake.due_deliveries(fake.now()) {
        fake.report(due.id, Delivered { status: Some(200) }).unwrap();
        let request = CallbackRequest {
            method: due.request.method().to_string(),
            query: due.request.uri().query().unwrap_or_default().to_owned(),
            headers: Vec::new(),
            body: due.request.body().to_vec(),
            received_at: fake.now(),
        };
        news.push(delivery("news", request));
    }
    news
}

/// A message about a form of ours.
fn approval(number: &str, operation: &str, status: &str, more: &str) -> String {
    let remark = format!("{more}<Remark>{MARKER}</Remark>");
    message(number, operation, status, &remark).replace("3Tm1", ACCESS_TEMPLATE_ID)
}

/// One step, in the layout of a record.
fn approvers(members: &[&str]) -> String {
    let details: String = members
        .iter()
        .map(|member| {
            format!(
                "<Details><Approver><UserId>{member}</UserId></Approver><Speech></Speech>\
                 <SpStatus>2</SpStatus><SpTime>1767225600</SpTime></Details>"
            )
        })
        .collect();
    format!("<SpRecord><SpStatus>2</SpStatus><ApproverAttr>2</ApproverAttr>{details}</SpRecord>")
}

/// Every character of the sealed text changed, one at a time, under the signature as it was.
fn altered(sender: &Sender<'_>, text: &str) -> Vec<Delivery> {
    let sealed = sender.seal(text.as_bytes());
    (0..sealed.len())
        .map(|at| {
            let altered: String = sealed
                .char_indices()
                .map(|(place, c)| match c {
                    c if place != at => c,
                    'A' => 'B',
                    _ => 'A',
                })
                .collect();
            let request = sender.request("POST", sender.query(&sealed), &envelope(&altered));
            delivery(&format!("character {at} changed"), request)
        })
        .collect()
}

/// What opens to nonsense, and what does not open.
fn hostile(sender: &Sender<'_>) -> Vec<Delivery> {
    let inside = [
        "",
        "no message",
        "<xml>",
        "\u{0}",
        "<xml></xml>",
        "<xml><MsgType>event</MsgType><Event>sys_approval_change</Event></xml>",
    ];
    let marked = format!("<xml><{MARKER}>");
    let opened = inside
        .into_iter()
        .chain([marked.as_str()])
        .map(|text| delivery(&format!("a message {:?}", text.get(..20).unwrap_or(text)), sender.post(text)));
    // Of no block, half a block, one block, two blocks of nonsense; and no base64.
    let sealed = [
        String::new(),
        String::from("AAAAAAAAAAA="),
        format!("{}==", "A".repeat(22)),
        format!("{}=", "A".repeat(43)),
        String::from("!!!!"),
    ];
    let unopened = sealed.iter().map(|sealed| {
        let request = sender.request("POST", sender.query(sealed), &envelope(sealed));
        delivery(&format!("a seal of {} characters", sealed.len()), request)
    });
    let other_key = Sender { key: OTHER_KEY, ..*sender };
    let wrong_key = delivery("another key", other_key.post("<xml></xml>"));
    opened.chain(unopened).chain([wrong_key]).collect()
}

fn address_checks(sender: &Sender<'_>) -> Vec<Delivery> {
    ["1616140317555161061", "12345678901234567890123", "007", "a+b/c= d"]
        .map(|echo| Delivery {
            what: format!("check with {echo:?}"),
            request: sender.get(echo),
            echo: Some(echo.to_owned()),
        })
        .to_vec()
}

fn delivery(what: &str, request: CallbackRequest) -> Delivery {
    Delivery { what: what.to_owned(), request, echo: None }
}
