//! From an account to a member, through the compiled engine.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a scenario that cannot go on ends here")]

use std::net::{IpAddr, Ipv4Addr};

use conformance::props::{ATTRIBUTE, account};
use conformance::{EGRESS, World, props};
use fake_wecom::setup::member;
use fake_wecom::{App, CallFault, FaultPlan, MemberStatus, Setup, When};
use host_harness::Grant;
use host_harness::contract::{
    Account, Attribute, Depth, MappingProblem, MappingProblemKind as Kind, Member, RefusalClass, Text,
};

async fn ask(world: &World, account: &Account, depth: Depth) -> Result<Member, MappingProblem> {
    world.tenant().resolve_user(account, depth).await.unwrap()
}

/// The problem of an account, once it is certain that both readers are told something in both languages.
async fn problem(world: &World, account: &Account, depth: Depth) -> MappingProblem {
    let problem = ask(world, account, depth).await.expect_err("a problem");
    for Text { en, zh_cn } in [&problem.for_applicant, &problem.for_administrator] {
        assert!(
            !en.is_empty() && zh_cn.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{problem:?}"
        );
    }
    assert_eq!((problem.account_id.as_str(), problem.attribute.as_str()), ("u-1", ATTRIBUTE));
    problem
}

/// A world whose only app is changed.
async fn with_app(change: impl FnOnce(&mut App)) -> World {
    let mut setup = Setup::example();
    change(setup.apps.first_mut().unwrap());
    World::with(setup).await
}

#[tokio::test]
async fn mapping_alone_makes_no_call() {
    let world = World::new().await;

    let member = ask(&world, &account(&["ZHANG.SAN"]), Depth::Mapping).await.unwrap();

    assert_eq!(member, Member { id: String::from("ZHANG.SAN"), confirmed: false });
    assert_eq!(world.fake.journal(), []);
}

#[tokio::test]
async fn a_confirmed_member_has_wecoms_own_spelling() {
    let world = World::new().await;

    let member = ask(&world, &account(&["ZHANG.SAN"]), Depth::Confirmed).await.unwrap();

    assert_eq!(member, Member { id: String::from(member::ZHANG_SAN), confirmed: true });
    assert_eq!(world.fake.calls_to("user/get").len(), 1);
}

#[tokio::test]
async fn what_the_attribute_cannot_mean_is_told_without_a_call() {
    let world = World::new().await;
    for (values, kind) in [
        (&[][..], Kind::AttributeEmpty),
        (&["", "  "], Kind::AttributeEmpty),
        (&["zhang.san", "LiSi"], Kind::SeveralValues),
        (&["@all"], Kind::Malformed),
        (&["张三"], Kind::Malformed),
    ] {
        for depth in [Depth::Mapping, Depth::Confirmed] {
            assert_eq!(problem(&world, &account(values), depth).await.kind, kind, "{values:?}");
        }
    }
    assert_eq!(world.fake.journal(), []);
}

/// D26: neither telephone nor mail, nor the account's own id, nor its name.
#[tokio::test]
async fn no_other_attribute_is_ever_read() {
    let world = World::new().await;
    let attribute =
        |name: &str| Attribute { name: name.to_owned(), values: vec![String::from(member::ZHANG_SAN)] };
    let names = ["mobile", "email", "userName", "userId", "employeeNumber", "wecomUserId2"];
    let others = Account {
        id: String::from("u-1"),
        display_name: String::from(member::ZHANG_SAN),
        attributes: names.map(attribute).to_vec(),
    };
    assert_eq!(problem(&world, &others, Depth::Confirmed).await.kind, Kind::AttributeEmpty);
    assert_eq!(world.fake.journal(), []);
}

#[tokio::test]
async fn an_unknown_member_and_one_outside_the_range_are_not_found() {
    let world = World::new().await;
    for id in ["nobody", member::OUT_OF_RANGE] {
        let problem = problem(&world, &account(&[id]), Depth::Confirmed).await;
        assert_eq!((problem.kind, problem.member_id.as_deref()), (Kind::NotFound, Some(id)));
        assert_eq!(problem.refusal.unwrap().code, "60111");
    }
}

