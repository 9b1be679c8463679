//! The settings that say how a form is filled: template ids and the field map.

use serde_json::Value;

use crate::config::FieldMap;
use crate::json::{self, Flaw};
use crate::model::TemplateId;

/// WeCom publishes no limit; the ids seen have 40 to 70 characters.
const ID_CHARACTERS: usize = 128;

/// Why a text is no field map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Not an object of texts.
    Shape,
    /// A name or a control id has characters that none has.
    Entry(String),
    /// Two names lead to the same control.
    Twice(String),
    /// A name stands there twice.
    Repeated(String),
}

pub(crate) fn is_template_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_CHARACTERS
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

pub(super) fn template_id(text: &str) -> Option<TemplateId> {
    is_template_id(text).then(|| TemplateId(text.to_owned()))
}

/// Ids separated by commas, with spaces around them.
pub(super) fn template_ids(text: &str) -> Option<Vec<TemplateId>> {
    text.split(',').map(|id| template_id(id.trim_matches(' '))).collect()
}

pub(super) fn field_map(text: &str) -> Result<FieldMap, Unfit> {
    let entries = match json::strict(text.as_bytes()) {
        Ok(Value::Object(entries)) => entries,
        Err(Flaw::Twice(name, _)) => return Err(Unfit::Repeated(shown(&name))),
        Ok(_) | Err(Flaw::Syntax(_)) => return Err(Unfit::Shape),
    };
    if !entries.values().all(Value::is_string) {
        return Err(Unfit::Shape);
    }
    let mut map = FieldMap::default();
    for (name, control) in entries {
        let control = control.as_str().unwrap_or_default();
        let sound_name =
            !name.is_empty() && name.chars().count() <= 64 && !name.chars().any(char::is_control);
        if !sound_name || template_id(control).is_none() {
            return Err(Unfit::Entry(shown(&name)));
        }
        if map.name(control).is_some() {
            return Err(Unfit::Twice(control.to_owned()));
        }
        map.insert(name, control.to_owned());
    }
    Ok(map)
}

/// A name for an error text.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_map_leads_each_name_to_a_control_of_its_own() {
        let mut one = FieldMap::default();
        one.insert("reason".into(), "Textarea-02".into());
        assert_eq!(field_map(r#"{"reason":"Textarea-02"}"#), Ok(one));
        assert_eq!(field_map("[]"), Err(Unfit::Shape));
        assert_eq!(field_map(r#"{"reason":2}"#), Err(Unfit::Shape));
        assert_eq!(field_map(r#"{"reason":"Text area"}"#), Err(Unfit::Entry("reason".into())));
        assert_eq!(field_map(r#"{"a":"Text-1","b":"Text-1"}"#), Err(Unfit::Twice("Text-1".into())));
        assert_eq!(
            field_map(r#"{"request-number":"Text-1","reason":"Text-2","request-number":"Text-3"}"#),
            Err(Unfit::Repeated("request-number".into()))
        );
    }

    #[test]
    fn template_ids_are_separated_by_commas() {
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| TemplateId((*id).into())).collect::<Vec<_>>());
        assert_eq!(template_ids("3Tk_a, 3Tk-b"), ids(&["3Tk_a", "3Tk-b"]));
        assert_eq!(template_ids("3Tk_a,,3Tk-b"), None);
    }
}
