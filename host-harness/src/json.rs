//! Values of the contract as JSON, in the contract's own names.
//!
//! | WIT | JSON |
//! | --- | --- |
//! | record | object with the fields' names; an absent field of type `option` or `list` is `none` or empty |
//! | variant, enum | `"case"`, or `{"case": payload}` |
//! | option | `null` or the value |
//! | result | `{"ok": value}` or `{"err": value}` |
//! | `list<u8>` | a string when it is UTF-8, else `{"base64": "..."}`; both are read |
//! | other list | array |
//! | number, bool, string | the same |

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use wasmtime::Store;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, Instance, Type, Val};

use crate::state::CallState;

/// An exported function, found by name.
pub(crate) struct Function {
    name: String,
    index: ComponentExportIndex,
    ty: ComponentFunc,
}

impl Function {
    /// Finds `name`, such as `submit`, in any exported interface of the contract.
    pub(crate) fn find(component: &Component, name: &str) -> Result<Self, String> {
        let engine = component.engine();
        let ty = component.component_type();
        let mut known = Vec::new();
        for (interface, export) in ty.exports(engine) {
            let ComponentItem::ComponentInstance(instance) = export.ty else { continue };
            for (function, item) in instance.exports(engine) {
                let ComponentItem::ComponentFunc(ty) = item.ty else { continue };
                known.push(function.to_owned());
                if function != name {
                    continue;
                }
                let (_, within) =
                    component.get_export(None, interface).ok_or("the component lost an export")?;
                let (_, index) =
                    component.get_export(Some(&within), name).ok_or("the component lost an export")?;
                return Ok(Self { name: name.to_owned(), index, ty });
            }
        }
        Err(format!("the engine has no function {name}: it has {}", known.join(", ")))
    }

    pub(crate) fn is_pure(&self) -> bool {
        matches!(self.name.as_str(), "describe" | "configure" | "handle-callback")
    }

    pub(crate) fn configures_itself(&self) -> bool {
        matches!(self.name.as_str(), "describe" | "configure")
    }

    /// Reads the arguments: an object of them by name, or the only one by itself.
    pub(crate) fn arguments(&self, input: &Value) -> Result<Vec<Val>, String> {
        let parameters: Vec<(&str, Type)> = self.ty.params().collect();
        let named = |name: &str| input.as_object().and_then(|arguments| arguments.get(name));
        match parameters.as_slice() {
            [(name, ty)] if input.as_object().is_none_or(|a| a.len() != 1) || named(name).is_none() => {
                Ok(vec![from_json(ty, input, name)?])
            }
            parameters => parameters
                .iter()
                .map(|(name, ty)| from_json(ty, named(name).unwrap_or(&Value::Null), name))
                .collect(),
        }
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
        Ok(results.first().map_or(Value::Null, to_json))
    }
}

/// A value as JSON.
pub(crate) fn to_json(value: &Val) -> Value {
    match value {
        Val::Bool(value) => json!(value),
        Val::S8(value) => json!(value),
        Val::U8(value) => json!(value),
        Val::S16(value) => json!(value),
        Val::U16(value) => json!(value),
        Val::S32(value) => json!(value),
        Val::U32(value) => json!(value),
        Val::S64(value) => json!(value),
        Val::U64(value) => json!(value),
        Val::Float32(value) => json!(value),
        Val::Float64(value) => json!(value),
        Val::Char(value) => json!(value),
        Val::String(value) => json!(value),
        Val::Enum(value) => json!(value),
        Val::Flags(value) => json!(value),
        Val::List(values) | Val::FixedLengthList(values) => bytes(values).unwrap_or_else(|| list(values)),
        Val::Tuple(values) => list(values),
        Val::Record(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), to_json(value))).collect::<Map<_, _>>().into()
        }
        Val::Variant(case, None) => json!(case),
        Val::Variant(case, Some(payload)) => json!({ case.as_str(): to_json(payload) }),
        Val::Option(value) => value.as_deref().map_or(Value::Null, to_json),
        Val::Result(Ok(value)) => json!({ "ok": value.as_deref().map_or(Value::Null, to_json) }),
        Val::Result(Err(value)) => json!({ "err": value.as_deref().map_or(Value::Null, to_json) }),
        Val::Map(pairs) => pairs.iter().map(|(key, value)| json!([to_json(key), to_json(value)])).collect(),
        // The contract has none of these: it has no identity and no streams.
        Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => Value::Null,
    }
}

