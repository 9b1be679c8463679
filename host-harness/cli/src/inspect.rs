//! `inspect`: what an engine is and needs, before anybody trusts it with anything.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use host_harness::contract::{Description, Reach, SettingField, SettingKind};
use host_harness::{ApprovalEngine, Digest, Grant, Outline, Settings, redact};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::host;

/// How much of one text is printed.
const TEXT_BYTES: usize = 400;

/// What can be told of a component without compiling it, let alone running it.
struct Facts {
    size: usize,
    digest: Digest,
    outline: Outline,
}

/// Prints the facts also of a component that does not load, before it says why.
pub(crate) async fn run(file: Option<&Path>, as_json: bool) -> Result<ExitCode, CliError> {
    let component = host::component(file)?;
    let facts = Facts {
        size: component.len(),
        digest: Digest::of(&component),
        outline: Outline::read(&component, &host::limits())?,
    };
    let loaded = host::load(&component, file.is_some()).await;
    let mut out = io::stdout().lock();
    if as_json {
        let description = match &loaded {
            Ok(engine) => {
                let tenant = engine.tenant("inspect", &Settings::new(), &Grant::default());
                tenant.call_json("describe", &Value::Null).await?
            }
            Err(_) => Value::Null,
        };
        writeln!(out, "{}", redact::json(&format!("{:#}", as_value(&facts, &description))))?;
    } else {
        print(&mut out, &facts, loaded.as_ref().ok())?;
    }
    loaded.map(|_| ExitCode::SUCCESS)
}

fn as_value(facts: &Facts, description: &Value) -> Value {
    json!({
        "size": facts.size,
        "sha256": facts.digest.to_string(),
        "imports": facts.outline.imports(),
        "exports": facts.outline.exports(),
        "description": description,
    })
}

fn print(out: &mut impl Write, facts: &Facts, engine: Option<&ApprovalEngine>) -> io::Result<()> {
    if let Some(engine) = engine {
        title(out, engine.description())?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a component has far fewer than 2^52 bytes")]
    let kib = facts.size as f64 / 1024.0;
    writeln!(out, "  size     {} bytes ({kib:.1} KiB)", facts.size)?;
    writeln!(out, "  sha256   {}", facts.digest)?;
    list(out, "imports", facts.outline.imports().iter().map(|name| plain(name)))?;
    list(out, "exports", facts.outline.exports().iter().map(|name| plain(name)))?;
    engine.map_or(Ok(()), |engine| needs(out, engine.description()))
}

fn title(out: &mut impl Write, description: &Description) -> io::Result<()> {
    let [id, version, en, zh_cn] =
        [&description.id, &description.version, &description.name.en, &description.name.zh_cn]
            .map(|text| plain(text));
    writeln!(out, "{id} {version}  {en} / {zh_cn}")?;
    writeln!(out, "  {}", plain(&description.summary.en))
}

fn needs(out: &mut impl Write, description: &Description) -> io::Result<()> {
    let hosts = description.reaches.iter().map(|reach| match reach {
        Reach::Origin(origin) => plain(origin),
        Reach::Setting(key) => {
            format!("the origin in the setting {}, when it is set, instead", plain(key))
        }
    });
    list(out, "hosts", hosts)?;
    writeln!(out, "  settings")?;
    for field in &description.settings {
        setting(out, field)?;
    }
    writeln!(out, "  guide")?;
    for (number, step) in (1..).zip(&description.guide) {
        writeln!(out, "    {number}. {}: {}", plain(&step.title.en), plain(&step.body.en))?;
    }
    Ok(())
}

/// A text of the engine's, whom nobody trusts yet: in one line, and without what would steer a terminal.
fn plain(text: &str) -> String {
    redact::line(text, TEXT_BYTES)
}

fn list(out: &mut impl Write, name: &str, items: impl IntoIterator<Item = String>) -> io::Result<()> {
    writeln!(out, "  {name}")?;
    items.into_iter().try_for_each(|item| writeln!(out, "    {item}"))
}

fn setting(out: &mut impl Write, field: &SettingField) -> io::Result<()> {
    let kind = match &field.kind {
        SettingKind::Text => "text",
        SettingKind::MultilineText => "text, several lines",
        SettingKind::Secret => "secret",
        SettingKind::GeneratedSecret(_) => "secret, can be generated",
        SettingKind::HeldSecret => "secret, held by the host",
        SettingKind::Choice(_) => "choice",
        SettingKind::Fixed(_) => "fixed",
    };
    let required = if field.required { "required" } else { "optional" };
    let [key, label, place] = [&field.key, &field.label.en, &field.place.en].map(|text| plain(text));
    writeln!(out, "    {key:<28} {label} ({kind}, {required})")?;
    writeln!(out, "    {:<28}   {place}", "")
}

#[cfg(test)]
mod tests {
    use host_harness::contract::{GuideStep, Text};

    use super::*;

    /// Clears the screen, sets the title, begins a line of its own, and a C1 control.
    const NASTY: &str = "a\x1b[2J\x1b]0;b\x07\n  sha256   c\u{9b}d";

    fn nasty() -> Text {
        Text { en: NASTY.to_owned(), zh_cn: NASTY.to_owned() }
    }

    fn field(kind: SettingKind) -> SettingField {
        SettingField {
            key: NASTY.to_owned(),
            label: nasty(),
            help: nasty(),
            place: nasty(),
            kind,
            required: true,
            pattern: None,
            default_value: None,
        }
    }

    #[test]
    fn no_text_of_an_engine_steers_the_terminal_or_makes_a_line_of_its_own() {
        let description = Description {
            id: NASTY.to_owned(),
            version: NASTY.to_owned(),
            name: nasty(),
            summary: nasty(),
            settings: vec![field(SettingKind::Text), field(SettingKind::Fixed(NASTY.to_owned()))],
            capabilities: Vec::new(),
            reaches: vec![Reach::Origin(NASTY.to_owned()), Reach::Setting(NASTY.to_owned())],
            guide: vec![GuideStep {
                title: nasty(),
                body: Text { en: "x".repeat(10_000), zh_cn: String::new() },
                settings: Vec::new(),
                shows_callback_address: false,
            }],
        };
        let mut out = Vec::new();
        title(&mut out, &description).unwrap();
        needs(&mut out, &description).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert_eq!(text.lines().count(), 2 + 3 + 1 + 4 + 1 + 1, "{text}");
        assert!(text.lines().all(|line| line.len() < 1_000), "{text}");
    }
}
