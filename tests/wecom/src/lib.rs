//! WeCom on a test's stage: what people enter and ask for, whoever sends callbacks, and the fake as the provider that the
//! conformance kit plays.
#![expect(clippy::unwrap_used, reason = "the example company is sound, and so is its fake")]

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use conformance_kit::provider::{
    Delivery, Draft, Fact, Feature, Letter, Mistake, Person, Provider, Secrets, Stage, Tally, Turn,
};
use fake_wecom::crypto::{AesKey, open};
use fake_wecom::setup::{control, member};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, Answer, CallFault, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, Effect, FakeWeCom,
    FaultPlan, Form, SECRET, Setup, Visible, When,
};
use host_harness::Settings;
use host_harness::clock::Clock;
use host_harness::outbound::SendError;
use serde_json::{Value, json};

mod letters;

pub mod event;
pub mod props;
pub mod recorded;
pub mod sender;

pub use conformance_kit::T0;

/// The address that the fake sees calls come from.
pub const EGRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));

const APPLY: &str = "oa/applyevent";
const REFUSAL: i64 = 301_056;
const REJECTION_COMMENT: &str = "too broad";
const REASON: &str = "季度对账";

/// The most numbers that WeCom lists at once.
const PAGE: usize = 100;

/// WeCom.
#[derive(Clone, Copy, Debug, Default)]
pub struct WeCom;

impl Provider for WeCom {
    fn id(&self) -> &'static str {
        "wecom"
    }

    fn lacks(&self) -> Vec<(Feature, &'static str)> {
        Vec::new()
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mistake = |key, value, code| Mistake { key, value, code };
        vec![
            mistake("corp-id", "wx 1", "wrong-format"),
            mistake("agent-id", "approval", "wrong-format"),
            mistake("sign-token", "no token!", "wrong-character"),
            mistake("aes-key", "short", "wrong-length"),
            mistake("associated-wecom-attribute", "mobile", "not-allowed"),
            mistake("associated-user-attribute", "", "missing"),
            mistake("field-map", "{", "wrong-format"),
            mistake("callback-window-seconds", "1", "out-of-range"),
            mistake("api-base-url", "http://wecom.example.com", "not-allowed"),
        ]
    }

    fn open(&self, clock: Arc<dyn Clock>) -> Box<dyn Stage> {
        let fake = FakeWeCom::new(Setup::example(), FakeClock(clock), 1);
        save_address(&fake);
        Box::new(WeComStage(fake))
    }
}

/// What the fake's answer is to a client.
///
/// # Errors
/// - [`SendError`]: the fake's plan leaves the client without an answer.
pub fn answer(answer: Answer) -> Result<http::Response<Bytes>, SendError> {
    match answer {
        Answer::Response(response) => Ok(response),
        Answer::Refused => Err(SendError::Unreachable(String::from("connection refused"))),
        Answer::Cut | Answer::CutShort(..) => Err(SendError::Interrupted(String::from("connection cut"))),
        // The client's patience ends before any delay that a scenario plans.
        Answer::Slow(..) | Answer::SlowBody(..) => {
            Err(SendError::Interrupted(String::from("no answer in time")))
        }
    }
}

/// Has the console save the callback address, as if the engine had answered its check.
fn save_address(fake: &FakeWeCom) {
    let check = fake.begin_save(props::receive_server()).unwrap();
    let query = check.uri().query().unwrap_or_default();
    let sealed = query.split('&').find_map(|pair| pair.strip_prefix("echostr=")).unwrap();
    let sealed = sealed.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    let echo = open(&AesKey::parse(EXAMPLE_AES_KEY).unwrap(), &sealed).unwrap();
    fake.finish_save(&http::Response::new(Bytes::from(echo.message))).unwrap();
}

struct FakeClock(Arc<dyn Clock>);

impl fake_wecom::Clock for FakeClock {
    fn now(&self) -> u64 {
        self.0.now().as_secs()
    }
}

/// The example company.
struct WeComStage(FakeWeCom);

