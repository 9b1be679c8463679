//! What messages mean: numbers, lists, names in several spellings, and who did it.

use wecom_protocol::callback::{Disposition, Error, Unreadable};
use wecom_protocol::model::{Event, Operation, Status, StepKind, StepMode, UnixSeconds, UserId, Verdict};

use crate::seal::{NOW, Sealer, changed, event, message, ours, refusal, when_it_happened};

fn read(text: &str) -> Event {
    event(when_it_happened(&Sealer::default(), &ours(), text.as_bytes()))
}

fn ignored(text: &str) -> String {
    let outcome = Sealer::default().post(&ours(), text);
    assert_eq!((outcome.answer.status, outcome.answer.body.len()), (200, 0));
    match outcome.disposition {
        Disposition::Ignored(kind) => kind,
        other => panic!("not ignored: {other:?}"),
    }
}

fn details(member: &str, verdict: &str, at: u64, words: &str) -> String {
    format!(
        "<Details><Approver><UserId>{member}</UserId></Approver><Speech>{words}</Speech>\
         <SpStatus>{verdict}</SpStatus><SpTime>{at}</SpTime></Details>"
    )
}

fn record(details: &str) -> String {
    format!("<SpRecord><SpStatus>1</SpStatus><ApproverAttr>2</ApproverAttr>{details}</SpRecord>")
}

fn comment(member: &str, at: u64, text: &str) -> String {
    format!(
        "<Comments><CommentUserInfo><UserId>{member}</UserId></CommentUserInfo>\
         <CommentTime>{at}</CommentTime><CommentContent>{text}</CommentContent>\
         <CommentId>1</CommentId></Comments>"
    )
}

// ---- kinds ----

/// D8: what is of no use is received all the same, or WeCom sends it again and again.
#[test]
fn messages_of_other_kinds_are_ignored_by_name() {
    assert_eq!(ignored("<xml><MsgType><![CDATA[text]]></MsgType><Content>hi</Content></xml>"), "text");
    assert_eq!(ignored("<xml><Event>enter_agent</Event><MsgType>event</MsgType></xml>"), "event:enter_agent");
    assert_eq!(ignored("{\"MsgType\": \"event\"}"), "json");
    assert_eq!(ignored("\u{feff} []"), "json");
    let nasty = format!("<xml><MsgType>a\n\"&lt;审{}</MsgType></xml>", "x".repeat(100));
    assert_eq!(ignored(&nasty), format!("a_\"<_{}", "x".repeat(75)));
}

#[test]
fn json_that_does_not_parse_is_no_message() {
    for text in ["{", "[1,]", "{\"a\": :1\"}", "{} {}"] {
        let outcome = Sealer::default().post(&ours(), text);
        assert_eq!(refusal(outcome), Error::Unreadable(Unreadable::Json), "{text}");
    }
}

// ---- numbers ----

/// D13: each its own status. D8: a number from the future is kept and decides nothing.
#[test]
fn every_status_has_its_meaning_and_keeps_its_number() {
    for (number, status) in [
        ("1", Status::Pending),
        ("2", Status::Approved),
        ("3", Status::Rejected),
        ("4", Status::Withdrawn),
        ("6", Status::Revoked),
        ("7", Status::Deleted),
        ("10", Status::Approved),
        ("5", Status::Unknown),
        ("8", Status::Unknown),
        ("02", Status::Unknown),
        ("approved", Status::Unknown),
        ("4294967298", Status::Unknown),
    ] {
        let event = read(&message("1", number, ""));
        assert_eq!((event.approval.status, event.approval.raw_status.as_str()), (status, number));
    }
}

#[test]
fn a_number_too_long_to_be_one_is_cut() {
    let event = read(&message(&"审".repeat(30), &"2".repeat(1_000), ""));
    assert_eq!((event.approval.status, event.approval.raw_status), (Status::Unknown, "2".repeat(20)));
    assert_eq!((event.operation, event.raw_operation), (Operation::Other, "审".repeat(6)));
}

