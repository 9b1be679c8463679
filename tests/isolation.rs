//! Calls that cannot see each other: every one runs on an instance of its own.

use conformance::World;
use conformance::props::{request, settings};
use conformance::sender::{Sender, message};
use host_harness::contract::{Disposition, RefusalReason};

/// D15: one address for several tenants would be the host's mistake; the engine does not let it through.
#[tokio::test]
async fn a_callback_of_one_tenant_is_forged_for_another() {
    let world = World::new().await;
    let globex = Sender {
        token: "GlobexToken",
        key: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        ..Sender::default()
    };
    let acme = world.tenant_with("acme", &Sender::default().settings());
    let request = globex.post(&message("202601010007", "2", "2", ""));

    let own = world.tenant_with("globex", &globex.settings()).handle_callback(&request).await.unwrap();
    let others = acme.handle_callback(&request).await.unwrap();

    assert!(matches!(own.disposition, Disposition::Accepted(_)), "{own:?}");
    let Disposition::Refused(refusal) = others.disposition else { panic!("{others:?}") };
    assert_eq!(refusal.reason, RefusalReason::Forged);
}

/// The settings of the call before are gone with its instance.
#[tokio::test]
async fn a_call_knows_nothing_of_the_settings_of_the_call_before() {
    let world = World::new().await;
    let post = Sender::default().post(&message("202601010007", "2", "2", ""));
    let sound = world.tenant_with("acme", &Sender::default().settings());
    let broken = world.tenant_with("acme", &settings().without("aes-key"));
    sound.handle_callback(&post).await.unwrap();

    let ended = broken.handle_callback(&post).await.unwrap_err();

    let host_harness::CallFailure::Configuration(problems) = ended.error else { panic!("{ended:?}") };
    let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["aes-key"]);
}

/// D16 and D18: thirty at once, for two tenants, and each one's form is its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn submissions_at_the_same_time_make_one_form_each() {
    let world = World::new().await;
    let tenants = [world.tenant_with("acme", &settings()), world.tenant_with("globex", &settings())];
    let calls: Vec<_> = (0..30)
        .zip(tenants.iter().cycle())
        .map(|(number, tenant)| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                let submitted = tenant.submit(&request(&format!("REQ-{number}"))).await.unwrap();
                submitted.unwrap().approval_id
            })
        })
        .collect();
    let mut ids = Vec::new();
    for call in calls {
        ids.push(call.await.unwrap());
    }

    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 30);
    let mut forms: Vec<_> = world.fake.forms().into_iter().map(|form| form.sp_no).collect();
    forms.sort();
    assert_eq!(forms, ids);
    assert_eq!(world.fake.calls_to("gettoken").len(), 2);
}
