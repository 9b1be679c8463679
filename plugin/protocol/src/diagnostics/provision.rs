//! The engine's own template: made at WeCom, or the one in use confirmed.

use serde_json::Value;

use crate::api::{self, Doubt, Failure, Obstacle};
use crate::config::Config;
use crate::errcode::{self, Refusal, Treatment};
use crate::exchange::{Method, Note, Outbound, Request};
use crate::form::check;
use crate::model::TemplateId;
use crate::settings::{is_template_id, key};
use crate::submit::PARAMETER;
use crate::text::Text;
use crate::{template, token};

/// The interface that makes templates.
pub const CREATE_PATH: &str = "/cgi-bin/oa/approval/create_template";

/// Why nothing was provisioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvisionProblem {
    /// The administrator, mostly: WeCom said no.
    Refused(Refusal),
    /// Nobody: wait. Seconds, when known.
    Unavailable(Option<u32>),
    /// The template may have been made or not.
    UnknownOutcome(Text),
}

/// WeCom's errcode for a template that is made wrong, one with a name that is taken among them.
const UNFIT_TEMPLATE: i64 = 301_086;

/// The template's name in Chinese, which WeCom keeps unique.
const NAME: &str = "访问权限申请";

/// The field map of the template, in the order of its names: so it reads the same when it comes back.
const OWN_MAP: &str = r#"{"details":"Textarea-04","kind":"Text-02","link":"Text-05","reason":"Textarea-03","request-number":"Text-06","title":"Text-01"}"#;

/// The body of `create_template` (D97437). All controls are texts, for a selector would need options that the engine
/// cannot know; only the title and the request number are required, for a request may have nothing else to say.
const BODY: &str = include_str!("provision/template.json");

/// Makes the engine's own template, or confirms the one in use, and returns the settings to store.
///
/// A template that WeCom knows and whose field map fits is confirmed, whoever made it, and nothing is made. One that
/// is gone or lacks a control is replaced, and its id goes to the former ones, so that its open approvals are followed.
///
/// Safe to repeat: WeCom keeps names unique, so a repetition whose first result was not stored is refused (301086),
/// and its remedy has the settings. A second template could arise only after [`ProvisionProblem::UnknownOutcome`],
/// and only if WeCom took the name twice.
///
/// # Errors
/// - [`ProvisionProblem::UnknownOutcome`]: the template may have been made.
/// - Any other [`ProvisionProblem`]: nothing was made.
#[cold]
pub fn provision(
    config: &Config,
    outbound: &mut dyn Outbound,
) -> Result<Vec<(&'static str, String)>, ProvisionProblem> {
    if let Some(id) = &config.template_id
        && confirmed(config, outbound, id)?
    {
        return Ok(settings(config, id, field_map(config.field_map.entries())));
    }
    let request = Request {
        method: Method::Post,
        body: Some(BODY.trim_ascii_end().into()),
        ..api::get(config, CREATE_PATH, Vec::new())
    };
    let id = match token::call(config, outbound, request) {
        Ok(answer) => Some(answer.get("template_id").text()).filter(|id| is_template_id(id)),
        Err(Failure::Refused { errcode, .. }) if errcode::treatment(errcode) == Treatment::Doubtful => None,
        Err(Failure::Unclear(_)) => None,
        Err(Failure::Refused { errcode: UNFIT_TEMPLATE, refusal, .. }) => {
            return Err(ProvisionProblem::Refused(name_taken(refusal)));
        }
        Err(failure @ (Failure::Refused { .. } | Failure::NotSent(_))) => {
            return Err(failure.of_a_read().into());
        }
    };
    let Some(id) = id else {
        outbound.note(Note::OutcomeUnknown);
        return Err(ProvisionProblem::UnknownOutcome(look_first()));
    };
    Ok(settings(config, &TemplateId(id), OWN_MAP.to_owned()))
}

/// Whether the template is there and every request could be submitted with it.
fn confirmed(
    config: &Config,
    outbound: &mut dyn Outbound,
    id: &TemplateId,
) -> Result<bool, ProvisionProblem> {
    match template::read(config, outbound, id) {
        Ok(template) => Ok(check::broken(config, &template).is_empty()),
        Err(Failure::Refused { errcode: PARAMETER, .. }) => Ok(false),
        // An answer of WeCom's that cannot be read is told with its reason, for which `unavailable` has no room.
        Err(Failure::Unclear(Doubt::Unreadable(unreadable))) if unreadable.is_wecoms() => {
            Err(ProvisionProblem::Refused(unreadable.refusal()))
        }
        Err(failure) => Err(failure.of_a_read().into()),
    }
}

fn settings(config: &Config, id: &TemplateId, field_map: String) -> Vec<(&'static str, String)> {
    let mut settings = vec![(key::TEMPLATE_ID, id.0.clone()), (key::FIELD_MAP, field_map)];
    let mut former = String::new();
    let before = config.template_id.iter().chain(&config.former_template_ids);
    for before in before.filter(|before| *before != id) {
        if !former.is_empty() {
            former.push(',');
        }
        former.push_str(before.as_str());
    }
    if !former.is_empty() {
        settings.push((key::FORMER_TEMPLATE_IDS, former));
    }
    settings
}

fn field_map<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut map = serde_json::Map::new();
    for (name, id) in entries {
        map.insert(name.to_owned(), id.into());
    }
    Value::Object(map).to_string()
}

fn name_taken(refusal: Refusal) -> Refusal {
    Refusal {
        remedy: Text::filled(
            format_args!(
                "if 应用管理 > 审批 has a template named {NAME} already, the administrator enters the id in its address \
                 with the field map {OWN_MAP}, or deletes or renames it and repeats this"
            ),
            format_args!(
                "如「应用管理 > 审批」中已有名为「{NAME}」的模板，请管理员填写其网址中的模板 ID，并将字段映射设为 {OWN_MAP}；\
                 或删除、重命名该模板后重试"
            ),
        ),
        ..refusal
    }
}

fn look_first() -> Text {
    Text::filled(
        format_args!(
            "WeCom may have made the template {NAME} or not: look into 应用管理 > 审批; if it is there, enter the id in \
             its address with the field map {OWN_MAP}, else repeat this"
        ),
        format_args!(
            "模板「{NAME}」可能已创建，也可能没有：请查看「应用管理 > 审批」；如已存在，请填写其网址中的模板 ID，\
             并将字段映射设为 {OWN_MAP}，否则请重试"
        ),
    )
}

impl From<Obstacle> for ProvisionProblem {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Refused(refusal) => Self::Refused(refusal),
            Obstacle::Unavailable(unavailable) => Self::Unavailable(unavailable.retry_after_seconds),
        }
    }
}
