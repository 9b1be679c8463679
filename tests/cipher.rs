//! Cipher and base64 inside the sandbox, where they are others than natively: any text under any key, every wrong character.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::World;
use conformance::sender::{Sender, message};
use host_harness::contract::{Disposition, RefusalReason};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

/// From four groups of eight blocks to eight, with 2, 4, 6 and 8 blocks in the last; each under a key and with a text of its
/// own.
#[test]
fn a_title_of_any_length_under_any_key_is_told_as_it_was_sealed() {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = tokio.block_on(World::new());
    let mut draw = TestRunner::deterministic();
    for length in (1..=400).step_by(7) {
        let key = drawn(&mut draw, "[A-Za-z0-9]{43}");
        let title = drawn(&mut draw, &format!("[!-%'-;=?-~]{{{length}}}"));
        let sender = Sender { key: &key, ..Sender::default() };
        let text = message("202601010007", "2", "2", "").replace("Access", &title);
        let tenant = world.tenant_with("acme", &sender.settings());

        let outcome = tokio.block_on(tenant.handle_callback(&sender.post(&text))).unwrap();

        let Disposition::Accepted(events) = outcome.disposition else { panic!("{length}: {outcome:?}") };
        assert_eq!(events.first().map(|event| event.approval.title.as_str()), Some(&*title));
    }
}

/// A decoder that looks at the low six bits alone takes each of these for a character of the alphabet, and the callback for
/// a sound one.
#[test]
fn a_character_that_is_none_of_base64_is_refused_wherever_it_stands() {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = tokio.block_on(World::new());
    let sender = Sender::default();
    let tenant = world.tenant_with("acme", &sender.settings());
    let sealed = sender.seal(message("202601010007", "2", "2", &"<Other>x</Other>".repeat(200)).as_bytes());
    let mut places = [0; 16];
    for other in (0..0x80_u8).filter(|other| !ALPHABET.contains(other)) {
        let alike = ALPHABET[usize::from(other & 0x3f)];
        let at = (16..sealed.len() - 16).filter(|at| sealed.as_bytes()[*at] == alike);
        let at = at.min_by_key(|at| places[at % 16]).unwrap();
        places[at % 16] += 1;
        let mut altered = sealed.clone().into_bytes();
        altered[at] = other;
        let altered = String::from_utf8(altered).unwrap();
        // XML does not carry all of them.
        let body = serde_json::json!({ "encrypt": altered }).to_string();
        let request = sender.request("POST", sender.query(&altered), &body);

        let outcome = tokio.block_on(tenant.handle_callback(&request)).unwrap();

        let Disposition::Refused(refusal) = outcome.disposition else { panic!("{other}: {outcome:?}") };
        assert_eq!(refusal.reason, RefusalReason::Undecryptable, "{other} at {at}");
    }
    assert!(places.iter().all(|times| *times > 0), "{places:?}");
}

fn drawn(from: &mut TestRunner, pattern: &str) -> String {
    proptest::string::string_regex(pattern).unwrap().new_tree(from).unwrap().current()
}
