//! `token-cache`: the engine's keys in the scope of one tenant and one configuration.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bindings::idaas::approval::token_cache::{Acquired, Host};
use crate::replay::{Cued, wire};
use crate::secret::Secret;
use crate::state::{CallState, Purity};
use crate::tokens::{self, Key};

/// Bytes of an engine's key, of a token, and of a provider's error code.
const KEY_BYTES: usize = 128;
const TOKEN_BYTES: usize = 4_096;
const CODE_BYTES: usize = 32;

/// Keys that one call may hold leases for.
const LEASES: usize = 8;

impl Host for CallState {
    async fn acquire(&mut self, key: String, refused: Option<String>) -> wasmtime::Result<Acquired> {
        let asked = || json!({ "key": key, "refused": refused });
        let live = match self.cue("token-cache.acquire", asked, wire::to_acquired)? {
            Cued::Live(live) => live,
            Cued::Played(acquired) => return Ok(acquired),
        };
        refused.iter().for_each(|token| self.known.learn(token));
        let acquired = self.look_up(key, refused).await;
        if let Acquired::Token(token) = &acquired {
            self.known.learn(token);
        }
        self.answered(live, || wire::acquired(&acquired));
        Ok(acquired)
    }

    async fn publish(&mut self, key: String, token: String, lifetime_seconds: u32) -> wasmtime::Result<()> {
        let asked = || json!({ "key": key, "token": token, "lifetime-seconds": lifetime_seconds });
        let live = match self.cue("token-cache.publish", asked, |_none| Some(()))? {
            Cued::Live(live) => live,
            Cued::Played(()) => return Ok(()),
        };
        self.known.learn(&token);
        let key = self.key(key);
        if token.len() <= TOKEN_BYTES
            && let Some(lease) = self.leases.remove(&key)
        {
            let lifetime = Duration::from_secs(lifetime_seconds.into());
            let tokens = self.services.tokens.clone();
            let publishing = async { tokens.publish(&key, lease, Secret::new(token), lifetime).await };
            self.meters.cpu.sparing(publishing).await;
        }
        self.answered(live, || Value::Null);
        Ok(())
    }

    async fn block(&mut self, key: String, code: String) -> wasmtime::Result<()> {
        let asked = || json!({ "key": key, "code": code });
        let live = match self.cue("token-cache.block", asked, |_none| Some(()))? {
            Cued::Live(live) => live,
            Cued::Played(()) => return Ok(()),
        };
        let key = self.key(key);
        if let Some(lease) = self.leases.remove(&key) {
            let tokens = self.services.tokens.clone();
            let code = self.known.line(&code, CODE_BYTES);
            let blocking = async { tokens.block(&key, lease, code).await };
            self.meters.cpu.sparing(blocking).await;
        }
        self.answered(live, || Value::Null);
        Ok(())
    }
}

impl CallState {
    fn key(&self, name: String) -> Key {
        Key { scope: self.identity.scope, name }
    }

    async fn look_up(&mut self, key: String, refused: Option<String>) -> Acquired {
        if self.purity == Purity::Pure || key.len() > KEY_BYTES {
            return Acquired::Busy;
        }
        let key = self.key(key);
        // Waiting for one's own lease would take as long as the call may.
        if self.leases.contains_key(&key) {
            return Acquired::Lease;
        }
        if self.leases.len() >= LEASES {
            return Acquired::Busy;
        }
        let refused = refused.map(Secret::new);
        let tokens = self.services.tokens.clone();
        let waiting = async { tokens.acquire(&key, refused.as_ref(), self.patience()).await };
        match self.meters.cpu.sparing(waiting).await {
            tokens::Acquired::Token(token) => Acquired::Token(token.expose().to_owned()),
            tokens::Acquired::Lease(lease) => {
                self.leases.insert(key, lease);
                Acquired::Lease
            }
            tokens::Acquired::Blocked(code) => Acquired::Blocked(code),
            tokens::Acquired::Busy => Acquired::Busy,
        }
    }
}
