//! A business error: HTTP 200 with an `errcode` (D90313).

use std::net::IpAddr;

use crate::random::Random;

/// Why WeCom does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) errcode: i64,
    text: String,
}

impl Refusal {
    pub(crate) fn new(errcode: i64, text: impl Into<String>) -> Self {
        Self { errcode, text: text.into() }
    }

    /// 40058: a required parameter is missing, empty, or of another type.
    pub(crate) fn parameter(what: &str) -> Self {
        Self::new(40058, format!("invalid Request Parameter: {what}"))
    }

    /// 301025: what the approval APIs say about the content of a request.
    pub(crate) fn approval_parameter(what: impl AsRef<str>) -> Self {
        Self::new(301_025, format!("get approval param error:{}", what.as_ref()))
    }

    /// 301055: the app may not do this, or not for this member.
    pub(crate) fn no_approval_auth(why: &str) -> Self {
        let detail = if why.is_empty() { String::new() } else { format!(":{why}") };
        Self::new(301_055, format!("no approval auth{detail}"))
    }

    /// `errmsg`: the approval errors and 40014 are told bare, the others with hint, address and link.
    pub(crate) fn errmsg(&self, now: u64, peer: IpAddr, random: &mut Random) -> String {
        let bare = self.errcode == 40014 || (301_000..302_000).contains(&self.errcode);
        if bare {
            return self.text.clone();
        }
        format!(
            "{}, hint: [{now}{}], from ip: {peer}, more info at https://open.work.weixin.qq.com/devtool/query?e={}",
            self.text,
            random.digits(15),
            self.errcode,
        )
    }
}
