//! The example company, reached over HTTP.

use host_harness::{Grant, Settings};
use wecom_provider::props;

/// A grant for a fake on this machine.
pub(crate) fn loopback() -> Grant {
    Grant { loopback: true, ..Grant::default() }
}

/// Settings that fit the example company, whose API is at `wecom`.
pub(crate) fn settings(wecom: &str) -> Settings {
    props::settings().with("api-base-url", wecom)
}
