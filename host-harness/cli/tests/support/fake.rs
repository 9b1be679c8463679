//! A fake WeCom served by the program itself, as a person starts it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use super::command::{Ran, run};

/// The program's `fake-wecom`, ended with this value.
pub(crate) struct Fake {
    pub(crate) child: Child,
    /// The command that it prints, without the program: `check --settings …`.
    pub(crate) command: Vec<String>,
    /// Where it puts its files.
    pub(crate) directory: TempDir,
    /// Left open, for it may have more to say.
    stdout: BufReader<ChildStdout>,
}

impl Fake {
    /// Starts it in `state` and waits for the command.
    pub(crate) fn start(state: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_host-harness"))
            .args(["fake-wecom", "--state", state])
            .env("TMPDIR", directory.path())
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut fake = Self { child, command: Vec::new(), directory, stdout };
        fake.command = fake.read_command();
        fake
    }

    fn read_command(&mut self) -> Vec<String> {
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "it ended without a command");
            if let Some((_program, options)) = line.split_once(" check ") {
                return std::iter::once("check")
                    .chain(options.split_whitespace())
                    .map(str::to_owned)
                    .collect();
            }
        }
    }

    /// Runs the command that it printed, with `more`.
    pub(crate) fn check(&self, more: &[&str]) -> Ran {
        let words = self.command.iter().map(String::as_str);
        run(&words.chain(more.iter().copied()).collect::<Vec<_>>())
    }

    /// The value of an option of the command.
    pub(crate) fn option(&self, name: &str) -> &str {
        let at = self.command.iter().position(|word| word == name).unwrap();
        self.command.get(at + 1).unwrap()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
