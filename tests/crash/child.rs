//! The host's process, its line, and its end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use tokio::sync::{mpsc, oneshot};

/// What comes next in the host, or at WeCom on its behalf.
pub(crate) enum Step {
    /// The host is about to do this, and waits for a line.
    Host(String),
    /// WeCom has come to this with a request of the host's, and waits.
    Provider(String, oneshot::Sender<()>),
    /// The host's output has ended.
    End,
}

impl Step {
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Host(name) | Self::Provider(name, _) => Some(name),
            Self::End => None,
        }
    }
}

/// A running host. Killed when dropped, so that a test that fails leaves none behind.
pub(crate) struct Host {
    process: Child,
    line: ChildStdin,
}

impl Host {
    /// Starts a host whose lines become steps.
    pub(crate) fn start(arguments: [&str; 4], steps: mpsc::UnboundedSender<Step>) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_crash-host"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (line, out) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                // Nobody listens any more once the host has been killed.
                let _ = steps.send(Step::Host(line.unwrap()));
            }
            let _ = steps.send(Step::End);
        });
        Self { process, line }
    }

    pub(crate) fn answer(&mut self, line: &str) {
        writeln!(self.line, "{line}").unwrap();
    }

    /// SIGKILL: nothing in the process runs after it.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        assert_eq!(self.process.wait().unwrap().code(), None, "ended by itself");
    }

    /// Its end, which has to be a good one.
    pub(crate) fn finish(mut self) {
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
