//! What WeCom sends to the callback address: [`wecom_callback`], with the whole configuration.

use crate::config::Config;

pub use wecom_callback::{
    Answer, BODY_LIMIT, Disposition, Error, Fault, Outcome, Parameter, QUERY_LIMIT, RETRY_SPAN, Request,
    Shape, Unreadable,
};

/// Reads one request to the callback address. As [`wecom_callback::handle`].
#[must_use]
pub fn handle(config: &Config, request: &Request<'_>) -> Outcome {
    wecom_callback::handle(&config.endpoint(), request)
}
