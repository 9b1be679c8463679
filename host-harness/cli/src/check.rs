//! `check`: a connection, tested step by step.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use host_harness::clock::{Clock as _, SystemClock};
use host_harness::contract::{self, CheckVerdict, SettingProblem, Text};
use host_harness::{CallError, CallFailure, NewsSeen, Tenant, redact};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::configured::Configured;
use crate::error::CliError;
use crate::input;
use crate::language::Language;

/// How much of one text is printed.
const TEXT_BYTES: usize = 2_000;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    configured: Configured,
    /// JSON of an account whose mapping is tried: {"id", "display-name", "attributes": [{"name", "values"}]}.
    #[arg(long)]
    probe: Option<PathBuf>,
    /// Print JSON, in both languages.
    #[arg(long)]
    json: bool,
}

/// Of a finding, what is printed.
#[derive(Deserialize)]
struct Finding {
    title: Words,
    verdict: Verdict,
    settings: Vec<String>,
    evidence: Words,
    remedy: Option<Words>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Ok,
    Warn,
    Fail,
    Skipped,
}

/// A text of the engine's.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Words {
    en: String,
    zh_cn: String,
}

/// Ends with success only when no step failed.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CliError> {
    let engine = options.configured.engine().await?;
    let settings = options.configured.settings(&engine)?;
    let probe = options.probe.as_deref().map_or(Ok(Value::Null), input::json)?;
    let tenant = options.configured.tenant(&engine, "check", &settings)?;
    let told = findings(&tenant, probe).await?;
    let findings = Vec::<Finding>::deserialize(&told).map_err(|error| {
        CallError::from(CallFailure::Host { reason: format!("a finding is not as in the contract: {error}") })
    })?;
    let mut out = io::stdout().lock();
    if options.json {
        writeln!(out, "{}", redact::json(&format!("{told:#}")))?;
    } else {
        findings.iter().try_for_each(|finding| print(&mut out, finding, options.configured.language))?;
    }
    let failed = findings.iter().any(|finding| finding.verdict == Verdict::Fail);
    Ok(if failed { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// The findings as the contract writes them in JSON.
async fn findings(tenant: &Tenant, probe: Value) -> Result<Value, CallError> {
    if !tenant.engine().offers_diagnostics() {
        return Err(CallFailure::Unsupported { interface: "engine-diagnostics" }.into());
    }
    let arguments = json!({ "options": { "now": SystemClock.now().as_secs(), "probe": probe } });
    match tenant.call_json("check", &arguments).await {
        Err(CallError { error: CallFailure::Configuration(problems), .. }) => {
            Ok(problems.iter().map(finding).collect())
        }
        Ok(Value::Array(mut findings)) => {
            // No callback reaches this program.
            findings.push(as_json(&NewsSeen::Unknown.finding()));
            Ok(findings.into())
        }
        told => told,
    }
}

/// A finding of the host's as the contract writes it in JSON.
fn as_json(finding: &contract::Finding) -> Value {
    let text = |text: &Text| json!({ "en": text.en, "zh-cn": text.zh_cn });
    let verdict = match finding.verdict {
        CheckVerdict::Ok => "ok",
        CheckVerdict::Warn => "warn",
        CheckVerdict::Fail => "fail",
        CheckVerdict::Skipped => "skipped",
    };
    json!({
        "id": finding.id,
        "title": text(&finding.title),
        "verdict": verdict,
        "settings": finding.settings,
        "evidence": text(&finding.evidence),
        "remedy": finding.remedy.as_ref().map(text),
    })
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

fn print(out: &mut impl Write, finding: &Finding, language: Language) -> io::Result<()> {
    let plain = |words: &Words| redact::line(language.choose(&words.en, &words.zh_cn), TEXT_BYTES);
    let sign = match finding.verdict {
        Verdict::Ok => "✓",
        Verdict::Warn => "!",
        Verdict::Fail => "✗",
        Verdict::Skipped => "–",
    };
    let colon = language.choose(": ", "：");
    writeln!(out, "{sign} {}{colon}{}", plain(&finding.title), plain(&finding.evidence))?;
    let Some(remedy) = &finding.remedy else { return Ok(()) };
    let settings = redact::line(&finding.settings.join(", "), TEXT_BYTES);
    writeln!(out, "    {}{colon}{}", language.choose("to do", "处理办法"), plain(remedy))?;
    writeln!(out, "    {}{colon}{settings}", language.choose("settings", "相关设置"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        Words { en: text.to_owned(), zh_cn: String::new() }
    }

    #[test]
    fn no_finding_steers_the_terminal_or_makes_a_line_of_its_own() {
        const NASTY: &str = "a\x1b[2J\x1b]0;b\x07\n✓ c\u{9b}d access_token=e";
        let finding = Finding {
            title: words(NASTY),
            verdict: Verdict::Fail,
            settings: vec![NASTY.to_owned()],
            evidence: words(NASTY),
            remedy: Some(words(NASTY)),
        };
        let mut out = Vec::new();
        print(&mut out, &finding, Language::En).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains("access_token=e"), "{text}");
    }
}
