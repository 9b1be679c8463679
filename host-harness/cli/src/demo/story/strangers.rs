//! What must change nothing: a replay, a forgery, another product's form.

use fake_wecom::LEAVE_TEMPLATE_ID;
use fake_wecom::setup::member;

use super::Story;
use crate::demo::idaas::Meaning;
use crate::demo::post::post;
use crate::error::CliError;

impl Story {
    pub(super) async fn turn_away(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("What must change nothing: a replay, a forgery, somebody else's form")?;
        let before = self.idaas.approvals();

        let id = self.submit("REQ-2026-0004").await?;
        self.later(|fake| fake.comment(&id, member::LI_SI, "until when?"))?;
        let commented = self.next().await?;
        self.report(&commented)?;
        let known = self.idaas.approvals();

        let url = format!("{}?{}", self.callback_url, commented.query);
        let status = post(&self.outbound, &url, commented.body.clone()).await?;
        let replayed = self.next().await?;
        self.timeline.tell("stranger", format_args!("posts the same bytes again and gets {status}"))?;
        self.report(&replayed)?;
        self.timeline
            .expect("a replay is known already", matches!(replayed.meaning, Meaning::KnownAlready))?;

        let forged = forge(&commented.query);
        let status = post(&self.outbound, &format!("{}?{forged}", self.callback_url), commented.body).await?;
        let refused = self.next().await?;
        self.timeline
            .tell("stranger", format_args!("posts them with another signature and gets {status}"))?;
        self.report(&refused)?;
        let turned_away = matches!(refused.meaning, Meaning::Refused(_)) && status == 403;
        self.timeline.expect("a forgery is refused", turned_away)?;

        self.later(|fake| fake.submit_foreign(LEAVE_TEMPLATE_ID, member::ZHANG_SAN))?;
        self.timeline.tell("张三", "asks for leave, in the same app of WeCom's")?;
        let foreign = self.next().await?;
        self.report(&foreign)?;
        self.timeline
            .expect("a form of another template is foreign", matches!(foreign.meaning, Meaning::Foreign))?;
        let unchanged = self.idaas.approvals() == known && known.len() == before.len() + 1;
        self.timeline.expect("the platform believes what it believed before", unchanged)?;
        Ok(())
    }
}

/// The query with every digit of the signature changed.
fn forge(query: &str) -> String {
    query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some(("msg_signature", signature)) => format!("msg_signature={}", "0".repeat(signature.len())),
            Some(_) | None => pair.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("&")
}
