//! What happens in the company: forms, approvers, news.

use serde_json::{Value, json};

use super::{MARKER, ORGANISATION, TEMPLATE};
use crate::provider::Tally;

/// A form.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) id: String,
    pub(super) key: String,
    template: String,
    pub(super) applicant: String,
    pub(super) submitted_at: u64,
    status: &'static str,
    approvers: Vec<Approver>,
}

#[derive(Clone, Debug)]
struct Approver {
    member: &'static str,
    verdict: &'static str,
    comment: &'static str,
    acted_at: Option<u64>,
}

impl Form {
    /// The approval, as messages and answers tell it.
    pub(super) fn tell(&self) -> Value {
        let approvers: Vec<Value> = self
            .approvers
            .iter()
            .map(|one| {
                json!({
                    "member": one.member,
                    "verdict": one.verdict,
                    "comment": one.comment,
                    "acted-at": one.acted_at,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "template": self.template,
            "title": "Access",
            "status": self.status,
            "applicant": self.applicant,
            "submitted-at": self.submitted_at,
            "approvers": approvers,
            "notified": ["dora"],
        })
    }
}

/// What forms are made from.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) id: String,
    name: String,
}

/// How the provider feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    RefusesTokens,
    Refuses,
    LosesAnswers,
    Busy,
    Garbles,
    Unreachable,
}

/// A company.
#[derive(Debug)]
pub(super) struct Company {
    pub(super) forms: Vec<Form>,
    pub(super) templates: Vec<Template>,
    pub(super) mood: Mood,
    /// Messages that nobody has been told yet.
    pub(super) news: Vec<Value>,
    pub(super) credential_changed: bool,
    /// Nonces given out: no two letters have the same.
    pub(super) nonces: u64,
    newcomers: Vec<&'static str>,
    live_tokens: Vec<String>,
    tally: Tally,
}

impl Default for Company {
    /// With the template of the settings.
    fn default() -> Self {
        Self {
            forms: Vec::new(),
            templates: vec![Template { id: TEMPLATE.to_owned(), name: String::from("Access") }],
            mood: Mood::Well,
            news: Vec::new(),
            credential_changed: false,
            nonces: 0,
            newcomers: Vec::new(),
            live_tokens: Vec::new(),
            tally: Tally { templates: 1, ..Tally::default() },
        }
    }
}

impl Company {
    pub(super) fn newest(&self) -> Option<&Form> {
        self.forms.last()
    }

    pub(super) const fn tally(&self) -> Tally {
        self.tally
    }

    pub(super) fn requested(&mut self) {
        self.tally.requests += 1;
    }

    /// Whether this is a member, and an active one.
    pub(super) fn member(&self, id: &str) -> Option<bool> {
        match id {
            "ann" | "bob" | "carol" | "dora" => Some(true),
            "ivan" => Some(false),
            newcomer => self.newcomers.contains(&newcomer).then_some(true),
        }
    }

    pub(super) fn issue_token(&mut self) -> String {
        self.tally.tokens += 1;
        let token = format!("token-{:04}-of-the-sample", self.tally.tokens);
        self.live_tokens.push(token.clone());
        token
    }

    pub(super) fn accepts(&self, token: &str) -> bool {
        self.mood != Mood::RefusesTokens && self.live_tokens.iter().any(|live| live == token)
    }

    /// A request that would make a form has come.
    pub(super) const fn submission_came(&mut self) {
        self.tally.submissions += 1;
    }

    /// `None` when the name is taken.
    pub(super) fn make_template(&mut self, name: &str) -> Option<String> {
        if self.templates.iter().any(|template| template.name == name) {
            return None;
        }
        self.tally.templates += 1;
        let id = format!("T-made{}", "x".repeat(self.templates.len()));
        self.templates.push(Template { id: id.clone(), name: name.to_owned() });
        Some(id)
    }

    pub(super) fn delete_template(&mut self, id: &str) -> bool {
        self.templates.retain(|template| template.id != id);
        true
    }

    pub(super) fn add(&mut self, key: &str, template: &str, applicant: &str, now: u64) -> String {
        self.tally.forms += 1;
        let approver = |member| Approver { member, verdict: "pending", comment: "", acted_at: None };
        let form = Form {
            id: format!("F-{:04}", self.tally.forms),
            key: key.to_owned(),
            template: template.to_owned(),
            applicant: applicant.to_owned(),
            submitted_at: now,
            status: "pending",
            approvers: vec![approver("bob"), approver("carol")],
        };
        let id = form.id.clone();
        self.news.push(message(form.tell(), "submitted", applicant, "", now));
        self.forms.push(form);
        id
    }

    /// Both have to.
    pub(super) fn agree(&mut self, member: &str, comment: &'static str, now: u64) -> bool {
        self.act(member, "agreed", comment, now, |form| {
            if form.approvers.iter().all(|one| one.verdict == "agreed") {
                form.status = "approved";
            }
        })
    }

    /// One is enough.
    pub(super) fn reject(&mut self, member: &str, comment: &'static str, now: u64) -> bool {
        self.act(member, "rejected", comment, now, |form| form.status = "rejected")
    }

    fn act(
        &mut self,
        member: &str,
        verdict: &'static str,
        comment: &'static str,
        now: u64,
        decide: impl FnOnce(&mut Form),
    ) -> bool {
        let Some(form) = self.forms.last_mut() else { return false };
        let Some(approver) = form.approvers.iter_mut().find(|one| one.member == member) else { return false };
        (approver.verdict, approver.comment, approver.acted_at) = (verdict, comment, Some(now));
        decide(form);
        self.news.push(message(form.tell(), verdict, member, comment, now));
        true
    }

    pub(super) fn change(&mut self, status: &'static str, operation: &str, now: u64) -> bool {
        let Some(form) = self.forms.last_mut() else { return false };
        form.status = status;
        let told = form.tell();
        self.news.push(message(told, operation, "", "", now));
        true
    }

    pub(super) fn tokens_die(&mut self) -> bool {
        self.live_tokens.clear();
        true
    }

    pub(super) const fn change_credential(&mut self) -> bool {
        self.credential_changed = true;
        true
    }

    pub(super) const fn feel(&mut self, mood: Mood) -> bool {
        self.mood = mood;
        true
    }

    pub(super) fn join(&mut self, member: &'static str) -> bool {
        self.newcomers.push(member);
        true
    }
}

/// A message about an approval.
pub(super) fn message(approval: Value, operation: &str, by: &str, comment: &str, at: u64) -> Value {
    json!({
        "receiver": ORGANISATION,
        "kind": "approval-changed",
        "approval": approval,
        "operation": operation,
        "by": by,
        "comment": comment,
        "at": at,
        "remark": MARKER,
    })
}
