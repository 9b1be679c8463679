//! The story: from a mistake in the settings to a grant that is taken back.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::Instant;

use fake_wecom::setup::{control, member};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, AGENT_ID, ActionRefused, CORP_ID, CallOutcome, EXAMPLE_AES_KEY,
    EXAMPLE_CALLBACK_TOKEN, FakeWeCom, LEAVE_TEMPLATE_ID, ReceiveServer, SECRET, Secret, serve,
};
use host_harness::contract::{
    Account, Attribute, Content, Depth, Event, FieldContent, FormField, MappingProblem, MappingProblemKind,
    Member, Operation, Route, Status, SubmissionRequest, Text,
};
use host_harness::outbound::https::Https;
use host_harness::{ApprovalEngine, Grant, Settings, Tenant};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

use super::clock::DemoClock;
use super::idaas::{Idaas, Meaning, Seen};
use super::post::{PATIENCE, post};
use super::timeline::{Timeline, word};
use crate::error::CliError;

/// The demo's cast and props.
pub(super) struct Story {
    timeline: Timeline,
    fake: FakeWeCom,
    clock: DemoClock,
    wecom: String,
    callback_url: String,
    tenant: Tenant,
    idaas: Idaas,
    seen: UnboundedReceiver<Seen>,
    outbound: Https,
}

impl Story {
    pub(super) fn new(
        engine: ApprovalEngine,
        fake: FakeWeCom,
        clock: DemoClock,
        wecom: SocketAddr,
        host: TcpListener,
    ) -> Result<Self, CliError> {
        let wecom = format!("http://{wecom}");
        let callback_url = format!("http://{}/callback/acme", host.local_addr()?);
        let tenant = engine.tenant("acme", &settings(&wecom), &loopback());
        let (idaas, seen) = Idaas::new(tenant.clone(), clock.clone());
        tokio::spawn(idaas.clone().serve(host));
        Ok(Self {
            timeline: Timeline::default(),
            fake,
            clock,
            wecom,
            callback_url,
            tenant,
            idaas,
            seen,
            outbound: Https::new()?,
        })
    }

    /// Tells it all. `false` when a step came out otherwise than expected.
    pub(super) async fn tell(&mut self) -> Result<bool, CliError> {
        self.introduce()?;
        self.configure_with_mistakes().await?;
        self.configure().await?;
        self.verify_address().await?;
        self.resolve().await?;
        let approved = self.approve_by_two().await?;
        self.reject().await?;
        self.withdraw().await?;
        self.revoke(&approved).await?;
        self.turn_away().await?;
        self.sum_up()?;
        Ok(self.timeline.finish()?)
    }

    fn introduce(&self) -> io::Result<()> {
        let engine = self.tenant.engine();
        let description = engine.description();
        let mut out = io::stdout().lock();
        writeln!(out, "An access request's way through WeCom, over HTTP on this machine.\n")?;
        writeln!(
            out,
            "    engine         {} {}, {} bytes",
            description.id,
            description.version,
            engine.size()
        )?;
        writeln!(out, "    imports        {}", engine.imports().join(", "))?;
        writeln!(out, "    fake WeCom     {}", self.wecom)?;
        writeln!(out, "    callbacks to   {}", self.callback_url)
    }

    async fn configure_with_mistakes(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The administrator saves settings with mistakes")?;
        let mistaken = settings(&self.wecom)
            .with("aes-key", EXAMPLE_AES_KEY.trim_end_matches('8'))
            .with("agent-id", "approval")
            .with("corp_id", CORP_ID);
        let tenant = self.tenant.engine().tenant("acme", &mistaken, &loopback());
        let started = Instant::now();
        let problems = tenant.configure().await?.err().unwrap_or_default();
        self.timeline.engine("configure", started.elapsed(), format_args!("{} problems", problems.len()))?;
        for problem in &problems {
            let (sentence, remedy) = (&problem.sentence.en, &problem.remedy.en);
            self.timeline.tell("", format_args!("{} [{}] {sentence}", problem.key, problem.code))?;
            self.timeline.tell("", format_args!("  → {remedy}"))?;
        }
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        self.timeline
            .expect("all three mistakes are told at once", keys == ["agent-id", "aes-key", "corp_id"])?;
        Ok(())
    }

