//! One approval for one idempotency key.
//!
//! Everything is checked before anything is sent, and the one message that submits is sent once. It could be sent again,
//! since its `webhook-id` is made from the key alone and an endpoint takes the same id for the same approval; but that is
//! the host's to decide, which knows the time that has passed. What is ambiguous ends as `unknown-outcome`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::approval_engine::{
    Route, RouteStep, Submission, SubmissionRequest, SubmissionWarning, SubmitProblem, Uncertainty,
};
use crate::config::Config;
use crate::endpoint::{self, Failure, Outbound};
use crate::form::{self, Problems};
use crate::log;
use crate::message::{is_id, step_kind_word, step_mode_word};
use crate::refusal;
use crate::text::text;
use crate::types::{Member, StepKind, StepMode, Text};

const KEY_BYTES: usize = 64;
const SUMMARY_LINES: usize = 3;
const SUMMARY_CHARACTERS: usize = 20;
const DEPARTMENT_BYTES: usize = 64;
const ROUTE_ACCOUNTS: usize = 50;

/// Submits one approval.
///
/// # Errors
/// - [`SubmitProblem`]: in the contract's order. `template-drift` never: what a form needs is the endpoint's to say.
pub fn submit(
    config: &Config,
    outbound: &mut dyn Outbound,
    request: &SubmissionRequest,
) -> Result<Submission, SubmitProblem> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    let mut problems = Problems::default();
    check_shape(request, &mut problems);
    if !problems.invalid.is_empty() {
        return Err(SubmitProblem::Invalid(problems.invalid));
    }
    let applicant = problems.member(config, &request.applicant);
    let steps = match &request.route {
        Route::TemplateFlow => Value::Null,
        Route::Steps(steps) => steps.iter().map(|step| route_step(config, step, &mut problems)).collect(),
    };
    let fields = form::fields(config, &request.fields, &mut problems);
    let applicant = match (applicant, problems.mapping.is_empty(), problems.invalid.is_empty()) {
        (Some(id), true, true) => Member { id, confirmed: false },
        (_, false, _) => return Err(SubmitProblem::Mapping(problems.mapping)),
        (_, true, _) => return Err(SubmitProblem::Invalid(problems.invalid)),
    };

    let (summary, cut) = summary(&request.summary);
    let data = json!({
        "application": config.application,
        "key": request.idempotency_key,
        "applicant": applicant.id,
        "department": request.department,
        "summary": summary,
        "fields": fields,
        "steps": steps,
    });
    let made = endpoint::submit::<Made>(config, outbound, &request.idempotency_key, &data);
    let failure = match made {
        Ok(made) if is_id(&made.id) => {
            outbound.log(log::Level::Info, "submitted", &[]);
            return Ok(Submission { approval_id: made.id, applicant, warnings: warnings(cut) });
        }
        Ok(_) => Failure::Unclear(refusal::no_answer(200)),
        Err(failure) => failure,
    };
    Err(match failure {
        Failure::Refused(refusal) | Failure::NotFound(refusal) => SubmitProblem::Refused(refusal),
        Failure::Unavailable(unavailability) => SubmitProblem::Unavailable(unavailability),
        Failure::Unclear(unavailability) => SubmitProblem::UnknownOutcome(Uncertainty {
            idempotency_key: request.idempotency_key.clone(),
            applicant,
            sentence: unavailability.sentence,
            remedy: text(
                "the platform looks the idempotency key up before anything else",
                "平台会先按幂等键查询，再做其他处理",
            ),
        }),
    })
}

/// Whether a text can be an idempotency key.
pub(crate) fn is_key(key: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(sound)
}

/// Key, department, summary and route.
fn check_shape(request: &SubmissionRequest, problems: &mut Problems) {
    if !is_key(&request.idempotency_key) {
        problems.wrong(
            "idempotency-key",
            "wrong-format",
            text(
                format!("the key is not 1 to {KEY_BYTES} characters of A-Z a-z 0-9 . _ : -"),
                format!("幂等键必须为 1 至 {KEY_BYTES} 个字符（A-Z a-z 0-9 . _ : -）"),
            ),
        );
    }
    if request.department.as_ref().is_some_and(|id| id.is_empty() || id.len() > DEPARTMENT_BYTES) {
        problems.wrong(
            "department",
            "wrong-format",
            text(
                format!("the department's id is not 1 to {DEPARTMENT_BYTES} bytes"),
                format!("部门 ID 必须为 1 至 {DEPARTMENT_BYTES} 字节"),
            ),
        );
    }
    if request.summary.len() > SUMMARY_LINES {
        problems.wrong(
            "summary",
            "too-many",
            text(
                format!("the summary has more than {SUMMARY_LINES} lines"),
                format!("摘要超过 {SUMMARY_LINES} 行"),
            ),
        );
    }
    let Route::Steps(steps) = &request.route else { return };
    if !steps.iter().any(|step| step.kind == StepKind::Approval) {
        problems.wrong("route", "missing", text("no step of the route decides", "流程中没有审批步骤"));
    }
    for (number, step) in steps.iter().enumerate() {
        let name = format!("route[{number}]");
        if step.accounts.is_empty() {
            problems.wrong(&name, "missing", text("the step has no accounts", "步骤没有成员"));
        }
        let fits = match step.kind {
            StepKind::Approval | StepKind::Handling => {
                matches!(step.mode, StepMode::Any | StepMode::All | StepMode::Sequential)
            }
            StepKind::Notification => step.mode == StepMode::Unspecified,
            StepKind::Other => false,
        };
        if !fits {
            problems.wrong(
                &name,
                "wrong-kind",
                text("kind and mode of the step do not fit", "步骤的类型与方式不匹配"),
            );
        }
    }
    if steps.iter().map(|step| step.accounts.len()).sum::<usize>() > ROUTE_ACCOUNTS {
        problems.wrong(
            "route",
            "too-many",
            text(
                format!("the route has more than {ROUTE_ACCOUNTS} accounts"),
                format!("流程成员超过 {ROUTE_ACCOUNTS} 个"),
            ),
        );
    }
}

fn route_step(config: &Config, step: &RouteStep, problems: &mut Problems) -> Value {
    let members: Vec<String> =
        step.accounts.iter().filter_map(|account| problems.member(config, account)).collect();
    json!({ "kind": step_kind_word(step.kind), "mode": step_mode_word(step.mode), "members": members })
}

/// The summary's lines, cut to what the contract allows, and whether any was.
fn summary(lines: &[Text]) -> (Vec<Value>, bool) {
    let mut cut = false;
    let mut fit = |line: &str| {
        cut |= line.chars().nth(SUMMARY_CHARACTERS).is_some();
        line.chars().take(SUMMARY_CHARACTERS).collect::<String>()
    };
    let lines = lines.iter().map(|line| json!({ "en": fit(&line.en), "zh-cn": fit(&line.zh_cn) })).collect();
    (lines, cut)
}

fn warnings(cut: bool) -> Vec<SubmissionWarning> {
    let warning = |name: &str, code: &str, sentence| SubmissionWarning {
        name: name.into(),
        code: code.into(),
        sentence,
    };
    let mut warnings = vec![warning(
        "members",
        "unconfirmed",
        text("nobody could check that applicant and approvers are active", "无法确认申请人与审批人是否有效"),
    )];
    if cut {
        warnings.push(warning(
            "summary",
            "cut",
            text(
                format!("lines of the summary were cut to {SUMMARY_CHARACTERS} characters"),
                format!("摘要行已截断为 {SUMMARY_CHARACTERS} 个字符"),
            ),
        ));
    }
    warnings
}
