//! The test of a connection.

use crate::bindings::exports::idaas::approval::engine_diagnostics::{CheckVerdict, Finding};
use crate::mistake::Mistake;
use crate::settings::Config;
use crate::{provider, text, wrong};

/// One step: whether the provider hands out a token now.
pub(crate) fn check(_: &Config) -> Vec<Finding> {
    let works = if wrong(Mistake::TrustsTheCache) {
        provider::cached_token_works()
    } else {
        provider::fetch_token().is_ok()
    };
    let works = works && !wrong(Mistake::FailsEveryCheck);
    let remedy = text("enter the secret again", "请重新填写密钥");
    vec![Finding {
        id: String::from("credentials"),
        title: text("The provider takes the secret", "平台接受密钥"),
        verdict: if works { CheckVerdict::Ok } else { CheckVerdict::Fail },
        settings: vec![String::from("api-secret")],
        evidence: if works {
            text("a token was handed out", "已获得令牌")
        } else {
            text("no token was handed out", "未获得令牌")
        },
        remedy: (!works).then_some(remedy),
    }]
}
