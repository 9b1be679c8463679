//! The test of a connection: the endpoint, its clock, the secret and the application, our own callbacks, a mapping.

use serde::Deserialize;
use serde_json::json;

use crate::approval_engine::{CallbackRequest, Disposition, Header, Setting, SettingValue};
use crate::callback::{self, CHANGED};
use crate::config::Config;
use crate::endpoint::{self, Failure, Kind, Outbound};
use crate::engine_diagnostics::{CheckOptions, CheckVerdict, Finding, ProvisionProblem};
use crate::member;
use crate::settings::key;
use crate::signature::TOLERANCE_SECONDS;
use crate::text::text;
use crate::types::Text;

/// An endpoint that is content says `{}`, or whatever else it likes in an object.
#[derive(Deserialize)]
struct Content {}

/// Tests step by step, and goes on after a step that failed. Makes nothing.
#[must_use]
pub fn check(config: &Config, outbound: &mut dyn Outbound, options: &CheckOptions) -> Vec<Finding> {
    let time = endpoint::now(config, outbound);
    let answers = time.is_ok();
    vec![
        reachable(&time),
        clock(time.ok(), options.now),
        accepted(answers.then(|| confirm(config, outbound))),
        callbacks(config, options.now),
        mapping(config, options),
    ]
}

/// What `check` would have looked at, before `configure`.
#[must_use]
pub fn not_configured() -> Vec<Finding> {
    [REACHABLE, CLOCK, ACCEPTED, CALLBACKS, MAPPING]
        .map(|step| step.skipped(text("the engine is not configured", "引擎尚未配置")))
        .into()
}

/// Confirms with the endpoint that it knows the application. There is no template to make: an administrator of the
/// approval system sets the application up there.
///
/// # Errors
/// - [`ProvisionProblem`]: it does not, or cannot be asked. Never `unknown-outcome`: nothing is made.
pub fn provision(config: &Config, outbound: &mut dyn Outbound) -> Result<Vec<Setting>, ProvisionProblem> {
    match confirm(config, outbound) {
        Ok(Content {}) => Ok(vec![Setting {
            key: key::APPLICATION.to_owned(),
            value: SettingValue::Text(config.application.clone()),
        }]),
        Err(Failure::Refused(refusal) | Failure::NotFound(refusal)) => {
            Err(ProvisionProblem::Refused(refusal))
        }
        Err(Failure::Unavailable(unavailability) | Failure::Unclear(unavailability)) => {
            Err(ProvisionProblem::Unavailable(unavailability.retry_after_seconds))
        }
    }
}

fn confirm(config: &Config, outbound: &mut dyn Outbound) -> Result<Content, Failure> {
    endpoint::ask(config, outbound, Kind::Check, &json!({ "application": config.application }))
}

/// One step of the test.
#[derive(Clone, Copy)]
struct Step {
    id: &'static str,
    title: (&'static str, &'static str),
    settings: &'static [&'static str],
}

const REACHABLE: Step =
    Step {
        id: "endpoint", title: ("The endpoint answers", "接口可以访问"), settings: &[key::ENDPOINT]
    };
const CLOCK: Step = Step { id: "clock", title: ("The clocks agree", "时钟一致"), settings: &[] };
const ACCEPTED: Step = Step {
    id: "credentials",
    title: ("The endpoint accepts the signature and knows the application", "接口接受签名并认识该应用"),
    settings: &[key::SECRET, key::APPLICATION],
};
const CALLBACKS: Step = Step {
    id: "callback",
    title: ("Callbacks signed with the secret are read", "可以读取用该密钥签名的回调"),
    settings: &[key::SECRET],
};
const MAPPING: Step = Step {
    id: "mapping",
    title: ("The account has a member id", "账号有成员 ID"),
    settings: &[key::USER_ATTRIBUTE],
};

impl Step {
    fn found(self, verdict: CheckVerdict, evidence: Text, remedy: Option<Text>) -> Finding {
        Finding {
            id: self.id.to_owned(),
            title: text(self.title.0, self.title.1),
            verdict,
            settings: self.settings.iter().map(|key| (*key).to_owned()).collect(),
            evidence,
            remedy,
        }
    }

    fn ok(self, evidence: Text) -> Finding {
        self.found(CheckVerdict::Ok, evidence, None)
    }

    fn skipped(self, evidence: Text) -> Finding {
        self.found(CheckVerdict::Skipped, evidence, None)
    }

