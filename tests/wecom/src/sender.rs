//! Whoever sends callbacks: WeCom, with the fake's own cryptography, or somebody who would like to be.

use fake_wecom::crypto::{AesKey, seal, sign};
use fake_wecom::{CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN};
use host_harness::Settings;
use host_harness::contract::CallbackRequest;

use crate::{T0, props};

/// What a sender knows and says.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// Sign Token.
    pub token: &'a str,
    /// EncodingAESKey.
    pub key: &'a str,
    /// Whom the message is for.
    pub receiver: &'a str,
    /// When it was sent, and when it arrives.
    pub timestamp: u64,
    /// Any digits.
    pub nonce: &'a str,
}

impl Default for Sender<'_> {
    fn default() -> Self {
        Self {
            token: EXAMPLE_CALLBACK_TOKEN,
            key: EXAMPLE_AES_KEY,
            receiver: CORP_ID,
            timestamp: T0,
            nonce: "1597530000",
        }
    }
}

impl Sender<'_> {
    /// The settings that trust this sender. Without a template, every form is ours.
    #[must_use]
    pub fn settings(&self) -> Settings {
        props::settings()
            .with("corp-id", self.receiver)
            .with("sign-token", self.token)
            .with("aes-key", self.key)
            .without("template-id")
            .without("field-map")
    }

    /// What stands in `Encrypt` or `echostr`.
    #[must_use]
    pub fn seal(&self, message: &[u8]) -> String {
        seal(&AesKey::parse(self.key).unwrap(), *b"0123456789abcdef", message, self.receiver)
    }

    /// The query of a POST that carries a sealed text.
    #[must_use]
    pub fn query(&self, sealed: &str) -> String {
        let signature = sign(self.token, &self.timestamp.to_string(), self.nonce, sealed);
        format!("msg_signature={signature}&timestamp={}&nonce={}", self.timestamp, self.nonce)
    }

    /// A message by POST.
    #[must_use]
    pub fn post(&self, message: &str) -> CallbackRequest {
        let sealed = self.seal(message.as_bytes());
        self.request("POST", self.query(&sealed), &envelope(&sealed))
    }

    /// A text by GET, as when an address is saved.
    #[must_use]
    pub fn get(&self, text: &str) -> CallbackRequest {
        let sealed = self.seal(text.as_bytes());
        let query = format!("{}&echostr={}", self.query(&sealed), escaped(&sealed));
        self.request("GET", query, "")
    }

    /// Any request, arriving at once.
    #[must_use]
    pub fn request(&self, method: &str, query: String, body: &str) -> CallbackRequest {
        CallbackRequest {
            method: method.to_owned(),
            query,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            received_at: self.timestamp,
        }
    }
}

/// The envelope around a sealed text.
#[must_use]
pub fn envelope(sealed: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt>\
         <AgentID><![CDATA[3010040]]></AgentID></xml>"
    )
}

/// Percent-encodes what base64 has and a query has another use for.
#[must_use]
pub fn escaped(sealed: &str) -> String {
    sealed.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// A small message of the approval app about the approval `number`: this operation, this status, and more elements.
#[must_use]
pub fn message(number: &str, operation: &str, status: &str, more: &str) -> String {
    format!(
        "<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>sys</FromUserName><CreateTime>{T0}</CreateTime>\
         <MsgType>event</MsgType><Event>sys_approval_change</Event><AgentID>3010040</AgentID><ApprovalInfo>\
         <SpNo>{number}</SpNo><SpName>Access</SpName><SpStatus>{status}</SpStatus>\
         <TemplateId>3Tm1</TemplateId><ApplyTime>{T0}</ApplyTime>\
         <Applyer><UserId>zhang.san</UserId><Party>7</Party></Applyer>{more}\
         <StatuChangeEvent>{operation}</StatuChangeEvent></ApprovalInfo></xml>"
    )
}
