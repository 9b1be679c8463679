//! One approval for one idempotency key, from the request's shape to WeCom's number.
//!
//! The order is: shape, settings, mapping, confirmation, template, form, and then a single `applyevent`. Whatever
//! ends it before that call submitted nothing. The call itself is never sent again unless WeCom refused its token,
//! since WeCom has no idempotency key of its own: what is ambiguous ends as [`SubmitProblem::UnknownOutcome`].
#![expect(clippy::result_large_err, reason = "a failure ends the call that meets it and is made once")]

use crate::api::{Failure, Obstacle, Unavailability, clean};
use crate::config::Config;
use crate::errcode::Refusal;
use crate::exchange::{Note, Outbound};
use crate::form::{self, FieldProblem, Form, FormField, FormProblems, SubmissionWarning};
use crate::model::{Account, Member, SpNo, StepKind, StepMode, TemplateId};
use crate::template::{self, Template};
use crate::text::{Text, text};
use crate::user::{MappingProblem, People, PeopleProblem};

pub(crate) use shape::is_key_byte;
pub use shape::{KEY_BYTES, ROUTE_ACCOUNTS, SUMMARY_LINES};
pub use summary::SUMMARY_CHARACTERS;

mod apply;
mod body;
mod shape;
mod summary;

/// The interface that submits.
pub const PATH: &str = "/cgi-bin/oa/applyevent";

/// One step of a flow built from accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStep {
    /// What it is for.
    pub kind: StepKind,
    /// `Unspecified` for notifications, and for nothing else.
    pub mode: StepMode,
    /// At least one.
    pub accounts: Vec<Account>,
}

/// Who decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The flow that WeCom keeps with the template.
    TemplateFlow,
    /// This flow, in this order. At least one step of kind `Approval`.
    Steps(Vec<RouteStep>),
}

/// An approval to submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionRequest {
    /// 1 to 64 characters of `A-Z a-z 0-9 . _ : -`.
    pub idempotency_key: String,
    /// Who applies.
    pub applicant: Account,
    /// WeCom's id of the department the applicant applies for.
    pub department: Option<String>,
    /// At most 3 lines, 20 characters each; longer ones are cut.
    pub summary: Vec<Text>,
    /// The form.
    pub fields: Vec<FormField>,
    /// The flow.
    pub route: Route,
}

/// The approval exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// WeCom's number.
    pub approval_id: SpNo,
    /// Who applied.
    pub applicant: Member,
    /// What was changed to fit.
    pub warnings: Vec<SubmissionWarning>,
}

/// An approval may exist or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncertainty {
    /// What to look for.
    pub idempotency_key: String,
    /// Whose approvals to look among.
    pub applicant: Member,
    /// What came back.
    pub sentence: Text,
    /// What to do.
    pub remedy: Text,
}

/// Why there is no submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitProblem {
    /// The caller: the request is wrong.
    Invalid(Vec<FieldProblem>),
    /// A person: accounts without a member.
    Mapping(Vec<MappingProblem>),
    /// The administrator, mostly: WeCom said no.
    Refused(Refusal),
    /// The administrator: settings and template no longer fit.
    TemplateDrift(Vec<FieldProblem>),
    /// Nobody: wait.
    Unavailable(Unavailability),
    /// The host: look the key up before anything else.
    UnknownOutcome(Uncertainty),
}

/// Submits one approval.
///
/// The applicant and everybody in the route are confirmed with WeCom, each member once: a request whose approver has
/// left would wait for ever. Members in the form's own controls are only mapped, for nobody waits for them.
///
/// # Errors
/// - [`SubmitProblem::UnknownOutcome`]: the approval may exist.
/// - Any other [`SubmitProblem`]: nothing was submitted.
pub fn submit(
    config: &Config,
    outbound: &mut dyn Outbound,
    request: &SubmissionRequest,
) -> Result<Submission, SubmitProblem> {
    let department = shape::check(request).map_err(SubmitProblem::Invalid)?;
    let template_id = config.template_id.as_ref().ok_or_else(template_not_set)?;
    let mut warnings = Vec::new();
    let people = confirmed(config, outbound, request, &mut warnings)?;
    let template = read_template(config, outbound, template_id)?;
    let form = form::fill(config, &template, &request.idempotency_key, &request.fields, &people)
        .map_err(form_problem)?;
    let applicant =
        people.member(&request.applicant).map_err(|problem| SubmitProblem::Mapping(vec![problem]))?;
    let Form { contents, warnings: changed } = form;
    warnings.extend(changed);
    let summary = summary::lines(&request.summary, &template, &mut warnings);
    let body = body::Body {
        applicant: &applicant,
        template_id,
        department,
        route: &request.route,
        people: &people,
        contents,
        summary,
    };
    let approval_id = apply::send(config, outbound, body.json(), &request.idempotency_key, &applicant)?;
    outbound.note(Note::Submitted { cut: warnings.iter().filter(|warning| warning.code == "cut").count() });
    Ok(Submission { approval_id, applicant, warnings })
}

