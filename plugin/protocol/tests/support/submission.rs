//! The least that can be submitted, and what comes of it.

use wecom_protocol::errcode::RefusalClass;
use wecom_protocol::form::FieldProblem;
use wecom_protocol::model::{Account, StepKind, StepMode};
use wecom_protocol::submit::{Route, RouteStep, Submission, SubmissionRequest, SubmitProblem, submit};

use crate::fixtures::{TEMPLATE, USER_GET, account, active, config, template};
use crate::world::World;

pub(crate) const KEY: &str = "REQ-2026-0007";

/// The least that can be submitted.
pub(crate) fn request() -> SubmissionRequest {
    SubmissionRequest {
        idempotency_key: KEY.into(),
        applicant: account("张三", "zhang.san"),
        department: None,
        summary: vec![],
        fields: vec![],
        route: Route::TemplateFlow,
    }
}

pub(crate) fn step(kind: StepKind, mode: StepMode, accounts: &[Account]) -> RouteStep {
    RouteStep { kind, mode, accounts: accounts.to_vec() }
}

/// A world that has got as far as applyevent with [`request`].
pub(crate) fn before_applying() -> World {
    World::warm().answers(USER_GET, active("zhang.san")).answers(TEMPLATE, template(&[]))
}

#[expect(clippy::result_large_err, reason = "as the function under test")]
pub(crate) fn go(world: &mut World, request: &SubmissionRequest) -> Result<Submission, SubmitProblem> {
    submit(&config(), world, request)
}

pub(crate) fn refused(problem: SubmitProblem) -> (RefusalClass, String) {
    let SubmitProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    (refusal.class, refusal.code)
}

pub(crate) fn named(problems: Vec<FieldProblem>) -> Vec<(String, &'static str)> {
    problems.into_iter().map(|problem| (problem.name, problem.code)).collect()
}
