//! Messages from somebody who has the keys and means harm, or from a WeCom that has gone mad.

use std::fmt::Write as _;

use wecom_protocol::callback::{BODY_LIMIT, Error, Fault, Shape, Unreadable};
use wecom_protocol::model::UnixSeconds;

use crate::seal::{NOW, Sealer, changed, envelope, event, message, ours, post, refusal};

#[track_caller]
fn assert_unreadable(message: &str, why: Unreadable) {
    let outcome = Sealer::default().post(&ours(), message);
    assert_eq!(outcome.answer.status, 403);
    let excerpt = message.get(..200).unwrap_or(message);
    assert_eq!(refusal(outcome), Error::Unreadable(why), "{excerpt}");
}

/// News of the form's number, and of nothing else.
#[track_caller]
fn assert_changed(message: &str) {
    let event = changed(Sealer::default().post(&ours(), message));
    let excerpt = message.get(..200).unwrap_or(message);
    assert_eq!((event.approval.id.as_str(), event.approval.template_id.as_str()), ("202601010007", "3Tm1"));
    assert_eq!(event.occurred_at, UnixSeconds(NOW), "{excerpt}");
}

#[track_caller]
fn assert_malformed(body: &str, fault: Fault) {
    let outcome = post(&ours(), &Sealer::default().query("x"), body);
    assert_eq!(outcome.answer.status, 400);
    assert_eq!(refusal(outcome), Error::Malformed(Shape::Xml(fault)));
}

/// D5: entities of a document type are never expanded, nor declared.
#[test]
fn a_billion_laughs_are_not_laughed() {
    let mut dtd = String::from("<!DOCTYPE xml [<!ENTITY a0 \"ha\">");
    for level in 1..10 {
        let tenfold = format!("&a{};", level - 1).repeat(10);
        write!(dtd, "<!ENTITY a{level} \"{tenfold}\">").unwrap();
    }
    dtd.push_str("]>");
    assert_unreadable(&format!("{dtd}<xml><MsgType>&a9;</MsgType></xml>"), Unreadable::Xml(Fault::Doctype));
    assert_malformed(&format!("{dtd}<xml><Encrypt>&a9;</Encrypt></xml>"), Fault::Doctype);
    assert_unreadable("<xml><MsgType>&a9;</MsgType></xml>", Unreadable::Xml(Fault::Reference));
}

/// D5: entities that name a file.
#[test]
fn an_external_entity_is_not_fetched() {
    let dtd = r#"<!DOCTYPE xml [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>"#;
    assert_unreadable(&format!("{dtd}<xml>&passwd;</xml>"), Unreadable::Xml(Fault::Doctype));
    assert_malformed(&format!("{dtd}<xml>&passwd;</xml>"), Fault::Doctype);
}

/// D5: nested elements.
#[test]
fn three_thousand_nested_elements_are_refused() {
    let nested = format!("<xml>{}{}</xml>", "<a>".repeat(3_000), "</a>".repeat(3_000));
    assert_unreadable(&nested, Unreadable::Xml(Fault::Depth));
    assert_malformed(&nested, Fault::Depth);
    let in_form = message("1", "1", &format!("{}{}", "<a>".repeat(3_000), "</a>".repeat(3_000)));
    assert_changed(&in_form);
}

#[test]
fn json_nested_without_end_is_refused_or_ignored() {
    let nested = "[".repeat(100_000);
    assert_unreadable(&nested, Unreadable::Json);
    let body = format!("{{\"encrypt\":{nested}");
    let outcome = post(&ours(), &Sealer::default().query("x"), &body);
    assert_eq!(refusal(outcome), Error::Malformed(Shape::Json));
}

