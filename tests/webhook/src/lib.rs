//! A company with an approval endpoint of its own, as the provider that the conformance kit plays.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use conformance_kit::provider::{
    Delivery, Draft, Fact, Feature, Letter, Mistake, Person, Provider, Secrets, Stage, Tally, Turn,
};
use fake_webhook::{Answer, Approval, Company, EXAMPLE, Fault, NotAllowed, Setup, Verdict};
use host_harness::Settings;
use host_harness::clock::Clock;
use host_harness::outbound::SendError;
use serde_json::{Value, json};

mod letters;

/// Two approvers, and both have to agree.
const COMPANY: Setup = Setup { mode: "all", ..EXAMPLE };
const APPROVERS: [&str; 2] = ["li.si", "wang.wu"];

const ATTRIBUTE: &str = "userName";
const APPLICANT: &str = "zhang.san";
const APPLICANT_NAME: &str = "张三";
const REASON: &str = "季度对账";
const REFUSAL_CODE: &str = "no-cost-centre";
const REJECTION_COMMENT: &str = "too broad";
const ANOTHER_SECRET: &str = "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5IGJ5dGVz";

/// Forms that take three pages of two.
const MANY: usize = 5;

const SUBMIT: &str = "approval.submit";
const KINDS: [&str; 6] =
    ["time", SUBMIT, "approval.fetch", "approval.find", "approval.list", "connection.check"];

/// A company that speaks `webhook/PROTOCOL.md`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Webhook;

impl Provider for Webhook {
    fn id(&self) -> &'static str {
        "webhook"
    }

    fn lacks(&self) -> Vec<(Feature, &'static str)> {
        vec![
            (Feature::Receiver, "a message names an application; the company is whoever has the secret"),
            (Feature::AddressCheck, "Standard Webhooks has no check of an address"),
            (Feature::Tokens, "every message is signed by itself, and there are no access tokens"),
            (Feature::Members, "no message asks about members"),
            (Feature::KnownFields, "which fields a form needs is the company's to say, in its refusal"),
            (Feature::Templates, "a request names an application, and the company keeps no templates"),
            (Feature::TemplateMaking, "the company sets applications up by hand, and no message makes one"),
            (Feature::HeldSecrets, "an HMAC needs the secret where the body is made"),
        ]
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mistake = |key, value, code| Mistake { key, value, code };
        vec![
            mistake("endpoint", "approvals.example.com", "wrong-format"),
            mistake("endpoint", "https://approvals.example.com/?key=1", "wrong-format"),
            mistake("endpoint", "http://approvals.example.com", "not-allowed"),
            mistake("application", "my access", "wrong-format"),
            mistake("secret", "whsec_c2hvcnQ=", "wrong-length"),
            mistake("secret", "no base64!", "wrong-character"),
            mistake("secret", "", "missing"),
            mistake("previous-secret", "whsec_c2hvcnQ=", "wrong-length"),
            mistake("previous-secret", COMPANY.secret, "inconsistent"),
            mistake("user-attribute", "user name", "wrong-format"),
        ]
    }

    fn open(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        Box::new(WebhookStage(Company::new(COMPANY, move || clock.now().as_secs())))
    }
}

struct WebhookStage(Company);

impl fmt::Debug for WebhookStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl WebhookStage {
    fn newest(&self) -> Option<Approval> {
        self.0.approvals().pop()
    }

    /// Lets something happen to the newest approval.
    fn happens(&self, act: impl FnOnce(&Company, &str) -> Result<(), NotAllowed>) -> bool {
        self.newest().is_some_and(|approval| act(&self.0, &approval.id).is_ok())
    }

    fn becomes(&self, status: &str) -> bool {
        self.happens(|company, id| company.set_status(id, status))
    }

    fn submissions_fail(&self, fault: Fault) -> bool {
        self.0.fail(SUBMIT, fault);
        true
    }
}

fn account(values: &[&str], others: &[&str]) -> Value {
    let attribute = |name: &str, values: &[&str]| json!({ "name": name, "values": values });
    let others = others.iter().map(|name| attribute(name, &[APPLICANT]));
    let attributes: Vec<Value> = std::iter::once(attribute(ATTRIBUTE, values)).chain(others).collect();
    json!({ "id": "u-1", "display-name": APPLICANT_NAME, "attributes": attributes })
}

impl Stage for WebhookStage {
    fn settings(&self) -> Settings {
        Settings::new()
            .with("endpoint", "https://approvals.example.com/webhook")
            .with("application", COMPANY.application)
            .with("secret", COMPANY.secret)
    }

    fn settings_without_template(&self) -> Option<Settings> {
        None
    }

    fn account(&self, person: Person) -> Option<Value> {
        match person {
            Person::Mapped => Some(account(&[APPLICANT], &[])),
            Person::Empty => Some(account(&[], &[])),
            Person::Decoy => Some(account(&[""], &["username", "externalId", "mail", "employeeNumber"])),
            Person::Several => Some(account(&APPROVERS, &[])),
            // Who is a member, and active, nobody can ask.
            Person::Unknown | Person::Inactive => None,
        }
    }

