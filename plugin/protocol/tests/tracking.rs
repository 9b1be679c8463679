//! The state of approvals: one, the one with a key, and all of a time.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::result_large_err,
    reason = "a scenario that cannot go on ends here"
)]

use serde_json::{Value, json};
use wecom_protocol::api::UNREADABLE_ANSWER;
use wecom_protocol::config::Config;
use wecom_protocol::errcode::RefusalClass;
use wecom_protocol::exchange::{Note, SendError};
use wecom_protocol::model::{
    Approval, SpNo, Status, StepKind, StepMode, TemplateId, UnixSeconds, UserId, Verdict,
};
use wecom_protocol::tracking::{
    DETAIL_PATH, LIST_PATH, Page, SEARCH_REQUESTS, SubmissionQuery, TrackingProblem, Window, fetch,
    find_submission, list_submitted,
};

use fixtures::{GETTOKEN, NUMBER_ID, TEMPLATE_ID, TOKEN_OK, config, refusal};
use world::World;

#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

const APPROVED: &str = include_str!("json/getapprovaldetail.response.approved.json");
const LEGACY: &str = include_str!("json/getapprovaldetail.response.pending-legacy-quirks.json");
const SHORT_PAGE: &str = include_str!("json/getapprovalinfo.response.page1-short-but-not-last.json");
const LAST_PAGE: &str = include_str!("json/getapprovalinfo.response.last.json");

const NUMBER: &str = "202601010007";
const KEY: &str = "REQ-2026-0007";

/// 2026-01-01T00:00:00Z, when every form here was submitted.
const T0: u64 = 1_767_225_600;
const DAY: u64 = 86_400;
const MONTH: u64 = 31 * DAY;

fn number() -> SpNo {
    SpNo(NUMBER.into())
}

fn read(answer: impl Into<String>) -> Result<Approval, TrackingProblem> {
    fetch(&config(), &mut World::warm().answers(DETAIL_PATH, answer), &number())
}

/// The approved sample with some of `info` replaced; `null` takes a field away.
fn with(changes: Value) -> String {
    let mut answer: Value = serde_json::from_str(APPROVED).unwrap();
    let info = answer["info"].as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        info.insert(name.clone(), value.clone());
        if value.is_null() {
            info.remove(name);
        }
    }
    answer.to_string()
}

fn ids(users: &[UserId]) -> Vec<&str> {
    users.iter().map(UserId::as_str).collect()
}

// ---- fetch ----

#[test]
fn a_form_in_the_newer_layout_is_read_whole() {
    insta::assert_debug_snapshot!(read(APPROVED).unwrap());
}

#[test]
fn a_form_in_the_older_layout_is_read_whole() {
    insta::assert_debug_snapshot!(read(LEGACY).unwrap());
}

#[test]
fn the_number_goes_out_as_a_text() {
    let mut world = World::warm().answers(DETAIL_PATH, APPROVED);
    fetch(&config(), &mut world, &number()).unwrap();
    assert_eq!(world.bodies(DETAIL_PATH), [json!({ "sp_no": NUMBER })]);
}

#[test]
fn numbers_as_texts_and_texts_as_numbers_mean_the_same() {
    let changed = json!({ "sp_no": 202_601_010_007_u64, "sp_status": "2", "apply_time": T0.to_string() });
    assert_eq!(read(with(changed)), read(APPROVED));
}

#[test]
fn the_newer_layout_wins_and_one_without_nodes_gives_way() {
    for empty in [Value::Null, json!({}), json!([]), json!(""), json!({ "node_list": [] })] {
        let steps = read(with(json!({ "process_list": empty }))).unwrap().steps;
        assert_eq!(steps.len(), 1, "{empty}");
        assert_eq!((steps[0].kind, steps[0].mode), (StepKind::Approval, StepMode::Any));
    }
    assert_eq!(read(APPROVED).unwrap().steps.len(), 2);
}

