//! The company the fake serves: apps, members, departments, templates, and the limits of the platform.

mod example;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

pub use example::{
    ACCESS_TEMPLATE_ID, AGENT_ID, CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, LEAVE_TEMPLATE_ID,
    SECRET, control, member, option,
};

use crate::Secret;
use crate::template::{Flow, Template};

/// Everything the fake is told at construction.
#[derive(Debug, Clone)]
pub struct Setup {
    /// 企业ID: `ww` and 16 hex digits. Also the receiver id of every callback.
    pub corp_id: String,
    /// The applications that can ask for a token.
    pub apps: Vec<App>,
    /// The people of the company.
    pub members: Vec<Member>,
    /// The departments of the company.
    pub departments: Vec<Department>,
    /// The approval templates, made in the console or by API.
    pub templates: Vec<Template>,
    /// The flow a template made by API starts with (D97437: "default flow and rules").
    pub default_flow: Flow,
    /// Which of the two flow views forms and events carry.
    pub layout: Layout,
    /// Seconds that a token lives, `expires_in` of gettoken (D91039). WeCom: 7200.
    pub token_lifetime_seconds: u64,
    /// Calls that one approval API takes within a minute (D90312). WeCom: 600.
    pub rate_limit_per_minute: u32,
    /// Wrong secrets from one address within an hour that ban it for an hour. WeCom publishes no number
    /// (D90313, 45009: "错误多次"), one report says 2000; a low one shows early which client keeps trying.
    pub wrong_secrets_before_ban: u32,
    /// How long WeCom waits for whoever answers a callback.
    pub patience: Patience,
}

impl Setup {
    /// A company with nobody in it, and WeCom's own limits.
    #[must_use]
    pub fn empty(corp_id: impl Into<String>) -> Self {
        Self {
            corp_id: corp_id.into(),
            apps: Vec::new(),
            members: Vec::new(),
            departments: Vec::new(),
            templates: Vec::new(),
            default_flow: Flow { nodes: Vec::new() },
            layout: Layout::Both,
            token_lifetime_seconds: 7_200,
            rate_limit_per_minute: 600,
            wrong_secrets_before_ban: 10,
            patience: Patience::default(),
        }
    }

    /// The member with this id, whatever its case: WeCom compares user ids ignoring case.
    #[must_use]
    pub fn member(&self, user_id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.user_id.eq_ignore_ascii_case(user_id))
    }

    /// The template with this id.
    #[must_use]
    pub fn template(&self, template_id: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.id == template_id)
    }

    pub(crate) fn app(&self, agent_id: u32) -> Option<&App> {
        self.apps.iter().find(|app| app.agent_id == agent_id)
    }
}

/// An application of the company: the Approval system app or a self-built one.
#[derive(Debug, Clone)]
pub struct App {
    /// 3010040 for the Approval app, 1000002 and up for self-built ones.
    pub agent_id: u32,
    /// What gettoken asks for.
    pub secret: Secret,
    /// Whom the app can see.
    pub visible: Visible,
    /// Listed under 审批 → API → 可调用接口的应用; without it approval APIs answer 301055.
    pub may_use_approval: bool,
    /// 企业可信IP: the addresses that may call business APIs; `None` when no list is set. Others get 60020.
    pub trusted_addresses: Option<Vec<IpAddr>>,
    /// A disabled app gets no token (40001), and the ones it has stop working (50003).
    pub enabled: bool,
    /// May call user/get; without it the answer is 48002.
    pub contacts: bool,
}

/// The visible range of an app, 可见范围.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// The whole company.
    Everyone,
    /// The members with these ids, ignoring case.
    Members(BTreeSet<String>),
}

impl Visible {
    /// The range that holds exactly these members.
    pub fn members<Id: Into<String>>(user_ids: impl IntoIterator<Item = Id>) -> Self {
        Self::Members(user_ids.into_iter().map(Into::into).collect())
    }

    /// Whether the member is inside the range.
    #[must_use]
    pub fn contains(&self, user_id: &str) -> bool {
        match self {
            Self::Everyone => true,
            Self::Members(ids) => ids.iter().any(|id| id.eq_ignore_ascii_case(user_id)),
        }
    }
}

/// A member of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// 1 to 64 bytes, unique ignoring case; this is the canonical spelling that answers carry.
    pub user_id: String,
    /// The name people see.
    pub name: String,
    /// Ids of the member's departments; the first is the main one.
    pub departments: Vec<u32>,
    /// Id of the direct leader, if there is one.
    pub leader: Option<String>,
    /// The number that user/get gives as `status`.
    pub status: MemberStatus,
}

impl Member {
    /// The department forms are submitted from unless the call chooses another.
    #[must_use]
    pub fn main_department(&self) -> u32 {
        self.departments.first().copied().unwrap_or(1)
    }

    /// Whether the member can submit forms and decide about them. A member who has not activated the account
    /// can be named; a disabled or departed one cannot.
    #[must_use]
    pub fn can_take_part(&self) -> bool {
        matches!(self.status, MemberStatus::Active | MemberStatus::NotActivated)
    }
}

/// State of a member's account (D90196).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberStatus {
    /// 1 已激活.
    Active,
    /// 2 已禁用.
    Disabled,
    /// 4 未激活.
    NotActivated,
    /// 5 退出企业: user/get does not find the member any more.
    Left,
}

impl MemberStatus {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Active => 1,
            Self::Disabled => 2,
            Self::NotActivated => 4,
            Self::Left => 5,
        }
    }
}

/// A department of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Number of the department; 1 is the root.
    pub id: u32,
    /// The name people see.
    pub name: String,
}

/// Which view of the flow getapprovaldetail and events carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `SpRecord` alone and no `SpNoStr`: payloads as captured until 2023.
    Legacy,
    /// `ProcessList` alone.
    New,
    /// Both, as in the current samples of D91815.
    Both,
}

impl Layout {
    pub(crate) fn has_records(self) -> bool {
        matches!(self, Self::Legacy | Self::Both)
    }

    pub(crate) fn has_process(self) -> bool {
        matches!(self, Self::New | Self::Both)
    }
}

/// How long WeCom waits for an answer (D90930). A test on a slow machine may want more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the address check when the console saves. WeCom: 1 s.
    pub address_check: Duration,
    /// For an event. WeCom: 5 s.
    pub event: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { address_check: Duration::from_secs(1), event: Duration::from_secs(5) }
    }
}