fn list(values: &[Val]) -> Value {
    values.iter().map(to_json).collect()
}

/// `list<u8>`, when it is one and not empty.
fn bytes(values: &[Val]) -> Option<Value> {
    let bytes: Vec<u8> = values
        .iter()
        .map(|value| if let Val::U8(byte) = value { Some(*byte) } else { None })
        .collect::<Option<_>>()?;
    if bytes.is_empty() {
        return None;
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(other) => json!({ "base64": BASE64_STANDARD.encode(other.as_bytes()) }),
    })
}

/// JSON as a value of `ty`. `at` names the place in errors.
fn from_json(ty: &Type, value: &Value, at: &str) -> Result<Val, String> {
    let wanted = |what: &str| format!("{at}: expected {what}, got {}", kind(value));
    let number = || value.as_u64().ok_or_else(|| wanted("a whole number"));
    let signed = || value.as_i64().ok_or_else(|| wanted("a whole number"));
    let range = || format!("{at}: the number is out of range");
    Ok(match ty {
        Type::Bool => Val::Bool(value.as_bool().ok_or_else(|| wanted("true or false"))?),
        Type::U8 => Val::U8(number()?.try_into().map_err(|_range| range())?),
        Type::U16 => Val::U16(number()?.try_into().map_err(|_range| range())?),
        Type::U32 => Val::U32(number()?.try_into().map_err(|_range| range())?),
        Type::U64 => Val::U64(number()?),
        Type::S8 => Val::S8(signed()?.try_into().map_err(|_range| range())?),
        Type::S16 => Val::S16(signed()?.try_into().map_err(|_range| range())?),
        Type::S32 => Val::S32(signed()?.try_into().map_err(|_range| range())?),
        Type::S64 => Val::S64(signed()?),
        Type::String => Val::String(value.as_str().ok_or_else(|| wanted("a string"))?.to_owned()),
        Type::List(list) if matches!(list.ty(), Type::U8) => {
            Val::List(read_bytes(value, at)?.into_iter().map(Val::U8).collect())
        }
        Type::List(list) => {
            let items = match value {
                Value::Null => &[],
                Value::Array(items) => items.as_slice(),
                Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                    return Err(wanted("an array"));
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
            let object = value.as_object().ok_or_else(|| wanted("an object"))?;
            if let Some(unknown) = object.keys().find(|key| record.fields().all(|field| field.name != *key)) {
                return Err(format!("{at}: there is no field {unknown}"));
            }
            let fields = record.fields().map(|field| {
                let value = object.get(field.name).unwrap_or(&Value::Null);
                Ok((field.name.to_owned(), from_json(&field.ty, value, &format!("{at}.{}", field.name))?))
            });
            Val::Record(fields.collect::<Result<_, String>>()?)
        }
        Type::Enum(cases) => {
            let name = value.as_str().ok_or_else(|| wanted("the name of a case"))?;
            if !cases.names().any(|case| case == name) {
                return Err(format!("{at}: there is no case {name}"));
            }
            Val::Enum(name.to_owned())
        }
        Type::Variant(variant) => {
            let (name, payload) = case(value).ok_or_else(|| wanted("a case"))?;
            let case = variant
                .cases()
                .find(|case| case.name == name)
                .ok_or_else(|| format!("{at}: there is no case {name}"))?;
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
        | Type::FixedLengthList(_) => return Err(format!("{at}: this type cannot be given as JSON")),
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

fn read_bytes(value: &Value, at: &str) -> Result<Vec<u8>, String> {
    let malformed = || format!("{at}: expected a string or {{\"base64\": \"...\"}}, got {}", kind(value));
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(text.clone().into_bytes()),
        Value::Object(object) => {
            let text = object.get("base64").and_then(Value::as_str).ok_or_else(malformed)?;
            BASE64_STANDARD.decode(text).map_err(|error| format!("{at}: {error}"))
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
