//! A reader of JSON values that takes each name of an object once. For sound JSON it costs what serde_json's own does:
//! the map in which a name is looked up is the map that is made.

use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// What reads a value. Keeps the name that an object has twice.
///
/// It visits every kind of value: the errors of what is not visited quote numbers, and the printing of floats takes
/// 20 KB of the component.
pub(super) struct Once<'t>(&'t mut Option<String>);

impl Once<'_> {
    /// The one value of `bytes`, or why there is none, with the name that an object has twice.
    pub(super) fn read(bytes: &[u8]) -> Result<Value, (serde_json::Error, Option<String>)> {
        let mut twice = None;
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = Once(&mut twice).deserialize(&mut deserializer);
        match value.and_then(|value| deserializer.end().map(|()| value)) {
            Ok(value) => Ok(value),
            Err(error) => Err((error, twice)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Once(&mut *self.0))?;
            match object.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(place) => {
                    *self.0 = Some(place.key().clone());
                    return Err(A::Error::custom("a name twice"));
                }
            }
        }
        Ok(Value::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Once(&mut *self.0))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
}
