//! `applyevent`: its body, byte for byte what WeCom documents.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use serde_json::{Value, json};
use wecom_protocol::exchange::Note;
use wecom_protocol::form::{Cell, Content, FieldContent, FormField, Row};
use wecom_protocol::model::{Member, SpNo, StepKind, StepMode, UnixSeconds, UserId};
use wecom_protocol::submit::{Route, Submission, SubmissionRequest};
use wecom_protocol::text::text;

use fixtures::{APPLY, APPLY_OK, NUMBER_ID, TEMPLATE, USER_GET, account, active, control, template};
use submission::{KEY, before_applying, go, request, step};
use world::World;

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/submission.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod submission;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

/// The template that the documented samples of applyevent fill in.
fn sample_template() -> String {
    let option = json!({ "key": "option-1700000000031", "value": [{ "text": "ERP", "lang": "zh_CN" }] });
    let column = |id, title| control("Text", id, title, true, json!({}));
    template(&[
        control("Text", "Text-1700000000001", "标题", true, json!({})),
        control("Textarea", "Textarea-1700000000002", "原因", true, json!({})),
        control(
            "Selector",
            "Selector-1700000000003",
            "应用",
            true,
            json!({ "selector": { "type": "single", "options": [option] } }),
        ),
        control("Date", "Date-1700000000004", "到期日", false, json!({ "date": { "type": "day" } })),
        control("Number", "Number-1700000000005", "天数", false, json!({})),
        control(
            "Contact",
            "Contact-1700000000006",
            "使用人",
            false,
            json!({ "contact": { "type": "single", "mode": "user" } }),
        ),
        control(
            "Table",
            "Table-1700000000007",
            "权限明细",
            true,
            json!({ "table": { "children": [
                column("Text-1700000000071", "权限"),
                column("Text-1700000000072", "期限"),
            ] } }),
        ),
    ])
}

/// The request that the documented samples stand for, up to the route.
fn sample_request(route: Route) -> SubmissionRequest {
    let field = |name: &str, content| FormField { name: name.into(), content: FieldContent::Single(content) };
    let words = |words: &str| Content::Text(words.into());
    let cell = |name: &str, words: &str| Cell { name: name.into(), content: Content::Text(words.into()) };
    let row = Row { cells: vec![cell("权限", "erp:read"), cell("期限", "30 天")] };
    SubmissionRequest {
        summary: vec![text("", "应用:ERP"), text("", "角色:只读"), text("", "期限:30 天")],
        fields: vec![
            field("标题", words("申请访问 ERP 只读角色")),
            field("原因", words("原因:季度对账\n申请号:REQ-2026-0007")),
            field("应用", Content::Choices(vec!["ERP".into()])),
            field("到期日", Content::Time(UnixSeconds(1_769_817_600))),
            field("天数", Content::Number("30".into())),
            field("使用人", Content::Accounts(vec![account("张三", "zhang.san")])),
            FormField { name: "权限明细".into(), content: FieldContent::Rows(vec![row]) },
        ],
        route,
        ..request()
    }
}

/// A documented sample, with the control of the request number before the others, and the day as its first second
/// where the sample has 08:00.
fn sample(json: &str) -> Value {
    let mut body: Value = serde_json::from_str(json).unwrap();
    *body.pointer_mut("/apply_data/contents/3/value/date/s_timestamp").unwrap() = json!("1769788800");
    let contents = body.pointer_mut("/apply_data/contents").unwrap().as_array_mut().unwrap();
    contents.insert(0, json!({ "control": "Text", "id": NUMBER_ID, "value": { "text": KEY } }));
    body
}