    async fn configure(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The administrator corrects and saves them")?;
        let started = Instant::now();
        let configured = self.tenant.configure().await?;
        let took = started.elapsed();
        match &configured {
            Ok(configured) => {
                let fingerprint = configured.fingerprint.get(..12).unwrap_or_default();
                self.timeline.engine("configure", took, format_args!("ready, fingerprint {fingerprint}…"))?;
                for line in configured.summary.iter().filter(|line| line.key != "field-map") {
                    self.timeline.tell("", format_args!("{:<28} {}", line.key, line.value))?;
                }
            }
            Err(problems) => {
                self.timeline.engine("configure", took, format_args!("{} problems", problems.len()))?;
            }
        }
        let kept = configured.as_ref().is_ok_and(|configured| {
            !configured.summary.iter().any(|line| line.value == SECRET || line.value == EXAMPLE_AES_KEY)
        });
        self.timeline.expect("saved, and the summary shows no secret", kept)?;
        Ok(())
    }

    async fn verify_address(&mut self) -> Result<(), CliError> {
        self.timeline
            .chapter("The administrator pastes the callback address into WeCom, which calls it at once")?;
        let server = ReceiveServer {
            url: self.callback_url.clone(),
            token: Secret::new(EXAMPLE_CALLBACK_TOKEN),
            aes_key: Secret::new(EXAMPLE_AES_KEY),
            templates: BTreeSet::from([ACCESS_TEMPLATE_ID.to_owned(), LEAVE_TEMPLATE_ID.to_owned()]),
        };
        let saved = serve::save_receive_server(&self.fake, server).await;
        let seen = self.next().await?;
        self.report(&seen)?;
        self.timeline
            .tell("WeCom", saved.as_ref().map_or_else(ToString::to_string, |()| "address saved".into()))?;
        let verified = matches!(seen.meaning, Meaning::Verified) && saved.is_ok();
        self.timeline.expect("WeCom accepts the address", verified)?;
        Ok(())
    }

    async fn resolve(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("Accounts are resolved to members, through the configured attribute alone")?;
        let started = Instant::now();
        let found = self.tenant.resolve_user(&account("u-1", "张三", "ZHANG.SAN"), Depth::Confirmed).await?;
        let took = started.elapsed();
        self.timeline.engine("resolve-user", took, resolved("u-1", &found))?;
        let expected = found.is_ok_and(|member| member.id == member::ZHANG_SAN && member.confirmed);
        self.timeline.expect("confirmed, in WeCom's own spelling", expected)?;

        let started = Instant::now();
        let left =
            self.tenant.resolve_user(&account("u-9", "钱停", member::DISABLED), Depth::Confirmed).await?;
        self.timeline.engine("resolve-user", started.elapsed(), resolved("u-9", &left))?;
        let problem = left.err();
        if let Some(problem) = &problem {
            let (applicant, administrator) = (&problem.for_applicant.en, &problem.for_administrator.en);
            self.timeline.tell("", format_args!("for the applicant: {applicant}"))?;
            self.timeline.tell("", format_args!("for the administrator: {administrator}"))?;
        }
        let inactive = problem.is_some_and(|problem| problem.kind == MappingProblemKind::Inactive);
        self.timeline.expect("a disabled member is told to both readers", inactive)?;
        Ok(())
    }

    async fn approve_by_two(&mut self) -> Result<String, CliError> {
        self.timeline.chapter("张三 asks for access; two approvers agree")?;
        let id = self.submit("REQ-2026-0001").await?;
        self.later(|fake| fake.agree(&id, member::LI_SI, "ok for me"))?;
        let first = self.news().await?;
        self.timeline.expect(
            "one of two has agreed: still pending",
            first.operation == Operation::Agreed && first.approval.status == Status::Pending,
        )?;
        self.later(|fake| fake.agree(&id, member::WANG_WU, "同意"))?;
        let second = self.news().await?;
        self.timeline.expect(
            "both have agreed: approved, and the event says by whom",
            second.approval.status == Status::Approved && second.actor.as_deref() == Some(member::WANG_WU),
        )?;
        Ok(id)
    }

