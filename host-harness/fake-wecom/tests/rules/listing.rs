//! oa/getapprovalinfo.

use fake_wecom::setup::member;
use fake_wecom::{ACCESS_TEMPLATE_ID, LEAVE_TEMPLATE_ID};
use serde_json::{Value, json};

use crate::company::{Company, T0, example};

fn query() -> Value {
    json!({
        "starttime": (T0 - 86_400).to_string(), "endtime": (T0 + 86_400).to_string(),
        "new_cursor": "", "size": 100, "filters": [],
    })
}

fn list(company: &Company, change: impl FnOnce(&mut Value)) -> Value {
    let mut request = query();
    change(&mut request);
    company.post("oa/getapprovalinfo", &request)
}

fn filtered(company: &Company, filters: Value) -> Vec<String> {
    let answer = list(company, |request| request["filters"] = filters);
    assert_eq!(answer["errcode"], 0, "{answer}");
    numbers(&answer)
}

fn numbers(answer: &Value) -> Vec<String> {
    let list = answer["sp_no_list"].as_array().unwrap();
    list.iter().map(|number| number.as_str().unwrap().to_owned()).collect()
}

fn filter(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": value })
}

#[test]
fn forms_of_the_range_come_in_the_order_of_submission() {
    let mut company = example();
    let first = company.submit();
    company.clock.advance(60);
    let second = company.submit();
    company.clock.advance(86_400);
    company.renew_token();
    company.submit();
    let answer = list(&company, |_| {});
    assert_eq!(numbers(&answer), [first, second]);
    assert!(answer.get("new_next_cursor").is_none());
}

#[test]
fn a_range_has_31_days_at_most_and_ends_after_it_begins() {
    let company = example();
    let range = |from: u64, to: u64| {
        let answer = list(&company, |request| {
            request["starttime"] = json!(from.to_string());
            request["endtime"] = json!(to.to_string());
        });
        answer["errcode"].clone()
    };
    assert_eq!(range(T0, T0 + 31 * 86_400), 0);
    assert_eq!(range(T0, T0 + 31 * 86_400 + 1), 301_112);
    assert_eq!(range(T0, T0), 301_025);
    assert_eq!(range(T0, T0 - 1), 301_025);
}

#[test]
fn times_are_texts_and_the_size_is_1_to_100() {
    let company = example();
    assert_eq!(list(&company, |r| r["starttime"] = json!(T0))["errcode"], 40058);
    assert_eq!(list(&company, |r| r["new_cursor"] = json!(null))["errcode"], 40058);
    assert_eq!(list(&company, |r| r["size"] = json!(0))["errcode"], 40058);
    assert_eq!(list(&company, |r| r["size"] = json!(101))["errcode"], 40058);
}

#[test]
fn a_short_page_need_not_be_the_last() {
    let company = example();
    let visible = company.submit();
    company.fake.submit_foreign(ACCESS_TEMPLATE_ID, member::OUT_OF_RANGE).unwrap();
    company.fake.submit_foreign(ACCESS_TEMPLATE_ID, member::OUT_OF_RANGE).unwrap();
    let last = company.submit();

    let mut pages = Vec::new();
    let mut cursor = json!("");
    loop {
        let answer = list(&company, |request| {
            request["size"] = json!(1);
            request["new_cursor"] = cursor.clone();
        });
        pages.push(numbers(&answer));
        match answer.get("new_next_cursor") {
            Some(next) => cursor = next.clone(),
            None => break,
        }
    }
    assert_eq!(pages, [vec![visible], vec![], vec![], vec![last]]);
}

#[test]
fn a_cursor_goes_on_with_its_own_query_only() {
    let company = example();
    company.submit();
    company.submit();
    let next = list(&company, |request| request["size"] = json!(1))["new_next_cursor"].clone();
    let other = list(&company, |request| {
        request["new_cursor"] = next;
        request["filters"] = json!([filter("sp_status", "1")]);
    });
    assert_eq!(other["errcode"], 301_025);
    assert_eq!(list(&company, |request| request["new_cursor"] = json!("made-up"))["errcode"], 301_025);
}

#[test]
fn filters_of_different_keys_must_all_hold() {
    let company = example();
    let access = company.submit();
    let leave = company.fake.submit_foreign(LEAVE_TEMPLATE_ID, member::WANG_WU).unwrap();
    company.fake.agree(&leave, member::LI_SI, "").unwrap();

    assert_eq!(filtered(&company, json!([filter("template_id", ACCESS_TEMPLATE_ID)])), [access.as_str()]);
    assert_eq!(filtered(&company, json!([filter("creator", "wangwu")])), [leave.as_str()]);
    assert_eq!(filtered(&company, json!([filter("sp_status", "2")])), [leave.as_str()]);
    assert_eq!(filtered(&company, json!([filter("record_type", "1")])), [leave.as_str()]);
    let both = json!([filter("creator", "WangWu"), filter("sp_status", "1")]);
    assert_eq!(filtered(&company, both), Vec::<String>::new());
    let either = json!([filter("department", "7"), filter("department", "12")]);
    assert_eq!(filtered(&company, either), [access, leave]);
}

#[test]
fn a_misspelt_filter_filters_nothing() {
    let company = example();
    let access = company.submit();
    let leave = company.fake.submit_foreign(LEAVE_TEMPLATE_ID, member::WANG_WU).unwrap();
    let misspelt = json!([filter("templateid", ACCESS_TEMPLATE_ID)]);
    assert_eq!(filtered(&company, misspelt), [access.clone(), leave.clone()]);
    let answer = list(&company, |r| r["filter"] = json!([filter("template_id", ACCESS_TEMPLATE_ID)]));
    assert_eq!(numbers(&answer), [access, leave]);
}

#[test]
fn filters_that_repeat_or_name_a_departed_creator_are_refused() {
    let company = example();
    let errcode = |filters| list(&company, |request| request["filters"] = filters)["errcode"].clone();
    assert_eq!(errcode(json!([filter("sp_status", "1"), filter("sp_status", "2")])), 301_025);
    assert_eq!(errcode(json!([filter("creator", member::DISABLED)])), 301_055);
    assert_eq!(errcode(json!([{ "key": "sp_status", "value": 1 }])), 40058);
}
