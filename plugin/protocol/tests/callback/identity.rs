//! Which deliveries are the same change, and which changes are ours.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};
use wecom_protocol::callback::{Disposition, Error, Fault, Unreadable};
use wecom_protocol::config::Config;
use wecom_protocol::model::{Event, Operation, TemplateId};

use crate::seal::{NOW, Sealer, changed, envelope, event, message, only_changed, ours, post, refusal};

fn read(message: &str) -> Event {
    event(Sealer::default().post(&ours(), message))
}

/// D10: the envelope does not enter.
#[test]
fn the_same_event_in_a_new_envelope_has_the_same_key() {
    let text = message("2", "2", "");
    let first = read(&text);
    let again = Sealer { nonce: "another", timestamp: NOW + 5, random: [7; 16], ..Sealer::default() };
    assert_eq!(event(again.post(&ours(), &text)), first);
    let sealed = again.seal(text.as_bytes());
    let bare = envelope(&sealed).replace("<![CDATA[", "").replace("]]>", "");
    assert_eq!(event(post(&ours(), &again.query(&sealed), &bare)), first);
}

/// D10: a batch of approvals in one second, and every later change of one of them.
#[test]
fn another_event_of_the_same_second_has_another_key() {
    let text = message("2", "2", "");
    let others = [
        text.clone(),
        text.replace("202601010007", "202601010008"),
        text.replace("<StatuChangeEvent>2", "<StatuChangeEvent>10"),
        text.replace("<SpStatus>2", "<SpStatus>10"),
        text.replace(&NOW.to_string(), &(NOW + 1).to_string()),
        text.replace("zhang.san", "zhang.si"),
        text.replace("<SpName>Access", "<SpName> Access"),
        text.replace("<SpNo>", "<SpNo >"),
    ];
    let keys: BTreeSet<_> = others.iter().map(|text| read(text).deduplication_key).collect();
    assert_eq!(keys.len(), others.len());
}

#[test]
fn keys_and_digests_are_lower_case_sha_256() {
    let text = message("2", "2", "");
    let event = read(&text);
    let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(event.message_digest, digest);
    let parts = ["sys_approval_change", "202601010007", "2", "2", "1767225661", &digest];
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    let key: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(event.deduplication_key, key);
}

/// D14: leave and expense forms of the same app.
#[test]
fn a_form_of_another_template_is_foreign() {
    let mut config = ours();
    let sealer = Sealer::default();
    let text = message("2", "2", "");
    config.template_id = Some(TemplateId("3Tm2".to_owned()));
    let outcome = sealer.post(&config, &text);
    assert_eq!(outcome.disposition, Disposition::Foreign);
    assert_eq!((outcome.answer.status, outcome.answer.body.len()), (200, 0));

    config.former_template_ids = vec![TemplateId("3Tm1".to_owned())];
    assert_eq!(event(sealer.post(&config, &text)).approval.template_id.as_str(), "3Tm1");

    config.former_template_ids.clear();
    config.template_id = Some(TemplateId("3tm1".to_owned()));
    assert_eq!(sealer.post(&config, &text).disposition, Disposition::Foreign);
}

/// Serves a template that [`message`] is not made from.
fn another_template() -> Config {
    served("3Tm2")
}

fn served(template: &str) -> Config {
    Config { template_id: Some(TemplateId(template.to_owned())), ..ours() }
}

/// D14: WeCom sends again whatever is refused, and what others put into their forms is theirs.
#[test]
fn a_foreign_form_is_foreign_whatever_else_it_holds_or_lacks() {
    let sound = message("2", "2", "");
    let with = |more: &str| sound.replace("</ApprovalInfo>", &format!("{more}</ApprovalInfo>"));
    let without = |cut: &str| {
        assert!(sound.contains(cut));
        sound.replace(cut, "")
    };
    for (odd, why) in [
        (without("<SpNo>202601010007</SpNo>"), Unreadable::Missing("SpNo")),
        (without("<CreateTime>1767225661</CreateTime>"), Unreadable::Missing("CreateTime")),
        (sound.replace("<CreateTime>", "<CreateTime>-"), Unreadable::NotANumber("CreateTime")),
    ] {
        // The same, with the elements in an order that is not WeCom's.
        let event = "<Event>sys_approval_change</Event>";
        let late = odd.replace(event, "").replace("</xml>", &format!("{event}</xml>"));
        for text in [&odd, &late] {
            let outcome = Sealer::default().post(&another_template(), text);
            assert_eq!((outcome.answer.status, outcome.disposition), (200, Disposition::Foreign), "{why:?}");
            assert_eq!(refusal(Sealer::default().post(&ours(), text)), Error::Unreadable(why));
        }
    }
    let attachments = format!("<Comments><CommentUserInfo/>{}</Comments>", "<Attach>m</Attach>".repeat(65));
    for odd in [
        without("<Applyer><UserId>zhang.san</UserId><Party>7</Party></Applyer>"),
        with("<SpRecord/>".repeat(257).as_str()),
        with(&attachments),
        with("<SpStatus>3</SpStatus>"),
        without("<SpStatus>2</SpStatus>"),
        with("<Applyer/>"),
        with("<a>&a;</a>"),
        with("]]>"),
        sound.replace("<CreateTime>", "<CreateTime>1767225661</CreateTime><CreateTime>"),
        sound.replace("</xml>", ""),
        format!("{sound}<xml/>"),
    ] {
        let outcome = Sealer::default().post(&another_template(), &odd);
        assert_eq!((outcome.answer.status, outcome.disposition), (200, Disposition::Foreign), "{odd:.600}");
        event(Sealer::default().post(&ours(), &odd));
    }
}

