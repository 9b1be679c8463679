//! What an endpoint's answer means, and who has to act. One table of HTTP statuses.

use serde::Deserialize;

use crate::approval_engine::Unavailability;
use crate::config::Config;
use crate::endpoint::Failure;
use crate::http;
use crate::text::{shown, text};
use crate::types::{Refusal, RefusalClass, Text};

const CODE_BYTES: usize = 64;
const WORDS_BYTES: usize = 512;

/// What an endpoint says when it says no: `{"code": "…", "message": "…"}`, both optional.
#[derive(Default, Deserialize)]
struct Words {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// What an answer other than 2xx comes to.
pub(crate) fn of(config: &Config, response: &http::Response) -> Failure {
    let status = response.status;
    // A gateway's page is no word of the endpoint's.
    let words: Words = serde_json::from_slice(&response.body).unwrap_or_default();
    let code = shown(&config.keys.masked(&words.code), CODE_BYTES);
    let (class, sentence, remedy) = meaning(status);
    let refusal = Refusal {
        class,
        code: if code.is_empty() { status.to_string() } else { code },
        provider_text: shown(&config.keys.masked(&words.message), WORDS_BYTES),
        sentence,
        remedy,
    };
    match status {
        404 => Failure::NotFound(refusal),
        429 => Failure::Unavailable(waiting(refusal, retry_after(response))),
        // Taken in and then lost, or never seen: a gateway answers the same either way.
        408 | 500.. => Failure::Unclear(waiting(refusal, retry_after(response))),
        _ => Failure::Refused(refusal),
    }
}

fn meaning(status: u16) -> (RefusalClass, Text, Text) {
    let (class, sentence, remedy) = match status {
        300..=399 => (
            RefusalClass::Other,
            ("the endpoint redirects", "接口返回重定向"),
            (
                "the administrator enters the final address: redirects are not followed",
                "请管理员填写最终地址：不会跟随重定向",
            ),
        ),
        401 => (
            RefusalClass::Credentials,
            ("the endpoint does not accept the signature", "接口未通过签名验证"),
            (
                "the administrator enters the same signing secret on both sides",
                "请管理员在两侧填写相同的签名密钥",
            ),
        ),
        403 => (
            RefusalClass::Permission,
            ("the endpoint forbids it", "接口拒绝访问"),
            ("whoever runs the approval system permits this application", "请审批系统运维人员为该应用授权"),
        ),
        404 => (
            RefusalClass::Template,
            (
                "the endpoint does not know this application, or nothing is at this address",
                "接口不认识该应用，或地址有误",
            ),
            (
                "the administrator compares endpoint and application with the approval system",
                "请管理员与审批系统核对接口地址和应用标识",
            ),
        ),
        409 => (
            RefusalClass::Form,
            ("this idempotency key belongs to another request", "该幂等键已用于其他申请"),
            ("the caller chooses another key", "请调用方更换幂等键"),
        ),
        400 | 413 | 415 | 422 => (
            RefusalClass::Form,
            ("the approval system found the request wrong", "审批系统认为请求内容有误"),
            (
                "whoever fills in the form corrects what the provider's words name",
                "请按审批系统的提示更正内容",
            ),
        ),
        410 => (
            RefusalClass::Disabled,
            ("the endpoint is switched off", "接口已停用"),
            (
                "whoever runs the approval system switches it on again, or gives another address",
                "请审批系统运维人员重新启用接口或提供新地址",
            ),
        ),
        429 => (
            RefusalClass::RateLimit,
            ("the endpoint has had too many requests", "接口请求过于频繁"),
            ("nobody has to act: the platform tries again later", "无需操作，平台会稍后重试"),
        ),
        408 | 500.. => (
            RefusalClass::Transient,
            ("the endpoint failed", "接口内部错误"),
            (
                "the platform looks again; if it lasts, whoever runs the approval system reads its log",
                "平台会再次查询；如持续出现，请审批系统运维人员查看日志",
            ),
        ),
        _ => (
            RefusalClass::Other,
            ("the endpoint refused with a status that has no meaning here", "接口返回了未约定的状态码"),
            (
                "whoever runs the approval system compares its answers with PROTOCOL.md",
                "请审批系统运维人员对照 PROTOCOL.md 检查应答",
            ),
        ),
    };
    let told = |(en, zh): (&str, &str)| {
        text(format!("{en}: HTTP status {status}"), format!("{zh}：HTTP 状态码 {status}"))
    };
    (class, told(sentence), text(remedy.0, remedy.1))
}

/// Seconds of `retry-after`; a date there is none of ours to read without a clock.
fn retry_after(response: &http::Response) -> Option<u32> {
    let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("retry-after"))?;
    found.value.trim().parse().ok()
}

fn waiting(refusal: Refusal, retry_after_seconds: Option<u32>) -> Unavailability {
    Unavailability {
        retry_after_seconds,
        sentence: refusal.sentence.clone(),
        remedy: refusal.remedy.clone(),
        refusal: Some(refusal),
    }
}

/// The host's policy kept it from leaving.
pub(crate) fn denied(denial: &http::Denial) -> Refusal {
    let (setting, reason) = (shown(&denial.setting, CODE_BYTES), shown(&denial.reason, 200));
    Refusal {
        class: RefusalClass::Other,
        code: "egress-denied".into(),
        provider_text: String::new(),
        sentence: text(
            format!("the platform's policy kept the request from leaving: {reason}"),
            format!("平台策略禁止发送该请求：{reason}"),
        ),
        remedy: text(
            format!("the platform's operator allows it with the setting {setting}"),
            format!("请平台运维人员通过设置 {setting} 放行"),
        ),
    }
}

/// A 2xx whose body is not the one that was agreed on.
pub(crate) fn no_answer(status: u16) -> Unavailability {
    silent(
        text(
            format!("what came back is no answer of an approval endpoint: HTTP status {status}"),
            format!("返回的内容不是审批接口的应答：HTTP 状态码 {status}"),
        ),
        text(
            "the administrator checks the endpoint; a login page or a proxy may answer in its place",
            "请管理员检查接口地址；可能由登录页或代理应答",
        ),
    )
}

/// No connection.
pub(crate) fn unreachable() -> Unavailability {
    silent(
        text("the endpoint cannot be reached", "无法连接接口"),
        text(
            "the platform tries again; if it lasts, the operator checks network and endpoint",
            "平台会重试；如持续出现，请运维人员检查网络与接口地址",
        ),
    )
}

/// Sent, and then nothing.
pub(crate) fn interrupted() -> Unavailability {
    silent(
        text("the connection broke before the endpoint answered", "接口应答前连接中断"),
        text(
            "the platform looks again; if it lasts, the operator checks network and endpoint",
            "平台会再次查询；如持续出现，请运维人员检查网络与接口地址",
        ),
    )
}

/// More than the host reads.
pub(crate) fn too_large() -> Unavailability {
    silent(
        text("the endpoint's answer is larger than the platform reads", "接口的应答超过平台允许的大小"),
        text("whoever runs the approval system sends smaller answers", "请审批系统运维人员减小应答内容"),
    )
}

fn silent(sentence: Text, remedy: Text) -> Unavailability {
    Unavailability { retry_after_seconds: None, sentence, remedy, refusal: None }
}
