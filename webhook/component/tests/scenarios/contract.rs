//! What the component is under the contract.

use host_harness::contract::{Capability, Depth, Disposition, MappingProblemKind, SubmitProblem};

use host_harness::{Grant, Settings};

use crate::world::{World, account, engine, request};

#[tokio::test]
async fn it_imports_what_it_uses_and_nothing_else() {
    let mut imports = engine().await.imports().to_vec();
    imports.sort();
    assert_eq!(imports, ["idaas:approval/http@0.1.1", "idaas:approval/log@0.1.1"]);
}

#[tokio::test]
async fn it_offers_what_it_claims() {
    let engine = engine().await;
    let claimed = &engine.description().capabilities;
    assert_eq!(claimed.contains(&Capability::Tracking), engine.offers_tracking());
    assert_eq!(claimed.contains(&Capability::Diagnostics), engine.offers_diagnostics());
    assert!(!claimed.contains(&Capability::MemberConfirmation));
    assert_eq!(engine.description().id, "webhook");
}

#[tokio::test]
async fn the_host_is_told_which_settings_are_missing() {
    let tenant = engine().await.tenant("acme", &Settings::new(), &Grant::default());
    let problems = tenant.configure().await.unwrap().unwrap_err();
    let told: Vec<_> = problems.iter().map(|problem| (problem.key.as_str(), problem.code.as_str())).collect();
    assert_eq!(told, [("endpoint", "missing"), ("application", "missing"), ("secret", "missing")]);
}

#[tokio::test]
async fn a_mapping_is_never_called_confirmed() {
    let world = World::new().await;
    for depth in [Depth::Mapping, Depth::Confirmed] {
        let member = world.tenant().resolve_user(&account("zhang.san"), depth).await.unwrap().unwrap();
        assert_eq!((member.id.as_str(), member.confirmed), ("zhang.san", false));
    }
    assert!(world.company.journal().is_empty());
}

#[tokio::test]
async fn an_account_without_one_member_id_is_told_to_both_readers() {
    let world = World::new().await;
    for (values, kind) in [
        (vec![], MappingProblemKind::AttributeEmpty),
        (vec!["a", "b"], MappingProblemKind::SeveralValues),
        (vec![" a"], MappingProblemKind::Malformed),
    ] {
        let mut nobody = account("");
        nobody.attributes[0].values = values.into_iter().map(str::to_owned).collect();
        let problem = world.tenant().resolve_user(&nobody, Depth::Mapping).await.unwrap().unwrap_err();
        assert_eq!(problem.kind, kind);
        assert!(!problem.for_applicant.zh_cn.is_empty() && !problem.for_administrator.zh_cn.is_empty());

        let mut submission = request("REQ-1");
        submission.applicant = nobody;
        let refused = world.tenant().submit(&submission).await.unwrap().unwrap_err();
        assert!(matches!(refused, SubmitProblem::Mapping(problems) if problems == [problem]));
    }
    assert!(world.company.journal().is_empty());
}

#[tokio::test]
async fn other_kinds_of_message_are_ignored_and_other_applications_foreign() {
    let world = World::new().await;
    let ignored = world.hears(world.company.message(&serde_json::json!({ "type": "invoice.paid" }))).await;
    assert_eq!(ignored.disposition, Disposition::Ignored("invoice.paid".into()));
    assert_eq!(world.hears(world.company.foreign()).await.disposition, Disposition::Foreign);
}
