//! The state that counts.

use serde_json::Value;

use crate::bindings::exports::idaas::approval::approval_tracking::{
    Page, SubmissionQuery, TrackingProblem, Window,
};
use crate::bindings::exports::idaas::approval::types::{Approval, Status};
use crate::bindings::idaas::approval::http;
use crate::mistake::Mistake;
use crate::news::Told;
use crate::provider::{self, Failure};
use crate::settings::Config;
use crate::{text, wrong};

pub(crate) fn fetch(_: &Config, id: &str) -> Result<Approval, TrackingProblem> {
    let told = provider::ask(http::Method::Get, &format!("/forms/{id}"), None).map_err(problem);
    if wrong(Mistake::InventsApprovals) && told.is_err() {
        return Ok(invented(id));
    }
    let told: Told =
        serde_json::from_value(told?).map_err(|_no_approval| TrackingProblem::Unavailable(None))?;
    let mut approval = told.approval();
    if wrong(Mistake::FetchesTheFirstState) {
        approval.status = Status::Pending;
    }
    Ok(approval)
}

fn invented(id: &str) -> Approval {
    Approval {
        approval_id: id.to_owned(),
        template_id: String::new(),
        title: String::new(),
        status: Status::Pending,
        raw_status: String::new(),
        applicant: String::new(),
        department: None,
        submitted_at: None,
        steps: Vec::new(),
        notified: Vec::new(),
        comments: Vec::new(),
    }
}

pub(crate) fn find(_: &Config, query: &SubmissionQuery) -> Result<Option<String>, TrackingProblem> {
    let path = if wrong(Mistake::FindsSomething) {
        String::from("/forms?from=0")
    } else {
        format!("/forms?key={}", query.idempotency_key)
    };
    Ok(ids(&ask(&path)?)?.pop())
}

/// A cursor is the window that it belongs to, and how many numbers the pages before it have.
pub(crate) fn list(_: &Config, window: Window, cursor: Option<&str>) -> Result<Page, TrackingProblem> {
    let Window { starts_at, ends_at } = window;
    if ends_at <= starts_at {
        return Err(invalid());
    }
    let of_window = format!("{starts_at}-{ends_at}:");
    let after: u64 = match cursor {
        None => 0,
        Some(cursor) => {
            cursor.strip_prefix(&of_window).and_then(|after| after.parse().ok()).ok_or_else(invalid)?
        }
    };
    let listed = ask(&format!("/forms?from={starts_at}&to={ends_at}&after={after}"))?;
    let next = listed.get("next").and_then(Value::as_u64);
    let next = next.filter(|_| !wrong(Mistake::StopsAtTheFirstPage) && !wrong(Mistake::ListsNothing));
    let next = if wrong(Mistake::GoesRoundInCircles) { Some(2) } else { next };
    let mut approval_ids = ids(&listed)?;
    if wrong(Mistake::ListsNothing) {
        approval_ids.clear();
    }
    Ok(Page { approval_ids, cursor: next.map(|next| format!("{of_window}{next}")) })
}

fn ask(path: &str) -> Result<Value, TrackingProblem> {
    provider::ask(http::Method::Get, path, None).map_err(problem)
}

fn ids(listed: &Value) -> Result<Vec<String>, TrackingProblem> {
    let ids = listed.get("ids").and_then(Value::as_array).ok_or(TrackingProblem::Unavailable(None))?;
    Ok(ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn invalid() -> TrackingProblem {
    TrackingProblem::Invalid(text("window and cursor do not fit together", "时间范围与游标不匹配"))
}

fn problem(failure: Failure) -> TrackingProblem {
    match failure {
        Failure::Refused(refusal) if refusal.code == "E-NO-FORM" => {
            TrackingProblem::NotFound(text("there is no such approval", "没有此审批"))
        }
        Failure::Refused(refusal) => TrackingProblem::Refused(refusal),
        Failure::Unavailable | Failure::Unknown => TrackingProblem::Unavailable(None),
    }
}
