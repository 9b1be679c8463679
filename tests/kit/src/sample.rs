//! The sample provider: the smallest protocol that has everything a case may need.
//!
//! It is what the engines that are wrong on purpose speak, and what an author of another engine may read first: a
//! provider for the kit is no more than this.
//!
//! ```text
//! callback   POST ?sent-at=N&nonce=X&signature=S   {"organisation": "...", "message": "<JSON>"}
//!            GET  ?sent-at=N&nonce=X&signature=S&echo=TEXT
//!            S = lower-case hex of HMAC-SHA256(callback-secret, "N\nX\n" and the message or the echo)
//! API        POST /token                 header x-api-secret      {"token": "...", "lifetime": 7200}
//!            GET  /members/ID?token=T                             {"id": "ann", "active": true}
//!            POST /forms?token=T         {"key", "template", "applicant", "approvers", "fields"}   {"id": "F-1"}
//!            GET  /forms/ID?token=T                               the approval, as in a message
//!            GET  /forms?token=T&key=K   GET /forms?token=T&from=N&to=N   {"ids": ["F-1"], "next": 2}
//!            POST /templates?token=T     {"name"}                         {"id": "T-made"}
//!            GET  /templates/ID?token=T                                   {"id": "T-access"}
//!            any  {"code": "E-...", "text": "..."}
//! ```
//!
//! Only the message is signed; the organisation beside it is for people. The receiver inside counts. A list goes on behind
//! `next`, given as `after`. No two templates have one name.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use host_harness::Settings;
use host_harness::clock::Clock;
use host_harness::outbound::SendError;
use serde_json::{Value, json};

use self::company::{Company, Form, Mood};
use crate::provider::{
    Delivery, Draft, Fact, Feature, Letter, Mistake, Person, Provider, Secrets, Stage, Tally, Turn,
};

mod api;
mod company;
mod letters;

const ORGANISATION: &str = "org-0001";
const CALLBACK_SECRET: &str = "callback-secret-of-the-sample-0123456789";
const API_SECRET: &str = "held-secret-of-the-sample-9876543210";
const TEMPLATE: &str = "T-access";
const ATTRIBUTE: &str = "sampleId";

/// What stands in messages and must not turn up in what an engine tells of them.
const MARKER: &str = "MARKER-OF-A-MESSAGE-BODY";

const REFUSAL_CODE: &str = "E-NO-BUDGET";
const REJECTION_COMMENT: &str = "not this quarter";

/// The sample provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample;

impl Provider for Sample {
    fn id(&self) -> &'static str {
        "sample"
    }

    fn lacks(&self) -> Vec<(Feature, &'static str)> {
        Vec::new()
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mistake = |key, value, code| Mistake { key, value, code };
        vec![
            mistake("organisation", "org 1", "wrong-format"),
            mistake("callback-secret", "short", "wrong-length"),
            mistake("directory-attribute", "", "missing"),
            mistake("template", "access", "wrong-format"),
        ]
    }

    fn open(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Box::new(SampleStage { company: Mutex::new(Company::default()), clock })
    }
}

/// One company that uses it.
struct SampleStage {
    company: Mutex<Company>,
    clock: Arc<dyn Clock>,
}

impl SampleStage {
    fn company(&self) -> MutexGuard<'_, Company> {
        self.company.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        self.clock.now().as_secs()
    }
}

fn account(display_name: &str, attributes: &[(&str, &[&str])]) -> Value {
    let attributes: Vec<Value> =
        attributes.iter().map(|(name, values)| json!({ "name": name, "values": values })).collect();
    json!({ "id": "u-1", "display-name": display_name, "attributes": attributes })
}

impl Stage for SampleStage {
    fn settings(&self) -> Settings {
        Settings::new()
            .with("organisation", ORGANISATION)
            .with("callback-secret", CALLBACK_SECRET)
            .with("api-secret", API_SECRET)
            .with("directory-attribute", ATTRIBUTE)
            .with("template", TEMPLATE)
    }

    fn settings_without_template(&self) -> Option<Settings> {
        Some(self.settings().without("template"))
    }

    fn account(&self, person: Person) -> Option<Value> {
        Some(match person {
            Person::Mapped => account("Ann Applicant", &[(ATTRIBUTE, &["ann"])]),
            Person::Empty => account("Ann Applicant", &[(ATTRIBUTE, &[])]),
            Person::Decoy => account(
                "ann",
                &[(ATTRIBUTE, &[""]), ("mail", &["ann"]), ("phone", &["ann"]), ("userName", &["ann"])],
            ),
            Person::Several => account("Ann Applicant", &[(ATTRIBUTE, &["ann", "bob"])]),
            Person::Unknown => account("Nora Newcomer", &[(ATTRIBUTE, &["nora"])]),
            Person::Inactive => account("Ivan Idle", &[(ATTRIBUTE, &["ivan"])]),
        })
    }

