//! Plays the script of a case.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::call::{self, RESTORE, SAVE};
use crate::case::{Act, Case, Image, Number, Step};
use crate::expect::Context;
use crate::fields;
use crate::provider::{Fact, Letter, Person, Provider};
use crate::record::Call;
use crate::tally;
use crate::world::World;

mod pages;

/// Half of the window in which a search looks.
const AROUND: u64 = 3_600;

/// How often the same misfit is told, and how much of a result is shown.
const TOLD: usize = 5;
const SHOWN: usize = 400;

/// A call that a step makes.
struct Planned {
    what: String,
    function: &'static str,
    input: Value,
    echo: Option<String>,
    problems: Vec<(String, String)>,
    /// The call is repeated with the cursor that it gave, until it gives none.
    to_the_end: bool,
}

impl Planned {
    fn new(what: impl Into<String>, function: &'static str, input: Value) -> Self {
        Self { what: what.into(), function, input, echo: None, problems: Vec::new(), to_the_end: false }
    }
}

/// Plays the script. Gives its calls, and what did not fit.
pub(crate) async fn play(
    case: &Case,
    world: &mut World,
    provider: &dyn Provider,
) -> (Vec<Call>, Vec<String>) {
    let mut kept = BTreeMap::new();
    let (mut calls, mut misfits) = (Vec::new(), Vec::new());
    for (number, step) in (1..).zip(&case.steps) {
        for _ in 0..step.times {
            let before = world.stage.tally();
            let planned = match plan(step, world, provider) {
                Ok(planned) => planned,
                Err(reason) => {
                    misfits.push(format!("step {number}: {reason}"));
                    return (calls, misfits);
                }
            };
            for planned in planned {
                let place = format!("{} step {number}: {}", case.name, planned.what);
                let output = if planned.to_the_end {
                    pages::read(step.tenant, &planned, &place, world, &mut calls).await
                } else {
                    let call = world.call(step.tenant, planned.function, planned.input.clone(), place).await;
                    let output =
                        call.output.clone().map_err(|error| format!("the engine gave no answer: {error}"));
                    calls.push(call);
                    output
                };
                misfits.extend(
                    judge(step, &output, &planned, &kept, world)
                        .into_iter()
                        .map(|misfit| format!("step {number}: {}: {misfit}", planned.what)),
                );
                if let Ok(output) = &output {
                    kept.extend(
                        step.keep
                            .iter()
                            .filter_map(|(name, at)| Some((name.clone(), output.pointer(at)?.clone()))),
                    );
                    if step.act == Act::Provision {
                        world.provisioned(output);
                    } else if step.act == Act::Save {
                        world.save(output);
                    }
                }
            }
            let seen = tally::misfits(&step.seen, before, &*world.stage);
            misfits.extend(seen.into_iter().map(|misfit| format!("step {number}: {misfit}")));
        }
    }
    let more = misfits.len().saturating_sub(TOLD);
    misfits.truncate(TOLD);
    if more > 0 {
        misfits.push(format!("and {more} more"));
    }
    (calls, misfits)
}

