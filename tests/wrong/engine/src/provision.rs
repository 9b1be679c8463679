//! The engine's own template.

use serde_json::{Value, json};

use crate::bindings::exports::idaas::approval::approval_engine::{Setting, SettingValue};
use crate::bindings::exports::idaas::approval::engine_diagnostics::ProvisionProblem;
use crate::bindings::exports::idaas::approval::types::Refusal;
use crate::bindings::idaas::approval::http;
use crate::mistake::Mistake;
use crate::provider::{self, Failure};
use crate::settings::Config;
use crate::{text, wrong};

/// The provider keeps names unique: a second template cannot come about.
const NAME: &str = "Access request";

/// Confirms the template of the settings, or makes one.
pub(crate) fn provision(config: &Config) -> Result<Vec<Setting>, ProvisionProblem> {
    if !config.template.is_empty() && !wrong(Mistake::MakesAnotherTemplate) {
        match provider::ask(http::Method::Get, &format!("/templates/{}", config.template), None) {
            Ok(_) => return Ok(settings(&config.template)),
            Err(Failure::Refused(refusal)) if refusal.code == provider::NO_TEMPLATE => {}
            Err(Failure::Refused(refusal)) => return Err(ProvisionProblem::Refused(refusal)),
            Err(Failure::Unavailable | Failure::Unknown) => return Err(ProvisionProblem::Unavailable(None)),
        }
    }
    let mut made = make(NAME);
    if wrong(Mistake::MakesAnotherTemplate) && made.is_err() {
        made = make("Access request, once more");
    }
    match made {
        Ok(answer) => answer.get("id").and_then(Value::as_str).map(settings).ok_or_else(unknown),
        Err(Failure::Refused(refusal)) if refusal.code == provider::NAME_TAKEN => {
            Err(ProvisionProblem::Refused(Refusal {
                remedy: text(
                    "enter the id of the template \u{201c}Access request\u{201d} from the console",
                    "请填写管理后台中模板“Access request”的编号",
                ),
                ..refusal
            }))
        }
        Err(Failure::Refused(refusal)) => Err(ProvisionProblem::Refused(refusal)),
        Err(Failure::Unavailable) => Err(ProvisionProblem::Unavailable(None)),
        Err(Failure::Unknown) => Err(unknown()),
    }
}

fn make(name: &str) -> Result<Value, Failure> {
    provider::ask(http::Method::Post, "/templates", Some(&json!({ "name": name })))
}

fn settings(id: &str) -> Vec<Setting> {
    let key = if wrong(Mistake::NamesNoSuchSetting) { "form" } else { "template" };
    let id = if wrong(Mistake::TellsOfAnotherTemplate) { "T-another" } else { id };
    vec![Setting { key: key.to_owned(), value: SettingValue::Text(id.to_owned()) }]
}

fn unknown() -> ProvisionProblem {
    ProvisionProblem::UnknownOutcome(text("look into the console", "请查看管理后台"))
}
