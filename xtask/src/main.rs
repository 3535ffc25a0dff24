//! The project's own commands, run as `cargo xtask <command>`.

mod browser;
mod process;
mod progress;
mod project;
mod setup;
mod target;
mod tools;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let with_tests = words.iter().any(|word| word == "--tests");
    match project::Project::locate()
        .and_then(|mut project| setup::command(&mut project, with_tests))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
