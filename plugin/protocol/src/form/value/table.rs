//! Table: rows of cells.
//!
//! WeCom takes a row only with an entry for each column (D91853). A column that the template does not require may be left
//! out or empty all the same: its entry then has the empty value of its kind.

use serde_json::Value;

use super::{Filling, entry};
use crate::config::Config;
use crate::form::content::{Cell, Row};
use crate::form::locate;
use crate::form::problem::{self, FieldProblem};
use crate::json::object;
use crate::template::{Arity, Contacts, Control, DateType, FilledBy, Kind};

impl Filling<'_> {
    /// `children`. Each row holds every column that WeCom does not fill in itself: it takes no shorter ones.
    pub(super) fn rows(
        &mut self,
        config: &Config,
        columns: &[Control],
        name: &str,
        rows: &[Row],
    ) -> Result<Option<Value>, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut children = Vec::new();
        if rows.is_empty() {
            problems.push(problem::no_rows(name));
        }
        for (index, row) in rows.iter().enumerate() {
            let place = format!("{name}[{index}]");
            let list = self.row(config, columns, &place, row, &mut problems);
            children.push(object([("list", Value::Array(list))]));
        }
        if problems.is_empty() { Ok(super::list("children", children)) } else { Err(problems) }
    }

    fn row(
        &mut self,
        config: &Config,
        columns: &[Control],
        place: &str,
        row: &Row,
        problems: &mut Vec<FieldProblem>,
    ) -> Vec<Value> {
        let mut given: Vec<(&str, &Cell)> = Vec::new();
        for cell in &row.cells {
            let path = format!("{place}.{}", cell.name);
            match locate::column(config, columns, &cell.name) {
                Ok(column) if given.iter().any(|(id, _)| *id == column.id) => {
                    problems.push(problem::given_twice(&path, column.title()));
                }
                Ok(column) => given.push((&column.id, cell)),
                Err(problem) => problems.push(FieldProblem { name: path, ..problem }),
            }
        }
        let mut list = Vec::new();
        for column in columns {
            let cell = given.iter().find(|(id, _)| *id == column.id).map(|(_, cell)| *cell);
            let path = format!("{place}.{}", cell.map_or(column.title(), |cell| cell.name.as_str()));
            match (column.filled_by(), cell) {
                (FilledBy::Wecom | FilledBy::Nobody, None) => {}
                (FilledBy::Wecom | FilledBy::Nobody, Some(_)) => {
                    problems.push(problem::not_submittable(&path, column));
                }
                (FilledBy::Request, cell) => {
                    let content = cell.map(|cell| self.content(column, &path, &cell.content)).transpose();
                    match content.map(Option::flatten) {
                        Ok(Some(value)) => list.push(entry(column, value)),
                        Ok(None) if column.required => problems.push(problem::missing_cell(&path, column)),
                        Ok(None) => list.push(entry(column, empty(&column.kind))),
                        Err(problem) => problems.push(problem),
                    }
                }
            }
        }
        list
    }
}

/// The value of a cell with nothing in it. Of kinds whose value has parts that cannot be empty, it has none.
fn empty(kind: &Kind) -> Value {
    let text = |key| object([(key, "".into())]);
    let list = |key| object([(key, Value::Array(Vec::new()))]);
    match kind {
        Kind::Text | Kind::Textarea => text("text"),
        Kind::Number => text("new_number"),
        Kind::Money => text("new_money"),
        Kind::Date(date_type) => {
            let word = match date_type {
                DateType::Day => "day",
                DateType::Hour => "hour",
            };
            object([("date", object([("type", word.into()), ("s_timestamp", "".into())]))])
        }
        Kind::Selector(selector) => {
            let word = match selector.arity {
                Arity::Single => "single",
                Arity::Multi => "multi",
            };
            object([("selector", object([("type", word.into()), ("options", Value::Array(Vec::new()))]))])
        }
        Kind::Contact(contact) => match contact.of {
            Contacts::Members => list("members"),
            Contacts::Departments => list("departments"),
        },
        Kind::File => list("files"),
        Kind::RelatedApproval => list("related_approval"),
        Kind::DateRange(_)
        | Kind::Vacation(_)
        | Kind::Attendance(_)
        | Kind::Location
        | Kind::PhoneNumber
        | Kind::Table(_)
        | Kind::Tips
        | Kind::Formula
        | Kind::PunchCorrection
        | Kind::Unknown => object([]),
    }
}
