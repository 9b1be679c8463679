//! The test of a connection and the making of a template, through the compiled engine.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::{EGRESS, T0, World, props};
use fake_wecom::setup::member;
use fake_wecom::{App, Setup};
use host_harness::contract::{CheckOptions, CheckVerdict, Finding, ProvisionProblem};
use host_harness::{Settings, Tenant};

async fn check(tenant: &Tenant) -> Vec<Finding> {
    let probe = Some(props::account(&[member::ZHANG_SAN]));
    tenant.check(&CheckOptions { now: T0, probe }).await.unwrap()
}

/// The ids of the steps that did not pass, skipped ones left out.
fn faults(findings: &[Finding]) -> Vec<(&str, CheckVerdict)> {
    let sound = |finding: &&Finding| !matches!(finding.verdict, CheckVerdict::Ok | CheckVerdict::Skipped);
    findings.iter().filter(sound).map(|finding| (finding.id.as_str(), finding.verdict)).collect()
}

#[tokio::test]
async fn the_example_company_passes() {
    let world = World::new().await;
    let findings = check(&world.tenant()).await;
    assert_eq!(faults(&findings), []);
    assert_eq!(findings.len(), 9);
}

#[tokio::test]
async fn each_fault_of_the_company_fails_its_own_step() {
    let world = World::new().await;
    let right = world.tenant();
    assert_eq!(faults(&check(&right).await), []);
    let wrong_secret = world.tenant_with("acme", &props::settings().with("secret", "wrong"));
    assert_eq!(faults(&check(&wrong_secret).await), [("credentials", CheckVerdict::Fail)]);

    world.fake.reconfigure(|setup| for_all_apps(setup, |app| app.may_use_approval = false));
    assert_eq!(faults(&check(&right).await), [("permission", CheckVerdict::Fail)]);
    world.fake.reconfigure(|setup| for_all_apps(setup, |app| app.trusted_addresses = Some(Vec::new())));
    let findings = check(&right).await;
    assert_eq!(faults(&findings), [("address", CheckVerdict::Fail)]);
    let remedy = findings.iter().find_map(|finding| finding.remedy.as_ref()).unwrap();
    assert!(remedy.en.contains(&EGRESS.to_string()), "{}", remedy.en);
}

fn for_all_apps(setup: &mut Setup, change: impl FnMut(&mut App)) {
    setup.apps.iter_mut().for_each(change);
}

/// The settings with those that `provision` gave.
async fn provisioned(tenant: &Tenant, settings: &Settings) -> Settings {
    let told = tenant.provision().await.unwrap().unwrap();
    told.iter().fold(settings.clone(), |settings, (key, value)| settings.with(key, value.expose()))
}

#[tokio::test]
async fn a_template_is_made_once_and_then_confirmed() {
    let world = World::new().await;
    let bare = props::settings().without("template-id").without("field-map");
    let before = world.fake.setup().templates.len();
    let stored = provisioned(&world.tenant_with("acme", &bare), &bare).await;
    let tenant = world.tenant_with("acme", &stored);
    assert_eq!(provisioned(&tenant, &stored).await, stored);
    assert_eq!(world.fake.setup().templates.len(), before + 1);
    let findings = check(&tenant).await;
    assert_eq!(faults(&findings), []);

    let again = world.tenant_with("acme", &bare).provision().await.unwrap();
    let Err(ProvisionProblem::Refused(refusal)) = again else { panic!("not refused: {again:?}") };
    assert_eq!(refusal.code, "301086");
    assert_eq!(world.fake.setup().templates.len(), before + 1);
}
