//! A configuration as bytes, and back: what one instance has checked, another one need not.
//!
//! ```text
//! image = beginning | corp id | list of 0 or 1 provider's corp id | agent id | credential key | list of pairs
//!       | window in seconds | user attribute | list of 0 or 1 template | list of former templates
//!       | list of entries of the field map | API base
//! pair  = token | 32 bytes of key
//! entry = name | control id
//! ```
//!
//! Agent id and window are numbers: u64, little-endian. A list is the number of its items, and they. All else is a text: the
//! number of its bytes, and they. [`restore`] takes no number for true and wants the end where it is, but applies no rule
//! again: what reads like an image is taken for one of ours.

use std::time::Duration;

use super::{AesKey, CallbackKey, Config, FieldMap};
use crate::model::{CorpId, TemplateId};
use crate::secret::Secret;

/// What an image begins with. Other fields in other places are another number.
const BEGINNING: &[u8] = b"wecom-configuration-2";

/// The bytes that stand for `config`. They hold its secrets.
#[must_use]
pub fn save(config: &Config) -> Vec<u8> {
    let Config {
        corp_id,
        provider_corp_id,
        agent_id,
        credential_key,
        callback_keys,
        callback_window,
        user_attribute,
        template_id,
        former_template_ids,
        field_map,
        api_base,
    } = config;
    let mut image = Writer(BEGINNING.to_vec());
    image.text(corp_id.as_str());
    image.number(provider_corp_id.iter().len() as u64);
    provider_corp_id.iter().for_each(|id| image.text(id.as_str()));
    image.number(*agent_id);
    image.text(credential_key);
    image.number(callback_keys.len() as u64);
    for pair in callback_keys {
        image.text(pair.token.expose());
        image.0.extend_from_slice(pair.aes_key.expose());
    }
    image.number(callback_window.as_secs());
    image.text(user_attribute);
    image.templates(template_id.as_slice());
    image.templates(former_template_ids);
    image.number(field_map.entries().count() as u64);
    for (name, control) in field_map.entries() {
        image.text(name);
        image.text(control);
    }
    image.text(api_base);
    image.0
}

/// The configuration that `image` stands for; `None` when it is no image.
#[must_use]
pub fn restore(image: &[u8]) -> Option<Config> {
    let mut image = Reader { rest: image.strip_prefix(BEGINNING)?, sound: true };
    let config = Config {
        corp_id: CorpId(image.text()),
        provider_corp_id: image.one(|image| CorpId(image.text())),
        agent_id: image.number(),
        credential_key: image.text(),
        callback_keys: image.list(|image| CallbackKey {
            token: Secret::new(image.text()),
            aes_key: AesKey::new(image.array()),
        }),
        callback_window: Duration::from_secs(image.number()),
        user_attribute: image.text(),
        template_id: image.one(Reader::template),
        former_template_ids: image.list(Reader::template),
        field_map: FieldMap::of(image.list(|image| (image.text(), image.text()))),
        api_base: image.text(),
    };
    (image.sound && image.rest.is_empty()).then_some(config)
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn templates(&mut self, ids: &[TemplateId]) {
        self.number(ids.len() as u64);
        ids.iter().for_each(|id| self.text(id.as_str()));
    }
}

