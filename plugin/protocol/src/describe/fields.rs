//! The settings, each with its words.

use super::{API_ORIGIN, Field, Kind};
use crate::settings::key;
use crate::text::text;

const LETTERS_AND_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// All settings, in the order of the settings page: the seven of the product's guide first.
pub static FIELDS: &[Field] = &[
    Field {
        key: key::CORP_ID,
        label: text("CorpId", "企业 ID (CorpId)"),
        help: text(
            "The id of your company in WeCom. Callbacks for any other company are refused.",
            "企业在企业微信中的 ID。发给其他企业的回调会被拒绝。",
        ),
        place: text(
            "WeCom admin console: My Company > Company Information > Company ID",
            "企业微信管理后台：我的企业 > 企业信息 > 企业ID",
        ),
        kind: Kind::Text,
        required: true,
        pattern: Some("w[wx][0-9A-Za-z]{16}|wp[0-9A-Za-z_\\-]{30,126}"),
        default: None,
    },
    Field {
        key: key::AGENT_ID,
        label: text("Agent ID", "应用 ID (AgentId)"),
        help: text(
            "The id of the app whose Secret is entered below: an app of your own, or 3010040 for the Approval app.",
            "下方 Secret 所属应用的 ID：自建应用的 AgentId；审批应用为 3010040。",
        ),
        place: text(
            "WeCom admin console: App Management > your own app > AgentId; with the Approval app, App Management > \
             Approval > API",
            "企业微信管理后台：应用管理 > 自建应用 > AgentId；使用审批应用时为 应用管理 > 审批 > API",
        ),
        kind: Kind::Text,
        required: true,
        pattern: Some("[0-9]{1,10}"),
        default: None,
    },
    Field {
        key: key::SECRET,
        label: text("Secret", "应用密钥 (Secret)"),
        help: text(
            "The Secret of the same app. It stays with the identity platform; the engine never sees it.",
            "同一应用的 Secret。由身份平台保管，引擎不会接触到它。",
        ),
        place: text(
            "WeCom admin console: App Management > your own app > Secret; with the Approval app, App Management > \
             Approval > API > Secret; it is viewed within the WeCom client",
            "企业微信管理后台：应用管理 > 自建应用 > Secret；使用审批应用时为 应用管理 > 审批 > API > Secret；\
             须在企业微信客户端中查看",
        ),
        kind: Kind::HeldSecret,
        required: true,
        pattern: None,
        default: None,
    },
    Field {
        key: key::AES_KEY,
        label: text("Aes Key", "加密密钥 (EncodingAESKey)"),
        help: text(
            "Encrypts what WeCom sends here. Randomly Generate beside EncodingAESKey in WeCom makes one.",
            "用于加密企业微信发来的消息。在企业微信的 EncodingAESKey 旁点击“随机获取”即可生成。",
        ),
        place: text(
            "WeCom admin console: App Management > your own app > Receive messages > Set API receive (Receive Message \
             Server Configuration) > EncodingAESKey; with the Approval app, App Management > Approval > \
             API > Receive Event Server > EncodingAESKey",
            "企业微信管理后台：应用管理 > 自建应用 > 接收消息 > 设置API接收（接收消息服务器配置） > \
             EncodingAESKey；使用审批应用时为 应用管理 > 审批 > API > 接收事件服务器 > EncodingAESKey",
        ),
        kind: Kind::GeneratedSecret { alphabet: LETTERS_AND_DIGITS, length: 43 },
        required: true,
        pattern: Some("[0-9A-Za-z]{43}"),
        default: None,
    },
    Field {
        key: key::SIGN_TOKEN,
        label: text("Sign Token", "签名令牌 (Token)"),
        help: text(
            "Signs what WeCom sends here. Randomly Generate beside Token in WeCom makes one.",
            "用于对企业微信发来的消息签名。在企业微信的 Token 旁点击“随机获取”即可生成。",
        ),
        place: text(
            "WeCom admin console: App Management > your own app > Receive messages > Set API receive (Receive Message \
             Server Configuration) > Token; with the Approval app, App Management > Approval > \
             API > Receive Event Server > Token",
            "企业微信管理后台：应用管理 > 自建应用 > 接收消息 > 设置API接收（接收消息服务器配置） > \
             Token；使用审批应用时为 应用管理 > 审批 > API > 接收事件服务器 > Token",
        ),
        kind: Kind::GeneratedSecret { alphabet: LETTERS_AND_DIGITS, length: 32 },
        required: true,
        pattern: Some("[0-9A-Za-z]{1,32}"),
        default: None,
    },
    Field {
        key: key::WECOM_ATTRIBUTE,
        label: text("Associated WeCom Side Attribute", "企业微信侧关联属性"),
        help: text("What identifies a member in WeCom.", "在企业微信中标识成员的属性。"),
        place: text(
            "Always userId, which WeCom shows under Contacts > Member Details in the account field",
            "固定为 userId，即企业微信 通讯录 > 成员详情 中的“账号”",
        ),
        kind: Kind::Fixed("userId"),
        required: false,
        pattern: Some("userId"),
        default: Some("userId"),
    },
    Field {
        key: key::USER_ATTRIBUTE,
        label: text("Associated System User Attribute", "系统用户关联属性"),
        help: text(
            "The directory field that holds each account's WeCom userId. No other field is ever tried.",
            "目录中存放账号对应企业微信 userId 的字段。不会尝试其他字段。",
        ),
        place: text(
            "The directory of the identity platform: the field with the values that WeCom shows under Contacts > \
             Member Details in the account field",
            "身份平台的用户目录：其值与企业微信 通讯录 > 成员详情 中的“账号”一致的字段",
        ),
        kind: Kind::Text,
        required: true,
        pattern: Some(r"\S(.{0,126}\S)?"),
        default: None,
    },
    Field {
        key: key::TEMPLATE_ID,
        label: text("Template ID", "模板 ID"),
        help: text(
            "The approval template that requests are submitted with. Events of other templates are not reported.",
            "提交申请所用的审批模板。其他模板的事件不会上报。",
        ),
        place: text(
            "WeCom admin console: App Management > Approval > the template; its id stands in the page's address",
            "企业微信管理后台：应用管理 > 审批 > 打开模板，地址栏中的模板 ID",
        ),
        kind: Kind::Text,
        required: false,
        pattern: Some(r"[0-9A-Za-z_\-]{1,128}"),
        default: None,
    },
    Field {
        key: key::FIELD_MAP,
        label: text("Field Map", "字段映射"),
        help: text(
            "JSON that maps field names to the template's control ids, such as \
             {\"request-number\": \"Text-01\", \"reason\": \"Textarea-02\"}. request-number is required: it carries \
             the request's own number, by which a submission is found again.",
            "JSON，将字段名映射到模板控件 ID，例如 {\"request-number\": \"Text-01\", \"reason\": \"Textarea-02\"}。\
             必须包含 request-number：它承载申请编号，用于找回已提交的审批单。",
        ),
        place: text(
            "Decided together with the template; required as soon as there is a template",
            "与模板一同确定；填写模板 ID 后必填",
        ),
        kind: Kind::MultilineText,
        required: false,
        pattern: None,
        default: None,
    },
    Field {
        key: key::FORMER_TEMPLATE_IDS,
        label: text("Former Template IDs", "曾用模板 ID"),
        help: text(
            "Templates whose open approvals are still to be followed, separated by commas.",
            "仍需跟踪其未结审批单的模板，以逗号分隔。",
        ),
        place: text("Filled when the template is replaced", "更换模板时填写"),
        kind: Kind::Text,
        required: false,
        pattern: Some(r" *[0-9A-Za-z_\-]{1,128}( *, *[0-9A-Za-z_\-]{1,128})* *"),
        default: None,
    },
    Field {
        key: key::PREVIOUS_SIGN_TOKEN,
        label: text("Previous Sign Token", "上一个签名令牌"),
        help: text(
            "Accepted besides the Sign Token while it is being changed.",
            "更换签名令牌期间，与新令牌同时有效。",
        ),
        place: text("The value before the change", "更换前的值"),
        kind: Kind::Secret,
        required: false,
        pattern: Some("[0-9A-Za-z]{1,32}"),
        default: None,
    },
    Field {
        key: key::PREVIOUS_AES_KEY,
        label: text("Previous Aes Key", "上一个加密密钥"),
        help: text(
            "Accepted besides the Aes Key while it is being changed.",
            "更换加密密钥期间，与新密钥同时有效。",
        ),
        place: text("The value before the change", "更换前的值"),
        kind: Kind::Secret,
        required: false,
        pattern: Some("[0-9A-Za-z]{43}"),
        default: None,
    },
    Field {
        key: key::API_BASE_URL,
        label: text("API Base Address", "接口地址"),
        help: text(
            "Where WeCom's API is. Private deployments enter their own, with https. http is for a test with a server on \
             the same machine only (loopback), and works only where the host allows loopback.",
            "企业微信接口的地址。私有化部署请填写自己的 https 地址。http 仅用于连接本机（回环地址）的测试，\
             且需要宿主允许访问回环地址。",
        ),
        place: text("The operator of the private deployment", "私有化部署的运维人员"),
        kind: Kind::Text,
        required: false,
        pattern: None,
        default: Some(API_ORIGIN),
    },
    Field {
        key: key::CALLBACK_WINDOW,
        label: text("Callback Window (seconds)", "回调时间窗口（秒）"),
        help: text(
            "How far a callback's own time may lie from its arrival. WeCom repeats what was not answered.",
            "回调自带时间与到达时间允许的差值。企业微信会重发未得到应答的回调。",
        ),
        place: text("Decided here", "在此设定"),
        kind: Kind::Text,
        required: false,
        pattern: Some("[0-9]{2,5}"),
        default: Some("3600"),
    },
    Field {
        key: key::PROVIDER_CORP_ID,
        label: text("Provider's CorpId", "服务商企业 ID"),
        help: text(
            "For customised-development apps alone: the id of the provider's own company, which WeCom names when it \
             verifies the callback address. Events are never accepted for it.",
            "仅用于代开发应用：服务商自身企业的 ID，企业微信验证回调地址时以它为接收方。发给它的事件一律不接受。",
        ),
        place: text(
            "The provider of the app: WeCom service provider console > company information",
            "由应用服务商提供：企业微信服务商后台 > 企业信息",
        ),
        kind: Kind::Text,
        required: false,
        pattern: Some("w[wx][0-9A-Za-z]{16}"),
        default: None,
    },
];
