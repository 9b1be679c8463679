//! Compiling a component of a stranger's, in a process that can be ended.
//!
//! The limits of the library refuse what is known to take long before it is compiled. What they do not know of ends here:
//! this program starts itself again, with limits of memory and processor time that the system enforces, and the copy
//! compiles into the code cache and does nothing else. A thread could not be ended.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Output, Stdio};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use host_harness::clock::SystemClock;
use host_harness::log::TracingLog;
use host_harness::outbound::{InProcess, SendError};
use host_harness::{Allocation, CodeCache, LoadError, Services, redact};

use crate::error::CliError;
use crate::host;

/// Of memory in MiB, and of processor time. Our own engine takes a tenth.
const MEMORY: u64 = 1_024;
const SECONDS: u64 = 60;

/// What compiling a component may take.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Memory for compiling a component, in MiB.
    #[arg(long, global = true, value_name = "MIB", default_value_t = MEMORY)]
    compile_memory: u64,
    /// Processor time for compiling a component. After twice as long by the clock it ends as well.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = SECONDS)]
    compile_seconds: u64,
}

/// What this program tells its copy.
#[derive(Args)]
pub(crate) struct Options {
    /// The code cache.
    #[arg(long)]
    into: PathBuf,
    /// For instances that reserve no more than they use.
    #[arg(long)]
    compact: bool,
}

static CHOSEN: OnceLock<Limits> = OnceLock::new();

/// The limits of this process, chosen once.
pub(crate) fn choose(limits: Limits) {
    CHOSEN.get_or_init(|| limits);
}

/// The limits of this process.
pub(crate) fn chosen() -> Limits {
    *CHOSEN.get_or_init(|| Limits { compile_memory: MEMORY, compile_seconds: SECONDS })
}

/// The copy ends with this when the system refuses it memory and it can still say so.
const NO_MEMORY: u8 = 3;

/// How much of the copy's words is read and shown.
const SENTENCE_BYTES: usize = 2_000;

/// The copy's work: the component comes over standard input.
pub(crate) fn run(options: &Options, limits: Limits) -> Result<ExitCode, CliError> {
    restrain(limits)?;
    let mut component = Vec::new();
    io::stdin().lock().read_to_end(&mut component)?;
    let cache = CodeCache::open(&options.into)?;
    let nowhere = InProcess::new(|_| Err(SendError::Unreachable(String::from("nowhere"))));
    let services = Services::in_memory(Arc::new(nowhere), Arc::new(TracingLog), Arc::new(SystemClock));
    let allocation = if options.compact { Allocation::Compact } else { Allocation::OnDemand };
    let Ok(runtime) = host::start(&allocation, services, Some(cache)) else {
        // What the other process could start does not start here, with less memory.
        return Ok(ExitCode::from(NO_MEMORY));
    };
    match runtime.precompile(&component) {
        Err(LoadError::Host { .. }) => Ok(ExitCode::from(NO_MEMORY)),
        compiled => Ok(compiled.map(|()| ExitCode::SUCCESS)?),
    }
}

#[cfg(unix)]
fn restrain(limits: Limits) -> Result<(), CliError> {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let set = |resource, limit, beyond| {
        let inherited = getrlimit(resource).maximum;
        setrlimit(resource, within(inherited, limit, beyond))
            .map_err(|reason| CliError::Unlimited(reason.into()))
    };
    set(Resource::Core, 0, 0)?;
    // Memory that can be written. What is only reserved costs nothing.
    set(Resource::Data, limits.compile_memory.saturating_mul(1 << 20), 0)?;
    set(Resource::Cpu, limits.compile_seconds, GRACE)
}

/// Seconds between the signal that tells of the processor time and the one that ends every process. Both at once would
/// be one signal, which also ends a process when the system has no memory left.
#[cfg(unix)]
const GRACE: u64 = 5;

/// A limit, and `beyond` it the one that it cannot be raised above. Where the process has inherited less, that is both.
#[cfg(unix)]
fn within(inherited: Option<u64>, limit: u64, beyond: u64) -> rustix::process::Rlimit {
    let at_most = |limit: u64| inherited.map_or(limit, |inherited| inherited.min(limit));
    rustix::process::Rlimit {
        current: Some(at_most(limit)),
        maximum: Some(at_most(limit.saturating_add(beyond))),
    }
}

/// There is the time by the clock, which the other process watches.
#[cfg(not(unix))]
fn restrain(_: Limits) -> Result<(), CliError> {
    Ok(())
}

/// Compiles a component into the cache, in a copy of this program.
pub(crate) async fn in_child(
    component: &[u8],
    cache: &CodeCache,
    allocation: &Allocation,
) -> Result<(), CliError> {
    let limits = chosen();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--no-cache", "--log-level", "off"]);
    command.arg("--compile-memory").arg(limits.compile_memory.to_string());
    command.arg("--compile-seconds").arg(limits.compile_seconds.to_string());
    command.arg("compile").arg("--into").arg(cache.directory());
    if matches!(allocation, Allocation::Compact) {
        command.arg("--compact");
    }
    let component = component.to_vec();
    let compiled = tokio::task::spawn_blocking(move || finish(command, component, limits)).await;
    let output =
        compiled.map_err(|ended| CliError::Refused(format!("the thread for it has ended: {ended}")))??;
    verdict(output, limits)
}

