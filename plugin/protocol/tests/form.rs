//! From fields to `apply_data.contents`: the value of every kind of control.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use serde_json::json;
use wecom_protocol::form::{Content, Department, Leave, Location, PhoneNumber, TEXT_CHARACTERS};
use wecom_protocol::model::UnixSeconds;
use wecom_protocol::template::IntervalUnit;

use fixtures::{NUMBER_ID, account, config, control};
use forms::{
    HOUR, MIDNIGHT, codes, field, fill_with, filled, interval, options, strings, table, text, two_columns,
    value,
};

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/forms.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod forms;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

#[test]
fn the_request_number_travels_in_its_control() {
    assert_eq!(
        filled(&[], &[]).contents,
        [json!({ "control": "Text", "id": NUMBER_ID, "value": { "text": "REQ-2026-0007" } })]
    );
}

#[test]
fn texts_numbers_and_money_are_sent_as_texts() {
    assert_eq!(value("Text", json!({}), text("申请访问")), json!({ "text": "申请访问" }));
    assert_eq!(value("Textarea", json!({}), text("a\r\nb\tc")), json!({ "text": "a\nb\tc" }));
    assert_eq!(
        value("Number", json!({}), Content::Number(" -12.5 ".into())),
        json!({ "new_number": "-12.5" })
    );
    assert_eq!(value("Money", json!({}), Content::Money("700.25".into())), json!({ "new_money": "700.25" }));
}

#[test]
fn a_day_is_its_midnight_in_china_and_a_minute_stays() {
    for at in [MIDNIGHT, MIDNIGHT + 8 * HOUR, MIDNIGHT + 24 * HOUR - 1] {
        assert_eq!(
            value("Date", json!({ "date": { "type": "day" } }), Content::Time(UnixSeconds(at))),
            json!({ "date": { "type": "day", "s_timestamp": "1769788800" } })
        );
    }
    assert_eq!(
        value("Date", json!({ "date": { "type": "hour" } }), Content::Time(UnixSeconds(MIDNIGHT + 61))),
        json!({ "date": { "type": "hour", "s_timestamp": "1769788861" } })
    );
}

#[test]
fn options_are_found_by_key_or_by_their_only_text() {
    let chosen = |wanted: &[&str]| value("Selector", options("multi"), Content::Choices(strings(wanted)));
    assert_eq!(
        chosen(&["option-2", "ERP", "option-1"]),
        json!({ "selector": { "type": "multi", "options": [{ "key": "option-2" }, { "key": "option-1" }] } })
    );
    let single = value("Selector", options("single"), Content::Choices(strings(&["ERP"])));
    assert_eq!(single, json!({ "selector": { "type": "single", "options": [{ "key": "option-1" }] } }));
    let external =
        json!({ "selector": { "type": "single", "external_option": { "use_external_option": true } } });
    assert_eq!(
        value("Selector", external, Content::Choices(strings(&["from elsewhere"]))),
        json!({ "selector": { "type": "single", "options": [{ "key": "from elsewhere" }] } })
    );
}

#[test]
fn members_are_mapped_and_departments_named() {
    let members = json!({ "contact": { "type": "multi", "mode": "user" } });
    let accounts = [account("张三", "zhang.san"), account("李四", "LiSi"), account("李四", "lisi")];
    assert_eq!(
        value("Contact", members, Content::Accounts(accounts.to_vec())),
        json!({ "members": [{ "userid": "zhang.san", "name": "张三" }, { "userid": "LiSi", "name": "李四" }] })
    );
    let departments = json!({ "contact": { "type": "single", "mode": "department" } });
    let sales = Department { id: "2".into(), name: "销售部".into() };
    assert_eq!(
        value("Contact", departments, Content::Departments(vec![sales])),
        json!({ "departments": [{ "openapi_id": "2", "name": "销售部" }] })
    );
}

#[test]
fn files_approvals_places_and_telephones_have_wecoms_shape() {
    assert_eq!(
        value("File", json!({}), Content::Attachments(strings(&["media-1", "media-2"]))),
        json!({ "files": [{ "file_id": "media-1" }, { "file_id": "media-2" }] })
    );
    assert_eq!(
        value("RelatedApproval", json!({}), Content::Approvals(strings(&["202011180001"]))),
        json!({ "related_approval": [{ "sp_no": "202011180001" }] })
    );
    let place = Location {
        latitude: "30.5".into(),
        longitude: "104.0".into(),
        title: "总部".into(),
        address: "天府大道".into(),
        at: UnixSeconds(MIDNIGHT),
    };
    assert_eq!(
        value("Location", json!({}), Content::Location(place)),
        json!({ "location": { "latitude": "30.5", "longitude": "104.0", "title": "总部", "address": "天府大道",
                              "time": MIDNIGHT } })
    );
    let phone = PhoneNumber { area: "+86".into(), number: "138 0013-8000".into() };
    assert_eq!(
        value("PhoneNumber", json!({}), Content::Phone(phone)),
        json!({ "phonenumber": { "area": "+86", "number": "13800138000" } })
    );
}

