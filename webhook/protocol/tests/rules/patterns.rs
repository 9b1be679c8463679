//! The patterns of the described settings: each is a regular expression with each of ECMAScript's flags, and matches what
//! [`read`] takes.

use proptest::prelude::*;
use proptest::string::string_regex;
use regress::Regex;
use webhook_protocol::describe::description;
use webhook_protocol::settings::read;

use crate::setting;

/// Without a flag, as JSON Schema has it; `u`, and `v`, as HTML's attribute `pattern` has it.
const FLAGS: [&str; 3] = ["", "u", "v"];

/// Settings whose pattern says all of their rule.
const EXACT: [&str; 2] = ["application", "user-attribute"];

/// Key and pattern of each setting that has one.
fn patterns() -> Vec<(String, String)> {
    description().settings.into_iter().filter_map(|field| Some((field.key, field.pattern?))).collect()
}

fn fits(pattern: &str, flags: &str, value: &str) -> bool {
    Regex::with_flags(&format!("^(?:{pattern})$"), flags).unwrap().find(value).is_some()
}

/// Whether `read` takes the value, whatever it says of the other settings.
fn takes(key: &str, value: &str) -> bool {
    match read(&[setting(key, value)]) {
        Ok(_) => true,
        Err(problems) => !problems.iter().any(|problem| problem.key == key),
    }
}

#[test]
fn every_pattern_is_an_expression_with_each_flag() {
    let mut broken = Vec::new();
    for (key, pattern) in patterns() {
        for flags in FLAGS {
            if let Err(why) = Regex::with_flags(&pattern, flags) {
                broken.push(format!("{key}: {pattern} with {flags:?}: {why}"));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

proptest! {
    #![proptest_config(crate::drawn::cases(2_000))]

    /// A host may refuse by the pattern what a person types before the engine sees it.
    #[test]
    fn a_value_that_is_taken_fits_its_pattern(
        ((key, pattern), value) in prop::sample::select(patterns()).prop_flat_map(|(key, pattern)| {
            let fitting = string_regex(&pattern).unwrap();
            let changed = (string_regex(&pattern).unwrap(), any::<prop::sample::Index>(), "[ -~]|\\PC")
                .prop_map(|(value, at, with)| {
                    let mut letters: Vec<String> = value.chars().map(String::from).collect();
                    letters.insert(at.index(letters.len() + 1), with);
                    letters.concat()
                });
            (Just((key, pattern)), prop_oneof![fitting, changed])
        }),
    ) {
        let taken = takes(&key, &value);
        for flags in FLAGS {
            let fits = fits(&pattern, flags, &value);
            prop_assert!(fits || !taken, "{key} takes {value:?}, which {pattern} with {flags:?} does not");
            if EXACT.contains(&key.as_str()) {
                prop_assert_eq!(fits, taken, "{} = {:?} with {:?}", key, value, flags);
            }
        }
    }
}
