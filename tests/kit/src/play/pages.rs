//! A list, page after page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Planned;
use crate::case::Tenant;
use crate::record::Call;
use crate::world::World;

/// Pages without a number that an engine may give along the way: a short or empty page is no end.
const EMPTY: usize = 16;

/// Calls until there is no cursor. Gives the last result with the numbers of all pages.
///
/// # Errors
/// - A sentence: a call gave no answer, or there is no end.
pub(super) async fn read(
    tenant: Tenant,
    planned: &Planned,
    place: &str,
    world: &World,
    calls: &mut Vec<Call>,
) -> Result<Value, String> {
    let most = world.stage.forms().len() + EMPTY;
    let mut input = planned.input.clone();
    let mut numbers: Vec<Value> = Vec::new();
    let mut cursors = BTreeSet::new();
    loop {
        let call = world.call(tenant, planned.function, input.clone(), place.to_owned()).await;
        let output = call.output.clone().map_err(|error| format!("the engine gave no answer: {error}"));
        calls.push(call);
        let mut output = output?;
        let Some(ids) = output.pointer_mut("/ok/approval-ids").and_then(Value::as_array_mut) else {
            return Ok(output);
        };
        numbers.append(ids);
        let Some(cursor) = output.pointer("/ok/cursor").and_then(Value::as_str).map(str::to_owned) else {
            if let Some(ids) = output.pointer_mut("/ok/approval-ids") {
                *ids = Value::Array(numbers);
            }
            return Ok(output);
        };
        if !cursors.insert(cursor.clone()) {
            return Err(format!(
                "page {} has the cursor of an earlier one: the list goes round in a circle",
                cursors.len() + 1
            ));
        }
        if cursors.len() > most {
            return Err(format!("no end after {} pages", cursors.len()));
        }
        if let Some(arguments) = input.as_object_mut() {
            arguments.insert(String::from("cursor"), json!(cursor));
        }
    }
}