    async fn reject(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("A second request is rejected")?;
        let id = self.submit("REQ-2026-0002").await?;
        self.later(|fake| fake.reject(&id, member::LI_SI, "too broad"))?;
        let event = self.news().await?;
        self.timeline.expect(
            "rejected, with the approver's words",
            event.approval.status == Status::Rejected && event.comment == "too broad",
        )?;
        Ok(())
    }

    async fn withdraw(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("The applicant withdraws a third")?;
        let id = self.submit("REQ-2026-0003").await?;
        self.later(|fake| fake.withdraw(&id))?;
        let event = self.news().await?;
        self.timeline.expect("withdrawn", event.approval.status == Status::Withdrawn)?;
        Ok(())
    }

    async fn revoke(&mut self, approved: &str) -> Result<(), CliError> {
        self.timeline.chapter("The first is revoked after its approval: the grant must go")?;
        self.later(|fake| fake.revoke(approved))?;
        let event = self.news().await?;
        self.timeline.expect("revoked, which is not rejected", event.approval.status == Status::Revoked)?;
        Ok(())
    }

    async fn turn_away(&mut self) -> Result<(), CliError> {
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

    fn sum_up(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("What each side holds in the end")?;
        for (id, status) in self.idaas.approvals() {
            self.timeline.tell("platform", format_args!("{id} {}", word(&status)))?;
        }
        for form in self.fake.forms() {
            self.timeline.tell("WeCom", format_args!("{} {}", form.sp_no, word(&form.status)))?;
        }
        let calls = self.fake.calls();
        for path in calls.iter().map(|call| call.path.as_str()).collect::<BTreeSet<_>>() {
            let all: Vec<_> = calls.iter().filter(|call| call.path == path).collect();
            let refused = all
                .iter()
                .filter(|call| !matches!(call.outcome, CallOutcome::Answered { errcode: Some(0), .. }))
                .count();
            self.timeline.tell("WeCom", format_args!("{path:<24} {} calls, {refused} refused", all.len()))?;
        }
        self.timeline.expect("one token served every call", self.fake.calls_to("gettoken").len() == 1)?;
        let submitted = self.fake.calls_to("oa/applyevent").len();
        self.timeline.expect("one form for one request", submitted == self.idaas.approvals().len())?;
        Ok(())
    }

    /// Keeps going until Ctrl-C, with one more request to decide on.
    pub(super) async fn pause(&mut self) -> Result<(), CliError> {
        self.timeline.chapter("Your turn")?;
        let id = self.submit("REQ-2026-0005").await?;
        self.timeline.tell("you", format_args!("open {}/ and tap Agree or Reject on {id}", self.wecom))?;
        self.timeline.tell("", "Ctrl-C ends the demo")?;
        loop {
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
                seen = self.seen.recv() => match seen {
                    Some(seen) => self.report(&seen)?,
                    None => return Ok(()),
                },
            }
        }
    }

    /// A minute later, somebody does something in WeCom.
    fn later<T>(&self, act: impl FnOnce(&FakeWeCom) -> Result<T, ActionRefused>) -> Result<T, CliError> {
        self.clock.skip(60);
        act(&self.fake).map_err(|refused| CliError::Demo(format!("the fake WeCom refused an act: {refused}")))
    }

    /// Submits a request and sees WeCom's news of it.
    async fn submit(&mut self, number: &str) -> Result<String, CliError> {
        let started = Instant::now();
        let submitted = self.tenant.submit(&request(number)).await?;
        let took = started.elapsed();
        let submission = submitted
            .map_err(|problem| CliError::Demo(format!("{number} was not submitted: {problem:?}")))?;
        let id = submission.approval_id;
        self.timeline.engine("submit", took, format_args!("{number} is approval {id}"))?;
        let event = self.news().await?;
        if event.operation != Operation::Submitted || event.approval.approval_id != id {
            self.timeline.expect("WeCom's first news is of the submission", false)?;
        }
        Ok(id)
    }