#[test]
fn any_and_all_are_numbered_the_opposite_way_in_the_two_layouts() {
    let mode = |changes: Value| read(with(changes)).unwrap().steps[0].mode;
    let node = |apv_rel: Value| json!({ "process_list": { "node_list": [{ "node_type": 1, "apv_rel": apv_rel, "sp_status": 1 }] } });
    let record = |attr: Value| json!({ "process_list": null, "sp_record": [{ "approverattr": attr, "sp_status": 1 }] });
    assert_eq!(mode(node(json!(1))), StepMode::All);
    assert_eq!(mode(node(json!(2))), StepMode::Any);
    assert_eq!(mode(node(json!(3))), StepMode::Sequential);
    assert_eq!(mode(node(json!(9))), StepMode::Other);
    assert_eq!(mode(record(json!(1))), StepMode::Any);
    assert_eq!(mode(record(json!("2"))), StepMode::All);
    assert_eq!(mode(record(Value::Null)), StepMode::Unspecified);
}

#[test]
fn each_status_has_its_meaning_and_its_number() {
    for (raw, status) in [
        ("1", Status::Pending),
        ("2", Status::Approved),
        ("3", Status::Rejected),
        ("4", Status::Withdrawn),
        ("6", Status::Revoked),
        ("7", Status::Deleted),
        ("10", Status::Approved),
        ("5", Status::Unknown),
        ("99", Status::Unknown),
    ] {
        let approval = read(with(json!({ "sp_status": raw.parse::<i64>().unwrap() }))).unwrap();
        assert_eq!((approval.status, approval.raw_status.as_str()), (status, raw));
    }
    let approval = read(with(json!({ "sp_status": null }))).unwrap();
    assert_eq!((approval.status, approval.raw_status.as_str()), (Status::Unknown, ""));
}

#[test]
fn verdicts_from_the_future_are_kept_and_decide_nothing() {
    let node = json!({ "node_type": 7, "sp_status": 77, "sub_node_list": [{ "userid": "a", "sp_yj": 78 }] });
    let steps = read(with(json!({ "process_list": { "node_list": [node] } }))).unwrap().steps;
    assert_eq!((steps[0].kind, steps[0].verdict), (StepKind::Other, Verdict::Other));
    assert_eq!(steps[0].raw_verdict, "77");
    assert_eq!(
        (steps[0].members[0].verdict, steps[0].members[0].raw_verdict.as_str()),
        (Verdict::Other, "78")
    );
}

#[test]
fn what_a_member_said_and_when_is_read_in_either_spelling() {
    let member = |speech: &str, time: &str| {
        let part = json!({ "userid": "a", "sp_yj": 2, speech: "fine", time: T0 });
        let node = json!({ "node_type": 1, "sp_status": 2, "sub_node_list": [part] });
        let members =
            read(with(json!({ "process_list": { "node_list": [node] } }))).unwrap().steps[0].members.clone();
        (members[0].comment.clone(), members[0].acted_at)
    };
    for (speech, time) in [("speech", "sptime"), ("Speech", "Sptime"), ("speech", "Sptime")] {
        assert_eq!(member(speech, time), ("fine".to_owned(), Some(UnixSeconds(T0))), "{speech} {time}");
    }
}

#[test]
fn of_a_batch_the_first_member_counts_as_the_applicant() {
    let both = json!({ "batch_applyer": [{ "userid": "li.si" }] });
    assert_eq!(read(with(both)).unwrap().applicant, UserId("zhang.san".into()));
    let batch =
        json!({ "applyer": null, "batch_applyer": [{}, { "userid": "qian.qi" }, { "userid": "li.si" }] });
    let approval = read(with(batch)).unwrap();
    assert_eq!((approval.applicant, approval.department), (UserId("qian.qi".into()), None));
    assert_eq!(read(with(json!({ "applyer": null }))).unwrap().applicant, UserId(String::new()));
}

#[test]
fn whoever_is_told_is_named_once_whatever_the_spelling() {
    let told = json!([{ "userid": "audit01" }, { "userid": "AUDIT01" }, { "userid": "" }, { "userid": "x" }]);
    let approval = read(with(json!({ "notifyer": told }))).unwrap();
    assert_eq!(ids(&approval.notified), ["audit01", "x"]);
    let approval = read(with(json!({ "notifyer": { "userid": "alone" } }))).unwrap();
    assert_eq!(ids(&approval.notified), ["alone", "audit01"]);
}

