//! Whether a tenant notices 10,000 others, and what each of them takes.

use std::io::Write;

use host_harness::{ApprovalEngine, Grant, Settings, Tenant};

use super::Bench;
use crate::case;
use crate::child::{Resident, Task};
use crate::goal::Goal;
use crate::rounds::{self, Contender};
use crate::stage::{Staged, timed};
use crate::table::{Table, microseconds, ratio, whole};
use crate::{Result, host};

const MANY: u32 = 10_000;

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let tokio = host::tokio()?;
    let sample = case::own();
    let staged = |count| -> Result<Vec<Staged>> {
        let engine = tokio.block_on(host::load(&bench.component, None))?;
        let tenants = tokio.block_on(configured(&engine, count))?;
        Ok(Staged::for_each(tenants, &sample))
    };
    let (one, many) = (staged(1)?, staged(MANY)?);
    let contender = |staged: Vec<Staged>| {
        let tokio = &tokio;
        // Every tenant has a turn before any has two.
        let mut turns = staged.into_iter().cycle();
        Contender::new(1, move |passes| {
            tokio.block_on(timed(passes, async || match turns.next() {
                Some(tenant) => tenant.handle().await,
                None => Err("no tenant".into()),
            }))
        })
    };
    let pace = bench.pace(300, 2);
    let samples = rounds::take(pace, vec![contender(one), contender(many)])?;
    let [alone, among_many] = samples.as_slice() else { return Err("a contender without values".into()) };
    let ratios = among_many.ratios(alone);

    let title = format!(
        "Tenants: µs of processor time for a callback of 4 KB; median (quartiles) of {} rounds",
        pace.rounds
    );
    let mut table = Table::new(title, &["", "time", "÷ 1 tenant"]);
    table.row(["1 tenant".to_owned(), microseconds(alone), String::new()]);
    table.row([format!("{} tenants in turn", whole(MANY.into())), microseconds(among_many), ratio(&ratios)]);
    table.print(out)?;

    let mut table = Table::new(
        "Tenants: resident memory of a process of its own",
        &["configured tenants", "KiB before", "KiB with them", "bytes a tenant"],
    );
    let mut bytes = f64::NAN;
    for tenants in [1, 1_000, MANY] {
        let Resident { before, with } = Task::Tenants { tenants }.ask(bench, Some(bench.cache()?))?;
        bytes = with.saturating_sub(before) as f64 / f64::from(tenants);
        let kib = |bytes: u64| whole((bytes >> 10) as f64);
        table.row([whole(tenants.into()), kib(before), kib(with), whole(bytes)]);
    }
    table.print(out)?;
    Ok(vec![
        Goal::at_most(1.1, "×", "callback with 10,000 tenants ÷ with 1", ratios.median()),
        Goal::at_most(4.0, "KiB", "memory of a tenant, of 10,000", bytes / 1024.0),
    ])
}

/// So many tenants, each with a credential of its own, and each configured once.
pub(crate) async fn configured(engine: &ApprovalEngine, tenants: u32) -> Result<Vec<Tenant>> {
    let mut configured = Vec::new();
    for number in 0..tenants {
        let settings = settings(number);
        let grant = Grant::trusting_description(engine, &settings);
        let tenant = engine.tenant(&format!("tenant-{number}"), &settings, &grant);
        if let Err(problems) = tenant.configure().await? {
            return Err(format!("the settings of tenant {number} are not sound: {problems:?}").into());
        }
        configured.push(tenant);
    }
    Ok(configured)
}

/// As long as real ones. What seals callbacks is the same, so that one callback is for all.
fn settings(number: u32) -> Settings {
    wecom_provider::props::settings()
        .with("agent-id", (1_000_000 + number).to_string())
        .with("secret", format!("secret-of-tenant-number-{number:019}"))
}
