//! How large the component is.

use std::io::Write;

use super::Bench;
use crate::Result;
use crate::goal::Goal;
use crate::table::{Table, whole};

pub(crate) fn run(bench: &Bench, out: &mut dyn Write) -> Result<Vec<Goal>> {
    let bytes = bench.component.len() as f64;
    let mut table = Table::new("Size", &["", "bytes"]);
    table.row(["component".to_owned(), whole(bytes)]);
    table.print(out)?;
    Ok(vec![Goal::at_most(640.0, "KiB", "component", bytes / 1024.0)])
}
