//! Values of the contract as JSON, in the contract's own names.
//!
//! | WIT | JSON |
//! | --- | --- |
//! | record | object with the fields' names; an absent field of type `option` or `list` is `none` or empty |
//! | variant, enum | `"case"`, or `{"case": payload}` |
//! | option | `null` or the value |
//! | result | `{"ok": value}` or `{"err": value}` |
//! | `list<u8>` | a string when it is UTF-8, else `{"base64": "..."}`; both are read, and `[]` |
//! | other list | array |
//! | number, bool, string | the same |

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use wasmtime::Store;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, Instance, Type, Val};

use crate::contract::{
    APPROVAL_ENGINE, APPROVAL_TRACKING, ENGINE_DIAGNOSTICS, Setting, SettingProblem, SettingValue, Text,
};
use crate::redact::in_error;
use crate::state::CallState;

/// Why JSON is no argument of a function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// No exported interface of the contract has it.
    #[error("the engine has no function {}: it has {}", in_error(.name), in_error(.known))]
    UnknownFunction {
        /// As asked for.
        name: String,
        /// All that it has.
        known: String,
    },
    /// The record or the function has no such field or argument.
    #[error("{}: there is no field {}", in_error(.at), in_error(.name))]
    UnknownField {
        /// Where in the input.
        at: String,
        /// As given.
        name: String,
    },
    /// The enum or variant has no such case.
    #[error("{}: there is no case {}", in_error(.at), in_error(.name))]
    UnknownCase {
        /// Where in the input.
        at: String,
        /// As given.
        name: String,
    },
    /// A value of another type.
    #[error("{}: expected {expected}, got {got}", in_error(.at))]
    WrongType {
        /// Where in the input.
        at: String,
        /// What fits.
        expected: &'static str,
        /// What was given.
        got: &'static str,
    },
    /// A number that the type cannot hold.
    #[error("{}: the number is out of range", in_error(.at))]
    OutOfRange {
        /// Where in the input.
        at: String,
    },
    /// A type that the contract has not.
    #[error("{}: this type cannot be given as JSON", in_error(.at))]
    Unsupported {
        /// Where in the input.
        at: String,
    },
}

/// The interfaces whose functions a host calls by name. Their types are compared with ours when an engine is loaded.
/// `configuration-image` is not among them: what it exchanges holds secrets.
const INTERFACES: [&str; 3] = [APPROVAL_ENGINE, APPROVAL_TRACKING, ENGINE_DIAGNOSTICS];

/// An exported function, found by name.
pub(crate) struct Function {
    name: String,
    index: ComponentExportIndex,
    ty: ComponentFunc,
}

impl Function {
    /// Finds `name`, such as `submit`, in the exported interfaces of the contract. What else an engine exports, a later
    /// interface or one of its own, may use the same names and takes nobody's place.
    pub(crate) fn find(component: &Component, name: &str) -> Result<Self, InputError> {
        let mut known = Vec::new();
        for interface in INTERFACES {
            let Some((ComponentItem::ComponentInstance(instance), within)) =
                component.get_export(None, interface)
            else {
                continue;
            };
            for (function, item) in instance.exports(component.engine()) {
                let ComponentItem::ComponentFunc(ty) = item.ty else { continue };
                known.push(function.to_owned());
                if function == name
                    && let Some((_, index)) = component.get_export(Some(&within), function)
                {
                    return Ok(Self { name: name.to_owned(), index, ty });
                }
            }
        }
        Err(InputError::UnknownFunction { name: name.to_owned(), known: known.join(", ") })
    }

    /// Whether a call with this input reaches nothing outside.
    pub(crate) fn is_pure(&self, input: &Value) -> bool {
        match self.name.as_str() {
            "describe" | "configure" | "handle-callback" => true,
            "resolve-user" => input.get("depth").and_then(Value::as_str) == Some("mapping"),
            _ => false,
        }
    }