/// D8.
#[test]
fn every_operation_has_its_meaning_and_keeps_its_number() {
    let operations = [
        Operation::Submitted,
        Operation::Agreed,
        Operation::Rejected,
        Operation::Transferred,
        Operation::Urged,
        Operation::Withdrawn,
        Operation::Other,
        Operation::Revoked,
        Operation::Other,
        Operation::Commented,
        Operation::Returned,
        Operation::ApproverAdded,
        Operation::AgreedAndApproverAdded,
        Operation::Handled,
        Operation::HandedOver,
        Operation::Other,
    ];
    for (number, operation) in (1..).zip(operations) {
        let number = number.to_string();
        let event = read(&message(&number, "1", ""));
        assert_eq!((event.operation, event.raw_operation), (operation, number));
    }
    assert_eq!(read(&message("", "1", "")).operation, Operation::Other);
}

/// D12: one of three agreed. The status alone decides.
#[test]
fn an_agreement_of_one_is_no_approval() {
    let agreed = details("a", "2", NOW, "") + &details("b", "1", 0, "") + &details("c", "1", 0, "");
    let event = read(&message("2", "1", &record(&agreed)));
    assert_eq!((event.operation, event.approval.status), (Operation::Agreed, Status::Pending));
    assert_eq!(event.approval.steps[0].mode, StepMode::All);
}

// ---- lists ----

/// D9: lists of none, one and many.
#[test]
fn lists_of_any_length_are_lists() {
    for length in 0..4_usize {
        let members: String = (0..length).map(|n| details(&format!("m{n}"), "1", 0, "")).collect();
        let notified: String =
            (0..length).map(|n| format!("<Notifyer><UserId>n{n}</UserId></Notifyer>")).collect();
        let comments: String = (0..length).map(|n| comment("c", NOW, &n.to_string())).collect();
        let records = record(&members).repeat(length);
        let approval = read(&message("1", "1", &format!("{records}{notified}{comments}"))).approval;
        assert_eq!(approval.steps.len(), length);
        assert!(approval.steps.iter().all(|step| step.members.len() == length));
        assert_eq!((approval.notified.len(), approval.comments.len()), (length, length));
    }
}

/// D9: the last one does not win, and nobody is told twice.
#[test]
fn everybody_who_is_told_is_named_once_in_the_first_spelling() {
    let tell = |member: &str| format!("<Notifyer><UserId>{member}</UserId></Notifyer>");
    let copied = "<ProcessList><NodeList><NodeType>2</NodeType>\
        <SubNodeList><UserInfo><UserId>USERC</UserId></UserInfo></SubNodeList>\
        <SubNodeList><UserInfo><UserId>userD</UserId></UserInfo></SubNodeList></NodeList></ProcessList>";
    let more = tell("UserB") + copied + &tell("UserC") + &tell("userb") + &tell("") + "<Notifyer/>";
    let approval = read(&message("1", "1", &more)).approval;
    let expected = ["UserB", "UserC", "userD"].map(|member| UserId(member.to_owned()));
    assert_eq!(approval.notified, expected);
    assert_eq!(approval.steps[0].kind, StepKind::Notification);
    assert_eq!(approval.steps[0].mode, StepMode::Unspecified);
    assert_eq!(approval.steps[0].verdict, Verdict::Unspecified);
}

/// D9: an empty or missing `ProcessList` leaves the older layout standing.
#[test]
fn the_newer_layout_counts_where_it_has_steps() {
    let old = record(&details("old", "1", 0, ""));
    let node = "<NodeList><NodeType>1</NodeType><SubNodeList><UserInfo><UserId>new</UserId></UserInfo>\
                </SubNodeList></NodeList>";
    for (process, member) in [
        (String::new(), "old"),
        ("<ProcessList/>".to_owned(), "old"),
        ("<ProcessList><![CDATA[]]></ProcessList>".to_owned(), "old"),
        (format!("<ProcessList>{node}</ProcessList>"), "new"),
    ] {
        for more in [format!("{old}{process}"), format!("{process}{old}")] {
            let message = message("1", "1", &more).replace("Access", "<![CDATA[Access]]>");
            let steps = read(&message).approval.steps;
            assert_eq!((steps.len(), steps[0].members[0].id.as_str()), (1, member), "{more}");
        }
    }
}

