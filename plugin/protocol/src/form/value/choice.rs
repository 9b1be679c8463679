//! Selector.

use serde_json::Value;

use super::{Filled, filled};
use crate::form::problem::{self, FieldProblem};
use crate::json::object;
use crate::template::{Arity, Choice, Selector};

pub(super) fn selector(name: &str, selector: &Selector, wanted: &[String]) -> Filled {
    let mut keys: Vec<&str> = Vec::new();
    for wanted in filled(wanted) {
        let key = match option(name, &selector.options, wanted) {
            Ok(option) => option.key.as_str(),
            // The template does not hold the options, so only WeCom can tell.
            Err(_) if selector.external => wanted,
            Err(problem) => return Err(problem),
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if selector.arity == Arity::Single && keys.len() > 1 {
        return Err(problem::too_many(name, 1, keys.len()));
    }
    let arity = match selector.arity {
        Arity::Single => "single",
        Arity::Multi => "multi",
    };
    if keys.is_empty() {
        return Ok(None);
    }
    let options = keys.into_iter().map(|key| object([("key", key.into())])).collect();
    Ok(Some(object([("selector", choice(arity, options))])))
}

/// The value of a selector in which these options are chosen.
pub(super) fn choice(arity: &str, options: Vec<Value>) -> Value {
    object([("type", arity.into()), ("options", Value::Array(options))])
}

/// The option whose key is `wanted`, else the only one with such a text in any language.
pub(super) fn option<'a>(
    name: &str,
    options: &'a [Choice],
    wanted: &str,
) -> Result<&'a Choice, FieldProblem> {
    if let Some(option) = options.iter().find(|option| option.key == wanted) {
        return Ok(option);
    }
    let mut texts = options.iter().filter(|option| option.texts.iter().any(|label| label.text == wanted));
    match (texts.next(), texts.next()) {
        (Some(option), None) => Ok(option),
        (first, _) => Err(problem::wrong_option(name, wanted, first.is_some())),
    }
}
