//! What a request must look like, whatever the template and the directory say.

use super::{Route, RouteStep, SubmissionRequest};
use crate::api::clean::shown;
use crate::form::{Content, FieldContent, FieldProblem, FormField};
use crate::model::{Account, StepKind, StepMode};
use crate::text::{Text, text};

/// The longest idempotency key.
pub const KEY_BYTES: usize = 64;

/// The most summary lines (D91853).
pub const SUMMARY_LINES: usize = 3;

/// The most accounts of a route. Ours: each distinct member costs one question to WeCom, and a host allows a call a
/// limited number of them, which the token, the template and the submission itself draw on as well.
pub const ROUTE_ACCOUNTS: usize = 50;

/// Checks everything that needs neither settings nor network. Gives the department as WeCom's number.
pub(super) fn check(request: &SubmissionRequest) -> Result<Option<u32>, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let key = &request.idempotency_key;
    if !(1..=KEY_BYTES).contains(&key.len()) || !key.bytes().all(is_key_byte) {
        problems.push(wrong_key(key));
    }
    let department = request.department.as_deref().map(|id| (id, department_number(id)));
    if let Some((id, None)) = department {
        problems.push(wrong_department(id));
    }
    if request.summary.len() > SUMMARY_LINES {
        problems.push(too_many("summary", SUMMARY_LINES, request.summary.len()));
    }
    if let Route::Steps(steps) = &request.route {
        check_steps(steps, &mut problems);
    }
    if problems.is_empty() { Ok(department.and_then(|(_, number)| number)) } else { Err(problems) }
}

/// Who must exist and be active: the applicant and everybody in the route.
pub(super) fn deciders(request: &SubmissionRequest) -> impl Iterator<Item = &Account> {
    let steps = match &request.route {
        Route::TemplateFlow => &[],
        Route::Steps(steps) => steps.as_slice(),
    };
    core::iter::once(&request.applicant).chain(steps.iter().flat_map(|step| &step.accounts))
}

/// Who is only named in the form.
pub(super) fn named(fields: &[FormField]) -> impl Iterator<Item = &Account> {
    let contents = fields.iter().flat_map(|field| match &field.content {
        FieldContent::Single(content) => vec![content],
        FieldContent::Rows(rows) => {
            rows.iter().flat_map(|row| &row.cells).map(|cell| &cell.content).collect()
        }
    });
    contents.flat_map(|content| match content {
        Content::Accounts(accounts) => accounts.as_slice(),
        Content::Text(_)
        | Content::Number(_)
        | Content::Money(_)
        | Content::Time(_)
        | Content::Choices(_)
        | Content::Departments(_)
        | Content::Attachments(_)
        | Content::Interval(_)
        | Content::Leave(_)
        | Content::Location(_)
        | Content::Approvals(_)
        | Content::Phone(_)
        | Content::ProviderJson(_) => &[],
    })
}

/// Digits alone: `parse` would take a sign too.
fn department_number(id: &str) -> Option<u32> {
    id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse().ok()).flatten()
}

pub(crate) const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-')
}

fn check_steps(steps: &[RouteStep], problems: &mut Vec<FieldProblem>) {
    if !steps.iter().any(|step| step.kind == StepKind::Approval) {
        problems.push(no_approval_step());
    }
    for (index, step) in steps.iter().enumerate() {
        let name = format!("route[{index}]");
        if step.accounts.is_empty() {
            problems.push(no_accounts(&name));
        }
        match (step.kind, step.mode) {
            (StepKind::Other, _) => problems.push(wrong_step(&name)),
            (StepKind::Notification, StepMode::Unspecified)
            | (
                StepKind::Approval | StepKind::Handling,
                StepMode::Any | StepMode::All | StepMode::Sequential,
            ) => {}
            (StepKind::Notification, _) => problems.push(mode_given(&name)),
            (StepKind::Approval | StepKind::Handling, StepMode::Unspecified | StepMode::Other) => {
                problems.push(mode_missing(&name));
            }
        }
    }
    let accounts = steps.iter().map(|step| step.accounts.len()).sum();
    if accounts > ROUTE_ACCOUNTS {
        problems.push(too_many("route", ROUTE_ACCOUNTS, accounts));
    }
}

fn wrong_key(key: &str) -> FieldProblem {
    let shown = shown(key);
    FieldProblem::new(
        "idempotency-key",
        "wrong-format",
        Text::filled(
            format_args!("the key is not 1 to {KEY_BYTES} characters of A-Z a-z 0-9 . _ : -: {shown}"),
            format_args!("幂等键必须为 1 至 {KEY_BYTES} 个字符（A-Z a-z 0-9 . _ : -）：{shown}"),
        ),
        text("the caller chooses another key", "请调用方更换幂等键"),
    )
}

fn wrong_department(id: &str) -> FieldProblem {
    let shown = shown(id);
    FieldProblem::new(
        "department",
        "wrong-format",
        Text::filled(
            format_args!("no department id of WeCom's: {shown}"),
            format_args!("不是企业微信的部门 ID：{shown}"),
        ),
        text("give the number of a department, or leave it out", "请提供部门的数字 ID，或不提供"),
    )
}

fn too_many(name: &str, limit: usize, given: usize) -> FieldProblem {
    FieldProblem::new(
        name,
        "too-many",
        Text::filled(
            format_args!("{given} given, {limit} allowed"),
            format_args!("提供了 {given} 个，最多允许 {limit} 个"),
        ),
        text("leave some out", "请减少数量"),
    )
}

fn no_approval_step() -> FieldProblem {
    FieldProblem::new(
        "route",
        "missing",
        text("the route has no step in which anybody approves", "审批流程中没有审批步骤"),
        text("add a step of kind approval", "请添加审批步骤"),
    )
}

fn no_accounts(name: &str) -> FieldProblem {
    FieldProblem::new(
        name,
        "missing",
        text("the step has no accounts", "该步骤没有账号"),
        text("add an account, or leave the step out", "请为该步骤添加账号，或去掉该步骤"),
    )
}

fn wrong_step(name: &str) -> FieldProblem {
    FieldProblem::new(
        name,
        "wrong-kind",
        text("WeCom has no such kind of step", "企业微信不支持该类型的步骤"),
        text("use approval, handling or notification", "请使用审批、办理或抄送"),
    )
}

fn mode_missing(name: &str) -> FieldProblem {
    FieldProblem::new(
        name,
        "missing",
        text("the step does not say how many of its accounts have to act", "该步骤没有说明需要多少人处理"),
        text("use any, all or sequential", "请使用或签、会签或依次"),
    )
}

fn mode_given(name: &str) -> FieldProblem {
    FieldProblem::new(
        name,
        "wrong-kind",
        text("nobody acts in a notification, so it takes no mode", "抄送步骤无人处理，不能指定方式"),
        text("use unspecified", "请使用未指定"),
    )
}