    fn draft(&self, draft: Draft) -> Option<Value> {
        let step = |account: Value| json!({ "kind": "approval", "mode": "any", "accounts": [account] });
        let (mut applicant, mut route) = (account(&[APPLICANT], &[]), json!("template-flow"));
        match draft {
            Draft::Sound => {}
            Draft::WithSteps => route = json!({ "steps": [step(account(&["li.si"], &[]))] }),
            Draft::UnknownFields | Draft::InactiveApplicant | Draft::InactiveApprover => return None,
            Draft::UnmappedApplicant => applicant = account(&[], &[]),
            Draft::UnmappedPeople => {
                applicant = account(&[], &[]);
                route = json!({ "steps": [step(account(&APPROVERS, &[]))] });
            }
        }
        Some(json!({
            "applicant": applicant,
            "summary": [{ "en": "ERP, read only", "zh-cn": "ERP 只读角色" }],
            "fields": [{ "name": "reason", "content": { "single": { "text": REASON } } }],
            "route": route,
        }))
    }

    fn letters(&self, letter: Letter) -> Vec<Delivery> {
        letters::of(letter, &self.0)
    }

    fn turn(&self, turn: Turn) -> bool {
        let [first, second] = APPROVERS;
        match turn {
            Turn::FirstAgrees => self.happens(|company, id| company.act(id, first, Verdict::Agreed, "ok")),
            Turn::SecondAgrees => {
                self.happens(|company, id| company.act(id, second, Verdict::Agreed, "同意"))
            }
            Turn::Approved => self.happens(|company, id| {
                company.act(id, first, Verdict::Agreed, "ok")?;
                company.act(id, second, Verdict::Agreed, "同意")
            }),
            Turn::Rejected => {
                self.happens(|company, id| company.act(id, first, Verdict::Rejected, REJECTION_COMMENT))
            }
            Turn::Withdrawn => self.becomes("withdrawn"),
            Turn::Revoked => self.becomes("revoked"),
            Turn::Deleted => self.becomes("deleted"),
            Turn::CredentialChanges => {
                self.0.set_up(Setup { secret: ANOTHER_SECRET, ..COMPANY });
                true
            }
            Turn::SubmissionsRefused => self.submissions_fail(Fault::Status(
                422,
                r#"{"code": "no-cost-centre", "message": "name a cost centre"}"#,
            )),
            Turn::AnswersLost => self.submissions_fail(Fault::CutAfter),
            Turn::Busy => self.submissions_fail(Fault::Status(503, "busy")),
            Turn::Garbled => self.submissions_fail(Fault::Garbled("<html>please log in</html>")),
            Turn::Unreachable => {
                KINDS.iter().for_each(|kind| self.0.fail(kind, Fault::Unreachable));
                true
            }
            Turn::Well => {
                self.0.recover();
                true
            }
            Turn::ManyForms => {
                (0..MANY).for_each(|number| {
                    let _id = self.0.submit_by_hand(&format!("REQ-{number}"), APPLICANT);
                });
                true
            }
            Turn::TokensDie | Turn::TokensRefused | Turn::MemberJoins | Turn::TemplateGone => false,
        }
    }

    fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> {
        match self.0.handle(&request) {
            Answer::Response(response) => Ok(response),
            Answer::Unreachable => Err(SendError::Unreachable(String::from("connection refused"))),
            Answer::Cut => Err(SendError::Interrupted(String::from("connection cut"))),
        }
    }

    fn tally(&self) -> Tally {
        let journal = self.0.journal();
        Tally {
            requests: journal.len() as u64,
            submissions: journal.iter().filter(|entry| entry.kind == SUBMIT).count() as u64,
            forms: self.0.approvals().len() as u64,
            tokens: 0,
            templates: 0,
        }
    }

    fn fact(&self, fact: Fact) -> Option<String> {
        match fact {
            Fact::NewestForm => self.newest().map(|approval| approval.id),
            Fact::NoForm => Some(String::from("A-9999")),
            Fact::NewestKey => self.newest().map(|approval| approval.key),
            Fact::MappedMember => Some(APPLICANT.to_owned()),
            Fact::RefusalCode => Some(REFUSAL_CODE.to_owned()),
            Fact::RejectionComment => Some(REJECTION_COMMENT.to_owned()),
        }
    }

    fn forms(&self) -> Vec<String> {
        self.0.approvals().into_iter().map(|approval| approval.id).collect()
    }

    fn secrets(&self) -> Secrets {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        // The bytes are the same with the prefix and without.
        let bare = COMPANY.secret.trim_start_matches("whsec_");
        Secrets {
            anywhere: own(&[bare, letters::MARKER]),
            in_logs: own(&[APPLICANT, APPLICANT_NAME, REASON, REJECTION_COMMENT]),
        }
    }
}
