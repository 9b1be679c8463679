//! The one question about approvals, and the steps that its answer tells of: `address` to `field-map`.

use super::{CheckVerdict, Fresh, MEMBER, Report, untested};
use crate::api::{Doubt, Failure, clean};
use crate::config::Config;
use crate::errcode::{Refusal, RefusalClass};
use crate::form::{FieldProblem, check};
use crate::model::UnixSeconds;
use crate::submit::{PARAMETER, template_unknown};
use crate::template::{self, Template};
use crate::text::{Text, text};
use crate::tracking::Window;
use crate::tracking::list::{Listing, Place};

/// How much of the time before the test is listed when there is no template to ask for, in seconds.
const LISTED_SECONDS: u64 = 3_600;

/// `address` to `field-map`, from one answer. Whether WeCom can be asked for the member still.
pub(super) fn approvals(
    config: &Config,
    fresh: &mut Fresh<'_>,
    now: UnixSeconds,
    report: &mut Report,
) -> bool {
    let answer = match &config.template_id {
        Some(id) => template::read(config, fresh, id).map(Some),
        None => list(config, fresh, now).map(|()| None),
    };
    match answer {
        Ok(template) => {
            report.ok(ALLOWED);
            report.ok(ALLOWED);
            fits(config, template.as_ref(), report);
            true
        }
        Err(Failure::Refused { errcode, refusal, path }) => refused(config, (errcode, refusal, path), report),
        Err(failure @ (Failure::NotSent(_) | Failure::Unclear(_))) => {
            let answered = matches!(failure, Failure::Unclear(Doubt::Unreadable(_)));
            unanswered(config, failure, answered, report);
            answered
        }
    }
}

const ALLOWED: Text = text("WeCom took the call", "企业微信接受了本次调用");

/// Reports WeCom's refusal of the question about approvals at the step that it is about.
fn refused(
    config: &Config,
    (errcode, refusal, path): (i64, Refusal, &'static str),
    report: &mut Report,
) -> bool {
    match (refusal.class, &config.template_id) {
        (RefusalClass::Address, _) => {
            report.refused(refusal);
            report.skip_to("", &untested::NOT_ALLOWED);
            false
        }
        (RefusalClass::RateLimit | RefusalClass::Transient, _) => {
            unanswered(config, Failure::Refused { errcode, refusal, path }, false, report);
            false
        }
        (RefusalClass::Template | RefusalClass::Form, Some(id)) => {
            report.ok(ALLOWED);
            report.ok(ALLOWED);
            if errcode == PARAMETER {
                let FieldProblem { sentence, remedy, .. } = template_unknown(id, &refusal);
                report.fail(sentence, remedy);
            } else {
                report.refused(refusal);
            }
            report.skip_to(MEMBER, &untested::NOT_READ);
            true
        }
        (class, _) => {
            // A token, a credential or a code that is not known: WeCom may not have looked at the address.
            if matches!(class, RefusalClass::Token | RefusalClass::Credentials | RefusalClass::Other) {
                report.skip(untested::NOT_TOLD);
            } else {
                report.ok(ALLOWED);
            }
            report.refused(refusal);
            report.skip_to(MEMBER, &untested::NOT_CALLED);
            true
        }
    }
}

/// Reports an answer that tells nothing about address and permission: only the step that asked fails.
fn unanswered(config: &Config, failure: Failure, goes_on: bool, report: &mut Report) {
    report.skip(untested::NOT_TOLD);
    if config.template_id.is_some() {
        report.skip(untested::NOT_TOLD);
        report.obstacle(failure.of_a_read());
        report.skip_to(MEMBER, &untested::NOT_READ);
    } else {
        report.obstacle(failure.of_a_read());
        report.skip_to(MEMBER, &untested::NO_TEMPLATE);
    }
    if !goes_on {
        report.skip_to("", &untested::NOT_ASKED);
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
    let Some(template) = template else { return report.skip_to(MEMBER, &untested::NO_TEMPLATE) };
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
