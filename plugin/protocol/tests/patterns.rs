//! The patterns of the described settings: each is a regular expression with each of ECMAScript's flags, and matches what
//! [`read`] takes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use proptest::prelude::*;
use proptest::string::string_regex;
use regress::Regex;
use wecom_protocol::describe::{FIELDS, Field, Kind};
use wecom_protocol::settings::{Value, read};

use drawn::cases;

#[path = "support/drawn.rs"]
mod drawn;

/// Without a flag, as JSON Schema has it; `u`, and `v`, as HTML's attribute `pattern` has it.
const FLAGS: [&str; 3] = ["", "u", "v"];

/// Fields whose pattern says all of their rule. `read` checks more of the others: that an agent id is not zero, that a
/// window is in its range, and characters that a pattern without `v` cannot tell apart.
const EXACT: [&str; 9] = [
    "corp-id",
    "aes-key",
    "sign-token",
    "associated-wecom-attribute",
    "template-id",
    "former-template-ids",
    "previous-sign-token",
    "previous-aes-key",
    "agent-id",
];

fn whole(pattern: &str, flags: &str) -> Regex {
    Regex::with_flags(&format!("^(?:{pattern})$"), flags)
        .unwrap_or_else(|why| panic!("{pattern:?}, {flags:?}: {why}"))
}

fn with_pattern() -> impl Iterator<Item = (&'static Field, &'static str)> {
    FIELDS.iter().filter_map(|field| Some((field, field.pattern?)))
}

/// Whether `read` takes the value, whatever it says of the other settings.
fn takes(field: &Field, value: &str) -> bool {
    assert_ne!(field.kind, Kind::HeldSecret, "the engine does not see it");
    let settings = [(field.key.to_owned(), Value::Text(value.to_owned()))];
    let problems = read(&settings).unwrap_err();
    !problems.iter().any(|problem| problem.key == field.key)
}

#[test]
fn every_pattern_is_an_expression_with_each_flag() {
    let broken: Vec<String> = with_pattern()
        .flat_map(|(field, pattern)| FLAGS.map(|flags| (field, pattern, flags)))
        .filter_map(|(field, pattern, flags)| {
            let why = Regex::with_flags(pattern, flags).err()?;
            Some(format!("{}: {pattern} with {flags:?}: {why}", field.key))
        })
        .collect();
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn the_edges_of_the_rules_are_those_of_the_patterns() {
    for (key, value, taken) in [
        ("template-id", "3Tk_a-B", true),
        ("template-id", "3Tk a", false),
        ("template-id", "3Tk/a", false),
        ("former-template-ids", " 3Tk_a , 3Tk-b ", true),
        ("former-template-ids", "3Tk_a,\t3Tk-b", false),
        ("former-template-ids", "3Tk_a,,3Tk-b", false),
        ("callback-window-seconds", "03600", true),
        ("callback-window-seconds", "003600", false),
        ("associated-user-attribute", "企业微信 userId", true),
        ("associated-user-attribute", "\u{feff}userId", false),
        ("associated-user-attribute", "user\u{2028}Id", false),
    ] {
        let field = FIELDS.iter().find(|field| field.key == key).unwrap();
        assert_eq!(takes(field, value), taken, "{key} = {value:?}");
        for flags in FLAGS {
            let matches = whole(field.pattern.unwrap(), flags).find(value).is_some();
            assert_eq!(matches, taken, "{key} = {value:?} with {flags:?}");
        }
    }
}

/// A value that fits the pattern, and often one character of it changed, taken away or put in.
fn near(pattern: &str) -> impl Strategy<Value = String> + use<> {
    let change = (
        any::<prop::sample::Index>(),
        0..4_u8,
        prop_oneof!["[ -~]", "\\PC", any::<char>().prop_map(String::from)],
    );
    (string_regex(pattern).unwrap(), change).prop_map(|(value, (at, how, with))| {
        let mut letters: Vec<String> = value.chars().map(String::from).collect();
        let at = at.index(letters.len() + 1);
        match (how, letters.get_mut(at)) {
            (0, Some(letter)) => *letter = with,
            (1, Some(_)) => drop(letters.remove(at)),
            (2, _) => letters.insert(at, with),
            _ => {}
        }
        letters.concat()
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// A host may refuse by the pattern what a person types before the engine sees it.
    #[test]
    fn a_value_that_is_taken_fits_its_pattern(
        (at, value) in (0..with_pattern().count()).prop_flat_map(|at| {
            let (_, pattern) = with_pattern().nth(at).unwrap();
            (Just(at), near(pattern))
        }),
    ) {
        let (field, pattern) = with_pattern().nth(at).unwrap();
        // An empty one counts as absent.
        prop_assume!(!value.is_empty());
        let taken = takes(field, &value);
        for flags in FLAGS {
            let fits = whole(pattern, flags).find(&value).is_some();
            prop_assert!(fits || !taken, "{} takes {value:?}, which {pattern} with {flags:?} does not", field.key);
            let zero = field.key == "agent-id" && value.bytes().all(|byte| byte == b'0');
            if EXACT.contains(&field.key) && !zero {
                prop_assert_eq!(fits, taken, "{} = {:?} with {:?}", field.key, value, flags);
            }
        }
    }
}
