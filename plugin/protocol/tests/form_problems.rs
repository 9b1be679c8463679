//! Everything that can be wrong with a form, told at once and before anything is sent.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use proptest::prelude::*;
use serde_json::{Value, json};
use wecom_protocol::form::{
    Content, Department, FieldProblem, FormField, Interval, Leave, Location, PhoneNumber,
};
use wecom_protocol::model::{Account, UnixSeconds};
use wecom_protocol::template::IntervalUnit;

use drawn::cases;
use fixtures::{NUMBER_ID, account, config, control};
use forms::{
    MIDNIGHT, codes, field, fill_with, filled, interval, invalid, named, options, strings, table, text,
    two_columns,
};

#[path = "support/drawn.rs"]
mod drawn;
#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/forms.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod forms;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

#[test]
fn a_table_reports_every_cell_by_its_place() {
    let rows = table(
        "Table-7",
        &[&[("期限", "a")], &[("权限", "a"), ("Text-71", "b"), ("期限", ""), ("合计", "1"), ("x", "y")]],
    );
    assert_eq!(
        invalid(&[two_columns()], &[rows]),
        [
            ("Table-7[0].权限".to_owned(), "missing"),
            ("Table-7[1].Text-71".to_owned(), "given-twice"),
            ("Table-7[1].x".to_owned(), "unknown-field"),
            ("Table-7[1].合计".to_owned(), "not-submittable"),
        ]
    );
    assert_eq!(invalid(&[two_columns()], &[table("Table-7", &[])]), [("Table-7".to_owned(), "missing")]);
    assert_eq!(
        invalid(&[two_columns()], &[field("Table-7", text("a"))]),
        [("Table-7".to_owned(), "wrong-kind")]
    );
    let text_control = control("Text", "T", "文本", false, json!({}));
    assert_eq!(invalid(&[text_control], &[table("T", &[&[]])]), [("T".to_owned(), "wrong-kind")]);
}

#[test]
fn a_table_inside_a_table_takes_nothing() {
    let inner = control("Table", "Table-8", "内层", true, json!({}));
    let outer = control("Table", "Table-7", "外层", true, json!({ "table": { "children": [inner] } }));
    let rows = table("外层", &[&[("内层", "a")]]);
    assert_eq!(invalid(&[outer], &[rows]), [("外层[0].内层".to_owned(), "wrong-kind")]);
}

#[test]
fn each_wrong_value_has_its_code() {
    let number = |number: &str| codes("Number", json!({}), Content::Number(number.into()));
    for wrong in ["1e3", "+1", "1.", ".5", "--1", "１", "0x1", "1 2", "123456789012345678901234567890123"] {
        assert_eq!(number(wrong), ["wrong-format"], "{wrong}");
    }
    assert_eq!(codes("Money", json!({}), Content::Money("1.234".into())), ["wrong-format"]);
    assert_eq!(codes("Date", json!({}), Content::Time(UnixSeconds(u64::MAX))), ["wrong-format"]);
    assert_eq!(codes("Date", json!({}), text("tomorrow")), ["wrong-kind"]);
    let choose = |wanted: &[&str]| codes("Selector", options("single"), Content::Choices(strings(wanted)));
    assert_eq!(choose(&["option-9"]), ["wrong-option"]);
    assert_eq!(choose(&["CRM"]), ["wrong-option"]);
    assert_eq!(choose(&["option-1", "option-2"]), ["too-many"]);
    let members = json!({ "contact": { "type": "single", "mode": "user" } });
    let two = vec![account("张三", "zhang.san"), account("李四", "LiSi")];
    assert_eq!(codes("Contact", members.clone(), Content::Accounts(two)), ["too-many"]);
    assert_eq!(codes("Contact", members.clone(), Content::Departments(vec![])), ["wrong-kind"]);
    assert_eq!(codes("Contact", members, Content::Accounts(vec![account("?", "")])), ["unmapped-account"]);
    let departments = json!({ "contact": { "type": "single", "mode": "department" } });
    let sales = Department { id: "sales".into(), name: "销售部".into() };
    assert_eq!(codes("Contact", departments, Content::Departments(vec![sales])), ["wrong-format"]);
    let place = |latitude: &str| {
        let at = UnixSeconds(MIDNIGHT);
        let (latitude, longitude) = (latitude.into(), "104".into());
        Content::Location(Location { latitude, longitude, title: String::new(), address: String::new(), at })
    };
    for wrong in ["90.1", "NaN", "", "inf"] {
        assert_eq!(codes("Location", json!({}), place(wrong)), ["wrong-format"]);
    }
    let phone = |area: &str| Content::Phone(PhoneNumber { area: area.into(), number: "1".into() });
    assert_eq!(codes("PhoneNumber", json!({}), phone("86")), ["wrong-format"]);
}

