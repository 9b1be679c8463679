//! Builds the engine. Set `WECOM_ENGINE` to the path of a finished component to skip that.

use std::process::ExitCode;

use component_builder::Engine;

fn main() -> ExitCode {
    Engine { package: "wecom-engine", name: "WECOM" }.provide()
}
