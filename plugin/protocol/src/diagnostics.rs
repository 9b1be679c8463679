//! The honest test of a connection, and the making of a template.
//!
//! [`check`] goes step by step and stops asking where an earlier answer makes a later question useless:
//!
//! | step | asks |
//! | --- | --- |
//! | `settings` | nothing: is there enough to submit with? |
//! | `callback` | nothing: do messages sealed with each pair open, and are forged ones refused? |
//! | `network` | `gettoken`, past the token cache: does WeCom answer? |
//! | `credentials` | the same answer: does WeCom give a token for CorpId and Secret? |
//! | `address` | `gettemplatedetail`; without a template `getapprovalinfo`: is this address allowed? |
//! | `permission` | the same answer: can the app call the approval interfaces? |
//! | `template` | the same answer: can the template be read? |
//! | `field-map` | the same answer: does every name lead to a control that can be filled? |
//! | `member` | `user/get`: does the probe account lead to an active member that the app may see? |
//!
//! A step fails only for what it has tested. An answer that does not come, cannot be read or asks to wait tells nothing of
//! address and permission: those steps are skipped, and the one fails whose question was not answered, `template` or,
//! without a template, `permission`.
//!
//! The token of the test is used for the test alone and never published: a wrong Secret must not pass because somebody
//! fetched a token earlier, and a test must not change what other calls run on.
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]

use std::time::Duration;

use crate::api::{Doubt, Failure, Obstacle};
use crate::config::Config;
use crate::errcode::{Refusal, RefusalClass};
use crate::exchange::{Acquired, Note, Outbound, Request, Response, SendError};
use crate::model::{Account, UnixSeconds};
use crate::secret::Secret;
use crate::settings::key;
use crate::submit::ENTER_TEMPLATE;
use crate::text::{Text, text};
use crate::token;
use crate::user::{self, Depth, MappingProblemKind};

pub use provision::{CREATE_PATH, ProvisionProblem, provision};

mod prove;
mod provision;
mod question;
mod untested;

/// What to test with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckOptions {
    /// The time of the test; callbacks made for it are dated by it.
    pub now: UnixSeconds,
    /// An account whose mapping is tried.
    pub probe: Option<Account>,
}

/// What a step has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckVerdict {
    /// Works.
    Ok,
    /// Works, and will not for everybody or not for long.
    Warn,
    /// Does not work.
    Fail,
    /// An earlier step failed, or there was nothing to test with.
    Skipped,
}

/// The result of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Such as `credentials`. Stable.
    pub id: &'static str,
    /// For people.
    pub title: &'static Text,
    /// What it has come to.
    pub verdict: CheckVerdict,
    /// Keys of the settings it depends on.
    pub settings: &'static [&'static str],
    /// What was seen, without secrets.
    pub evidence: Text,
    /// What to do; `None` when there is nothing to do.
    pub remedy: Option<Text>,
}

/// A step before it is taken.
struct Step {
    id: &'static str,
    title: Text,
    settings: &'static [&'static str],
}

/// All steps, in order.
static STEPS: [Step; 9] = [
    Step {
        id: "settings",
        title: text("The settings are complete", "设置完整"),
        settings: &[key::TEMPLATE_ID],
    },
    Step {
        id: "callback",
        title: text("Callbacks are verified and decrypted", "回调验签与解密"),
        settings: &[
            key::CORP_ID,
            key::SIGN_TOKEN,
            key::AES_KEY,
            key::PREVIOUS_SIGN_TOKEN,
            key::PREVIOUS_AES_KEY,
            key::CALLBACK_WINDOW,
        ],
    },
    Step {
        id: "network",
        title: text("WeCom can be reached", "可以连接企业微信"),
        settings: &[key::API_BASE_URL],
    },
    Step {
        id: "credentials",
        title: text("WeCom gives a token for the credentials", "企业微信为该凭证签发 access_token"),
        settings: &[key::CORP_ID, key::SECRET],
    },
    Step {
        id: "address",
        title: text("WeCom allows this address", "企业微信允许本平台的 IP 地址"),
        settings: &[key::AGENT_ID],
    },
    Step {
        id: "permission",
        title: text("The app can call the approval interfaces", "应用可以调用审批接口"),
        settings: &[key::AGENT_ID, key::SECRET],
    },
    Step {
        id: "template",
        title: text("The template can be read", "可以读取审批模板"),
        settings: &[key::TEMPLATE_ID],
    },
    Step {
        id: "field-map",
        title: text("The field map fits the template", "字段映射与模板一致"),
        settings: &[key::FIELD_MAP, key::TEMPLATE_ID],
    },
    Step {
        id: MEMBER,
        title: text("The test account's member can be confirmed", "可以确认测试账号对应的成员"),
        settings: &[key::USER_ATTRIBUTE],
    },
];