#[test]
fn intervals_leaves_and_attendances_have_wecoms_shape() {
    let half_days = interval(IntervalUnit::HalfDay, (0, 24), 86_400);
    let range = json!({ "type": "halfday", "new_begin": MIDNIGHT, "new_end": MIDNIGHT + 12 * HOUR,
                        "new_duration": 86_400 });
    assert_eq!(
        value(
            "DateRange",
            json!({ "date_range": { "type": "halfday" } }),
            Content::Interval(half_days.clone())
        ),
        json!({ "date_range": range })
    );
    let kinds =
        json!({ "vacation_list": { "item": [{ "id": 3, "name": [{ "text": "年假", "lang": "zh_CN" }] }] } });
    let leave = Content::Leave(Leave { kind: "年假".into(), interval: half_days });
    assert_eq!(
        value("Vacation", kinds, leave),
        json!({ "vacation": {
            "selector": { "type": "single",
                          "options": [{ "key": "3", "value": [{ "text": "年假", "lang": "zh_CN" }] }] },
            "attendance": { "date_range": range, "type": 1 },
        } })
    );
    let hours = interval(IntervalUnit::Hour, (18, 21), 3 * HOUR);
    for purpose in [1, 3, 4, 5] {
        let config = json!({ "attendance": { "type": purpose, "date_range": { "type": "hour" } } });
        assert_eq!(
            value("Attendance", config, Content::Interval(hours.clone())),
            json!({ "attendance": {
                "date_range": { "type": "hour", "new_begin": MIDNIGHT + 18 * HOUR,
                                "new_end": MIDNIGHT + 21 * HOUR, "new_duration": 10_800 },
                "type": purpose,
            } })
        );
    }
}

/// WeCom's stamp names a half day, and its end is the last one; a request's end is the moment when the span is over.
#[test]
fn a_half_day_s_end_is_translated_from_a_moment_to_the_last_half_day() {
    let sent = |hours, duration| {
        let content = Content::Interval(interval(IntervalUnit::HalfDay, hours, duration));
        let value = value("DateRange", json!({ "date_range": { "type": "halfday" } }), content);
        let range = &value["date_range"];
        let hour = |stamp: &str| (range[stamp].as_u64().unwrap() - MIDNIGHT) / HOUR;
        (hour("new_begin"), hour("new_end"), range["new_duration"].as_u64().unwrap())
    };
    assert_eq!(sent((0, 12), 43_200), (0, 0, 43_200), "a morning");
    assert_eq!(sent((12, 24), 43_200), (12, 12, 43_200), "an afternoon");
    assert_eq!(sent((0, 24), 86_400), (0, 12, 86_400), "a day");
    assert_eq!(sent((12, 72), 86_400), (12, 60, 86_400), "two and a half days, of which one counts");
    assert_eq!(sent((0, 0), 43_200), (0, 0, 43_200), "one half day, as WeCom counts it");
    // Friday to Monday, with Monday's end as WeCom counts it: the days off hide that half a day is missing.
    assert_eq!(sent((0, 84), 172_800), (0, 72, 172_800), "two days, and two that do not count");
}

#[test]
fn a_kind_of_leave_that_the_template_does_not_tell_goes_by_its_key() {
    let interval = interval(IntervalUnit::HalfDay, (0, 0), 43_200);
    let leave = |kind: &str| Content::Leave(Leave { kind: kind.into(), interval: interval.clone() });
    let value = value("Vacation", json!({}), leave("3"));
    assert_eq!(value["vacation"]["selector"]["options"], json!([{ "key": "3" }]));
    assert_eq!(codes("Vacation", json!({}), leave("年假")), ["wrong-option"]);
}

#[test]
fn a_kind_without_a_case_takes_wecoms_own_json() {
    let account = r#"{"bank_account":{"account_type":1,"account_name":"甲公司"}}"#;
    assert_eq!(
        value("BankAccount", json!({}), Content::ProviderJson(account.into())),
        json!({ "bank_account": { "account_type": 1, "account_name": "甲公司" } })
    );
    for wrong in ["[]", "1", "{", "null"] {
        assert_eq!(codes("BankAccount", json!({}), Content::ProviderJson(wrong.into())), ["wrong-format"]);
    }
    assert_eq!(codes("Text", json!({}), Content::ProviderJson("{}".into())), ["wrong-kind"]);
}

