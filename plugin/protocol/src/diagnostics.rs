//! The honest test of a connection, and the making of a template.
//!
//! [`check`] goes step by step and stops asking where an earlier answer makes a later question useless:
//!
//! | step | asks |
//! | --- | --- |
//! | `settings` | nothing: is there enough to submit with? |
//! | `callback` | nothing: do messages sealed with each pair open, and are forged ones refused? |
//! | `network` | `gettoken`, past the token cache: does WeCom answer? |
//! | `credentials` | the same answer: does WeCom take CorpId and Secret? |
//! | `address` | `gettemplatedetail`; without a template `getapprovalinfo`: is this address allowed? |
//! | `permission` | the same answer: may the app use approvals? |
//! | `template` | the same answer: does the template exist? |
//! | `field-map` | the same answer: does every name lead to a control that can be filled? |
//! | `member` | `user/get`: does the probe account lead to an active member that the app may see? |
//!
//! The token of the test is used for the test alone and never published: a wrong Secret must not pass because somebody
//! fetched a token earlier, and a test must not change what other calls run on.
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]

use std::time::Duration;

use crate::api::{Failure, Obstacle, clean};
use crate::config::Config;
use crate::errcode::{Refusal, RefusalClass};
use crate::exchange::{Acquired, Note, Outbound, Request, Response, SendError};
use crate::form::{FieldProblem, check};
use crate::model::{Account, UnixSeconds};
use crate::secret::Secret;
use crate::settings::key;
use crate::submit::{ENTER_TEMPLATE, PARAMETER, template_unknown};
use crate::template::{self, Template};
use crate::text::{Text, text};
use crate::token;
use crate::tracking::Window;
use crate::tracking::list::{Listing, Place};
use crate::user::{self, Depth};

pub use provision::{CREATE_PATH, ProvisionProblem, provision};

mod prove;
mod provision;

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
        title: text("WeCom accepts the credentials", "企业微信接受凭证"),
        settings: &[key::CORP_ID, key::SECRET],
    },
    Step {
        id: "address",
        title: text("WeCom allows this address", "企业微信允许本平台的 IP 地址"),
        settings: &[key::AGENT_ID],
    },
    Step {
        id: "permission",
        title: text("The app may use approvals", "应用可以调用审批接口"),
        settings: &[key::AGENT_ID, key::SECRET],
    },
    Step {
        id: "template",
        title: text("The template exists", "审批模板存在"),
        settings: &[key::TEMPLATE_ID],
    },
    Step {
        id: "field-map",
        title: text("The field map fits the template", "字段映射与模板一致"),
        settings: &[key::FIELD_MAP, key::TEMPLATE_ID],
    },
    Step {
        id: MEMBER,
        title: text("The test account has a member", "测试账号对应有效成员"),
        settings: &[key::USER_ATTRIBUTE],
    },
];

/// The step that depends on fewer others than those before it.
const MEMBER: &str = "member";

const EARLIER: Text = text("an earlier step failed", "前面的步骤未通过");

const NO_TEMPLATE: Text = text("no template is configured", "尚未配置审批模板");

/// WeCom's errcode for an app that may not call an interface. Of `user/get` it is no fault: the app can submit all the
/// same, and nobody can tell beforehand whether applicant and approvers are active.
const NOT_PERMITTED: &str = "48002";

/// How much of the time before the test is listed when there is no template to ask for, in seconds.
const LISTED_SECONDS: u64 = 3_600;

