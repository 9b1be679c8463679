//! What a call that waits for the provider takes.

use std::io::Write;

use super::Bench;
use crate::Result;
use crate::child::{Resident, Task};
use crate::goal::Goal;
use crate::table::{Table, whole};

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let mut table = Table::new(
        "Calls that wait for HTTP: resident memory of a process of its own",
        &["calls", "KiB before", "KiB with them", "bytes a call"],
    );
    for calls in [1, 100, 900] {
        let Resident { before, with } = Task::Waiting { calls }.ask(bench, Some(bench.cache()?))?;
        let kib = |bytes: u64| whole((bytes >> 10) as f64);
        let bytes = with.saturating_sub(before) as f64 / f64::from(calls);
        table.row([calls.to_string(), kib(before), kib(with), whole(bytes)]);
    }
    table.print(out)?;
    Ok(Vec::new())
}
