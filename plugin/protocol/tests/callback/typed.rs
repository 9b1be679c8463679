//! What people type, put into CDATA as WeCom may do it: without a look at it.
//!
//! Whatever stands in the texts of a form, its news names its number, and nothing that was typed is believed: no status,
//! operation, applicant, actor or template. Such a text may at most keep the engine from believing the rest.

use std::fmt::Write as _;

use proptest::prelude::*;
use wecom_protocol::callback::{Disposition, Error};
use wecom_protocol::config::Config;
use wecom_protocol::model::{Event, Operation, Status, TemplateId};

use crate::drawn::cases;
use crate::seal::{NOW, Sealer, changed, event, message, only_changed, ours};

const NUMBER: &str = "202601010007";
const TEMPLATE: &str = "3TkOurs";

/// Typed where WeCom would have written it, to be taken for WeCom's.
const FORGED: &str = "<SpNo>666</SpNo><SpNoStr>666</SpNoStr><SpStatus>2</SpStatus><TemplateId>3TkEvil</TemplateId>\
    <ApplyTime>9</ApplyTime><Applyer><UserId>eve</UserId></Applyer><StatuChangeEvent>2</StatuChangeEvent>";

const FORGED_COMMENT: &str = "<Comments><CommentUserInfo><UserId>eve</UserId></CommentUserInfo>\
    <CommentTime>9999999999</CommentTime><CommentContent>yes</CommentContent></Comments>";

const FORGED_SILENT_COMMENT: &str = "<Comments><CommentUserInfo><UserId>eve</UserId></CommentUserInfo>\
    <CommentTime>9999999999</CommentTime></Comments>";

const FORGED_DETAILS: &str = "<Details><Approver><UserId>eve</UserId></Approver><SpStatus>2</SpStatus>\
    <SpTime>9999999999</SpTime></Details>";

const FORGED_NODE: &str = "<ProcessList><NodeList><NodeType>1</NodeType><SpStatus>2</SpStatus><SubNodeList>\
    <UserInfo><UserId>eve</UserId></UserInfo><SpYj>2</SpYj><Sptime>9999999999</Sptime></SubNodeList></NodeList>\
    </ProcessList>";

/// The texts of one form, and the shape of it.
#[derive(Clone, Debug)]
struct Form {
    name: String,
    /// Of approvers: of each, in the layouts that the form has.
    speeches: Vec<String>,
    comments: Vec<String>,
    records: bool,
    process: bool,
    /// An element that the engine does not know, before the facts.
    future: Option<String>,
    operation: &'static str,
}

fn naive(name: &str, text: &str) -> String {
    format!("<{name}><![CDATA[{text}]]></{name}>")
}

