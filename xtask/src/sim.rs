//! `cargo xtask sim`: builds the simulator for speed and runs it; also what the test stages run of
//! it.

use std::ffi::OsString;

use anyhow::{Result, ensure};
use xshell::Cmd;

use crate::project::Project;

/// What the suite simulates.
const SUITE: [&str; 4] = ["--seeds", "500", "--minutes", "20"];
/// Each deliberate bug must be found within so many seeds, each shorter than those of the suite.
const MUTANTS: [&str; 5] = ["--mutants", "--seeds", "200", "--minutes", "8"];
/// Seeds whose runs are compared between this machine and the browser.
const COMPARED: &str = "50";

/// Runs the simulator with these words.
pub(crate) fn command(project: &Project, words: impl Iterator<Item = OsString>) -> Result<()> {
    Ok(program(project, "sim")?.args(words).quiet().run()?)
}

/// The suite: no promise may be broken, and everything that should happen sometimes must.
pub(crate) fn suite(project: &Project) -> Result<()> {
    Ok(program(project, "sim")?.args(SUITE).run()?)
}

/// The suite's own test.
pub(crate) fn mutants(project: &Project) -> Result<()> {
    Ok(program(project, "mutants")?.args(MUTANTS).run()?)
}

/// One digest over the event logs of some short runs, as this machine computes it.
pub(crate) fn digest(project: &Project) -> Result<String> {
    let digest = program(project, "sim")?
        .args(["--digest", COMPARED])
        .read()?;
    ensure!(
        digest.len() == 64,
        "Expected a digest of 64 digits from the simulator, found {digest:?}."
    );
    Ok(digest)
}

fn program<'a>(project: &'a Project, feature: &str) -> Result<Cmd<'a>> {
    Ok(project
        .cargo()?
        .args(["run", "--quiet", "--profile", "sim", "--features", feature])
        .args(["--bin", "sim", "--"]))
}
