//! `cargo xtask bench`: runs the benchmarks.

use std::fs;

use crate::process::{Outcome, run};
use crate::project::Project;

pub(crate) fn command(project: &Project, rest: &[String]) -> Outcome<()> {
    let folder = project.root.join("benches");
    let has_benches = fs::read_dir(&folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.path().extension().is_some_and(|ending| ending == "rs"))
    });
    if !has_benches {
        println!("No benchmarks yet: {} holds none.", folder.display());
        return Ok(());
    }
    let mut cargo = project.cargo_command()?;
    cargo.arg("bench").args(rest);
    run(&mut cargo)
}
