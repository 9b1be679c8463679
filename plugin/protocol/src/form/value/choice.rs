//! Selector.

use serde_json::{Value, json};

use super::{Filled, filled};
use crate::form::problem::{self, FieldProblem};
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
    let options: Vec<Value> = keys.iter().map(|key| json!({ "key": key })).collect();
    let arity = match selector.arity {
        Arity::Single => "single",
        Arity::Multi => "multi",
    };
    Ok((!options.is_empty()).then(|| json!({ "selector": { "type": arity, "options": options } })))
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
