//! A search for what must not be given away.

use std::collections::BTreeSet;

use bytes::Bytes;
use host_harness::log::{Line, Writer};

use crate::call::SAVE;
use crate::provider::Secrets;
use crate::record::{Call, Import};

/// Where secrets and tokens are, but for images of configurations, which are made of them. The secret itself is not told:
/// this goes into a report.
pub(super) fn findings(calls: &[Call], secrets: &Secrets) -> Vec<String> {
    let tokens: BTreeSet<&str> = calls
        .iter()
        .flat_map(|call| &call.imports)
        .filter_map(|import| match import {
            Import::Publish { token, .. } => Some(token.expose()),
            Import::Send { .. } | Import::Acquire { .. } | Import::Block { .. } => None,
        })
        .collect();
    let mut found = Vec::new();
    for call in calls {
        let mut seek = |what: &str, text: &str| {
            let secret = secrets.anywhere.iter().any(|secret| text.contains(secret.as_str()));
            let token = tokens.iter().any(|token| text.contains(token));
            if secret || token {
                let which = if secret { "a secret" } else { "a token" };
                found.push(format!("{}: {which} is in {what}", call.place));
            }
        };
        match &call.output {
            Ok(_image) if call.function == SAVE => {}
            Ok(output) => seek("what it returns", &output.to_string()),
            Err(error) => seek("its error", &error.to_string()),
        }
        call.imports.iter().for_each(|import| match import {
            Import::Acquire { key, .. } | Import::Publish { key, .. } | Import::Block { key } => {
                seek("a key of the token cache", key);
            }
            Import::Send { .. } => {}
        });
        call.lines.iter().for_each(|line| seek("a log line", &line.to_string()));
        // What the engine has written there, the host masks before the kit gets it.
        if call.lines.iter().any(|line| line.writer == Writer::Engine && line.secrets_masked > 0) {
            found.push(format!("{}: a secret is in a log line", call.place));
        }
        let private = |line: &Line| secrets.in_logs.iter().any(|one| line.to_string().contains(one.as_str()));
        if call.lines.iter().any(private) {
            found.push(format!("{}: a name or a message is in a log line", call.place));
        }
    }
    found
}

/// Tokens kept that no answer of the same call holds: an engine that keeps something else between calls.
pub(super) fn foreign_in_cache(calls: &[Call]) -> Vec<String> {
    let holds = |import: &Import, token: &str| match import {
        Import::Send { answer: Ok(response), .. } => contains(response.body(), token),
        Import::Send { answer: Err(_), .. }
        | Import::Acquire { .. }
        | Import::Publish { .. }
        | Import::Block { .. } => false,
    };
    calls
        .iter()
        .filter(|call| {
            call.imports.iter().any(|import| match import {
                Import::Publish { token, .. } => {
                    !call.imports.iter().any(|import| holds(import, token.expose()))
                }
                Import::Send { .. } | Import::Acquire { .. } | Import::Block { .. } => false,
            })
        })
        .map(|call| {
            format!("{}: what it keeps is no token that the provider has just handed out", call.place)
        })
        .collect()
}

fn contains(body: &Bytes, token: &str) -> bool {
    !token.is_empty() && body.windows(token.len()).any(|window| window == token.as_bytes())
}
