//! What to do about refusals, where several of them ask for the same, and where it depends on the refusal.

use crate::text::{Text, text};

pub(super) const RETRY: Text =
    text("nobody has to act: the platform tries again later", "无需操作，平台会稍后重试");
pub(super) const SECRET_REMEDY: Text = text(
    "the administrator copies the Secret again from 应用管理 > the app > Secret, checks that the app is enabled, \
     and saves the settings; calls stay stopped until then",
    "请管理员在「应用管理 > 对应应用 > Secret」重新复制 Secret，确认应用已启用，然后保存设置；在此之前平台不再调用企业微信",
);
pub(super) const CORP_REMEDY: Text = text(
    "the administrator copies the CorpId from 我的企业 > 企业信息 > 企业ID and saves the settings",
    "请管理员从「我的企业 > 企业信息 > 企业ID」复制企业ID并保存设置",
);
pub(super) const TOKEN_REMEDY: Text = text(
    "a fresh token was refused as well: the administrator checks that the app is enabled and that its Secret was \
     not reset (应用管理 > the app)",
    "更新后的 access_token 仍被拒绝：请管理员检查应用是否启用、Secret 是否被重置（应用管理 > 对应应用）",
);
pub(super) const APPROVAL_ACCESS: Text = text(
    "the administrator adds the app under 应用管理 > 审批 > API > 可调用接口的应用, uses that app's Secret here, and \
     includes the applicants in the app's visible range (应用管理 > the app > 可见范围)",
    "请管理员在「应用管理 > 审批 > API > 可调用接口的应用」中添加该应用，在此处使用该应用的 Secret，\
     并将申请人加入「应用管理 > 对应应用 > 可见范围」",
);
pub(super) const MEMBER_REMEDY: Text = text(
    "the administrator compares the account's attribute with 通讯录 > the member > 账号, and includes the member in \
     the app's visible range (应用管理 > the app > 可见范围)",
    "请管理员核对账号属性与「通讯录 > 成员 > 账号」是否一致，并将该成员加入「应用管理 > 对应应用 > 可见范围」",
);
pub(super) const DEPARTMENT_REMEDY: Text = text(
    "the caller names a department of the applicant's by its id (通讯录 > the department > 部门ID), or none",
    "请调用方填写申请人所在部门的 ID（通讯录 > 部门 > 部门ID），或不填写部门",
);
pub(super) const LICENCE_REMEDY: Text = text(
    "the provider of the app buys or renews its interface licence (接口许可) for the company and assigns it to the members",
    "请应用服务商为该企业购买或续期接口许可，并为成员激活账号",
);
pub(super) const ENGINE_REMEDY: Text = text(
    "the operator reports this code and WeCom's text to the developer of the engine",
    "请运维人员将错误码与企业微信返回的文本反馈给引擎开发者",
);
pub(super) const TEMPLATE_REMEDY: Text = text(
    "the administrator opens 应用管理 > 审批 > the template, compares it with the settings, and tests the connection",
    "请管理员打开「应用管理 > 审批 > 对应模板」，与设置核对后重新测试连接",
);

pub(super) const UNKNOWN_REMEDY: Text = text(
    "the operator looks the code up at open.work.weixin.qq.com/devtool/query, with the hint in WeCom's text",
    "请运维人员凭错误码与返回文本中的 hint 在 open.work.weixin.qq.com/devtool/query 查询原因",
);

pub(super) fn unknown(errcode: i64) -> Text {
    Text::filled(
        format_args!("WeCom refused the call with a code that this engine does not know: {errcode}"),
        format_args!("企业微信返回了本引擎未收录的错误码：{errcode}"),
    )
}

pub(super) fn allow_address(address: &str) -> Text {
    Text::filled(
        format_args!(
            "the administrator adds the address {address} to the app's trusted IPs: 应用管理 > the app > 企业可信IP; \
             it takes effect after a minute"
        ),
        format_args!("请管理员将地址 {address} 加入「应用管理 > 对应应用 > 企业可信IP」，约一分钟后生效"),
    )
}
