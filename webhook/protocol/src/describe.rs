//! What the engine is and needs: data for the host's settings page, in two languages.

use crate::approval_engine::{
    Capability, Description, Generator, GuideStep, Paste, PasteValue, Reach, SettingField, SettingKind,
};
use crate::settings::key;
use crate::text::text;

/// 44 characters of base64 are 33 bytes without padding, so each may be drawn by itself.
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What the engine says of itself.
#[must_use]
pub fn description() -> Description {
    Description {
        id: "webhook".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        name: text("Signed webhook", "签名 Webhook 审批"),
        summary: text(
            "Posts access requests to your own approval system and takes signed decisions back (Standard Webhooks).",
            "将访问申请发送到企业自有审批系统，并接收带签名的审批结果（Standard Webhooks）。",
        ),
        settings: fields(),
        capabilities: vec![
            Capability::Tracking,
            Capability::Diagnostics,
            Capability::ExplicitSteps,
            Capability::TemplateSteps,
        ],
        reaches: vec![Reach::Setting(key::ENDPOINT.into())],
        guide: guide(),
    }
}

fn fields() -> Vec<SettingField> {
    vec![
        SettingField {
            key: key::ENDPOINT.into(),
            label: text("Endpoint", "接口地址"),
            help: text(
                "Where requests are posted, over https. It must answer as PROTOCOL.md says. http is for a test with a \
                 server on the same machine only (loopback), and works only where the host allows loopback.",
                "审批申请将通过 https 发送到此地址，其应答须符合 PROTOCOL.md。http 仅用于连接本机（回环地址）的测试，\
                 且需要宿主允许访问回环地址。",
            ),
            place: text("Ask the operator of your approval system", "请向审批系统的运维人员获取"),
            kind: SettingKind::Text,
            required: true,
            pattern: Some("https?://[!-~]+".into()),
            default_value: None,
        },
        SettingField {
            key: key::APPLICATION.into(),
            label: text("Application", "应用标识"),
            help: text(
                "The name under which your approval system knows this platform's requests. Decisions of any other \
                 application are counted and left alone.",
                "审批系统中用于标识本平台申请的名称。其他应用的审批结果只计数，不处理。",
            ),
            place: text("Agree on it with your approval system", "与审批系统约定"),
            kind: SettingKind::Text,
            required: true,
            pattern: Some(r"[A-Za-z0-9._\-]{1,64}".into()),
            default_value: None,
        },
        SettingField {
            key: key::SECRET.into(),
            label: text("Signing secret", "签名密钥"),
            help: text(
                "Signs what is sent and proves what comes back. Base64 of 24 to 64 bytes, with whsec_ before it or not.",
                "用于对请求签名并验证回调。24 至 64 字节的 Base64，可带 whsec_ 前缀。",
            ),
            place: text(
                "Generate it here or in your approval system, and enter it on both sides",
                "在此处或审批系统中生成，并在两侧填写相同的值",
            ),
            // Not a held secret: an HMAC over the body needs the secret where the body is made.
            kind: SettingKind::GeneratedSecret(Generator { alphabet: BASE64.into(), length: 44 }),
            required: true,
            pattern: Some(SECRET_PATTERN.into()),
            default_value: None,
        },
        SettingField {
            key: key::PREVIOUS_SECRET.into(),
            label: text("Previous signing secret", "旧签名密钥"),
            help: text(
                "During a change of the secret, the one before. Requests are signed with both, either is believed.",
                "更换密钥期间填写旧密钥：请求会同时使用两个密钥签名，回调可使用任意一个。",
            ),
            place: text(
                "The former value of the signing secret; clear it when both sides have changed",
                "更换前的签名密钥；两侧均更换完成后请清空",
            ),
            kind: SettingKind::Secret,
            required: false,
            pattern: Some(SECRET_PATTERN.into()),
            default_value: None,
        },
        SettingField {
            key: key::USER_ATTRIBUTE.into(),
            label: text("Directory attribute", "用户目录属性"),
            help: text(
                "The attribute of an account that holds the member id of your approval system.",
                "账号中存放审批系统成员 ID 的属性。",
            ),
            place: text("This platform's directory", "本平台的用户目录"),
            kind: SettingKind::Text,
            required: false,
            pattern: Some("[!-~]{1,64}".into()),
            default_value: Some(DEFAULT_USER_ATTRIBUTE.into()),
        },
    ]
}

/// SCIM's name for the name an account signs in with.
pub(crate) const DEFAULT_USER_ATTRIBUTE: &str = "userName";

const SECRET_PATTERN: &str = r"(whsec_)?[A-Za-z0-9+\/]{32,86}={0,2}";

fn guide() -> Vec<GuideStep> {
    vec![
        GuideStep {
            title: text("Name the endpoint", "填写接口"),
            body: text(
                "Enter the address of your approval system and the application's name that you agreed on.",
                "填写审批系统的接口地址与约定的应用标识。",
            ),
            settings: vec![key::ENDPOINT.into(), key::APPLICATION.into(), key::USER_ATTRIBUTE.into()],
            shows_callback_address: false,
        },
        GuideStep {
            title: text("Share a secret", "共享密钥"),
            body: text(
                "Generate the signing secret, save here, and enter the same value in your approval system.",
                "生成签名密钥并在此处保存，然后在审批系统中填写相同的值。",
            ),
            settings: vec![key::SECRET.into()],
            shows_callback_address: false,
        },
        GuideStep {
            title: text("Have decisions sent back", "接收审批结果"),
            body: text(
                "Enter the callback address in your approval system, and run the connection test.",
                "在审批系统中填写回调地址，然后执行连接测试。",
            ),
            settings: vec![],
            shows_callback_address: true,
        },
    ]
}

/// What goes from here into the company's approval system.
pub(crate) fn pastes() -> Vec<Paste> {
    vec![
        Paste {
            label: text("Signing secret", "签名密钥"),
            place: text("Your approval system: webhook settings", "审批系统：Webhook 设置"),
            value: PasteValue::Setting(key::SECRET.into()),
        },
        Paste {
            label: text("Callback address", "回调地址"),
            place: text("Your approval system: webhook settings", "审批系统：Webhook 设置"),
            value: PasteValue::CallbackAddress,
        },
    ]
}
