//! Why a step was not taken.

use crate::text::{Text, text};

pub(super) const NO_ANSWER: Text =
    text("not tested: no answer of WeCom's came", "未测试：未收到企业微信的应答");
pub(super) const NO_TOKEN: Text =
    text("not tested: WeCom gave no access token", "未测试：未取得 access_token");
pub(super) const NOT_ALLOWED: Text = text(
    "not tested: WeCom does not allow calls from this address",
    "未测试：企业微信不允许从该 IP 地址调用",
);
pub(super) const NOT_TOLD: Text = text(
    "not tested: no answer tells whether WeCom would allow it",
    "未测试：没有应答能说明企业微信是否允许",
);
pub(super) const NOT_CALLED: Text =
    text("not tested: the app cannot call the approval interfaces", "未测试：应用不能调用审批接口");
pub(super) const NOT_READ: Text =
    text("not tested: the template could not be read", "未测试：未能读取审批模板");
pub(super) const NOT_ASKED: Text = text("not tested: the request before it failed", "未测试：前一个请求失败");
pub(super) const NO_TEMPLATE: Text =
    text("not tested: no template is configured", "未测试：尚未配置审批模板");
pub(super) const NO_ACCOUNT: Text =
    text("not tested: no account was given to test with", "未测试：未提供测试账号");
