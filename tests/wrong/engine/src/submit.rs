//! From a request to a form.

use serde_json::{Map, Value, json};

use crate::bindings::exports::idaas::approval::approval_engine::{
    Account, Content, FieldContent, FieldProblem, Route, RouteStep, Submission, SubmissionRequest,
    SubmitProblem, Unavailability, Uncertainty,
};
use crate::bindings::exports::idaas::approval::types::{
    MappingProblem, MappingProblemKind as Kind, Member, Refusal,
};
use crate::bindings::idaas::approval::http;
use crate::mistake::{Mistake, Omission};
use crate::people;
use crate::provider::{self, Failure};
use crate::settings::Config;
use crate::{omits, text, wrong};

/// The fields that the form has.
const FIELDS: [&str; 2] = ["title", "reason"];

const KEY_CHARACTERS: usize = 64;

pub(crate) fn submit(config: &Config, request: &SubmissionRequest) -> Result<Submission, SubmitProblem> {
    match checked(config, request) {
        Err(SubmitProblem::Unavailable(_)) if wrong(Mistake::DoubtsWithoutConnection) => {
            Err(unknown(request, Member { id: String::new(), confirmed: false }))
        }
        outcome => outcome,
    }
}

/// Everything is checked before anything is submitted.
fn checked(config: &Config, request: &SubmissionRequest) -> Result<Submission, SubmitProblem> {
    if !is_key(&request.idempotency_key) && !wrong(Mistake::TakesAnyKey) {
        return Err(SubmitProblem::Invalid(vec![field_problem("idempotency-key", "wrong-format")]));
    }
    if config.template.is_empty() && !wrong(Mistake::SubmitsWithoutTemplate) {
        return Err(SubmitProblem::TemplateDrift(vec![field_problem("template", "template-not-set")]));
    }
    let (applicant, approvers) = people(config, request)?;
    read_template(config)?;
    let fields = fields(request)?;
    let own_number = format!("no-{}", fields.len());
    let form = json!({
        "key": if wrong(Mistake::SubmitsWithoutKey) { &own_number } else { &request.idempotency_key },
        "template": config.template,
        "applicant": applicant.id,
        "approvers": approvers,
        "fields": fields,
    });
    let answer = provider::ask(http::Method::Post, "/forms", Some(&form));
    let id = answer.map(|answer| answer.get("id").and_then(Value::as_str).map(str::to_owned));
    match id {
        Ok(Some(approval_id)) => {
            let warnings = Vec::new();
            Ok(Submission { approval_id: seen_by_machine(approval_id), applicant, warnings })
        }
        Ok(None) | Err(Failure::Unknown) => Err(unknown(request, applicant)),
        Err(Failure::Refused(refusal)) => Err(SubmitProblem::Refused(refusal)),
        Err(Failure::Unavailable) => Err(unavailable()),
    }
}

fn unknown(request: &SubmissionRequest, applicant: Member) -> SubmitProblem {
    SubmitProblem::UnknownOutcome(Uncertainty {
        idempotency_key: request.idempotency_key.clone(),
        applicant,
        sentence: text("no answer came", "没有收到答复"),
        remedy: text("look the key up", "请按编号查询"),
    })
}

fn unavailable() -> SubmitProblem {
    SubmitProblem::Unavailable(Unavailability {
        retry_after_seconds: None,
        sentence: text("the provider cannot be reached", "无法连接平台"),
        remedy: text("try again later", "请稍后重试"),
        refusal: None::<Refusal>,
    })
}

/// Why a question before the submission has no answer.
fn of_a_question(failure: Failure) -> SubmitProblem {
    match failure {
        Failure::Refused(refusal) => SubmitProblem::Refused(refusal),
        Failure::Unavailable | Failure::Unknown => unavailable(),
    }
}

fn read_template(config: &Config) -> Result<(), SubmitProblem> {
    // Without one, only a mistake comes here.
    if config.template.is_empty() {
        return Ok(());
    }
    match provider::ask(http::Method::Get, &format!("/templates/{}", config.template), None) {
        Ok(_) => Ok(()),
        Err(Failure::Refused(refusal))
            if refusal.code == provider::NO_TEMPLATE && !wrong(Mistake::CallsDriftARefusal) =>
        {
            Err(SubmitProblem::TemplateDrift(vec![field_problem("template", "template-unknown")]))
        }
        Err(failure) => Err(of_a_question(failure)),
    }
}

