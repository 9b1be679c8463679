//! The example company, reached over HTTP.

use host_harness::{ApprovalEngine, Grant, Settings};
use wecom_provider::props;

/// A grant for a fake on this machine, whose address is in the settings.
pub(crate) fn loopback(engine: &ApprovalEngine, settings: &Settings) -> Grant {
    Grant { loopback: true, ..Grant::trusting_description(engine, settings) }
}

/// Settings that fit the example company, whose API is at `wecom`.
pub(crate) fn settings(wecom: &str) -> Settings {
    props::settings().with("api-base-url", wecom)
}
