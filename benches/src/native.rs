//! The native program in two builds, each a child process that is asked over a pipe. So its turns lie between those of
//! the component.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use native_bench::{Answer, Callback, Question};

use crate::Result;

/// What of the outer cargo, or of whoever runs it, would lead the builds elsewhere.
const LEAKS: [&str; 3] = ["CARGO_BUILD_TARGET", "CARGO_BUILD_TARGET_DIR", "CARGO_TARGET_DIR"];

/// Who does the ciphers and digests.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cryptography {
    /// The processor's own instructions, where it has them.
    Hardware,
    /// Code as portable as that of the component.
    Software,
}

impl Cryptography {
    const fn folder(self) -> &'static str {
        match self {
            Self::Hardware => "hardware",
            Self::Software => "software",
        }
    }

    /// As `aes`, `sha1` and `sha2` call it.
    const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Hardware => &[],
            Self::Software => {
                &["--cfg=aes_backend=\"soft\"", "--cfg=sha1_backend=\"soft\"", "--cfg=sha2_backend=\"soft\""]
            }
        }
    }
}

/// A running program.
pub(crate) struct Native {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    kept: usize,
}

impl Native {
    /// Builds the program, in a target directory of its own, and starts it.
    pub(crate) fn start(cryptography: Cryptography) -> Result<Self> {
        let mut child =
            Command::new(build(cryptography)?).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (questions, answers) = (child.stdin.take(), child.stdout.take());
        let questions = questions.ok_or("the native program has no input")?;
        let answers = answers.ok_or("the native program has no output")?;
        Ok(Self { child, questions, answers: BufReader::new(answers), kept: 0 })
    }

    /// How many callbacks it has been given: the number of the next one.
    pub(crate) const fn kept(&self) -> usize {
        self.kept
    }

    /// Gives it a callback. What the protocol makes of it.
    pub(crate) fn keep(&mut self, callback: Callback) -> Result<String> {
        match self.ask(&Question::Keep(callback))? {
            Answer::Outcome(outcome) => {
                self.kept += 1;
                Ok(outcome)
            }
            other @ (Answer::Nanoseconds(_) | Answer::Failed(_)) => Err(unexpected(other).into()),
        }
    }

    /// Asks for something that takes time.
    pub(crate) fn time(&mut self, question: &Question) -> Result<Duration> {
        match self.ask(question)? {
            Answer::Nanoseconds(nanoseconds) => Ok(Duration::from_nanos(nanoseconds)),
            other @ (Answer::Outcome(_) | Answer::Failed(_)) => Err(unexpected(other).into()),
        }
    }

    fn ask(&mut self, question: &Question) -> Result<Answer> {
        writeln!(self.questions, "{}", serde_json::to_string(question)?)?;
        self.questions.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unexpected(answer: Answer) -> String {
    match answer {
        Answer::Failed(reason) => format!("the native program: {reason}"),
        Answer::Outcome(_) | Answer::Nanoseconds(_) => {
            String::from("the native program answered another question")
        }
    }
}

/// Builds it like any release: the profile is the workspace's.
fn build(cryptography: Cryptography) -> Result<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program lies in no target directory")?;
    let target = target.join("native-bench").join(cryptography.folder());
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(workspace)
        .args(["build", "--release", "--package", "native-bench", "--bin", "native-bench"])
        // In place of all other flags, whoever has set them and where.
        .env("CARGO_ENCODED_RUSTFLAGS", cryptography.flags().join("\u{1f}"))
        .arg("--target-dir")
        .arg(&target);
    for leak in LEAKS {
        cargo.env_remove(leak);
    }
    if !cargo.status()?.success() {
        return Err("the native program does not compile: the messages above say where".into());
    }
    Ok(target.join("release").join("native-bench").with_extension(env::consts::EXE_EXTENSION))
}
