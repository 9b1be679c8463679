//! A small believable company, and the values to configure an engine from it.

use super::{App, Department, Member, MemberStatus, Setup, Visible};
use crate::Secret;
use crate::template::{
    Choice, Control, ControlKind, DateUnit, Flow, FlowNode, Relation, SelectOption, Template,
};

/// 企业ID of the example company.
pub const CORP_ID: &str = "ww0123456789abcdef";

/// The Approval system app.
pub const AGENT_ID: u32 = 3_010_040;

/// Secret of the Approval app. Invented; it opens nothing but this fake.
pub const SECRET: &str = "example-secret-of-the-approval-app-00000000";

/// A token for the receive-event-server. Invented.
pub const EXAMPLE_CALLBACK_TOKEN: &str = "ExampleCallbackToken01";

/// An EncodingAESKey for the receive-event-server. Invented: the bytes 00..1f.
pub const EXAMPLE_AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// 应用访问权限申请: the template of access requests.
pub const ACCESS_TEMPLATE_ID: &str = "3TmExampleAccessTemplate0000000000000001";

/// 请假: a template of another product, whose events an access engine must leave alone.
pub const LEAVE_TEMPLATE_ID: &str = "3TmExampleLeaveTemplate00000000000000002";

/// User ids of the example company.
pub mod member {
    /// 张三, the applicant of most tests.
    pub const ZHANG_SAN: &str = "zhang.san";
    /// 李四, first approver.
    pub const LI_SI: &str = "LiSi";
    /// 王五, second approver.
    pub const WANG_WU: &str = "WangWu";
    /// 陈安, security.
    pub const SEC_CHEN: &str = "sec.chen";
    /// 赵运, operations.
    pub const OPS_ZHAO: &str = "ops.zhao";
    /// 审计, copied in on every access request.
    pub const AUDIT: &str = "audit01";
    /// 钱停, whose account is disabled.
    pub const DISABLED: &str = "qian.ting";
    /// 孙新, who has not activated the account.
    pub const NOT_ACTIVATED: &str = "sun.xin";
    /// 周外, outside the visible range of the app.
    pub const OUT_OF_RANGE: &str = "zhou.wai";
}

/// Control ids of the access-request template.
pub mod control {
    /// 标题: Text, required.
    pub const TITLE: &str = "Text-1700000000001";
    /// 申请原因: Textarea, required.
    pub const REASON: &str = "Textarea-1700000000002";
    /// 应用: Selector, required.
    pub const APPLICATION: &str = "Selector-1700000000003";
    /// 权限明细: Textarea.
    pub const DETAILS: &str = "Textarea-1700000000004";
    /// 链接: Text.
    pub const LINK: &str = "Text-1700000000005";
    /// 申请号: Text, required; holds the idempotency key.
    pub const REQUEST_NUMBER: &str = "Text-1700000000006";
    /// 到期日: Date.
    pub const EXPIRES: &str = "Date-1700000000007";
}

/// Option keys of the Selector of the access-request template.
pub mod option {
    /// ERP.
    pub const ERP: &str = "option-1700000000031";
    /// CRM.
    pub const CRM: &str = "option-1700000000032";
    /// 代码仓库.
    pub const CODE: &str = "option-1700000000033";
}

impl Setup {
    /// The example company: one app that sees all members but one, nine members, an access-request template
    /// whose flow is LiSi **and** WangWu with audit01 copied in, and a leave template of another product.
    #[must_use]
    pub fn example() -> Self {
        Self {
            apps: vec![approval_app()],
            members: members(),
            departments: departments(),
            templates: vec![access_template(), leave_template()],
            default_flow: Flow { nodes: vec![FlowNode::approve(Relation::Any, [member::LI_SI])] },
            ..Self::empty(CORP_ID)
        }
    }
}

fn approval_app() -> App {
    let everyone_but_one =
        members().into_iter().map(|member| member.user_id).filter(|id| id != member::OUT_OF_RANGE);
    App {
        agent_id: AGENT_ID,
        secret: Secret::new(SECRET),
        visible: Visible::members(everyone_but_one),
        may_use_approval: true,
        trusted_addresses: None,
        enabled: true,
        contacts: true,
    }
}

fn departments() -> Vec<Department> {
    [(1, "示例公司"), (7, "研发部"), (12, "ERP 项目组"), (20, "安全部"), (30, "运维部")]
        .map(|(id, name)| Department { id, name: name.to_owned() })
        .to_vec()
}

fn members() -> Vec<Member> {
    use MemberStatus::{Active, Disabled, NotActivated};
    let person = |user_id: &str, name: &str, departments: &[u32], status| Member {
        user_id: user_id.to_owned(),
        name: name.to_owned(),
        departments: departments.to_vec(),
        leader: (user_id != member::LI_SI).then(|| member::LI_SI.to_owned()),
        status,
    };
    vec![
        person(member::ZHANG_SAN, "张三", &[7, 12], Active),
        person(member::LI_SI, "李四", &[7], Active),
        person(member::WANG_WU, "王五", &[12], Active),
        person(member::SEC_CHEN, "陈安", &[20], Active),
        person(member::OPS_ZHAO, "赵运", &[30], Active),
        person(member::AUDIT, "审计", &[20], Active),
        person(member::DISABLED, "钱停", &[7], Disabled),
        person(member::NOT_ACTIVATED, "孙新", &[7], NotActivated),
        person(member::OUT_OF_RANGE, "周外", &[30], Active),
    ]
}

fn access_template() -> Template {
    let options = [(option::ERP, "ERP"), (option::CRM, "CRM"), (option::CODE, "代码仓库")]
        .map(|(key, text)| SelectOption { key: key.to_owned(), text: text.to_owned() })
        .to_vec();
    Template {
        id: ACCESS_TEMPLATE_ID.to_owned(),
        name: "应用访问权限申请".to_owned(),
        controls: vec![
            Control::required(control::TITLE, "标题", ControlKind::Text),
            Control::required(control::REASON, "申请原因", ControlKind::Textarea),
            Control::required(
                control::APPLICATION,
                "应用",
                ControlKind::Selector { choice: Choice::Single, options },
            ),
            Control::optional(control::DETAILS, "权限明细", ControlKind::Textarea),
            Control::optional(control::LINK, "链接", ControlKind::Text),
            Control::required(control::REQUEST_NUMBER, "申请号", ControlKind::Text),
            Control::optional(control::EXPIRES, "到期日", ControlKind::Date(DateUnit::Day)),
        ],
        flow: Some(Flow {
            nodes: vec![
                FlowNode::approve(Relation::All, [member::LI_SI, member::WANG_WU]),
                FlowNode::notify([member::AUDIT]),
            ],
        }),
        record_type: None,
    }
}

fn leave_template() -> Template {
    Template {
        id: LEAVE_TEMPLATE_ID.to_owned(),
        name: "请假".to_owned(),
        controls: vec![
            Control::required("vacation-1563793073898", "请假类型", ControlKind::Vacation),
            Control::optional("Textarea-1563793073899", "请假事由", ControlKind::Textarea),
        ],
        flow: Some(Flow { nodes: vec![FlowNode::approve(Relation::Any, [member::LI_SI])] }),
        record_type: Some(1),
    }
}