#[test]
fn the_templates_own_flow_gives_the_documented_body() {
    let mut world = World::warm()
        .answers(USER_GET, active("zhang.san"))
        .answers(TEMPLATE, sample_template())
        .answers(APPLY, APPLY_OK);
    let submission = go(&mut world, &sample_request(Route::TemplateFlow)).unwrap();
    assert_eq!(
        submission,
        Submission {
            approval_id: SpNo("202601010007".into()),
            applicant: Member { id: UserId("zhang.san".into()), confirmed: true },
            warnings: vec![],
        }
    );
    assert_eq!(world.bodies(APPLY), [sample(include_str!("json/applyevent.request.template-flow.json"))]);
    assert_eq!(world.notes, [Note::Submitted { cut: 0 }]);
}

#[test]
fn a_route_of_accounts_gives_the_documented_body_and_asks_for_each_member_once() {
    let route = Route::Steps(vec![
        step(StepKind::Approval, StepMode::Any, &[account("李四", "lisi"), account("王五", "WangWu")]),
        step(StepKind::Approval, StepMode::All, &[account("陈秘书", "sec.chen"), account("陈", "SEC.CHEN")]),
        step(StepKind::Handling, StepMode::Any, &[account("赵", "ops.zhao")]),
        step(StepKind::Notification, StepMode::Unspecified, &[account("审计", "audit01")]),
    ]);
    let mut world = World::warm();
    for member in ["zhang.san", "LiSi", "WangWu", "sec.chen", "ops.zhao", "audit01"] {
        world = world.answers(USER_GET, active(member));
    }
    world = world.answers(TEMPLATE, sample_template()).answers(APPLY, APPLY_OK);
    let request = SubmissionRequest { department: Some("7".into()), ..sample_request(route) };
    go(&mut world, &request).unwrap();
    assert_eq!(world.bodies(APPLY), [sample(include_str!("json/applyevent.request.process.json"))]);
}

#[test]
fn the_body_is_raw_utf_8_without_an_escape() {
    let mut world = before_applying().answers(APPLY, APPLY_OK);
    let summary = vec![text("tab\there", "申请\u{1}访问")];
    go(&mut world, &SubmissionRequest { summary, ..request() }).unwrap();
    let body = String::from_utf8(world.sent.last().unwrap().body.clone().unwrap()).unwrap();
    insta::assert_snapshot!(body, @r#"{"apply_data":{"contents":[{"control":"Text","id":"Text-1700000000099","value":{"text":"REQ-2026-0007"}}]},"creator_userid":"zhang.san","summary_list":[{"summary_info":[{"lang":"zh_CN","text":"申请访问"},{"lang":"en","text":"tab here"}]}],"template_id":"3TmSyntheticTemplateId0000000000000000001","use_template_approver":1}"#);
}

#[test]
fn a_summary_is_cut_to_20_characters_with_one_warning() {
    let mut world = before_applying().answers(APPLY, APPLY_OK);
    let summary =
        vec![text("Access to the ERP system for March", "申请三月份的系统只读权限用于季度对账与审计工作")];
    let submission = go(&mut world, &SubmissionRequest { summary, ..request() }).unwrap();
    let lines = &world.bodies(APPLY)[0]["summary_list"];
    assert_eq!(
        lines[0]["summary_info"],
        json!([
            { "text": "申请三月份的系统只读权限用于季度对账与…", "lang": "zh_CN" },
            { "text": "Access to the ERP s…", "lang": "en" },
        ])
    );
    let warnings: Vec<_> = submission.warnings.iter().map(|warning| (&*warning.name, warning.code)).collect();
    assert_eq!(warnings, [("summary", "cut")]);
    assert_eq!(world.notes, [Note::Submitted { cut: 1 }]);
}

#[test]
fn without_a_summary_the_templates_name_stands_in() {
    let mut world = before_applying().answers(APPLY, APPLY_OK);
    go(&mut world, &SubmissionRequest { summary: vec![text(" ", "\n")], ..request() }).unwrap();
    let name = "应用访问权限申请";
    assert_eq!(
        world.bodies(APPLY)[0]["summary_list"],
        json!([{ "summary_info": [{ "text": name, "lang": "zh_CN" }, { "text": name, "lang": "en" }] }])
    );
}
