//! What ends a command: one sentence that says what to do.

use std::io;

use conformance_kit::KitError;
use host_harness::replay::{ReplayError, SealError};
use host_harness::{CacheError, CallError, LoadError, RuntimeError};
use wrong_engines::TrialError;

use crate::demo::DemoError;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What the process that compiles said of the component.
    #[error("{0}")]
    Refused(String),
    #[error(
        "compiling the engine {how}: the component is too large or hostile: raise --compile-memory and --compile-seconds \
         if it is trusted"
    )]
    Compiling { how: String },
    /// The process that compiles has ended well, and what it has compiled is not there.
    #[error(
        "the compiled engine is not in the code cache {directory}: another process has taken it away: run the command \
         again, or name another --cache"
    )]
    NotKept { directory: String },
    #[error(
        "the system does not let this process limit the memory and time of compiling: {0}: raise the limits that it \
         inherits (`ulimit -H -d`, `ulimit -H -t`)"
    )]
    Unlimited(io::Error),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Kit(#[from] KitError),
    #[error(transparent)]
    Trial(#[from] TrialError),
    #[error("the report cannot be written as JUnit XML: {0}: take another --format")]
    Junit(String),
    #[error("cannot read {what} {path}: {reason}: {remedy}")]
    Input { what: &'static str, path: String, reason: String, remedy: &'static str },
    #[error("cannot write {path}: {reason}: {remedy}")]
    Write { path: String, reason: io::Error, remedy: &'static str },
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("cannot listen on 127.0.0.1:{port}: {reason}: free the port or give another with {option}")]
    Port { port: u16, option: &'static str, reason: io::Error },
    #[error("the demo cannot go on: {0}: run it again, with --log-level debug to see more")]
    Demo(#[from] DemoError),
    #[error("cannot read or write a stream: {0}")]
    Output(#[from] io::Error),
}
