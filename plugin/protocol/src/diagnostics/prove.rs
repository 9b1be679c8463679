//! The callback's self-test: each configured pair opens what is sealed with it, and three forgeries are refused.

use wecom_callback::seal;

use super::Report;
use crate::callback::{self, Disposition, Error, Outcome, Request};
use crate::config::{CallbackKey, Config};
use crate::model::UnixSeconds;
use crate::text::{Text, text};

/// An outcome that was refused for this reason.
macro_rules! refused {
    ($error:pat) => {
        Outcome { disposition: Disposition::Refused($error), .. }
    };
}

/// What an echo looks like when WeCom verifies an address.
const ECHO: &str = "1616140317555161061";

/// No company of WeCom's.
const OTHER_COMPANY: &str = "ww-another-company";

pub(super) fn callbacks(config: &Config, now: UnixSeconds, report: &mut Report) {
    let pairs = config.callback_keys.len();
    if pairs > 0 && config.callback_keys.iter().all(|pair| opens(config, pair, now)) {
        return report.ok(Text::filled(
            format_args!(
                "what is sealed opens, and a wrong signature, another company and an old time are refused: pairs of \
                 token and key: {pairs}"
            ),
            format_args!("加密消息可以解密，错误签名、其他企业与过期时间均被拒绝，令牌与密钥共 {pairs} 组"),
        ));
    }
    report.fail(
        text("a message made for the test was not read as it should be", "测试消息未按预期处理"),
        text(
            "generate Sign Token and Aes Key anew, here and in WeCom; if it stays, report it to the engine's developer",
            "请重新生成签名令牌与加密密钥，并同步到企业微信；如仍失败，请反馈给引擎开发者",
        ),
    );
}

/// Whether WeCom's check of the address passes under this pair, and nothing near it does.
fn opens(config: &Config, pair: &CallbackKey, now: UnixSeconds) -> bool {
    let corp = config.corp_id.as_str();
    let sealed = |receiver, at| seal::query(pair, receiver, at, "selftest", ECHO);
    let answer = |query: &str| {
        callback::handle(config, &Request { method: "GET", query, body: &[], received_at: now })
    };
    let sound = sealed(corp, now.0);
    let stale = now.0.saturating_add(config.callback_window.as_secs() + 1);
    let echoed = answer(&sound);
    echoed.disposition == Disposition::VerifiedAddress
        && echoed.answer.body == ECHO.as_bytes()
        && matches!(answer(&sound.replace("selftest", "another1")), refused!(Error::Forged))
        && matches!(answer(&sealed(OTHER_COMPANY, now.0)), refused!(Error::WrongReceiver { .. }))
        && matches!(answer(&sealed(corp, stale)), refused!(Error::Stale { .. }))
}
