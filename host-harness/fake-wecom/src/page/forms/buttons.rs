//! What can be done with a form in the state it is in.

use std::fmt::Write as _;

use crate::Setup;
use crate::form::{Form, FormStatus};
use crate::page::html::escape;
use crate::template::NodeKind;

/// The buttons of one form; none for one that is deleted.
pub(super) fn render(form: &Form, setup: &Setup) -> String {
    let mut html = String::new();
    for user_id in form.waiting_for() {
        html.push_str(&decision(form, user_id, setup));
    }
    let whole: &[(&str, &str)] = match form.status {
        FormStatus::Pending => &[("withdraw", "Withdraw 撤销"), ("urge", "Urge 催办")],
        FormStatus::Approved => {
            &[("revoke", "Revoke 通过后撤销"), ("pay", "Mark paid 支付"), ("delete", "Delete 删除")]
        }
        FormStatus::Paid => &[("revoke", "Revoke 通过后撤销"), ("delete", "Delete 删除")],
        FormStatus::Rejected | FormStatus::Withdrawn | FormStatus::Revoked => &[("delete", "Delete 删除")],
        FormStatus::Deleted => &[],
    };
    html.push_str("<form method=\"post\">");
    for (action, label) in whole {
        html.push_str(&button(form, action, label));
    }
    html.push_str("</form>");
    if form.status != FormStatus::Deleted {
        html.push_str(&comment(form));
    }
    html
}

/// What one person may do whom the form waits for.
fn decision(form: &Form, user_id: &str, setup: &Setup) -> String {
    let handling = form.current().is_some_and(|node| node.kind == NodeKind::Handle);
    let mut html = format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"user\" value=\"{id}\"><strong>{id}</strong> \
         <input name=\"speech\" placeholder=\"Speech 意见\" aria-label=\"Speech of {id}\">",
        id = escape(user_id),
    );
    if handling {
        html.push_str(&button(form, "carry-out", "Done 办理"));
    } else {
        html.push_str(&button(form, "agree", "Agree 同意"));
        html.push_str(&button(form, "reject", "Reject 驳回"));
    }
    let _infallible =
        write!(html, "<select name=\"to\" aria-label=\"Other member for {}\">", escape(user_id));
    for member in setup.members.iter().filter(|member| member.can_take_part()) {
        let (id, name) = (escape(&member.user_id), escape(&member.name));
        let _infallible = write!(html, "<option value=\"{id}\">{name} ({id})</option>");
    }
    html.push_str("</select>");
    if handling {
        html.push_str(&button(form, "transfer", "Pass on 转交"));
    } else {
        html.push_str(&button(form, "transfer", "Transfer 转审"));
        html.push_str(&button(form, "add-approver", "Ask first 加签"));
        html.push_str(&button(form, "agree-and-add", "Agree and ask 同意并加签"));
        html.push_str(&button(form, "send-back", "Send back 退回"));
    }
    html.push_str("</form>");
    html
}

fn comment(form: &Form) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"user\" value=\"{}\">\
         <input name=\"speech\" placeholder=\"Comment 备注\" aria-label=\"Comment of the applicant\">{}</form>",
        escape(&form.applicant),
        button(form, "comment", "Comment 添加备注"),
    )
}

fn button(form: &Form, action: &str, label: &str) -> String {
    let number = escape(&form.sp_no);
    format!("<button formaction=\"/page/forms/{number}/{action}\">{label}</button>")
}
