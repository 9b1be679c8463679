//! Settings, accounts and requests of the example company.

use fake_wecom::setup::{control, member};
use fake_wecom::{ACCESS_TEMPLATE_ID, AGENT_ID, CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, SECRET};
use host_harness::contract::{
    Account, Attribute, Content, FieldContent, FormField, Route, SubmissionRequest, Text,
};
use host_harness::{Grant, Settings};

/// The directory attribute that holds the member id.
pub(crate) const ATTRIBUTE: &str = "wecomUserId";

/// A grant for a fake on this machine.
pub(crate) fn loopback() -> Grant {
    Grant { loopback: true, ..Grant::default() }
}

/// Settings that fit the example company, whose API is at `wecom`.
pub(crate) fn settings(wecom: &str) -> Settings {
    let map = serde_json::json!({
        "title": control::TITLE,
        "reason": control::REASON,
        "application": control::APPLICATION,
        "details": control::DETAILS,
        "link": control::LINK,
        "request-number": control::REQUEST_NUMBER,
        "expires": control::EXPIRES,
    });
    Settings::new()
        .with("corp-id", CORP_ID)
        .with("agent-id", AGENT_ID.to_string())
        .with("secret", SECRET)
        .with("sign-token", EXAMPLE_CALLBACK_TOKEN)
        .with("aes-key", EXAMPLE_AES_KEY)
        .with("associated-wecom-attribute", "userId")
        .with("associated-user-attribute", ATTRIBUTE)
        .with("template-id", ACCESS_TEMPLATE_ID)
        .with("field-map", map.to_string())
        .with("api-base-url", wecom)
}

/// An account of the platform, with a member id in the mapped attribute.
pub(crate) fn account(id: &str, name: &str, user_id: &str) -> Account {
    Account {
        id: id.to_owned(),
        display_name: name.to_owned(),
        attributes: vec![Attribute { name: String::from(ATTRIBUTE), values: vec![user_id.to_owned()] }],
    }
}

/// 张三's request for access under this number.
pub(crate) fn request(number: &str) -> SubmissionRequest {
    let text = |name: &str, value: &str| FormField {
        name: name.to_owned(),
        content: FieldContent::Single(Content::Text(value.to_owned())),
    };
    SubmissionRequest {
        idempotency_key: number.to_owned(),
        applicant: account("u-1", "张三", member::ZHANG_SAN),
        department: None,
        summary: vec![Text { en: String::from("ERP, read only"), zh_cn: String::from("ERP 只读角色") }],
        fields: vec![
            text("title", "申请访问 ERP 只读角色"),
            text("reason", "quarter-end reconciliation\n季度对账"),
            FormField {
                name: String::from("application"),
                content: FieldContent::Single(Content::Choices(vec![String::from("ERP")])),
            },
        ],
        route: Route::TemplateFlow,
    }
}
