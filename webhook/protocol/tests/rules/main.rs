//! The protocol's rules, native and without a component.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on ends here"
)]

mod checks;
mod describe;
mod drawn;
mod hostile;
mod patterns;
mod settings;
mod vectors;

use webhook_protocol::approval_engine::{
    CallbackRequest, Disposition, Header, RefusalReason, Setting, SettingValue,
};
use webhook_protocol::config::Config;
use webhook_protocol::signature::{Key, Keys};
use webhook_protocol::{callback, settings as read};

/// 2026-01-01T00:00:00Z.
const T0: u64 = 1_767_225_600;
/// The secret of the published examples.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Another one.
const OTHER: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn setting(key: &str, value: &str) -> Setting {
    Setting { key: key.into(), value: SettingValue::Text(value.into()) }
}

fn sound() -> Vec<Setting> {
    vec![
        setting("endpoint", "https://approvals.example.com/webhook"),
        setting("application", "access"),
        setting("secret", SECRET),
    ]
}

fn config() -> Config {
    read::read(&sound()).unwrap().0
}

fn keys(current: &str) -> Keys {
    Keys { current: Key::parse(current).unwrap(), previous: None }
}

/// A callback signed with this secret at `T0`, arriving at once.
fn signed(secret: &str, body: &str) -> CallbackRequest {
    CallbackRequest {
        method: "POST".into(),
        query: String::new(),
        headers: vec![
            header("Webhook-Id", "evt_1"),
            header("webhook-timestamp", &T0.to_string()),
            header("webhook-signature", &keys(secret).sign("evt_1", T0, body.as_bytes())),
        ],
        body: body.as_bytes().to_vec(),
        received_at: T0,
    }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.into(), value: value.into() }
}

/// Sound news of `A-1`.
fn news(status: &str) -> String {
    format!(
        r#"{{"type":"approval.changed","timestamp":{T0},"data":{{"id":"A-1","application":"access",
        "status":"{status}","applicant":"zhang.san","operation":"agreed","actor":"li.si"}}}}"#
    )
}

fn disposition(request: &CallbackRequest) -> Disposition {
    callback::handle(&config(), request).disposition
}

/// Why a request is refused, and what its sender sees.
fn refusal(request: &CallbackRequest) -> (RefusalReason, u16) {
    let outcome = callback::handle(&config(), request);
    assert!(outcome.response.body.is_empty() && outcome.response.headers.is_empty());
    match outcome.disposition {
        Disposition::Refused(refusal) => {
            assert!(refusal.detail.len() <= 200, "{}", refusal.detail);
            (refusal.reason, outcome.response.status)
        }
        other => panic!("not refused: {other:?}"),
    }
}