impl fmt::Debug for WeComStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl WeComStage {
    fn newest(&self) -> Option<Form> {
        self.0.forms().pop()
    }

    /// Lets somebody act on the newest form.
    fn acts<E>(&self, act: impl FnOnce(&FakeWeCom, &str) -> Result<(), E>) -> bool {
        self.newest().is_some_and(|form| act(&self.0, &form.sp_no).is_ok())
    }

    fn fails(&self, path: &str, fault: CallFault) -> bool {
        self.0.set_faults(FaultPlan::none().on_call(path, When::Always, fault));
        true
    }

    fn reconfigures(&self, change: impl FnOnce(&mut Setup)) -> bool {
        self.0.reconfigure(change);
        true
    }
}

fn account(values: &[&str], others: &[&str]) -> Value {
    let attribute = |name: &str, values: &[&str]| json!({ "name": name, "values": values });
    let others = others.iter().map(|name| attribute(name, &[member::ZHANG_SAN]));
    let attributes: Vec<Value> = std::iter::once(attribute(props::ATTRIBUTE, values)).chain(others).collect();
    json!({ "id": "u-1", "display-name": "张三", "attributes": attributes })
}

impl Stage for WeComStage {
    fn settings(&self) -> Settings {
        props::settings()
    }

    fn settings_without_template(&self) -> Option<Settings> {
        Some(self.settings().without("template-id").without("field-map"))
    }

    fn account(&self, person: Person) -> Option<Value> {
        Some(match person {
            Person::Mapped => account(&[member::ZHANG_SAN], &[]),
            Person::Empty => account(&[], &[]),
            Person::Decoy => account(&[""], &["userId", "mobile", "email", "userName", "employeeNumber"]),
            Person::Several => account(&[member::ZHANG_SAN, member::LI_SI], &[]),
            Person::Unknown => account(&[member::OUT_OF_RANGE], &[]),
            Person::Inactive => account(&[member::DISABLED], &[]),
        })
    }

    fn draft(&self, draft: Draft) -> Option<Value> {
        let field = |name: &str, content: Value| json!({ "name": name, "content": { "single": content } });
        let step = |account: Value| json!({ "kind": "approval", "mode": "any", "accounts": [account] });
        let mut fields = vec![
            field("title", json!({ "text": "申请访问 ERP 只读角色" })),
            field("reason", json!({ "text": REASON })),
            field("application", json!({ "choices": ["ERP"] })),
        ];
        let (mut applicant, mut route) = (account(&[member::ZHANG_SAN], &[]), json!("template-flow"));
        match draft {
            Draft::Sound => {}
            Draft::WithSteps => route = json!({ "steps": [step(account(&[member::LI_SI], &[]))] }),
            Draft::UnknownFields => {
                fields.extend(["colour", "shape"].map(|name| field(name, json!({ "text": "red" }))));
            }
            Draft::UnmappedApplicant => applicant = account(&[], &[]),
            Draft::InactiveApplicant => applicant = account(&[member::DISABLED], &[]),
            Draft::InactiveApprover => {
                route = json!({ "steps": [step(account(&[member::DISABLED], &[]))] });
            }
            Draft::UnmappedPeople => {
                applicant = account(&[], &[]);
                route = json!({ "steps": [step(account(&[member::LI_SI, member::WANG_WU], &[]))] });
            }
        }
        Some(json!({
            "applicant": applicant,
            "summary": [{ "en": "ERP, read only", "zh-cn": "ERP 只读角色" }],
            "fields": fields,
            "route": route,
        }))
    }

    fn letters(&self, letter: Letter) -> Vec<Delivery> {
        letters::of(letter, &self.0)
    }

