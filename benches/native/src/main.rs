//! The protocol without a sandbox. Answers [`Question`]s on standard input until that ends.
//!
//! With hardware cryptography and without cannot live in one program: the crates choose when they are compiled.

use std::error::Error;
use std::hint::black_box;
use std::io::{self, BufRead as _, Write as _};
use std::panic::resume_unwind;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use native_bench::clock::thread_time;
use native_bench::{Answer, Callback, Question};
use wecom_protocol::callback::{Disposition, Request, handle};
use wecom_protocol::config::Config;
use wecom_protocol::describe::{FIELDS, Kind};
use wecom_protocol::model::UnixSeconds;
use wecom_protocol::settings::{self, Value};

/// For so many passes one more is made first and not measured: caches are cold after the others' turns.
const WARM_UP: u32 = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut kept, mut out) = (Vec::new(), io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let answer = answer(&mut kept, serde_json::from_str(&line?)?);
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}

/// A callback that can be handled again and again.
struct Kept {
    config: Config,
    settings: Vec<(String, Value)>,
    method: String,
    query: String,
    body: Vec<u8>,
    received_at: UnixSeconds,
}

fn answer(kept: &mut Vec<Kept>, question: Question) -> Answer {
    match question {
        Question::Keep(callback) => match keep(callback) {
            Ok(callback) => {
                let outcome = callback.outcome();
                kept.push(callback);
                Answer::Outcome(outcome)
            }
            Err(reason) => Answer::Failed(reason),
        },
        Question::Handle { first, count, passes, threads } => match kept.get(first..first + count) {
            Some(callbacks) => {
                let pass = || callbacks.iter().for_each(Kept::handle);
                nanoseconds(if threads > 1 { on_threads(threads, passes, pass) } else { timed(passes, pass) })
            }
            None => Answer::Failed(format!("no callbacks {first} to {}", first + count)),
        },
        Question::Configure { callback, passes } => match kept.get(callback) {
            Some(callback) => nanoseconds(timed(passes, || callback.configure())),
            None => Answer::Failed(format!("no callback {callback}")),
        },
    }
}

fn keep(callback: Callback) -> Result<Kept, String> {
    let settings: Vec<(String, Value)> = callback.settings.into_iter().map(given).collect();
    let configured = settings::read(&settings).map_err(|problems| format!("{problems:?}"))?;
    let body = BASE64_STANDARD.decode(callback.body).map_err(|error| error.to_string())?;
    Ok(Kept {
        config: configured.config,
        settings,
        method: callback.method,
        query: callback.query,
        body,
        received_at: UnixSeconds(callback.received_at),
    })
}

/// A setting as an engine gets it: the host keeps what it holds.
fn given((key, value): (String, String)) -> (String, Value) {
    let held = FIELDS.iter().any(|field| field.key == key && field.kind == Kind::HeldSecret);
    (key, if held { Value::Held } else { Value::Text(value) })
}

impl Kept {
    fn request(&self) -> Request<'_> {
        Request { method: &self.method, query: &self.query, body: &self.body, received_at: self.received_at }
    }

    fn handle(&self) {
        black_box(handle(black_box(&self.config), &black_box(self.request())));
    }

    fn configure(&self) {
        black_box(settings::read(black_box(&self.settings)).is_ok());
    }

    fn outcome(&self) -> String {
        String::from(match handle(&self.config, &self.request()).disposition {
            Disposition::VerifiedAddress => "verified-address",
            Disposition::Accepted(_) => "accepted",
            Disposition::Foreign => "foreign",
            Disposition::Ignored(_) => "ignored",
            Disposition::Refused(_) => "refused",
        })
    }
}

/// The passes, warmed up.
fn timed(passes: u32, pass: impl Fn()) -> Duration {
    (0..passes.div_ceil(WARM_UP)).for_each(|_| pass());
    let started = thread_time();
    (0..passes).for_each(|_| pass());
    thread_time() - started
}

/// The passes on each of several threads, until the last of them is done.
fn on_threads(threads: usize, passes: u32, pass: impl Fn() + Sync) -> Duration {
    let begin = Barrier::new(threads);
    let work = || {
        (0..passes.div_ceil(WARM_UP)).for_each(|_| pass());
        begin.wait();
        let started = Instant::now();
        (0..passes).for_each(|_| pass());
        (started, Instant::now())
    };
    thread::scope(|scope| {
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut spans = vec![work()];
        for handle in handles {
            spans.push(handle.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        let first = spans.iter().map(|(started, _)| *started).min();
        let last = spans.iter().map(|(_, ended)| *ended).max();
        first.zip(last).map_or(Duration::ZERO, |(first, last)| last - first)
    })
}

fn nanoseconds(time: Duration) -> Answer {
    Answer::Nanoseconds(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
