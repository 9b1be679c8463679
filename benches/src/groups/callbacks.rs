//! One callback: on a fresh instance of the component, and by the same protocol without a sandbox.

use std::cell::RefCell;
use std::io::Write;
use std::time::Instant;

use host_harness::contract::CallbackRequest;
use host_harness::{ApprovalEngine, CodeCache, Grant};
use native_bench::Question;
use tokio::runtime::Runtime;
use wecom_provider::props;

use super::Bench;
use crate::case::{Case, FOREIGN, FORGED, OWN, Staged, timed};
use crate::goal::Goal;
use crate::native::{Cryptography, Native};
use crate::rounds::{self, Contender};
use crate::statistics::Samples;
use crate::table::Table;
use crate::{Result, host};

/// What was measured of a case.
struct Measured<'a> {
    case: &'a Case,
    component: Samples,
    hardware: Samples,
    software: Samples,
}

/// What was measured of a call's parts.
struct Parts {
    instance: Samples,
    configured: Samples,
    native: Samples,
    first: Samples,
}

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let cases = bench.cases();
    let natives = [Cryptography::Hardware, Cryptography::Software];
    let [hardware, software] = natives.map(|cryptography| Native::start(cryptography).map(RefCell::new));
    let (hardware, software) = (hardware?, software?);
    let tokio = host::tokio()?;
    let directory = tempfile::tempdir()?;
    let cache = CodeCache::open(directory.path())?;
    let engine = tokio.block_on(host::load(bench.component(), Some(cache.clone())))?;

    let staged: Vec<Staged<'_>> = cases.iter().map(|case| Staged::new(&engine, case)).collect();
    let mut contenders = Vec::new();
    for (case, staged) in cases.iter().zip(&staged) {
        let first = agree(case, &tokio.block_on(staged.outcomes())?, [&hardware, &software])?;
        let count = case.callbacks.len();
        let component = |passes| tokio.block_on(staged.handle(passes));
        contenders.push(Contender::new(count, component));
        for native in [&hardware, &software] {
            contenders.push(Contender::new(count, move |passes| {
                let question = Question::Handle { first, count, passes, threads: 1 };
                native.borrow_mut().time(&question)
            }));
        }
    }
    contenders.extend(parts(bench, &engine, &tokio, &hardware, &cache));

    let pace = bench.pace();
    let mut samples = rounds::take(pace, contenders)?.into_iter();
    let mut next = || samples.next().ok_or("a contender without values");
    let mut measured = Vec::new();
    for case in cases {
        measured.push(Measured { case, component: next()?, hardware: next()?, software: next()? });
    }
    let parts = Parts { instance: next()?, configured: next()?, native: next()?, first: next()? };

    let title = format!(
        "Callbacks: µs for one on a fresh instance, configured first; median (quartiles) of {} rounds",
        pace.rounds
    );
    print_callbacks(title, &measured).print(out)?;
    let own = measured.iter().find(|measured| measured.case.name == OWN);
    print_parts(&parts, own.map(|own| &own.component)).print(out)?;
    Ok(goals(&measured, &parts))
}

/// Has the native programs keep the case, and sees to it that all three make the same of it: who refuses early is not
/// fast. The number of its first callback there.
fn agree(case: &Case, component: &[String], natives: [&RefCell<Native>; 2]) -> Result<usize> {
    let mut first = None;
    for native in natives {
        let mut native = native.borrow_mut();
        let begin = native.kept();
        for (callback, expected) in case.callbacks.iter().zip(component) {
            let outcome = native.keep(callback.for_native())?;
            if outcome != *expected {
                return Err(format!("{}: component {expected:?}, native {outcome:?}", case.name).into());
            }
        }
        first = Some(begin);
    }
    Ok(first.unwrap_or_default())
}

