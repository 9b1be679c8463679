//! `provision`: the engine's own template at the provider, and the settings that name it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use host_harness::contract::ProvisionProblem;
use host_harness::{Settings, redact};

use crate::configured::Configured;
use crate::error::CliError;
use crate::input::{self, SettingsFile};
use crate::language::Language;

/// How much of an engine's own words is printed.
const TEXT_BYTES: usize = 2_000;

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    configured: Configured,
    /// Put the settings to store into that file; without it they are printed alone.
    #[arg(long)]
    write: bool,
}

pub(crate) async fn run(Options { configured, write }: Options) -> Result<ExitCode, CliError> {
    let engine = configured.engine().await?;
    let settings = configured.settings(&engine)?;
    // Before anything is made: what is made once must find its place.
    let file = write.then(|| SettingsFile::open(&configured.settings)).transpose()?;
    let tenant = configured.tenant(&engine, "provision", &settings)?;
    match tenant.provision().await? {
        Ok(given) => {
            let news: Settings = given
                .iter()
                .filter(|(key, value)| settings.value(key) != Some(*value))
                .map(|(key, value)| (key, value.expose()))
                .collect();
            tell(&news, configured.language)?;
            if let Some(file) = file {
                file.store(&news)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(problem) => {
            let sentence = redact::line(&sentence(&problem, configured.language), TEXT_BYTES);
            writeln!(io::stderr(), "host-harness: provision: {sentence}")?;
            Ok(ExitCode::from(2))
        }
    }
}

/// The settings that are not stored yet, as the file has them.
fn tell(news: &Settings, language: Language) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    if news.iter().next().is_none() {
        let confirmed = language.choose(
            "The template in the settings is confirmed. There is nothing to store.",
            "设置中的模板已确认，无需保存任何设置。",
        );
        writeln!(out, "{confirmed}")?;
        return Ok(());
    }
    let store =
        language.choose("The template is ready. Store these settings:", "模板已就绪。请保存以下设置：");
    writeln!(out, "{store}\n{}", redact::json(&format!("{:#}", input::as_json(news))))?;
    Ok(())
}

fn sentence(problem: &ProvisionProblem, language: Language) -> String {
    match problem {
        ProvisionProblem::NotConfigured => language
            .choose("the engine takes itself for unconfigured: a defect of it", "引擎误报为未配置：引擎缺陷")
            .to_owned(),
        ProvisionProblem::Refused(refusal) => {
            let [sentence, remedy] = [&refusal.sentence, &refusal.remedy].map(|text| language.of(text));
            format!("{sentence}: {} {}: {remedy}", refusal.code, refusal.provider_text)
        }
        ProvisionProblem::Unavailable(Some(seconds)) => match language {
            Language::En => format!("the provider cannot be used: try again in {seconds} seconds"),
            Language::ZhCn => format!("暂时无法使用服务方：请在 {seconds} 秒后重试"),
        },
        ProvisionProblem::Unavailable(None) => language
            .choose(
                "the provider cannot be used: test the connection with check",
                "暂时无法使用服务方：请用 check 测试连接",
            )
            .to_owned(),
        ProvisionProblem::UnknownOutcome(text) => language.of(text).to_owned(),
    }
}