#[test]
fn each_wrong_interval_is_refused() {
    let half_days = json!({ "date_range": { "type": "halfday" } });
    let range = |interval| codes("DateRange", half_days.clone(), Content::Interval(interval));
    assert_eq!(range(interval(IntervalUnit::Hour, (0, 1), 3_600)), ["wrong-format"]);
    assert_eq!(range(interval(IntervalUnit::HalfDay, (0, 11), 43_200)), ["wrong-format"]);
    assert_eq!(range(interval(IntervalUnit::HalfDay, (12, 0), 43_200)), ["wrong-format"]);
    assert_eq!(range(interval(IntervalUnit::HalfDay, (0, 12), 43_201)), ["wrong-format"]);
    assert_eq!(range(interval(IntervalUnit::HalfDay, (0, 12), 0)), ["wrong-format"]);
    // As WeCom counts the end of a day, and ten days in one: longer than the span, however it is read.
    for (hours, duration) in [((0, 12), 86_400), ((0, 12), 864_000), ((0, 0), 86_400), ((0, 24), 129_600)] {
        let problems = fill_with(
            &config(),
            &[control("DateRange", "C-1", "控件", true, half_days.clone())],
            &[field("C-1", Content::Interval(interval(IntervalUnit::HalfDay, hours, duration)))],
        );
        let [problem] = &problems.unwrap_err().invalid[..] else { panic!("{hours:?}") };
        let span = if hours == (0, 24) { 86_400 } else { 43_200 };
        let sentence =
            format!("the duration of {duration} seconds is longer than the interval, which has {span}");
        assert_eq!((problem.code, problem.sentence.en.as_ref()), ("wrong-format", sentence.as_str()));
    }
    let hours = json!({ "date_range": { "type": "hour" } });
    let one = |duration| Content::Interval(interval(IntervalUnit::Hour, (0, 1), duration));
    assert_eq!(codes("DateRange", hours, one(3_960)), ["wrong-format"]);
    let forever = Interval {
        unit: IntervalUnit::HalfDay,
        starts_at: UnixSeconds(0),
        ends_at: UnixSeconds(u64::MAX),
        duration_seconds: 43_200,
    };
    assert_eq!(range(forever), ["wrong-format"]);
    let overtime = json!({ "attendance": { "type": 5, "date_range": { "type": "hour" } } });
    let longer = interval(IntervalUnit::Hour, (0, 7 * 24 + 1), 3_600);
    assert_eq!(codes("Attendance", overtime, Content::Interval(longer)), ["wrong-format"]);
    let unknown = Leave { kind: "年假".into(), interval: interval(IntervalUnit::HalfDay, (0, 0), 43_200) };
    assert_eq!(codes("Vacation", json!({}), Content::Leave(unknown)), ["wrong-option"]);
}

#[test]
fn a_form_has_six_attachments_at_most_wherever_they_are() {
    let files =
        [control("File", "F-1", "附件", true, json!({})), control("File", "F-2", "合同", true, json!({}))];
    let given = |count| {
        let ids = |count| Content::Attachments(vec!["media".to_owned(); count]);
        fill_with(&config(), &files, &[field("F-1", ids(3)), field("F-2", ids(count))])
    };
    assert_eq!(given(3).unwrap().contents.len(), 3);
    assert_eq!(named(given(4).unwrap_err().invalid), [("F-2".to_owned(), "too-many")]);
}

#[test]
fn an_empty_value_leaves_its_control_out_and_misses_a_required_one() {
    let empty = [
        ("Text", text(" \u{0}")),
        ("Textarea", text("\n")),
        ("Number", Content::Number(String::new())),
        ("Money", Content::Money(" ".into())),
        ("Selector", Content::Choices(strings(&[" "]))),
        ("Contact", Content::Accounts(vec![])),
        ("File", Content::Attachments(vec![])),
        ("RelatedApproval", Content::Approvals(strings(&[""]))),
        ("PhoneNumber", Content::Phone(PhoneNumber { area: "+86".into(), number: String::new() })),
        ("BankAccount", Content::ProviderJson(String::new())),
    ];
    for (word, content) in empty {
        let optional = control(word, "C-1", "控件", false, json!({}));
        assert_eq!(filled(&[optional], &[field("C-1", content.clone())]).contents.len(), 1, "{word}");
        assert_eq!(codes(word, json!({}), content), ["missing"], "{word}");
    }
}