    pub(crate) fn configures_itself(&self) -> bool {
        matches!(self.name.as_str(), "describe" | "configure")
    }

    /// Whether the input holds more text than a callback may have. Looked at before anything is copied.
    pub(crate) fn is_too_large_a_callback(&self, input: &Value, limit: usize) -> bool {
        self.name == "handle-callback" && text_bytes(input) > limit.saturating_mul(4) / 3
    }

    /// Reads the arguments: an object of them by name, or the only one by itself.
    pub(crate) fn arguments(&self, input: &Value) -> Result<Vec<Val>, InputError> {
        let parameters: Vec<(&str, Type)> = self.ty.params().collect();
        let named = |name: &str| input.as_object().and_then(|arguments| arguments.get(name));
        if let [(name, ty)] = parameters.as_slice()
            && (named(name).is_none() || input.as_object().is_some_and(|arguments| arguments.len() != 1))
        {
            return Ok(vec![from_json(ty, input, name)?]);
        }
        if let Some(unknown) = input
            .as_object()
            .and_then(|arguments| arguments.keys().find(|key| parameters.iter().all(|(name, _)| name != key)))
        {
            return Err(InputError::UnknownField { at: self.name.clone(), name: unknown.clone() });
        }
        parameters.iter().map(|(name, ty)| from_json(ty, named(name).unwrap_or(&Value::Null), name)).collect()
    }

    pub(crate) async fn call(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
        arguments: &[Val],
    ) -> wasmtime::Result<Value> {
        let function = instance
            .get_func(&mut *store, self.index)
            .ok_or_else(|| wasmtime::Error::msg("the instance lost an export"))?;
        let mut results = vec![Val::Bool(false); self.ty.results().len()];
        function.call_async(store, arguments, &mut results).await?;
        Ok(self.ty.results().zip(&results).next().map_or(Value::Null, |(ty, value)| to_json(&ty, value)))
    }
}

/// Settings as the argument of `configure`. [`to_settings`] reads it back.
pub(crate) fn settings(settings: &[Setting]) -> Value {
    let value = |value: &SettingValue| match value {
        SettingValue::Text(text) => json!({ "text": text }),
        SettingValue::Held => json!("held"),
    };
    settings.iter().map(|setting| json!({ "key": setting.key, "value": value(&setting.value) })).collect()
}

/// The answer of `configure` with problems of the host's own in front of the engine's.
pub(crate) fn with_problems(answer: Value, problems: &[SettingProblem]) -> Value {
    if problems.is_empty() {
        return answer;
    }
    let text = |text: &Text| json!({ "en": text.en, "zh-cn": text.zh_cn });
    let ours = problems.iter().map(|problem| {
        let (sentence, remedy) = (text(&problem.sentence), text(&problem.remedy));
        json!({ "key": problem.key, "code": problem.code, "sentence": sentence, "remedy": remedy })
    });
    let engines = answer.get("err").and_then(Value::as_array).cloned().unwrap_or_default();
    json!({ "err": ours.chain(engines).collect::<Vec<_>>() })
}

/// What [`settings`] has written.
pub(crate) fn to_settings(value: &Value) -> Option<Vec<Setting>> {
    let setting = |item: &Value| {
        let value = item.get("value")?;
        let value = if value.as_str() == Some("held") {
            SettingValue::Held
        } else {
            SettingValue::Text(value.get("text")?.as_str()?.to_owned())
        };
        Some(Setting { key: item.get("key")?.as_str()?.to_owned(), value })
    };
    value.as_array()?.iter().map(setting).collect()
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_bytes).sum(),
        Value::Object(fields) => fields.values().map(text_bytes).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// A value of type `ty` as JSON.
