//! Settings through the compiled engine: every problem at once, and nothing shown that is secret.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use conformance::props::{ATTRIBUTE, receive_server, settings};
use conformance::{T0, World, callback};
use fake_wecom::{EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, SECRET};
use host_harness::Settings;
use host_harness::contract::{
    CheckOptions, Comparison, Configured, PasteValue, ProvisionProblem, SettingProblem, SubmissionQuery,
    TrackingProblem, Window,
};

async fn configure(settings: &Settings) -> Result<Configured, Vec<SettingProblem>> {
    let world = World::new().await;
    let configured = world.tenant_with("acme", settings).configure().await.unwrap();
    assert_eq!(world.fake.journal(), [], "configure called out");
    configured
}

/// Key and code of each problem, once it is certain that every text is there in both languages.
async fn problems(settings: &Settings) -> Vec<(String, String)> {
    let told = configure(settings).await.unwrap_err();
    told.into_iter()
        .map(|problem| {
            for text in [&problem.sentence, &problem.remedy] {
                assert!(!text.en.is_empty() && !text.zh_cn.is_empty(), "{problem:?}");
            }
            (problem.key, problem.code)
        })
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, code)| ((*key).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn all_problems_are_told_at_once() {
    let wrong = Settings::new()
        .with("corp-id", "ww1")
        .with("agent-id", "approval")
        .with("sign-token", "Token!")
        .with("aes-key", "short")
        .with("associated-wecom-attribute", "mobile")
        .with("api-base-url", "http://example.com")
        .with("callback-window-seconds", "1")
        .with("template-id", "a b")
        .with("field-map", "[]")
        .with("corp_id", "ww0123456789abcdef");
    let mut told = problems(&wrong).await;
    told.sort();
    assert_eq!(
        told,
        pairs(&[
            ("aes-key", "wrong-length"),
            ("agent-id", "wrong-format"),
            ("api-base-url", "not-allowed"),
            ("associated-user-attribute", "missing"),
            ("associated-wecom-attribute", "not-allowed"),
            ("callback-window-seconds", "out-of-range"),
            ("corp-id", "wrong-format"),
            ("corp_id", "unknown-key"),
            ("field-map", "wrong-format"),
            ("secret", "missing"),
            ("sign-token", "wrong-character"),
            ("template-id", "wrong-format"),
        ])
    );
}

#[tokio::test]
async fn nothing_at_all_misses_every_required_setting() {
    let mut told = problems(&Settings::new()).await;
    told.sort();
    let required = ["aes-key", "agent-id", "associated-user-attribute", "corp-id", "secret", "sign-token"];
    assert_eq!(told, required.map(|key| (key.to_owned(), String::from("missing"))));
}

/// The engine is told that the host has it, and nothing else.
#[tokio::test]
async fn the_held_secret_counts_by_its_presence_alone() {
    let one = configure(&settings()).await.unwrap();
    let other = configure(&settings().with("secret", "another")).await.unwrap();
    let empty = problems(&settings().with("secret", "")).await;
    assert_eq!(one, other);
    assert_eq!(empty, pairs(&[("secret", "missing")]));
}

#[tokio::test]
async fn the_summary_shows_no_secret() {
    let configured = configure(&settings()).await.unwrap();
    let shown = |key: &str| {
        configured.summary.iter().find(|line| line.key == key).map(|line| line.value.clone()).unwrap()
    };
    assert_eq!(shown("secret"), "held by the host");
    assert_eq!(shown("sign-token"), "22 characters");
    assert_eq!(shown("aes-key"), "43 characters");
    let everything = format!("{configured:?}");
    for secret in [SECRET, EXAMPLE_CALLBACK_TOKEN, EXAMPLE_AES_KEY] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

#[tokio::test]
async fn a_change_of_any_setting_changes_the_fingerprint() {
    let first = configure(&settings()).await.unwrap().fingerprint;
    assert_eq!(configure(&settings()).await.unwrap().fingerprint, first);
    assert!(first.len() == 64 && first.bytes().all(|byte| byte.is_ascii_hexdigit()), "{first}");
    for (key, value) in [
        ("sign-token", "AnotherToken"),
        ("aes-key", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"),
        ("corp-id", "ww0123456789abcdee"),
        ("agent-id", "1000002"),
        ("associated-user-attribute", "employeeNumber"),
        ("api-base-url", "https://wecom.example.com"),
        ("callback-window-seconds", "600"),
        ("template-id", "3TmOther"),
    ] {
        let other = configure(&settings().with(key, value)).await.unwrap().fingerprint;
        assert_ne!(other, first, "{key}");
    }
}

#[tokio::test]
async fn the_host_learns_the_attribute_the_comparison_the_origins_and_what_to_paste() {
    let configured = configure(&settings()).await.unwrap();
    assert_eq!(configured.directory_attribute, ATTRIBUTE);
    assert_eq!(configured.member_id_comparison, Comparison::IgnoringCase);
    assert_eq!(configured.origins, ["https://qyapi.weixin.qq.com"]);
    let pastes: Vec<_> = configured.pastes.into_iter().map(|paste| paste.value).collect();
    let of = |key: &str| PasteValue::Setting(key.to_owned());
    assert_eq!(pastes, [PasteValue::CallbackAddress, of("sign-token"), of("aes-key")]);
}

#[tokio::test]
async fn a_private_deployment_replaces_the_origin() {
    let private = settings().with("api-base-url", "https://wecom.example.com:8443/prefix");
    assert_eq!(configure(&private).await.unwrap().origins, ["https://wecom.example.com:8443"]);
}

#[tokio::test]
async fn without_a_template_there_is_a_notice_and_no_problem() {
    let configured = configure(&settings().without("template-id").without("field-map")).await.unwrap();
    let codes: Vec<_> = configured.notices.iter().map(|notice| notice.code.as_str()).collect();
    assert_eq!(codes, ["template-not-set"]);
    assert_eq!(configure(&settings()).await.unwrap().notices, []);
}

/// D4: four of six published keys carry more bits than base64 needs.
#[tokio::test]
async fn a_key_with_trailing_bits_is_taken() {
    let trailing = EXAMPLE_AES_KEY.replace("Hh8", "Hh9");
    assert_ne!(trailing, EXAMPLE_AES_KEY);
    configure(&settings().with("aes-key", trailing)).await.unwrap();
}

/// The host has forgotten `configure`. The kit asks the same of the calls for people and forms.
#[tokio::test]
async fn without_configure_callbacks_are_to_be_sent_again_and_nothing_is_tracked_tested_or_provisioned() {
    let world = World::new().await;
    let tenant = world.tenant().without_configure();
    let window = Window { starts_at: T0, ends_at: T0 + 1 };
    let query = SubmissionQuery { idempotency_key: "REQ-1".into(), window, applicant: None };
    let check = tenant.check(&CheckOptions { now: T0, probe: None }).await.unwrap();

    assert_eq!(tenant.fetch("202601010001").await.unwrap(), Err(TrackingProblem::NotConfigured));
    assert_eq!(tenant.find_submission(&query).await.unwrap(), Err(TrackingProblem::NotConfigured));
    assert_eq!(tenant.list_submitted(window, None).await.unwrap(), Err(TrackingProblem::NotConfigured));
    assert!(matches!(tenant.provision().await.unwrap(), Err(ProvisionProblem::NotConfigured)));
    assert!(check.is_empty(), "{check:?}");
    assert_eq!(world.fake.journal(), []);

    let verification = callback(world.fake.begin_save(receive_server()).unwrap(), &world.clock);
    let outcome = tenant.handle_callback(&verification).await.unwrap();
    assert_eq!(outcome.response.status, 503);
}
