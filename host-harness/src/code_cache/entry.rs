//! One entry: whose code it is, a digest, and the code.
//!
//! ```text
//! "approval engine code 1\n" | key, 32 bytes | SHA-256 over key and code, 32 bytes | code
//! ```

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher};
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use super::private::NotPrivate;
use crate::digest::Digest;

const MAGIC: &[u8] = b"approval engine code 1\n";
const EXTENSION: &str = "code";

/// What an entry is the code of: a component, compiled by one version of wasmtime in one configuration.
pub(super) struct Key {
    component: Digest,
    bytes: [u8; 32],
}

/// Why an entry is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("{0}")]
    NotPrivate(#[from] NotPrivate),
    #[error("it is no entry of this cache's")]
    NoEntry,
    #[error("it is the code of another engine, or for another configuration")]
    Foreign,
    #[error("it is damaged")]
    Damaged,
    #[error("wasmtime does not take it: {0}")]
    OtherWasmtime(String),
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl Key {
    pub(super) fn of(component: Digest, engine: &Engine) -> Self {
        let mut bytes = HashToSha256(Sha256::new());
        bytes.write(component.as_bytes());
        // Version, target, processor and configuration, as wasmtime itself sees them.
        engine.precompile_compatibility_hash().hash(&mut bytes);
        Self { component, bytes: bytes.0.finalize().into() }
    }

    /// Begins with the component's digest, so that an operator finds it.
    pub(super) fn file_name(&self) -> String {
        let mut name = format!("{}-", self.component);
        for byte in self.bytes.iter().take(8) {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        format!("{name}.{EXTENSION}")
    }

    fn digest_with(&self, code: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(self.bytes).chain_update(code).finalize().into()
    }
}

pub(super) fn is_name_of_one(name: &OsStr) -> bool {
    Path::new(name).extension() == Some(OsStr::new(EXTENSION))
}

pub(super) fn seal(key: &Key, code: &[u8]) -> Vec<u8> {
    [MAGIC, &key.bytes, &key.digest_with(code), code].concat()
}

/// The code in an entry, when it is whole and the key's.
pub(super) fn open<'a>(key: &Key, entry: &'a [u8]) -> Result<&'a [u8], Unfit> {
    let rest = entry.strip_prefix(MAGIC).ok_or(Unfit::NoEntry)?;
    let (written_for, rest) = rest.split_first_chunk::<32>().ok_or(Unfit::Damaged)?;
    let (digest, code) = rest.split_first_chunk::<32>().ok_or(Unfit::Damaged)?;
    if *written_for != key.bytes {
        return Err(Unfit::Foreign);
    }
    if *digest != key.digest_with(code) {
        return Err(Unfit::Damaged);
    }
    Ok(code)
}

/// Collects what is hashed, without the collisions of a 64-bit hash.
struct HashToSha256(Sha256);

impl Hasher for HashToSha256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Unused: the key takes the whole digest.
    fn finish(&self) -> u64 {
        0
    }
}
