//! A configuration, people and answers that the scenarios share.

use std::time::Duration;

use serde_json::{Value, json};
use wecom_protocol::config::{Config, FieldMap, REQUEST_NUMBER};
use wecom_protocol::model::{Account, CorpId, TemplateId};

pub(crate) const GETTOKEN: &str = "/cgi-bin/gettoken";
pub(crate) const USER_GET: &str = "/cgi-bin/user/get";
pub(crate) const TEMPLATE: &str = "/cgi-bin/oa/gettemplatedetail";
pub(crate) const APPLY: &str = "/cgi-bin/oa/applyevent";

pub(crate) const TOKEN_OK: &str = include_str!("../json/gettoken.response.ok.json");
pub(crate) const APPLY_OK: &str = include_str!("../json/applyevent.response.ok.json");

pub(crate) const TEMPLATE_ID: &str = "3TmSyntheticTemplateId0000000000000000001";
pub(crate) const NUMBER_ID: &str = "Text-1700000000099";

pub(crate) fn config() -> Config {
    let mut field_map = FieldMap::default();
    field_map.insert(REQUEST_NUMBER.to_owned(), NUMBER_ID.to_owned());
    Config {
        corp_id: CorpId("ww0123456789abcdef".into()),
        provider_corp_id: None,
        agent_id: 1_000_002,
        credential_key: "credential-key".into(),
        callback_keys: Vec::new(),
        callback_window: Duration::from_secs(3_600),
        user_attribute: "wecomUserId".into(),
        template_id: Some(TemplateId(TEMPLATE_ID.into())),
        former_template_ids: Vec::new(),
        field_map,
        api_base: "https://qyapi.weixin.qq.com".into(),
    }
}

/// An account whose attribute holds `member`.
pub(crate) fn account(display_name: &str, member: &str) -> Account {
    with_attributes(display_name, &[("wecomUserId", &[member])])
}

pub(crate) fn with_attributes(display_name: &str, attributes: &[(&str, &[&str])]) -> Account {
    let owned = |(name, values): &(&str, &[&str])| {
        ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
    };
    Account {
        id: format!("u-{display_name}"),
        display_name: display_name.into(),
        attributes: attributes.iter().map(owned).collect(),
    }
}

pub(crate) fn refusal(errcode: i64) -> String {
    json!({ "errcode": errcode, "errmsg": "no, hint: [1767225600123456789012345], from ip: 192.0.2.10" })
        .to_string()
}

pub(crate) fn active(userid: &str) -> String {
    json!({ "errcode": 0, "errmsg": "ok", "userid": userid, "status": 1 }).to_string()
}

pub(crate) fn control(word: &str, id: &str, title: &str, required: bool, config: Value) -> Value {
    json!({
        "property": {
            "control": word,
            "id": id,
            "title": [{ "text": title, "lang": "zh_CN" }],
            "require": i32::from(required),
        },
        "config": config,
    })
}

/// An answer of gettemplatedetail: the control of the request number, and these.
pub(crate) fn template(controls: &[Value]) -> String {
    let mut all = vec![control("Text", NUMBER_ID, "申请编号", true, json!({}))];
    all.extend_from_slice(controls);
    json!({
        "errcode": 0,
        "errmsg": "ok",
        "template_names": [{ "text": "应用访问权限申请", "lang": "zh_CN" }],
        "template_content": { "controls": all },
    })
    .to_string()
}