/// The step that depends on fewer others than those before it.
const MEMBER: &str = "member";

const NO_TEMPLATE: Text = text("no template is configured", "尚未配置审批模板");

/// WeCom's errcode for an app that may not call an interface. Of `user/get` it is no fault: the app can submit all the
/// same, and nobody can tell beforehand whether applicant and approvers are active.
const NOT_PERMITTED: &str = "48002";

/// Tests the connection step by step. Makes nothing at WeCom; sends at most three requests, each of those after `gettoken`
/// twice when WeCom refuses the token that it has just given.
#[cold]
pub fn check(config: &Config, outbound: &mut dyn Outbound, options: &CheckOptions) -> Vec<Finding> {
    let mut report = Report(Vec::with_capacity(STEPS.len()));
    settings(config, &mut report);
    prove::callbacks(config, options.now, &mut report);
    if let Some(token) = connect(config, outbound, &mut report) {
        let mut fresh = Fresh { outbound, token };
        if question::approvals(config, &mut fresh, options.now, &mut report) {
            member(config, &mut fresh, options.probe.as_ref(), &mut report);
        }
    }
    report.0
}

/// The findings so far; the next one is about the next step.
struct Report(Vec<Finding>);

impl Report {
    fn tell(&mut self, verdict: CheckVerdict, evidence: Text, remedy: Option<Text>) {
        if let Some(Step { id, title, settings }) = STEPS.get(self.0.len()) {
            self.0.push(Finding { id, title, verdict, settings, evidence, remedy });
        }
    }

    fn ok(&mut self, evidence: Text) {
        self.tell(CheckVerdict::Ok, evidence, None);
    }

    fn fail(&mut self, evidence: Text, remedy: Text) {
        self.tell(CheckVerdict::Fail, evidence, Some(remedy));
    }

    fn refused(&mut self, refusal: Refusal) {
        self.fail(said(&refusal), refusal.remedy);
    }

    fn obstacle(&mut self, obstacle: Obstacle) {
        match obstacle {
            Obstacle::Refused(refusal) => self.refused(refusal),
            Obstacle::Unavailable(unavailable) => {
                let evidence = unavailable.refusal.as_ref().map_or(unavailable.sentence, said);
                self.fail(evidence, unavailable.remedy);
            }
        }
    }

    /// Skips one step.
    fn skip(&mut self, why: Text) {
        self.tell(CheckVerdict::Skipped, why, None);
    }

    /// Skips the steps before `id`; all that are left when there is no such step.
    fn skip_to(&mut self, id: &str, why: &Text) {
        while STEPS.get(self.0.len()).is_some_and(|step| step.id != id) {
            self.skip(why.clone());
        }
    }
}

/// The meaning of a refusal with WeCom's own words.
fn said(refusal: &Refusal) -> Text {
    let words = format!("{} {}", refusal.code, refusal.provider_text);
    Text::filled(
        format_args!("{}: {words}", refusal.sentence.en),
        format_args!("{}：{words}", refusal.sentence.zh_cn),
    )
}

fn settings(config: &Config, report: &mut Report) {
    if config.template_id.is_none() {
        return report.tell(CheckVerdict::Warn, NO_TEMPLATE, Some(ENTER_TEMPLATE));
    }
    let (corp, app) = (config.corp_id.as_str(), config.agent_id);
    report
        .ok(Text::filled(format_args!("company {corp}, app {app}"), format_args!("企业 {corp}，应用 {app}")));
}