pub(crate) fn to_json(ty: &Type, value: &Val) -> Value {
    match (ty, value) {
        (_, Val::Bool(value)) => json!(value),
        (_, Val::S8(value)) => json!(value),
        (_, Val::U8(value)) => json!(value),
        (_, Val::S16(value)) => json!(value),
        (_, Val::U16(value)) => json!(value),
        (_, Val::S32(value)) => json!(value),
        (_, Val::U32(value)) => json!(value),
        (_, Val::S64(value)) => json!(value),
        (_, Val::U64(value)) => json!(value),
        (_, Val::Float32(value)) => json!(value),
        (_, Val::Float64(value)) => json!(value),
        (_, Val::Char(value)) => json!(value),
        (_, Val::String(value)) => json!(value),
        (_, Val::Enum(value)) => json!(value),
        (_, Val::Flags(value)) => json!(value),
        (Type::List(list), Val::List(values)) if matches!(list.ty(), Type::U8) => bytes(values),
        (Type::List(list), Val::List(values)) => {
            values.iter().map(|value| to_json(&list.ty(), value)).collect()
        }
        (Type::Tuple(tuple), Val::Tuple(values)) => {
            tuple.types().zip(values).map(|(ty, value)| to_json(&ty, value)).collect()
        }
        (Type::Record(record), Val::Record(values)) => record
            .fields()
            .zip(values)
            .map(|(field, (name, value))| (name.clone(), to_json(&field.ty, value)))
            .collect::<Map<_, _>>()
            .into(),
        (Type::Variant(variant), Val::Variant(name, payload)) => {
            let ty = variant.cases().find(|case| case.name == name).and_then(|case| case.ty);
            match (ty, payload) {
                (Some(ty), Some(payload)) => json!({ name.as_str(): to_json(&ty, payload) }),
                (_, Some(_)) | (_, None) => json!(name),
            }
        }
        (Type::Option(option), Val::Option(Some(value))) => to_json(&option.ty(), value),
        (Type::Result(result), Val::Result(Ok(value))) => {
            json!({ "ok": side(result.ok(), value.as_deref()) })
        }
        (Type::Result(result), Val::Result(Err(value))) => {
            json!({ "err": side(result.err(), value.as_deref()) })
        }
        // An absent option, and what the contract has not: identity, streams, maps.
        _ => Value::Null,
    }
}

fn side(ty: Option<Type>, value: Option<&Val>) -> Value {
    ty.zip(value).map_or(Value::Null, |(ty, value)| to_json(&ty, value))
}

fn bytes(values: &[Val]) -> Value {
    let byte = |value: &Val| if let Val::U8(byte) = value { Some(*byte) } else { None };
    from_bytes(values.iter().filter_map(byte).collect())
}

/// Bytes as JSON: as text where they are text.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Value {
    match String::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(other) => json!({ "base64": BASE64_STANDARD.encode(other.as_bytes()) }),
    }
}

