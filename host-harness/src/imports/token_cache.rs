//! `token-cache`: the engine's keys in the scope of one tenant and one configuration.

use std::time::Duration;

use crate::bindings::idaas::approval::token_cache::{Acquired, Host};
use crate::redact;
use crate::secret::Secret;
use crate::state::{CallState, Purity};
use crate::tokens::{self, Key};

/// Bytes of a provider's error code.
const CODE_BYTES: usize = 32;

impl CallState {
    fn key(&self, name: String) -> Key {
        Key { scope: self.identity.scope, name }
    }
}

impl Host for CallState {
    async fn acquire(&mut self, key: String, refused: Option<String>) -> wasmtime::Result<Acquired> {
        if self.purity == Purity::Pure {
            return Ok(Acquired::Busy);
        }
        let key = self.key(key);
        let refused = refused.map(Secret::new);
        let tokens = self.services.tokens.clone();
        Ok(match tokens.acquire(&key, refused.as_ref(), self.patience()).await {
            tokens::Acquired::Token(token) => Acquired::Token(token.expose().to_owned()),
            tokens::Acquired::Lease(lease) => {
                self.leases.insert(key, lease);
                Acquired::Lease
            }
            tokens::Acquired::Blocked(code) => Acquired::Blocked(code),
            tokens::Acquired::Busy => Acquired::Busy,
        })
    }

    fn publish(&mut self, key: String, token: String, lifetime_seconds: u32) -> wasmtime::Result<()> {
        let key = self.key(key);
        if let Some(lease) = self.leases.remove(&key) {
            let lifetime = Duration::from_secs(lifetime_seconds.into());
            self.services.tokens.publish(&key, lease, Secret::new(token), lifetime);
        }
        Ok(())
    }

    fn block(&mut self, key: String, code: String) -> wasmtime::Result<()> {
        let key = self.key(key);
        if let Some(lease) = self.leases.remove(&key) {
            self.services.tokens.block(&key, lease, redact::line(&code, CODE_BYTES));
        }
        Ok(())
    }
}
