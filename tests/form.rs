//! Every kind of control that WeCom's templates have, filled through the compiled engine.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use conformance::props::{account, request};
use conformance::{T0, World};
use fake_wecom::Setup;
use fake_wecom::setup::member;
use fake_wecom::template::{Choice, ContactMode, Control, ControlKind, DateUnit, RangeUnit, SelectOption};
use host_harness::contract::{
    Account, Cell, Content, Department, FieldContent, FormField, Interval, IntervalUnit, Leave, Location,
    PhoneNumber, Row, SubmitProblem,
};
use serde_json::{Value, json};

/// 2026-01-02 00:00 in China.
const MIDNIGHT: u64 = T0 - 8 * 3_600 + 86_400;

/// A world whose access template has these controls too, `X-0`, `X-1` and so on.
async fn with_controls(kinds: Vec<ControlKind>) -> World {
    let mut setup = Setup::example();
    let template = setup.templates.first_mut().unwrap();
    for (index, kind) in kinds.into_iter().enumerate() {
        template.controls.push(Control::optional(&format!("X-{index}"), &format!("控件 {index}"), kind));
    }
    World::with(setup).await
}

fn single(name: &str, content: Content) -> FormField {
    FormField { name: name.to_owned(), content: FieldContent::Single(content) }
}

/// The value of the control `id` in the newest form.
#[track_caller]
fn value(world: &World, id: &str) -> Value {
    let form = world.fake.forms().pop().unwrap();
    match form.contents.into_iter().find(|content| content.id == id) {
        Some(content) => content.value,
        None => panic!("the form has no {id}"),
    }
}

/// Submits the example request with these fields too.
async fn submit(world: &World, fields: Vec<FormField>) -> String {
    let mut request = request("REQ-1");
    request.fields.extend(fields);
    world.tenant().submit(&request).await.unwrap().unwrap().approval_id
}

fn options() -> Vec<SelectOption> {
    ["red", "blue"].map(|key| SelectOption { key: key.to_owned(), text: format!("{key} 色") }).to_vec()
}

fn person(id: &str, name: &str) -> Account {
    Account { display_name: name.to_owned(), ..account(&[id]) }
}

