//! A template as WeCom tells of it.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use proptest::prelude::*;
use serde_json::{Value, json};
use wecom_protocol::model::TemplateId;
use wecom_protocol::template::{
    Arity, Attendance, Contacts, Control, DateType, FilledBy, IntervalUnit, Kind, Template, read,
};

use drawn::cases;
use fixtures::{TEMPLATE, TEMPLATE_ID, config, control};
use world::World;

#[path = "support/drawn.rs"]
mod drawn;
#[path = "support/fixtures.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fixtures;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod world;

fn template(answer: impl Into<String>) -> Template {
    let mut world = World::warm().answers(TEMPLATE, answer);
    let template = read(&config(), &mut world, &TemplateId(TEMPLATE_ID.into())).unwrap();
    assert_eq!(world.bodies(TEMPLATE), [json!({ "template_id": TEMPLATE_ID })]);
    template
}

fn controls(controls: &[Value]) -> Vec<Control> {
    template(json!({ "errcode": 0, "template_content": { "controls": controls } }).to_string()).controls
}

fn kind(word: &str, config: Value) -> Kind {
    controls(&[control(word, "id", "title", false, config)]).remove(0).kind
}

#[test]
fn the_documented_sample_is_read_whole() {
    insta::assert_debug_snapshot!(template(include_str!("json/gettemplatedetail.response.json")));
}

#[test]
fn a_config_that_is_missing_empty_or_a_list_counts_as_empty() {
    for config in [Value::Null, json!({}), json!([]), json!("")] {
        assert_eq!(kind("Date", config.clone()), Kind::Date(DateType::Day));
        assert_eq!(kind("Table", config.clone()), Kind::Table(vec![]));
        assert_eq!(kind("Vacation", config.clone()), Kind::Vacation(vec![]));
        assert_eq!(kind("DateRange", config), Kind::DateRange(None));
    }
}

#[test]
fn each_config_has_its_meaning() {
    assert_eq!(kind("Date", json!({ "date": { "type": "hour" } })), Kind::Date(DateType::Hour));
    let Kind::Contact(contact) =
        kind("Contact", json!({ "contact": { "type": "multi", "mode": "department" } }))
    else {
        panic!("a contact is a contact")
    };
    assert_eq!((contact.arity, contact.of), (Arity::Multi, Contacts::Departments));
    assert_eq!(
        kind("Attendance", json!({ "attendance": { "type": "5", "date_range": { "type": "hour" } } })),
        Kind::Attendance(Attendance { purpose: 5, unit: Some(IntervalUnit::Hour) })
    );
    let Kind::Selector(selector) = kind(
        "Selector",
        json!({ "selector": { "type": "multi", "external_option": { "use_external_option": true } } }),
    ) else {
        panic!("a selector is a selector")
    };
    assert!(selector.external);
}

#[test]
fn the_kinds_of_leave_may_stand_beside_the_controls() {
    let item = json!([{ "id": 3, "name": [{ "text": "年假", "lang": "zh_CN" }] }]);
    let inside = kind("Vacation", json!({ "vacation_list": { "item": item } }));
    let beside = template(
        json!({
            "errcode": 0,
            "vacation_list": { "item": item },
            "template_content": { "controls": [control("Vacation", "id", "title", true, json!({}))] },
        })
        .to_string(),
    );
    let Kind::Vacation(kinds) = &inside else { panic!("a vacation is a vacation") };
    assert_eq!((kinds[0].key.as_str(), kinds[0].texts[0].text.as_str()), ("3", "年假"));
    assert_eq!(beside.controls[0].kind, inside);
}

#[test]
fn a_kind_from_the_future_keeps_its_word() {
    let control =
        controls(&[control("Hologram", "Hologram-1", "全息", true, json!({ "hologram": 3 }))]).remove(0);
    assert_eq!((control.kind, control.word.as_str()), (Kind::Unknown, "Hologram"));
}

#[test]
fn numbers_may_be_texts_and_titles_may_be_missing() {
    let bare = json!({ "property": { "control": "Text", "id": 1_234, "require": "1" } });
    let control = controls(&[bare]).remove(0);
    assert_eq!((control.id.as_str(), control.required, control.title()), ("1234", true, "1234"));
}

#[test]
fn wecom_fills_in_tips_and_formulas_and_nobody_a_forgotten_clock_in() {
    let filled_by = |word, config| controls(&[control(word, "id", "title", true, config)])[0].filled_by();
    assert_eq!(filled_by("Tips", json!({})), FilledBy::Wecom);
    assert_eq!(filled_by("Formula", json!({})), FilledBy::Wecom);
    assert_eq!(filled_by("PunchCorrection", json!({})), FilledBy::Nobody);
    assert_eq!(filled_by("Attendance", json!({ "attendance": { "type": 2 } })), FilledBy::Nobody);
    assert_eq!(filled_by("Attendance", json!({ "attendance": { "type": 3 } })), FilledBy::Request);
}

fn arbitrary_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop_oneof![Just("Table"), Just("Selector"), Just("Date"), Just("Vacation")].prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("errcode"),
        Just("template_content"),
        Just("controls"),
        Just("property"),
        Just("config"),
        Just("control"),
        Just("id"),
        Just("title"),
        Just("table"),
        Just("children"),
        Just("selector"),
        Just("options"),
    ];
    leaf.prop_recursive(8, 64, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_json_of_the_right_names_panics(controls in arbitrary_json()) {
        template(json!({ "template_content": { "controls": controls } }).to_string());
    }
}
