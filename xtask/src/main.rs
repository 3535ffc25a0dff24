//! The project's own commands, run as `cargo xtask <command>`.

mod arguments;
mod bench;
mod browser;
mod clock;
mod dist;
mod project;
mod serve;
mod setup;
mod sim;
mod sizes;
mod stages;
mod target;
mod test;
mod tools;
mod trunk;

use std::process::ExitCode;

use anyhow::Result;

use arguments::{USAGE, Words, unknown_word};
use project::Project;

const COMMANDS: [&str; 7] = ["setup", "serve", "dist", "test", "sim", "bench", "help"];

/// Why a command did not do what it should.
enum Failure {
    /// The words were not understood: exit code 2.
    Usage(anyhow::Error),
    /// It went wrong: exit code 1.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(problem: anyhow::Error) -> Self {
        Self::Failed(problem)
    }
}

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(problem)) => {
            eprintln!("{problem}\n\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(problem)) => {
            eprintln!("\nerror: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<(), Failure> {
    let mut words = std::env::args_os().skip(1);
    let command = words.next().unwrap_or_else(|| "help".into());
    let command = command.to_string_lossy();
    if command == "sim" {
        // The simulator reads its own words.
        return Ok(sim::command(&Project::locate()?, words)?);
    }
    let known = match &*command {
        "setup" => vec!["--tests"],
        "serve" => vec!["--port", "--open", "--dev"],
        "dist" => vec!["--out"],
        "test" => test::stage_names(),
        "bench" => [&bench::PLACES[..], &["--against"]].concat(),
        "help" | "--help" | "-h" => Vec::new(),
        unknown => return Err(Failure::Usage(unknown_word(unknown, &COMMANDS))),
    };
    let words = Words::read(words, &known).map_err(Failure::Usage)?;
    let port = words.port().map_err(Failure::Usage)?;
    if known.is_empty() {
        println!("{USAGE}");
        return Ok(());
    }
    let mut project = Project::locate()?;
    match &*command {
        "setup" => setup::command(&mut project, words.has("--tests"))?,
        "serve" => serve::command(&mut project, port, words.has("--open"), words.has("--dev"))?,
        "dist" => dist::command(&mut project, words.value("--out"))?,
        "test" => test::command(&mut project, &words.others)?,
        _ => bench::command(&mut project, &words.others, words.value("--against"))?,
    }
    Ok(())
}