#[test]
fn the_two_layouts_number_any_and_all_the_opposite_way() {
    let old = |mode: &str| format!("<SpRecord><ApproverAttr>{mode}</ApproverAttr></SpRecord>");
    let new = |mode: &str| format!("<ProcessList><NodeList><ApvRel>{mode}</ApvRel></NodeList></ProcessList>");
    for (more, mode) in [
        (old("1"), StepMode::Any),
        (old("2"), StepMode::All),
        (old("3"), StepMode::Other),
        (old(""), StepMode::Unspecified),
        (new("1"), StepMode::All),
        (new("2"), StepMode::Any),
        (new("3"), StepMode::Sequential),
        (new("4"), StepMode::Other),
        (new(""), StepMode::Unspecified),
    ] {
        assert_eq!(read(&message("1", "1", &more)).approval.steps[0].mode, mode, "{more}");
    }
}

// ---- spellings ----

#[test]
fn names_that_wecom_spells_in_several_ways_are_one_name() {
    let usual = record(&format!(
        "<Details><Approver><UserId>a</UserId></Approver><SpStatus>2</SpStatus><SpTime>{NOW}</SpTime>\
         <Attach>m1</Attach><Attach>m2</Attach></Details>"
    ));
    let expected = read(&message("2", "1", &usual)).approval;
    assert_eq!(expected.steps[0].members[0].attachments, ["m1", "m2"]);
    for (from, to) in [
        ("Approver>", "Approvor>"),
        ("SpTime>", "Sptime>"),
        ("Attach>", "MediaId>"),
        ("Attach>", "MediaIds>"),
    ] {
        assert!(usual.contains(from));
        assert_eq!(read(&message("2", "1", &usual.replace(from, to))).approval, expected, "{to}");
    }
    let open = include_str!("../vectors/messages/open_approval_change.fudiwei.xml");
    let expected = read(open).approval;
    assert_eq!(expected.steps[0].members[0].id.as_str(), "XiaoWen");
    assert_eq!(read(&open.replace("ItemUserid", "ItemUserId")).approval, expected);
}

#[test]
fn the_number_as_text_comes_before_the_number() {
    let with = |more: &str| read(&message("1", "1", more)).approval.id.0;
    assert_eq!(with("<SpNoStr> 202601010007\n</SpNoStr>"), "202601010007");
    assert_eq!(with("<SpNoStr> \n</SpNoStr>"), "202601010007");
    let text_alone = message("1", "1", "").replace("SpNo>", "SpNoStr>").replace("202601010007", "JX-1");
    assert_eq!(read(&text_alone).approval.id.0, "JX-1");
}

#[test]
fn the_order_of_elements_does_not_matter() {
    let usual = message("6", "4", "");
    let kind = "<MsgType>event</MsgType><Event>sys_approval_change</Event>";
    let late = usual.replace(kind, "").replace("</xml>", &format!("{kind}</xml>"));
    assert_ne!(late, usual);
    assert_eq!(read(&late).approval, read(&usual).approval);
}

#[test]
fn white_space_around_a_number_or_an_id_does_not_count() {
    let spaced = message("2", "2", "").replace("</", "\n  </").replace("<Party>", "<Party> \t");
    let plain = read(&message("2", "2", "")).approval;
    assert_eq!(
        read(&spaced).approval,
        wecom_protocol::model::Approval { title: "Access\n  ".into(), ..plain }
    );
}