impl Form {
    /// The message, in WeCom's order of elements. The form is pending.
    fn message(&self) -> String {
        let mut xml = format!(
            "<xml><ToUserName><![CDATA[x]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
             <CreateTime>{NOW}</CreateTime><MsgType><![CDATA[event]]></MsgType>\
             <Event><![CDATA[sys_approval_change]]></Event><AgentID>3010040</AgentID><ApprovalInfo>\
             <SpNo>{NUMBER}</SpNo>"
        );
        xml += &naive("SpName", &self.name);
        xml += &self.future.as_ref().map(|text| naive("SpFuture", text)).unwrap_or_default();
        write!(
            xml,
            "<SpStatus>1</SpStatus>{}<ApplyTime>{NOW}</ApplyTime><Applyer>{}{}</Applyer>",
            naive("TemplateId", TEMPLATE),
            naive("UserId", "zhang.san"),
            naive("Party", "7")
        )
        .unwrap();
        if self.records {
            xml += "<SpRecord><SpStatus>1</SpStatus><ApproverAttr>2</ApproverAttr>";
            for (at, speech) in self.speeches.iter().enumerate() {
                write!(
                    xml,
                    "<Details><Approver>{}</Approver>{}<SpStatus>{}</SpStatus><SpTime>{}</SpTime></Details>",
                    naive("UserId", &format!("approver.{at}")),
                    naive("Speech", speech),
                    if at == 0 { 2 } else { 1 },
                    if at == 0 { NOW } else { 0 }
                )
                .unwrap();
            }
            xml += "</SpRecord><Notifyer><UserId>audit</UserId></Notifyer>";
        }
        if self.process {
            xml += "<ProcessList><NodeList><NodeType>1</NodeType><SpStatus>1</SpStatus><ApvRel>1</ApvRel>";
            for (at, speech) in self.speeches.iter().enumerate() {
                write!(
                    xml,
                    "<SubNodeList><UserInfo>{}</UserInfo>{}<SpYj>{}</SpYj><Sptime>{}</Sptime></SubNodeList>",
                    naive("UserId", &format!("approver.{at}")),
                    naive("Speech", speech),
                    if at == 0 { 2 } else { 1 },
                    if at == 0 { NOW } else { 0 }
                )
                .unwrap();
            }
            xml += "</NodeList></ProcessList>";
        }
        for (at, text) in self.comments.iter().enumerate() {
            write!(
                xml,
                "<Comments><CommentUserInfo>{}</CommentUserInfo><CommentTime>{}</CommentTime>{}{}</Comments>",
                naive("UserId", &format!("member.{at}")),
                NOW + at as u64,
                naive("CommentContent", text),
                naive("CommentId", &format!("67{at}"))
            )
            .unwrap();
        }
        write!(xml, "<StatuChangeEvent>{}</StatuChangeEvent></ApprovalInfo></xml>", self.operation).unwrap();
        xml
    }

    /// Who has done what the message reports.
    fn actor(&self) -> Option<String> {
        match self.operation {
            "1" | "5" => Some("zhang.san".to_owned()),
            "2" if !self.speeches.is_empty() && (self.records || self.process) => {
                Some("approver.0".to_owned())
            }
            "10" => self.comments.len().checked_sub(1).map(|last| format!("member.{last}")),
            _ => None,
        }
    }

    fn holds(&self, part: &str) -> bool {
        let texts = [&self.name].into_iter().chain(&self.future).chain(&self.speeches).chain(&self.comments);
        texts.into_iter().any(|text| text.contains(part))
    }
}

/// Believes nothing that was typed; see above.
fn check(form: &Form) -> Result<Option<Event>, TestCaseError> {
    let message = form.message();
    let config = Config { template_id: Some(TemplateId(TEMPLATE.to_owned())), ..ours() };
    let events = match Sealer::default().post(&config, &message).disposition {
        Disposition::Accepted(events) => events,
        // Before it is certain whose form it is, a text may have written anything.
        Disposition::Refused(Error::Unreadable(_)) => {
            let early = [Some(&form.name), form.future.as_ref()];
            prop_assert!(early.into_iter().flatten().any(|text| text.contains("]]>")), "{}", message);
            return Ok(None);
        }
        other => return Err(TestCaseError::fail(format!("{other:?}\n{message}"))),
    };
    prop_assert_eq!(events.len(), 1, "{}", &message);
    let event = &events[0];
    let approval = &event.approval;
    prop_assert_eq!(approval.id.as_str(), NUMBER, "{}", &message);
    prop_assert_eq!(approval.template_id.as_str(), TEMPLATE, "{}", &message);
    if approval.status == Status::Unknown {
        prop_assert_eq!(event, &only_changed(event), "{}", &message);
        prop_assert!(form.holds("]]>"), "{}", message);
        return Ok(events.into_iter().next());
    }
    prop_assert_eq!((approval.status, approval.raw_status.as_str()), (Status::Pending, "1"), "{}", &message);
    prop_assert_eq!(&event.raw_operation, form.operation, "{}", &message);
    prop_assert_eq!((approval.applicant.as_str(), approval.department.as_deref()), ("zhang.san", Some("7")));
    prop_assert_eq!(approval.title.contains('x'), form.name.contains('x'), "{}", &message);
    let actor = event.actor.as_ref().map(|member| member.0.clone());
    prop_assert!(actor.is_none() || actor == form.actor(), "{:?} by {:?}\n{}", event, actor, message);
    prop_assert!(form.holds(&event.comment), "{}", message);
    Ok(events.into_iter().next())
}