#[test]
fn missing_lists_are_empty_ones() {
    let bare = json!({
        "sp_record": null, "notifyer": null, "comments": null, "process_list": null, "apply_data": null,
        "apply_time": "", "sp_name": null,
    });
    let approval = read(with(bare)).unwrap();
    assert!(approval.steps.is_empty() && approval.notified.is_empty() && approval.comments.is_empty());
    assert_eq!((approval.submitted_at, approval.title.as_str()), (None, ""));
}

#[test]
fn a_form_of_another_template_is_not_found() {
    let answer = with(json!({ "template_id": "3TmLeave" }));
    let problem = read(answer.clone()).unwrap_err();
    let TrackingProblem::NotFound(text) = problem else { panic!("found: {problem:?}") };
    assert_eq!(text.en, "the approval was made from a template that is none of those configured");
    let former = Config { former_template_ids: vec![TemplateId("3TmLeave".into())], ..config() };
    let none = Config { template_id: None, ..config() };
    for config in [former, none] {
        let mut world = World::warm().answers(DETAIL_PATH, answer.clone());
        assert_eq!(fetch(&config, &mut world, &number()).unwrap().template_id.as_str(), "3TmLeave");
    }
}

#[test]
fn a_number_that_cannot_be_one_is_never_sent() {
    let longest = "9".repeat(64);
    let sound = with(json!({ "sp_no": longest }));
    let mut world = World::warm().answers(DETAIL_PATH, sound);
    assert_eq!(fetch(&config(), &mut world, &SpNo(longest.clone())).unwrap().id, SpNo(longest));
    for wrong in ["", " ", "1\n2", "审批", "1/2", "\"", &"9".repeat(65)] {
        let problem = fetch(&config(), &mut World::warm(), &SpNo(wrong.into())).unwrap_err();
        assert!(matches!(problem, TrackingProblem::Invalid(_)), "{wrong}: {problem:?}");
    }
}

#[test]
fn an_unknown_number_is_not_found_and_other_refusals_stay_refusals() {
    for errcode in [301_025, 301_026] {
        let problem = read(refusal(errcode)).unwrap_err();
        let TrackingProblem::NotFound(text) = problem else { panic!("{errcode}: {problem:?}") };
        assert!(text.en.starts_with(&format!("WeCom knows no approval of this number: {errcode} no, hint")));
    }
    for (errcode, class) in [
        (301_055, RefusalClass::Permission),
        (48_002, RefusalClass::Permission),
        (60_020, RefusalClass::Address),
        (999_999, RefusalClass::Other),
    ] {
        let problem = read(refusal(errcode)).unwrap_err();
        let TrackingProblem::Refused(refusal) = problem else { panic!("{errcode}: {problem:?}") };
        assert_eq!((refusal.class, refusal.code), (class, errcode.to_string()));
    }
}

#[test]
fn no_answer_is_unavailable_and_an_answer_about_another_number_is_refused_as_unreadable() {
    let mut world = World::warm().fails(DETAIL_PATH, SendError::Interrupted(String::new()));
    assert_eq!(fetch(&config(), &mut world, &number()), Err(TrackingProblem::Unavailable(None)));
    assert_eq!(read(refusal(45_009)), Err(TrackingProblem::Unavailable(Some(60))));
    assert_eq!(read(refusal(-1)), Err(TrackingProblem::Unavailable(Some(5))));
    for other in [with(json!({ "sp_no": "1" })), json!({ "errcode": 0 }).to_string()] {
        let problem = read(other).unwrap_err();
        let TrackingProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
        assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Other, UNREADABLE_ANSWER));
        assert_eq!(
            refusal.sentence.en,
            "WeCom's answer to /cgi-bin/oa/getapprovaldetail cannot be read: it is about another approval"
        );
    }
}

#[test]
fn a_refused_token_is_renewed_once_and_the_question_asked_again() {
    let mut world = World::warm()
        .answers(DETAIL_PATH, refusal(42_001))
        .answers(GETTOKEN, TOKEN_OK)
        .answers(DETAIL_PATH, APPROVED);
    assert_eq!(fetch(&config(), &mut world, &number()), read(APPROVED));
}