/// D5: lists are bounded while they are read. What is beyond the bound is left out: a form that people comment on often
/// must not fall silent.
#[test]
fn lists_longer_than_is_kept_are_cut_and_that_is_told() {
    let member = |name: &str| format!("<{name}><UserId>a</UserId></{name}>");
    let comment = format!("<Comments>{}</Comments>", member("CommentUserInfo"));
    let details = format!("<Details>{}</Details>", member("Approver"));
    let sub_node = format!("<SubNodeList>{}</SubNodeList>", member("UserInfo"));
    let numbered = |number: usize| format!("<Notifyer><UserId>u{number}</UserId></Notifyer>");
    for (more, [steps, members, notified, comments, attachments]) in [
        ("<SpRecord/>".repeat(40_000), [256, 0, 0, 0, 0]),
        (format!("<ProcessList>{}</ProcessList>", "<NodeList/>".repeat(40_000)), [256, 0, 0, 0, 0]),
        ("<ProcessList><NodeList/></ProcessList>".repeat(257), [256, 0, 0, 0, 0]),
        (format!("<SpRecord>{}</SpRecord>", details.repeat(1_025)), [1, 1_024, 0, 0, 0]),
        (
            format!("<ProcessList><NodeList>{}</NodeList></ProcessList>", sub_node.repeat(1_025)),
            [1, 1_024, 0, 0, 0],
        ),
        ((0..1_025).map(numbered).collect(), [0, 0, 1_024, 0, 0]),
        (comment.repeat(1_025), [0, 0, 0, 1_024, 0]),
        (
            format!("<Comments>{}{}</Comments>", member("CommentUserInfo"), "<Attach>m</Attach>".repeat(65)),
            [0, 0, 0, 1, 64],
        ),
    ] {
        let event = event(Sealer::default().post(&ours(), &message("1", "1", &more)));
        let approval = &event.approval;
        let lengths = [
            approval.steps.len(),
            approval.steps.first().map_or(0, |step| step.members.len()),
            approval.notified.len(),
            approval.comments.len(),
            approval.comments.first().map_or(0, |comment| comment.attachments.len()),
        ];
        assert_eq!(lengths, [steps, members, notified, comments, attachments], "{more:.80}");
        assert_eq!((event.left_out, approval.raw_status.as_str()), (true, "1"));
    }
}

/// D5: what would be too many to keep is too large to send.
#[test]
fn a_hundred_thousand_records_are_too_large() {
    let outcome = Sealer::default().post(&ours(), &message("1", "1", &"<SpRecord/>".repeat(100_000)));
    assert_eq!(outcome.answer.status, 413);
    assert_eq!(refusal(outcome), Error::TooLarge { limit: BODY_LIMIT });
}

#[test]
fn lists_at_their_limit_are_kept_whole() {
    let notified: String =
        (0..1_024).map(|number| format!("<Notifyer><UserId>u{number}</UserId></Notifyer>")).collect();
    let records = "<SpRecord/>".repeat(256);
    let event = event(Sealer::default().post(&ours(), &message("1", "1", &(notified + &records))));
    assert_eq!((event.approval.notified.len(), event.approval.steps.len()), (1_024, 256));
    assert!(!event.left_out);
}

#[test]
fn tricks_of_xml_are_refused() {
    for (message, fault) in [
        ("<xml><?php a ?></xml>", Fault::Instruction),
        ("<?xml-stylesheet href='a'?><xml></xml>", Fault::Instruction),
        ("<xml><MsgType>text</MsgType>", Fault::Syntax),
        ("<xml><MsgType>text</xml></MsgType>", Fault::Syntax),
        ("<xml><MsgType>text</MsgType></xml><xml></xml>", Fault::Syntax),
        ("<xml><MsgType>text</MsgType></xml>trailing", Fault::Syntax),
        ("<xml><MsgType>te<![CDATA[xt</MsgType></xml>", Fault::Syntax),
        ("<xml><MsgType>text<!-- </MsgType></xml>", Fault::Syntax),
        ("<xml><MsgType>&#x110000;</MsgType></xml>", Fault::Reference),
        ("<xml><MsgType>&#xD800;</MsgType></xml>", Fault::Reference),
        ("<xml><MsgType>&#0;</MsgType></xml>", Fault::Reference),
        ("<xml><MsgType>&#x1b;</MsgType></xml>", Fault::Reference),
        ("<xml><MsgType>&nbsp;</MsgType></xml>", Fault::Reference),
        ("<xml><MsgType>te<b>xt</b></MsgType></xml>", Fault::Mixed),
        ("<xml>text</xml>", Fault::Mixed),
        ("<html></html>", Fault::Root),
        ("", Fault::Syntax),
        ("hello", Fault::Syntax),
        ("<", Fault::Syntax),
        ("<!", Fault::Syntax),
        ("<!-->", Fault::Syntax),
        ("<![CDATA[", Fault::Syntax),
        ("</xml>", Fault::Syntax),
        ("<?", Fault::Syntax),
        ("&", Fault::Syntax),
    ] {
        assert_unreadable(message, Unreadable::Xml(fault));
    }
}