    fn failed(self, failure: &Failure) -> Finding {
        let (sentence, remedy) = match failure {
            Failure::Refused(refusal) | Failure::NotFound(refusal) => (&refusal.sentence, &refusal.remedy),
            Failure::Unavailable(unavailability) | Failure::Unclear(unavailability) => {
                (&unavailability.sentence, &unavailability.remedy)
            }
        };
        self.found(CheckVerdict::Fail, sentence.clone(), Some(remedy.clone()))
    }
}

fn reachable(time: &Result<u64, Failure>) -> Finding {
    match time {
        Ok(_) => REACHABLE.ok(text("the endpoint told its time", "接口返回了时间")),
        Err(failure) => REACHABLE.failed(failure),
    }
}

/// Messages to the endpoint are dated by its own clock, its callbacks are judged by ours.
fn clock(theirs: Option<u64>, ours: u64) -> Finding {
    let Some(theirs) = theirs else {
        return CLOCK.skipped(text("the endpoint did not tell its time", "接口未返回时间"));
    };
    let off = theirs.abs_diff(ours);
    let evidence = text(
        format!("the endpoint's clock is {off} seconds off the platform's"),
        format!("接口时钟与平台相差 {off} 秒"),
    );
    let remedy = text(
        format!(
            "operators of both sides set their clocks: callbacks more than {TOLERANCE_SECONDS} seconds off are refused"
        ),
        format!("请双方运维人员校准时钟：相差超过 {TOLERANCE_SECONDS} 秒的回调会被拒绝"),
    );
    if off > TOLERANCE_SECONDS {
        CLOCK.found(CheckVerdict::Fail, evidence, Some(remedy))
    } else if off > TOLERANCE_SECONDS / 2 {
        CLOCK.found(CheckVerdict::Warn, evidence, Some(remedy))
    } else {
        CLOCK.ok(evidence)
    }
}

fn accepted(confirmed: Option<Result<Content, Failure>>) -> Finding {
    match confirmed {
        None => ACCEPTED.skipped(text("the endpoint does not answer", "接口无应答")),
        Some(Ok(Content {})) => ACCEPTED.ok(text("the endpoint took a signed message", "接口接受了签名消息")),
        Some(Err(failure)) => ACCEPTED.failed(&failure),
    }
}

/// Signs a callback as the endpoint would and reads it.
fn callbacks(config: &Config, now: u64) -> Finding {
    let body = json!({
        "type": CHANGED,
        "timestamp": now,
        "data": {
            "id": "test", "application": config.application, "status": "pending", "applicant": "test",
            "operation": "submitted",
        },
    })
    .to_string()
    .into_bytes();
    let header = |name: &str, value: String| Header { name: name.to_owned(), value };
    let request = CallbackRequest {
        method: "POST".into(),
        query: String::new(),
        headers: vec![
            header("webhook-id", "msg_test".into()),
            header("webhook-timestamp", now.to_string()),
            header("webhook-signature", config.keys.sign("msg_test", now, &body)),
        ],
        body,
        received_at: now,
    };
    match callback::handle(config, &request).disposition {
        Disposition::Accepted(_) => {
            CALLBACKS.ok(text("a callback made for this test was read", "测试回调已成功读取"))
        }
        Disposition::Refused(_)
        | Disposition::Foreign
        | Disposition::Ignored(_)
        | Disposition::VerifiedAddress => CALLBACKS.found(
            CheckVerdict::Fail,
            text("a callback made for this test was not read", "测试回调未能读取"),
            Some(text("the engine is at fault: report it to its author", "引擎存在缺陷：请联系引擎作者")),
        ),
    }
}

fn mapping(config: &Config, options: &CheckOptions) -> Finding {
    let Some(account) = &options.probe else {
        return MAPPING.skipped(text("no account was given to try", "未提供用于测试的账号"));
    };
    match member::resolve(config, account) {
        // Nobody can be asked whether the member exists.
        Ok(member) => MAPPING.found(
            CheckVerdict::Warn,
            text(
                format!("the account is member {}; nobody can confirm that", member.id),
                format!("账号对应成员 {}；无法进一步确认", member.id),
            ),
            Some(text("compare the id with the approval system", "请与审批系统核对该 ID")),
        ),
        Err(problem) => MAPPING.found(
            CheckVerdict::Fail,
            problem.for_administrator.clone(),
            Some(text("enter the member id in the directory", "请在用户目录中填写成员 ID")),
        ),
    }
}
