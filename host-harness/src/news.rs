//! What a host finds by itself when a connection is tested: whether the provider's news arrives.
//!
//! An engine's [`check`](crate::Tenant::check) asks the provider, and no provider says whether it sends news to the
//! callback address. A connection can pass every step while no approval is ever reported. Only the host sees what arrives.

use crate::contract::{CheckVerdict, Finding, Text};

/// What the host knows of a tenant's verified callbacks: those that the engine accepted or found to be another
/// product's. The check of an address is none of them: it proves the keys and not that news is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewsSeen {
    /// The one who asks receives no callbacks.
    Unknown,
    /// The host receives them and has never seen one.
    Never,
    /// The last one arrived then, in seconds since 1970.
    At(u64),
}

impl NewsSeen {
    /// The step to show behind the engine's own.
    #[must_use]
    pub fn finding(self) -> Finding {
        let (verdict, evidence, remedy) = match self {
            Self::Unknown => (
                CheckVerdict::Skipped,
                text(
                    "not tested, for callbacks do not arrive here: decide one test request at the provider, and see that \
                     the host that has the callback address accepts a callback about it",
                    "未测试，因为回调不会到达此处：请在服务方审批一个测试申请，并确认持有回调地址的宿主接受了相应的回调",
                ),
                None,
            ),
            Self::Never => (
                CheckVerdict::Warn,
                text("no verified callback has ever arrived", "从未收到过通过验证的回调"),
                Some(text(
                    "decide one test request at the provider; if no callback arrives, go through the steps of the guide that \
                     follow the callback address: which events and which templates the provider reports",
                    "请在服务方审批一个测试申请；如果没有收到回调，请按照指南检查回调地址之后的步骤：服务方上报哪些事件与哪些模板",
                )),
            ),
            Self::At(seconds) => (
                CheckVerdict::Ok,
                text(
                    format!(
                        "the last verified callback arrived {seconds} seconds after 1970-01-01T00:00:00Z"
                    ),
                    format!("最近一次通过验证的回调到达于 Unix 时间 {seconds} 秒"),
                ),
                None,
            ),
        };
        Finding {
            id: String::from("news"),
            title: text("News of approvals arrives", "能够收到审批事件"),
            verdict,
            settings: Vec::new(),
            evidence,
            remedy,
        }
    }
}

fn text(en: impl Into<String>, zh_cn: impl Into<String>) -> Text {
    Text { en: en.into(), zh_cn: zh_cn.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_without_news_is_warned_of_and_one_with_news_passes() {
        let verdict = |seen: NewsSeen| {
            let finding = seen.finding();
            (finding.verdict, finding.remedy.is_some())
        };
        assert_eq!(verdict(NewsSeen::Never), (CheckVerdict::Warn, true));
        assert_eq!(verdict(NewsSeen::At(1_767_225_600)), (CheckVerdict::Ok, false));
        assert_eq!(verdict(NewsSeen::Unknown), (CheckVerdict::Skipped, false));
    }
}
