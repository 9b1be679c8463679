//! `check`: a connection, tested step by step.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use host_harness::CallFailure;
use host_harness::clock::{Clock as _, SystemClock};
use host_harness::contract::SettingProblem;
use host_harness::{CallError, Grant};
use serde_json::{Value, json};

use crate::error::CliError;
use crate::{host, input};

#[derive(Args)]
pub(crate) struct Options {
    /// The component; without it, the WeCom engine that was built with this program.
    #[arg(long)]
    engine: Option<PathBuf>,
    /// JSON object of settings, as for `call`.
    #[arg(long)]
    settings: PathBuf,
    /// JSON of an account whose mapping is tried: {"id", "display-name", "attributes": [{"name", "values"}]}.
    #[arg(long)]
    probe: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Let the engine reach this machine, for a fake provider.
    #[arg(long)]
    loopback: bool,
    /// Let the engine reach private addresses at this origin, for a private deployment.
    #[arg(long)]
    private_origin: Vec<String>,
}

/// Ends with success only when no step failed.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let settings = input::settings(&options.settings)?;
    let probe = options.probe.as_deref().map_or(Ok(Value::Null), input::json)?;
    let runtime = host::runtime()?;
    let engine = host::engine(&runtime, options.engine.as_deref()).await?;
    if !engine.offers_diagnostics() {
        return Err(CallError::from(CallFailure::Unsupported { interface: "engine-diagnostics" }).into());
    }
    let grant = Grant {
        private_origins: input::private_origins(&options.private_origin)?,
        loopback: options.loopback,
        ..Grant::default()
    };
    let arguments = json!({ "options": { "now": SystemClock.now().as_secs(), "probe": probe } });
    let findings = match engine.tenant("check", &settings, &grant).call_json("check", &arguments).await {
        Ok(findings) => findings,
        Err(CallError { error: CallFailure::Configuration(problems), .. }) => {
            problems.iter().map(finding).collect()
        }
        Err(error) => return Err(error.into()),
    };
    let mut out = io::stdout().lock();
    if options.json {
        writeln!(out, "{findings:#}")?;
    } else {
        findings.as_array().into_iter().flatten().try_for_each(|finding| print(&mut out, finding))?;
    }
    let failed = |finding: &Value| finding.get("verdict").and_then(Value::as_str) == Some("fail");
    let any = findings.as_array().is_some_and(|findings| findings.iter().any(failed));
    Ok(if any { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// What `configure` finds wrong, as the first step: without sound settings the engine tests nothing.
fn finding(problem: &SettingProblem) -> Value {
    let title = json!({ "en": "The settings are complete", "zh-cn": "设置完整" });
    json!({
        "id": "settings",
        "title": title,
        "verdict": "fail",
        "settings": [problem.key],
        "evidence": { "en": problem.sentence.en, "zh-cn": problem.sentence.zh_cn },
        "remedy": { "en": problem.remedy.en, "zh-cn": problem.remedy.zh_cn },
    })
}

fn print(out: &mut impl Write, finding: &Value) -> io::Result<()> {
    let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let english = |name: &str| word(finding.get(name).and_then(|text| text.get("en")));
    let sign = match word(finding.get("verdict")).as_str() {
        "ok" => "✓",
        "warn" => "!",
        "fail" => "✗",
        _ => "–",
    };
    writeln!(out, "{sign} {}: {}", english("title"), english("evidence"))?;
    let settings = finding.get("settings").and_then(Value::as_array);
    let settings: Vec<String> = settings.into_iter().flatten().map(|key| word(Some(key))).collect();
    match english("remedy") {
        remedy if remedy.is_empty() => Ok(()),
        remedy => writeln!(out, "    to do: {remedy}\n    settings: {}", settings.join(", ")),
    }
}