    /// The next callback's event, told.
    async fn news(&mut self) -> Result<Event, CliError> {
        let seen = self.next().await?;
        self.report(&seen)?;
        let Meaning::News(events) = seen.meaning else {
            return Err(CliError::Demo(format!("expected news and got {:?}", seen.meaning)));
        };
        events.into_iter().next().ok_or_else(|| CliError::Demo(String::from("a callback without news")))
    }

    async fn next(&mut self) -> Result<Seen, CliError> {
        tokio::time::timeout(PATIENCE, self.seen.recv())
            .await
            .ok()
            .flatten()
            .ok_or_else(|| CliError::Demo(String::from("no callback arrived in time")))
    }

    fn report(&self, seen: &Seen) -> io::Result<()> {
        let what = match &seen.meaning {
            Meaning::Verified => String::from("address verified"),
            Meaning::News(events) => events.iter().map(sentence).collect::<Vec<_>>().join("; "),
            Meaning::KnownAlready => String::from("known already, nothing changes"),
            Meaning::Foreign => String::from("foreign, only counted"),
            Meaning::Ignored(kind) => format!("ignored: {kind}"),
            Meaning::Refused(reason) => format!("refused: {reason}"),
            Meaning::Failed(reason) => format!("no verdict: {reason}"),
        };
        self.timeline.engine("handle-callback", seen.took, format_args!("{what} → {}", seen.status))
    }
}

fn resolved(account: &str, answer: &Result<Member, MappingProblem>) -> String {
    match answer {
        Ok(Member { id, confirmed: true }) => format!("account {account} is {id}, confirmed"),
        Ok(Member { id, confirmed: false }) => format!("account {account} is {id}, not confirmed"),
        Err(problem) => format!("account {account}: {}", word(&problem.kind)),
    }
}

fn sentence(event: &Event) -> String {
    let actor = event.actor.as_deref().unwrap_or("somebody");
    let words = if event.comment.is_empty() { String::new() } else { format!(" “{}”", event.comment) };
    let (operation, status) = (word(&event.operation), word(&event.approval.status));
    format!("{actor} {operation}{words}: {} is {status}", event.approval.approval_id)
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

fn loopback() -> Grant {
    Grant { loopback: true, ..Grant::default() }
}

fn settings(wecom: &str) -> Settings {
    let map = serde_json::json!({
        "title": control::TITLE,
        "reason": control::REASON,
        "application": control::APPLICATION,
        "details": control::DETAILS,
        "link": control::LINK,
        "request-number": control::REQUEST_NUMBER,
        "expires": control::EXPIRES,
    });
    Settings::new()
        .with("corp-id", CORP_ID)
        .with("agent-id", AGENT_ID.to_string())
        .with("secret", SECRET)
        .with("sign-token", EXAMPLE_CALLBACK_TOKEN)
        .with("aes-key", EXAMPLE_AES_KEY)
        .with("associated-wecom-attribute", "userId")
        .with("associated-user-attribute", "wecomUserId")
        .with("template-id", ACCESS_TEMPLATE_ID)
        .with("field-map", map.to_string())
        .with("api-base-url", wecom)
}

fn account(id: &str, name: &str, user_id: &str) -> Account {
    Account {
        id: id.to_owned(),
        display_name: name.to_owned(),
        attributes: vec![Attribute { name: String::from("wecomUserId"), values: vec![user_id.to_owned()] }],
    }
}

fn request(number: &str) -> SubmissionRequest {
    let text = |name: &str, value: &str| FormField {
        name: name.to_owned(),
        content: FieldContent::Single(Content::Text(value.to_owned())),
    };
    SubmissionRequest {
        idempotency_key: number.to_owned(),
        applicant: account("u-1", "张三", member::ZHANG_SAN),
        department: None,
        summary: vec![Text { en: String::from("ERP, read only"), zh_cn: String::from("ERP 只读角色") }],
        fields: vec![
            text("title", "申请访问 ERP 只读角色"),
            text("reason", "quarter-end reconciliation\n季度对账"),
            FormField {
                name: String::from("application"),
                content: FieldContent::Single(Content::Choices(vec![String::from("ERP")])),
            },
        ],
        route: Route::TemplateFlow,
    }
}