// ---- find_submission ----

fn window(seconds: u64) -> Window {
    Window { starts_at: UnixSeconds(T0 - 60), ends_at: UnixSeconds(T0 - 60 + seconds) }
}

fn query(window: Window) -> SubmissionQuery {
    SubmissionQuery { idempotency_key: KEY.into(), window, applicant: Some(UserId("Zhang.San".into())) }
}

fn find(world: &mut World) -> Result<Option<SpNo>, TrackingProblem> {
    find_submission(&config(), world, &query(window(DAY)))
}

fn page(numbers: &[&str], next: &str) -> String {
    json!({ "errcode": 0, "errmsg": "ok", "sp_no_list": numbers, "new_next_cursor": next }).to_string()
}

/// A form with this number whose control of the request number has this value.
fn form(number: &str, value: Value) -> String {
    let contents = json!([
        { "control": "Text", "id": "Text-1", "value": { "text": "something else" } },
        { "control": "Text", "id": NUMBER_ID, "value": value },
    ]);
    with(json!({ "sp_no": number, "apply_data": { "contents": contents } }))
}

fn keyed(number: &str, key: &str) -> String {
    form(number, json!({ "text": key, "tips": [], "members": [] }))
}

#[test]
fn a_search_filters_by_template_and_applicant_in_wecoms_own_types() {
    let mut world = World::warm().answers(LIST_PATH, page(&[], ""));
    assert_eq!(find(&mut world), Ok(None));
    assert_eq!(
        world.bodies(LIST_PATH),
        [json!({
            "starttime": (T0 - 60).to_string(),
            "endtime": (T0 - 60 + DAY).to_string(),
            "new_cursor": "",
            "size": 100,
            "filters": [
                { "key": "template_id", "value": TEMPLATE_ID },
                { "key": "creator", "value": "Zhang.San" },
            ],
        })]
    );
}

#[test]
fn short_and_empty_pages_are_no_end_and_the_newest_form_is_read_first() {
    let mut world = World::warm()
        .answers(LIST_PATH, SHORT_PAGE)
        .answers(LIST_PATH, page(&[], "CURSOR-3"))
        .answers(LIST_PATH, LAST_PAGE)
        .answers(DETAIL_PATH, keyed("202601300011", "REQ-other"))
        .answers(DETAIL_PATH, keyed("202601020003", KEY))
        .answers(DETAIL_PATH, keyed("202601010007", "REQ-other"));
    assert_eq!(find(&mut world), Ok(Some(SpNo("202601020003".into()))));
    let cursors: Vec<Value> = world.bodies(LIST_PATH).iter().map(|body| body["new_cursor"].clone()).collect();
    assert_eq!(cursors, ["", "CURSOR-EXAMPLE-0002", "CURSOR-3"]);
}

#[test]
fn the_key_may_stand_in_either_place_of_a_control_and_must_be_the_whole_text() {
    for (value, found) in [
        (json!({ "text": KEY }), true),
        (json!(KEY), true),
        (json!({ "text": format!(" {KEY}\n") }), true),
        (json!({ "text": format!("{KEY}1") }), false),
        (json!({ "text": KEY.to_lowercase() }), false),
        (json!({}), false),
    ] {
        let mut world = World::warm()
            .answers(LIST_PATH, page(&[NUMBER], ""))
            .answers(DETAIL_PATH, form(NUMBER, value.clone()));
        assert_eq!(find(&mut world).unwrap().is_some(), found, "{value}");
    }
}

#[test]
fn a_key_in_another_control_is_what_somebody_typed_and_counts_for_nothing() {
    let content = |id: &str, text: &str| json!({ "control": "Text", "id": id, "value": { "text": text } });
    let answer = |contents: Value| with(json!({ "apply_data": { "contents": contents } }));
    for contents in [
        json!([content("Text-1", KEY), content(NUMBER_ID, "REQ-mine")]),
        json!([content("Text-1", KEY), content("Text-2", "x")]),
        json!([content("Text-1", "x")]),
    ] {
        let mut world = World::warm()
            .answers(LIST_PATH, page(&[NUMBER], ""))
            .answers(DETAIL_PATH, answer(contents.clone()));
        assert_eq!(find(&mut world), Ok(None), "{contents}");
    }
}

