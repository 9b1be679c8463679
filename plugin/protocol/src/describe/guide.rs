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
/// platform is saved first. Where the two ways of setting up differ, each step says both: an app of one's own, which is
/// the usual one since 2023-12-01, and the Approval app.
pub static GUIDE: &[GuideStep] = &[
    GuideStep {
        title: text("Prepare both sides", "准备两侧的权限"),
        body: text(
            "You need administrator rights on both sides: in the identity platform (IDaaS) and in the WeCom admin \
             console. In the IDaaS, choose from the top navigation bar: Settings > Approval Flow Settings > Enable \
             WeCom Approval Flow. In WeCom there are two ways to set up. The usual one is an app of your own (a \
             self-built app): it is for every company that did not call the Approval app's API before 1 December 2023. \
             The other one is the Approval app itself: it is only for companies that called its API before that date. \
             If you do not know which kind your company is, use an app of your own: it works for both.",
            "需要两侧的管理员权限：身份平台（IDaaS）与企业微信管理后台。在 IDaaS 的顶部导航栏中选择 设置 > 审批流设置 > \
             启用企业微信审批流（Settings > Approval Flow Settings > Enable WeCom Approval Flow）。企业微信侧有两种配置方式。\
             通常使用自建应用：适用于 2023 年 12 月 1 日之前未调用过审批应用接口的所有企业。\
             另一种是审批应用：仅适用于在该日期之前已调用过其接口的企业。\
             不确定属于哪一类时，请使用自建应用：两类企业均可使用。",
        ),
        settings: &[],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Identify the company and the app", "填写企业与应用信息"),
        body: text(
            "Copy CorpId from My Company > Company Information > Company ID. Copy Agent ID and Secret of one and the \
             same app. App of your own: App Management > the app. Approval app: App Management > Approval > API. \
             Choose View beside Secret: WeCom sends the Secret to you, and it is viewed within the WeCom client.",
            "从 我的企业 > 企业信息 > 企业ID 复制 CorpId。Agent ID 与 Secret 须来自同一个应用。\
             自建应用：应用管理 > 该应用。审批应用：应用管理 > 审批 > API。\
             点击 Secret 旁的“查看”，企业微信会将 Secret 发送给您，请在企业微信客户端中查看。",
        ),
        settings: &[key::CORP_ID, key::AGENT_ID, key::SECRET],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Let your own app use approvals", "允许自建应用使用审批"),
        body: text(
            "App of your own: add it under App Management > Approval > API > Callable apps, and include all applicants \
             in its visible range. Approval app: nothing to do in this step.",
            "自建应用：在 应用管理 > 审批 > API > 可调用接口的应用 中添加该应用，并将所有申请人纳入其可见范围。\
             审批应用：此步骤无需操作。",
        ),
        settings: &[],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Agree on the callback's keys", "约定回调密钥"),
        body: text(
            "Open the callback page. App of your own: App Management > the app > Receive messages > Set API receive, \
             which is headed Receive Message Server Configuration. Approval app: App Management > Approval > API > \
             Receive Event Server. Choose Randomly Generate for Token and for EncodingAESKey, and copy Token to Sign \
             Token and EncodingAESKey to Aes Key. Do not save in WeCom yet, and leave the page open.",
            "打开回调配置页面。自建应用：应用管理 > 该应用 > 接收消息 > 设置API接收（接收消息服务器配置）。\
             审批应用：应用管理 > 审批 > API > 接收事件服务器。Token 与 EncodingAESKey 均点击“随机获取”，\
             将 Token 复制到签名令牌，将 EncodingAESKey 复制到加密密钥。此时先不要在企业微信中保存，并保持该页面打开。",
        ),
        settings: &[key::SIGN_TOKEN, key::AES_KEY],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("Map accounts to members", "关联账号与成员"),
        body: text(
            "Associated WeCom Side Attribute can only be userId: WeCom shows it under Contacts > Member Details in the \
             account field. For Associated System User Attribute choose the directory field that holds each account's \
             WeCom userId.",
            "企业微信侧关联属性只能为 userId，即企业微信 通讯录 > 成员详情 中的“账号”。\
             系统用户关联属性请选择目录中存放企业微信 userId 的字段。",
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
            "Save these settings in the identity platform. Only then copy the Callback Address, paste it into URL on \
             WeCom's callback page, and save there: WeCom calls the address at once to verify it. App of your own: on \
             that page also switch on the event approval status. Approval app: tick the template. If Approval > API > \
             Receive Event Server lists templates, tick the template there for an app of your own as well: otherwise \
             WeCom may send no news of it.",
            "先在身份平台中保存本页设置，然后复制回调地址，填入企业微信回调配置页面的 URL 并保存：\
             企业微信会立即访问该地址进行验证。自建应用：还须在该页面勾选 审批状态通知事件。审批应用：勾选模板。\
             如果 审批 > API > 接收事件服务器 中列有模板，使用自建应用时也请在其中勾选该模板：否则企业微信可能不推送其事件。",
        ),
        settings: &[],
        shows_callback_address: true,
    },
    GuideStep {
        title: text("Let the server in", "放行服务器"),
        body: text(
            "App of your own: add the server's address to the app's trusted IPs. WeCom takes the address only after a \
             receive URL or a trusted domain has been set for the app, so this step follows the one before. Approval \
             app: nothing to do in this step.",
            "自建应用：将服务器地址加入应用的企业可信IP。应用设置接收消息的 URL 或可信域名之后才能填写，\
             因此须在上一步之后进行。审批应用：此步骤无需操作。",
        ),
        settings: &[],
        shows_callback_address: false,
    },
    GuideStep {
        title: text("See that news arrives", "确认能收到事件"),
        body: text(
            "Run the connection test, then submit one request and approve it in WeCom. The connection test cannot show \
             whether WeCom sends news: if the approval does not arrive at the callback address, look at the event \
             switch approval status (app of your own) and at the ticked templates (Receive Event Server).",
            "执行连接测试，然后提交一个申请并在企业微信中审批。连接测试无法确认企业微信是否推送事件：\
             如果回调地址没有收到该审批的事件，请检查 审批状态通知事件（自建应用）与 接收事件服务器 中勾选的模板。",
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
            "WeCom admin console: App Management > your own app > Receive messages > Set API receive (Receive Message \
             Server Configuration) > URL; with the Approval app, App Management > Approval > API > Receive Event \
             Server > URL",
            "企业微信管理后台：应用管理 > 自建应用 > 接收消息 > 设置API接收（接收消息服务器配置） > URL；\
             使用审批应用时为 应用管理 > 审批 > API > 接收事件服务器 > URL",
        ),
        value: PasteValue::CallbackAddress,
    },
    Paste {
        label: text("Sign Token", "签名令牌 (Token)"),
        place: text("WeCom admin console: the same page > Token", "企业微信管理后台：同一页面 > Token"),
        value: PasteValue::Setting(key::SIGN_TOKEN),
    },
    Paste {
        label: text("Aes Key", "加密密钥 (EncodingAESKey)"),
        place: text(
            "WeCom admin console: the same page > EncodingAESKey",
            "企业微信管理后台：同一页面 > EncodingAESKey",
        ),
        value: PasteValue::Setting(key::AES_KEY),
    },
];
