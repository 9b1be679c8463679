//! WeCom's side: seals messages and makes the requests that carry them. Checked against WeCom's own answers
//! in `vectors.rs`.

use std::time::Duration;

use aes::Aes256;
use aes::cipher::{Array, BlockModeEncrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};
use wecom_protocol::callback::{self, Disposition, Error, Outcome, Request};
use wecom_protocol::config::{AesKey, CallbackKey, Config, FieldMap};
use wecom_protocol::model::{Approval, CorpId, Event, Operation, Status, UnixSeconds, UserId};
use wecom_protocol::secret::Secret;

pub(crate) const CORP: &str = "ww0123456789abcdef";
pub(crate) const TOKEN: &str = "TestTokenForVectors01";
pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
pub(crate) const OTHER_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// When all requests here are sent: 2026-01-01T00:01:01Z.
pub(crate) const NOW: u64 = 1_767_225_661;
pub(crate) const WINDOW: Duration = Duration::from_secs(600);

/// A configuration that serves `corp` with these pairs of token and key.
pub(crate) fn config(corp: &str, pairs: &[(&str, &str)]) -> Config {
    let pair = |(token, key): &(&str, &str)| CallbackKey {
        token: Secret::new((*token).to_owned()),
        aes_key: AesKey::read(key).unwrap(),
    };
    Config {
        corp_id: CorpId(corp.to_owned()),
        provider_corp_id: None,
        agent_id: 3_010_040,
        credential_key: "credential".to_owned(),
        callback_keys: pairs.iter().map(pair).collect(),
        callback_window: WINDOW,
        user_attribute: "wecom".to_owned(),
        template_id: None,
        former_template_ids: Vec::new(),
        field_map: FieldMap::default(),
        api_base: "https://qyapi.weixin.qq.com".to_owned(),
    }
}

/// The configuration that [`Sealer::default`] seals for.
pub(crate) fn ours() -> Config {
    config(CORP, &[(TOKEN, KEY)])
}

/// What WeCom knows when it sends a callback.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealer<'a> {
    pub(crate) token: &'a str,
    pub(crate) key: &'a str,
    pub(crate) receiver: &'a str,
    pub(crate) timestamp: u64,
    pub(crate) nonce: &'a str,
    pub(crate) random: [u8; 16],
}

impl Default for Sealer<'_> {
    fn default() -> Self {
        Self {
            token: TOKEN,
            key: KEY,
            receiver: CORP,
            timestamp: NOW,
            nonce: "1597530000",
            random: *b"0123456789abcdef",
        }
    }
}

impl Sealer<'_> {
    /// The sealed text: what stands in `Encrypt` or `echostr`.
    pub(crate) fn seal(&self, message: &[u8]) -> String {
        let mut frame = self.random.to_vec();
        frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        frame.extend(message);
        frame.extend(self.receiver.as_bytes());
        let padding = 32 - frame.len() % 32;
        frame.resize(frame.len() + padding, u8::try_from(padding).unwrap());
        self.seal_frame(frame)
    }

    /// Seals bytes that need not be a frame.
    pub(crate) fn seal_frame(&self, mut frame: Vec<u8>) -> String {
        let key = AesKey::read(self.key).unwrap();
        let (iv, _) = key.expose().split_first_chunk::<16>().unwrap();
        let (blocks, rest) = Array::slice_as_chunks_mut(&mut frame);
        assert!(rest.is_empty(), "AES has blocks of 16 bytes");
        cbc::Encryptor::<Aes256>::new(key.expose().into(), iv.into()).encrypt_blocks(blocks);
        STANDARD.encode(frame)
    }

    /// The signature over a sealed text.
    pub(crate) fn sign(&self, sealed: &str) -> String {
        let timestamp = self.timestamp.to_string();
        let mut parts = [self.token, &timestamp, self.nonce, sealed];
        parts.sort_unstable();
        Sha1::digest(parts.concat()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The query of a POST that carries a sealed text.
    pub(crate) fn query(&self, sealed: &str) -> String {
        format!("msg_signature={}&timestamp={}&nonce={}", self.sign(sealed), self.timestamp, self.nonce)
    }

    /// Sends a message by POST.
    pub(crate) fn post(&self, config: &Config, message: &str) -> Outcome {
        self.post_sealed(config, &self.seal(message.as_bytes()))
    }

    /// Sends a sealed text by POST, signed.
    pub(crate) fn post_sealed(&self, config: &Config, sealed: &str) -> Outcome {
        post(config, &self.query(sealed), &envelope(sealed))
    }

    /// Sends a message by GET, as WeCom does with an echo.
    pub(crate) fn get(&self, config: &Config, message: &str) -> Outcome {
        let sealed = self.seal(message.as_bytes());
        get(config, &format!("{}&echostr={}", self.query(&sealed), escaped(&sealed)))
    }
}

/// The envelope around a sealed text.
pub(crate) fn envelope(sealed: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt>\
         <AgentID><![CDATA[3010040]]></AgentID></xml>"
    )
}

