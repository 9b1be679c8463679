//! Whether the patterns of a description can be read by a host's page, and match what is sound.

use host_harness::Settings;
use host_harness::contract::{Description, SettingField, SettingKind};
use regress::Regex;

/// A plain `new RegExp` has none, JSON Schema advises `u`, and HTML's attribute `pattern` has `v`, which takes fewer
/// characters inside brackets as they are.
const FLAGS: [&str; 3] = ["", "u", "v"];

/// The longest value that is made up to be matched.
const GENERATED_CHARACTERS: u32 = 1_024;

/// What is wrong with the patterns. No finding shows a value: some are secrets.
pub(super) fn findings(description: &Description, sound: &Settings) -> Vec<String> {
    description.settings.iter().flat_map(|field| of_field(field, sound)).collect()
}

fn of_field(field: &SettingField, sound: &Settings) -> Vec<String> {
    let Some(pattern) = &field.pattern else { return Vec::new() };
    let values = sound_values(field, sound);
    let mut found = Vec::new();
    for flags in FLAGS {
        let whole = || Regex::with_flags(&format!("^(?:{pattern})$"), flags);
        match Regex::with_flags(pattern, flags).and_then(|_alone| whole()) {
            Err(why) => found.push(format!(
                "the pattern of {:?} is not an ECMAScript expression with the flags {flags:?}: {why}: {pattern:?}",
                field.key
            )),
            Ok(whole) => {
                let unmatched = values.iter().filter(|(_, value)| whole.find(value).is_none());
                found.extend(unmatched.map(|(what, _)| {
                    format!("the pattern of {:?} with the flags {flags:?} does not match {what}", field.key)
                }));
            }
        }
    }
    found
}

/// Values that `configure` takes for this field, with what each is.
fn sound_values(field: &SettingField, sound: &Settings) -> Vec<(&'static str, String)> {
    let entered = sound.value(&field.key).map(|value| value.expose().to_owned());
    let entered = entered.filter(|value| !value.is_empty()).map(|value| ("a sound value", value));
    let default = field.default_value.clone().map(|value| ("its default value", value));
    let mut values: Vec<_> = entered.into_iter().chain(default).collect();
    match &field.kind {
        SettingKind::GeneratedSecret(generator) => {
            let length = generator.length.min(GENERATED_CHARACTERS);
            let repeated = |letter: char| (0..length).map(|_| letter).collect();
            values.extend(
                generator.alphabet.chars().map(|letter| ("what the host may generate", repeated(letter))),
            );
        }
        SettingKind::Fixed(value) => values.push(("its fixed value", value.clone())),
        SettingKind::Choice(choices) => {
            values.extend(choices.iter().map(|choice| ("one of its choices", choice.value.clone())));
        }
        SettingKind::Text | SettingKind::MultilineText | SettingKind::Secret | SettingKind::HeldSecret => {}
    }
    values
}