/// JSON as a value of `ty`. `at` names the place in errors.
fn from_json(ty: &Type, value: &Value, at: &str) -> Result<Val, InputError> {
    let wrong = |expected| InputError::WrongType { at: at.to_owned(), expected, got: kind(value) };
    let number = || value.as_u64().ok_or_else(|| wrong("a whole number"));
    let signed = || value.as_i64().ok_or_else(|| wrong("a whole number"));
    let range = || InputError::OutOfRange { at: at.to_owned() };
    let unknown_case = |name: &str| InputError::UnknownCase { at: at.to_owned(), name: name.to_owned() };
    Ok(match ty {
        Type::Bool => Val::Bool(value.as_bool().ok_or_else(|| wrong("true or false"))?),
        Type::U8 => Val::U8(number()?.try_into().map_err(|_range| range())?),
        Type::U16 => Val::U16(number()?.try_into().map_err(|_range| range())?),
        Type::U32 => Val::U32(number()?.try_into().map_err(|_range| range())?),
        Type::U64 => Val::U64(number()?),
        Type::S8 => Val::S8(signed()?.try_into().map_err(|_range| range())?),
        Type::S16 => Val::S16(signed()?.try_into().map_err(|_range| range())?),
        Type::S32 => Val::S32(signed()?.try_into().map_err(|_range| range())?),
        Type::S64 => Val::S64(signed()?),
        Type::String => Val::String(value.as_str().ok_or_else(|| wrong("a string"))?.to_owned()),
        Type::List(list) if matches!(list.ty(), Type::U8) => {
            Val::List(read_bytes(value, &wrong)?.into_iter().map(Val::U8).collect())
        }
        Type::List(list) => {
            let items = match value {
                Value::Null => &[],
                Value::Array(items) => items.as_slice(),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                    return Err(wrong("an array"));
                }
            };
            let ty = list.ty();
            let items = items.iter().enumerate();
            Val::List(
                items
                    .map(|(i, item)| from_json(&ty, item, &format!("{at}[{i}]")))
                    .collect::<Result<_, _>>()?,
            )
        }
        Type::Record(record) => {
            let object = value.as_object().ok_or_else(|| wrong("an object"))?;
            if let Some(unknown) = object.keys().find(|key| record.fields().all(|field| field.name != *key)) {
                return Err(InputError::UnknownField { at: at.to_owned(), name: unknown.clone() });
            }
            let fields = record.fields().map(|field| {
                let value = object.get(field.name).unwrap_or(&Value::Null);
                Ok((field.name.to_owned(), from_json(&field.ty, value, &format!("{at}.{}", field.name))?))
            });
            Val::Record(fields.collect::<Result<_, InputError>>()?)
        }
        Type::Enum(cases) => {
            let name = value.as_str().ok_or_else(|| wrong("the name of a case"))?;
            if !cases.names().any(|case| case == name) {
                return Err(unknown_case(name));
            }
            Val::Enum(name.to_owned())
        }
        Type::Variant(variant) => {
            let (name, payload) = case(value).ok_or_else(|| wrong("a case"))?;
            let case = variant.cases().find(|case| case.name == name).ok_or_else(|| unknown_case(name))?;
            let payload = case.ty.map(|ty| from_json(&ty, payload, &format!("{at}.{name}"))).transpose()?;
            Val::Variant(name.to_owned(), payload.map(Box::new))
        }
        Type::Option(_) if value.is_null() => Val::Option(None),
        Type::Option(option) => Val::Option(Some(Box::new(from_json(&option.ty(), value, at)?))),
        Type::Float32
        | Type::Float64
        | Type::Char
        | Type::Tuple(_)
        | Type::Result(_)
        | Type::Flags(_)
        | Type::Own(_)
        | Type::Borrow(_)
        | Type::Future(_)
        | Type::Stream(_)
        | Type::ErrorContext
        | Type::Map(_)
        | Type::FixedLengthList(_) => return Err(InputError::Unsupported { at: at.to_owned() }),
    })
}

fn case(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::String(name) => Some((name, &Value::Null)),
        Value::Object(object) if object.len() == 1 => {
            object.iter().next().map(|(name, payload)| (name.as_str(), payload))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What [`from_bytes`] has written.
pub(crate) fn to_bytes(value: &Value) -> Option<Vec<u8>> {
    let wrong = |expected| InputError::WrongType { at: String::new(), expected, got: kind(value) };
    read_bytes(value, &wrong).ok()
}

fn read_bytes(value: &Value, wrong: &impl Fn(&'static str) -> InputError) -> Result<Vec<u8>, InputError> {
    let malformed = || wrong("a string or {\"base64\": \"...\"}");
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Array(items) if items.is_empty() => Ok(Vec::new()),
        Value::String(text) => Ok(text.clone().into_bytes()),
        Value::Object(object) => {
            let text = object.get("base64").and_then(Value::as_str).ok_or_else(malformed)?;
            BASE64_STANDARD.decode(text).map_err(|_invalid| wrong("base64"))
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(malformed()),
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
