//! News of an approval as long as wanted: a flow with many approvers who have much to say.

use std::fmt::Write as _;

use fake_wecom::{AGENT_ID, CORP_ID};

use crate::T0;

/// Who of a step decides, and what they are known to write.
const STEP: usize = 3;
const SPEECHES: [&str; 4] = [
    "同意，权限范围合理",
    "ok for me",
    "同意。请在季度对账结束后收回，并通知审计",
    "agreed, read only, until 30 June",
];

/// An approved form of `template_id`, in both layouts of the flow as in D91815: with as many approvers, copies and
/// comments as fit into `bytes`, and at least one.
#[must_use]
pub fn approval_change(bytes: usize, template_id: &str) -> String {
    (2..)
        .map(|approvers| with_approvers(approvers, template_id))
        .take_while(|event| event.len() <= bytes)
        .last()
        .unwrap_or_else(|| with_approvers(1, template_id))
}

fn with_approvers(count: usize, template_id: &str) -> String {
    let people: Vec<usize> = (0..count).collect();
    let steps = || people.chunks(STEP);
    let mut xml = format!(
        "<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
         <CreateTime>{T0}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
         <Event><![CDATA[sys_approval_change]]></Event><AgentID>{AGENT_ID}</AgentID><ApprovalInfo>\
         <SpNoStr><![CDATA[202601010007]]></SpNoStr><SpNo>202601010007</SpNo>\
         <SpName><![CDATA[应用访问权限申请]]></SpName><SpStatus>2</SpStatus>\
         <TemplateId><![CDATA[{template_id}]]></TemplateId><ApplyTime>{T0}</ApplyTime>\
         <Applyer><UserId><![CDATA[zhang.san]]></UserId><Party><![CDATA[7]]></Party></Applyer>"
    );
    steps().for_each(|step| record(&mut xml, step));
    people.iter().skip(1).step_by(2).for_each(|who| {
        put(&mut xml, format_args!("<Notifyer><UserId><![CDATA[audit{who:02}]]></UserId></Notifyer>"));
    });
    xml.push_str("<ProcessList>");
    steps().for_each(|step| node(&mut xml, step));
    xml.push_str("</ProcessList>");
    people.iter().skip(2).step_by(3).for_each(|&who| comment(&mut xml, who));
    xml.push_str("<StatuChangeEvent>2</StatuChangeEvent></ApprovalInfo></xml>");
    xml
}

fn record(xml: &mut String, step: &[usize]) {
    xml.push_str("<SpRecord><SpStatus>2</SpStatus><ApproverAttr>2</ApproverAttr>");
    for &who in step {
        put(
            xml,
            format_args!(
                "<Details><Approver><UserId><![CDATA[approver.{who:02}]]></UserId></Approver>\
                 <Speech><![CDATA[{}]]></Speech><SpStatus>2</SpStatus><SpTime>{}</SpTime></Details>",
                speech(who),
                at(who)
            ),
        );
    }
    xml.push_str("</SpRecord>");
}

fn node(xml: &mut String, step: &[usize]) {
    xml.push_str("<NodeList><NodeType>1</NodeType><SpStatus>2</SpStatus><ApvRel>2</ApvRel>");
    for &who in step {
        put(
            xml,
            format_args!(
                "<SubNodeList><UserInfo><UserId><![CDATA[approver.{who:02}]]></UserId></UserInfo>\
                 <Speech><![CDATA[{}]]></Speech><SpYj>2</SpYj><Sptime>{}</Sptime></SubNodeList>",
                speech(who),
                at(who)
            ),
        );
    }
    xml.push_str("</NodeList>");
}

fn comment(xml: &mut String, who: usize) {
    put(
        xml,
        format_args!(
            "<Comments><CommentUserInfo><UserId><![CDATA[approver.{who:02}]]></UserId></CommentUserInfo>\
             <CommentTime>{}</CommentTime><CommentContent><![CDATA[{}]]></CommentContent>\
             <CommentId><![CDATA[676000{who:04}]]></CommentId></Comments>",
            at(who),
            speech(who + 1)
        ),
    );
}

fn speech(who: usize) -> &'static str {
    SPEECHES.iter().cycle().nth(who % SPEECHES.len()).copied().unwrap_or_default()
}

/// They act one after another.
fn at(who: usize) -> u64 {
    T0 + 60 * who as u64
}

fn put(xml: &mut String, text: std::fmt::Arguments<'_>) {
    xml.write_fmt(text).unwrap();
}

#[cfg(test)]
mod tests {
    use fake_wecom::{ACCESS_TEMPLATE_ID, LEAVE_TEMPLATE_ID};

    use super::approval_change;

    #[test]
    fn an_event_is_nearly_as_long_as_wanted_and_no_longer() {
        for bytes in [2_000, 4_096, 32_768] {
            let length = approval_change(bytes, ACCESS_TEMPLATE_ID).len();
            assert!((bytes - 900..=bytes).contains(&length), "{length} for {bytes}");
        }
    }

    #[test]
    fn a_foreign_form_is_as_long_as_an_own_one() {
        let [own, foreign] = [ACCESS_TEMPLATE_ID, LEAVE_TEMPLATE_ID].map(|id| approval_change(4_096, id));
        assert_eq!(own.len(), foreign.len());
        assert_ne!(own, foreign);
    }
}
