//! The guide that customers have, sentence by sentence, held against what the compiled engine describes.

use conformance::World;
use host_harness::contract::{Configured, Description, Text};

/// Where something must be said.
#[derive(Clone, Copy, Debug)]
enum At {
    /// The label of a setting.
    Label(&'static str),
    /// What a setting is for.
    Help(&'static str),
    /// Where a setting is found.
    Place(&'static str),
    /// The default value of a setting, the same in both languages.
    Default(&'static str),
    /// The step of the guide with this title.
    Step(&'static str),
    /// The place that something with this label is pasted into.
    Paste(&'static str),
}

/// A sentence of the customers' guide, and the words that say it.
struct Row {
    sentence: &'static str,
    at: At,
    en: &'static [&'static str],
    zh_cn: &'static [&'static str],
}

const fn row(
    sentence: &'static str,
    at: At,
    en: &'static [&'static str],
    zh_cn: &'static [&'static str],
) -> Row {
    Row { sentence, at, en, zh_cn }
}

const PREPARE: At = At::Step("Prepare both sides");
const IDENTIFY: At = At::Step("Identify the company and the app");
const OWN_APP: At = At::Step("Let your own app use approvals");
const KEYS: At = At::Step("Agree on the callback's keys");
const PEOPLE: At = At::Step("Map accounts to members");
const SAVE: At = At::Step("Save here, then in WeCom");
const LET_IN: At = At::Step("Let the server in");
const NEWS: At = At::Step("See that news arrives");

const ROWS: &[Row] = &[
    row(
        "You need administrator rights on both sides",
        PREPARE,
        &["administrator rights on both sides", "identity platform (IDaaS)", "WeCom admin console"],
        &["两侧的管理员权限", "身份平台（IDaaS）", "企业微信管理后台"],
    ),
    row(
        "From the top navigation bar: Settings > Approval Flow Settings > Enable WeCom Approval Flow",
        PREPARE,
        &["from the top navigation bar: Settings > Approval Flow Settings > Enable WeCom Approval Flow"],
        &["顶部导航栏", "Settings > Approval Flow Settings > Enable WeCom Approval Flow"],
    ),
    row(
        "Companies that did not call the Approval app's API before 1 December 2023 use an app of their own",
        PREPARE,
        &[
            "an app of your own",
            "every company that did not call the Approval app's API before 1 December 2023",
        ],
        &["自建应用：适用于 2023 年 12 月 1 日之前未调用过审批应用接口的所有企业"],
    ),
    row(
        "Companies that did may use the Approval app",
        PREPARE,
        &["the Approval app itself", "only for companies that called its API before that date"],
        &["审批应用：仅适用于在该日期之前已调用过其接口的企业"],
    ),
    row(
        "Who does not know uses an app of their own",
        PREPARE,
        &["If you do not know which kind your company is, use an app of your own"],
        &["不确定属于哪一类时，请使用自建应用"],
    ),
    row("CorpId", At::Label("corp-id"), &["CorpId"], &["CorpId"]),
    row(
        "The CorpId is the Company ID under My Company > Company Information",
        At::Place("corp-id"),
        &["My Company > Company Information > Company ID"],
        &["我的企业 > 企业信息 > 企业ID"],
    ),
    row(
        "The same, in the guide",
        IDENTIFY,
        &["CorpId from My Company > Company Information > Company ID"],
        &["从 我的企业 > 企业信息 > 企业ID 复制 CorpId"],
    ),
    row("Agent ID", At::Label("agent-id"), &["Agent ID"], &["AgentId"]),
    row(
        "The Agent ID is on the app's page, or on Approval > API",
        At::Place("agent-id"),
        &["App Management > your own app > AgentId", "App Management > Approval > API"],
        &["应用管理 > 自建应用 > AgentId", "应用管理 > 审批 > API"],
    ),
    row("Secret", At::Label("secret"), &["Secret"], &["Secret"]),
    row(
        "The Secret is on the same page, and is viewed within the WeCom client",
        At::Place("secret"),
        &[
            "App Management > your own app > Secret",
            "App Management > Approval > API > Secret",
            "viewed within the WeCom client",
        ],
        &["应用管理 > 自建应用 > Secret", "应用管理 > 审批 > API > Secret", "企业微信客户端中查看"],
    ),
    row(
        "The same, in the guide",
        IDENTIFY,
        &[
            "App of your own: App Management > the app.",
            "Approval app: App Management > Approval > API.",
            "viewed within the WeCom client",
        ],
        &["自建应用：应用管理 > 该应用。", "审批应用：应用管理 > 审批 > API。", "在企业微信客户端中查看"],
    ),
    row("Aes Key", At::Label("aes-key"), &["Aes Key"], &["EncodingAESKey"]),
    row("Sign Token", At::Label("sign-token"), &["Sign Token"], &["Token"]),
    row(
        "The callback page: Receive Message Server Configuration of the own app, Receive Event Server of Approval",
        KEYS,
        &[
            "App Management > the app > Receive messages > Set API receive",
            "Receive Message Server Configuration",
            "App Management > Approval > API > Receive Event Server",
        ],
        &[
            "应用管理 > 该应用 > 接收消息 > 设置API接收",
            "接收消息服务器配置",
            "应用管理 > 审批 > API > 接收事件服务器",
        ],
    ),
    row(
        "Randomly Generate makes Token and EncodingAESKey, which are Sign Token and Aes Key",
        KEYS,
        &[
            "Randomly Generate for Token and for EncodingAESKey",
            "copy Token to Sign Token and EncodingAESKey to Aes Key",
        ],
        &[
            "Token 与 EncodingAESKey 均点击“随机获取”",
            "将 Token 复制到签名令牌，将 EncodingAESKey 复制到加密密钥",
        ],
    ),
    row(
        "Nothing is saved in WeCom yet",
        KEYS,
        &["Do not save in WeCom yet"],
        &["此时先不要在企业微信中保存"],
    ),
    row("Randomly Generate, at the Aes Key", At::Help("aes-key"), &["Randomly Generate"], &["随机获取"]),
    row(
        "Randomly Generate, at the Sign Token",
        At::Help("sign-token"),
        &["Randomly Generate"],
        &["随机获取"],
    ),
    row(
        "The callback page, at the Aes Key",
        At::Place("aes-key"),
        &["Receive Message Server Configuration) > EncodingAESKey", "Receive Event Server > EncodingAESKey"],
        &["设置API接收（接收消息服务器配置） > EncodingAESKey", "接收事件服务器 > EncodingAESKey"],
    ),
    row(
        "The callback page, at the Sign Token",
        At::Place("sign-token"),
        &["Receive Message Server Configuration) > Token", "Receive Event Server > Token"],
        &["设置API接收（接收消息服务器配置） > Token", "接收事件服务器 > Token"],
    ),
    row(
        "Associated WeCom Side Attribute",
        At::Label("associated-wecom-attribute"),
        &["Associated WeCom Side Attribute"],
        &["企业微信侧关联属性"],
    ),
    row("It is userId", At::Default("associated-wecom-attribute"), &["userId"], &["userId"]),
    row(
        "The userId is the account under Contacts > Member Details",
        At::Place("associated-wecom-attribute"),
        &["Always userId", "Contacts > Member Details", "account field"],
        &["固定为 userId", "通讯录 > 成员详情", "账号"],
    ),
    row(
        "Associated System User Attribute",
        At::Label("associated-user-attribute"),
        &["Associated System User Attribute"],
        &["系统用户关联属性"],
    ),
    row(
        "It is the directory field that holds the WeCom userId",
        At::Help("associated-user-attribute"),
        &["directory field that holds each account's WeCom userId"],
        &["目录中存放账号对应企业微信 userId 的字段"],
    ),
    row(
        "Both, in the guide",
        PEOPLE,
        &[
            "can only be userId",
            "Contacts > Member Details in the account field",
            "directory field that holds each account's WeCom userId",
        ],
        &["只能为 userId", "通讯录 > 成员详情 中的“账号”", "目录中存放企业微信 userId 的字段"],
    ),
    row(
        "The Callback Address goes into WeCom after the IDaaS is saved, because WeCom calls it at once",
        SAVE,
        &[
            "Save these settings in the identity platform. Only then copy the Callback Address",
            "WeCom calls the address at once to verify it",
        ],
        &["先在身份平台中保存本页设置，然后复制回调地址", "企业微信会立即访问该地址进行验证"],
    ),
    row(
        "The Callback Address is the URL of the callback page, under both of its names",
        At::Paste("Callback Address (URL)"),
        &["Set API receive (Receive Message Server Configuration) > URL", "Receive Event Server > URL"],
        &["设置API接收（接收消息服务器配置） > URL", "接收事件服务器 > URL"],
    ),
    row(
        "An own app has the event of approvals switched on",
        SAVE,
        &["switch on the event approval status"],
        &["勾选 审批状态通知事件"],
    ),
    row("The template is ticked", SAVE, &["Approval app: tick the template"], &["审批应用：勾选模板"]),
    row(
        "An own app is listed among the callable apps, and its range holds the applicants",
        OWN_APP,
        &["App Management > Approval > API > Callable apps", "all applicants in its visible range"],
        &["应用管理 > 审批 > API > 可调用接口的应用", "所有申请人纳入其可见范围"],
    ),
    row(
        "A trusted IP is taken only after a receive URL or a trusted domain",
        LET_IN,
        &["trusted IPs", "only after a receive URL or a trusted domain has been set"],
        &["企业可信IP", "设置接收消息的 URL 或可信域名之后才能填写"],
    ),
    row(
        "The connection test does not show whether news arrives",
        NEWS,
        &[
            "connection test cannot show whether WeCom sends news",
            "event switch approval status (app of your own)",
            "ticked templates (Receive Event Server)",
        ],
        &[
            "连接测试无法确认企业微信是否推送事件",
            "审批状态通知事件（自建应用）",
            "接收事件服务器 中勾选的模板",
        ],
    ),
    row(
        "http is for loopback",
        At::Help("api-base-url"),
        &["with https", "http is for a test", "loopback"],
        &["https 地址", "http 仅用于", "回环地址"],
    ),
];

/// The text at a place, if there is one.
fn said(at: At, description: &Description, configured: &Configured) -> Option<Text> {
    let field = |key: &str| description.settings.iter().find(|field| field.key == key);
    Some(match at {
        At::Label(key) => field(key)?.label.clone(),
        At::Help(key) => field(key)?.help.clone(),
        At::Place(key) => field(key)?.place.clone(),
        At::Default(key) => {
            let value = field(key)?.default_value.clone()?;
            Text { en: value.clone(), zh_cn: value }
        }
        At::Step(title) => description.guide.iter().find(|step| step.title.en == title)?.body.clone(),
        At::Paste(label) => configured.pastes.iter().find(|paste| paste.label.en == label)?.place.clone(),
    })
}

#[tokio::test]
async fn every_sentence_of_the_customers_guide_is_said_in_both_languages() {
    let world = World::new().await;
    let description = world.engine().description();
    let configured = world.tenant().configure().await.unwrap().unwrap();
    let mut missing = Vec::new();
    for Row { sentence, at, en, zh_cn } in ROWS {
        let Some(text) = said(*at, description, &configured) else {
            missing.push(format!("{sentence}: there is no {at:?}"));
            continue;
        };
        for (words, whole) in [(en, &text.en), (zh_cn, &text.zh_cn)] {
            let unsaid = words.iter().filter(|words| !whole.contains(**words));
            missing.extend(unsaid.map(|words| format!("{sentence}: {at:?} does not say {words:?}: {whole}")));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// Who follows the guide from the first step to the last can do each one.
#[tokio::test]
async fn the_steps_come_in_the_order_in_which_they_work() {
    let world = World::new().await;
    let titles: Vec<&str> =
        world.engine().description().guide.iter().map(|step| step.title.en.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Prepare both sides",
            "Identify the company and the app",
            "Let your own app use approvals",
            "Agree on the callback's keys",
            "Map accounts to members",
            "Choose the approval template",
            "Save here, then in WeCom",
            "Let the server in",
            "See that news arrives",
        ]
    );
}
