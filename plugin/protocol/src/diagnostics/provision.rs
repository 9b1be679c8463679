//! The engine's own template: made at WeCom, or the one in use confirmed.

use serde_json::{Value, json};

use crate::api::{self, Failure, Obstacle};
use crate::config::{Config, REQUEST_NUMBER};
use crate::errcode::{self, Refusal, Treatment};
use crate::exchange::{Note, Outbound};
use crate::form::check;
use crate::model::TemplateId;
use crate::settings::{is_template_id, key};
use crate::submit::PARAMETER;
use crate::text::{Text, text};
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

/// The template's name, which WeCom keeps unique.
const NAME: Text = text("Access request", "访问权限申请");

/// The controls: name in the field map, kind, id, required, title. All are texts, for a selector would need options
/// that the engine cannot know.
const CONTROLS: [(&str, &str, &str, u8, Text); 6] = [
    ("title", "Text", "Text-01", 1, text("Title", "标题")),
    ("kind", "Text", "Text-02", 0, text("Kind of request", "申请类型")),
    ("reason", "Textarea", "Textarea-03", 0, text("Reason", "申请原因")),
    ("details", "Textarea", "Textarea-04", 0, text("Details", "申请详情")),
    ("link", "Text", "Text-05", 0, text("Link", "链接")),
    (REQUEST_NUMBER, "Text", "Text-06", 1, text("Request number", "申请编号")),
];

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
pub fn provision(
    config: &Config,
    outbound: &mut dyn Outbound,
) -> Result<Vec<(&'static str, String)>, ProvisionProblem> {
    if let Some(id) = &config.template_id
        && confirmed(config, outbound, id)?
    {
        return Ok(settings(config, id, field_map(config.field_map.entries())));
    }
    let request = api::post(config, CREATE_PATH, body());
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
    Ok(settings(config, &TemplateId(id), own_map()))
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

fn own_map() -> String {
    field_map(CONTROLS.iter().map(|(name, _, id, ..)| (*name, *id)))
}

/// The body of `create_template` (D97437).
fn body() -> Value {
    let labels =
        |label: &Text| json!([{ "text": label.zh_cn, "lang": "zh_CN" }, { "text": label.en, "lang": "en" }]);
    let control = |(_, word, id, required, title): &(&str, &str, &str, u8, Text)| {
        json!({
            "property": {
                "control": word,
                "id": id,
                "title": labels(title),
                "placeholder": [],
                "require": required,
                "un_print": 0,
            },
            "config": {},
        })
    };
    let controls: Vec<Value> = CONTROLS.iter().map(control).collect();
    json!({ "template_name": labels(&NAME), "template_content": { "controls": controls } })
}

fn name_taken(refusal: Refusal) -> Refusal {
    let (map, Text { zh_cn, .. }) = (own_map(), NAME);
    Refusal {
        remedy: Text::made(
            format!(
                "if 应用管理 > 审批 has a template named {zh_cn} already, the administrator enters the id in its address \
                 with the field map {map}, or deletes or renames it and repeats this"
            ),
            format!(
                "如「应用管理 > 审批」中已有名为「{zh_cn}」的模板，请管理员填写其网址中的模板 ID，并将字段映射设为 {map}；\
                 或删除、重命名该模板后重试"
            ),
        ),
        ..refusal
    }
}

fn look_first() -> Text {
    let (map, Text { zh_cn, .. }) = (own_map(), NAME);
    Text::made(
        format!(
            "WeCom may have made the template {zh_cn} or not: look into 应用管理 > 审批; if it is there, enter the id in \
             its address with the field map {map}, else repeat this"
        ),
        format!(
            "模板「{zh_cn}」可能已创建，也可能没有：请查看「应用管理 > 审批」；如已存在，请填写其网址中的模板 ID，\
             并将字段映射设为 {map}，否则请重试"
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
