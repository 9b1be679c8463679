//! From nothing to an engine that can be called, each time in a process of its own.

use std::io::Write;

use super::Bench;
use crate::Result;
use crate::child::{Started, Task};
use crate::goal::Goal;
use crate::statistics::Samples;
use crate::table::{Table, milliseconds, whole};

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let cache = bench.cache()?;
    let compiled: u64 =
        std::fs::read_dir(cache)?.map(|entry| Ok(entry?.metadata()?.len())).sum::<std::io::Result<u64>>()?;

    let pace = bench.pace(30, 0);
    let (mut cached, mut compiling) = (Vec::<Started>::new(), Vec::<Started>::new());
    for _ in 0..pace.rounds {
        cached.push(Task::Start.ask(bench, Some(cache))?);
        compiling.push(Task::Start.ask(bench, None)?);
    }
    let title = format!(
        "Cold start: ms in a process of its own; median (quartiles) of {} rounds. Compiled code: {} bytes",
        pace.rounds,
        whole(compiled as f64)
    );
    let mut table = Table::new(title, &["", "runtime", "engine loaded", "both", "first callback 4 KB"]);
    let of =
        |started: &[Started], part: fn(&Started) -> f64| Samples::new(started.iter().map(part).collect());
    for (name, started) in [("from the cache", &cached), ("compiled", &compiling)] {
        let parts: [fn(&Started) -> f64; 4] = [
            |started| started.runtime,
            |started| started.load,
            |started| started.runtime + started.load,
            |started| started.first_call,
        ];
        let cells = parts.map(|part| milliseconds(&of(started, part)));
        table.row(std::iter::once(name.to_owned()).chain(cells));
    }
    table.print(out)?;
    let both = |started: &[Started]| of(started, |started| started.runtime + started.load).median();
    Ok(vec![
        Goal::at_most(20.0, "ms", "cold start from the cache", 1e3 * both(&cached)),
        Goal::at_most(1.0, "s", "cold start, compiling", both(&compiling)),
    ])
}
