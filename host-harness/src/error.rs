//! What can go wrong on the host's side, grouped by who has to act.
//!
//! What an engine answers is no error here: its verdicts are values of the contract.

use std::time::Duration;

use semver::Version;

use crate::contract::version::Unspoken;
use crate::contract::{PACKAGE, SettingProblem, VERSION};
use crate::json::InputError;
use crate::pace::Hold;
use crate::redact::{in_error, line};

/// The runtime cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// This machine cannot give what the runtime asks for.
    #[error(
        "cannot start the runtime: {}: lower `limits.concurrent_calls` or allocate on demand", in_error(.reason)
    )]
    Unavailable {
        /// In wasmtime's words.
        reason: String,
    },
    /// This process may not reserve the address space that one engine's memory takes.
    #[error(
        "this process cannot reserve the address space of one engine's memory, 4 GiB: {reason}: raise it (`ulimit -v`, \
         `LimitAS=`), or allocate compactly, which is slower"
    )]
    AddressSpace {
        /// In wasmtime's words.
        reason: String,
    },
    /// The way out cannot be as it is described.
    #[error("the egress profile is not possible: {}: correct it", in_error(.reason))]
    Profile {
        /// Which setting, and why.
        reason: String,
    },
}

/// A file is no engine that this host can run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Not readable.
    #[error("cannot read the engine {}: {}: name the component's file", in_error(.path), in_error(.reason))]
    Unreadable {
        /// The file.
        path: String,
        /// In the system's words.
        reason: String,
    },
    /// Native code in wasmtime's own format. Running it would mean trusting it like the host itself.
    #[error("the engine is precompiled native code: give the .wasm component it was made from")]
    Precompiled,
    /// A module, or something else altogether.
    #[error(
        "the engine is no sound component: {}: build it for wasm32-unknown-unknown and encode it", in_error(.reason)
    )]
    NoComponent {
        /// In wasmtime's words.
        reason: String,
    },
    /// It wants more than the contract gives.
    #[error(
        "the engine imports what no host grants: {}: it may import http, token-cache and log of \
         idaas:approval@0.1 and nothing else", names(.imports)
    )]
    ForeignImports {
        /// The imports that are not in the contract.
        imports: Vec<String>,
    },
    /// It was built for a version of the contract that came after this host.
    #[error(
        "the engine is built for idaas:approval@{engine} and this host speaks {host}: update the host, or take an \
         engine that is built for {host}{}", because(.reason), engine = version(.engine)
    )]
    NewerContract {
        /// What the engine was built for.
        engine: Version,
        /// The newest that the host speaks.
        host: Version,
        /// What does not link, where versions of one line differ in what they should not.
        reason: Option<String>,
    },
    /// It was built for a version of the contract that this host has never spoken or speaks no more.
    #[error(
        "the engine is built for idaas:approval@{engine} and this host speaks {host}: build the engine for {host}, \
         or run it in a host that speaks {engine}", engine = version(.engine)
    )]
    OlderContract {
        /// What the engine was built for.
        engine: Version,
        /// The newest that the host speaks.
        host: Version,
    },
    /// It does not offer what every engine offers.
    #[error("the engine does not fit {PACKAGE}@{VERSION}: {}", in_error(.reason))]
    WrongContract {
        /// What is missing or differs.
        reason: String,
    },
    /// It uses an instruction or a type that this host has switched off, because no engine needs it and some give other
    /// results on other processors.
    #[error(
        "the engine uses {}, which this host has switched off: {}: build it with the features of WebAssembly that the \
         contract's engines may use", in_error(.proposal), in_error(.reason)
    )]
    Proposal {
        /// The WebAssembly proposal, such as `THREADS`.
        proposal: String,
        /// Where, in wasmtime's words.
        reason: String,
    },
    /// It compiles, and the code cache does not take what it compiles to.
    #[error(
        "the compiled engine cannot be kept in the code cache: {}: see to that directory, or name another",
        in_error(.reason)
    )]
    NotKept {
        /// In the system's words.
        reason: String,
    },
    /// This machine, or the limits of this process, do not allow an instance.
    #[error(
        "the host cannot run an instance of the engine: {}: let the process have more memory and address space \
         (`ulimit -v`, `LimitAS=`), or allocate compactly", in_error(.reason)
    )]
    Host {
        /// In the system's words.
        reason: String,
    },
    /// It needs more than the limits allow, already to begin with.
    #[error("the engine needs {needs}, and `{setting}` allows {allows}: raise it if the engine is trusted")]
    Exceeds {
        /// The name of the limit.
        setting: &'static str,
        /// What it needs.
        needs: u64,
        /// The limit's value.
        allows: u64,
    },
    /// `describe` failed.
    #[error("the engine cannot describe itself: {0}")]
    Description(CallFailure),
}

