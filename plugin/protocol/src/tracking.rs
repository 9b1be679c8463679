//! The authoritative state of approvals: one of them, the one that carries a key, all of a time.
//!
//! WeCom lists numbers by the time of **submission**, at most 31 days and 100 numbers at once (D91816), and one form at
//! a time by its number (D91983). A page that is short or empty is no end: only a missing cursor is.
//!
//! WeCom does not say whether the end of a span belongs to it. The engine asks for spans that touch, so a number may
//! come twice, and one submitted in the very second of the end may come along; none is ever left out.
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]

use crate::api::{self, Doubt, Failure, Obstacle, UNREADABLE_ANSWER};
use crate::config::Config;
use crate::errcode::Refusal;
use crate::exchange::Outbound;
use crate::model::{Approval, SpNo, UnixSeconds, UserId};
use crate::submit::{KEY_BYTES, is_key_byte};
use crate::text::{Text, text};
use list::{Listing, Place};

pub(crate) mod list;

mod cursor;
mod detail;

/// The interface that tells of one approval.
pub const DETAIL_PATH: &str = "/cgi-bin/oa/getapprovaldetail";

/// The interface that lists numbers.
pub const LIST_PATH: &str = "/cgi-bin/oa/getapprovalinfo";

/// The most that one search asks, pages and forms together. A host lets a call send 64 requests unless it is told
/// otherwise, and a token may have to be fetched in between.
pub const SEARCH_REQUESTS: usize = 50;

/// WeCom's code for a form that the app may not read, or whose applicant has left.
const NOT_VISIBLE: &str = "301055";

/// The longest number that is asked for. WeCom's have 12 digits.
const NUMBER_BYTES: usize = 64;

/// The longest member id (D90195).
const MEMBER_BYTES: usize = 64;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrackingProblem {
    /// The caller: an argument is wrong.
    Invalid(Text),
    /// WeCom knows no such approval, or it is none of ours.
    NotFound(Text),
    /// The administrator, mostly: WeCom said no.
    Refused(Refusal),
    /// Nobody: wait. Seconds, when known.
    Unavailable(Option<u32>),
}

/// A span of submission times, of any length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Inclusive.
    pub starts_at: UnixSeconds,
    /// Exclusive, later than `starts_at`.
    pub ends_at: UnixSeconds,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionQuery {
    /// As it was given to `submit`.
    pub idempotency_key: String,
    /// When it may have been submitted.
    pub window: Window,
    /// Who applied, when known: the search is then much shorter.
    pub applicant: Option<UserId>,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Numbers, in WeCom's order.
    pub ids: Vec<SpNo>,
    /// Where to go on; `None` at the end.
    pub cursor: Option<String>,
}

/// Reads one approval. Reads only; safe to repeat.
///
/// # Errors
/// - [`TrackingProblem::Invalid`]: this cannot be a number, and nothing was sent.
/// - [`TrackingProblem::NotFound`]: WeCom does not know the number (301025, 301026), or the form was made from a
///   template that is none of ours.
/// - [`TrackingProblem::Refused`]: among others 301055, which WeCom answers both when the app may not read approvals
///   and when the applicant has left or is out of range. It is no proof that the approval is gone.
///   Also an answer of WeCom's that cannot be read or is about another number ([`UNREADABLE_ANSWER`]).
/// - [`TrackingProblem::Unavailable`]: no answer.
///
/// [`UNREADABLE_ANSWER`]: crate::api::UNREADABLE_ANSWER
pub fn fetch(config: &Config, outbound: &mut dyn Outbound, id: &SpNo) -> Result<Approval, TrackingProblem> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !(1..=NUMBER_BYTES).contains(&id.0.len()) || !id.0.bytes().all(sound) {
        return Err(TrackingProblem::Invalid(text(
            "an approval's number is 1 to 64 characters of A-Z a-z 0-9 _ -",
            "审批单号应为 1 到 64 个字符，由字母、数字、_ 和 - 组成",
        )));
    }
    let form = detail::read(config, outbound, id)?;
    if config.owns(&form.approval.template_id) {
        return Ok(form.approval);
    }
    Err(TrackingProblem::NotFound(text(
        "the approval was made from a template that is none of those configured",
        "该审批单所用的模板不在已配置的模板之中",
    )))
}

