//! `oa/applyevent` (D91853): submits a form. It has no idempotency key; each accepted call is one more form.

mod contents;
mod route;
mod value;

use serde_json::{Value, json};

use self::contents::Checker;
use super::{Success, body};
use crate::form::{ChangeEvent, Form, FormStatus};
use crate::journal::Effect;
use crate::refusal::Refusal;
use crate::setup::{App, Member};
use crate::state::State;

/// Summary lines at most, and characters in one.
const SUMMARY_LINES: usize = 3;
const SUMMARY_CHARACTERS: usize = 20;

pub(super) fn run(state: &mut State, app: &App, now: u64, request: &Value) -> Result<Success, Refusal> {
    let creator = creator(state, app, request)?;
    let template = state.setup.template(body::text(request, "template_id")?);
    let template = template.ok_or_else(|| Refusal::approval_parameter("invalid template_id"))?;
    let department = department(&creator, request)?;
    let nodes = route::read(&state.setup, app, template, request)?;
    let checker = Checker { setup: &state.setup, forms: &state.forms };
    let contents = checker.contents(template, request)?;
    let summary = summary(request)?;

    let form = Form {
        sp_no: String::new(),
        template_id: template.id.clone(),
        template_name: template.name.clone(),
        applicant: creator.user_id,
        department,
        applied_at: now,
        status: FormStatus::Pending,
        nodes,
        contents,
        summary,
        comments: Vec::new(),
    };
    let sp_no = state.add_form(form, now);
    state.announce(&sp_no, ChangeEvent::Submitted, now);
    Ok(Success::of(json!({ "sp_no": sp_no })).with(Effect::FormSubmitted { sp_no }))
}

/// The applicant. Documents put an invisible one under 301055; that is what the fake says.
fn creator(state: &State, app: &App, request: &Value) -> Result<Member, Refusal> {
    let member = state.setup.member(body::text(request, "creator_userid")?);
    let member = member.ok_or_else(|| Refusal::new(60111, "userid not found"))?;
    if !member.can_take_part() {
        return Err(Refusal::no_approval_auth("creator left or is disabled"));
    }
    if !app.visible.contains(&member.user_id) {
        return Err(Refusal::no_approval_auth("creator not in app visible range"));
    }
    Ok(member.clone())
}

/// `choose_department` must be one of the applicant's; missing or 0 means the main one.
fn department(creator: &Member, request: &Value) -> Result<u32, Refusal> {
    let Some(chosen) = request.get("choose_department") else {
        return Ok(creator.main_department());
    };
    let chosen = chosen.as_u64().and_then(|number| u32::try_from(number).ok());
    match chosen.ok_or_else(|| Refusal::parameter("choose_department"))? {
        0 => Ok(creator.main_department()),
        id if creator.departments.contains(&id) => Ok(id),
        _ => Err(Refusal::approval_parameter("invalid choose_department")),
    }
}

/// 1 to 3 entries; each text 1 to 20 characters, `zh_CN` or `en`.
fn summary(request: &Value) -> Result<Vec<String>, Refusal> {
    let refused = || Refusal::approval_parameter("summary_list");
    let list = request.get("summary_list").and_then(Value::as_array).ok_or_else(refused)?;
    if !(1..=SUMMARY_LINES).contains(&list.len()) {
        return Err(refused());
    }
    let mut lines = Vec::new();
    for entry in list {
        let texts = entry.get("summary_info").and_then(Value::as_array).filter(|texts| !texts.is_empty());
        for (place, info) in texts.ok_or_else(refused)?.iter().enumerate() {
            let text = info.get("text").and_then(Value::as_str).ok_or_else(refused)?;
            let lang = info.get("lang").and_then(Value::as_str);
            let known = matches!(lang, Some("zh_CN" | "en"));
            if !known || !(1..=SUMMARY_CHARACTERS).contains(&text.chars().count()) {
                return Err(refused());
            }
            if place == 0 {
                lines.push(text.to_owned());
            }
        }
    }
    Ok(lines)
}
