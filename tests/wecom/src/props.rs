//! What the scenarios put on the stage: settings, accounts, requests.

use std::collections::BTreeSet;

use fake_wecom::setup::{control, member};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, AGENT_ID, App, CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, LEAVE_TEMPLATE_ID,
    ReceiveServer, SECRET, Secret, Setup, Visible,
};
use host_harness::Settings;
use host_harness::contract::{
    Account, Attribute, Content, FieldContent, FormField, Route, RouteStep, StepKind, StepMode,
    SubmissionRequest, Text,
};
use serde_json::json;

/// The directory attribute that holds the WeCom user id.
pub const ATTRIBUTE: &str = "wecomUserId";

/// Sound settings for the example company.
#[must_use]
pub fn settings() -> Settings {
    let map = json!({
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
}

/// A self-built app beside the Approval app.
const OTHER_APP: (u32, &str) = (1_000_002, "example-secret-of-another-app-0000000000001");

/// The example company with a second app.
#[must_use]
pub fn two_apps() -> Setup {
    let mut setup = Setup::example();
    let app = setup.apps.first().unwrap().clone();
    let (agent_id, secret) = OTHER_APP;
    setup.apps.push(App { agent_id, secret: Secret::new(secret), visible: Visible::Everyone, ..app });
    setup
}

/// The settings that use the second app.
#[must_use]
pub fn other_app() -> Settings {
    settings().with("agent-id", OTHER_APP.0.to_string()).with("secret", OTHER_APP.1)
}

/// WeCom's side of the callback, both templates ticked.
#[must_use]
pub fn receive_server() -> ReceiveServer {
    ReceiveServer {
        url: String::from("https://idaas.example.com/callback/acme"),
        token: Secret::new(EXAMPLE_CALLBACK_TOKEN),
        aes_key: Secret::new(EXAMPLE_AES_KEY),
        templates: BTreeSet::from([ACCESS_TEMPLATE_ID.to_owned(), LEAVE_TEMPLATE_ID.to_owned()]),
    }
}

/// An account whose attribute has these values.
#[must_use]
pub fn account(values: &[&str]) -> Account {
    Account {
        id: String::from("u-1"),
        display_name: String::from("张三"),
        attributes: vec![Attribute {
            name: ATTRIBUTE.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }],
    }
}

/// A field with a text.
#[must_use]
pub fn text(name: &str, value: &str) -> FormField {
    FormField { name: name.to_owned(), content: FieldContent::Single(Content::Text(value.to_owned())) }
}

/// A sound request of 张三's under this number, decided by the template's own flow.
#[must_use]
pub fn request(number: &str) -> SubmissionRequest {
    SubmissionRequest {
        idempotency_key: number.to_owned(),
        applicant: account(&[member::ZHANG_SAN]),
        department: None,
        summary: vec![Text { en: String::from("ERP, read only"), zh_cn: String::from("ERP 只读角色") }],
        fields: vec![
            text("title", "申请访问 ERP 只读角色"),
            text("reason", "季度对账"),
            FormField {
                name: String::from("application"),
                content: FieldContent::Single(Content::Choices(vec![String::from("ERP")])),
            },
        ],
        route: Route::TemplateFlow,
    }
}

/// A flow in which each of these decides, one after another.
#[must_use]
pub fn steps(members: &[&str]) -> Route {
    let step = |id: &&str| RouteStep {
        kind: StepKind::Approval,
        mode: StepMode::Any,
        accounts: vec![account(&[id])],
    };
    Route::Steps(members.iter().map(step).collect())
}
