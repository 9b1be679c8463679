//! Number and Money: decimal texts, sent as they are.

use super::Filled;
use crate::api::clean::shown;
use crate::form::problem;
use crate::json::object;
use crate::text::Text;

/// The longest number, in characters. Ours: WeCom publishes no limit.
const NUMBER_CHARACTERS: usize = 32;

/// The decimals of an amount; WeCom refuses more.
const MONEY_DECIMALS: usize = 2;

pub(super) fn number(name: &str, number: &str) -> Filled {
    decimal(name, number, NUMBER_CHARACTERS, "new_number")
}

pub(super) fn money(name: &str, money: &str) -> Filled {
    decimal(name, money, MONEY_DECIMALS, "new_money")
}

fn decimal(name: &str, given: &str, decimals: usize, key: &str) -> Filled {
    let number = given.trim();
    if number.is_empty() {
        return Ok(None);
    }
    if number.len() <= NUMBER_CHARACTERS && is_decimal(number, decimals) {
        return Ok(Some(object([(key, number.into())])));
    }
    let number = shown(number);
    let sentence = if decimals == MONEY_DECIMALS {
        Text::filled(
            format_args!("no amount with at most {decimals} decimals: {number}"),
            format_args!("不是最多 {decimals} 位小数的金额：{number}"),
        )
    } else {
        Text::filled(
            format_args!("no decimal number of at most {NUMBER_CHARACTERS} characters: {number}"),
            format_args!("不是最多 {NUMBER_CHARACTERS} 个字符的十进制数：{number}"),
        )
    };
    Err(problem::wrong_format(name, sentence))
}

/// Digits, perhaps with `-` before them and with a point and some more digits after them.
pub(super) fn is_decimal(number: &str, decimals: usize) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match number.strip_prefix('-').unwrap_or(number).split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && fraction.len() <= decimals,
        None => digits(number.strip_prefix('-').unwrap_or(number)),
    }
}