/// Of two readers of one message one would take the first, the other the last; so nothing is taken but the news.
#[test]
fn what_may_occur_once_leaves_nothing_but_the_news_when_it_occurs_twice() {
    for more in [
        "<SpStatus>2</SpStatus>",
        "<SpNo>202601010007</SpNo>",
        "<TemplateId/>",
        "<Applyer><UserId>eve</UserId></Applyer>",
        "<StatuChangeEvent>2</StatuChangeEvent>",
        "<ApplyTime>0</ApplyTime>",
        "<SpNoStr>202601010007</SpNoStr><SpNoStr>202601010007</SpNoStr>",
        "<SpRecord><Details><SpTime>1</SpTime><Sptime>2</Sptime></Details></SpRecord>",
        "<SpRecord><Details><Approver/><Approvor/></Details></SpRecord>",
        "<Notifyer><UserId>a</UserId><UserId>b</UserId></Notifyer>",
        "<Comments><CommentTime>1</CommentTime><CommentTime>2</CommentTime></Comments>",
        "<ProcessList><NodeList><NodeType>1</NodeType><NodeType>2</NodeType></NodeList></ProcessList>",
        "<SpName>Access</SpName>",
        "<SpFuture><SpName>Access</SpName></SpFuture>",
        "<SpRecord><a><SpName>Access</SpName></a></SpRecord>",
    ] {
        assert_changed(&message("2", "1", more));
    }
    let sound = message("2", "1", "");
    for name in ["MsgType", "Event", "CreateTime", "ApprovalInfo"] {
        assert_changed(&sound.replace("</xml>", &format!("<{name}>event</{name}></xml>")));
    }
    let info = &sound[sound.find("<ApprovalInfo>").unwrap()..sound.find("</xml>").unwrap()];
    assert_changed(&sound.replace("</xml>", &format!("{info}</xml>")));
}

#[test]
fn what_a_message_cannot_do_without_is_named() {
    let sound = message("2", "2", "");
    for (name, cut) in [
        ("MsgType", "<MsgType>event</MsgType>"),
        ("Event", "<Event>sys_approval_change</Event>"),
        ("CreateTime", "<CreateTime>1767225661</CreateTime>"),
        ("SpNo", "<SpNo>202601010007</SpNo>"),
        ("TemplateId", "<TemplateId>3Tm1</TemplateId>"),
    ] {
        assert!(sound.contains(cut));
        assert_unreadable(&sound.replace(cut, ""), Unreadable::Missing(name));
    }
    // Without a status a host fetches; that takes a time that no text can have written.
    let no_status = sound.replace("<SpStatus>2</SpStatus>", "");
    assert_changed(&no_status);
    let time = format!("<CreateTime>{NOW}</CreateTime>");
    let late = no_status.replace(&time, "").replace("</xml>", &format!("{time}</xml>"));
    assert_unreadable(&late, Unreadable::Missing("SpStatus"));
    let open_and_close = [sound.find("<ApprovalInfo>").unwrap(), sound.find("</xml>").unwrap()];
    let without = format!("{}</xml>", &sound[..open_and_close[0]]);
    assert_unreadable(&without, Unreadable::Missing("ApprovalInfo"));
    let no_time = sound.replace("<CreateTime>1767225661", "<CreateTime>yesterday");
    assert_unreadable(&no_time, Unreadable::NotANumber("CreateTime"));
}

/// D2: a signature does not make the text of a message harmless.
#[test]
fn a_text_is_kept_as_it_is_and_does_not_become_markup() {
    let words = "</Speech><SpStatus>2</SpStatus>&lt;'\"";
    let more = format!(
        "<SpRecord><Details><Approver><UserId>LiSi</UserId></Approver>\
         <Speech><![CDATA[{words}]]></Speech><SpStatus>1</SpStatus></Details></SpRecord>"
    );
    let message = message("5", "1", &more).replace("Access", "<![CDATA[Access]]>");
    let event = event(Sealer::default().post(&ours(), &message));
    assert_eq!(event.approval.steps[0].members[0].comment, words);
    assert_eq!(event.approval.raw_status, "1");
}

#[test]
fn an_encrypt_inside_a_comment_or_a_text_does_not_count() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(message("2", "2", "").as_bytes());
    let body = envelope(&sealed).replace(
        "<AgentID>",
        "<!-- <Encrypt>eve</Encrypt> --><b><![CDATA[<Encrypt>eve</Encrypt>]]></b><AgentID>",
    );
    assert_eq!(event(post(&ours(), &sealer.query(&sealed), &body)).approval.raw_status, "2");
}