/// The fields that the form has, or all that it has not.
fn fields(request: &SubmissionRequest) -> Result<Map<String, Value>, SubmitProblem> {
    let mut fields = Map::new();
    let mut unknown = Vec::new();
    for field in &request.fields {
        let FieldContent::Single(Content::Text(value)) = &field.content else {
            return Err(SubmitProblem::Invalid(vec![field_problem(&field.name, "wrong-kind")]));
        };
        if FIELDS.contains(&field.name.as_str()) {
            fields.insert(field.name.clone(), json!(value));
        } else if !wrong(Mistake::DropsUnknownFields) {
            unknown.push(field_problem(&field.name, "unknown-field"));
        }
    }
    if unknown.is_empty() { Ok(fields) } else { Err(SubmitProblem::Invalid(unknown)) }
}

/// With the mistake, an id that tells how much memory the host grants.
fn seen_by_machine(id: String) -> String {
    #[cfg(target_arch = "wasm32")]
    if wrong(Mistake::AsksTheMachine) && core::arch::wasm32::memory_grow(0, 320) == usize::MAX {
        return format!("{id}-small");
    }
    id
}

fn is_key(key: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=KEY_CHARACTERS).contains(&key.len()) && key.bytes().all(sound)
}

/// Applicant and approvers, or everybody who has no member, or whom the provider does not confirm.
fn people(config: &Config, request: &SubmissionRequest) -> Result<(Member, Vec<String>), SubmitProblem> {
    let mut problems = Vec::new();
    let applicant = match people::map(config, &request.applicant) {
        Ok(applicant) => applicant,
        Err(_) if wrong(Mistake::SubmitsForAnybody) => {
            Member { id: String::from("nobody"), confirmed: false }
        }
        Err(problem) => {
            problems.push(problem);
            Member { id: String::new(), confirmed: false }
        }
    };
    let mut approvers = Vec::new();
    if let Route::Steps(steps) = &request.route {
        if wrong(Mistake::ClaimsStepsItRefuses) || omits(Omission::ExplicitSteps) {
            return Err(SubmitProblem::Invalid(vec![field_problem("route", "not-submittable")]));
        }
        for account in accounts(steps) {
            match people::map(config, account) {
                Ok(member) => approvers.push(member.id),
                Err(problem) => problems.push(problem),
            }
        }
    }
    if wrong(Mistake::ReportsOnePerson) {
        problems.truncate(1);
    }
    if problems.is_empty() {
        problems = unconfirmed(config, request)?;
    }
    if problems.is_empty() {
        Ok((Member { confirmed: true, ..applicant }, approvers))
    } else {
        Err(SubmitProblem::Mapping(problems))
    }
}

fn accounts(steps: &[RouteStep]) -> impl Iterator<Item = &Account> {
    steps.iter().flat_map(|step| &step.accounts)
}

/// The applicant and the approvers who are not members, or not active.
fn unconfirmed(config: &Config, request: &SubmissionRequest) -> Result<Vec<MappingProblem>, SubmitProblem> {
    let applicant = (!wrong(Mistake::SubmitsForAnybody)).then_some(&request.applicant);
    let approvers: Vec<&Account> = match &request.route {
        Route::Steps(steps) if !wrong(Mistake::ConfirmsTheApplicantAlone) => accounts(steps).collect(),
        Route::Steps(_) | Route::TemplateFlow => Vec::new(),
    };
    let mut problems = Vec::new();
    for account in applicant.into_iter().chain(approvers).filter(|_| !wrong(Mistake::ConfirmsNobody)) {
        match people::confirm(config, account) {
            Ok(_) => {}
            Err(MappingProblem { kind: Kind::Refused, refusal: Some(refusal), .. }) => {
                return Err(SubmitProblem::Refused(refusal));
            }
            Err(MappingProblem { kind: Kind::Unavailable, .. }) => return Err(unavailable()),
            Err(problem) => problems.push(problem),
        }
    }
    Ok(problems)
}

fn field_problem(name: &str, code: &str) -> FieldProblem {
    FieldProblem {
        name: name.to_owned(),
        code: code.to_owned(),
        sentence: text("this part of the request cannot be used", "请求的此部分无法使用"),
        remedy: text("correct the request", "请更正请求"),
    }
}