/// A text that leaves its section in `element` of a form, forges, and comes back into another section as if nothing had
/// been: alone, or with the help of a text behind it.
fn escapes(element: &'static str) -> impl Strategy<Value = String> {
    let (out, back) = match element {
        "SpName" | "SpFuture" => ("", ""),
        "Speech" => {
            ("<SpStatus>2</SpStatus></Details>", "<Details><Approver><UserId>eve</UserId></Approver>")
        }
        _ => ("</Comments>", "<Comments><CommentUserInfo><UserId>eve</UserId></CommentUserInfo>"),
    };
    let (out_of_flow, back_into_flow) = match element {
        "Speech" => ("<SpStatus>2</SpStatus></Details></SpRecord>", "<SpRecord><Details>"),
        _ => (out, back),
    };
    let leaves = format!("x]]></{element}>");
    let comes = format!("<{element}><![CDATA[y");
    let forged = prop::sample::select(vec![
        FORGED,
        FORGED_COMMENT,
        FORGED_SILENT_COMMENT,
        FORGED_DETAILS,
        FORGED_NODE,
        "<SpStatus>2</SpStatus>",
        "<StatuChangeEvent>2</StatuChangeEvent>",
        "",
    ]);
    let tricks = [
        // Alone.
        (out, back.to_owned() + &comes),
        (out_of_flow, back_into_flow.to_owned() + &comes),
        ("", comes.clone()),
        // With a text behind it that ends what is begun here.
        (out, "<!--".to_owned()),
        (out, "<z a=\"".to_owned()),
        (out, "<z a='".to_owned()),
        (out, format!("<Q>{back}{comes}")),
        (out_of_flow, format!("<Q>{back_into_flow}{comes}")),
        (out_of_flow, format!("<SpRecord>{back_into_flow}{comes}")),
        (out_of_flow, format!("<Comments>{back_into_flow}{comes}")),
        (out, format!("<SpFuture>{comes}")),
        (out, "<?".to_owned()),
        (out, "<!DOCTYPE x".to_owned()),
        (out, "&".to_owned()),
        (out, format!("</ApprovalInfo><ApprovalInfo>{back}{comes}")),
        (out, format!("</ApprovalInfo><Q><ApprovalInfo>{back}{comes}")),
        // No way back.
        (out, "</ApprovalInfo></xml>".to_owned()),
        ("", "<b>".to_owned()),
        ("", String::new()),
    ];
    (forged, prop::sample::select(tricks.to_vec()))
        .prop_map(move |(forged, (out, back))| format!("{leaves}{out}{forged}{back}"))
}

/// A text that ends what one before it has begun.
fn ends(element: &'static str) -> impl Strategy<Value = String> {
    let (out, back) = match element {
        "Speech" => ("<SpStatus>2</SpStatus></Details></SpRecord>", "<SpRecord><Details>"),
        _ => ("</Comments>", "<Comments>"),
    };
    let inside = format!("x]]></{element}>{out}");
    let comes = format!("{back}<{element}><![CDATA[y");
    prop::sample::select(vec![
        format!("-->{comes}"),
        format!("\"/>{comes}"),
        format!("'/>{comes}"),
        format!("?>{comes}"),
        format!(";{comes}"),
        format!("{inside}</Q>{comes}"),
        format!("{inside}</Q>{FORGED}{comes}"),
        format!("{inside}</SpRecord>{comes}"),
        format!("{inside}</Comments>{comes}"),
        format!("{inside}</SpFuture>{comes}"),
        format!("{inside}</ApprovalInfo></Q><ApprovalInfo>{comes}"),
    ])
}