impl From<Unspoken> for LoadError {
    fn from(unspoken: Unspoken) -> Self {
        let newer = unspoken.is_newer();
        let Unspoken { engine, host } = unspoken;
        if newer {
            Self::NewerContract { engine, host, reason: None }
        } else {
            Self::OlderContract { engine, host }
        }
    }
}

fn because(reason: &Option<String>) -> String {
    reason.as_ref().map(|reason| format!(": {}", in_error(reason))).unwrap_or_default()
}

/// A version may be as long as an engine likes.
fn version(version: &Version) -> String {
    in_error(&version.to_string())
}

/// The first of many names, each cut to a size.
fn names(names: &[String]) -> String {
    const SHOWN: usize = 8;
    const BYTES: usize = 120;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| line(name, BYTES)).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A call ended without the engine's verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}{}", sent(*.requests_sent))]
pub struct CallError {
    /// Why.
    pub error: CallFailure,
    /// How many requests left the host in this call. When it is not 0, `submit` may have taken effect.
    pub requests_sent: u32,
}

/// The first problem, as an example.
fn first(problems: &[SettingProblem]) -> String {
    problems.first().map_or_else(String::new, |problem| {
        let [key, sentence, remedy] =
            [&problem.key, &problem.sentence.en, &problem.remedy.en].map(|text| in_error(text));
        format!("{key}: {sentence}: {remedy}")
    })
}

fn sent(requests: u32) -> String {
    match requests {
        0 => String::new(),
        sent => format!("; {sent} requests were sent, so it may have had an effect"),
    }
}

impl<E: Into<CallFailure>> From<E> for CallError {
    /// A failure before anything was sent.
    fn from(error: E) -> Self {
        Self { error: error.into(), requests_sent: 0 }
    }
}

/// Why a call ended without the engine's verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// The administrator: the settings have problems. The same list as from `configure`.
    #[error("the settings have {} problems: {}", .0.len(), first(.0))]
    Configuration(Vec<SettingProblem>),
    /// The caller: the input is not of the function's type.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The caller: the engine has no such interface, which engines may leave out.
    #[error(
        "the engine does not offer {interface}, which an engine may leave out: do without, or take one that exports it"
    )]
    Unsupported {
        /// As in the contract, such as `approval-tracking`.
        interface: &'static str,
    },
    /// The author of the engine: it trapped.
    #[error("the engine trapped: {}: a defect of the engine; its log has the panic", in_error(.trap))]
    Trapped {
        /// In wasmtime's words.
        trap: String,
    },
    /// The engine used too much.
    #[error("the engine exceeded `{setting}`: raise it if the engine is trusted")]
    Limit {
        /// The name of the limit.
        setting: &'static str,
    },
    /// Wall clock.
    #[error("the call took longer than `{setting}` ({limit:?})")]
    TimedOut {
        /// The name of the limit.
        setting: &'static str,
        /// Its value.
        limit: Duration,
    },
    /// The credential's pace. Nothing was done.
    #[error(transparent)]
    Held(#[from] Hold),
    /// Too many calls at once. Nothing was done, unless requests were sent before the memory of all calls was used up.
    #[error("too many calls at once: try again, or raise `{setting}`")]
    Overloaded {
        /// The name of the limit: `limits.concurrent_calls` for all tenants, `limits.tenant_calls` for this one,
        /// `limits.total_memory_bytes` for the memory of all calls.
        setting: &'static str,
    },
    /// The host itself failed.
    #[error("the host failed: {}", in_error(.reason))]
    Host {
        /// In its own words.
        reason: String,
    },
}
