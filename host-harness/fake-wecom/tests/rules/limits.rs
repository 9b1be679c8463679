//! Calls a minute.

use serde_json::json;

use crate::company::{T0, changed, example};

#[test]
fn the_601st_call_within_a_minute_is_too_many() {
    let company = example();
    let detail = || company.post("oa/getapprovaldetail", &json!({ "sp_no": "none" }))["errcode"].clone();
    for _ in 0..600 {
        assert_eq!(detail(), 301_025);
    }
    assert_eq!(detail(), 45009);
}

#[test]
fn each_approval_api_has_a_limit_of_its_own() {
    let company = changed(|setup| setup.rate_limit_per_minute = 1);
    for path in ["oa/getapprovaldetail", "oa/gettemplatedetail", "oa/getapprovalinfo", "oa/applyevent"] {
        assert_ne!(company.post(path, &json!({}))["errcode"], 45009, "{path}");
        assert_eq!(company.post(path, &json!({}))["errcode"], 45009, "{path}");
    }
}

#[test]
fn a_block_ends_after_a_minute_however_often_it_is_tried() {
    let company = changed(|setup| setup.rate_limit_per_minute = 1);
    let detail = || company.post("oa/getapprovaldetail", &json!({ "sp_no": "none" }))["errcode"].clone();
    assert_eq!(detail(), 301_025);
    company.clock.set(T0 + 10);
    assert_eq!(detail(), 45009);
    company.clock.set(T0 + 69);
    assert_eq!(detail(), 45009);
    company.clock.set(T0 + 70);
    assert_eq!(detail(), 301_025);
}

#[test]
fn debug_is_allowed_five_times_a_minute() {
    let company = example();
    let target = format!("/cgi-bin/user/get?access_token={}&userid=LiSi&debug=1", company.token);
    for _ in 0..5 {
        assert_eq!(company.get(&target)["errcode"], 0);
    }
    assert_eq!(company.get(&target)["errcode"], 45009);
}