#[test]
fn two_forms_with_one_key_are_refused_and_one_that_is_listed_twice_is_one() {
    let mut world = World::warm()
        .answers(LIST_PATH, page(&["1", "2"], ""))
        .answers(DETAIL_PATH, keyed("2", KEY))
        .answers(DETAIL_PATH, keyed("1", KEY));
    let TrackingProblem::Refused(refusal) = find(&mut world).unwrap_err() else { panic!("not refused") };
    assert_eq!(refusal.code, "two-forms");
    assert_eq!(refusal.sentence.en, "the approvals 2 and 1 carry the same idempotency key");
    assert_eq!(
        refusal.remedy.en,
        "the WeCom administrator looks at the forms; the request is cancelled in the product and made anew"
    );

    let mut world = World::warm()
        .answers(LIST_PATH, page(&["1", "1"], ""))
        .answers(DETAIL_PATH, keyed("1", KEY))
        .answers(DETAIL_PATH, keyed("1", KEY));
    assert_eq!(find(&mut world), Ok(Some(SpNo("1".into()))));
}

#[test]
fn a_key_in_a_form_of_a_former_template_is_refused_wherever_it_stands() {
    let former = Config { former_template_ids: vec![TemplateId("3TmFormer".into())], ..config() };
    let mut answer: Value = serde_json::from_str(&keyed(NUMBER, KEY)).unwrap();
    *answer.pointer_mut("/info/template_id").unwrap() = json!("3TmFormer");
    let mut world = World::warm()
        .answers(LIST_PATH, page(&[], ""))
        .answers(LIST_PATH, page(&[NUMBER], ""))
        .answers(DETAIL_PATH, answer.to_string());
    let problem = find_submission(&former, &mut world, &query(window(DAY))).unwrap_err();
    let TrackingProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    assert_eq!(
        (refusal.code, refusal.sentence.en.into_owned()),
        (
            String::from("other-template"),
            format!("the approval {NUMBER} carries the idempotency key and was made from a former template")
        )
    );
}

#[test]
fn a_form_that_the_filters_should_have_left_out_is_not_taken() {
    let mut answer: Value = serde_json::from_str(&keyed(NUMBER, KEY)).unwrap();
    let mut change = |path: &str, value: Value| {
        let mut changed = answer.clone();
        *changed.pointer_mut(path).unwrap() = value;
        answer["info"]["sp_name"] = json!("unchanged");
        changed.to_string()
    };
    for other in [
        change("/info/applyer/userid", json!("li.si")),
        change("/info/template_id", json!("3TmLeave")),
        change("/info/apply_time", json!(T0 - 61)),
        change("/info/apply_time", json!(T0 - 60 + DAY)),
    ] {
        let mut world = World::warm().answers(LIST_PATH, page(&[NUMBER], "")).answers(DETAIL_PATH, other);
        assert_eq!(find(&mut world), Ok(None));
    }
}

