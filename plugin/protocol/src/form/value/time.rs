//! Date, DateRange, Vacation and Attendance. WeCom counts days in China time (UTC+8).
//!
//! # Half days
//!
//! In WeCom a stamp names a half day, 00:00 the morning and 12:00 the afternoon, and the end is the last half day that
//! belongs to the span: a morning goes from 00:00 to 00:00, a day from 00:00 to 12:00. A request gives the end as everybody
//! writes it, as the moment at which the span is over, and it is translated here: the morning from 00:00 to 12:00 is sent
//! as 00:00 to 00:00.
//!
//! An end as WeCom counts it would be read as half a day less. Where every half day of the span counts, it gives itself
//! away: the duration is longer than the span, which is refused. One span can mean only one thing in spite of it: a start
//! that is the end, with a duration of half a day, is that half day. Where days of the span do not count, such as those of a
//! weekend, the duration fits either way, and such an end is not noticed: what counts is known to WeCom alone.

use serde_json::Value;

use super::{Filled, choice};
use crate::form::content::{Interval, Leave};
use crate::form::problem::{self, FieldProblem};
use crate::json::object;
use crate::model::UnixSeconds;
use crate::template::{Attendance, Choice, DateType, IntervalUnit, Label};
use crate::text::{Text, text};

const CHINA_OFFSET: u64 = 8 * 3_600;
const DAY: u64 = 86_400;
const HALF_DAY: u64 = 43_200;

/// The last second of the year 9999.
const LATEST: u64 = 253_402_300_799;

/// `type` of an attendance for leave, and for overtime.
const LEAVE: i64 = 1;
const OVERTIME: i64 = 5;

/// The longest overtime (D91853).
const LONGEST_OVERTIME: u64 = 7 * DAY;

pub(super) fn date(name: &str, date_type: DateType, at: UnixSeconds) -> Filled {
    let (word, seconds) = match date_type {
        DateType::Hour => ("hour", Some(at.0)),
        DateType::Day => {
            ("day", at.0.checked_add(CHINA_OFFSET).and_then(|china| at.0.checked_sub(china % DAY)))
        }
    };
    match seconds.filter(|seconds| *seconds <= LATEST) {
        Some(seconds) => {
            let date = object([("type", word.into()), ("s_timestamp", seconds.to_string().into())]);
            Ok(Some(object([("date", date)])))
        }
        None => Err(out_of_range(name)),
    }
}

pub(super) fn date_range(name: &str, unit: Option<IntervalUnit>, interval: &Interval) -> Filled {
    let range = range(name, unit, interval, None)?;
    Ok(Some(object([("date_range", range)])))
}

pub(super) fn attendance(name: &str, attendance: Attendance, interval: &Interval) -> Filled {
    let Attendance { purpose, unit } = attendance;
    let range = range(name, unit, interval, Some(purpose))?;
    Ok(Some(object([("attendance", object([("date_range", range), ("type", purpose.into())]))])))
}

/// The template does not tell the unit of each kind of leave, so either is taken. Nor does it always tell the kinds:
/// then a key, which is a number, goes to WeCom unchecked.
pub(super) fn vacation(name: &str, kinds: &[Choice], leave: &Leave) -> Filled {
    let wanted = leave.kind.trim();
    let is_key = !wanted.is_empty() && wanted.bytes().all(|byte| byte.is_ascii_digit());
    let option = if kinds.is_empty() && is_key {
        object([("key", wanted.into())])
    } else {
        let Choice { key, texts } = choice::option(name, kinds, wanted)?;
        let texts = texts.iter().map(|Label { lang, text }| {
            object([("text", text.as_str().into()), ("lang", lang.as_str().into())])
        });
        object([("key", key.as_str().into()), ("value", Value::Array(texts.collect()))])
    };
    let range = range(name, None, &leave.interval, Some(LEAVE))?;
    let vacation = object([
        ("selector", choice::choice("single", vec![option])),
        ("attendance", object([("date_range", range), ("type", LEAVE.into())])),
    ]);
    Ok(Some(object([("vacation", vacation)])))
}

