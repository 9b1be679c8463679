//! Whether field map and template fit, before any request tries them.

use super::locate;
use super::problem::{self, ADMINISTRATOR, FieldProblem};
use crate::config::{Config, REQUEST_NUMBER};
use crate::template::{Control, FilledBy, Kind, Template};
use crate::text::text;

/// What keeps every request from being submitted, in the order of the map, then of the template.
pub(crate) fn broken(config: &Config, template: &Template) -> Vec<FieldProblem> {
    let mut problems: Vec<_> = locate::request_number(config, template).err().into_iter().collect();
    for (name, id) in config.field_map.entries().filter(|(name, _)| *name != REQUEST_NUMBER) {
        match find(&template.controls, id) {
            None => problems.push(problem::stale_map(name, id)),
            Some(control) if control.filled_by() == FilledBy::Request => {}
            Some(control) => {
                let problem = problem::not_submittable(name, control);
                problems.push(FieldProblem { remedy: ADMINISTRATOR, ..problem });
            }
        }
    }
    let demanded = |control: &&Control| control.required && control.filled_by() == FilledBy::Nobody;
    let demands = template.controls.iter().filter(demanded);
    problems.extend(demands.map(|control| problem::template_demands(control.title(), control)));
    problems
}

/// The required controls that no name of the field map leads to: a request has to name them by id or title.
pub(crate) fn unmapped(config: &Config, template: &Template) -> Vec<FieldProblem> {
    let lacking = |control: &&Control| {
        let mapped = config.field_map.name(&control.id).is_some();
        control.required && !mapped && control.filled_by() == FilledBy::Request
    };
    let problem = |control: &Control| FieldProblem {
        remedy: text(
            "the administrator gives the control a name in the field map, or makes it optional in 应用管理 > 审批 > the \
             template",
            "请管理员在字段映射中为该控件指定名称，或在「应用管理 > 审批 > 对应模板」中将其设为非必填",
        ),
        ..problem::missing(control.title(), control)
    };
    template.controls.iter().filter(lacking).map(problem).collect()
}

/// A control or a column of a table.
fn find<'a>(controls: &'a [Control], id: &str) -> Option<&'a Control> {
    controls.iter().find_map(|control| {
        if control.id == id {
            Some(control)
        } else if let Kind::Table(columns) = &control.kind {
            find(columns, id)
        } else {
            None
        }
    })
}
