//! What the contract is, and what the compiled engine is under it: a change of either shows here.

use std::collections::BTreeSet;

use conformance::World;
use conformance::props::{account, request};
use fake_wecom::setup::member;
use host_harness::contract::{Depth, Description, SettingKind, Text};
use serde_json::{Value, json};

/// What a host is asked to load, and to keep in memory for each version.
const LARGEST: usize = 640 << 10;

/// The contract as its authors wrote it, one file an interface.
const WIT: [(&str, &str); 9] = [
    ("worlds.wit", include_str!("../wit/worlds.wit")),
    ("types.wit", include_str!("../wit/types.wit")),
    ("approval-engine.wit", include_str!("../wit/approval-engine.wit")),
    ("approval-tracking.wit", include_str!("../wit/approval-tracking.wit")),
    ("engine-diagnostics.wit", include_str!("../wit/engine-diagnostics.wit")),
    ("configuration-image.wit", include_str!("../wit/configuration-image.wit")),
    ("http.wit", include_str!("../wit/http.wit")),
    ("token-cache.wit", include_str!("../wit/token-cache.wit")),
    ("log.wit", include_str!("../wit/log.wit")),
];

#[test]
fn no_file_of_the_contract_is_left_out_here() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../wit")).unwrap();
    let files: BTreeSet<_> = files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(WIT.map(|(name, _)| name.to_owned()).into_iter().collect::<BTreeSet<_>>(), files);
}

#[test]
fn the_contract_changes_only_on_purpose() {
    let text: String = WIT.iter().map(|(name, wit)| format!("// {name}\n{wit}\n")).collect();
    insta::assert_snapshot!(text);
}

#[test]
fn every_item_of_the_contract_names_the_version_that_brought_it() {
    for (name, wit) in WIT {
        for item in ["interface ", "record ", "variant ", "enum ", "world ", "type "] {
            for declared in wit.match_indices(&format!("\n    {item}")).map(|(at, _)| at) {
                let before = wit.get(..declared).unwrap();
                let gate = before.lines().last().unwrap_or_default().trim();
                assert!(gate.starts_with("@since"), "{name}: {item}without @since: {gate}");
            }
        }
    }
}

/// Records, enums and functions, and all of their fields and cases.
#[test]
fn every_item_of_the_contract_is_documented() {
    for (name, wit) in WIT {
        let (mut before, mut in_use) = ("", false);
        for line in wit.lines().map(str::trim).filter(|line| !line.starts_with('@')) {
            let first = line.split([' ', ';']).next().unwrap_or_default();
            in_use |= first == "use";
            let declares = !in_use
                && !matches!(first, "" | "}" | "//" | "///" | "package" | "import" | "export" | "include");
            assert!(!declares || before.starts_with("///"), "{name}: no documentation: {line}");
            in_use &= !line.ends_with(';');
            before = line;
        }
    }
}

#[tokio::test]
async fn the_import_list_is_the_permission_list() {
    let world = World::new().await;
    assert_eq!(
        world.engine().imports(),
        ["idaas:approval/http@0.1.1", "idaas:approval/token-cache@0.1.1", "idaas:approval/log@0.1.1"]
    );
}

#[tokio::test]
async fn the_engine_exports_the_contract_and_nothing_else() {
    let world = World::new().await;
    assert_eq!(
        world.engine().exports(),
        [
            "idaas:approval/configuration-image@0.1.1",
            "idaas:approval/types@0.1.1",
            "idaas:approval/approval-tracking@0.1.1",
            "idaas:approval/approval-engine@0.1.1",
            "idaas:approval/engine-diagnostics@0.1.1",
        ]
    );
}

#[tokio::test]
async fn the_component_is_no_larger_than_400_kib() {
    let world = World::new().await;
    assert!(world.engine().size() <= LARGEST, "{} bytes, {LARGEST} allowed", world.engine().size());
}

#[tokio::test]
async fn the_description_changes_only_on_purpose() {
    let world = World::new().await;
    let described = world.tenant().call_json("describe", &Value::Null).await.unwrap();
    insta::assert_snapshot!(format!("{described:#}"));
}

fn texts(description: &Description) -> Vec<&Text> {
    let mut texts = vec![&description.name, &description.summary];
    for field in &description.settings {
        texts.extend([&field.label, &field.help, &field.place]);
        if let SettingKind::Choice(choices) = &field.kind {
            texts.extend(choices.iter().map(|choice| &choice.label));
        }
    }
    for step in &description.guide {
        texts.extend([&step.title, &step.body]);
    }
    texts
}

#[tokio::test]
async fn every_text_of_the_description_is_there_in_both_languages() {
    let world = World::new().await;
    let texts = texts(world.engine().description());
    assert!(texts.len() > 20, "{}", texts.len());
    for text in texts {
        assert!(!text.en.trim().is_empty() && !text.zh_cn.trim().is_empty(), "{text:?}");
    }
}

#[tokio::test]
async fn the_guide_fills_known_settings_and_every_required_one() {
    let world = World::new().await;
    let description = world.engine().description();
    let known: BTreeSet<&str> = description.settings.iter().map(|field| field.key.as_str()).collect();
    let guided: BTreeSet<&str> =
        description.guide.iter().flat_map(|step| &step.settings).map(String::as_str).collect();
    let required = description.settings.iter().filter(|field| field.required);

    assert_eq!(known.len(), description.settings.len(), "a key is there twice");
    assert_eq!(guided.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
    for field in required {
        assert!(guided.contains(field.key.as_str()), "no step fills {}", field.key);
    }
    assert_eq!(description.guide.iter().filter(|step| step.shows_callback_address).count(), 1);
}

/// The JSON door and the typed one lead to the same functions.
#[tokio::test]
async fn a_call_as_json_gives_what_the_typed_call_gives() {
    let world = World::new().await;
    let tenant = world.tenant();
    let person = json!({
        "id": "u-1",
        "display-name": "张三",
        "attributes": [{ "name": "wecomUserId", "values": ["ZHANG.SAN"] }],
    });

    let typed = tenant.resolve_user(&account(&["ZHANG.SAN"]), Depth::Confirmed).await.unwrap().unwrap();
    let arguments = json!({ "account": person, "depth": "confirmed" });
    let by_json = tenant.call_json("resolve-user", &arguments).await.unwrap();

    assert_eq!(by_json, json!({ "ok": { "id": typed.id, "confirmed": typed.confirmed } }));
    assert_eq!(typed.id, member::ZHANG_SAN);
}

/// The engine has no clock and no dice of its own.
#[tokio::test]
async fn a_call_can_be_replayed_bit_for_bit() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let world = World::new().await;
        let submitted = world.tenant().submit(&request("REQ-1")).await.unwrap();
        runs.push((format!("{submitted:?}"), world.fake.journal()));
    }
    assert_eq!(runs.first(), runs.last());
}
