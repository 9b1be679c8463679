//! What a step expects at a place of a result.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::provider::Fact;

/// What must be at a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// This truth.
    Truth(bool),
    /// This number.
    Number(u64),
    /// This text.
    Text(String),
    /// Something that a literal cannot say.
    Rule(Rule),
}

/// What a literal cannot say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// One of these texts.
    OneOf(Vec<String>),
    /// Something, whatever it is; or nothing.
    Present(bool),
    /// A list of so many.
    Length(usize),
    /// A list that has one of this shape: pointers within it and what is there.
    Has(Shape),
    /// A list that has none of this shape.
    Lacks(Shape),
    /// One of these shapes.
    AnyOf(Vec<Shape>),
    /// The same as was kept under this name.
    SameAs(String),
    /// Something else than was kept under this name.
    DiffersFrom(String),
    /// What the provider knows.
    Provider(Fact),
    /// The text of an address check, bare.
    Echo(bool),
    /// The list of problems has every one that the entry deserves.
    EveryProblem(bool),
    /// A list of the numbers of all forms, each once.
    EveryForm(bool),
}

/// Pointers and what is there.
pub type Shape = BTreeMap<String, Expected>;

/// What a step knows beside the result.
pub(crate) struct Context<'a> {
    pub(crate) kept: &'a BTreeMap<String, Value>,
    pub(crate) fact: &'a dyn Fn(Fact) -> Option<String>,
    pub(crate) forms: &'a [String],
    pub(crate) echo: Option<&'a str>,
    /// Key and code of each.
    pub(crate) problems: &'a [(String, String)],
}

impl Expected {
    /// Why `found` does not fit; `None` when it does.
    pub(crate) fn misfit(&self, found: Option<&Value>, context: &Context<'_>) -> Option<String> {
        let text =
            |expected: &str| (found.and_then(Value::as_str) != Some(expected)).then(|| quoted(expected));
        match self {
            Self::Truth(truth) => (found.and_then(Value::as_bool) != Some(*truth)).then(|| truth.to_string()),
            Self::Number(number) => {
                (found.and_then(Value::as_u64) != Some(*number)).then(|| number.to_string())
            }
            Self::Text(expected) => text(expected),
            Self::Rule(rule) => rule.misfit(found, context),
        }
    }
}

impl Rule {
    fn misfit(&self, found: Option<&Value>, context: &Context<'_>) -> Option<String> {
        let text = found.and_then(Value::as_str);
        let list = found.and_then(Value::as_array);
        let kept = |name: &String| context.kept.get(name);
        match self {
            Self::OneOf(texts) => (!text.is_some_and(|text| texts.iter().any(|one| one == text)))
                .then(|| format!("one of {}", texts.join(", "))),
            Self::Present(true) => found.is_none_or(Value::is_null).then(|| String::from("something")),
            Self::Present(false) => {
                found.is_some_and(|found| !found.is_null()).then(|| String::from("nothing"))
            }
            Self::Length(length) => {
                (list.map(Vec::len) != Some(*length)).then(|| format!("a list of {length}"))
            }
            Self::Has(shape) => {
                let has = |list: &Vec<Value>| list.iter().any(|item| fits(item, shape, context));
                (!list.is_some_and(has)).then(|| format!("one like {shape:?}"))
            }
            Self::Lacks(shape) => {
                let lacks = |list: &Vec<Value>| list.iter().all(|item| !fits(item, shape, context));
                (!list.is_some_and(lacks)).then(|| format!("none like {shape:?}"))
            }
            Self::AnyOf(shapes) => {
                let fits = |found| shapes.iter().any(|shape| fits(found, shape, context));
                (!found.is_some_and(fits)).then(|| format!("one of {shapes:?}"))
            }
            Self::SameAs(name) => {
                (found.is_none() || found != kept(name)).then(|| format!("the same as {name}"))
            }
            Self::DiffersFrom(name) => (found.is_none() || kept(name).is_none() || found == kept(name))
                .then(|| format!("something else than {name}")),
            Self::Provider(fact) => match (context.fact)(*fact) {
                Some(known) => (text != Some(known.as_str())).then(|| quoted(&known)),
                None => Some(format!("what the provider knows as {fact:?}, and it knows nothing")),
            },
            Self::Echo(_) => match context.echo {
                Some(echo) => (text != Some(echo)).then(|| quoted(echo)),
                None => Some(String::from("an echo, and the provider gave none")),
            },
            Self::EveryProblem(_) => missing(list.map(Vec::as_slice).unwrap_or_default(), context.problems),
            Self::EveryForm(_) => {
                let mut ids: Vec<&str> = list.into_iter().flatten().filter_map(Value::as_str).collect();
                let mut forms: Vec<&str> = context.forms.iter().map(String::as_str).collect();
                ids.sort_unstable();
                forms.sort_unstable();
                (forms.is_empty() || ids != forms).then(|| format!("the {} forms, each once", forms.len()))
            }
        }
    }
}

fn fits(item: &Value, shape: &Shape, context: &Context<'_>) -> bool {
    shape.iter().all(|(at, expected)| expected.misfit(item.pointer(at), context).is_none())
}

/// The problems that are not in the list.
fn missing(list: &[Value], problems: &[(String, String)]) -> Option<String> {
    let told = |key: &str, code: &str| {
        list.iter().any(|problem| {
            let is = |name: &str, value: &str| problem.get(name).and_then(Value::as_str) == Some(value);
            is("key", key) && is("code", code)
        })
    };
    let missing: Vec<String> = problems
        .iter()
        .filter(|(key, code)| !told(key, code))
        .map(|(key, code)| format!("{key} [{code}]"))
        .collect();
    (problems.is_empty() || !missing.is_empty()).then(|| format!("problems with {}", missing.join(", ")))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
