//! Submitting through the compiled engine: what WeCom gets, and what is checked before it gets anything.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use conformance::props::{account, request, settings, steps, text};
use conformance::{World, props};
use fake_wecom::setup::{control, member, option};
use fake_wecom::template::{Control, ControlKind};
use fake_wecom::{ACCESS_TEMPLATE_ID, CORP_ID, Effect, Setup};
use host_harness::Settings;
use host_harness::contract::{
    Content, FieldContent, FieldProblem, FormField, MappingProblemKind, Member, Route, RouteStep, StepKind,
    StepMode, Submission, SubmissionRequest, SubmitProblem, Text,
};
use serde_json::{Value, json};

async fn submit(world: &World, request: &SubmissionRequest) -> Result<Submission, SubmitProblem> {
    world.tenant().submit(request).await.unwrap()
}

/// Submits with other settings.
async fn submit_with(world: &World, settings: &Settings) -> Result<Submission, SubmitProblem> {
    world.tenant_with("acme", settings).submit(&request("REQ-1")).await.unwrap()
}

/// Name and code of each problem.
fn named(problems: &[FieldProblem]) -> Vec<(&str, &str)> {
    problems.iter().map(|problem| (problem.name.as_str(), problem.code.as_str())).collect()
}

#[track_caller]
fn invalid(result: Result<Submission, SubmitProblem>) -> Vec<FieldProblem> {
    match result {
        Err(SubmitProblem::Invalid(problems)) => problems,
        other => panic!("not invalid: {other:?}"),
    }
}

#[track_caller]
fn drift(result: Result<Submission, SubmitProblem>) -> Vec<FieldProblem> {
    match result {
        Err(SubmitProblem::TemplateDrift(problems)) => problems,
        other => panic!("no drift: {other:?}"),
    }
}

/// The body of the only applyevent.
#[track_caller]
fn sent(world: &World) -> Value {
    let mut calls = world.fake.calls_to("oa/applyevent");
    assert_eq!(calls.len(), 1);
    calls.remove(0).body.unwrap()
}

#[track_caller]
fn nothing_was_submitted(world: &World) {
    assert_eq!(world.fake.calls_to("oa/applyevent"), []);
    assert_eq!(world.fake.forms(), []);
}

/// The contents of [`request`], in the order of the template's controls.
fn contents(number: &str) -> Value {
    json!([
        { "control": "Text", "id": control::TITLE, "value": { "text": "申请访问 ERP 只读角色" } },
        { "control": "Textarea", "id": control::REASON, "value": { "text": "季度对账" } },
        { "control": "Selector", "id": control::APPLICATION, "value": {
            "selector": { "type": "single", "options": [{ "key": option::ERP }] },
        } },
        { "control": "Text", "id": control::REQUEST_NUMBER, "value": { "text": number } },
    ])
}

fn summary() -> Value {
    json!([{ "summary_info": [
        { "text": "ERP 只读角色", "lang": "zh_CN" },
        { "text": "ERP, read only", "lang": "en" },
    ] }])
}

#[tokio::test]
async fn the_templates_own_flow_makes_exactly_this_form() {
    let world = World::new().await;

    let submission = submit(&world, &request("REQ-2026-0001")).await.unwrap();

    assert_eq!(
        sent(&world),
        json!({
            "creator_userid": member::ZHANG_SAN,
            "template_id": ACCESS_TEMPLATE_ID,
            "use_template_approver": 1,
            "apply_data": { "contents": contents("REQ-2026-0001") },
            "summary_list": summary(),
        })
    );
    let form = world.fake.forms().remove(0);
    assert_eq!(submission.approval_id, form.sp_no);
    assert_eq!(submission.applicant, Member { id: String::from(member::ZHANG_SAN), confirmed: true });
    assert_eq!(submission.warnings, []);
}

#[tokio::test]
async fn a_flow_of_steps_makes_exactly_this_process() {
    let world = World::new().await;
    let step = |kind, mode, ids: &[&str]| RouteStep {
        kind,
        mode,
        accounts: ids.iter().map(|id| account(&[id])).collect(),
    };
    let route = Route::Steps(vec![
        step(StepKind::Approval, StepMode::All, &["lisi", member::WANG_WU, "LISI"]),
        step(StepKind::Approval, StepMode::Any, &[member::SEC_CHEN, member::LI_SI]),
        step(StepKind::Approval, StepMode::Sequential, &[member::SEC_CHEN, member::WANG_WU]),
        step(StepKind::Handling, StepMode::Any, &[member::OPS_ZHAO]),
        step(StepKind::Notification, StepMode::Unspecified, &[member::AUDIT]),
    ]);
    let request = SubmissionRequest { route, department: Some(String::from("12")), ..request("REQ-1") };

    submit(&world, &request).await.unwrap();

    let body = sent(&world);
    assert_eq!(body.pointer("/use_template_approver"), Some(&json!(0)));
    assert_eq!(body.pointer("/choose_department"), Some(&json!(12)));
    assert_eq!(
        body.pointer("/process/node_list"),
        Some(&json!([
            { "type": 1, "apv_rel": 1, "userid": [member::LI_SI, member::WANG_WU] },
            { "type": 1, "apv_rel": 2, "userid": [member::SEC_CHEN, member::LI_SI] },
            { "type": 1, "apv_rel": 3, "userid": [member::SEC_CHEN, member::WANG_WU] },
            { "type": 3, "apv_rel": 2, "userid": [member::OPS_ZHAO] },
            { "type": 2, "userid": [member::AUDIT] },
        ]))
    );
    // Each member was confirmed once.
    assert_eq!(world.fake.calls_to("user/get").len(), 6);
}