    fn turn(&self, turn: Turn) -> bool {
        match turn {
            Turn::FirstAgrees => self.acts(|fake, id| fake.agree(id, member::LI_SI, "ok")),
            Turn::SecondAgrees => self.acts(|fake, id| fake.agree(id, member::WANG_WU, "同意")),
            Turn::Approved => self.acts(|fake, id| {
                fake.agree(id, member::LI_SI, "ok")?;
                fake.agree(id, member::WANG_WU, "同意")
            }),
            Turn::Rejected => self.acts(|fake, id| fake.reject(id, member::LI_SI, REJECTION_COMMENT)),
            Turn::Withdrawn => self.acts(FakeWeCom::withdraw),
            Turn::Revoked => self.acts(FakeWeCom::revoke),
            Turn::Deleted => self.acts(FakeWeCom::delete),
            Turn::TokensDie => {
                self.0.revoke_tokens();
                true
            }
            Turn::TokensRefused => {
                let refuses = |plan: FaultPlan, path: &str| {
                    plan.on_call(path, When::Always, CallFault::ErrCode(40_014))
                };
                let paths = ["user/get", "oa/gettemplatedetail", APPLY];
                self.0.set_faults(paths.into_iter().fold(FaultPlan::none(), refuses));
                true
            }
            Turn::CredentialChanges => self.reconfigures(|setup| {
                setup.apps.iter_mut().for_each(|app| app.secret = fake_wecom::Secret::new("another-secret"));
            }),
            Turn::SubmissionsRefused => self.fails(APPLY, CallFault::ErrCode(REFUSAL)),
            Turn::AnswersLost => self.fails(APPLY, CallFault::CutAfterEffect),
            Turn::Busy => self.fails(APPLY, CallFault::Status(503, String::from("busy"))),
            Turn::Garbled => self.fails(APPLY, CallFault::Html),
            Turn::Unreachable => self.fails("*", CallFault::RefuseConnection),
            Turn::Well => {
                self.0.set_faults(FaultPlan::none());
                true
            }
            Turn::MemberJoins => self.reconfigures(|setup| {
                setup.apps.iter_mut().for_each(|app| app.visible = Visible::Everyone);
            }),
            Turn::TemplateGone => self.reconfigures(|setup| {
                setup.templates.retain(|template| template.id != ACCESS_TEMPLATE_ID);
            }),
            Turn::ManyForms => {
                let submit = |_| self.0.submit_foreign(ACCESS_TEMPLATE_ID, member::ZHANG_SAN).is_ok();
                (0..=2 * PAGE).all(submit)
            }
        }
    }

    fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, SendError> {
        answer(self.0.handle(request, EGRESS))
    }

    fn tally(&self) -> Tally {
        let calls = self.0.calls();
        let count = |which: fn(&fake_wecom::CallEntry) -> bool| {
            calls.iter().filter(|call| which(call)).count() as u64
        };
        Tally {
            requests: count(|_| true),
            submissions: count(|call| call.path == APPLY),
            forms: self.0.forms().len() as u64,
            tokens: count(|call| matches!(call.effect, Some(Effect::TokenIssued { .. }))),
            templates: self.0.setup().templates.len() as u64,
        }
    }

    fn fact(&self, fact: Fact) -> Option<String> {
        match fact {
            Fact::NewestForm => self.newest().map(|form| form.sp_no),
            Fact::NoForm => Some(String::from("209912310001")),
            Fact::NewestKey => {
                let form = self.newest()?;
                let filled = form.contents.iter().find(|content| content.id == control::REQUEST_NUMBER)?;
                filled.value.get("text").and_then(Value::as_str).map(str::to_owned)
            }
            Fact::MappedMember => Some(member::ZHANG_SAN.to_owned()),
            Fact::RefusalCode => Some(REFUSAL.to_string()),
            Fact::RejectionComment => Some(REJECTION_COMMENT.to_owned()),
        }
    }

    fn forms(&self) -> Vec<String> {
        let ours = |form: &Form| form.template_id == ACCESS_TEMPLATE_ID;
        self.0.forms().into_iter().filter(ours).map(|form| form.sp_no).collect()
    }

    fn secrets(&self) -> Secrets {
        let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Secrets {
            anywhere: own(&[SECRET, EXAMPLE_CALLBACK_TOKEN, EXAMPLE_AES_KEY, letters::MARKER]),
            in_logs: own(&[member::ZHANG_SAN, "张三", REASON, REJECTION_COMMENT]),
        }
    }
}