/// `date_range` with its rules: the template's unit, half days from 00:00 or 12:00, and whole steps of duration, no longer
/// than the span.
/// `purpose` is that of an attendance.
fn range(
    name: &str,
    unit: Option<IntervalUnit>,
    interval: &Interval,
    purpose: Option<i64>,
) -> Result<Value, FieldProblem> {
    let Interval { unit: given, starts_at, ends_at, duration_seconds } = interval;
    let (begin, end) = (starts_at.0, ends_at.0);
    if unit.is_some_and(|unit| unit != *given) {
        let sentence = match given {
            IntervalUnit::HalfDay => {
                text("the control counts hours, not half days", "该控件按小时计，而不是按半天")
            }
            IntervalUnit::Hour => {
                text("the control counts half days, not hours", "该控件按半天计，而不是按小时")
            }
        };
        return Err(problem::wrong_format(name, sentence));
    }
    if end > LATEST {
        return Err(out_of_range(name));
    }
    if end < begin {
        let sentence = text("the interval ends before it starts", "时间段的结束时间早于开始时间");
        return Err(problem::wrong_format(name, sentence));
    }
    let overtime = purpose == Some(OVERTIME);
    if overtime && end - begin > LONGEST_OVERTIME {
        let sentence = text("overtime lasts 7 days at most", "加班时间段不能超过 7 天");
        return Err(problem::wrong_format(name, sentence));
    }
    let half_day = |at: u64| (at + CHINA_OFFSET).is_multiple_of(HALF_DAY);
    if *given == IntervalUnit::HalfDay && !(half_day(begin) && half_day(end)) {
        let sentence = text(
            "half days start and end at 00:00 or 12:00 China time",
            "按半天计时，开始与结束只能是北京时间 00：00 或 12：00",
        );
        return Err(problem::wrong_format(name, sentence));
    }
    let (word, step) = match given {
        IntervalUnit::HalfDay if overtime => ("halfday", 8_640),
        IntervalUnit::HalfDay => ("halfday", HALF_DAY),
        IntervalUnit::Hour => ("hour", 360),
    };
    let (span, last) = match given {
        IntervalUnit::Hour => (end - begin, end),
        // As WeCom itself counts one half day.
        IntervalUnit::HalfDay if begin == end => (HALF_DAY, end),
        IntervalUnit::HalfDay => (end - begin, end.saturating_sub(HALF_DAY)),
    };
    if *duration_seconds == 0 || !duration_seconds.is_multiple_of(step) {
        let sentence = Text::filled(
            format_args!("the duration is no multiple of {step} seconds: {duration_seconds}"),
            format_args!("时长不是 {step} 秒的整数倍：{duration_seconds}"),
        );
        return Err(problem::wrong_format(name, sentence));
    }
    if *duration_seconds > span {
        return Err(too_long(name, *given, span, *duration_seconds));
    }
    Ok(object([
        ("type", word.into()),
        ("new_begin", begin.into()),
        ("new_end", last.into()),
        ("new_duration", (*duration_seconds).into()),
    ]))
}

fn too_long(name: &str, unit: IntervalUnit, span: u64, duration: u64) -> FieldProblem {
    let sentence = Text::filled(
        format_args!("the duration of {duration} seconds is longer than the interval, which has {span}"),
        format_args!("时长 {duration} 秒超过了时间段本身的 {span} 秒"),
    );
    let remedy = match unit {
        IntervalUnit::Hour => text(
            "give a duration that fits between start and end, or a later end",
            "请提供不超过起止时间的时长，或更晚的结束时间",
        ),
        IntervalUnit::HalfDay => text(
            "give the end as the moment at which the interval is over: a morning ends at 12:00, a day at 00:00 of the next",
            "结束时间应为时间段结束的时刻：上午到 12：00 结束，全天到次日 00：00 结束",
        ),
    };
    FieldProblem { remedy, ..problem::wrong_format(name, sentence) }
}

fn out_of_range(name: &str) -> FieldProblem {
    problem::wrong_format(name, text("the time lies outside 1970 to 9999", "时间不在 1970 年至 9999 年之间"))
}