#[tokio::test]
async fn the_form_carries_the_idempotency_key_where_the_field_map_says() {
    let world = World::new().await;
    let key = "aZ0._:-".repeat(9);

    submit(&world, &request(&key)).await.unwrap();

    let form = world.fake.forms().remove(0);
    let number = form.contents.iter().find(|content| content.id == control::REQUEST_NUMBER).unwrap();
    assert_eq!(number.value, json!({ "text": key }));
}

#[tokio::test]
async fn a_long_summary_is_cut_with_a_warning() {
    let world = World::new().await;
    let long = Text { en: String::from("an access request of some length"), zh_cn: "申".repeat(21) };
    let request = SubmissionRequest { summary: vec![long], ..request("REQ-1") };

    let submission = submit(&world, &request).await.unwrap();

    let warnings: Vec<_> =
        submission.warnings.iter().map(|one| (one.name.as_str(), one.code.as_str())).collect();
    assert_eq!(warnings, [("summary", "cut")]);
    let lines = sent(&world).pointer("/summary_list/0/summary_info").cloned().unwrap();
    for line in lines.as_array().unwrap() {
        let text = line.get("text").and_then(Value::as_str).unwrap();
        assert_eq!(text.chars().count(), 20, "{text}");
    }
}

#[tokio::test]
async fn everything_wrong_with_a_request_is_told_at_once_and_no_call_is_made() {
    let world = World::new().await;
    let line = Text { en: String::from("a"), zh_cn: String::from("甲") };
    let wrong = SubmissionRequest {
        department: Some(String::from("R&D")),
        summary: vec![line; 4],
        route: Route::Steps(Vec::new()),
        ..request("with space")
    };

    let problems = invalid(submit(&world, &wrong).await);

    assert_eq!(
        named(&problems),
        [
            ("idempotency-key", "wrong-format"),
            ("department", "wrong-format"),
            ("summary", "too-many"),
            ("route", "missing"),
        ]
    );
    assert_eq!(world.fake.journal(), []);
}

#[tokio::test]
async fn everything_wrong_with_the_form_is_told_at_once_and_nothing_is_submitted() {
    let world = World::new().await;
    let wrong = SubmissionRequest {
        fields: vec![
            text("reason", "季度对账"),
            text("application", "ERP"),
            text("colour", "red"),
            text("申请原因", "again"),
            text("request-number", "REQ-2"),
            FormField {
                name: String::from("到期日"),
                content: FieldContent::Single(Content::Choices(Vec::new())),
            },
        ],
        ..request("REQ-1")
    };

    let problems = invalid(submit(&world, &wrong).await);

    assert_eq!(
        named(&problems),
        [
            ("colour", "unknown-field"),
            ("申请原因", "given-twice"),
            ("request-number", "reserved-field"),
            ("title", "missing"),
            ("application", "wrong-kind"),
            ("到期日", "wrong-kind"),
        ]
    );
    nothing_was_submitted(&world);
}

#[tokio::test]
async fn an_option_that_the_template_lacks_is_wrong() {
    let world = World::new().await;
    let mut request = request("REQ-1");
    request.fields.retain(|field| field.name != "application");
    request.fields.push(FormField {
        name: String::from("application"),
        content: FieldContent::Single(Content::Choices(vec![String::from("SAP")])),
    });
    assert_eq!(named(&invalid(submit(&world, &request).await)), [("application", "wrong-option")]);
    nothing_was_submitted(&world);
}

/// Many companies do not let an approval app read members.
#[tokio::test]
async fn an_app_that_may_not_read_members_submits_with_a_warning() {
    let mut setup = Setup::example();
    setup.apps.first_mut().unwrap().contacts = false;
    let world = World::with(setup).await;
    let request = SubmissionRequest { route: steps(&[member::LI_SI, member::WANG_WU]), ..request("REQ-1") };

    let submission = submit(&world, &request).await.unwrap();

    let codes: Vec<_> = submission.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["unconfirmed"]);
    assert!(!submission.applicant.confirmed);
    assert_eq!(world.fake.forms().len(), 1);
}

