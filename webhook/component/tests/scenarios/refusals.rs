//! What the endpoint, or the host's policy, says no to, and who has to act.

use fake_webhook::{EXAMPLE, Fault, Setup};
use host_harness::Grant;
use host_harness::contract::{Refusal, RefusalClass, SubmitProblem, TrackingProblem};

use crate::world::{World, request, settings};

async fn refused(world: &World) -> Refusal {
    match world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err() {
        SubmitProblem::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn each_status_is_for_somebody() {
    for (status, class) in [
        (301, RefusalClass::Other),
        (400, RefusalClass::Form),
        (401, RefusalClass::Credentials),
        (403, RefusalClass::Permission),
        (404, RefusalClass::Template),
        (409, RefusalClass::Form),
        (410, RefusalClass::Disabled),
        (418, RefusalClass::Other),
        (422, RefusalClass::Form),
    ] {
        let world = World::new().await;
        world.company.plan("approval.submit", Fault::Status(status, "<html>"));
        let refusal = refused(&world).await;
        assert_eq!((refusal.class, refusal.code), (class, status.to_string()));
        assert!(!refusal.sentence.zh_cn.is_empty() && !refusal.remedy.zh_cn.is_empty());
        assert!(world.company.approvals().is_empty());
        assert!(world.log.has("call-refused"));
    }
}

#[tokio::test]
async fn the_endpoint_s_own_code_and_words_are_kept() {
    let world = World::new().await;
    world
        .company
        .plan("approval.submit", Fault::Status(422, r#"{"code":"no-cost-centre","message":"name one"}"#));
    let refusal = refused(&world).await;
    assert_eq!((refusal.code.as_str(), refusal.provider_text.as_str()), ("no-cost-centre", "name one"));
}

#[tokio::test]
async fn another_secret_is_refused_as_credentials() {
    let world = World::new().await;
    world.company.set_up(Setup { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ..EXAMPLE });
    assert_eq!(refused(&world).await.class, RefusalClass::Credentials);
}

#[tokio::test]
async fn an_application_that_the_company_does_not_know_is_refused() {
    let world = World::new().await;
    world.company.set_up(Setup { application: "other", ..EXAMPLE });
    assert_eq!(refused(&world).await.class, RefusalClass::Template);
}

#[tokio::test]
async fn a_busy_endpoint_names_the_time_to_wait() {
    let world = World::new().await;
    world.company.plan("approval.submit", Fault::Busy(429, 30));
    let problem = world.tenant().submit(&request("REQ-1")).await.unwrap().unwrap_err();
    let SubmitProblem::Unavailable(unavailable) = problem else { panic!("{problem:?}") };
    assert_eq!(unavailable.retry_after_seconds, Some(30));
    // Until then the host sends nothing more of this tenant's.
    world.clock.advance(30);
    world.company.plan("approval.fetch", Fault::Busy(503, 7));
    let problem = world.tenant().fetch("A-0001").await.unwrap().unwrap_err();
    assert_eq!(problem, TrackingProblem::Unavailable(Some(7)));
}

#[tokio::test]
async fn what_the_policy_denies_names_the_setting() {
    let world = World::new().await;
    let tenant = world.engine.tenant("acme", &settings(), &Grant::default());
    let problem = tenant.submit(&request("REQ-1")).await.unwrap().unwrap_err();
    let SubmitProblem::Refused(refusal) = problem else { panic!("{problem:?}") };
    assert_eq!(refusal.code, "egress-denied");
    assert!(refusal.remedy.en.contains("egress.origins"), "{}", refusal.remedy.en);
    assert!(world.company.journal().is_empty());
}

#[tokio::test]
async fn a_wrong_request_is_told_whole_and_nobody_is_asked() {
    use host_harness::contract::{Content, FieldContent, FormField, Route};

    let world = World::new().await;
    let mut wrong = request("no key");
    wrong.department = Some(String::new());
    wrong.route = Route::Steps(vec![]);
    let names = |problem: SubmitProblem| match problem {
        SubmitProblem::Invalid(problems) => {
            problems.into_iter().map(|problem| (problem.name, problem.code)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let pair = |(name, code): (&str, &str)| (name.to_owned(), code.to_owned());
    let told = names(world.tenant().submit(&wrong).await.unwrap().unwrap_err());
    let expected =
        [("idempotency-key", "wrong-format"), ("department", "wrong-format"), ("route", "missing")];
    assert_eq!(told, expected.map(pair));

    let mut wrong = request("REQ-1");
    let field = |content| FormField { name: "amount".into(), content: FieldContent::Single(content) };
    wrong.fields = vec![field(Content::Money("1.234".into())), field(Content::ProviderJson("{".into()))];
    let told = names(world.tenant().submit(&wrong).await.unwrap().unwrap_err());
    let expected = [("amount", "wrong-format"), ("amount", "given-twice"), ("amount", "wrong-format")];
    assert_eq!(told, expected.map(pair));
    assert!(world.company.journal().is_empty());
}