/// Tests the connection step by step. Makes nothing at WeCom; sends at most three requests, each of those after `gettoken`
/// twice when WeCom refuses the token that it has just given.
#[cold]
pub fn check(config: &Config, outbound: &mut dyn Outbound, options: &CheckOptions) -> Vec<Finding> {
    let mut report = Report(Vec::with_capacity(STEPS.len()));
    settings(config, &mut report);
    prove::callbacks(config, options.now, &mut report);
    if let Some(token) = connect(config, outbound, &mut report) {
        let mut fresh = Fresh { outbound, token };
        if approvals(config, &mut fresh, options.now, &mut report) {
            report.skip_to(MEMBER, &EARLIER);
            member(config, &mut fresh, options.probe.as_ref(), &mut report);
        }
    }
    report.skip_to("", &EARLIER);
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

    /// Skips the steps before `id`; all that are left when there is no such step.
    fn skip_to(&mut self, id: &str, why: &Text) {
        while STEPS.get(self.0.len()).is_some_and(|step| step.id != id) {
            self.tell(CheckVerdict::Skipped, why.clone(), None);
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

/// `network` and `credentials`: a token of the test's own.
fn connect(config: &Config, outbound: &mut dyn Outbound, report: &mut Report) -> Option<Secret> {
    let reached = text("WeCom answered", "企业微信已应答");
    match token::fetch(config, outbound) {
        Ok(fetched) => {
            report.ok(reached);
            report.ok(text("WeCom gave an access token", "企业微信已签发 access_token"));
            Some(fetched.token)
        }
        Err(failure @ Failure::Refused { .. }) => {
            report.ok(reached);
            report.obstacle(failure.of_a_read());
            None
        }
        Err(failure @ (Failure::NotSent(_) | Failure::Unclear(_))) => {
            report.obstacle(failure.of_a_read());
            None
        }
    }
}

/// `address` to `field-map`, from one answer. Whether the address passed.
fn approvals(config: &Config, fresh: &mut Fresh<'_>, now: UnixSeconds, report: &mut Report) -> bool {
    let allowed = text("WeCom took the call", "企业微信接受了本次调用");
    let answer = match &config.template_id {
        Some(id) => template::read(config, fresh, id).map(Some),
        None => list(config, fresh, now).map(|()| None),
    };
    match answer {
        Ok(template) => {
            report.ok(allowed.clone());
            report.ok(allowed);
            fits(config, template.as_ref(), report);
            true
        }
        Err(Failure::Refused { errcode, refusal, path }) => match (refusal.class, &config.template_id) {
            (RefusalClass::Address | RefusalClass::RateLimit | RefusalClass::Transient, _) => {
                report.obstacle(Failure::Refused { errcode, refusal, path }.of_a_read());
                false
            }
            (RefusalClass::Template | RefusalClass::Form, Some(id)) => {
                report.ok(allowed.clone());
                report.ok(allowed);
                if errcode == PARAMETER {
                    let FieldProblem { sentence, remedy, .. } = template_unknown(id, &refusal);
                    report.fail(sentence, remedy);
                } else {
                    report.refused(refusal);
                }
                true
            }
            (_, _) => {
                report.ok(allowed);
                report.refused(refusal);
                true
            }
        },
        Err(failure @ (Failure::NotSent(_) | Failure::Unclear(_))) => {
            report.obstacle(failure.of_a_read());
            false
        }
    }
}

/// The shortest look at approvals that needs no template.
fn list(config: &Config, fresh: &mut Fresh<'_>, now: UnixSeconds) -> Result<(), Failure> {
    let starts_at = UnixSeconds(now.0.saturating_sub(LISTED_SECONDS));
    let ends_at = UnixSeconds(starts_at.0.saturating_add(LISTED_SECONDS));
    let listing = Listing { config, window: Window { starts_at, ends_at } };
    listing.ask(fresh, Place { template: 0, slice: 0 }, None, "").map(drop)
}

/// `template` and `field-map`.
fn fits(config: &Config, template: Option<&Template>, report: &mut Report) {
    let Some(template) = template else { return report.skip_to(MEMBER, &NO_TEMPLATE) };
    let (name, controls) = (clean::shown(template.title()), template.controls.len());
    report.ok(Text::filled(
        format_args!("{name}: {controls} controls"),
        format_args!("{name}：{controls} 个控件"),
    ));
    let broken = check::broken(config, template);
    let unmapped = check::unmapped(config, template);
    match (broken.is_empty(), unmapped.is_empty()) {
        (false, _) => told(CheckVerdict::Fail, broken, report),
        (true, false) => told(CheckVerdict::Warn, unmapped, report),
        (true, true) => report
            .ok(text("every name leads to a control that can be filled", "每个字段名都对应可填写的控件")),
    }
}

/// All problems as one finding, with the remedy of the first.
fn told(verdict: CheckVerdict, problems: Vec<FieldProblem>, report: &mut Report) {
    let (mut en, mut zh_cn, mut remedy) = (String::new(), String::new(), None);
    for problem in problems {
        if remedy.is_none() {
            remedy = Some(problem.remedy);
        } else {
            en.push_str("; ");
            zh_cn.push('；');
        }
        let name = clean::shown(&problem.name);
        for (all, sentence) in [(&mut en, &problem.sentence.en), (&mut zh_cn, &problem.sentence.zh_cn)] {
            all.push_str(&name);
            all.push_str(": ");
            all.push_str(sentence);
        }
    }
    report.tell(verdict, Text::made(en, zh_cn), remedy);
}

fn member(config: &Config, fresh: &mut Fresh<'_>, probe: Option<&Account>, report: &mut Report) {
    let Some(probe) = probe else {
        return report.skip_to("", &text("no account was given to test with", "未提供测试账号"));
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
            let evidence = problem
                .refusal
                .as_ref()
                .map_or(text("the account leads to no usable member", "账号没有可用的成员"), said);
            let unseen = problem.refusal.is_some_and(|refusal| refusal.code == NOT_PERMITTED);
            let verdict = if unseen { CheckVerdict::Warn } else { CheckVerdict::Fail };
            report.tell(verdict, evidence, Some(problem.for_administrator));
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