/// The calls of a step. What happens at the provider's happens here.
fn plan(step: &Step, world: &mut World, provider: &dyn Provider) -> Result<Vec<Planned>, String> {
    let stage = world.stage.clone();
    let unplayed =
        || format!("the provider does not play {:?}, and does not declare that it cannot", step.act);
    let unsaved = || String::from("no image was given before");
    let account = |person: Person| stage.account(person).ok_or_else(unplayed);
    let now = host_harness::clock::Clock::now(&*world.clock).as_secs();
    let window = json!({ "starts-at": now.saturating_sub(AROUND), "ends-at": now.saturating_add(AROUND) });

    Ok(match step.act {
        Act::Describe => vec![Planned::new("describe", "describe", Value::Null)],
        Act::Configure(entry) => {
            let mistakes = provider.mistakes();
            let entries = fields::entries(entry, &world.settings, world.engine.description(), &mistakes);
            if entries.is_empty() {
                return Err(unplayed());
            }
            entries
                .into_iter()
                .map(|entered| Planned {
                    problems: entered.problems,
                    ..Planned::new(entered.what, "configure", entered.input)
                })
                .collect()
        }
        Act::Deliver(letter) => {
            let letters = stage.letters(letter);
            // The contract has no provider tell of a submission. Where a step expects something, there must be news.
            let may_be_silent = letter == Letter::News && step.expect.is_empty();
            if letters.is_empty() && !may_be_silent {
                return Err(unplayed());
            }
            letters
                .into_iter()
                .map(|delivery| Planned {
                    echo: delivery.echo,
                    ..Planned::new(delivery.what, "handle-callback", fields::callback(&delivery.request))
                })
                .collect()
        }
        Act::Map(person) => {
            let input = json!({ "account": account(person)?, "depth": "mapping" });
            vec![Planned::new(format!("mapping of {person:?}"), "resolve-user", input)]
        }
        Act::Confirm(person) => {
            let input = json!({ "account": account(person)?, "depth": "confirmed" });
            vec![Planned::new(format!("confirmation of {person:?}"), "resolve-user", input)]
        }
        Act::Submit(draft) => {
            let mut request = stage.draft(draft).ok_or_else(unplayed)?;
            if let Some(fields) = request.as_object_mut() {
                fields.insert(String::from("idempotency-key"), json!(step.key));
            }
            vec![Planned::new(format!("submission, {draft:?}"), "submit", json!({ "request": request }))]
        }
        Act::Fetch(number) => {
            let fact = match number {
                Number::Newest => Fact::NewestForm,
                Number::Unknown => Fact::NoForm,
            };
            let id = stage.fact(fact).ok_or_else(unplayed)?;
            vec![Planned::new("fetch", "fetch", json!({ "approval-id": id }))]
        }
        Act::Find => {
            let query = json!({ "idempotency-key": step.key, "window": window, "applicant": null });
            vec![Planned::new(
                format!("search for {}", step.key),
                "find-submission",
                json!({ "query": query }),
            )]
        }
        Act::List | Act::ListAll => {
            let input = json!({ "window": window, "cursor": null });
            let to_the_end = step.act == Act::ListAll;
            vec![Planned { to_the_end, ..Planned::new("list", "list-submitted", input) }]
        }
        Act::Check => {
            let options = json!({ "now": now, "probe": account(Person::Mapped)? });
            vec![Planned::new("check", "check", json!({ "options": options }))]
        }
        Act::Provision => vec![Planned::new("provision", "provision", json!({}))],
        Act::Save => vec![Planned::new("save", SAVE, Value::Null)],
        Act::Restore(Image::Own) => {
            vec![Planned::new("restore of its own image", RESTORE, world.saved().ok_or_else(unsaved)?)]
        }
        Act::Restore(Image::Cut) => {
            let cut = call::cut(&world.saved().ok_or_else(unsaved)?);
            vec![Planned::new("restore of a part of its image", RESTORE, cut)]
        }
        Act::Restore(Image::Longer) => {
            let image = world.saved().ok_or_else(unsaved)?;
            let longer = |(what, byte)| {
                let what = format!("restore of its image with {what} behind it");
                Planned::new(what, RESTORE, call::longer(&image, byte))
            };
            [("a NUL", 0), ("a newline", b'\n')].map(longer).into()
        }
        Act::Restore(Image::Strange) => fields::strange_images()
            .into_iter()
            .map(|(what, image)| Planned::new(format!("restore of {what}"), RESTORE, image))
            .collect(),
        Act::ClearTemplate => {
            if !world.clear_template() {
                return Err(unplayed());
            }
            Vec::new()
        }
        Act::Store => {
            world.store();
            Vec::new()
        }
        Act::Provider(turn) => {
            if !stage.turn(turn) {
                return Err(unplayed());
            }
            Vec::new()
        }
        Act::Wait(seconds) => {
            world.clock.advance(seconds);
            Vec::new()
        }
    })
}

/// What does not fit in a result, or why there is none.
fn judge(
    step: &Step,
    output: &Result<Value, String>,
    planned: &Planned,
    kept: &BTreeMap<String, Value>,
    world: &World,
) -> Vec<String> {
    let fact = |fact| world.stage.fact(fact);
    let context = Context {
        kept,
        fact: &fact,
        forms: &world.stage.forms(),
        echo: planned.echo.as_deref(),
        problems: &planned.problems,
    };
    match output {
        Err(reason) => vec![reason.clone()],
        Ok(output) => step
            .expect
            .iter()
            .filter_map(|(at, expected)| {
                let found = output.pointer(at);
                let wanted = expected.misfit(found, &context)?;
                let got = if planned.function == SAVE {
                    // It is made of secrets.
                    String::from("an image or none")
                } else {
                    shown(found, output)
                };
                Some(format!("{}: expected {wanted}, got {got}", if at.is_empty() { "/" } else { at }))
            })
            .collect(),
    }
}

/// What was found; of a place that is not there, what is in its stead.
fn shown(found: Option<&Value>, output: &Value) -> String {
    let (text, whole) = match found {
        Some(found) => (found.to_string(), ""),
        None => (output.to_string(), "nothing there in "),
    };
    format!("{whole}{}", host_harness::redact::line(&text, SHOWN))
}
