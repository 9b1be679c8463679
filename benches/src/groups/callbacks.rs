//! One callback: on a fresh instance of the component, and by the same protocol without a sandbox.

use std::cell::RefCell;
use std::io::Write;

use host_harness::contract::CallbackRequest;
use host_harness::{ApprovalEngine, CodeCache};
use native_bench::Question;
use native_bench::clock::thread_time;
use tokio::runtime::Runtime;

use super::Bench;
use crate::case::{self, Callback, Case, FOREIGN, FORGED, OWN};
use crate::goal::Goal;
use crate::native::{Cryptography, Native};
use crate::rounds::{self, Contender};
use crate::stage::{Staged, timed};
use crate::statistics::Samples;
use crate::table::{Table, microseconds, ratio};
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
    checked: Samples,
    callback_checked: Samples,
    native: Samples,
    first: Samples,
}

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let hardware = RefCell::new(Native::start(Cryptography::Hardware)?);
    let software = RefCell::new(Native::start(Cryptography::Software)?);
    let tokio = host::tokio()?;
    let directory = tempfile::tempdir()?;
    let cache = CodeCache::open(directory.path())?;
    let engine = tokio.block_on(host::load(&bench.component, Some(cache.clone())))?;
    let (cases, left_out) = match &bench.recorded {
        Some(recorded) => tokio.block_on(case::sort(recorded, &engine)),
        None => (case::built_in(), None),
    };
    if let Some((count, reason)) = left_out {
        writeln!(
            out,
            "left out, because the engine gives no verdict on them: {count}; the last: {reason}\n"
        )?;
    }
    let sample = cases.iter().find(|case| case.name == OWN).or(cases.first());
    let sample = sample.and_then(|case| case.callbacks.first()).ok_or("there is no callback to measure")?;

    let mut contenders = Vec::new();
    for case in &cases {
        let staged: Vec<Staged> = case.callbacks.iter().map(|one| Staged::new(&engine, one)).collect();
        let first = agree(case, &staged, &tokio, [&hardware, &software])?;
        let count = staged.len();
        let tokio = &tokio;
        contenders.push(Contender::new(count, move |passes| {
            let pass = async || {
                for callback in &staged {
                    callback.handle().await?;
                }
                Ok(())
            };
            tokio.block_on(timed(passes, pass))
        }));
        for native in [&hardware, &software] {
            contenders.push(Contender::new(count, move |passes| {
                let question = Question::Handle { first, count, passes, threads: 1 };
                native.borrow_mut().time(&question)
            }));
        }
    }
    let first_of_all = first_after_loading(&tokio, &bench.component, &cache, sample);
    contenders.extend(parts(&engine, &tokio, sample));
    contenders.push(Contender::new(1, |passes| {
        hardware.borrow_mut().time(&Question::Configure { callback: 0, passes })
    }));
    contenders.push(first_of_all);

    let pace = bench.pace(300, 2);
    let mut samples = rounds::take(pace, contenders)?.into_iter();
    let mut next = || samples.next().ok_or("a contender without values");
    let mut measured = Vec::new();
    for case in &cases {
        measured.push(Measured { case, component: next()?, hardware: next()?, software: next()? });
    }
    let parts = Parts {
        instance: next()?,
        configured: next()?,
        checked: next()?,
        callback_checked: next()?,
        native: next()?,
        first: next()?,
    };

    let title =
        format!("Callbacks: µs of processor time for one; median (quartiles) of {} rounds", pace.rounds);
    print_callbacks(title, &measured).print(out)?;
    let own = measured.iter().find(|measured| measured.case.name == OWN);
    print_parts(&parts, own.map(|own| &own.component)).print(out)?;
    Ok(goals(&measured, &parts))
}

/// Has the native programs keep the case, and sees to it that all three make the same of it: who refuses early is not
/// fast. The number of its first callback there.
fn agree(case: &Case, staged: &[Staged], tokio: &Runtime, natives: [&RefCell<Native>; 2]) -> Result<usize> {
    let first = natives.map(|native| native.borrow().kept());
    for (callback, staged) in case.callbacks.iter().zip(staged) {
        let component = tokio.block_on(staged.outcome())?;
        for native in natives {
            let outcome = native.borrow_mut().keep(callback.for_native())?;
            if outcome != component {
                let name = &case.name;
                return Err(format!("{name}: {component} by the component, {outcome} natively").into());
            }
        }
    }
    let [first, _] = first;
    Ok(first)
}

/// What a callback is made of besides itself: a request with no method is refused before anything of it is read. The first
/// instance is not configured at all, the second by the image that the tenant's warm-up has left, the others by settings.
fn parts<'a>(engine: &ApprovalEngine, tokio: &'a Runtime, sample: &Callback) -> [Contender<'a>; 4] {
    let empty = Callback {
        settings: sample.settings.clone(),
        request: CallbackRequest {
            method: String::new(),
            query: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
            received_at: 0,
        },
    };
    let (empty, sample) = (Staged::new(engine, &empty), Staged::new(engine, sample));
    let calls = [empty.without_configure(), empty.clone(), empty.without_image(), sample.without_image()];
    calls.map(|staged| {
        Contender::new(1, move |passes| tokio.block_on(timed(passes, async || staged.handle().await)))
    })
}

/// A runtime of its own each time, with the code from the cache.
fn first_after_loading<'a>(
    tokio: &'a Runtime,
    component: &'a [u8],
    cache: &'a CodeCache,
    sample: &'a Callback,
) -> Contender<'a> {
    Contender::once(|| {
        tokio.block_on(async {
            let engine = host::load(component, Some(cache.clone())).await?;
            let staged = Staged::new(&engine, sample);
            let started = thread_time();
            staged.handle().await?;
            Ok(thread_time() - started)
        })
    })
}

fn print_callbacks(title: String, measured: &[Measured<'_>]) -> Table {
    let columns =
        ["", "body, bytes", "component", "native, hardware", "native, software", "÷ hardware", "÷ software"];
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
    let share = own.map(|_| "÷ approval 4 KB");
    let columns: Vec<&str> = ["", "time"].into_iter().chain(share).collect();
    let mut table = Table::new("What a call is made of: µs of processor time", &columns);
    for (name, samples) in [
        ("instance that refuses at once", &parts.instance),
        ("the same, configured by an image", &parts.configured),
        ("the same, configured by settings", &parts.checked),
        ("callback, configured by settings", &parts.callback_checked),
        ("first callback after loading", &parts.first),
        ("configure, native", &parts.native),
    ] {
        let share = own.map(|own| ratio(&samples.ratios(own)));
        table.row([name.to_owned(), microseconds(samples)].into_iter().chain(share));
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
            "instance, configured by an image, of callback 4 KB",
            100.0 * of(&parts.configured, callback),
        ),
        Goal::at_most(
            1.25,
            "×",
            "callback configured by settings ÷ by an image",
            of(&parts.callback_checked, callback),
        ),
        Goal::at_most(40.0, "%", "forged 4 KB, of callback 4 KB", 100.0 * of(&forged.component, callback)),
        Goal::at_most(100.0, "%", "foreign 4 KB, of callback 4 KB", 100.0 * of(&foreign.component, callback)),
    ]
}