/// D27: told before anything is submitted, for everybody at once.
#[tokio::test]
async fn approvers_who_cannot_decide_stop_the_submission() {
    let world = World::new().await;
    let unmapped = SubmissionRequest { route: steps(&[member::LI_SI, "", "@all"]), ..request("REQ-1") };
    let gone = [member::LI_SI, member::DISABLED, "nobody"];
    let gone = SubmissionRequest { route: steps(&gone), ..request("REQ-1") };

    let mut kinds = Vec::new();
    for request in [unmapped, gone] {
        match submit(&world, &request).await {
            Err(SubmitProblem::Mapping(problems)) => {
                kinds.push(problems.iter().map(|problem| problem.kind).collect::<Vec<_>>());
            }
            other => panic!("not a mapping problem: {other:?}"),
        }
    }

    use MappingProblemKind::{AttributeEmpty, Inactive, Malformed, NotFound};
    assert_eq!(kinds, [vec![AttributeEmpty, Malformed], vec![Inactive, NotFound]]);
    nothing_was_submitted(&world);
}

#[tokio::test]
async fn a_field_map_that_leads_nowhere_is_drift() {
    let world = World::new().await;
    let map =
        json!({ "title": control::TITLE, "reason": "Textarea-9", "request-number": "Text-9" }).to_string();

    let problems = drift(submit_with(&world, &settings().with("field-map", map)).await);

    assert_eq!(named(&problems), [("request-number", "control-missing"), ("reason", "control-missing")]);
    nothing_was_submitted(&world);
}

#[tokio::test]
async fn a_template_that_wecom_does_not_know_is_drift() {
    let world = World::new().await;
    let problems = drift(submit_with(&world, &settings().with("template-id", "3TmGone")).await);
    assert_eq!(named(&problems), [("template-id", "template-unknown")]);
    nothing_was_submitted(&world);
}

#[tokio::test]
async fn without_a_template_the_administrator_is_told_and_no_call_is_made() {
    let world = World::new().await;
    let problems = drift(submit_with(&world, &settings().without("template-id")).await);
    assert_eq!(named(&problems), [("template-id", "template-not-set")]);
    assert_eq!(world.fake.journal(), []);
}

/// The template has changed since the settings were saved.
#[tokio::test]
async fn a_control_that_the_template_newly_demands_is_told_before_anything_is_sent() {
    let world = World::new().await;
    world.fake.reconfigure(|setup| {
        let added = Control::required("Money-1", "预算", ControlKind::Money);
        setup.templates.first_mut().unwrap().controls.push(added);
    });

    let problems = invalid(submit(&world, &request("REQ-1")).await);

    assert_eq!(named(&problems), [("预算", "missing")]);
    nothing_was_submitted(&world);
}

/// The engine keeps nothing: the key is for looking up, which is the host's to do first.
#[tokio::test]
async fn one_call_of_submit_is_one_form() {
    let world = World::new().await;
    submit(&world, &request("REQ-1")).await.unwrap();
    submit(&world, &request("REQ-2")).await.unwrap();
    let submitted = world.fake.calls().into_iter().filter_map(|call| call.effect);
    let numbers = submitted.filter(|effect| matches!(effect, Effect::FormSubmitted { .. })).count();
    assert_eq!((numbers, world.fake.forms().len()), (2, 2));
}

#[tokio::test]
async fn settings_with_problems_end_every_call_with_the_same_list() {
    let world = World::new().await;
    let broken = props::settings().with("corp-id", CORP_ID.replace("ww", "xx")).without("secret");
    let tenant = world.tenant_with("acme", &broken);

    let told = tenant.configure().await.unwrap().unwrap_err();
    let ended = tenant.submit(&request("REQ-1")).await.unwrap_err();

    assert_eq!(ended.error, host_harness::CallFailure::Configuration(told));
    assert_eq!(world.fake.journal(), []);
}

/// Each approver costs a question, and the default limit of the host is 64.
#[tokio::test]
async fn the_longest_route_fits_into_the_requests_that_a_host_allows_a_call() {
    let mut setup = Setup::example();
    setup.apps.first_mut().unwrap().visible = fake_wecom::Visible::Everyone;
    let colleague = setup.members.first().unwrap().clone();
    let ids: Vec<String> = (0..50).map(|number| format!("approver-{number}")).collect();
    setup
        .members
        .extend(ids.iter().map(|id| fake_wecom::setup::Member { user_id: id.clone(), ..colleague.clone() }));
    let world = World::with(setup).await;
    let everybody = |ids: &[String]| {
        let accounts = ids.iter().map(|id| account(&[id])).collect();
        Route::Steps(vec![RouteStep { kind: StepKind::Approval, mode: StepMode::All, accounts }])
    };

    let route = everybody(&ids);
    submit(&world, &SubmissionRequest { route, ..request("REQ-1") }).await.unwrap();
    assert_eq!(world.fake.calls_to("user/get").len(), 51);

    let route = everybody(&[ids.as_slice(), &[String::from(member::LI_SI)]].concat());
    let problems = invalid(submit(&world, &SubmissionRequest { route, ..request("REQ-2") }).await);
    assert_eq!(named(&problems), [("route", "too-many")]);
}
