//! A sound configuration. Only [`settings::read`](crate::settings::read) makes one.

use crate::signature::Keys;

/// What the settings come to.
#[derive(Clone, Debug)]
pub struct Config {
    /// The company's endpoint, an absolute URL.
    pub endpoint: String,
    /// The endpoint's origin, which the host grants.
    pub origin: String,
    /// Which of the company's applications this platform asks approvals for. Everything else is foreign.
    pub application: String,
    /// The shared secrets.
    pub keys: Keys,
    /// The directory attribute that holds the member id.
    pub user_attribute: String,
}
