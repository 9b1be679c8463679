//! The access token: taken from the host's cache, fetched when this call is the one to fetch it, renewed once.
//!
//! One configuration has one token. The cache is the host's, and so are single flight and expiry; this module keeps
//! no state. A lease that ends in an error is simply not published: nothing negative is ever cached as a token.
#![expect(clippy::result_large_err, reason = "a failure ends the call that meets it and is made once")]

use std::time::Duration;

use crate::api::{self, Answer, Failure, Fault, Obstacle};
use crate::config::Config;
use crate::errcode::{self, Refusal, Treatment};
use crate::exchange::{Acquired, HeldSecret, Note, Outbound, Request};
use crate::secret::Secret;

/// The interface that gives tokens.
pub const PATH: &str = "/cgi-bin/gettoken";

/// Where the host puts the corp Secret.
const SECRET: HeldSecret = HeldSecret { setting: "secret", parameter: "corpsecret" };

/// The longest token (D91039: "reserve 512 bytes").
const TOKEN_BYTES: usize = 512;

/// An answer without a token, or with one that cannot be used.
pub(crate) const UNUSABLE_TOKEN: Fault = Fault::Lacks("access_token/expires_in");

/// A token as WeCom gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Visible ASCII, 1 to 512 bytes.
    pub token: Secret,
    /// As WeCom said; never zero.
    pub lifetime: Duration,
}

/// Calls WeCom with a live token, for anything but gettoken.
///
/// When WeCom refuses the token (40014, 42001, 41001) it is renewed once and the call is sent once more. That is safe
/// for a write too: WeCom tests the token before anything else. A second such refusal is the result.
///
/// # Errors
/// - [`Failure::NotSent`]: no token; the credential is wrong, or WeCom did not answer. Or no connection.
/// - [`Failure::Refused`]: WeCom's errcode for the call itself.
/// - [`Failure::Unclear`]: sent, and no answer.
pub fn call(config: &Config, outbound: &mut dyn Outbound, mut request: Request) -> Result<Answer, Failure> {
    let token = acquire(config, outbound, None).map_err(Failure::NotSent)?;
    request.token = Some(token.clone());
    let mut result = api::send(outbound, &request);
    if let Err(Failure::Refused { errcode, .. }) = result
        && errcode::treatment(errcode) == Treatment::RenewToken
    {
        outbound.note(Note::TokenRefused { errcode });
        let renewed = acquire(config, outbound, Some(&token)).map_err(Failure::NotSent)?;
        request.token = Some(renewed);
        result = api::send(outbound, &request);
    }
    if let Err(Failure::Refused { errcode, .. }) = result {
        outbound.note(Note::CallRefused { path: request.path, errcode });
    }
    result
}

/// Gives a live token.
fn acquire(
    config: &Config,
    outbound: &mut dyn Outbound,
    refused: Option<&Secret>,
) -> Result<Secret, Obstacle> {
    let key = &config.credential_key;
    match outbound.acquire_token(key, refused) {
        Acquired::Token(token) => Ok(token),
        Acquired::Busy => {
            let late = api::token_is_late();
            outbound.note(Note::NoAnswer { path: PATH, reason: late.sentence.en.clone().into_owned() });
            Err(Obstacle::Unavailable(late))
        }
        Acquired::Blocked(errcode) => Err(Obstacle::Refused(Refusal::new(errcode, "", None))),
        Acquired::Lease => match fetch(config, outbound) {
            Ok(fetched) => {
                outbound.publish_token(key, &fetched.token, fetched.lifetime);
                Ok(fetched.token)
            }
            Err(failure) => {
                if let Failure::Refused { errcode, .. } = failure
                    && errcode::treatment(errcode) == Treatment::BlockCredential
                {
                    outbound.block_credential(key, errcode);
                    outbound.note(Note::CredentialBlocked { errcode });
                }
                Err(failure.of_a_read())
            }
        },
    }
}

/// Asks WeCom for a token, past the cache and without telling it. For [`call`], and for a test of the credential that
/// no cached token may satisfy.
///
/// # Errors
/// - [`Failure::Refused`]: WeCom's errcode; those of [`Treatment::BlockCredential`] mean the credential.
/// - [`Failure::NotSent`] and [`Failure::Unclear`]: no answer, or one without a usable token.
pub fn fetch(config: &Config, outbound: &mut dyn Outbound) -> Result<Fetched, Failure> {
    let query = vec![("corpid", config.corp_id.as_str().to_owned())];
    let request = Request { held: Some(SECRET), ..api::get(config, PATH, query) };
    let answer = api::send(outbound, &request).inspect_err(|failure| {
        if let Failure::Refused { errcode, .. } = failure {
            outbound.note(Note::CallRefused { path: PATH, errcode: *errcode });
        }
    })?;
    let Some(fetched) = read(&answer) else {
        return Err(api::unusable(outbound, PATH, UNUSABLE_TOKEN));
    };
    outbound.note(Note::TokenFetched { lifetime_seconds: fetched.lifetime.as_secs() });
    Ok(fetched)
}

fn read(answer: &Answer) -> Option<Fetched> {
    let token = Secret::new(answer.get("access_token").text());
    let sound = (1..=TOKEN_BYTES).contains(&token.expose().len())
        && token.expose().bytes().all(|byte| byte.is_ascii_graphic());
    let seconds = answer.get("expires_in").integer().and_then(|seconds| u64::try_from(seconds).ok())?;
    (sound && seconds > 0).then(|| Fetched { token, lifetime: Duration::from_secs(seconds) })
}