/// Pieces of messages and of XML in any order.
fn scraps() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<z a=\"",
        "\"/>",
        "<Q>",
        "</Q>",
        "<?",
        "?>",
        "&",
        ";",
        "]",
        ">",
        "<",
        "ok",
        "</SpName>",
        "<SpName>",
        "</Speech>",
        "<Speech>",
        "</Details>",
        "<Details>",
        "</SpRecord>",
        "<SpRecord>",
        "</CommentContent>",
        "<CommentContent>",
        "</Comments>",
        "<Comments>",
        "</ApprovalInfo>",
        "<ApprovalInfo>",
        "</xml>",
        "<xml>",
        "<CreateTime>1</CreateTime>",
        "<Event>open_approval_change</Event>",
        FORGED,
        FORGED_COMMENT,
        FORGED_DETAILS,
        FORGED_NODE,
        "<SpStatus>2</SpStatus>",
        "<SpNo>666</SpNo>",
        "审批",
        "\n",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn harmless() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "同意",
        "a[b[0]] > 1",
        "<b>]]</b>",
        "<SpStatus>2</SpStatus>",
        "ok",
        "x]] >",
    ])
    .prop_map(str::to_owned)
}

fn text(element: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![4 => harmless(), 3 => escapes(element), 2 => ends(element), 1 => scraps()]
}

fn form() -> impl Strategy<Value = Form> {
    let shape = (any::<bool>(), any::<bool>(), prop::sample::select(vec!["1", "2", "5", "8", "10"]));
    let texts = (
        prop_oneof![3 => harmless(), 2 => text("SpName")],
        prop::collection::vec(text("Speech"), 0..3),
        prop::collection::vec(text("CommentContent"), 0..3),
        prop::option::weighted(0.2, text("SpFuture")),
    );
    (texts, shape).prop_map(|((name, speeches, comments, future), (records, process, operation))| Form {
        name,
        speeches,
        comments,
        records,
        process,
        future,
        operation,
    })
}

proptest! {
    #![proptest_config(cases(1_024))]

    #[test]
    fn nothing_that_a_person_typed_is_believed(form in form()) {
        check(&form)?;
    }
}

fn quiet() -> Form {
    Form {
        name: "Access".to_owned(),
        speeches: vec!["ok".to_owned()],
        comments: vec!["until when?".to_owned()],
        records: true,
        process: true,
        future: None,
        operation: "10",
    }
}

#[track_caller]
fn read(form: &Form) -> Event {
    check(form).unwrap().unwrap()
}

/// As others' systems got them: pasted XML, a tag, and code.
#[test]
fn a_section_that_a_comment_ends_leaves_the_number_and_nothing_typed() {
    for pasted in ["<status><![CDATA[ok]]></status>", "x]]><b>y", "a[b[0]]>1"] {
        let event = read(&Form { comments: vec![pasted.to_owned()], ..quiet() });
        assert_eq!(
            (event.approval.id.as_str(), event.approval.status),
            (NUMBER, Status::Unknown),
            "{pasted}"
        );
    }
    let event = read(&Form { comments: vec!["a[b[0]] 1".to_owned()], ..quiet() });
    assert_eq!((event.comment.as_str(), event.approval.status), ("a[b[0]] 1", Status::Pending));
}

/// Divided as it should be, such a text is a text.
#[test]
fn a_section_that_is_divided_as_it_should_be_is_one_text() {
    let message = Form { name: "a]]]]><![CDATA[>b".to_owned(), ..quiet() }.message();
    let event = event(Sealer::default().post(&ours(), &message));
    assert_eq!((event.approval.title.as_str(), event.approval.status), ("a]]>b", Status::Pending));
}

/// One comment that pretends to be two is sound XML, and in nothing different from two. So of two no author is named.
#[test]
fn the_author_of_a_comment_that_another_comment_can_have_written_is_not_named() {
    let forging = format!(
        "x]]></CommentContent></Comments>{}<CommentContent><![CDATA[yes",
        "<Comments><CommentUserInfo><UserId>boss</UserId></CommentUserInfo><CommentTime>9999999999</CommentTime>"
    );
    let event = read(&Form { comments: vec![forging], ..quiet() });
    assert_eq!((event.operation, event.actor, event.comment.as_str()), (Operation::Commented, None, ""));
    assert_eq!(event.approval.status, Status::Pending);
    let two = read(&Form { comments: vec!["a".to_owned(), "b".to_owned()], ..quiet() });
    assert_eq!(two.actor, None);
    let alone = read(&quiet());
    assert_eq!(alone.actor.map(|member| member.0).as_deref(), Some("member.0"));
}