/// What a callback is made of besides itself.
fn parts<'a>(
    bench: &'a Bench,
    engine: &ApprovalEngine,
    tokio: &'a Runtime,
    native: &'a RefCell<Native>,
    cache: &'a CodeCache,
) -> [Contender<'a>; 4] {
    let tenant = engine.tenant("bench", &props::settings(), &Grant::default());
    let unconfigured = tenant.without_configure();
    let empty = CallbackRequest {
        method: String::new(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        received_at: 0,
    };
    let instance = move |passes| {
        let call = async || Ok(drop(unconfigured.handle_callback(&empty).await?));
        tokio.block_on(timed(passes, call))
    };
    let configured = move |passes| {
        let call = async || {
            let sound = tenant.configure().await?.is_ok();
            if sound { Ok(()) } else { Err("the settings are not sound".into()) }
        };
        tokio.block_on(timed(passes, call))
    };
    let natively = move |passes| native.borrow_mut().time(&Question::Configure { callback: 0, passes });
    let cases = bench.cases();
    let first = move || {
        tokio.block_on(async {
            let engine = host::load(bench.component(), Some(cache.clone())).await?;
            let case = cases.iter().find(|case| case.name == OWN).or(cases.first()).ok_or("no case")?;
            let callback = case.callbacks.first().ok_or("a case without a callback")?;
            let tenant = engine.tenant("bench", &callback.settings, &Grant::default());
            let started = Instant::now();
            tenant.handle_callback(&callback.request).await?;
            Ok(started.elapsed())
        })
    };
    [
        Contender::new(1, instance),
        Contender::new(1, configured),
        Contender::new(1, natively),
        Contender::once(first),
    ]
}

fn print_callbacks(title: String, measured: &[Measured<'_>]) -> Table {
    let columns =
        ["", "bytes", "component", "native, hardware", "native, software", "÷ hardware", "÷ software"];
    let mut table = Table::new(title, &columns);
    for Measured { case, component, hardware, software } in measured {
        table.row([
            case.name.clone(),
            case.bytes().to_string(),
            microseconds(component),
            microseconds(hardware),
            microseconds(software),
            ratio(&component.ratios(hardware)),
            ratio(&component.ratios(software)),
        ]);
    }
    table
}

fn print_parts(parts: &Parts, own: Option<&Samples>) -> Table {
    let mut table = Table::new("What a call is made of, µs", &["", "time", "÷ approval 4 KB"]);
    let of_own = |samples: &Samples| own.map(|own| ratio(&samples.ratios(own))).unwrap_or_default();
    for (name, samples) in [
        ("instance that answers at once", &parts.instance),
        ("instance, configured", &parts.configured),
        ("first callback after loading", &parts.first),
        ("configure, native", &parts.native),
    ] {
        table.row([name.to_owned(), microseconds(samples), of_own(samples)]);
    }
    table
}

fn goals(measured: &[Measured<'_>], parts: &Parts) -> Vec<Goal> {
    let find = |name: &str| measured.iter().find(|measured| measured.case.name == name);
    let (Some(own), Some(foreign), Some(forged)) = (find(OWN), find(FOREIGN), find(FORGED)) else {
        // Recorded callbacks: what they have to take is not for this program to say.
        return Vec::new();
    };
    let callback = &own.component;
    let of = |part: &Samples, whole: &Samples| part.ratios(whole).median();
    vec![
        Goal::at_most(4.0, "×", "callback 4 KB ÷ native, hardware", of(callback, &own.hardware)),
        Goal::at_most(2.5, "×", "callback 4 KB ÷ native, software", of(callback, &own.software)),
        Goal::at_most(
            20.0,
            "%",
            "instance and configure, of callback 4 KB",
            100.0 * of(&parts.configured, callback),
        ),
        Goal::at_most(40.0, "%", "forged 4 KB, of callback 4 KB", 100.0 * of(&forged.component, callback)),
        Goal::at_most(100.0, "%", "foreign 4 KB, of callback 4 KB", 100.0 * of(&foreign.component, callback)),
    ]
}

fn microseconds(samples: &Samples) -> String {
    let (lower, upper) = samples.quartiles();
    format!("{:.1} ({:.1}–{:.1})", samples.median() * 1e6, lower * 1e6, upper * 1e6)
}

fn ratio(samples: &Samples) -> String {
    let (lower, upper) = samples.quartiles();
    format!("{:.2} ({lower:.2}–{upper:.2})", samples.median())
}
