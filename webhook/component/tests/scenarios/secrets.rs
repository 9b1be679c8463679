//! The secret stands nowhere but in the settings and under the signatures.

use fake_webhook::{EXAMPLE, Fault, Verdict};
use host_harness::contract::CheckOptions;

use crate::world::{T0, World, account, request};

#[tokio::test]
async fn nothing_that_a_run_gives_away_holds_the_secret() {
    let world = World::new().await;
    let tenant = world.tenant();
    // An endpoint that quotes what it was told in confidence.
    let quoted = r#"{"code":"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","message":"your whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw is wrong"}"#;
    world.company.plan("approval.submit", Fault::Status(401, quoted));
    let mut said = vec![
        format!("{:?}", tenant.configure().await.unwrap().unwrap()),
        format!("{:?}", tenant.submit(&request("REQ-1")).await.unwrap().unwrap_err()),
    ];
    let id = world.submit().await;
    world.company.act(&id, "li.si", Verdict::Agreed, "").unwrap();
    let change = world.change();
    said.push(format!("{:?}", world.hears(world.company.deliver(&change)).await));
    said.push(format!("{:?}", world.hears(world.company.forge(&change)).await));
    let options = CheckOptions { now: T0, probe: Some(account("zhang.san")) };
    said.push(format!("{:?}", tenant.check(&options).await.unwrap()));
    said.push(format!("{:?}", tenant.provision().await.unwrap()));
    said.push(format!("{:?}", world.log.all()));
    said.push(format!("{:?}", world.company.journal()));

    let secret = EXAMPLE.secret.strip_prefix("whsec_").unwrap();
    for text in &said {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(said[1].contains("***"), "{}", said[1]);
}

#[tokio::test]
async fn the_log_names_neither_people_nor_what_they_wrote() {
    let world = World::new().await;
    world.submit().await;
    world.company.plan("approval.submit", Fault::CutAfter);
    world.tenant().submit(&request("REQ-2")).await.unwrap().unwrap_err();
    assert!(world.log.has("submitted") && world.log.has("call-unclear"));
    let log = format!("{:?}", world.log.all());
    for text in ["zhang.san", "张三", "季度对账", "v1,"] {
        assert!(!log.contains(text), "{text} in {log}");
    }
}
