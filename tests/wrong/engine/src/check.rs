//! The test of a connection.

use crate::bindings::exports::idaas::approval::engine_diagnostics::{CheckVerdict, Finding};
use crate::bindings::exports::idaas::approval::types::Text;
use crate::bindings::idaas::approval::http;
use crate::mistake::Mistake;
use crate::settings::Config;
use crate::{provider, text, wrong};

/// Two steps: whether the provider hands out a token now, and whether it has the template.
pub(crate) fn check(config: &Config) -> Vec<Finding> {
    let token = if wrong(Mistake::TrustsTheCache) {
        provider::cached_token()
    } else {
        provider::fetch_token().map(|(token, _)| token)
    };
    let token = token.ok().filter(|_| !wrong(Mistake::FailsEveryCheck));
    let path = format!("/templates/{}", config.template);
    let asked = token.as_deref().filter(|_| !config.template.is_empty());
    let template = asked.map(|token| provider::ask_with(token, http::Method::Get, &path, None).is_ok());
    vec![
        finding(
            "credentials",
            "api-secret",
            text("The provider takes the secret", "平台接受密钥"),
            Some(token.is_some()),
        ),
        finding("template", "template", text("The template is there", "模板可用"), template),
    ]
}

/// `works` is `None` when there was nothing to try.
fn finding(id: &str, setting: &str, title: Text, works: Option<bool>) -> Finding {
    let (verdict, evidence) = match works {
        Some(true) => (CheckVerdict::Ok, text("it was tried and works", "已验证可用")),
        Some(false) => (CheckVerdict::Fail, text("it was tried and does not work", "验证未通过")),
        None => (CheckVerdict::Skipped, text("there was nothing to try it with", "没有可供验证的内容")),
    };
    let remedy = text("enter the setting again", "请重新填写该设置");
    Finding {
        id: id.to_owned(),
        title,
        verdict,
        settings: vec![setting.to_owned()],
        evidence,
        remedy: (works == Some(false)).then_some(remedy),
    }
}