/// With one approver no typed text can have written another one; with two, the first can have written the second.
#[test]
fn an_approver_is_named_where_no_other_approver_can_have_written_the_name() {
    for (records, process) in [(true, false), (false, true), (true, true)] {
        let one = Form { records, process, operation: "2", ..quiet() };
        let two = Form { speeches: vec![String::new(), String::new()], ..one.clone() };
        assert_eq!(read(&one).actor.map(|member| member.0).as_deref(), Some("approver.0"), "{one:?}");
        assert_eq!(read(&two).actor, None, "{two:?}");
    }
}

/// Two texts that work together: the form's name forges the facts and hides WeCom's, until a comment ends what it began.
#[test]
fn facts_that_a_name_forges_and_a_comment_covers_up_are_not_believed() {
    let forged = format!(
        "<SpStatus>2</SpStatus><TemplateId>{TEMPLATE}</TemplateId><ApplyTime>9</ApplyTime>\
         <Applyer><UserId>eve</UserId></Applyer>"
    );
    let again = "<Comments><CommentContent><![CDATA[y";
    for (begins, ends) in [
        ("<!--", "-->".to_owned()),
        ("<z a=\"", "\"/>".to_owned()),
        ("<Q><SpName><![CDATA[", "]]></CommentContent></Comments></Q>".to_owned()),
    ] {
        let name = format!("x]]></SpName>{forged}{begins}");
        let form = Form { name, comments: vec![format!("{ends}{again}")], ..quiet() };
        assert_eq!(read(&form).approval.status, Status::Unknown, "{begins}");
    }
}

/// Names that are typed, in an element that may be there for several people, or whose children nobody counts otherwise.
#[test]
fn people_whose_names_hold_markup_do_not_become_others() {
    let applyer = "<Applyer><UserId>zhang.san</UserId><Party>7</Party></Applyer>";
    let sound = message("1", "1", "").replace("Access", "<![CDATA[Access]]>");
    let boss = "</BatchApplyer><Applyer><UserId>boss</UserId></Applyer><BatchApplyer><UserId>eve</UserId>";
    let time = "</BatchApplyer><ApplyTime>9</ApplyTime><BatchApplyer><UserId>eve</UserId>";
    let revoked = "</Notifyer><StatuChangeEvent>8</StatuChangeEvent><Notifyer><UserId>e</UserId>";
    let name = |typed: &str| naive("Name", &format!("x]]></Name>{typed}<Name><![CDATA[y"));
    let batch = |typed: &str| {
        let batch = format!("<BatchApplyer><UserId>eve</UserId>{}</BatchApplyer>", name(typed));
        sound.replace(applyer, &batch)
    };
    let notified = format!("<Notifyer><UserId>e</UserId>{}</Notifyer>", name(revoked));
    for message in [
        batch(boss),
        batch(time).replace("<ApplyTime>1767225600</ApplyTime>", ""),
        sound.replace("</Applyer>", &format!("{}</Applyer>", name("</Applyer><Applyer>"))),
        sound.replace("<StatuChangeEvent>", &format!("{notified}<StatuChangeEvent>")),
        sound.replace("<StatuChangeEvent>1</StatuChangeEvent>", &notified),
    ] {
        assert_eq!(changed(Sealer::default().post(&ours(), &message)).approval.id.as_str(), NUMBER);
    }
    let named = sound.replace("</Applyer>", &format!("{}</Applyer>", naive("Name", "张三")));
    let event = event(Sealer::default().post(&ours(), &named));
    assert_eq!((event.approval.status, event.approval.applicant.as_str()), (Status::Pending, "zhang.san"));
}