#[test]
fn a_row_holds_every_column_that_wecom_does_not_compute() {
    let rows = table("权限明细", &[&[("期限", "30 天"), ("Text-71", "erp:read")]]);
    let cell = |id, text| json!({ "control": "Text", "id": id, "value": { "text": text } });
    assert_eq!(
        filled(&[two_columns()], &[rows]).contents[1],
        json!({ "control": "Table", "id": "Table-7", "value": { "children": [
            { "list": [cell("Text-71", "erp:read"), cell("Text-72", "30 天")] },
        ] } })
    );
}

/// A row has an entry for each column; what is not required may be left out of the request, or be empty in it.
#[test]
fn a_cell_that_the_template_does_not_require_is_sent_empty() {
    let columns = json!([
        control("Text", "C-1", "必填", true, json!({})),
        control("Textarea", "C-2", "说明", false, json!({})),
        control("Number", "C-3", "数", false, json!({})),
        control("Money", "C-4", "金额", false, json!({})),
        control("Date", "C-5", "日期", false, json!({ "date": { "type": "hour" } })),
        control("Selector", "C-6", "选项", false, json!({ "selector": { "type": "multi", "options": [] } })),
        control("Contact", "C-7", "成员", false, json!({ "contact": { "type": "multi", "mode": "user" } })),
        control(
            "Contact",
            "C-8",
            "部门",
            false,
            json!({ "contact": { "type": "multi", "mode": "department" } })
        ),
        control("File", "C-9", "附件", false, json!({})),
        control("RelatedApproval", "C-10", "关联", false, json!({})),
        control("Location", "C-11", "位置", false, json!({})),
    ]);
    let of = control("Table", "Table-7", "明细", true, json!({ "table": { "children": columns } }));
    let rows = table("明细", &[&[("必填", "a"), ("说明", " ")]]);
    let contents = filled(&[of], &[rows]).contents;
    let cells = contents[1]["value"]["children"][0]["list"].as_array().unwrap();
    let values: Vec<_> =
        cells.iter().map(|cell| (cell["id"].as_str().unwrap(), cell["value"].clone())).collect();
    let expected = [
        ("C-1", json!({ "text": "a" })),
        ("C-2", json!({ "text": "" })),
        ("C-3", json!({ "new_number": "" })),
        ("C-4", json!({ "new_money": "" })),
        ("C-5", json!({ "date": { "type": "hour", "s_timestamp": "" } })),
        ("C-6", json!({ "selector": { "type": "multi", "options": [] } })),
        ("C-7", json!({ "members": [] })),
        ("C-8", json!({ "departments": [] })),
        ("C-9", json!({ "files": [] })),
        ("C-10", json!({ "related_approval": [] })),
        ("C-11", json!({})),
    ];
    assert_eq!(values, expected);
}

#[test]
fn a_text_is_made_to_fit_and_says_so() {
    let controls = [control("Text", "T-1", "标题", true, json!({}))];
    let form =
        filled(&controls, &[field("标题", text(&format!("a\nb\u{7}{}", "长".repeat(TEXT_CHARACTERS))))]);
    let sent = form.contents[1]["value"]["text"].as_str().unwrap();
    assert_eq!(sent.chars().count(), TEXT_CHARACTERS);
    assert!(sent.starts_with("a b长") && sent.ends_with("长…"));
    let warnings: Vec<_> =
        form.warnings.iter().map(|warning| (warning.name.as_str(), warning.code)).collect();
    assert_eq!(warnings, [("标题", "changed"), ("标题", "cut")]);
    assert_eq!(filled(&controls, &[field("标题", text("fits"))]).warnings, []);
}

#[test]
fn a_name_is_a_mapped_name_an_id_or_an_only_title() {
    let controls = [
        control("Text", "T-1", "标题", false, json!({})),
        control("Text", "T-2", "双", false, json!({})),
        control("Text", "T-3", "双", false, json!({})),
    ];
    let mut config = config();
    config.field_map.insert("reason".into(), "T-2".into());
    config.field_map.insert("标题".into(), "T-3".into());
    let fields = [field("reason", text("2")), field("标题", text("3")), field("T-1", text("1"))];
    let form = fill_with(&config, &controls, &fields).unwrap();
    let ids: Vec<_> = form.contents.iter().map(|entry| (&entry["id"], &entry["value"]["text"])).collect();
    assert_eq!(
        ids[1..],
        [(&json!("T-1"), &json!("1")), (&json!("T-2"), &json!("2")), (&json!("T-3"), &json!("3"))]
    );
}