#[test]
fn elements_from_the_future_are_skipped() {
    let future = "<SpFuture a='1'><b><c>&lt;</c></b></SpFuture>";
    let usual = message("2", "2", &record(&details("a", "2", NOW, "")));
    let before_the_facts = usual.replacen("<SpStatus>", &format!("{future}<SpStatus>"), 1);
    assert_eq!(read(&before_the_facts).approval, read(&usual).approval);
    let in_lists = usual.replace("<SpTime>", &format!("{future}{future}<SpTime>"));
    assert_eq!(read(&in_lists).approval, read(&usual).approval);
}

/// What is not known may be a text of a person, and such a text may have begun it again.
#[test]
fn an_element_from_the_future_before_the_facts_may_occur_once() {
    let future = "<SpFuture>1</SpFuture>";
    let usual = message("2", "2", "");
    let twice = usual.replacen("<SpStatus>", &format!("{future}{future}<SpStatus>"), 1);
    assert_eq!(changed(Sealer::default().post(&ours(), &twice)).approval.id.as_str(), "202601010007");
    let many = (0..100).fold(String::new(), |all, n| all + &format!("<SpFuture{n}/>"));
    let many = usual.replacen("<ApplyTime>", &format!("{many}<ApplyTime>"), 1);
    assert_eq!(changed(Sealer::default().post(&ours(), &many)).approval.id.as_str(), "202601010007");
}

/// A place that nobody holds says nothing, and there is no id to say it of.
#[test]
fn members_without_an_id_are_left_out() {
    let nobody = details("", "1", 0, "") + "<Details><SpStatus>1</SpStatus></Details>";
    let more = record(&nobody) + &comment("", NOW, "anonymous");
    let approval = read(&message("1", "1", &more)).approval;
    assert_eq!((approval.steps[0].members.len(), approval.comments.len()), (0, 0));
}

#[test]
fn a_time_of_0_or_of_no_digits_is_no_time() {
    for time in ["0", "", "soon", "-1"] {
        let more = record(&details("a", "1", 0, "")).replace("<SpTime>0", &format!("<SpTime>{time}"));
        assert_eq!(read(&message("1", "1", &more)).approval.steps[0].members[0].acted_at, None, "{time}");
    }
    assert_eq!(read(&message("1", "1", "")).approval.submitted_at, Some(UnixSeconds(1_767_225_600)));
}

// ---- the flow engine ----

#[test]
fn the_flow_engine_has_four_statuses_and_tells_no_operation() {
    let sample = include_str!("../vectors/messages/open_approval_change.wxjava.xml");
    for (number, status) in [
        ("1", Status::Pending),
        ("2", Status::Approved),
        ("3", Status::Rejected),
        ("4", Status::Withdrawn),
        ("6", Status::Unknown),
        ("10", Status::Unknown),
    ] {
        let event = read(&sample.replace("<OpenSpStatus>1", &format!("<OpenSpStatus>{number}")));
        assert_eq!((event.approval.status, event.approval.raw_status.as_str()), (status, number));
        assert_eq!((event.operation, event.raw_operation.as_str()), (Operation::Other, ""));
        assert_eq!((event.actor, event.comment.as_str()), (None, ""));
    }
}

#[test]
fn what_the_flow_engine_cannot_do_without_is_named() {
    let sample = include_str!("../vectors/messages/open_approval_change.wxjava.xml");
    for name in ["ThirdNo", "OpenTemplateId"] {
        let without = sample.replace(&format!("{name}>"), "Other>");
        let outcome = when_it_happened(&Sealer::default(), &ours(), without.as_bytes());
        assert_eq!(refusal(outcome), Error::Unreadable(Unreadable::Missing(name)));
    }
}

