//! What a host in another language reads from the component before it runs it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
#![expect(clippy::wildcard_enum_match_arm, reason = "of the parser's dozens of cases three are of interest")]

use std::collections::BTreeMap;

use wasmparser::{ComponentName, KnownCustom, Parser, Payload, Validator, WasmFeatures};
use wecom_component::WECOM_ENGINE;

/// The custom sections of the component itself, not of what is in it, as texts.
fn says() -> BTreeMap<String, String> {
    let (mut depth, mut says) = (0, BTreeMap::new());
    for payload in Parser::new(0).parse_all(WECOM_ENGINE) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(section) if depth == 0 => {
                let text = match section.as_known() {
                    KnownCustom::ComponentName(names) => {
                        names.into_iter().map(|name| named(&name.unwrap())).collect()
                    }
                    _ => String::from_utf8_lossy(section.data()).into_owned(),
                };
                says.insert(section.name().to_owned(), text);
            }
            _ => {}
        }
    }
    says
}

fn named(name: &ComponentName<'_>) -> String {
    match name {
        ComponentName::Component { name, .. } => (*name).to_owned(),
        _ => String::from("names for debuggers"),
    }
}

#[test]
fn the_component_says_its_name_version_licence_and_purpose() {
    let says = says();
    let expected = [
        ("component-name", "wecom-engine"),
        ("version", env!("CARGO_PKG_VERSION")),
        ("licenses", env!("CARGO_PKG_LICENSE")),
        ("description", "The WeCom approval engine as a WebAssembly component"),
    ];
    for (section, text) in expected {
        assert_eq!(says.get(section).map(String::as_str), Some(text), "{section}");
    }
    assert!(says.get("producers").unwrap().contains("wit-component"), "{says:?}");
}

/// What `docs/embedding.md` says that a runtime has to have, beyond the first version of WebAssembly.
const NEEDED: [(&str, WasmFeatures); 5] = [
    ("component model", WasmFeatures::COMPONENT_MODEL),
    ("bulk memory", WasmFeatures::BULK_MEMORY),
    ("reference types", WasmFeatures::REFERENCE_TYPES),
    ("sign extension", WasmFeatures::SIGN_EXTENSION),
    ("SIMD", WasmFeatures::SIMD),
];

#[test]
fn the_component_needs_the_wasm_features_of_the_list_and_no_other() {
    let first_version = WasmFeatures::FLOATS | WasmFeatures::GC_TYPES;
    let without = |left_out: &str| {
        let taken = NEEDED.iter().filter(|(name, _)| *name != left_out);
        let features = taken.fold(first_version, |all, (_, feature)| all | *feature);
        Validator::new_with_features(features).validate_all(WECOM_ENGINE).map(|_types| ())
    };
    without("nothing").unwrap();
    let refused = NEEDED.map(|(name, _)| {
        let message = without(name).unwrap_err().message().to_owned();
        message.split(':').next().unwrap_or_default().to_owned()
    });
    let expected = [
        "unknown binary version and encoding combination",
        "bulk memory support is not enabled",
        "zero byte expected",
        "sign extension operations support is not enabled",
        "SIMD support is not enabled",
    ];
    assert_eq!(refused, expected);
}

#[test]
fn the_page_for_hosts_in_other_languages_names_each_of_these_features() {
    let page = include_str!("../../../docs/embedding.md");
    for (name, _) in NEEDED {
        assert!(page.contains(&format!("- {name}")), "{name}");
    }
}
