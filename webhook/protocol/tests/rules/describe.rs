//! The description is complete.

use webhook_protocol::approval_engine::{Reach, SettingKind};
use webhook_protocol::describe::description;
use webhook_protocol::settings::read;
use webhook_protocol::types::Text;

use crate::{setting, sound};

#[test]
fn every_text_is_there_in_both_languages() {
    let description = description();
    let mut texts: Vec<&Text> = vec![&description.name, &description.summary];
    texts.extend(description.settings.iter().flat_map(|field| [&field.label, &field.help, &field.place]));
    texts.extend(description.guide.iter().flat_map(|step| [&step.title, &step.body]));
    let pastes = read(&sound()).unwrap().1.pastes;
    texts.extend(pastes.iter().flat_map(|paste| [&paste.label, &paste.place]));
    for text in texts {
        let chinese = text.zh_cn.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(!text.en.is_empty() && text.en.is_ascii() && chinese, "{text:?}");
    }
}

#[test]
fn the_guide_fills_every_required_setting_and_shows_the_callback_address() {
    let description = description();
    for field in description.settings.iter().filter(|field| field.required) {
        assert!(description.guide.iter().any(|step| step.settings.contains(&field.key)), "{}", field.key);
    }
    assert_eq!(description.guide.iter().filter(|step| step.shows_callback_address).count(), 1);
    assert_eq!(description.reaches, [Reach::Setting("endpoint".into())]);
}

#[test]
fn a_secret_that_the_host_generates_is_taken() {
    let description = description();
    let secret = description.settings.iter().find(|field| field.key == "secret").unwrap();
    let SettingKind::GeneratedSecret(generator) = &secret.kind else { panic!("{:?}", secret.kind) };
    for letter in generator.alphabet.chars() {
        let generated = letter.to_string().repeat(generator.length as usize);
        let mut settings = sound();
        settings[2] = setting("secret", &generated);
        assert!(read(&settings).is_ok(), "{generated}");
    }
}
