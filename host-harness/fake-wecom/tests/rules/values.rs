//! The value of each kind of control.

use fake_wecom::setup::{control, member};
use fake_wecom::template::{Choice, ContactMode, Control, ControlKind, DateUnit, RangeUnit};
use serde_json::{Value, json};

use crate::company::{Company, access_request, changed, example};

/// A company whose access template has one more control, `X-1`.
fn with_control(kind: ControlKind) -> (Company, String) {
    let name = kind.name().to_owned();
    (changed(|setup| setup.templates[0].controls.push(Control::optional("X-1", "更多", kind))), name)
}

/// Errcode of a submission that fills that control with `value`.
fn errcode(company: &(Company, String), value: Value) -> Value {
    let mut request = access_request();
    let entry = json!({ "control": company.1, "id": "X-1", "value": value });
    request["apply_data"]["contents"].as_array_mut().unwrap().push(entry);
    company.0.post("oa/applyevent", &request)["errcode"].clone()
}

/// Asserts which of the values a control takes.
fn takes(kind: ControlKind, good: impl IntoIterator<Item = Value>, bad: impl IntoIterator<Item = Value>) {
    let company = with_control(kind);
    for value in good {
        assert_eq!(errcode(&company, value.clone()), 0, "{} {value}", company.1);
    }
    for value in bad.into_iter().chain([json!(null), json!({}), json!("")]) {
        assert_eq!(errcode(&company, value.clone()), 301_025, "{} {value}", company.1);
    }
}

#[test]
fn an_unknown_control_is_named_in_the_error() {
    let company = example();
    let mut request = access_request();
    request["apply_data"]["contents"][0]["id"] = json!("Text-9");
    let answer = company.post("oa/applyevent", &request);
    assert_eq!(answer["errcode"], 301_025);
    assert_eq!(answer["errmsg"], "get approval param error:invalid control id Text-9");
}

#[test]
fn a_control_of_another_kind_a_missing_and_a_repeated_one_are_refused() {
    let company = example();
    let mut other_kind = access_request();
    other_kind["apply_data"]["contents"][0]["control"] = json!("Textarea");
    let mut missing = access_request();
    missing["apply_data"]["contents"].as_array_mut().unwrap().pop();
    let mut repeated = access_request();
    let again = repeated["apply_data"]["contents"][0].clone();
    repeated["apply_data"]["contents"].as_array_mut().unwrap().push(again);
    for (request, named) in
        [(other_kind, control::TITLE), (missing, control::REQUEST_NUMBER), (repeated, control::TITLE)]
    {
        let answer = company.post("oa/applyevent", &request);
        assert_eq!(answer["errmsg"], format!("get approval param error:{named}"));
    }
}

#[test]
fn a_form_without_contents_is_refused() {
    let company = example();
    let mut request = access_request();
    request["apply_data"] = json!({ "contents": [] });
    let answer = company.post("oa/applyevent", &request);
    assert_eq!(answer["errmsg"], "get approval param error:no applydata content");
}

#[test]
fn an_optional_control_without_a_value_counts_as_left_out() {
    let company = example();
    let mut request = access_request();
    let blank = json!({ "control": "Text", "id": control::LINK });
    request["apply_data"]["contents"].as_array_mut().unwrap().push(blank);
    assert_eq!(company.post("oa/applyevent", &request)["errcode"], 0);
    assert_eq!(company.fake.forms()[0].contents.len(), 4);
}

#[test]
fn a_text_is_one_line_and_a_textarea_several() {
    let text = |text: &str| json!({ "text": text });
    takes(ControlKind::Text, [text("a")], [text(""), text("a\nb"), json!({ "text": 5 })]);
    takes(ControlKind::Textarea, [text("a\nb")], [text("")]);
}

#[test]
fn numbers_and_money_are_texts_and_money_has_two_decimals() {
    let number = |value: Value| json!({ "new_number": value });
    let money = |value: Value| json!({ "new_money": value });
    takes(
        ControlKind::Number,
        [number(json!("700")), number(json!("1.2345"))],
        [number(json!(700)), number(json!("x"))],
    );
    takes(ControlKind::Money, [money(json!("700.25"))], [money(json!(700)), money(json!("700.255"))]);
}

#[test]
fn a_date_is_seconds_as_text_with_the_templates_type() {
    let date = |kind: &str, seconds: Value| json!({ "date": { "type": kind, "s_timestamp": seconds } });
    takes(
        ControlKind::Date(DateUnit::Day),
        [date("day", json!("1769817600"))],
        [
            date("day", json!(1_769_817_600)),
            date("hour", json!("1769817600")),
            date("day", json!("2026-02-01")),
        ],
    );
}