/// Finds the one approval that carries an idempotency key. Reads only; safe to repeat. WeCom's list may lag behind a
/// submission: nothing found soon after one is not yet proof.
///
/// All forms of the template and of the former ones are read. A form counts when the control of the request number holds
/// the key and nothing else: whatever people type elsewhere is theirs.
///
/// # Errors
/// - [`TrackingProblem::Invalid`]: key, span or applicant cannot be; or the search would take more than
///   [`SEARCH_REQUESTS`] requests, and the caller narrows the span or names the applicant. Forms are read only where
///   all that are listed can be.
/// - [`TrackingProblem::Refused`]: among others 301055 for an applicant who has left: nothing is proven then. With the
///   code `two-forms` or `other-template`: the key is in two forms, or in one of a former template, so one of them was
///   copied by hand or the template was changed meanwhile.
/// - [`TrackingProblem::Unavailable`]: no answer, also when a form that WeCom lists is not there to be read yet: the key
///   may stand in it.
///
/// A form that cannot be read, or that WeCom does not show (301055), hides no other. Only when no other form carries the
/// key, its problem is the result: the key may stand in it. Where another form carries the key, that one is the result: a
/// host makes keys that cannot be guessed, so a second form with it is one that was copied by hand, and an old form that can
/// never be read must not keep every search from its end.
pub fn find_submission(
    config: &Config,
    outbound: &mut dyn Outbound,
    query: &SubmissionQuery,
) -> Result<Option<SpNo>, TrackingProblem> {
    let key = query.idempotency_key.as_str();
    if !(1..=KEY_BYTES).contains(&key.len()) || !key.bytes().all(is_key_byte) {
        return Err(TrackingProblem::Invalid(text(
            "an idempotency key is 1 to 64 characters of A-Z a-z 0-9 . _ : -",
            "幂等键应为 1 到 64 个字符，由字母、数字和 . _ : - 组成",
        )));
    }
    let unfit = |member: &UserId| !(1..=MEMBER_BYTES).contains(&member.0.len());
    if query.applicant.as_ref().is_some_and(unfit) {
        return Err(TrackingProblem::Invalid(text(
            "a member id is 1 to 64 bytes",
            "企业微信账号应为 1 到 64 个字节",
        )));
    }
    let listing = Listing::new(config, query.window)?;
    let mut left = SEARCH_REQUESTS;
    let mut found: Option<SpNo> = None;
    let mut unread = None;
    let mut absent: Option<SpNo> = None;
    for template in 0..listing.templates() {
        for slice in (0..listing.slices()).rev() {
            let numbers = numbers(&listing, outbound, query, Place { template, slice }, &mut left)?;
            if numbers.len() > left {
                return Err(too_many());
            }
            for id in numbers.into_iter().rev() {
                spend(&mut left)?;
                let form = match detail::read(config, outbound, &id) {
                    Ok(form) => form,
                    Err(TrackingProblem::NotFound(_)) => {
                        absent.get_or_insert(id);
                        continue;
                    }
                    Err(TrackingProblem::Refused(refusal))
                        if [UNREADABLE_ANSWER, NOT_VISIBLE].contains(&refusal.code.as_str()) =>
                    {
                        unread.get_or_insert(refusal);
                        continue;
                    }
                    Err(problem) => return Err(problem),
                };
                match carried(config, query, &form) {
                    Carried::No => {}
                    Carried::Elsewhere => return Err(other_template(&id)),
                    Carried::Here => match found.replace(id.clone()) {
                        // Spans touch, so a number may come twice.
                        Some(other) if other != id => return Err(two_forms(&other, &id)),
                        Some(_) | None => {}
                    },
                }
            }
        }
    }
    match (found, unread, absent) {
        (Some(found), ..) => Ok(Some(found)),
        (None, Some(refusal), _) => Err(TrackingProblem::Refused(refusal)),
        (None, None, Some(id)) => {
            let not_there = Text::filled(
                format_args!("WeCom lists the approval {} and does not show it yet", id.0),
                format_args!("企业微信列出了审批单 {}，但尚无法读取其详情", id.0),
            );
            api::note(outbound, DETAIL_PATH, &not_there);
            Err(TrackingProblem::Unavailable(None))
        }
        (None, None, None) => Ok(None),
    }
}

/// Lists the approvals submitted in a window from the configured templates: one page, one request. A cursor goes on
/// where its page ended, for the same window and the same templates.
///
/// # Errors
/// - [`TrackingProblem::Invalid`]: the window is none, or the cursor is not one that was given for it.
/// - [`TrackingProblem::Refused`], [`TrackingProblem::Unavailable`]: as WeCom answers.
pub fn list_submitted(
    config: &Config,
    outbound: &mut dyn Outbound,
    window: Window,
    cursor: Option<&str>,
) -> Result<Page, TrackingProblem> {
    let listing = Listing::new(config, window)?;
    let stand = match cursor {
        None => cursor::START,
        Some(cursor) => cursor::read(&listing, cursor)?,
    };
    let page = listing.page(outbound, stand.place, None, stand.wecoms)?;
    let cursor = cursor::after(&listing, &stand, page.next.as_deref())?;
    Ok(Page { ids: page.ids, cursor })
}