/// A form of the flow engine whose texts WeCom writes as they are, in no section: with the applicant's name, the text of an
/// approver, and the form's name.
fn bare(title: &str, user_name: &str, speech: &str) -> String {
    format!(
        "<xml><CreateTime>{NOW}</CreateTime><MsgType>event</MsgType><Event>open_approval_change</Event><ApprovalInfo>\
         <ThirdNo>{NUMBER}</ThirdNo><OpenSpName>{title}</OpenSpName><OpenTemplateId>{TEMPLATE}</OpenTemplateId>\
         <OpenSpStatus>1</OpenSpStatus><ApplyTime>{NOW}</ApplyTime><ApplyUserName>{user_name}</ApplyUserName>\
         <ApplyUserId>zhang.san</ApplyUserId><ApprovalNodes><ApprovalNode><Items><Item><ItemUserId>a</ItemUserId>\
         <ItemSpeech>{speech}</ItemSpeech></Item></Items></ApprovalNode></ApprovalNodes></ApprovalInfo></xml>"
    )
}

/// Such a text needs no `]]>` to swallow what WeCom wrote: it begins a comment or a section, and a text behind it ends it.
#[test]
fn texts_outside_of_sections_swallow_nothing_that_is_then_believed() {
    let read = |message: &str| event(Sealer::default().post(&ours(), message));
    let sound = read(&bare("pay", "jack", "ok")).approval;
    assert_eq!((sound.status, sound.applicant.as_str()), (Status::Pending, "zhang.san"));
    let again = "<ApprovalNodes><ApprovalNode><Items><Item><ItemSpeech>";
    let boss = "x</ApplyUserName><ApplyUserId>boss</ApplyUserId>";
    let status = format!(
        "pay</OpenSpName><OpenTemplateId>{TEMPLATE}</OpenTemplateId><OpenSpStatus>2</OpenSpStatus>\
         <ApplyUserId>boss</ApplyUserId>"
    );
    for (begins, ends) in [("<!--", "-->"), ("<F><![CDATA[", "]]></F>"), ("<F a=\"", "\"/>")] {
        let ends = format!("{ends}{again}");
        for message in [
            bare("pay", &format!("{boss}{begins}"), &ends),
            bare(&format!("{status}{begins}"), "jack", &ends),
        ] {
            let event = changed(Sealer::default().post(&ours(), &message));
            assert_eq!(event.approval.id.as_str(), NUMBER, "{begins}");
        }
    }
}

/// WeCom adds elements every year. One before the number takes its certainty away, and no text may then keep the form
/// from being fetched.
#[test]
fn a_number_behind_a_new_element_is_news_all_the_same() {
    let comment = "<Comments><CommentContent><![CDATA[x]]><b>y]]></CommentContent></Comments>";
    let broken = message("2", "2", comment).replace("Access", "<![CDATA[Access]]>");
    for (from, to) in [
        ("<ApprovalInfo>", "<ApprovalInfo><New>1</New>"),
        ("<AgentID>", "<SuiteId><![CDATA[s]]></SuiteId><AgentID>"),
    ] {
        let event = changed(Sealer::default().post(&ours(), &broken.replace(from, to)));
        assert_eq!(event.approval.id.as_str(), NUMBER, "{to}");
    }
    // A new text that forges numbers: the last one before the lists is WeCom's.
    let forging = naive("New", "x]]></New><SpNo>1</SpNo><SpNo>2</SpNo><New><![CDATA[");
    let forged = broken.replace("<ApprovalInfo>", &format!("<ApprovalInfo>{forging}"));
    let Disposition::Accepted(events) = Sealer::default().post(&ours(), &forged).disposition else {
        panic!("not accepted")
    };
    assert_eq!(events.iter().map(|event| event.approval.id.as_str()).collect::<Vec<_>>(), ["1", NUMBER]);
    assert!(events.iter().all(|event| *event == only_changed(event)), "{events:?}");
    assert_ne!(events[0].deduplication_key, events[1].deduplication_key);
}
