//! What the engine says of itself.

use crate::bindings::exports::idaas::approval::approval_engine::{
    Capability, Description, GuideStep, Reach, SettingField, SettingKind,
};
use crate::mistake::{Mistake, Omission};
use crate::{omits, text, wrong};

/// The one origin.
pub(crate) const ORIGIN: &str = "https://api.sample.example";

pub(crate) fn description() -> Description {
    let mut capabilities = vec![Capability::TemplateSteps, Capability::MemberConfirmation];
    if !omits(Omission::Diagnostics) {
        capabilities.push(Capability::Diagnostics);
    }
    if !omits(Omission::ExplicitSteps) {
        capabilities.push(Capability::ExplicitSteps);
    }
    if !wrong(Mistake::HidesTracking) {
        capabilities.push(Capability::Tracking);
    }
    Description {
        id: String::from("sample"),
        version: String::from("0.1.0"),
        name: text("Sample", "示例"),
        summary: text(
            "Carries approvals to the conformance kit's sample provider.",
            "将审批送到一致性测试套件的示例平台。",
        ),
        settings: vec![
            field("organisation", SettingKind::Text, Some("org-[0-9]{4}")),
            field("callback-secret", SettingKind::Secret, None),
            field("api-secret", SettingKind::HeldSecret, None),
            field("directory-attribute", SettingKind::Text, None),
            SettingField {
                required: false,
                ..field("template", SettingKind::Text, Some(template_pattern()))
            },
        ],
        capabilities,
        reaches: vec![Reach::Origin(ORIGIN.to_owned())],
        guide: guide(),
    }
}

fn template_pattern() -> &'static str {
    if wrong(Mistake::PatternForOldReaders) {
        "T-[a-z-]+"
    } else if wrong(Mistake::PatternTooNarrow) {
        "T-[a-z]{1,3}"
    } else {
        "T-[a-z]+"
    }
}

fn field(key: &str, kind: SettingKind, pattern: Option<&str>) -> SettingField {
    SettingField {
        key: key.to_owned(),
        label: text(key, "设置"),
        help: text("One of the settings of the sample provider.", "示例平台的一项设置。"),
        place: text("The sample provider's console.", "示例平台的管理后台。"),
        kind,
        required: true,
        pattern: pattern.map(str::to_owned),
        default_value: None,
    }
}

fn guide() -> Vec<GuideStep> {
    let attribute = if wrong(Mistake::GuideWithoutItsSettings) { "" } else { "directory-attribute" };
    let keys = ["organisation", "callback-secret", "api-secret", attribute, "template"];
    let body = if wrong(Mistake::HalfTranslated) { "" } else { "将控制台中的值填写到此处。" };
    vec![
        GuideStep {
            title: text("Settings", "设置"),
            body: text("Copy the values from the console.", body),
            settings: keys.into_iter().filter(|key| !key.is_empty()).map(str::to_owned).collect(),
            shows_callback_address: false,
        },
        GuideStep {
            title: text("Address", "回调地址"),
            body: text("Enter the callback address in the console.", "在控制台中填写回调地址。"),
            settings: Vec::new(),
            shows_callback_address: true,
        },
    ]
}
