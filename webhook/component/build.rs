//! Builds the engine. Set `WEBHOOK_ENGINE` to the path of a finished component to skip that.

use std::process::ExitCode;

use component_builder::Engine;

fn main() -> ExitCode {
    Engine { package: "webhook-engine", name: "WEBHOOK" }.provide()
}
