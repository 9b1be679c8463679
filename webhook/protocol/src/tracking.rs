//! The authoritative state of approvals, asked of the endpoint.

use serde::Deserialize;
use serde_json::json;

use crate::approval_tracking::{Page, SubmissionQuery, TrackingProblem, Window};
use crate::config::Config;
use crate::endpoint::{self, Failure, Kind, Outbound};
use crate::message::{WireApproval, is_id};
use crate::submit::is_key;
use crate::text::text;
use crate::types::{Approval, Refusal, RefusalClass};

/// Reads one approval. A host confirms a decision with it before the decision counts.
///
/// # Errors
/// - [`TrackingProblem`]: as the contract has it.
pub fn fetch(config: &Config, outbound: &mut dyn Outbound, id: &str) -> Result<Approval, TrackingProblem> {
    if !is_id(id) {
        return Err(TrackingProblem::Invalid(text(
            "an approval's id is 1 to 128 visible ASCII characters",
            "审批 ID 必须为 1 至 128 个可见 ASCII 字符",
        )));
    }
    let data = json!({ "application": config.application, "id": id });
    let read: WireApproval =
        endpoint::ask(config, outbound, Kind::Fetch, &data).map_err(|failure| match failure {
            Failure::NotFound(_) => not_found(),
            other @ (Failure::Refused(_) | Failure::Unavailable(_) | Failure::Unclear(_)) => problem(other),
        })?;
    match read.read() {
        Some(approval) if approval.approval_id != id => Err(TrackingProblem::Refused(strange())),
        // It exists, and is not ours to see.
        Some(approval) if approval.template_id != config.application => Err(not_found()),
        Some(approval) => Ok(approval),
        None => Err(TrackingProblem::Refused(strange())),
    }
}

/// Finds the approval of an idempotency key.
///
/// # Errors
/// - [`TrackingProblem`]: as the contract has it; never `not-found`.
pub fn find_submission(
    config: &Config,
    outbound: &mut dyn Outbound,
    query: &SubmissionQuery,
) -> Result<Option<String>, TrackingProblem> {
    // `id` has to be there, null or not: an empty object proves nothing.
    #[derive(Deserialize)]
    struct Found {
        #[serde(deserialize_with = "Option::deserialize")]
        id: Option<String>,
    }
    check(query.window)?;
    if !is_key(&query.idempotency_key) {
        return Err(TrackingProblem::Invalid(text(
            "an idempotency key is 1 to 64 characters of A-Z a-z 0-9 . _ : -",
            "幂等键必须为 1 至 64 个字符（A-Z a-z 0-9 . _ : -）",
        )));
    }
    let data = json!({
        "application": config.application,
        "key": query.idempotency_key,
        "starts-at": query.window.starts_at,
        "ends-at": query.window.ends_at,
        "applicant": query.applicant,
    });
    let found: Found = endpoint::ask(config, outbound, Kind::Find, &data).map_err(problem)?;
    match found.id {
        Some(id) if !is_id(&id) => Err(TrackingProblem::Refused(strange())),
        found => Ok(found),
    }
}

/// Lists what was submitted in a window, a page a call.
///
/// # Errors
/// - [`TrackingProblem`]: as the contract has it; never `not-found`.
pub fn list_submitted(
    config: &Config,
    outbound: &mut dyn Outbound,
    window: Window,
    cursor: Option<&str>,
) -> Result<Page, TrackingProblem> {
    #[derive(Deserialize)]
    struct Listed {
        ids: Vec<String>,
        #[serde(default)]
        cursor: Option<String>,
    }
    check(window)?;
    // The endpoint's cursor travels behind the window it belongs to.
    let of_window = format!("{}-{}:", window.starts_at, window.ends_at);
    let given = match cursor.map(|cursor| cursor.strip_prefix(of_window.as_str())) {
        None => None,
        Some(Some(given)) => Some(given),
        Some(None) => {
            return Err(TrackingProblem::Invalid(text(
                "the cursor is none of this window's",
                "游标不属于该时间段",
            )));
        }
    };
    let data = json!({
        "application": config.application,
        "starts-at": window.starts_at,
        "ends-at": window.ends_at,
        "cursor": given,
    });
    let listed: Listed = endpoint::ask(config, outbound, Kind::List, &data).map_err(problem)?;
    let mut ids: Vec<String> = Vec::with_capacity(listed.ids.len());
    for id in listed.ids {
        if !is_id(&id) {
            return Err(TrackingProblem::Refused(strange()));
        }
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    // The same cursor again would lead round in a circle.
    if listed.cursor.is_some() && listed.cursor.as_deref() == given {
        return Err(TrackingProblem::Refused(strange()));
    }
    Ok(Page { approval_ids: ids, cursor: listed.cursor.map(|next| of_window + &next) })
}

fn check(window: Window) -> Result<(), TrackingProblem> {
    if window.starts_at < window.ends_at {
        return Ok(());
    }
    Err(TrackingProblem::Invalid(text("the window ends before it begins", "时间段的结束不晚于开始")))
}

fn problem(failure: Failure) -> TrackingProblem {
    match failure {
        Failure::Refused(refusal) | Failure::NotFound(refusal) => TrackingProblem::Refused(refusal),
        Failure::Unavailable(unavailability) | Failure::Unclear(unavailability) => {
            TrackingProblem::Unavailable(unavailability.retry_after_seconds)
        }
    }
}

fn not_found() -> TrackingProblem {
    TrackingProblem::NotFound(text(
        "the approval system knows no such approval of this application",
        "审批系统中没有该应用的这一审批",
    ))
}

/// A sound answer to another question.
fn strange() -> Refusal {
    Refusal {
        class: RefusalClass::Other,
        code: "wrong-answer".into(),
        provider_text: String::new(),
        sentence: text(
            "the endpoint answered about something else, or with an id that cannot be one",
            "接口返回的不是所查询的内容，或 ID 无效",
        ),
        remedy: text(
            "whoever runs the approval system compares its answers with PROTOCOL.md",
            "请审批系统运维人员对照 PROTOCOL.md 检查应答",
        ),
    }
}
