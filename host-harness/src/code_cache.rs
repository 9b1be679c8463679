//! Compiled engines on disk, so that only the first start compiles.
//!
//! An entry is native code. Loading it means running it, with everything that the host may do, so this module has to
//! answer one question: who can have written it?
//!
//! - **Whoever can write the directory could run code as the host.** So the directory has to be the host's own, and
//!   nobody else may be able to write it, its entries, or what leads to it ([`private`]); else there is no cache, and
//!   the operator is told why. Who can write it all the same is this user or root, and they can replace the
//!   host's program as well: the cache gives them nothing that they did not have.
//! - **A keyed digest would prove nothing more.** The host would have to read the key without anybody's help when it
//!   starts, and whoever passes the check above could read it too.
//! - **A plain digest is kept**, against what is no attack: a disk that fails, a copy that ended early, an entry
//!   under another's name. wasmtime checks its own header and trusts the rest.
//! - **The bytes that were checked are the bytes that run.** An entry is read through one handle into memory and
//!   loaded from there, and not mapped from its path: nothing can change between the check and the use, or after it.
//!   For a component of 300 KB that costs a third of a millisecond.
//!
//! An entry's name and content carry the component's SHA-256 and wasmtime's own compatibility hash, which covers its
//! version, the target, the processor's features and every setting that changes code. What does not fit is compiled
//! again and replaced. No entry can stop an engine from loading.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::digest::Digest;
use crate::log::{self, Level, Line, LogSink, Writer};
use crate::redact::in_error;
use crate::runtime::one_line;

mod entry;
pub mod private;

use entry::{Key, Unfit};
use private::NotPrivate;

/// Entries that are kept. The longest unwritten go first.
const ENTRIES: usize = 64;

/// How the names of files begin that are being written.
const UNFINISHED: &str = ".new-";

/// Much longer than writing an entry takes.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A directory of compiled engines. Several processes may share it.
#[derive(Clone, Debug)]
pub struct CodeCache {
    directory: PathBuf,
}

/// A directory cannot be the cache.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// It cannot be made or read.
    #[error(
        "cannot use the code cache {}: {}: name a directory that this user can write", path(.directory),
        in_error(.reason)
    )]
    Unusable {
        /// As given.
        directory: PathBuf,
        /// In the system's words.
        reason: String,
    },
    /// Somebody else could put code into it.
    #[error("the code cache {} is not private: {cause}", path(.directory))]
    Exposed {
        /// As given.
        directory: PathBuf,
        /// What is wrong, and how to put it right.
        cause: NotPrivate,
    },
}

/// Removes what processes have begun to write and not finished: files of that name that have not changed for longer than
/// any of them takes to be written.
fn remove_leftovers(directory: &Path) -> io::Result<()> {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            continue;
        }
        // Another process may finish or remove it at the same time.
        let changed = match entry.metadata().and_then(|metadata| metadata.modified()) {
            Err(error) if gone(&error) => continue,
            changed => changed?,
        };
        if changed.elapsed().is_ok_and(|age| age > ABANDONED)
            && let Err(error) = fs::remove_file(entry.path())
            && !gone(&error)
        {
            return Err(error);
        }
    }
    Ok(())
}

fn path(directory: &Path) -> String {
    in_error(&directory.display().to_string())
}

impl CodeCache {
    /// Opens a directory, and makes it when there is none.
    ///
    /// # Errors
    /// - [`CacheError::Unusable`]: it cannot be made or read.
    /// - [`CacheError::Exposed`]: another user could put code into it.
    pub fn open(directory: &Path) -> Result<Self, CacheError> {
        let unusable = |error: io::Error| CacheError::Unusable {
            directory: directory.to_owned(),
            reason: error.to_string(),
        };
        private::make_directory(directory).map_err(unusable)?;
        // Without links: what is checked is what is used.
        let resolved = fs::canonicalize(directory).map_err(unusable)?;
        private::check_directory(&resolved)
            .map_err(unusable)?
            .map_err(|cause| CacheError::Exposed { directory: directory.to_owned(), cause })?;
        remove_leftovers(&resolved).map_err(unusable)?;
        Ok(Self { directory: resolved })
    }