/// Reads on when something is wrong, and remembers that: a way out of every field would be code for each.
struct Reader<'a> {
    rest: &'a [u8],
    sound: bool,
}

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> [u8; N] {
        match self.rest.split_first_chunk() {
            Some((array, rest)) => {
                self.rest = rest;
                *array
            }
            None => {
                self.sound = false;
                [0; N]
            }
        }
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    fn text(&mut self) -> String {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        let text = self.rest.split_at_checked(length).and_then(|(text, rest)| {
            self.rest = rest;
            str::from_utf8(text).ok()
        });
        self.sound &= text.is_some();
        text.unwrap_or_default().to_owned()
    }

    /// The item of a list of 0 or 1.
    fn one<T>(&mut self, item: impl Fn(&mut Self) -> T) -> Option<T> {
        let mut items = self.list(item);
        self.sound &= items.len() <= 1;
        items.pop()
    }

    fn template(&mut self) -> TemplateId {
        TemplateId(self.text())
    }

    /// Ends where the bytes end, however many items there are said to be.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        for _ in 0..self.number() {
            items.push(item(self));
            if !self.sound {
                break;
            }
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let pair = |token: &str, byte| CallbackKey {
            token: Secret::new(token.into()),
            aes_key: AesKey::new([byte; 32]),
        };
        Config {
            corp_id: CorpId("ww0123456789abcdef".into()),
            provider_corp_id: Some(CorpId("wwfedcba9876543210".into())),
            agent_id: 3_010_040,
            credential_key: "access-token:ww0123456789abcdef:3010040".into(),
            callback_keys: vec![pair("new", 1), pair("old", 2)],
            callback_window: Duration::from_secs(3_600),
            user_attribute: "企业微信".into(),
            template_id: Some(TemplateId("T-2".into())),
            former_template_ids: vec![TemplateId("T-0".into()), TemplateId("T-1".into())],
            field_map: FieldMap::of(
                [("request-number", "Text-1"), ("reason", "Textarea-2")]
                    .map(|(name, control)| (name.to_owned(), control.to_owned()))
                    .to_vec(),
            ),
            api_base: "https://qyapi.weixin.qq.com".into(),
        }
    }

    #[test]
    fn a_configuration_comes_back_as_it_was() {
        let full = config();
        let bare = Config {
            provider_corp_id: None,
            template_id: None,
            former_template_ids: Vec::new(),
            field_map: FieldMap::default(),
            ..config()
        };
        for config in [full, bare] {
            assert_eq!(restore(&save(&config)), Some(config));
        }
    }

    #[test]
    fn an_image_without_its_end_or_with_more_behind_it_is_none() {
        let mut image = save(&config());
        for end in 0..image.len() {
            assert_eq!(restore(&image[..end]), None, "{end}");
        }
        image.push(0);
        assert_eq!(restore(&image), None);
    }

    #[test]
    fn another_beginning_is_another_thing() {
        for at in 0..BEGINNING.len() {
            let mut image = save(&config());
            image[at] ^= 1;
            assert_eq!(restore(&image), None, "{at}");
        }
    }

    #[test]
    fn two_templates_in_use_are_none() {
        let templates = |ids: &[&str]| {
            let mut part = Writer(Vec::new());
            part.templates(&ids.iter().map(|id| TemplateId((*id).into())).collect::<Vec<_>>());
            String::from_utf8(part.0).unwrap()
        };
        let with = |ids: &[&str]| {
            let image: String = save(&config()).into_iter().map(char::from).collect();
            let other = image.replacen(&templates(&["T-2"]), &templates(ids), 1);
            restore(&other.chars().map(|byte| u8::try_from(byte).unwrap()).collect::<Vec<_>>())
        };
        let of = |template: Option<&str>| Config {
            template_id: template.map(|id| TemplateId(id.into())),
            ..config()
        };
        assert_eq!(with(&["T-3"]), Some(of(Some("T-3"))));
        assert_eq!(with(&[]), Some(of(None)));
        assert_eq!(with(&["T-2", "T-3"]), None);
    }

    #[test]
    fn whatever_is_taken_is_what_would_be_saved() {
        let mut taken = 0;
        for at in BEGINNING.len()..=save(&config()).len() - 8 {
            for bytes in [[0xff; 8], [0; 8], [1, 0, 0, 0, 0, 0, 0, 0]] {
                let mut image = save(&config());
                image[at..at + 8].copy_from_slice(&bytes);
                if let Some(config) = restore(&image) {
                    assert_eq!(save(&config), image, "{bytes:?} at {at}");
                    taken += 1;
                }
            }
        }
        assert!(taken > 0);
    }

    /// Whoever changes it changes the number in [`BEGINNING`] as well.
    #[test]
    fn the_layout_is_that_of_its_number() {
        insta::assert_snapshot!(save(&config()).escape_ascii());
    }
}