/// An unreadable form hides no other form, and does not prove that no form carries the key.
#[test]
fn a_form_that_cannot_be_read_hides_no_other_and_proves_nothing() {
    let unreadable = format!(r#"{{"errcode":0,"info":{{"sp_no":"{NUMBER}","speech":"she said "yes""}}}}"#);
    let world = || {
        World::warm()
            .answers(LIST_PATH, page(&["202601010008", NUMBER], ""))
            .answers(DETAIL_PATH, unreadable.clone())
    };
    let mut found = world().answers(DETAIL_PATH, keyed("202601010008", KEY));
    assert_eq!(find(&mut found), Ok(Some(SpNo("202601010008".into()))));
    let mut none = world().answers(DETAIL_PATH, keyed("202601010008", "REQ-other"));
    let Err(TrackingProblem::Refused(refusal)) = find(&mut none) else { panic!("taken for proof") };
    assert_eq!(refusal.code, UNREADABLE_ANSWER);
    assert_eq!(none.count(DETAIL_PATH), 2);
}

/// The JSON of a proxy is no list, and so no proof that nothing was submitted.
#[test]
fn a_list_without_errcode_and_numbers_is_no_empty_list() {
    let mut world = World::warm().answers(LIST_PATH, r#"{"status":"ok"}"#);
    let Err(TrackingProblem::Refused(refusal)) = find(&mut world) else { panic!("taken for proof") };
    assert_eq!(
        refusal.sentence.en,
        "WeCom's answer to /cgi-bin/oa/getapprovalinfo cannot be read: it has no usable sp_no_list"
    );
    for empty in [r#"{"errcode":0}"#, r#"{"sp_no_list":[]}"#] {
        assert_eq!(find(&mut World::warm().answers(LIST_PATH, empty)), Ok(None));
    }
}

#[test]
fn a_long_window_is_asked_for_in_spans_of_31_days_the_newest_first() {
    let end = T0 - 60 + 2 * MONTH + 5;
    let mut world = World::warm();
    for _ in 0..3 {
        world = world.answers(LIST_PATH, page(&[], ""));
    }
    assert_eq!(find_submission(&config(), &mut world, &query(window(2 * MONTH + 5))), Ok(None));
    let spans: Vec<(u64, u64)> = world
        .bodies(LIST_PATH)
        .iter()
        .map(|body| ["starttime", "endtime"].map(|name| body[name].as_str().unwrap().parse().unwrap()))
        .map(|[start, end]| (start, end))
        .collect();
    let start = T0 - 60;
    assert_eq!(spans, [(start + 2 * MONTH, end), (start + MONTH, start + 2 * MONTH), (start, start + MONTH)]);
}

#[test]
fn former_templates_are_searched_after_the_one_in_use_and_no_template_means_no_filter() {
    let former = Config { former_template_ids: vec![TemplateId("3TmFormer".into())], ..config() };
    let none = Config { template_id: None, ..config() };
    let anybody = SubmissionQuery { applicant: None, ..query(window(DAY)) };
    let mut world = World::warm().answers(LIST_PATH, page(&[], "")).answers(LIST_PATH, page(&[], ""));
    assert_eq!(find_submission(&former, &mut world, &anybody), Ok(None));
    let filters: Vec<Value> = world.bodies(LIST_PATH).iter().map(|body| body["filters"].clone()).collect();
    let filter = |id: &str| json!([{ "key": "template_id", "value": id }]);
    assert_eq!(filters, [filter(TEMPLATE_ID), filter("3TmFormer")]);
    let mut world = World::warm().answers(LIST_PATH, page(&[], ""));
    assert_eq!(find_submission(&none, &mut world, &anybody), Ok(None));
    assert_eq!(world.bodies(LIST_PATH)[0]["filters"], json!([]));
}

#[test]
fn a_cursor_that_comes_again_ends_the_search_as_refused() {
    let mut world = World::warm()
        .answers(LIST_PATH, page(&["1"], "A"))
        .answers(LIST_PATH, page(&["2"], "B"))
        .answers(LIST_PATH, page(&["3"], "A"));
    let problem = find(&mut world).unwrap_err();
    let TrackingProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Other, "cursor-repeated"));
}