/// WeCom's errcode for an app that may not call an interface.
const NOT_PERMITTED: &str = "48002";

/// Maps everybody, then confirms the applicant and the route.
///
/// Not every app may ask for members (WeCom's documents are silent on the Approval app's own Secret). One that may not can submit
/// all the same: WeCom itself refuses an applicant that it does not know.
fn confirmed<'a>(
    config: &'a Config,
    outbound: &mut dyn Outbound,
    request: &SubmissionRequest,
    warnings: &mut Vec<SubmissionWarning>,
) -> Result<People<'a>, SubmitProblem> {
    let everybody = shape::deciders(request).chain(shape::named(&request.fields));
    let mut people = People::map(config, everybody).map_err(SubmitProblem::Mapping)?;
    match people.confirm(outbound, shape::deciders(request)) {
        Ok(()) => Ok(people),
        Err(PeopleProblem::Persons(problems)) => Err(SubmitProblem::Mapping(problems)),
        Err(PeopleProblem::Obstacle(obstacle)) => match *obstacle {
            Obstacle::Refused(refusal) if refusal.code == NOT_PERMITTED => {
                warnings.push(unconfirmed());
                Ok(people)
            }
            obstacle @ (Obstacle::Refused(_) | Obstacle::Unavailable(_)) => Err(obstacle.into()),
        },
    }
}

fn unconfirmed() -> SubmissionWarning {
    SubmissionWarning {
        name: String::from("members"),
        code: "unconfirmed",
        sentence: text(
            "the app may not read members, so nobody checked that applicant and approvers are active",
            "应用没有读取成员的权限，未能确认申请人与审批人是否在职",
        ),
    }
}

/// WeCom's errcode for a template id that it does not know.
pub(crate) const PARAMETER: i64 = 301_025;

fn read_template(
    config: &Config,
    outbound: &mut dyn Outbound,
    id: &TemplateId,
) -> Result<Template, SubmitProblem> {
    template::read(config, outbound, id).map_err(|failure| match failure {
        Failure::Refused { errcode: PARAMETER, refusal, .. } => {
            SubmitProblem::TemplateDrift(vec![template_unknown(id, &refusal)])
        }
        failure @ (Failure::NotSent(_) | Failure::Refused { .. } | Failure::Unclear(_)) => {
            failure.of_a_read().into()
        }
    })
}

impl From<Obstacle> for SubmitProblem {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Refused(refusal) => Self::Refused(refusal),
            Obstacle::Unavailable(unavailability) => Self::Unavailable(unavailability),
        }
    }
}

/// Drift first: what the caller is told about the form may be the template's fault.
fn form_problem(problems: FormProblems) -> SubmitProblem {
    let FormProblems { invalid, drift } = problems;
    if drift.is_empty() { SubmitProblem::Invalid(invalid) } else { SubmitProblem::TemplateDrift(drift) }
}

pub(crate) const ENTER_TEMPLATE: Text = text(
    "the administrator copies the template id from the address of 应用管理 > 审批 > the template, or lets the engine \
     make a template, and saves the settings",
    "请管理员从「应用管理 > 审批 > 对应模板」的网址中复制模板 ID，或由引擎创建模板，然后保存设置",
);

fn template_not_set() -> SubmitProblem {
    SubmitProblem::TemplateDrift(vec![FieldProblem::new(
        "template-id",
        "template-not-set",
        text("no template is configured", "尚未配置审批模板"),
        ENTER_TEMPLATE,
    )])
}

/// WeCom answered [`PARAMETER`] to the question for this template.
pub(crate) fn template_unknown(id: &TemplateId, refusal: &Refusal) -> FieldProblem {
    let (id, said) = (clean::shown(id.as_str()), &refusal.provider_text);
    FieldProblem::new(
        "template-id",
        "template-unknown",
        Text::filled(
            format_args!("WeCom does not know the template {id}: {PARAMETER} {said}"),
            format_args!("企业微信中不存在模板 {id}：{PARAMETER} {said}"),
        ),
        ENTER_TEMPLATE,
    )
}