/// The applicant is not needed to fetch the form, and its status is what a host fetches for.
#[test]
fn the_flow_engine_is_read_without_an_applicant_and_fetched_without_a_status() {
    let sample = include_str!("../vectors/messages/open_approval_change.wxjava.xml");
    let send = |message: &str| when_it_happened(&Sealer::default(), &ours(), message.as_bytes());
    let applicant = |message: &str| {
        let approval = event(send(message)).approval;
        assert_eq!(approval.status, Status::Pending);
        approval.applicant.0
    };
    assert_eq!(applicant(sample), "1");
    assert_eq!(applicant(&sample.replace("ApplyUserId>", "ApplyUserid>")), "1");
    assert_eq!(applicant(&sample.replace("ApplyUserId>", "Other>")), "");
    for without in [
        sample.replace("OpenSpStatus>", "Other>"),
        sample.replace("<OpenSpStatus>1</OpenSpStatus>", "<OpenSpStatus> </OpenSpStatus>"),
    ] {
        assert_eq!(changed(send(&without)).approval.id.as_str(), "201806010001");
    }
}

// ---- who did it ----

fn deed(operation: &str, more: &str) -> (Option<String>, String) {
    let event = read(&message(operation, "1", more));
    (event.actor.map(|member| member.0), event.comment)
}

fn by(member: &str, words: &str) -> (Option<String>, String) {
    (Some(member.to_owned()), words.to_owned())
}

fn nobody() -> (Option<String>, String) {
    (None, String::new())
}

#[test]
fn only_the_applicant_submits_urges_and_withdraws() {
    for operation in ["1", "5", "6"] {
        assert_eq!(deed(operation, &record(&details("a", "2", NOW, "yes"))), by("zhang.san", ""));
    }
}

#[test]
fn who_took_an_approved_form_back_is_not_told() {
    assert_eq!(deed("8", &record(&details("a", "2", NOW, "yes"))), nobody());
    assert_eq!(deed("99", &record(&details("a", "2", NOW, "yes"))), nobody());
}

/// Of several who wrote, one may have written the others: see `typed.rs`.
fn silent(member: &str, verdict: &str, at: u64) -> String {
    details(member, verdict, at, "").replace("<Speech></Speech>", "")
}

#[test]
fn the_actor_is_who_did_this_last() {
    for (operation, verdict) in [
        ("2", "2"),
        ("3", "3"),
        ("4", "4"),
        ("11", "11"),
        ("12", "12"),
        ("13", "13"),
        ("14", "14"),
        ("15", "15"),
    ] {
        let members = silent("a", verdict, NOW - 60)
            + &details("b", verdict, NOW, "this")
            + &silent("c", "1", 0)
            + &silent("d", verdict, 0);
        assert_eq!(deed(operation, &record(&members)), by("b", "this"), "{operation}");
        assert_eq!(deed(operation, &record(&details("c", "1", NOW, "other"))), nobody(), "{operation}");
    }
}

#[test]
fn two_who_did_it_in_the_same_second_leave_a_doubt() {
    let members = silent("a", "2", NOW) + &details("b", "2", NOW, "two");
    assert_eq!(deed("2", &record(&members)), nobody());
}

#[test]
fn one_member_in_two_steps_leaves_none() {
    let steps = record(&silent("LiSi", "2", NOW)) + &record(&details("lisi", "2", NOW, "ok"));
    assert_eq!(deed("2", &steps), by("LiSi", "ok"));
}

#[test]
fn the_one_comment_is_the_one_that_was_made() {
    assert_eq!(deed("10", &comment("b", NOW, "newer")), by("b", "newer"));
    let behind_speeches = record(&(details("a", "2", NOW, "x") + &details("c", "2", NOW, "y")));
    assert_eq!(deed("10", &(behind_speeches.clone() + &comment("b", NOW, "newer"))), by("b", "newer"));
    assert_eq!(deed("10", &(comment("b", NOW, "newer") + &behind_speeches)), nobody());
    let both = comment("a", NOW - 1, "older") + &comment("b", NOW, "newer");
    assert_eq!(deed("10", &both), nobody());
    assert_eq!(deed("10", &comment("a", 0, "no time")), nobody());
    assert_eq!(deed("10", ""), nobody());
}
