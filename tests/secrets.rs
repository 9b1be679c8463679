//! D21: what must not leak is searched for in everything that a run returns and logs, and in the engine's memory.

use std::fmt::Debug;
use std::sync::Arc;

use conformance::kept_memory::KeptMemory;
use conformance::props::{account, request, settings, text};
use conformance::sender::{Sender, message};
use conformance::{World, load};
use fake_wecom::setup::member;
use fake_wecom::{CallFault, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, FaultPlan, SECRET, Setup, When};
use host_harness::Allocation;
use host_harness::contract::Depth;
use host_harness::log::Level;
use serde_json::json;

/// Stands inside sealed messages, where no field of an event comes from.
const MARKER: &str = "MARKER-OF-A-DECRYPTED-BODY";

const OLD_TOKEN: &str = "PreviousToken01";
const OLD_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// Everything that a run gives away.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Seen {
    fn add(&mut self, what: &str, value: &impl Debug) {
        self.0.push((what.to_owned(), format!("{value:?}\n{value:#?}")));
    }

    /// Where `needle` appears.
    fn holding(&self, needle: &str) -> Vec<&str> {
        self.0.iter().filter(|(_, text)| text.contains(needle)).map(|(what, _)| what.as_str()).collect()
    }
}

/// Every function, with success and with each way to fail that has a text of its own.
async fn run(world: &World) -> Seen {
    let mut seen = Seen::default();
    let settings = settings().with("previous-sign-token", OLD_TOKEN).with("previous-aes-key", OLD_KEY);
    let tenant = world.tenant_with("acme", &settings);
    let person = account(&[member::ZHANG_SAN]);
    seen.add("tenant", &tenant);
    seen.add("settings", &settings);
    seen.add("world", world);

    seen.add("configure", &tenant.configure().await);
    let broken =
        settings.clone().with("sign-token", format!("{EXAMPLE_CALLBACK_TOKEN}!")).with("aes-key", "short");
    seen.add("configure with problems", &world.tenant_with("acme", &broken).configure().await);
    seen.add("call with problems", &world.tenant_with("acme", &broken).submit(&request("REQ-0")).await);
    seen.add("configure as JSON", &tenant.call_json("configure", &json!({ "settings": [] })).await);

    let sender = Sender::default();
    let marked = message("202601010007", "2", "2", &format!("<Remark>{MARKER}</Remark>"));
    let unreadable = format!("<xml><{MARKER}>");
    for (what, request) in [
        ("accepted", sender.post(&marked)),
        ("unreadable", sender.post(&unreadable)),
        ("foreign receiver", Sender { receiver: "wwffffffffffffffff", ..sender }.post(&marked)),
        ("forged", Sender { token: "other", ..sender }.post(&marked)),
        ("undecryptable", Sender { token: OLD_TOKEN, ..sender }.post(&marked)),
        ("captured and sent by GET", sender.get(&marked)),
    ] {
        let trusting =
            world.tenant_with("acme", &settings.clone().without("template-id").without("field-map"));
        seen.add(what, &trusting.handle_callback(&request).await);
    }

    for depth in [Depth::Mapping, Depth::Confirmed] {
        seen.add("resolve-user", &tenant.resolve_user(&person, depth).await);
        seen.add("resolve nobody", &tenant.resolve_user(&account(&["nobody"]), depth).await);
    }
    seen.add("submit", &tenant.submit(&request("REQ-1")).await);
    let mut wrong = request("REQ-2");
    wrong.fields.push(text("colour", "red"));
    seen.add("submit what is invalid", &tenant.submit(&wrong).await);
    for fault in [
        CallFault::CutAfterEffect,
        CallFault::Html,
        CallFault::ErrCode(40_014),
        CallFault::ErrCode(60_020),
        CallFault::ErrCode(40_058),
        CallFault::RevokeTokens,
        CallFault::OversizedBody(5 << 20),
    ] {
        for path in ["gettoken", "user/get", "oa/gettemplatedetail", "oa/applyevent"] {
            world.fake.revoke_tokens();
            world.fake.set_faults(FaultPlan::none().on_call(path, When::Always, fault.clone()));
            seen.add(&format!("submit: {fault:?} at {path}"), &tenant.submit(&request("REQ-3")).await);
        }
    }
    world.fake.set_faults(FaultPlan::none());
    let wrong = settings.clone().with("secret", "wrong-secret-wrong-secret");
    seen.add("wrong secret", &world.tenant_with("acme", &wrong).submit(&request("REQ-4")).await);

    seen.add("journal", &world.fake.journal());
    for line in world.log.lines() {
        seen.add(&format!("log: {line}"), &line);
        seen.0.push((String::from("log"), line.to_string()));
    }
    seen
}

#[tokio::test]
async fn no_secret_and_no_token_is_in_anything_a_run_gives_away() {
    let world = World::new().await;
    let seen = run(&world).await;

    // The search finds what is there.
    assert!(!seen.holding(member::ZHANG_SAN).is_empty());
    assert!(!seen.holding("40058").is_empty());
    let tokens = world.wire.issued();
    assert!(tokens.len() > 10, "{}", tokens.len());

    let secrets =
        [SECRET, EXAMPLE_CALLBACK_TOKEN, EXAMPLE_AES_KEY, OLD_TOKEN, OLD_KEY, "wrong-secret", MARKER];
    for needle in secrets.into_iter().chain(tokens.iter().map(String::as_str)) {
        assert_eq!(seen.holding(needle), Vec::<&str>::new(), "{needle}");
    }
}

/// The host's lines and the engine's own.
#[tokio::test]
async fn logs_name_neither_people_nor_parts_of_a_form() {
    let world = World::new().await;
    run(&world).await;
    let lines = world.log.lines();
    assert!(lines.iter().any(|line| line.level == Level::Info && line.event == "submitted"), "{lines:?}");
    assert!(lines.iter().any(|line| line.event == "request"), "{lines:?}");
    for line in lines {
        for private in
            [member::ZHANG_SAN, "张三", "季度对账", "access_token=", "corpsecret=", "msg_signature"]
        {
            assert!(!line.to_string().contains(private), "{private} in: {line}");
        }
    }
}

/// The host fills the secret in behind the engine's back. What the engine was given shows that the search sees its
/// memory. Pieces are searched for, since an allocator writes over the start of what is freed.
#[tokio::test]
async fn no_piece_of_the_corp_secret_is_in_the_engines_memory() {
    const PIECE: usize = 12;
    let kept = KeptMemory::default();
    let engine = load(&Allocation::Custom(Arc::new(kept.clone()))).await;
    let world = World::around(&engine, Setup::example());

    world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap();

    let memories = kept.contents();
    let holds = |needle: &[u8]| {
        memories.iter().any(|memory| memory.windows(needle.len()).any(|window| window == needle))
    };
    assert_eq!(world.fake.calls_to("gettoken").len(), 1);
    for given in ["季度对账", member::ZHANG_SAN, EXAMPLE_CALLBACK_TOKEN, world.wire.issued().first().unwrap()]
    {
        assert!(holds(given.as_bytes()), "the search does not see the engine's memory: no {given}");
    }
    for piece in SECRET.as_bytes().windows(PIECE) {
        assert!(!holds(piece), "{}", String::from_utf8_lossy(piece));
    }
}