/// Runs the copy to its end, or until its time is over: then there is no output.
fn finish(mut command: Command, component: Vec<u8>, limits: Limits) -> io::Result<Option<Output>> {
    let ends_at = Instant::now() + Duration::from_secs(limits.compile_seconds.saturating_mul(2));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    // Both end with the copy: it closes its ends of the pipes.
    let input = child.stdin.take();
    let writer = thread::spawn(move || input.map(|mut input| input.write_all(&component)));
    let words = child.stderr.take();
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        let bytes = u64::try_from(SENTENCE_BYTES).unwrap_or(u64::MAX);
        words.map(|words| words.take(bytes).read_to_end(&mut text)).transpose().map(|_| text)
    });
    let status = wait(&mut child, ends_at)?;
    // A copy that has ended early has not read all of it.
    let _ = writer.join();
    let stderr = reader.join().unwrap_or_else(|_| Ok(Vec::new()))?;
    Ok(status.map(|status| Output { status, stdout: Vec::new(), stderr }))
}

fn wait(child: &mut Child, ends_at: Instant) -> io::Result<Option<ExitStatus>> {
    /// How often it is looked at. The system has no call that waits for a process and for a time.
    const LOOK: Duration = Duration::from_millis(5);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= ends_at {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

fn verdict(output: Option<Output>, limits: Limits) -> Result<(), CliError> {
    let Limits { compile_memory, compile_seconds } = limits;
    let memory = || format!("took more than {compile_memory} MiB of memory");
    let Some(Output { status, stderr, .. }) = output else {
        return Err(CliError::Compiling {
            how: format!("took longer than {} s", compile_seconds.saturating_mul(2)),
        });
    };
    let words = String::from_utf8_lossy(&stderr);
    let how = match status.code() {
        Some(0) => return Ok(()),
        Some(1) => {
            let sentence = words.trim().trim_start_matches("host-harness: ");
            return Err(CliError::Refused(redact::line(sentence, SENTENCE_BYTES)));
        }
        Some(code) if code == i32::from(NO_MEMORY) => memory(),
        // Rust says so before it aborts, or a thread cannot be made.
        _ if words.contains("memory allocation of") || words.contains("temporarily unavailable") => memory(),
        _ if is_out_of_time(status) => format!("took more than {compile_seconds} s of processor time"),
        _ if is_killed(status) => String::from("was ended by the system, most likely for memory"),
        _ => format!("ended its process with {status}"),
    };
    Err(CliError::Compiling { how })
}

/// Whether the system has ended the process for its processor time.
#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::Signal;

    status.signal() == Some(Signal::XCPU.as_raw())
}

/// Whether the process was ended at once, as the system does when it has no memory left. Its time was not over: that
/// has a signal of its own, seconds earlier.
#[cfg(unix)]
fn is_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;

    status.signal() == Some(rustix::process::Signal::KILL.as_raw())
}

#[cfg(not(unix))]
fn is_killed(_: ExitStatus) -> bool {
    false
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    const LIMITS: Limits = Limits { compile_memory: 64, compile_seconds: 7 };

    #[expect(clippy::unwrap_used, reason = "a process that ended badly has an error")]
    fn ended(wait_status: i32, words: &str) -> String {
        let status = ExitStatus::from_raw(wait_status);
        let output = Output { status, stdout: Vec::new(), stderr: words.as_bytes().to_vec() };
        verdict(Some(output), LIMITS).unwrap_err().to_string()
    }

    fn compiling(how: &str) -> String {
        CliError::Compiling { how: how.to_owned() }.to_string()
    }

    #[test]
    fn a_limit_is_no_more_than_what_the_process_has_inherited() {
        let limits = |inherited| {
            let limit = within(inherited, 60, GRACE);
            (limit.current, limit.maximum)
        };
        assert_eq!(limits(None), (Some(60), Some(65)));
        assert_eq!(limits(Some(100)), (Some(60), Some(65)));
        assert_eq!(limits(Some(62)), (Some(60), Some(62)));
        assert_eq!(limits(Some(7)), (Some(7), Some(7)));
    }

    #[test]
    fn each_end_of_the_process_that_compiles_has_its_sentence() {
        let (xcpu, kill, abort) = (24, 9, 6);
        assert_eq!(ended(xcpu, ""), compiling("took more than 7 s of processor time"));
        assert_eq!(ended(kill, ""), compiling("was ended by the system, most likely for memory"));
        let words = "memory allocation of 1073741824 bytes failed";
        assert_eq!(ended(abort, words), compiling("took more than 64 MiB of memory"));
        assert_eq!(ended(i32::from(NO_MEMORY) << 8, ""), compiling("took more than 64 MiB of memory"));
        assert_eq!(ended(11, ""), compiling("ended its process with signal: 11 (SIGSEGV)"));
        let sentence = ended(1 << 8, "host-harness: the engine is\x1b[2J no\n");
        assert!(
            sentence.starts_with("the engine is") && !sentence.chars().any(char::is_control),
            "{sentence:?}"
        );
        let well = Output { status: ExitStatus::from_raw(0), stdout: vec![], stderr: vec![] };
        assert_eq!(verdict(Some(well), LIMITS).map_err(|error| error.to_string()), Ok(()));
        assert_eq!(verdict(None, LIMITS).unwrap_err().to_string(), compiling("took longer than 14 s"));
    }
}
