//! gettemplatedetail and create_template.

use fake_wecom::ACCESS_TEMPLATE_ID;
use serde_json::{Value, json};

use crate::company::{Company, example};

fn draft() -> Value {
    json!({
        "template_name": [{ "text": "新模板", "lang": "zh_CN" }],
        "template_content": { "controls": [
            control("Text-01", "标题", json!({})),
            control("Textarea-02", "申请原因", json!({})),
            control("Selector-03", "应用", json!({ "selector": { "type": "single", "options": [
                { "key": "option-1", "value": [{ "text": "ERP", "lang": "zh_CN" }] },
                { "key": "option-2", "value": [{ "text": "CRM", "lang": "zh_CN" }] },
            ] } })),
        ] },
    })
}

fn control(id: &str, title: &str, config: Value) -> Value {
    let kind = id.split('-').next().unwrap();
    json!({
        "property": {
            "control": kind, "id": id, "title": [{ "text": title, "lang": "zh_CN" }], "placeholder": [],
            "require": 1, "un_print": 0,
        },
        "config": config,
    })
}

fn create(company: &Company, change: impl FnOnce(&mut Value)) -> Value {
    let mut request = draft();
    change(&mut request);
    company.post("oa/approval/create_template", &request)
}

fn refused(change: impl FnOnce(&mut Value)) {
    let company = example();
    let answer = create(&company, change);
    assert_eq!(answer["errcode"], 301_086, "{answer}");
    assert_eq!(company.fake.setup().templates.len(), 2);
}

#[test]
fn a_template_tells_its_controls_with_the_config_of_their_kind() {
    let answer = example().post("oa/gettemplatedetail", &json!({ "template_id": ACCESS_TEMPLATE_ID }));
    assert_eq!(answer["errcode"], 0);
    assert_eq!(
        answer["template_names"],
        json!([{ "text": "应用访问权限申请", "lang": "zh_CN" }, { "text": "", "lang": "en" }])
    );
    let controls = answer["template_content"]["controls"].as_array().unwrap();
    let ids: Vec<_> = controls.iter().map(|control| control["property"]["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids,
        [
            "Text-1700000000001",
            "Textarea-1700000000002",
            "Selector-1700000000003",
            "Textarea-1700000000004",
            "Text-1700000000005",
            "Text-1700000000006",
            "Date-1700000000007",
        ]
    );
    assert_eq!(controls[0]["config"], json!({}));
    assert_eq!(controls[0]["property"]["require"], 1);
    assert_eq!(controls[6]["property"]["require"], 0);
    assert_eq!(
        controls[2]["config"]["selector"]["options"][0],
        json!({ "key": "option-1700000000031", "value": [{ "text": "ERP", "lang": "zh_CN" }] })
    );
    assert_eq!(controls[6]["config"], json!({ "date": { "type": "day" } }));
}

#[test]
fn an_unknown_template_is_301025_with_empty_names() {
    let answer = example().post("oa/gettemplatedetail", &json!({ "template_id": "3TmNone" }));
    assert_eq!(answer["errcode"], 301_025);
    assert_eq!(answer["template_names"], json!([]));
}

#[test]
fn a_new_template_can_be_read_and_submitted_along_the_default_flow() {
    let company = example();
    let id = create(&company, |_| {})["template_id"].clone();
    let read = company.post("oa/gettemplatedetail", &json!({ "template_id": id }));
    assert_eq!(read["template_content"]["controls"].as_array().unwrap().len(), 3);
    let submitted = company.post(
        "oa/applyevent",
        &json!({
            "creator_userid": "zhang.san", "template_id": id, "use_template_approver": 1,
            "apply_data": { "contents": [
                { "control": "Text", "id": "Text-01", "value": { "text": "a" } },
                { "control": "Textarea", "id": "Textarea-02", "value": { "text": "b" } },
                { "control": "Selector", "id": "Selector-03",
                  "value": { "selector": { "type": "single", "options": [{ "key": "option-2" }] } } },
            ] },
            "summary_list": [{ "summary_info": [{ "text": "a", "lang": "zh_CN" }] }],
        }),
    );
    assert_eq!(submitted["errcode"], 0, "{submitted}");
}

#[test]
fn the_name_is_short_and_unique() {
    refused(|draft| draft["template_name"] = json!([]));
    refused(|draft| draft["template_name"][0]["text"] = json!("长".repeat(41)));
    refused(|draft| draft["template_name"][0]["text"] = json!("请假"));
    refused(|draft| draft["template_name"][0]["lang"] = json!("zh-CN"));
}

#[test]
fn control_ids_are_unique_and_named_after_their_kind() {
    let id = |id: &'static str| {
        move |draft: &mut Value| draft["template_content"]["controls"][0]["property"]["id"] = json!(id)
    };
    refused(id("Textarea-02"));
    refused(id("Text-"));
    refused(id("Text-a"));
    refused(id("title"));
    refused(id("Number-01"));
}

#[test]
fn titles_and_placeholders_are_short_and_titles_unique() {
    let property = |field: &'static str, text: String| {
        move |draft: &mut Value| {
            let list = json!([{ "text": text, "lang": "zh_CN" }]);
            draft["template_content"]["controls"][0]["property"][field] = list;
        }
    };
    refused(property("title", "长".repeat(41)));
    refused(property("title", "申请原因".to_owned()));
    refused(property("title", String::new()));
    refused(property("placeholder", "长".repeat(81)));
}

#[test]
fn controls_that_do_not_go_together_are_refused() {
    let controls =
        |controls: Value| move |draft: &mut Value| draft["template_content"]["controls"] = controls;
    let table = |id: &str, child: Value| control(id, "表", json!({ "table": { "children": [child] } }));
    let text = || control("Text-1", "文", json!({}));
    refused(controls(json!([])));
    refused(controls(json!([control("Video-1", "视频", json!({}))])));
    refused(controls(json!([table("Table-1", table("Table-2", text()))])));
    refused(controls(json!([table("Table-1", control("Attendance-1", "勤", json!({})))])));
    refused(controls(json!([
        control("Attendance-1", "勤", json!({})),
        control("Vacation-2", "假", json!({})),
    ])));
    refused(controls(json!([control("Selector-1", "选", json!({ "selector": { "type": "single" } }))])));
    refused(controls(json!([control("Location-1", "地", json!({ "location": { "distance": 150 } }))])));
    refused(controls(json!([control("Date-1", "日", json!({ "date": { "type": "week" } }))])));
}