    fn draft(&self, draft: Draft) -> Option<Value> {
        let text =
            |name: &str, value: &str| json!({ "name": name, "content": { "single": { "text": value } } });
        let mut fields = vec![text("title", "Read access to ERP"), text("reason", "The quarter ends")];
        let step = |person| json!({ "kind": "approval", "mode": "all", "accounts": [self.account(person)] });
        let (mut applicant, mut route) = (Person::Mapped, json!("template-flow"));
        match draft {
            Draft::Sound => {}
            Draft::WithSteps => route = json!({ "steps": [step(Person::Mapped)] }),
            Draft::UnknownFields => fields.extend([text("colour", "red"), text("shape", "round")]),
            Draft::UnmappedApplicant => applicant = Person::Empty,
            Draft::InactiveApplicant => applicant = Person::Inactive,
            Draft::InactiveApprover => route = json!({ "steps": [step(Person::Inactive)] }),
            Draft::UnmappedPeople => {
                applicant = Person::Empty;
                route = json!({ "steps": [step(Person::Several)] });
            }
        }
        Some(json!({
            "applicant": self.account(applicant),
            "summary": [{ "en": "ERP", "zh-cn": "ERP" }],
            "fields": fields,
            "route": route,
        }))
    }

    fn letters(&self, letter: Letter) -> Vec<Delivery> {
        letters::of(letter, self.now(), &mut self.company())
    }

    fn turn(&self, turn: Turn) -> bool {
        let now = self.now();
        let mut company = self.company();
        match turn {
            Turn::FirstAgrees => company.agree("bob", "", now),
            Turn::SecondAgrees => company.agree("carol", "fine", now),
            Turn::Approved => company.agree("bob", "", now) && company.agree("carol", "fine", now),
            Turn::Rejected => company.reject("bob", REJECTION_COMMENT, now),
            Turn::Withdrawn => company.change("withdrawn", "withdrawn", now),
            Turn::Revoked => company.change("revoked", "revoked", now),
            Turn::Deleted => company.change("deleted", "other", now),
            Turn::TokensDie => company.tokens_die(),
            Turn::TokensRefused => company.feel(Mood::RefusesTokens),
            Turn::CredentialChanges => company.change_credential(),
            Turn::SubmissionsRefused => company.feel(Mood::Refuses),
            Turn::AnswersLost => company.feel(Mood::LosesAnswers),
            Turn::Busy => company.feel(Mood::Busy),
            Turn::Garbled => company.feel(Mood::Garbles),
            Turn::Unreachable => company.feel(Mood::Unreachable),
            Turn::Well => company.feel(Mood::Well),
            Turn::MemberJoins => company.join("nora"),
            Turn::TemplateGone => company.delete_template(TEMPLATE),
            Turn::ManyForms => {
                (0..=2 * api::PAGE).for_each(|number| {
                    company.add(&format!("REQ-{number}"), TEMPLATE, "ann", now);
                });
                true
            }
        }
    }

    fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> {
        api::answer(&mut self.company(), &request, self.now())
    }

    fn tally(&self) -> Tally {
        self.company().tally()
    }

    fn fact(&self, fact: Fact) -> Option<String> {
        let company = self.company();
        let newest = |field: fn(&Form) -> &String| company.newest().map(|form| field(form).clone());
        match fact {
            Fact::NewestForm => newest(|form| &form.id),
            Fact::NewestKey => newest(|form| &form.key),
            Fact::NoForm => Some(String::from("F-9999")),
            Fact::MappedMember => Some(String::from("ann")),
            Fact::RefusalCode => Some(String::from(REFUSAL_CODE)),
            Fact::RejectionComment => Some(String::from(REJECTION_COMMENT)),
        }
    }

    fn forms(&self) -> Vec<String> {
        self.company().forms.iter().map(|form| form.id.clone()).collect()
    }

    fn secrets(&self) -> Secrets {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Secrets {
            anywhere: own(&[CALLBACK_SECRET, API_SECRET, MARKER]),
            in_logs: own(&["Ann Applicant", "The quarter ends", REJECTION_COMMENT]),
        }
    }
}
