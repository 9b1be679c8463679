//! Tables in plain text.

use std::io::{self, Write};

use crate::statistics::Samples;

/// Rows under a title. The first column is text, the others are numbers.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let head = columns.iter().map(|&column| column.to_owned()).collect();
        Self { title: title.into(), rows: vec![head] }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
        writeln!(out, "{}\n", self.title)?;
        for row in &self.rows {
            let mut line = String::new();
            for (at, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                line.push_str(&if at == 0 { format!("{cell:width$}") } else { format!("   {cell:>width$}") });
            }
            writeln!(out, "  {}", line.trim_end())?;
        }
        writeln!(out)
    }
}

/// Seconds, with their quartiles.
pub(crate) fn microseconds(samples: &Samples) -> String {
    spread(samples, 1e6, 1)
}

/// Seconds, with their quartiles.
pub(crate) fn milliseconds(samples: &Samples) -> String {
    spread(samples, 1e3, 2)
}

/// How many times as much, with quartiles.
pub(crate) fn ratio(samples: &Samples) -> String {
    spread(samples, 1.0, 2)
}

/// A count, in groups of three digits.
pub(crate) fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (left, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        grouped.push(digit);
        if left > 0 && left % 3 == 0 {
            grouped.push(',');
        }
    }
    grouped
}

fn spread(samples: &Samples, scale: f64, digits: usize) -> String {
    let (lower, upper) = samples.quartiles();
    let [median, lower, upper] = [samples.median(), lower, upper].map(|value| value * scale);
    format!("{median:.digits$} ({lower:.digits$}–{upper:.digits$})")
}

#[cfg(test)]
mod tests {
    use super::{Table, microseconds, whole};
    use crate::statistics::Samples;

    #[test]
    fn numbers_come_with_their_spread_and_in_thousands() {
        let samples = Samples::new(vec![1e-6, 2e-6, 3e-6, 4e-6, 5e-6]);
        assert_eq!(microseconds(&samples), "3.0 (2.0–4.0)");
        assert_eq!([0.0, 999.4, 1_000.0, 1_234_567.0].map(whole), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn columns_line_up_by_characters() {
        let mut table = Table::new("time", &["case", "µs"]);
        table.row(["long name", "1.5"].map(str::to_owned));
        table.row(["é", "1,000.0"].map(str::to_owned));
        let mut text = Vec::new();
        table.print(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "time\n\n  case             µs\n  long name       1.5\n  é           1,000.0\n\n");
    }
}
