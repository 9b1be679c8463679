//! The conformance kit with the compiled WeCom engine.

use wecom_component::WECOM_ENGINE;
use wecom_provider::WeCom;

/// Nothing is left out: WeCom has all that a case may need.
#[tokio::test]
async fn the_wecom_engine_keeps_every_promise() {
    let report = conformance_kit::run(WECOM_ENGINE, &WeCom).await.unwrap();
    assert!(report.passed(), "{report}");
    assert_eq!(report.not_applicable().collect::<Vec<_>>(), Vec::<&str>::new());
}
