//! The cipher inside the sandbox, where it is another one than natively: any text under any key.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::World;
use conformance::sender::{Sender, message};
use host_harness::contract::Disposition;
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

fn drawn(from: &mut TestRunner, pattern: &str) -> String {
    proptest::string::string_regex(pattern).unwrap().new_tree(from).unwrap().current()
}
