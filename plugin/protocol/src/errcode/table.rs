//! The table. Numbers and meanings are from WeCom's pages D90313, D91039, D91853, D91982, D97437 and D90196.

use super::RefusalClass::{
    Address, Credentials, Disabled, Form, Member, Other, Permission, RateLimit, Template, Token, Transient,
};
use super::Treatment::{self, BlockCredential, Doubtful, Permanent, RenewToken};
use super::remedy::{
    APPROVAL_ACCESS, CORP_REMEDY, DEPARTMENT_REMEDY, ENGINE_REMEDY, LICENCE_REMEDY, MEMBER_REMEDY, RETRY,
    SECRET_REMEDY, TEMPLATE_REMEDY, TOKEN_REMEDY,
};
use super::{Meaning, RefusalClass};
use crate::text::{Text, text};

const fn row(
    errcode: i64,
    class: RefusalClass,
    treatment: Treatment,
    sentence: Text,
    remedy: Text,
) -> Meaning {
    Meaning { errcode, class, treatment, sentence, remedy }
}

pub(super) static ROWS: [Meaning; 47] = [
    row(-1, Transient, Doubtful, text("WeCom is busy", "企业微信系统繁忙"), RETRY),
    row(
        40001,
        Credentials,
        BlockCredential,
        text(
            "WeCom refused the Secret: wrong, reset, of another corp, or its app is disabled",
            "企业微信拒绝了 Secret：填写错误、已重置、不属于该企业，或应用已停用",
        ),
        SECRET_REMEDY,
    ),
    row(
        40003,
        Member,
        Permanent,
        text("WeCom cannot read the value as a member id", "企业微信无法识别该成员账号"),
        MEMBER_REMEDY,
    ),
    row(
        40013,
        Credentials,
        BlockCredential,
        text("WeCom knows no corp with this CorpId", "企业ID（CorpId）不正确"),
        CORP_REMEDY,
    ),
    row(
        40014,
        Token,
        RenewToken,
        text("WeCom does not accept the access token", "企业微信不接受该 access_token"),
        TOKEN_REMEDY,
    ),
    row(
        40031,
        Member,
        Permanent,
        text("the list holds a member id that WeCom does not accept", "成员列表中存在不合法的账号"),
        MEMBER_REMEDY,
    ),
    row(
        40033,
        Form,
        Permanent,
        text("the request holds a character that WeCom does not take", "请求中含有企业微信不接受的字符"),
        text(
            "the applicant removes backslashes and invisible characters from the texts and applies again",
            "请申请人去掉文本中的反斜杠和不可见字符后重新申请",
        ),
    ),
    row(
        40058,
        Form,
        Permanent,
        text("WeCom misses a parameter or finds one wrong", "缺少参数或参数不合法"),
        ENGINE_REMEDY,
    ),
    row(40063, Form, Permanent, text("WeCom found a parameter empty", "参数为空"), ENGINE_REMEDY),
    row(
        40066,
        Form,
        Permanent,
        text("WeCom does not know the department", "部门不存在于通讯录中"),
        DEPARTMENT_REMEDY,
    ),
    row(
        40091,
        Credentials,
        BlockCredential,
        text("WeCom refused the Secret; it may be of another corp", "Secret 不合法，可能属于其他企业"),
        SECRET_REMEDY,
    ),
    row(
        41001,
        Token,
        RenewToken,
        text("WeCom found no access token in the call", "请求缺少 access_token"),
        TOKEN_REMEDY,
    ),
    row(
        41002,
        Credentials,
        BlockCredential,
        text("WeCom found no CorpId in the call", "请求缺少企业ID（CorpId）"),
        CORP_REMEDY,
    ),
    row(
        41004,
        Credentials,
        BlockCredential,
        text("WeCom found no Secret in the call", "请求缺少 Secret"),
        SECRET_REMEDY,
    ),
    row(
        41011,
        Credentials,
        Permanent,
        text("WeCom found no agent id in the call", "请求缺少 agentid"),
        text(
            "the administrator copies AgentId and Secret from the same page (应用管理 > the app); if it stays, the operator \
             reports the code to the developer of the engine",
            "请管理员从同一页面「应用管理 > 对应应用」复制 AgentId 与 Secret；如仍出现，请运维人员将错误码反馈给引擎开发者",
        ),
    ),
    row(42001, Token, RenewToken, text("the access token has expired", "access_token 已过期"), TOKEN_REMEDY),
    row(
        45009,
        RateLimit,
        Treatment::Transient,
        text("WeCom counted too many calls", "接口调用超过频率限制"),
        text(
            "nobody has to act at once: the platform waits. If it lasts, the administrator lifts the block at \
             open.work.weixin.qq.com/wwopen/devtool/checkCorpSpamBlock",
            "暂无需操作，平台会等待。如持续出现，请管理员在 open.work.weixin.qq.com/wwopen/devtool/checkCorpSpamBlock 自助解封",
        ),
    ),
    row(
        45033,
        Transient,
        Treatment::Transient,
        text("too many calls reached WeCom at the same time", "接口并发调用超过限制"),
        RETRY,
    ),
    row(
        46004,
        Member,
        Permanent,
        text(
            "WeCom knows no such member, or the app may not see the member",
            "成员不存在或不在应用可见范围内",
        ),
        MEMBER_REMEDY,
    ),
    row(
        48002,
        Permission,
        Permanent,
        text("the app may not call this interface", "该应用没有调用此接口的权限"),
        APPROVAL_ACCESS,
    ),
    row(
        48003,
        Permission,
        Permanent,
        text("the provider's suite has no valid authorisation by the corp", "服务商应用未获企业有效授权"),
        text(
            "the administrator authorises the provider's app again (应用管理 > the app), and the provider stores the new \
             Secret",
            "请管理员重新授权服务商应用（应用管理 > 对应应用），并由服务商更新 Secret",
        ),
    ),
    row(
        48004,
        Permission,
        Permanent,
        text("the app's authorisation is not valid", "应用授权关系无效"),
        text(
            "the administrator checks the app's state and permissions in 应用管理 > the app",
            "请管理员在「应用管理 > 对应应用」中检查应用状态与权限",
        ),
    ),
    row(
        48009,
        Credentials,
        Permanent,
        text(
            "the Secret is that of contact sync, which may not call this interface from here",
            "使用了通讯录同步的 Secret，不能从此地址调用该接口",
        ),
        text(
            "the administrator enters the Secret of the app itself: 应用管理 > the app > Secret",
            "请管理员改用应用自己的 Secret：「应用管理 > 对应应用 > Secret」",
        ),
    ),
    row(
        50003,
        Disabled,
        Permanent,
        text("the app is disabled", "应用已停用"),
        text(
            "the administrator enables the app in 应用管理 > the app",
            "请管理员在「应用管理 > 对应应用」中启用应用",
        ),
    ),
    row(
        60011,
        Member,
        Permanent,
        text("the app has no right to this member or department", "应用无权访问该成员或部门"),
        MEMBER_REMEDY,
    ),
    row(
        60020,
        Address,
        Permanent,
        text("WeCom does not allow calls from this address", "企业微信不允许从该 IP 地址调用"),
        text(
            "the administrator adds the platform's outgoing address to the app's trusted IPs: 应用管理 > the app > \
             企业可信IP; it takes effect after a minute",
            "请管理员将平台的出口 IP 加入「应用管理 > 对应应用 > 企业可信IP」，约一分钟后生效",
        ),
    ),
    row(
        60021,
        Member,
        Permanent,
        text("the member is outside what the app may see", "成员不在应用可见范围内"),
        MEMBER_REMEDY,
    ),
    row(
        60111,
        Member,
        Permanent,
        text(
            "WeCom knows no such member, or the app may not see the member",
            "成员不存在或不在应用可见范围内",
        ),
        MEMBER_REMEDY,
    ),
    row(
        60123,
        Form,
        Permanent,
        text("WeCom does not know the department", "部门不存在于通讯录中"),
        DEPARTMENT_REMEDY,
    ),
    row(
        81013,
        Member,
        Permanent,
        text("none of the members can be reached by the app", "所有成员均不在应用可见范围内"),
        MEMBER_REMEDY,
    ),
    row(
        301002,
        Credentials,
        Permanent,
        text("the Agent ID belongs to another app than the Secret", "AgentID 与 Secret 不属于同一应用"),
        text(
            "the administrator copies AgentId and Secret from the same page: 应用管理 > the app",
            "请管理员从同一页面「应用管理 > 对应应用」复制 AgentId 与 Secret",
        ),
    ),
    row(
        301007,
        Disabled,
        Permanent,
        text("WeCom has the corp closed or blocked", "企业不可用（已解散或被封禁）"),
        text("the corp's owner asks WeCom's support", "请企业创建者联系企业微信客服"),
    ),
    row(
        301021,
        Member,
        Permanent,
        text("the list holds a member id that WeCom does not know", "成员列表中存在无效的账号"),
        MEMBER_REMEDY,
    ),
    row(
        301025,
        Form,
        Permanent,
        text(
            "WeCom found a parameter of the approval wrong; its own text says which",
            "审批参数错误，详见企业微信返回的文本",
        ),
        text(
            "the administrator compares the template (应用管理 > 审批 > the template) with the field map, checks that \
             it has a flow, and that the applicant is in the app's visible range",
            "请管理员核对「应用管理 > 审批 > 对应模板」与字段映射，确认模板已配置审批流程，且申请人在应用可见范围内",
        ),
    ),
    row(
        301026,
        Template,
        Permanent,
        text(
            "WeCom cannot fetch the template; it may not be in force yet",
            "获取审批模板失败，模板可能尚未生效",
        ),
        TEMPLATE_REMEDY,
    ),
    row(
        301055,
        Permission,
        Permanent,
        text(
            "the app has no right to this approval, or the applicant has left or is outside its visible range",
            "应用无审批权限，或申请人已离职、不在应用可见范围内",
        ),
        APPROVAL_ACCESS,
    ),
    row(
        301056,
        Disabled,
        Permanent,
        text("the Approval app is disabled", "审批应用已停用"),
        text("the administrator enables 应用管理 > 审批", "请管理员启用「应用管理 > 审批」"),
    ),
    row(
        301057,
        Transient,
        Doubtful,
        text("WeCom failed to store the form", "企业微信提交审批单失败"),
        text(
            "nobody has to act at once: the platform looks whether the approval exists before it tries again",
            "暂无需操作，平台会先确认审批单是否已存在，再决定是否重试",
        ),
    ),
    row(
        301079,
        Form,
        Permanent,
        text("the times clash with another leave or attendance form", "时间与其他假勤单据冲突"),
        text("the applicant chooses another time and applies again", "请申请人更换时间后重新申请"),
    ),
    row(
        301086,
        Template,
        Permanent,
        text("WeCom found the template to be made wrong", "审批模板参数错误"),
        ENGINE_REMEDY,
    ),
    row(
        301087,
        Template,
        Permanent,
        text("the corp has as many templates as WeCom allows", "审批模板数量已达上限"),
        text(
            "the administrator deletes a template that is not used: 应用管理 > 审批",
            "请管理员在「应用管理 > 审批」中删除不再使用的模板",
        ),
    ),
    row(
        301088,
        Permission,
        Permanent,
        text("the app may not make approval templates", "应用没有创建审批模板的权限"),
        APPROVAL_ACCESS,
    ),
    row(
        301112,
        Other,
        Permanent,
        text("WeCom finds the span of time too long", "查询的时间范围过大"),
        text("the caller asks for a shorter span", "请缩小查询的时间范围"),
    ),
    row(
        301115,
        Template,
        Permanent,
        text(
            "this app may not change the template: another made it, or it has a print format of its own",
            "该应用不能修改此模板：模板由其他应用创建，或使用了自定义打印格式",
        ),
        text(
            "the administrator changes the template by hand, or removes its print format: 应用管理 > 审批 > the template > \
             打印",
            "请管理员手动修改模板，或在「应用管理 > 审批 > 对应模板 > 打印」中移除自定义打印格式",
        ),
    ),
    row(620004, Transient, Doubtful, text("WeCom failed inside", "企业微信服务端错误"), RETRY),
    row(
        701001,
        Permission,
        Permanent,
        text("the interface licence of the provider's app is missing", "服务商应用缺少接口调用许可"),
        LICENCE_REMEDY,
    ),
    row(
        701008,
        Permission,
        Permanent,
        text(
            "no member concerned has a valid interface licence of the provider's app",
            "相关成员没有有效的服务商应用接口许可",
        ),
        LICENCE_REMEDY,
    ),
];
