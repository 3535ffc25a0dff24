//! `cargo xtask sim`: builds the simulator for speed and runs it; also what the test stages run of it.

use std::process::Command;

use crate::process::{Outcome, output_of, run, shown};
use crate::project::Project;

/// What the suite simulates.
const SUITE: [&str; 4] = ["--seeds", "500", "--minutes", "20"];
/// Each deliberate bug must be found within so many seeds, each shorter than those of the suite.
const MUTANTS: [&str; 5] = ["--mutants", "--seeds", "200", "--minutes", "8"];
/// Seeds whose runs are compared between this machine and the browser.
const COMPARED: &str = "50";

/// Runs the simulator with these words.
pub(crate) fn command(project: &Project, words: &[String]) -> Outcome<()> {
    run(program(project, "sim")?.args(words))
}

/// The suite: no promise may be broken, and everything that should happen sometimes must.
pub(crate) fn suite(project: &Project) -> Outcome<()> {
    announced(program(project, "sim")?.args(SUITE))
}

/// The suite's own test.
pub(crate) fn mutants(project: &Project) -> Outcome<()> {
    announced(program(project, "mutants")?.args(MUTANTS))
}

/// One digest over the event logs of some short runs, as this machine computes it.
pub(crate) fn digest(project: &Project) -> Outcome<String> {
    let text = output_of(program(project, "sim")?.args(["--digest", COMPARED]))?;
    let digest = text.trim().to_owned();
    if digest.len() == 64 {
        Ok(digest)
    } else {
        Err(format!(
            "Expected a digest of 64 digits from the simulator, found {text:?}."
        ))
    }
}

fn program(project: &Project, feature: &str) -> Outcome<Command> {
    let mut cargo = project.cargo_command()?;
    cargo.args([
        "run",
        "--quiet",
        "--profile",
        "sim",
        "--features",
        feature,
        "--bin",
        "sim",
        "--",
    ]);
    Ok(cargo)
}

fn announced(command: &mut Command) -> Outcome<()> {
    println!("$ {}", shown(command));
    run(command)
}
