//! gettoken, and what a token is worth.

use fake_wecom::{App, CORP_ID, SECRET, Visible};
use http::Request;
use serde_json::json;

use crate::company::{PEER, T0, changed, example, json_of};

#[test]
fn a_right_secret_gets_a_token_for_two_hours() {
    let company = example();
    let answer = company.gettoken();
    assert_eq!(answer["errcode"], 0);
    assert_eq!(answer["errmsg"], "ok");
    assert_eq!(answer["expires_in"], 7_200);
    assert_eq!(answer["access_token"], company.token);
    assert!(company.token.len() <= 512);
}

#[test]
fn the_same_token_comes_back_with_what_is_left_of_its_life() {
    let company = example();
    company.clock.set(T0 + 7_000);
    assert_eq!(company.gettoken()["access_token"], company.token);
    assert_eq!(company.gettoken()["expires_in"], 200);
    company.clock.set(T0 + 7_200);
    assert_ne!(company.gettoken()["access_token"], company.token);
}

#[test]
fn the_secret_is_looked_at_before_the_corp_id() {
    let company = example();
    let errcode = |query: &str| company.get(&format!("/cgi-bin/gettoken{query}"))["errcode"].clone();
    assert_eq!(errcode(""), 41004);
    assert_eq!(errcode(&format!("?corpsecret={SECRET}")), 41002);
    assert_eq!(errcode(&format!("?corpid=ww0&corpsecret={SECRET}")), 40013);
    assert_eq!(errcode("?corpid=ww0&corpsecret=wrong"), 40001);
    assert_eq!(errcode(&format!("?corpid={CORP_ID}&corpsecret=wrong")), 40001);
}

#[test]
fn an_error_names_hint_address_and_link() {
    let company = example();
    let answer = company.get(&format!("/cgi-bin/gettoken?corpid=ww0&corpsecret={SECRET}"));
    let errmsg = answer["errmsg"].as_str().unwrap();
    assert!(errmsg.starts_with("invalid corpid, hint: [1767225600"), "{errmsg}");
    assert!(
        errmsg.ends_with(
            "], from ip: 192.0.2.10, more info at https://open.work.weixin.qq.com/devtool/query?e=40013"
        ),
        "{errmsg}"
    );
}

#[test]
fn a_token_outside_the_query_is_not_seen() {
    let company = example();
    let request = Request::post("/cgi-bin/oa/gettemplatedetail")
        .header("authorization", format!("Bearer {}", company.token))
        .body(json!({ "access_token": company.token, "template_id": "x" }).to_string().into())
        .unwrap();
    assert_eq!(json_of(company.raw(request))["errcode"], 41001);
}

#[test]
fn a_token_is_checked_before_anything_the_call_says() {
    let mut company = example();
    company.token = "never-handed-out".to_owned();
    let answer = company.post_text("oa/gettemplatedetail", "no json");
    assert_eq!(answer, json!({ "errcode": 40014, "errmsg": "invalid access_token", "template_names": [] }));
}

#[test]
fn an_expired_token_is_42001_and_a_revoked_one_40014() {
    let mut company = example();
    company.clock.set(T0 + 7_200);
    assert_eq!(company.post("oa/getapprovaldetail", &json!({}))["errcode"], 42001);

    company.renew_token();
    company.fake.revoke_tokens();
    assert_eq!(company.post("oa/getapprovaldetail", &json!({}))["errcode"], 40014);

    company.renew_token();
    company.fake.expire_tokens();
    assert_eq!(company.post("oa/getapprovaldetail", &json!({}))["errcode"], 42001);
}

#[test]
fn wrong_secrets_ban_the_address_for_an_hour_and_no_other() {
    let company = example();
    let wrong = format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret=wrong");
    for _ in 0..10 {
        assert_eq!(company.get(&wrong)["errcode"], 40001);
    }
    assert_eq!(company.gettoken()["errcode"], 45009);
    assert_eq!(company.post("oa/getapprovaldetail", &json!({}))["errcode"], 45009);

    let right = format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET}");
    let elsewhere = company.fake.handle(Request::get(right).body("".into()).unwrap(), [192, 0, 2, 11].into());
    assert_eq!(json_of(elsewhere.into_response().unwrap())["errcode"], 0);

    company.clock.set(T0 + 3_599);
    assert_eq!(company.gettoken()["errcode"], 45009);
    company.clock.set(T0 + 3_600);
    assert_eq!(company.gettoken()["errcode"], 0);
}

#[test]
fn two_apps_never_share_a_token() {
    let company = changed(|setup| {
        setup.apps.push(App {
            agent_id: 1_000_002,
            secret: "another-secret".into(),
            visible: Visible::Everyone,
            may_use_approval: false,
            trusted_addresses: Some(vec![PEER]),
            enabled: true,
            contacts: false,
        });
    });
    let other = company.get(&format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret=another-secret"));
    assert_ne!(other["access_token"], company.token);
}

#[test]
fn a_disabled_app_gets_no_token_and_its_tokens_stop_working() {
    let company = example();
    company.fake.reconfigure(|setup| setup.apps[0].enabled = false);
    assert_eq!(company.gettoken()["errcode"], 40001);
    assert_eq!(company.post("oa/getapprovaldetail", &json!({}))["errcode"], 50003);
}
