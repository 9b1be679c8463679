//! Builds the engine. Set `WRONG_ENGINE` to the path of a finished component to skip that.

use std::process::ExitCode;

use component_builder::Engine;

fn main() -> ExitCode {
    Engine { package: "wrong-engine", name: "WRONG" }.provide()
}
