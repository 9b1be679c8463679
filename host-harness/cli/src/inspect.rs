//! `inspect`: what an engine is and needs, before anybody trusts it with anything.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use host_harness::contract::{Reach, SettingField, SettingKind};
use host_harness::{ApprovalEngine, Grant, Settings};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::host;

pub(crate) async fn run(file: Option<&Path>, as_json: bool) -> Result<ExitCode, CliError> {
    let runtime = host::runtime()?;
    let engine = host::engine(&runtime, file).await?;
    let mut out = io::stdout().lock();
    if as_json {
        let tenant = engine.tenant("inspect", &Settings::new(), &Grant::default());
        let description = tenant.call_json("describe", &Value::Null).await?;
        writeln!(out, "{:#}", as_value(&engine, &description))?;
    } else {
        print(&mut out, &engine)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_value(engine: &ApprovalEngine, description: &Value) -> Value {
    json!({
        "size": engine.size(),
        "sha256": engine.digest(),
        "imports": engine.imports(),
        "exports": engine.exports(),
        "description": description,
    })
}

fn print(out: &mut impl Write, engine: &ApprovalEngine) -> io::Result<()> {
    let description = engine.description();
    writeln!(
        out,
        "{} {}  {} / {}",
        description.id, description.version, description.name.en, description.name.zh_cn
    )?;
    writeln!(out, "  {}", description.summary.en)?;
    #[expect(clippy::cast_precision_loss, reason = "a component has far fewer than 2^52 bytes")]
    let kib = engine.size() as f64 / 1024.0;
    writeln!(out, "  size     {} bytes ({kib:.1} KiB)", engine.size())?;
    writeln!(out, "  sha256   {}", engine.digest())?;
    list(out, "imports", engine.imports())?;
    list(out, "exports", engine.exports())?;
    let hosts: Vec<String> = description
        .reaches
        .iter()
        .map(|reach| match reach {
            Reach::Origin(origin) => origin.clone(),
            Reach::Setting(key) => format!("the origin in the setting {key}, when it is set, instead"),
        })
        .collect();
    list(out, "hosts", &hosts)?;
    writeln!(out, "  settings")?;
    for field in &description.settings {
        setting(out, field)?;
    }
    writeln!(out, "  guide")?;
    for (number, step) in (1..).zip(&description.guide) {
        writeln!(out, "    {number}. {}: {}", step.title.en, step.body.en)?;
    }
    Ok(())
}

fn list(out: &mut impl Write, name: &str, items: &[String]) -> io::Result<()> {
    writeln!(out, "  {name}")?;
    items.iter().try_for_each(|item| writeln!(out, "    {item}"))
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
    writeln!(out, "    {:<28} {} ({kind}, {required})", field.key, field.label.en)?;
    writeln!(out, "    {:<28}   {}", "", field.place.en)
}