#[test]
fn all_problems_of_a_request_are_told_at_once() {
    let controls = [
        control("Text", "T-1", "标题", true, json!({})),
        control("Number", "N-1", "天数", true, json!({})),
        control("Text", "T-2", "双", false, json!({})),
        control("Text", "T-3", "双", false, json!({})),
        control("Formula", "F-1", "合计", true, json!({})),
        control("Tips", "Tips-1", "说明", true, json!({})),
        control("Date", "D-1", "到期日", false, json!({})),
    ];
    let fields = [
        field("nowhere", text("?")),
        field("双", text("?")),
        field("request-number", text("?")),
        field(NUMBER_ID, text("?")),
        field("天数", Content::Number("many".into())),
        field("N-1", Content::Number("1".into())),
        field("合计", text("5")),
        field("到期日", text("soon")),
    ];
    let problems = fill_with(&config(), &controls, &fields).unwrap_err();
    assert_eq!(problems.drift, []);
    let told: Vec<_> = problems
        .invalid
        .iter()
        .map(|problem| {
            let FieldProblem { name, code, sentence, remedy } = problem;
            format!("{name} {code}: {}: {} | {}：{}", sentence.en, remedy.en, sentence.zh_cn, remedy.zh_cn)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_the_settings_cause_is_drift() {
    let stale = |name: &str, controls: &[Value], fields: &[FormField]| {
        let mut config = config();
        config.field_map.insert(name.into(), "Gone-1".into());
        named(fill_with(&config, controls, fields).unwrap_err().drift)
    };
    let title = control("Text", "T-1", "reason", false, json!({}));
    let given = [field("reason", text("a"))];
    assert_eq!(stale("reason", &[title], &given), [("reason".to_owned(), "control-missing")]);
    assert_eq!(stale("request-number", &[], &[]), [("request-number".to_owned(), "control-missing")]);

    let mut wrong_kind = config();
    wrong_kind.field_map.insert("request-number".into(), "N-1".into());
    let number = control("Number", "N-1", "天数", false, json!({}));
    let problems = fill_with(&wrong_kind, &[number], &[]).unwrap_err();
    assert_eq!(named(problems.drift), [("request-number".to_owned(), "wrong-kind")]);

    let punch = control("PunchCorrection", "P-1", "补卡", true, json!({}));
    let problems = fill_with(&config(), &[punch], &[]).unwrap_err();
    assert_eq!(named(problems.drift), [("补卡".to_owned(), "not-submittable")]);
}

fn any_account() -> impl Strategy<Value = Account> {
    "[a-z@ ]{0,4}".prop_map(|member| account("?", &member))
}

fn any_interval() -> impl Strategy<Value = Interval> {
    let unit = prop_oneof![Just(IntervalUnit::HalfDay), Just(IntervalUnit::Hour)];
    (unit, any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(unit, starts, ends, duration_seconds)| {
        Interval { unit, starts_at: UnixSeconds(starts), ends_at: UnixSeconds(ends), duration_seconds }
    })
}

fn any_content() -> impl Strategy<Value = Content> {
    prop_oneof![
        any::<String>().prop_map(Content::Text),
        any::<String>().prop_map(Content::Number),
        any::<String>().prop_map(Content::Money),
        any::<u64>().prop_map(|at| Content::Time(UnixSeconds(at))),
        any::<Vec<String>>().prop_map(Content::Choices),
        prop::collection::vec(any_account(), 0..3).prop_map(Content::Accounts),
        any::<Vec<String>>().prop_map(Content::Attachments),
        any_interval().prop_map(Content::Interval),
        (any::<String>(), any_interval())
            .prop_map(|(kind, interval)| Content::Leave(Leave { kind, interval })),
        (any::<String>(), any::<String>())
            .prop_map(|(area, number)| Content::Phone(PhoneNumber { area, number })),
        any::<String>().prop_map(Content::ProviderJson),
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_content_for_any_control_panics(content in any_content()) {
        let words = ["Text", "Textarea", "Number", "Money", "Date", "Selector", "Contact", "File", "Table",
                     "DateRange", "Vacation", "Attendance", "Location", "RelatedApproval", "Formula",
                     "PhoneNumber", "Hologram"];
        let controls: Vec<Value> =
            words.iter().map(|word| control(word, word, word, false, json!({}))).collect();
        let fields: Vec<FormField> = words.iter().map(|word| field(word, content.clone())).collect();
        prop_assert!(fill_with(&config(), &controls, &fields).is_err());
    }
}
