//! The test of a connection: one cause, one finding that fails.

use fake_webhook::{EXAMPLE, Fault, Setup};
use host_harness::contract::{CheckOptions, CheckVerdict as Verdict, ProvisionProblem, RefusalClass};

use crate::world::{T0, World, account};

async fn verdicts(world: &World, now: u64) -> Vec<(String, Verdict)> {
    let options = CheckOptions { now, probe: Some(account("zhang.san")) };
    let findings = world.tenant().check(&options).await.unwrap();
    assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fail || finding.remedy.is_some()));
    findings.into_iter().map(|finding| (finding.id, finding.verdict)).collect()
}

fn told(endpoint: Verdict, clock: Verdict, credentials: Verdict) -> Vec<(String, Verdict)> {
    [
        ("endpoint", endpoint),
        ("clock", clock),
        ("credentials", credentials),
        ("callback", Verdict::Ok),
        ("mapping", Verdict::Warn),
    ]
    .map(|(id, verdict)| (id.to_owned(), verdict))
    .into()
}

#[tokio::test]
async fn a_sound_connection_is_sound() {
    let world = World::new().await;
    assert_eq!(verdicts(&world, T0).await, told(Verdict::Ok, Verdict::Ok, Verdict::Ok));
    assert!(world.company.approvals().is_empty());
}

#[tokio::test]
async fn each_cause_has_its_own_finding() {
    let world = World::new().await;
    assert_eq!(verdicts(&world, T0 + 200).await, told(Verdict::Ok, Verdict::Warn, Verdict::Ok));
    assert_eq!(verdicts(&world, T0 + 301).await, told(Verdict::Ok, Verdict::Fail, Verdict::Ok));
    world.company.plan("time", Fault::Unreachable);
    assert_eq!(verdicts(&world, T0).await, told(Verdict::Fail, Verdict::Skipped, Verdict::Skipped));
    for setup in [
        Setup { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ..EXAMPLE },
        Setup { application: "other", ..EXAMPLE },
    ] {
        world.company.set_up(setup);
        assert_eq!(verdicts(&world, T0).await, told(Verdict::Ok, Verdict::Ok, Verdict::Fail));
    }
}

#[tokio::test]
async fn provisioning_confirms_the_application_and_makes_nothing() {
    let world = World::new().await;
    let settings = world.tenant().provision().await.unwrap().unwrap();
    assert_eq!(settings.value("application").unwrap().expose(), "access");
    assert!(world.company.approvals().is_empty());
    world.company.set_up(Setup { application: "other", ..EXAMPLE });
    let problem = world.tenant().provision().await.unwrap().unwrap_err();
    assert!(matches!(problem, ProvisionProblem::Refused(refusal) if refusal.class == RefusalClass::Template));
}
