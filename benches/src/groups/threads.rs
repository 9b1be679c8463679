//! How many callbacks one thread and two handle in a second.

use std::cell::RefCell;
use std::io::Write;
use std::time::Instant;

use native_bench::Question;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use super::Bench;
use crate::case::{self, OWN};
use crate::goal::Goal;
use crate::native::{Cryptography, Native};
use crate::rounds::{self, Contender};
use crate::stage::{Staged, WARM_UP};
use crate::statistics::Samples;
use crate::table::{Table, ratio, whole};
use crate::{Result, host};

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let callback = case::own();
    let engine = host::tokio()?.block_on(host::load(&bench.component, None))?;
    let staged = Staged::new(&engine, &callback);
    // What the machine can do with two threads when there is nothing to share.
    let native = RefCell::new(Native::start(Cryptography::Hardware)?);
    native.borrow_mut().keep(callback.for_native())?;
    let native = &native;
    let natively = |threads| {
        let question = move |passes| Question::Handle { first: 0, count: 1, passes, threads };
        Contender::new(threads, move |passes| native.borrow_mut().time(&question(passes)))
    };

    let contenders = vec![component(&staged, 1)?, component(&staged, 2)?, natively(1), natively(2)];
    let pace = bench.pace(200, 8);
    let rates: Vec<Samples> = rounds::take(pace, contenders)?.iter().map(Samples::rates).collect();
    let title = format!("Throughput: {OWN} in a second, median (quartiles) of {} rounds", pace.rounds);
    let mut table = Table::new(title, &["", "one thread", "two threads", "two ÷ one", "peak ÷ peak"]);
    let mut goals = Vec::new();
    for (name, rates) in ["component", "native, hardware"].into_iter().zip(rates.chunks_exact(2)) {
        let [one, two] = rates else { continue };
        let peaks = two.greatest() / one.greatest();
        let cells = [per_second(one), per_second(two), ratio(&two.ratios(one)), format!("{peaks:.2}")];
        table.row(std::iter::once(name.to_owned()).chain(cells));
        if goals.is_empty() {
            goals.push(Goal::at_least(1.8, "×", "peak of two threads ÷ one", peaks));
        }
    }
    table.print(out)?;
    Ok(goals)
}

/// Fresh instances of the component, on so many threads.
fn component(staged: &Staged, threads: usize) -> Result<Contender<'static>> {
    let tokio = Builder::new_multi_thread().worker_threads(threads).enable_time().build()?;
    let staged = staged.clone();
    Ok(Contender::new(threads, move |passes| {
        tokio.block_on(async {
            side_by_side(&staged, threads, passes.div_ceil(WARM_UP)).await?;
            let started = Instant::now();
            side_by_side(&staged, threads, passes).await?;
            Ok(started.elapsed())
        })
    }))
}

async fn side_by_side(staged: &Staged, threads: usize, passes: u32) -> Result<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..threads {
        let staged = staged.clone();
        tasks.spawn(async move {
            for _ in 0..passes {
                staged.handle().await?;
            }
            Result::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

fn per_second(rates: &Samples) -> String {
    let (lower, upper) = rates.quartiles();
    format!("{} ({}–{})", whole(rates.median()), whole(lower), whole(upper))
}