#[test]
fn a_selector_takes_keys_of_its_options_only() {
    let company = example();
    let with = |selector: Value| {
        let mut request = access_request();
        request["apply_data"]["contents"][2]["value"] = json!({ "selector": selector });
        company.post("oa/applyevent", &request)["errcode"].clone()
    };
    let (erp, crm) = (json!({ "key": "option-1700000000031" }), json!({ "key": "option-1700000000032" }));
    assert_eq!(with(json!({ "type": "single", "options": [erp] })), 0);
    assert_eq!(with(json!({ "type": "single", "options": [erp, crm] })), 301_025);
    assert_eq!(with(json!({ "type": "multi", "options": [erp] })), 301_025);
    assert_eq!(with(json!({ "type": "single", "options": [{ "key": "ERP" }] })), 301_025);
    assert_eq!(with(json!({ "type": "single", "options": [] })), 301_025);
}

#[test]
fn a_contact_names_known_members_or_departments() {
    let members = |ids: &[&str]| json!({ "members": ids.iter().map(|id| json!({ "userid": id, "name": "-" })).collect::<Vec<_>>() });
    takes(
        ControlKind::Contact { choice: Choice::Single, mode: ContactMode::User },
        [members(&["zhang.san"]), members(&["LISI"])],
        [members(&["nobody"]), members(&["zhang.san", "LiSi"]), members(&[]), members(&[member::DISABLED])],
    );
    let department = |id: Value| json!({ "departments": [{ "openapi_id": id, "name": "-" }] });
    takes(
        ControlKind::Contact { choice: Choice::Multi, mode: ContactMode::Department },
        [department(json!("7"))],
        [department(json!(7)), department(json!("8"))],
    );
}

#[test]
fn a_form_carries_six_files_at_most() {
    let files = |count| json!({ "files": vec![json!({ "file_id": "media" }); count] });
    takes(
        ControlKind::File,
        [files(1), files(6)],
        [files(0), files(7), json!({ "files": [{ "file_id": "" }] })],
    );
}

#[test]
fn a_table_has_rows_with_all_sub_controls() {
    let table = ControlKind::Table(vec![
        Control::required("Text-71", "权限", ControlKind::Text),
        Control::optional("Text-72", "期限", ControlKind::Text),
    ]);
    let first = json!({ "control": "Text", "id": "Text-71", "value": { "text": "erp:read" } });
    let second = json!({ "control": "Text", "id": "Text-72", "value": { "text": "30 天" } });
    let blank = json!({ "control": "Text", "id": "Text-72", "value": { "text": "" } });
    let required_blank = json!({ "control": "Text", "id": "Text-71", "value": { "text": "" } });
    let rows = |cells: Vec<Value>| json!({ "children": [{ "list": cells }] });
    takes(
        table,
        [rows(vec![first.clone(), second.clone()]), rows(vec![first.clone(), blank])],
        [
            json!({ "children": [] }),
            rows(vec![first.clone()]),
            rows(vec![first.clone(), first]),
            rows(vec![required_blank, second]),
        ],
    );
}

#[test]
fn a_half_day_begins_and_ends_at_midnight_or_noon_in_china() {
    // 2026-01-01 00:00 in China.
    const MIDNIGHT: u64 = 1_767_196_800;
    let range = |begin: u64, end: u64| json!({ "date_range": { "type": "halfday", "new_begin": begin, "new_end": end, "new_duration": 43_200 } });
    takes(
        ControlKind::DateRange(RangeUnit::HalfDay),
        [range(MIDNIGHT, MIDNIGHT + 43_200)],
        [range(MIDNIGHT, MIDNIGHT + 3_600), range(MIDNIGHT + 43_200, MIDNIGHT)],
    );
}

#[test]
fn the_remaining_kinds_take_their_documented_shape() {
    let place = json!({ "latitude": "30.5", "longitude": "104.0", "title": "t", "address": "a", "time": 1 });
    let mut numbers = place.clone();
    numbers["latitude"] = json!(30.5);
    takes(ControlKind::Location, [json!({ "location": place })], [json!({ "location": numbers })]);
    takes(
        ControlKind::PhoneNumber,
        [json!({ "phonenumber": { "area": "+86", "number": "13800000000" } })],
        [json!({ "phonenumber": { "number": "13800000000" } })],
    );
    takes(ControlKind::RelatedApproval, [], [json!({ "related_approval": [{ "sp_no": "202511180001" }] })]);
    takes(ControlKind::BankAccount, [json!({ "bank_account": { "account_type": 1 } })], []);
    takes(ControlKind::Vacation, [json!({ "vacation": { "selector": {} } })], []);
    takes(ControlKind::Attendance, [json!({ "attendance": { "type": 3 } })], []);
}

#[test]
fn controls_that_the_server_fills_are_not_taken_from_callers() {
    takes(ControlKind::Tips("看这里".to_owned()), [], [json!({ "text": "a" })]);
    takes(ControlKind::Formula, [], [json!({ "formula": { "value": "5.0" } })]);
    takes(ControlKind::PunchCorrection, [], [json!({ "punch_correction": { "state": "a" } })]);
}