/// A text of a person cannot make a form of ours a stranger's: our template's id stands in the message all the same.
#[test]
fn a_doubted_message_that_names_our_template_anywhere_is_news() {
    let sound = message("2", "2", "");
    let first = sound.replace("<TemplateId>", "<TemplateId>3Tm2</TemplateId><TemplateId>");
    for (config, template) in [(another_template(), "3Tm2"), (served("3Tm1"), "3Tm1")] {
        assert_eq!(changed(Sealer::default().post(&config, &first)).approval.template_id.as_str(), template);
    }
    let disposition = Sealer::default().post(&served("3Tm3"), &first).disposition;
    assert_eq!(disposition, Disposition::Foreign);
}

#[test]
fn a_foreign_form_of_the_flow_engine_is_foreign_with_nothing_but_its_template() {
    let text = "<xml><MsgType>event</MsgType><Event>open_approval_change</Event><ApprovalInfo>\
                <OpenTemplateId>1</OpenTemplateId></ApprovalInfo></xml>";
    assert_eq!(Sealer::default().post(&another_template(), text).disposition, Disposition::Foreign);
    let refused = refusal(Sealer::default().post(&ours(), text));
    assert_eq!(refused, Error::Unreadable(Unreadable::Missing("OpenSpStatus")));
}

/// What tells whose form it is must be there before the message breaks.
#[test]
fn what_leaves_open_whose_form_it_is_stays_unreadable() {
    let sound = message("2", "2", "");
    let cut_before = |name: &str| sound[..sound.find(name).unwrap()].to_owned();
    for (text, why) in [
        (sound.replace("<TemplateId>3Tm1</TemplateId>", ""), Unreadable::Missing("TemplateId")),
        (sound.replace("3Tm1", " "), Unreadable::Missing("TemplateId")),
        (cut_before("</TemplateId>"), Unreadable::Xml(Fault::Syntax)),
        (cut_before("<SpNo>"), Unreadable::Xml(Fault::Syntax)),
        (sound.replace("Access", "<![CDATA[A]]></SpNam>]]>"), Unreadable::Xml(Fault::Syntax)),
    ] {
        for config in [ours(), another_template()] {
            let outcome = Sealer::default().post(&config, &text);
            assert_eq!(outcome.answer.status, 403);
            assert_eq!(refusal(outcome), Error::Unreadable(why), "{text}");
        }
    }
}

/// Two numbers, neither of which anybody typed: a host asks about both.
#[test]
fn two_numbers_that_differ_are_news_of_both_and_of_nothing_else() {
    let text = message("2", "2", "").replace("<SpNo>", "<SpNoStr>JX-1</SpNoStr><SpNo>");
    let Disposition::Accepted(events) = Sealer::default().post(&ours(), &text).disposition else {
        panic!("not accepted")
    };
    let ids: Vec<_> = events.iter().map(|event| event.approval.id.as_str()).collect();
    assert_eq!(ids, ["JX-1", "202601010007"]);
    assert!(events.iter().all(|event| *event == only_changed(event)), "{events:?}");
    assert_ne!(events[0].deduplication_key, events[1].deduplication_key);
    let three = text.replace("<SpNo>", "<SpNo>1</SpNo><SpNo>");
    let Disposition::Accepted(events) = Sealer::default().post(&ours(), &three).disposition else {
        panic!("not accepted")
    };
    assert_eq!(events.iter().map(|event| event.approval.id.as_str()).collect::<Vec<_>>(), ["JX-1", "1"]);
}

/// A form for several people at once.
#[test]
fn a_form_without_an_applicant_of_its_own_is_read() {
    let applyer = "<Applyer><UserId>zhang.san</UserId><Party>7</Party></Applyer>";
    let with = |other: &str| {
        let approval = read(&message("1", "1", "").replace(applyer, other)).approval;
        (approval.applicant.0, approval.department)
    };
    let batch =
        "<BatchApplyer><UserId>a</UserId></BatchApplyer><BatchApplyer><UserId>b</UserId></BatchApplyer>";
    assert_eq!(with(batch), ("a".to_owned(), None));
    assert_eq!(with(&format!("{batch}{applyer}")), ("zhang.san".to_owned(), Some("7".to_owned())));
    assert_eq!(with(""), (String::new(), None));
    for several in ["", batch] {
        let submitted = read(&message("1", "1", "").replace(applyer, several));
        assert_eq!((submitted.actor, submitted.operation), (None, Operation::Submitted));
    }
}
