//! Table: rows of cells.

use serde_json::Value;

use super::{Filling, entry};
use crate::config::Config;
use crate::form::content::{Cell, Row};
use crate::form::locate;
use crate::form::problem::{self, FieldProblem};
use crate::json::object;
use crate::template::{Control, FilledBy};

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
                (FilledBy::Request, None) => problems.push(problem::missing_cell(&path, column)),
                (FilledBy::Request, Some(cell)) => match self.content(column, &path, &cell.content) {
                    Ok(Some(value)) => list.push(entry(column, value)),
                    Ok(None) => problems.push(problem::missing_cell(&path, column)),
                    Err(problem) => problems.push(problem),
                },
            }
        }
        list
    }
}