/// Percent-encodes what base64 has and a query has another use for.
pub(crate) fn escaped(sealed: &str) -> String {
    sealed.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

pub(crate) fn post(config: &Config, query: &str, body: &str) -> Outcome {
    request(config, "POST", query, body.as_bytes(), NOW)
}

pub(crate) fn get(config: &Config, query: &str) -> Outcome {
    request(config, "GET", query, b"", NOW)
}

pub(crate) fn request(config: &Config, method: &str, query: &str, body: &[u8], received_at: u64) -> Outcome {
    callback::handle(config, &Request { method, query, body, received_at: UnixSeconds(received_at) })
}

/// The reason of a refusal.
#[track_caller]
pub(crate) fn refusal(outcome: Outcome) -> Error {
    match outcome.disposition {
        Disposition::Refused(error) => error,
        other => panic!("not refused: {other:?}"),
    }
}

/// The event of an accepted callback.
#[track_caller]
pub(crate) fn event(outcome: Outcome) -> Event {
    match outcome.disposition {
        Disposition::Accepted(mut events) if events.len() == 1 => events.remove(0),
        other => panic!("not accepted: {other:?}"),
    }
}

/// The event of a message of which nothing is believed but its number: its form's template, and when it came.
#[track_caller]
pub(crate) fn changed(outcome: Outcome) -> Event {
    let event = event(outcome);
    assert_eq!(event, only_changed(&event));
    event
}

/// An event with the number, template, time, kind, key and digest of another one, and nothing that a person can have
/// typed.
pub(crate) fn only_changed(event: &Event) -> Event {
    Event {
        approval: Approval {
            id: event.approval.id.clone(),
            template_id: event.approval.template_id.clone(),
            title: String::new(),
            status: Status::Unknown,
            raw_status: String::new(),
            applicant: UserId(String::new()),
            department: None,
            submitted_at: None,
            steps: Vec::new(),
            notified: Vec::new(),
            comments: Vec::new(),
        },
        operation: Operation::Other,
        raw_operation: String::new(),
        actor: None,
        comment: String::new(),
        left_out: false,
        ..event.clone()
    }
}

/// A small message of the approval app: this operation, this status, and more elements of `ApprovalInfo`.
pub(crate) fn message(operation: &str, status: &str, more: &str) -> String {
    format!(
        "<xml><ToUserName>{CORP}</ToUserName><FromUserName>sys</FromUserName><CreateTime>{NOW}</CreateTime>\
         <MsgType>event</MsgType><Event>sys_approval_change</Event><AgentID>3010040</AgentID><ApprovalInfo>\
         <SpNo>202601010007</SpNo><SpName>Access</SpName><SpStatus>{status}</SpStatus>\
         <TemplateId>3Tm1</TemplateId><ApplyTime>1767225600</ApplyTime>\
         <Applyer><UserId>zhang.san</UserId><Party>7</Party></Applyer>{more}\
         <StatuChangeEvent>{operation}</StatuChangeEvent></ApprovalInfo></xml>"
    )
}

/// `CreateTime` of a message, where it has one.
pub(crate) fn created_at(message: &str) -> Option<u64> {
    let (_, rest) = message.split_once("<CreateTime>")?;
    rest.split_once('<')?.0.trim().parse().ok()
}

/// Sends a message by POST at its own time.
pub(crate) fn when_it_happened(sealer: &Sealer<'_>, config: &Config, message: &[u8]) -> Outcome {
    let at = created_at(&String::from_utf8_lossy(message)).unwrap_or(NOW);
    let sealer = Sealer { timestamp: at, ..*sealer };
    let sealed = sealer.seal(message);
    request(config, "POST", &sealer.query(&sealed), envelope(&sealed).as_bytes(), at)
}