/// `network` and `credentials`: a token of the test's own. Without one nothing else can be tested.
fn connect(config: &Config, outbound: &mut dyn Outbound, report: &mut Report) -> Option<Secret> {
    let reached = text("WeCom answered", "企业微信已应答");
    let failure = match token::fetch(config, outbound) {
        Ok(fetched) => {
            report.ok(reached);
            report.ok(text("WeCom gave an access token", "企业微信已签发 access_token"));
            return Some(fetched.token);
        }
        Err(failure) => failure,
    };
    match &failure {
        Failure::Refused { refusal, .. } if refusal.class == RefusalClass::Address => {
            report.ok(reached);
            report.skip(untested::NOT_ALLOWED);
            report.obstacle(failure.of_a_read());
        }
        Failure::Refused { .. } => {
            report.ok(reached);
            report.obstacle(failure.of_a_read());
        }
        Failure::Unclear(Doubt::Unreadable(unreadable)) if unreadable.is_wecoms() => {
            report.ok(reached);
            report.obstacle(failure.of_a_read());
        }
        Failure::NotSent(_) | Failure::Unclear(_) => {
            report.obstacle(failure.of_a_read());
            report.skip(untested::NO_ANSWER);
        }
    }
    report.skip_to("", &untested::NO_TOKEN);
    None
}

fn member(config: &Config, fresh: &mut Fresh<'_>, probe: Option<&Account>, report: &mut Report) {
    let Some(probe) = probe else {
        return report.skip_to("", &untested::NO_ACCOUNT);
    };
    match user::resolve(config, fresh, probe, Depth::Confirmed) {
        Ok(member) if member.confirmed => report.ok(Text::filled(
            format_args!("the account leads to the active member {}", member.id.0),
            format_args!("账号对应的有效成员为 {}", member.id.0),
        )),
        Ok(_) => report.tell(
            CheckVerdict::Warn,
            text(
                "the member exists; WeCom does not tell whether it is active",
                "成员存在，但企业微信未返回其状态",
            ),
            Some(text(
                "the administrator looks whether the member is active: 通讯录 > the member",
                "请管理员在「通讯录 > 成员」中确认该成员已激活",
            )),
        ),
        Err(problem) => {
            let evidence = problem.refusal.as_ref().map_or_else(|| seen(problem.kind), said);
            let unseen = problem.refusal.is_some_and(|refusal| refusal.code == NOT_PERMITTED);
            let verdict = if unseen { CheckVerdict::Warn } else { CheckVerdict::Fail };
            report.tell(verdict, evidence, Some(problem.for_administrator));
        }
    }
}

/// What was seen of an account without a member, where WeCom refused nothing.
const fn seen(kind: MappingProblemKind) -> Text {
    match kind {
        MappingProblemKind::AttributeEmpty => {
            text("the account has no value in the attribute", "账号的该属性为空")
        }
        MappingProblemKind::SeveralValues => {
            text("the account has several different values in the attribute", "账号的该属性有多个不同的值")
        }
        MappingProblemKind::Malformed => {
            text("the account's value cannot be a WeCom member id", "账号的属性值不符合企业微信账号规则")
        }
        MappingProblemKind::Inactive => text("the member is not active", "成员未处于启用状态"),
        MappingProblemKind::Unavailable => {
            text("WeCom gave no answer about the member", "企业微信未给出关于该成员的应答")
        }
        MappingProblemKind::Other => {
            text("WeCom answered about another member", "企业微信返回了其他成员的信息")
        }
        MappingProblemKind::NotFound | MappingProblemKind::OutOfScope | MappingProblemKind::Refused => {
            text("WeCom refused the question about the member", "企业微信拒绝了关于该成员的查询")
        }
    }
}

/// The world with a token of the test's own in place of the cache.
struct Fresh<'a> {
    outbound: &'a mut dyn Outbound,
    token: Secret,
}

impl Outbound for Fresh<'_> {
    /// Never another one: a token that WeCom refuses at once is what the test is to find.
    fn acquire_token(&mut self, _: &str, _: Option<&Secret>) -> Acquired {
        Acquired::Token(self.token.clone())
    }

    fn publish_token(&mut self, _: &str, _: &Secret, _: Duration) {}

    fn block_credential(&mut self, _: &str, _: i64) {}

    fn send(&mut self, request: &Request) -> Result<Response, SendError> {
        self.outbound.send(request)
    }

    fn note(&mut self, note: Note) {
        self.outbound.note(note);
    }
}
