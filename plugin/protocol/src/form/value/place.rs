//! Location and PhoneNumber.

use super::{Filled, amount};
use crate::api::clean::{one_line, shown};
use crate::form::content::{Location, PhoneNumber};
use crate::form::problem;
use crate::json::object;
use crate::text::Text;

pub(super) fn location(name: &str, location: &Location) -> Filled {
    let (latitude, longitude) = (location.latitude.trim(), location.longitude.trim());
    for (degrees, limit) in [(latitude, 90), (longitude, 180)] {
        if !is_angle(degrees, limit) {
            let degrees = shown(degrees);
            let sentence = Text::filled(
                format_args!("no decimal degrees from -{limit} to {limit}: {degrees}"),
                format_args!("不是 -{limit} 至 {limit} 之间的十进制度数：{degrees}"),
            );
            return Err(problem::wrong_format(name, sentence));
        }
    }
    let place = object([
        ("latitude", latitude.into()),
        ("longitude", longitude.into()),
        ("title", one_line(&location.title).into()),
        ("address", one_line(&location.address).into()),
        ("time", location.at.0.into()),
    ]);
    Ok(Some(object([("location", place)])))
}

/// Compares digits, since to read and print floats takes 20 KB of the component.
fn is_angle(degrees: &str, limit: u32) -> bool {
    let unsigned = degrees.strip_prefix('-').unwrap_or(degrees);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let within =
        |whole: u32| whole < limit || (whole == limit && fraction.bytes().all(|digit| digit == b'0'));
    degrees.len() <= 24 && amount::is_decimal(degrees, 20) && whole.parse().is_ok_and(within)
}

/// `area` such as `+86`; `number` of digits, in which blanks and hyphens are left out.
pub(super) fn phone(name: &str, phone: &PhoneNumber) -> Filled {
    let area = phone.area.trim();
    let number: String = phone.number.chars().filter(|digit| !matches!(digit, ' ' | '-')).collect();
    if number.is_empty() {
        return Ok(None);
    }
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if area.strip_prefix('+').is_some_and(|area| digits(area, 4)) && digits(&number, 20) {
        let phone = object([("area", area.into()), ("number", number.into())]);
        return Ok(Some(object([("phonenumber", phone)])));
    }
    let (area, number) = (shown(area), shown(&number));
    let sentence = Text::filled(
        format_args!("no area code such as +86 with a number of digits: {area} {number}"),
        format_args!("不是形如 +86 的区号加数字号码：{area} {number}"),
    );
    Err(problem::wrong_format(name, sentence))
}
