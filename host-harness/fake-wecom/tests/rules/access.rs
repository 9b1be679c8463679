//! Which calls are let in at all.

use bytes::Bytes;
use fake_wecom::{ACCESS_TEMPLATE_ID, CORP_ID, SECRET};
use http::Request;
use serde_json::json;

use crate::company::{PEER, access_request, changed, example, json_of};

#[test]
fn an_unknown_path_is_404_with_an_empty_body() {
    let company = example();
    for path in ["/cgi-bin/oa/approve", "/cgi-bin/", "/other"] {
        let response = company.raw(Request::get(path).body(Bytes::new()).unwrap());
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.body().is_empty(), "{path}");
    }
}

#[test]
fn an_app_that_is_not_listed_for_approval_gets_301055() {
    let company = changed(|setup| setup.apps[0].may_use_approval = false);
    let answer = company.post("oa/applyevent", &access_request());
    assert_eq!(answer, json!({ "errcode": 301_055, "errmsg": "no approval auth" }));
    assert_eq!(company.post("oa/approval/create_template", &json!({}))["errcode"], 301_088);
    assert!(company.fake.forms().is_empty());
}

#[test]
fn an_address_that_is_not_trusted_gets_a_token_but_no_business() {
    let company = changed(|setup| setup.apps[0].trusted_addresses = Some(vec![[198, 51, 100, 7].into()]));
    assert!(!company.token.is_empty());
    let answer = company.post("oa/gettemplatedetail", &json!({ "template_id": ACCESS_TEMPLATE_ID }));
    assert_eq!(answer["errcode"], 60020);
    assert!(answer["errmsg"].as_str().unwrap().contains(", from ip: 192.0.2.10, "));

    company.fake.reconfigure(|setup| setup.apps[0].trusted_addresses = Some(vec![PEER]));
    let answer = company.post("oa/gettemplatedetail", &json!({ "template_id": ACCESS_TEMPLATE_ID }));
    assert_eq!(answer["errcode"], 0);
}

#[test]
fn a_get_of_an_approval_api_is_a_wrong_parameter() {
    let company = example();
    let answer = company.get(&format!("/cgi-bin/oa/getapprovaldetail?access_token={}", company.token));
    assert_eq!(answer["errcode"], 40058);
}

#[test]
fn broken_json_is_40058_and_says_so() {
    let company = example();
    for body in ["", "{", "[]", "\"text\""] {
        let answer = company.post_text("oa/applyevent", body);
        assert_eq!(answer["errcode"], 40058, "{body}");
        assert!(answer["errmsg"].as_str().unwrap().starts_with("Warning: wrong json format."), "{body}");
    }
}

#[test]
fn a_unicode_escape_in_the_body_is_refused() {
    let company = example();
    let body = access_request().to_string().replace("应用", "\\u5e94\\u7528");
    assert_eq!(company.post_text("oa/applyevent", &body)["errcode"], 40033);
    assert!(company.fake.forms().is_empty());
}

#[test]
fn any_app_may_ask_for_the_addresses_of_wecom() {
    let company = changed(|setup| {
        setup.apps[0].may_use_approval = false;
        setup.apps[0].contacts = false;
    });
    for path in ["getcallbackip", "get_api_domain_ip"] {
        let answer = company.get(&format!("/cgi-bin/{path}?access_token={}", company.token));
        assert_eq!(answer["errcode"], 0);
        assert!(!answer["ip_list"].as_array().unwrap().is_empty());
    }
}

#[test]
fn equal_seeds_give_equal_answers() {
    let request = || {
        let target = format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET}");
        Request::get(target).body(Bytes::new()).unwrap()
    };
    assert_eq!(json_of(example().raw(request())), json_of(example().raw(request())));
}