/// All numbers of one span, from WeCom's first page to its last.
fn numbers(
    listing: &Listing<'_>,
    outbound: &mut dyn Outbound,
    query: &SubmissionQuery,
    place: Place,
    left: &mut usize,
) -> Result<Vec<SpNo>, TrackingProblem> {
    let mut numbers = Vec::new();
    let mut cursors = vec![String::new()];
    loop {
        spend(left)?;
        let cursor = cursors.last().map_or("", String::as_str);
        let mut page = listing.page(outbound, place, query.applicant.as_ref(), cursor)?;
        numbers.append(&mut page.ids);
        match page.next {
            None => return Ok(numbers),
            Some(next) if cursors.contains(&next) => return Err(circle()),
            Some(next) => cursors.push(next),
        }
    }
}

fn spend(left: &mut usize) -> Result<(), TrackingProblem> {
    *left = left.checked_sub(1).ok_or_else(too_many)?;
    Ok(())
}

fn too_many() -> TrackingProblem {
    TrackingProblem::Invalid(text(
        "the window holds more approvals than one search reads: ask for a shorter window, or name the applicant",
        "该时间范围内的审批单过多，超出单次查找的上限：请缩小时间范围，或指定申请人",
    ))
}

/// Where a form of the query's time and applicant has the key.
enum Carried {
    No,
    /// In the control of the request number.
    Here,
    /// Somewhere in a form of a former template.
    Elsewhere,
}

/// What WeCom filters is checked once more: a filter that it does not know it ignores.
fn carried(config: &Config, query: &SubmissionQuery, form: &detail::Form) -> Carried {
    let approval = &form.approval;
    let Window { starts_at, ends_at } = query.window;
    let in_time = |at: UnixSeconds| starts_at <= at && at < ends_at;
    let asked_for = config.owns(&approval.template_id)
        && approval.submitted_at.is_none_or(in_time)
        && query.applicant.as_ref().is_none_or(|member| member.same(&approval.applicant));
    if !asked_for {
        return Carried::No;
    }
    let current = config.template_id.as_ref().is_none_or(|id| *id == approval.template_id);
    if current && form.carries(config, &query.idempotency_key) {
        Carried::Here
    } else if !current && form.mentions(&query.idempotency_key) {
        Carried::Elsewhere
    } else {
        Carried::No
    }
}

/// Code and texts of a key in two forms.
fn two_forms(one: &SpNo, other: &SpNo) -> TrackingProblem {
    conflict(
        "two-forms",
        Text::filled(
            format_args!("the approvals {} and {} carry the same idempotency key", one.0, other.0),
            format_args!("审批单 {} 与 {} 带有相同的幂等键", one.0, other.0),
        ),
    )
}

fn other_template(id: &SpNo) -> TrackingProblem {
    conflict(
        "other-template",
        Text::filled(
            format_args!(
                "the approval {} carries the idempotency key and was made from a former template",
                id.0
            ),
            format_args!("审批单 {} 带有该幂等键，但使用的是旧模板", id.0),
        ),
    )
}

fn conflict(code: &str, sentence: Text) -> TrackingProblem {
    TrackingProblem::Refused(Refusal {
        remedy: text(
            "the WeCom administrator looks at the forms; the request is cancelled in the product and made anew",
            "请企业微信管理员核对相关审批单；在业务系统中取消该申请后重新提交",
        ),
        ..Refusal::of_no_answer(code, sentence)
    })
}

/// WeCom's pages go round in a circle.
fn circle() -> TrackingProblem {
    TrackingProblem::Refused(Refusal::of_no_answer(
        "cursor-repeated",
        text("WeCom's list leads back to a page that it has given before", "企业微信的分页游标出现重复"),
    ))
}

impl From<Failure> for TrackingProblem {
    /// An unreadable answer of WeCom's becomes a refusal, which has room for the reason: asking again would hardly help.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unclear(Doubt::Unreadable(unreadable)) if unreadable.is_wecoms() => {
                Self::Refused(unreadable.refusal())
            }
            failure @ (Failure::NotSent(_) | Failure::Refused { .. } | Failure::Unclear(_)) => {
                failure.of_a_read().into()
            }
        }
    }
}

impl From<Obstacle> for TrackingProblem {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Refused(refusal) => Self::Refused(refusal),
            Obstacle::Unavailable(unavailable) => Self::Unavailable(unavailable.retry_after_seconds),
        }
    }
}
