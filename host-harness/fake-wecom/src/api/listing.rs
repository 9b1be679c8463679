//! `oa/getapprovalinfo` (D91816): form numbers of a time of submission, page by page.

mod filter;

use serde_json::{Value, json};

use self::filter::Filters;
use super::{Success, body};
use crate::refusal::Refusal;
use crate::setup::App;
use crate::state::{Page, State};

/// Seconds that a range spans at most: 31 days.
const RANGE_SECONDS: u64 = 31 * 86_400;

/// Form numbers on one page at most, and unless the call says otherwise.
const PAGE_SIZE: u64 = 100;

/// The page is cut first, and forms of applicants out of range are taken out of it afterwards: a short page,
/// even an empty one, need not be the last. Only a missing `new_next_cursor` is the end.
///
/// A form enters the list as late as the fault plan wants.
pub(super) fn run(state: &mut State, app: &App, now: u64, request: &Value) -> Result<Success, Refusal> {
    let (from, to) = range(request)?;
    let size = size(request)?;
    let filters = Filters::read(request, &state.setup)?;
    let after = start(state, request)?;

    let skip = usize::try_from(after).unwrap_or(usize::MAX);
    let candidates = state.forms.iter().enumerate().skip(skip);
    let lag = state.faults.conditions.list_lag_seconds;
    let mut matching = candidates
        .filter(|(_, form)| form.applied_at.saturating_add(lag) <= now)
        .filter(|(_, form)| (from..=to).contains(&form.applied_at))
        .filter(|(_, form)| filters.accept(form, &state.setup))
        .peekable();
    let page: Vec<_> = matching.by_ref().take(size).collect();
    let more = matching.peek().is_some();
    let visible = page.iter().filter(|(_, form)| app.visible.contains(&form.applicant));
    let numbers: Vec<&str> = visible.map(|(_, form)| form.sp_no.as_str()).collect();
    let mut fields = json!({ "sp_no_list": numbers });
    let next = page.last().map(|(index, _)| *index as u64 + 1).filter(|_| more);

    if let (Some(next), Some(fields)) = (next, fields.as_object_mut()) {
        let cursor = format!("CURSOR{}", state.random.letters_and_digits(18));
        state.pages.insert(cursor.clone(), Page { after: next, request: without_cursor(request) });
        fields.insert("new_next_cursor".to_owned(), Value::from(cursor));
    }
    Ok(Success::of(fields))
}

fn range(request: &Value) -> Result<(u64, u64), Refusal> {
    let (from, to) = (seconds(request, "starttime")?, seconds(request, "endtime")?);
    if to <= from {
        return Err(Refusal::approval_parameter("endtime must be later than starttime"));
    }
    if to - from > RANGE_SECONDS {
        return Err(Refusal::new(301_112, "time range too long, narrow it"));
    }
    Ok((from, to))
}

/// Unix seconds as text; a number is refused.
fn seconds(request: &Value, field: &str) -> Result<u64, Refusal> {
    body::text(request, field)?
        .parse()
        .map_err(|_no_number: std::num::ParseIntError| Refusal::parameter(field))
}

fn size(request: &Value) -> Result<usize, Refusal> {
    let size = request.get("size").map_or(Some(PAGE_SIZE), Value::as_u64);
    let size = size.filter(|size| (1..=PAGE_SIZE).contains(size));
    size.and_then(|size| usize::try_from(size).ok()).ok_or_else(|| Refusal::parameter("size"))
}

/// Where the page starts: a cursor goes on with the very request that it was given for.
fn start(state: &State, request: &Value) -> Result<u64, Refusal> {
    let cursor = request.get("new_cursor").and_then(Value::as_str);
    match cursor.ok_or_else(|| Refusal::parameter("new_cursor"))? {
        "" => Ok(0),
        cursor => match state.pages.get(cursor) {
            Some(page) if page.request == without_cursor(request) => Ok(page.after),
            Some(_) | None => Err(Refusal::approval_parameter("invalid new_cursor")),
        },
    }
}

/// The page size may change on the way; what is looked for may not.
fn without_cursor(request: &Value) -> Value {
    let mut query = request.clone();
    if let Some(fields) = query.as_object_mut() {
        fields.remove("new_cursor");
        fields.remove("size");
    }
    query
}