    /// The directory, without links.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The compiled component: from the cache, or compiled and then kept. With it comes why it was not kept.
    ///
    /// # Errors
    /// - [`wasmtime::Error`]: it does not compile. Whatever is wrong with the cache is logged, and is no error.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        component: &[u8],
        log: &dyn LogSink,
    ) -> wasmtime::Result<(Component, Result<(), String>)> {
        let digest = Digest::of(component);
        let key = Key::of(digest, engine);
        let path = self.directory.join(key.file_name());
        match self.kept(engine, &key, &path) {
            Ok(Some(compiled)) => {
                note(log, Level::Debug, "code-cache-hit", digest, None);
                return Ok((compiled, Ok(())));
            }
            Ok(None) => note(log, Level::Debug, "code-cache-miss", digest, None),
            Err(unfit) => note(log, Level::Warn, "code-cache-entry-refused", digest, Some(unfit.to_string())),
        }
        let compiled = Component::new(engine, component)?;
        let kept = self.keep(&key, &path, &compiled);
        if let Err(reason) = &kept {
            note(log, Level::Warn, "code-cache-not-written", digest, Some(reason.clone()));
        }
        Ok((compiled, kept))
    }

    /// Whether there is an entry for the component, sound or not.
    pub(crate) fn has(&self, engine: &Engine, component: &[u8]) -> bool {
        self.directory.join(Key::of(Digest::of(component), engine).file_name()).is_file()
    }

    /// The entry at `path`; `None` when there is none.
    fn kept(&self, engine: &Engine, key: &Key, path: &Path) -> Result<Option<Component>, Unfit> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Unfit::Unreadable(error.to_string())),
        };
        // Again, for somebody may have opened the directory up since the host was started.
        private::check_directory(&self.directory)??;
        private::check_file(&file)??;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let code = entry::open(key, &bytes)?;
        load(engine, code).map(Some)
    }

    /// Writes an entry. Readers see none, the former one or all of the new one: it is written beside its place and
    /// then moved there. It is not synchronised: after a crash of the machine the digest tells what is not whole.
    fn keep(&self, key: &Key, path: &Path, compiled: &Component) -> Result<(), String> {
        let code = compiled.serialize().map_err(|error| one_line(&error))?;
        let write = || {
            // For this user alone, from its first byte on.
            let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.directory)?;
            file.write_all(&entry::seal(key, &code))?;
            file.persist(path)?;
            self.make_room()
        };
        write().map_err(|error: io::Error| error.to_string())
    }

    fn make_room(&self) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            if entry::is_name_of_one(&entry.file_name()) {
                entries.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        entries.sort();
        let surplus = entries.len().saturating_sub(ENTRIES);
        entries.iter().take(surplus).try_for_each(|(_, path)| match fs::remove_file(path) {
            // Another process made the same room.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        })
    }
}

#[expect(unsafe_code, reason = "native code is loaded here and nowhere else")]
fn load(engine: &Engine, code: &[u8]) -> Result<Component, Unfit> {
    // SAFETY: `code` has to be what `Component::serialize` gave, unaltered. It was read from a file of this user's, in
    // a directory that nobody but this user and root can write, and its digest is the one that was written with it by
    // `keep`, the only place that writes entries. It is a slice in memory, so it cannot change any more. Whether it is
    // for this version and configuration of wasmtime is checked by wasmtime itself, besides the key.
    unsafe { Component::deserialize(engine, code) }.map_err(|error| Unfit::OtherWasmtime(one_line(&error)))
}

fn note(sink: &dyn LogSink, level: Level, event: &str, component: Digest, reason: Option<String>) {
    let reason = reason.map(|reason| (String::from("reason"), reason));
    let line = Line {
        writer: Writer::Host,
        engine: String::from("undescribed"),
        tenant: String::from("-"),
        level,
        event: event.to_owned(),
        fields: std::iter::once((String::from("sha256"), component.to_string())).chain(reason).collect(),
        secrets_masked: 0,
    };
    log::give(sink, &line);
}

#[cfg(test)]
mod tests;
