//! The way out: the provider's API, and the token for it.

use serde_json::Value;

use crate::bindings::exports::idaas::approval::types::{Refusal, RefusalClass};
use crate::bindings::idaas::approval::{http, token_cache};
use crate::describe::ORIGIN;
use crate::mistake::Mistake;
use crate::{text, wrong};

/// The engine's name for its one token.
const TOKEN: &str = "api";

/// The provider's code for a template that is not there.
pub(crate) const NO_TEMPLATE: &str = "E-NO-TEMPLATE";

/// The provider's code for a template that has the name of another one.
pub(crate) const NAME_TAKEN: &str = "E-NAME-TAKEN";

/// Why there is no answer.
pub(crate) enum Failure {
    /// The provider said no.
    Refused(Refusal),
    /// Nothing was sent.
    Unavailable,
    /// Sent, and no answer that tells anything.
    Unknown,
}

/// Asks the provider, with a token that is renewed once.
pub(crate) fn ask(method: http::Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    if wrong(Mistake::CountsCalls) {
        count();
    }
    let mut token = token(None)?;
    let mut renewed = false;
    loop {
        let mut answer = ask_with(&token, method, path, body);
        if wrong(Mistake::ResendsOnDoubt) && matches!(answer, Err(Failure::Unknown)) {
            answer = ask_with(&token, method, path, body);
        }
        match answer {
            Err(Failure::Refused(refusal)) if refusal.class == RefusalClass::Token => {
                if (renewed && !wrong(Mistake::RenewsForEver)) || wrong(Mistake::NeverRenews) {
                    return Err(Failure::Refused(refusal));
                }
                renewed = true;
                token = self::token(Some(&token))?;
            }
            answer => return answer,
        }
    }
}

/// A live token: the cached one, or a new one.
fn token(refused: Option<&str>) -> Result<String, Failure> {
    if wrong(Mistake::FetchesEveryTime) {
        return fetch_token().map(|(token, _)| token);
    }
    match token_cache::acquire(TOKEN, refused) {
        token_cache::Acquired::Token(token) => Ok(token),
        token_cache::Acquired::Blocked(code) => {
            Err(Failure::Refused(refusal(&code, "the credential is wrong")))
        }
        token_cache::Acquired::Busy => Err(Failure::Unavailable),
        token_cache::Acquired::Lease => match fetch_token() {
            Ok((token, lifetime)) => {
                token_cache::publish(TOKEN, &token, lifetime);
                Ok(token)
            }
            Err(Failure::Refused(refusal)) => {
                if !wrong(Mistake::NeverBlocks) {
                    token_cache::block(TOKEN, &refusal.code);
                }
                Err(Failure::Refused(refusal))
            }
            // Without a token nothing else was sent.
            Err(Failure::Unknown | Failure::Unavailable) => Err(Failure::Unavailable),
        },
    }
}

/// A new token and the seconds that it lives.
pub(crate) fn fetch_token() -> Result<(String, u32), Failure> {
    let secret = http::SecretSlot {
        setting: String::from("api-secret"),
        place: http::SecretPlace::Header(String::from("x-api-secret")),
    };
    let answer = send_with(http::Method::Post, "/token", None, vec![secret])?;
    let token = answer.get("token").and_then(Value::as_str).ok_or(Failure::Unavailable)?;
    let lifetime = answer.get("lifetime").and_then(Value::as_u64).unwrap_or_default();
    Ok((token.to_owned(), u32::try_from(lifetime).unwrap_or(u32::MAX)))
}

/// The cached token, or a new one.
pub(crate) fn cached_token() -> Result<String, Failure> {
    token(None)
}

/// Asks the provider with this token and no other.
pub(crate) fn ask_with(
    token: &str,
    method: http::Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, Failure> {
    let join = if path.contains('?') { '&' } else { '?' };
    send(method, &format!("{path}{join}token={token}"), body)
}

fn send(method: http::Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    send_with(method, path, body, Vec::new())
}

fn send_with(
    method: http::Method,
    path: &str,
    body: Option<&Value>,
    secrets: Vec<http::SecretSlot>,
) -> Result<Value, Failure> {
    let sent = http::send(&http::Request {
        method,
        url: format!("{ORIGIN}{path}"),
        headers: Vec::new(),
        body: body.map(|body| body.to_string().into_bytes()),
        secrets,
    });
    let response = match sent {
        Ok(response) => response,
        Err(http::Error::Denied(denial)) => {
            return Err(Failure::Refused(refusal("egress-denied", &denial.setting)));
        }
        Err(http::Error::Unreachable(_)) => return Err(Failure::Unavailable),
        Err(http::Error::Interrupted(_) | http::Error::TooLarge(_)) => return Err(Failure::Unknown),
    };
    let answer: Value = serde_json::from_slice(&response.body).map_err(|_no_json| Failure::Unknown)?;
    let word = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    match word("code") {
        "" => Ok(answer),
        code => Err(Failure::Refused(refusal(code, word("text")))),
    }
}

fn refusal(code: &str, words: &str) -> Refusal {
    let class = match code {
        "E-TOKEN" => RefusalClass::Token,
        "E-CREDENTIAL" => RefusalClass::Credentials,
        "E-FORM" => RefusalClass::Form,
        "E-NO-MEMBER" => RefusalClass::Member,
        NO_TEMPLATE | NAME_TAKEN => RefusalClass::Template,
        _ => RefusalClass::Other,
    };
    Refusal {
        class,
        code: if wrong(Mistake::DropsTheCode) { String::from("refused") } else { code.to_owned() },
        provider_text: words.to_owned(),
        sentence: text("the provider said no", "平台拒绝了请求"),
        remedy: text("ask the provider's administrator about the code", "请向平台管理员咨询该错误码"),
    }
}

/// Keeps how often it was called where only tokens belong.
fn count() {
    let before = match token_cache::acquire("calls", None) {
        token_cache::Acquired::Token(count) => match token_cache::acquire("calls", Some(&count)) {
            token_cache::Acquired::Lease => count.parse::<u32>().unwrap_or_default(),
            token_cache::Acquired::Token(_)
            | token_cache::Acquired::Blocked(_)
            | token_cache::Acquired::Busy => {
                return;
            }
        },
        token_cache::Acquired::Lease => 0,
        token_cache::Acquired::Blocked(_) | token_cache::Acquired::Busy => return,
    };
    token_cache::publish("calls", &format!("{}", before.saturating_add(1)), 86_400);
}
