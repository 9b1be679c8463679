//! `getcallbackip` (D92521) and `get_api_domain_ip` (D92520): any app may ask.

use serde_json::json;

use super::Success;

/// Where callbacks come from: a plain address and a wildcard, both of which occur.
pub(super) fn callback() -> Success {
    Success::of(json!({ "ip_list": ["127.0.0.1", "192.0.2.*"] }))
}

/// Where the API lives.
pub(super) fn api() -> Success {
    Success::of(json!({ "ip_list": ["127.0.0.1", "198.51.100.3"] }))
}
