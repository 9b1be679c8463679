//! The set-up guide and what to paste where.

use crate::settings::key;
use crate::text::{Text, text};

/// One step of the guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideStep {
    /// What to do.
    pub title: Text,
    /// How.
    pub body: Text,
    /// The settings it fills.
    pub settings: &'static [&'static str],
    /// Whether the callback address is shown here.
    pub shows_callback_address: bool,
}

/// What goes from here into WeCom's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteValue {
    /// The host's callback address.
    CallbackAddress,
    /// The value of a setting.
    Setting(&'static str),
}

/// One value and the field of WeCom's console that it goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paste {
    /// The field.
    pub label: Text,
    /// The page.
    pub place: Text,
    /// The value.
    pub value: PasteValue,
}

/// The guide, in the order in which it works: WeCom calls the address at the moment it is saved, so the identity
/// platform is saved first.
pub static GUIDE: &[GuideStep] = &[
    GuideStep {
        title: text("Identify the company and the app", "填写企业与应用信息"),
        body: text(
            "Copy the Company ID from My Company > Company Information, and AgentId and Secret from App Management > \
             Approval > API.",
            "从 我的企业 > 企业信息 复制企业 ID，从 应用管理 > 审批 > API 复制 AgentId 与 Secret。",
        ),
        settings: &[key::CORP_ID, key::AGENT_ID, key::SECRET],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Agree on the callback's keys", "约定回调密钥"),
        body: text(
            "Open App Management > Approval > API > Receive Event Server, have Token and EncodingAESKey generated, \
             and copy both here. Do not save in WeCom yet.",
            "打开 应用管理 > 审批 > API > 接收事件服务器，随机生成 Token 与 EncodingAESKey 并复制到此处。\
             此时先不要在企业微信中保存。",
        ),
        settings: &[key::SIGN_TOKEN, key::AES_KEY],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Map accounts to members", "关联账号与成员"),
        body: text(
            "Choose the directory field that holds each account's WeCom userId.",
            "选择目录中存放企业微信 userId 的字段。",
        ),
        settings: &[key::WECOM_ATTRIBUTE, key::USER_ATTRIBUTE],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Choose the approval template", "选择审批模板"),
        body: text(
            "Enter the template's id and say which control holds which field. One text control carries the request's \
             number. `provision` makes such a template and both settings.",
            "填写模板 ID，并说明各字段对应的控件。其中一个文本控件用于承载申请编号。provision 可自动创建模板并给出这两项设置。",
        ),
        settings: &[key::TEMPLATE_ID, key::FIELD_MAP],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Save here, then in WeCom", "先在此处保存，再在企业微信中保存"),
        body: text(
            "Save these settings. Only then paste the callback address into Receive Event Server > URL, tick the \
             template, and save in WeCom: WeCom calls the address at once to verify it.",
            "先保存本页设置，然后将回调地址填入 接收事件服务器 > URL，勾选模板并在企业微信中保存：\
             企业微信会立即访问该地址进行验证。",
        ),
        settings: &[],
        shows_callback_address: true,
    },
    GuideStep {
        title: text("Let the server in", "放行服务器"),
        body: text(
            "For an app of your own: add the server's address to the app's trusted IPs, add the app to Approval > API \
             > Apps allowed to call, and include all applicants in its visible range.",
            "如使用自建应用：将服务器地址加入应用的企业可信 IP，将应用加入 审批 > API > 可调用接口的应用，\
             并将所有申请人纳入应用可见范围。",
        ),
        settings: &[],
        shows_callback_address: false,
    },
];

/// What to paste, once the settings are saved.
pub static PASTES: &[Paste] = &[
    Paste {
        label: text("Callback Address (URL)", "回调地址 (URL)"),
        place: text(
            "WeCom admin console: App Management > Approval > API > Receive Event Server > URL",
            "企业微信管理后台：应用管理 > 审批 > API > 接收事件服务器 > URL",
        ),
        value: PasteValue::CallbackAddress,
    },
    Paste {
        label: text("Sign Token", "签名令牌 (Token)"),
        place: text(
            "WeCom admin console: App Management > Approval > API > Receive Event Server > Token",
            "企业微信管理后台：应用管理 > 审批 > API > 接收事件服务器 > Token",
        ),
        value: PasteValue::Setting(key::SIGN_TOKEN),
    },
    Paste {
        label: text("Aes Key", "加密密钥 (EncodingAESKey)"),
        place: text(
            "WeCom admin console: App Management > Approval > API > Receive Event Server > EncodingAESKey",
            "企业微信管理后台：应用管理 > 审批 > API > 接收事件服务器 > EncodingAESKey",
        ),
        value: PasteValue::Setting(key::AES_KEY),
    },
];