#[tokio::test]
async fn every_kind_of_control_gets_wecoms_own_shape() {
    let interval =
        |unit, ends_at, duration_seconds| Interval { unit, starts_at: MIDNIGHT, ends_at, duration_seconds };
    let half_days = interval(IntervalUnit::HalfDay, MIDNIGHT + 43_200, 43_200);
    let hours = interval(IntervalUnit::Hour, MIDNIGHT + 7_200, 7_200);
    let place = Location {
        latitude: String::from("30.5"),
        longitude: String::from("-104.06"),
        title: String::from("机房"),
        address: String::from("天府大道"),
        at: T0,
    };
    let departments = vec![
        Department { id: String::from("7"), name: String::from("研发部") },
        Department { id: String::from("20"), name: String::from("安全部") },
    ];
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let cases: Vec<(ControlKind, Content, Value)> = vec![
        (ControlKind::Text, Content::Text("一\n行".into()), json!({ "text": "一 行" })),
        (ControlKind::Textarea, Content::Text("两\n行".into()), json!({ "text": "两\n行" })),
        (ControlKind::Number, Content::Number("-12.5".into()), json!({ "new_number": "-12.5" })),
        (ControlKind::Money, Content::Money("700.25".into()), json!({ "new_money": "700.25" })),
        (
            ControlKind::Date(DateUnit::Day),
            Content::Time(MIDNIGHT + 3_600),
            json!({ "date": { "type": "day", "s_timestamp": MIDNIGHT.to_string() } }),
        ),
        (
            ControlKind::Date(DateUnit::Hour),
            Content::Time(MIDNIGHT + 3_600),
            json!({ "date": { "type": "hour", "s_timestamp": (MIDNIGHT + 3_600).to_string() } }),
        ),
        (
            ControlKind::Selector { choice: Choice::Multi, options: options() },
            Content::Choices(texts(&["blue", "red 色", "blue 色"])),
            json!({ "selector": { "type": "multi", "options": [{ "key": "blue" }, { "key": "red" }] } }),
        ),
        (
            ControlKind::Contact { choice: Choice::Multi, mode: ContactMode::User },
            Content::Accounts(vec![person("LiSi", "李四"), person("lisi", "李四"), person("WangWu", "王五")]),
            json!({ "members": [
                { "userid": member::LI_SI, "name": "李四" },
                { "userid": member::WANG_WU, "name": "王五" },
            ] }),
        ),
        (
            ControlKind::Contact { choice: Choice::Multi, mode: ContactMode::Department },
            Content::Departments(departments),
            json!({ "departments": [
                { "openapi_id": "7", "name": "研发部" },
                { "openapi_id": "20", "name": "安全部" },
            ] }),
        ),
        (
            ControlKind::File,
            Content::Attachments(texts(&["media-1", "media-2"])),
            json!({ "files": [{ "file_id": "media-1" }, { "file_id": "media-2" }] }),
        ),
        (
            ControlKind::DateRange(RangeUnit::HalfDay),
            Content::Interval(half_days),
            json!({ "date_range": {
                "type": "halfday", "new_begin": MIDNIGHT, "new_end": MIDNIGHT, "new_duration": 43_200,
            } }),
        ),
        (
            ControlKind::DateRange(RangeUnit::Hour),
            Content::Interval(hours),
            json!({ "date_range": {
                "type": "hour", "new_begin": MIDNIGHT, "new_end": MIDNIGHT + 7_200, "new_duration": 7_200,
            } }),
        ),
        (
            ControlKind::Vacation,
            Content::Leave(Leave { kind: "年假".into(), interval: half_days }),
            json!({ "vacation": {
                "selector": { "type": "single", "options": [
                    { "key": "1", "value": [{ "text": "年假", "lang": "zh_CN" }] },
                ] },
                "attendance": { "type": 1, "date_range": {
                    "type": "halfday", "new_begin": MIDNIGHT, "new_end": MIDNIGHT, "new_duration": 43_200,
                } },
            } }),
        ),
        (
            ControlKind::Attendance,
            Content::Interval(hours),
            json!({ "attendance": { "type": 3, "date_range": {
                "type": "hour", "new_begin": MIDNIGHT, "new_end": MIDNIGHT + 7_200, "new_duration": 7_200,
            } } }),
        ),
        (
            ControlKind::Location,
            Content::Location(place),
            json!({ "location": {
                "latitude": "30.5", "longitude": "-104.06", "title": "机房", "address": "天府大道", "time": T0,
            } }),
        ),
        (
            ControlKind::PhoneNumber,
            Content::Phone(PhoneNumber { area: "+86".into(), number: "13800000000".into() }),
            json!({ "phonenumber": { "area": "+86", "number": "13800000000" } }),
        ),
        (
            ControlKind::BankAccount,
            Content::ProviderJson(r#"{"bank_account":{"account_type":1}}"#.into()),
            json!({ "bank_account": { "account_type": 1 } }),
        ),
    ];
    let world = with_controls(cases.iter().map(|(kind, ..)| kind.clone()).collect()).await;
    let fields =
        cases.iter().enumerate().map(|(at, (_, content, _))| single(&format!("X-{at}"), content.clone()));

    submit(&world, fields.collect()).await;

    for (at, (kind, _, expected)) in cases.iter().enumerate() {
        assert_eq!(&value(&world, &format!("X-{at}")), expected, "{kind:?}");
    }
}

#[tokio::test]
async fn an_approval_can_refer_to_another() {
    let world = with_controls(vec![ControlKind::RelatedApproval]).await;
    let first = submit(&world, Vec::new()).await;

    submit(&world, vec![single("X-0", Content::Approvals(vec![first.clone()]))]).await;

    assert_eq!(value(&world, "X-0"), json!({ "related_approval": [{ "sp_no": first }] }));
}

#[tokio::test]
async fn a_table_has_rows_of_cells_named_by_title_or_id() {
    let columns = vec![
        Control::required("Text-71", "权限", ControlKind::Text),
        Control::optional("Number-72", "天数", ControlKind::Number),
    ];
    let world = with_controls(vec![ControlKind::Table(columns)]).await;
    let row = |permission: &str, days: &str| Row {
        cells: vec![
            Cell { name: String::from("Number-72"), content: Content::Number(days.to_owned()) },
            Cell { name: String::from("权限"), content: Content::Text(permission.to_owned()) },
        ],
    };
    let rows = FieldContent::Rows(vec![row("erp:read", "30"), row("erp:write", "7")]);

    submit(&world, vec![FormField { name: String::from("X-0"), content: rows }]).await;

    let expected = |permission: &str, days: &str| {
        json!({ "list": [
            { "control": "Text", "id": "Text-71", "value": { "text": permission } },
            { "control": "Number", "id": "Number-72", "value": { "new_number": days } },
        ] })
    };
    assert_eq!(
        value(&world, "X-0"),
        json!({ "children": [expected("erp:read", "30"), expected("erp:write", "7")] })
    );
}

#[tokio::test]
async fn an_empty_value_is_left_out() {
    let world = with_controls(vec![ControlKind::Text, ControlKind::File]).await;

    submit(
        &world,
        vec![single("X-0", Content::Text("  ".into())), single("X-1", Content::Attachments(Vec::new()))],
    )
    .await;

    let form = world.fake.forms().pop().unwrap();
    assert!(form.contents.iter().all(|content| !content.id.starts_with("X-")), "{:?}", form.contents);
}

#[tokio::test]
async fn controls_that_wecom_fills_take_no_value() {
    let kinds = vec![ControlKind::Tips("看这里".into()), ControlKind::Formula, ControlKind::PunchCorrection];
    let world = with_controls(kinds).await;
    let mut request = request("REQ-1");
    request.fields.extend(["X-0", "X-1", "X-2"].map(|id| single(id, Content::Text("a".into()))));

    let problem = world.tenant().submit(&request).await.unwrap().unwrap_err();

    let SubmitProblem::Invalid(problems) = problem else { panic!("not invalid: {problem:?}") };
    let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["not-submittable"; 3]);
    assert_eq!(world.fake.forms(), []);
}
