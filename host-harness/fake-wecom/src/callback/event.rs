//! The XML of `sys_approval_change` (D91815), element for element as captures and current samples have it.

use std::fmt::Write as _;

use crate::form::{ChangeEvent, Comment, Form, Node};
use crate::setup::{AGENT_ID, Layout};
use crate::template::NodeKind;

/// The message for a change of `form` at `now`, unix seconds.
pub(crate) fn approval_change(
    corp_id: &str,
    layout: Layout,
    form: &Form,
    event: ChangeEvent,
    sections: Sections,
    now: u64,
) -> String {
    let mut xml = Xml { text: String::new(), sections };
    xml.within("xml", |xml| {
        xml.text("ToUserName", corp_id);
        xml.text("FromUserName", "sys");
        xml.number("CreateTime", now);
        xml.text("MsgType", "event");
        xml.text("Event", "sys_approval_change");
        xml.number("AgentID", AGENT_ID);
        xml.within("ApprovalInfo", |xml| approval_info(xml, layout, form, event));
    });
    xml.text
}

/// Whether a `]]>` in a text is divided between two CDATA sections, as it has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sections {
    pub(crate) divided: bool,
}

fn approval_info(xml: &mut Xml, layout: Layout, form: &Form, event: ChangeEvent) {
    if layout != Layout::Legacy {
        xml.text("SpNoStr", &form.sp_no);
    }
    xml.number("SpNo", &form.sp_no);
    xml.text("SpName", &form.template_name);
    xml.number("SpStatus", form.status.number());
    xml.text("TemplateId", &form.template_id);
    xml.number("ApplyTime", form.applied_at);
    xml.within("Applyer", |xml| {
        xml.text("UserId", &form.applicant);
        xml.text("Party", &form.department.to_string());
    });
    if layout.has_records() {
        form.nodes.iter().filter(|node| node.kind == NodeKind::Approve).for_each(|node| record(xml, node));
        let copies = form.nodes.iter().filter(|node| node.kind == NodeKind::Notify);
        for step in copies.flat_map(|node| &node.steps) {
            xml.within("Notifyer", |xml| xml.text("UserId", &step.user_id));
        }
    }
    if layout.has_process() {
        xml.within("ProcessList", |xml| form.nodes.iter().for_each(|node| process_node(xml, node)));
    }
    form.comments.iter().for_each(|entry| comment(xml, entry));
    xml.number("StatuChangeEvent", event.number());
}

fn record(xml: &mut Xml, node: &Node) {
    xml.within("SpRecord", |xml| {
        xml.number("SpStatus", node.status.number());
        xml.number("ApproverAttr", node.relation.legacy_number());
        for step in &node.steps {
            xml.within("Details", |xml| {
                xml.within("Approver", |xml| xml.text("UserId", &step.user_id));
                xml.text("Speech", &step.speech);
                xml.number("SpStatus", step.status.number());
                xml.number("SpTime", step.acted_at.unwrap_or(0));
            });
        }
    });
}

fn process_node(xml: &mut Xml, node: &Node) {
    let copies = node.kind == NodeKind::Notify;
    xml.within("NodeList", |xml| {
        xml.number("NodeType", node.kind.number());
        if !copies {
            xml.number("SpStatus", node.status.number());
            xml.number("ApvRel", node.relation.number());
        }
        for step in &node.steps {
            xml.within("SubNodeList", |xml| {
                xml.within("UserInfo", |xml| xml.text("UserId", &step.user_id));
                if !copies {
                    xml.text("Speech", &step.speech);
                    xml.number("SpYj", step.status.number());
                    // Lower-case t, unlike `SpTime` of a record.
                    xml.number("Sptime", step.acted_at.unwrap_or(0));
                }
            });
        }
    });
}

fn comment(xml: &mut Xml, comment: &Comment) {
    xml.within("Comments", |xml| {
        xml.within("CommentUserInfo", |xml| xml.text("UserId", &comment.user_id));
        xml.number("CommentTime", comment.at);
        xml.text("CommentContent", &comment.text);
        xml.text("CommentId", &comment.id);
    });
}

/// Elements in a row, without whitespace between them, as WeCom sends them.
struct Xml {
    text: String,
    sections: Sections,
}

impl Xml {
    fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.tag("<", name);
        inside(self);
        self.tag("</", name);
    }

    /// Text goes into CDATA; a `]]>` inside it is divided between two sections, or left as it is.
    fn text(&mut self, name: &str, text: &str) {
        self.within(name, |xml| {
            xml.text.push_str("<![CDATA[");
            match xml.sections.divided {
                true => xml.text.push_str(&text.replace("]]>", "]]]]><![CDATA[>")),
                false => xml.text.push_str(text),
            }
            xml.text.push_str("]]>");
        });
    }

    fn number(&mut self, name: &str, number: impl std::fmt::Display) {
        self.within(name, |xml| {
            let _infallible_for_text = write!(xml.text, "{number}");
        });
    }

    fn tag(&mut self, opening: &str, name: &str) {
        self.text.push_str(opening);
        self.text.push_str(name);
        self.text.push('>');
    }
}