/// D27: deleted, disabled, left.
#[tokio::test]
async fn a_member_who_is_not_active_has_a_problem_of_the_state() {
    let world = World::new().await;
    for (id, kind) in [(member::DISABLED, Kind::Inactive), (member::NOT_ACTIVATED, Kind::Inactive)] {
        assert_eq!(problem(&world, &account(&[id]), Depth::Confirmed).await.kind, kind, "{id}");
    }
    world.fake.reconfigure(|setup| {
        setup.members.iter_mut().find(|one| one.user_id == member::LI_SI).unwrap().status =
            MemberStatus::Left;
    });
    assert_eq!(problem(&world, &account(&[member::LI_SI]), Depth::Confirmed).await.kind, Kind::NotFound);
}

/// D26: nothing negative is kept.
#[tokio::test]
async fn a_member_who_comes_into_range_is_found_at_once() {
    let world = World::new().await;
    let outside = account(&[member::OUT_OF_RANGE]);
    assert_eq!(problem(&world, &outside, Depth::Confirmed).await.kind, Kind::NotFound);
    world.fake.reconfigure(|setup| setup.apps.first_mut().unwrap().visible = fake_wecom::Visible::Everyone);

    let member = ask(&world, &outside, Depth::Confirmed).await.unwrap();

    assert_eq!(member, Member { id: String::from(member::OUT_OF_RANGE), confirmed: true });
}

#[tokio::test]
async fn a_refused_address_is_named_to_the_administrator() {
    let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
    let world = with_app(|app| app.trusted_addresses = Some(vec![elsewhere])).await;

    let problem = problem(&world, &account(&[member::ZHANG_SAN]), Depth::Confirmed).await;

    let refusal = problem.refusal.unwrap();
    assert_eq!(
        (problem.kind, refusal.class, refusal.code.as_str()),
        (Kind::Refused, RefusalClass::Address, "60020")
    );
    for text in [&refusal.remedy.en, &refusal.remedy.zh_cn, &problem.for_administrator.en] {
        assert!(text.contains(&EGRESS.to_string()), "{text}");
    }
    assert!(!problem.for_applicant.en.contains(&EGRESS.to_string()), "{}", problem.for_applicant.en);
}

#[tokio::test]
async fn an_app_without_the_right_to_ask_is_refused() {
    let world = with_app(|app| app.contacts = false).await;

    let problem = problem(&world, &account(&[member::ZHANG_SAN]), Depth::Confirmed).await;

    let refusal = problem.refusal.unwrap();
    assert_eq!(
        (problem.kind, refusal.class, refusal.code.as_str()),
        (Kind::Refused, RefusalClass::Permission, "48002")
    );
}

#[tokio::test]
async fn no_answer_is_unavailable_and_asked_for_once() {
    for fault in [
        CallFault::RefuseConnection,
        CallFault::CutBeforeEffect,
        CallFault::CutAfterEffect,
        CallFault::Status(503, String::from("busy")),
        CallFault::Html,
        CallFault::ErrCode(-1),
        CallFault::ErrCode(45_009),
        CallFault::Delay(60),
        CallFault::OversizedBody(5 << 20),
    ] {
        for path in ["gettoken", "user/get"] {
            let world = World::new().await;
            world.fake.set_faults(FaultPlan::none().on_call(path, When::Always, fault.clone()));
            let problem = problem(&world, &account(&[member::ZHANG_SAN]), Depth::Confirmed).await;
            assert_eq!(problem.kind, Kind::Unavailable, "{path} {fault:?}");
            assert_eq!(world.fake.calls_to(path).len(), 1, "{path} {fault:?}");
        }
    }
}

/// D37, as an administrator sees it.
#[tokio::test]
async fn what_the_host_does_not_grant_names_the_hosts_setting() {
    let world = World::new().await;
    let tenant = world.engine().tenant("acme", &props::settings(), &Grant::default());

    let asked = tenant.resolve_user(&account(&[member::ZHANG_SAN]), Depth::Confirmed).await.unwrap();

    let refusal = asked.expect_err("a problem").refusal.unwrap();
    assert_eq!(refusal.code, "egress-denied");
    assert!(refusal.remedy.en.contains("egress.origins"), "{}", refusal.remedy.en);
    assert_eq!(world.fake.journal(), []);
}