#[test]
fn a_search_ends_after_its_requests_and_says_how_to_make_it_shorter() {
    let mut world = World::warm();
    for at in 0..SEARCH_REQUESTS {
        world = world.answers(LIST_PATH, page(&["1"], &format!("C{at}")));
    }
    let problem = find(&mut world).unwrap_err();
    let TrackingProblem::Invalid(text) = problem else { panic!("not invalid: {problem:?}") };
    assert!(text.en.ends_with("ask for a shorter window, or name the applicant"));
    assert_eq!(world.sent.len(), SEARCH_REQUESTS);

    let numbers: Vec<String> = (0..SEARCH_REQUESTS).map(|at| at.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let mut world = World::warm().answers(LIST_PATH, page(&numbers, ""));
    let problem = find(&mut world).unwrap_err();
    let TrackingProblem::Invalid(text) = problem else { panic!("not invalid: {problem:?}") };
    assert!(text.en.ends_with("ask for a shorter window, or name the applicant"));
    assert_eq!(world.sent.len(), 1, "no form is read in vain");
}

/// The list may be ahead of the form itself: that WeCom does not know the form is no proof that it is not the one.
#[test]
fn a_listed_form_that_is_not_there_yet_hides_no_other_and_proves_nothing() {
    for code in [301_025, 301_026] {
        let listed =
            || World::warm().answers(LIST_PATH, page(&[NUMBER, "2"], "")).answers(DETAIL_PATH, refusal(code));
        let mut world = listed().answers(DETAIL_PATH, keyed(NUMBER, KEY));
        assert_eq!(find(&mut world), Ok(Some(number())));
        let mut world = listed().answers(DETAIL_PATH, keyed(NUMBER, "REQ-other"));
        assert_eq!(find(&mut world), Err(TrackingProblem::Unavailable(None)));
        let reason = String::from("WeCom lists the approval 2 and does not show it yet");
        assert_eq!(world.notes.last(), Some(&Note::NoAnswer { path: DETAIL_PATH, reason }));
    }
}

#[test]
fn a_form_that_wecom_does_not_show_hides_no_other_and_proves_nothing() {
    let listed =
        || World::warm().answers(LIST_PATH, page(&[NUMBER, "2"], "")).answers(DETAIL_PATH, refusal(301_055));
    let mut world = listed().answers(DETAIL_PATH, keyed(NUMBER, KEY));
    assert_eq!(find(&mut world), Ok(Some(number())));
    let mut world = listed().answers(DETAIL_PATH, keyed(NUMBER, "REQ-other"));
    let Err(TrackingProblem::Refused(refused)) = find(&mut world) else { panic!("taken for proof") };
    assert_eq!(refused.code, "301055");
    // Any other refusal ends the search: the next form would meet it too.
    let mut world =
        World::warm().answers(LIST_PATH, page(&[NUMBER, "2"], "")).answers(DETAIL_PATH, refusal(60_020));
    let Err(TrackingProblem::Refused(refused)) = find(&mut world) else { panic!("taken for proof") };
    assert_eq!((refused.code.as_str(), world.count(DETAIL_PATH)), ("60020", 1));
}

#[test]
fn an_applicant_who_has_left_is_refused_and_never_searched_for_without_the_filter() {
    let mut world = World::warm().answers(LIST_PATH, refusal(301_055));
    let problem = find(&mut world).unwrap_err();
    let TrackingProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Permission, "301055"));
}

#[test]
fn a_query_that_cannot_be_is_never_sent() {
    let backwards = Window { starts_at: UnixSeconds(T0), ends_at: UnixSeconds(T0) };
    for wrong in [
        SubmissionQuery { idempotency_key: String::new(), ..query(window(DAY)) },
        SubmissionQuery { idempotency_key: "REQ 1".into(), ..query(window(DAY)) },
        SubmissionQuery { idempotency_key: "9".repeat(65), ..query(window(DAY)) },
        SubmissionQuery { applicant: Some(UserId(String::new())), ..query(window(DAY)) },
        SubmissionQuery { applicant: Some(UserId("a".repeat(65))), ..query(window(DAY)) },
        query(backwards),
    ] {
        let problem = find_submission(&config(), &mut World::warm(), &wrong).unwrap_err();
        assert!(matches!(problem, TrackingProblem::Invalid(_)), "{wrong:?}");
    }
}

// ---- list_submitted ----

fn list(world: &mut World, window: Window, cursor: Option<&str>) -> Result<Page, TrackingProblem> {
    list_submitted(&config(), world, window, cursor)
}

/// One page, asked for alone.
fn turn(window: Window, cursor: Option<&str>, answer: String) -> Result<Page, TrackingProblem> {
    list(&mut World::warm().answers(LIST_PATH, answer), window, cursor)
}

