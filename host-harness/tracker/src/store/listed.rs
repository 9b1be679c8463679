//! Rows, and how many had to be left out.

use super::Unreadable;

/// Unreadable rows that are told one by one.
const TOLD: usize = 16;

/// What a store lists. Iterating gives the rows that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The rows, in the order that the function promises.
    pub rows: Vec<T>,
    /// How many rows were left out because this version cannot read them.
    pub unreadable: usize,
    /// The first of those.
    pub examples: Vec<Unreadable>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), unreadable: 0, examples: Vec::new() }
    }
}

impl<T> Listed<T> {
    /// Whether there is no row, and none was left out.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.unreadable == 0
    }

    /// Takes a row, or leaves it out and counts it.
    pub fn push(&mut self, row: Result<T, Unreadable>) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(unreadable) => {
                self.unreadable += 1;
                if self.examples.len() < TOLD {
                    self.examples.push(unreadable);
                }
            }
        }
    }
}

impl<T> FromIterator<T> for Listed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self { rows: rows.into_iter().collect(), ..Self::default() }
    }
}

impl<T> IntoIterator for Listed<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

/// Equal to these rows when it has them, and left out none.
impl<T: PartialEq, const N: usize> PartialEq<[T; N]> for Listed<T> {
    fn eq(&self, rows: &[T; N]) -> bool {
        self.unreadable == 0 && self.rows == rows
    }
}