#[test]
fn a_list_goes_through_every_page_of_every_span_a_request_a_page() {
    let answers =
        [page(&["1", "2"], "A"), page(&[], "B"), page(&["3"], ""), page(&[], ""), LAST_PAGE.to_owned()];
    let config = Config { former_template_ids: vec![TemplateId("3TmFormer".into())], ..config() };
    let window = window(MONTH);
    let longer = Window { ends_at: UnixSeconds(window.ends_at.0 + 1), ..window };
    let mut asked = Vec::new();
    let mut listed = Vec::new();
    let mut cursor = None;
    for answer in answers.into_iter().chain([page(&["9"], "")]) {
        let mut world = World::warm().answers(LIST_PATH, answer);
        let page = list_submitted(&config, &mut world, longer, cursor.as_deref()).unwrap();
        listed.extend(page.ids.into_iter().map(|id| id.0));
        let body = world.bodies(LIST_PATH).remove(0);
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        asked.push((
            body["filters"][0]["value"].as_str().unwrap().to_owned(),
            text("starttime"),
            text("new_cursor"),
        ));
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(cursor, None);
    assert_eq!(listed, ["1", "2", "3", "202601300011", "9"]);
    let (first, second) = (window.starts_at.0.to_string(), window.ends_at.0.to_string());
    let ask = |template: &str, start: &str, cursor: &str| {
        (template.to_owned(), start.to_owned(), cursor.to_owned())
    };
    assert_eq!(
        asked,
        [
            ask(TEMPLATE_ID, &first, ""),
            ask(TEMPLATE_ID, &first, "A"),
            ask(TEMPLATE_ID, &first, "B"),
            ask(TEMPLATE_ID, &second, ""),
            ask("3TmFormer", &first, ""),
            ask("3TmFormer", &second, ""),
        ]
    );
}

#[test]
fn pages_that_go_round_in_a_circle_are_noticed_however_long_it_is() {
    for length in [1, 2, 3, 7] {
        let mut cursor = None;
        let mut turns = 0;
        let problem = loop {
            match turn(window(DAY), cursor.as_deref(), page(&[], &format!("C{}", turns % length))) {
                Ok(page) => cursor = Some(page.cursor.unwrap()),
                Err(problem) => break problem,
            }
            turns += 1;
            assert!(turns < 4 * length + 4, "a circle of {length} was not noticed");
        };
        let TrackingProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
        assert_eq!(refusal.code, "cursor-repeated");
    }
}

#[test]
fn a_cursor_fits_only_the_list_that_it_was_given_for() {
    let cursor = turn(window(DAY), None, page(&["1"], "A.b=")).unwrap().cursor.unwrap();
    let mut world = World::warm().answers(LIST_PATH, page(&[], ""));
    assert_eq!(list(&mut world, window(DAY), Some(&cursor)).unwrap().cursor, None);
    assert_eq!(world.bodies(LIST_PATH)[0]["new_cursor"], "A.b=");

    let invalid = |problem| matches!(problem, Err(TrackingProblem::Invalid(_)));
    assert!(invalid(list(&mut World::warm(), window(DAY + 1), Some(&cursor))));
    let other = Config { template_id: Some(TemplateId("3TmOther".into())), ..config() };
    assert!(invalid(list_submitted(&other, &mut World::warm(), window(DAY), Some(&cursor))));
    for at in 0..cursor.len() {
        let mut bytes = cursor.clone().into_bytes();
        bytes[at] ^= 1;
        let tampered = String::from_utf8(bytes).unwrap();
        assert!(invalid(list(&mut World::warm(), window(DAY), Some(&tampered))), "{tampered}");
    }
    for made_up in ["", ".", "A", "....", "0.0.0..", &"9".repeat(4_096)] {
        assert!(invalid(list(&mut World::warm(), window(DAY), Some(made_up))), "{made_up}");
    }
}

#[test]
fn a_list_tells_refusals_and_waits_as_they_are() {
    assert_eq!(turn(window(DAY), None, refusal(45_009)), Err(TrackingProblem::Unavailable(Some(60))));
    assert!(matches!(turn(window(DAY), None, refusal(48_002)), Err(TrackingProblem::Refused(_))));
    let endless = page(&[], &"C".repeat(2_000));
    let problem = turn(window(DAY), None, endless).unwrap_err();
    let TrackingProblem::Refused(refusal) = problem else { panic!("not refused: {problem:?}") };
    assert_eq!(refusal.code, UNREADABLE_ANSWER);
    let backwards = Window { starts_at: UnixSeconds(T0), ends_at: UnixSeconds(T0 - 1) };
    assert!(matches!(list(&mut World::warm(), backwards, None), Err(TrackingProblem::Invalid(_))));
}
