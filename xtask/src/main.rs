//! The project's own commands, run as `cargo xtask <command>`.

mod arguments;
mod bench;
mod browser;
mod clock;
mod dist;
mod pack;
mod process;
mod progress;
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
mod version;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use arguments::{Arguments, unknown_word};
use project::Project;

const COMMANDS: [&str; 8] = [
    "setup", "serve", "dist", "test", "sim", "bench", "pack", "help",
];

const USAGE: &str = "\
Usage: cargo xtask <command>

  setup [--tests]                       install what the build needs; with --tests, what the tests need too
  serve [--port 8080] [--open] [--dev]  build the page and serve it on 127.0.0.1, rebuilding on every change
  dist [--out dist]                     build the page for publishing and check its size
  test [stage ...]                      run all checks and tests, or only some stages:
                                        fmt clippy clippy-wasm vectors native sim mutants doc dist browser page
  sim [--seeds 100] [--minutes 20]      simulate whole networks with faults, one for each seed; also --first <seed>
      [--nodes <n>]                     and the number of honest nodes, which the seed chooses otherwise
  sim --seed <s> [--log]                the run of one seed, and its last events
  bench [native] [browser] [page]       measure how every cost grows, and mining in the page that `dist` built; in
                                        all places if none is named
  pack                                  make a release build smaller; trunk runs this by its hook
  help                                  show this";

/// Why a command did not do what it should.
enum Failure {
    /// The words were not understood: exit code 2.
    Usage(String),
    /// It went wrong: exit code 1.
    Failed(String),
}

impl From<String> for Failure {
    fn from(problem: String) -> Self {
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
            eprintln!("\nerror: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<(), Failure> {
    let mut words = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned());
    let command = words.next().unwrap_or_else(|| "help".to_owned());
    let mut arguments = Arguments::new(words);
    match command.as_str() {
        "setup" => {
            let with_tests = arguments.flag("--tests");
            arguments.none_left(&["--tests"]).map_err(Failure::Usage)?;
            setup::command(&mut Project::locate()?, with_tests)?;
        }
        "serve" => {
            let options = serve_options(arguments).map_err(Failure::Usage)?;
            serve::command(&mut Project::locate()?, options)?;
        }
        "dist" => {
            let out = arguments.value("--out").map_err(Failure::Usage)?;
            arguments.none_left(&["--out"]).map_err(Failure::Usage)?;
            let mut project = Project::locate()?;
            let out = match out {
                Some(out) => std::path::absolute(PathBuf::from(&out))
                    .map_err(|error| format!("`{out}` cannot be used as a folder: {error}."))?,
                None => project.dist_folder(),
            };
            dist::command(&mut project, &out)?;
        }
        "test" => {
            let names = arguments
                .rest(&test::stage_names())
                .map_err(Failure::Usage)?;
            test::command(&mut Project::locate()?, &names)?;
        }
        "sim" => sim::command(&Project::locate()?, &arguments.all())?,
        "bench" => {
            let places = arguments.rest(&bench::PLACES).map_err(Failure::Usage)?;
            bench::command(&mut Project::locate()?, &places)?;
        }
        "pack" => pack::command()?,
        "help" | "--help" | "-h" => println!("{USAGE}"),
        unknown => return Err(Failure::Usage(unknown_word(unknown, &COMMANDS))),
    }
    Ok(())
}

fn serve_options(mut arguments: Arguments) -> Result<serve::Options, String> {
    let port = arguments
        .value("--port")?
        .unwrap_or_else(|| "8080".to_owned());
    let options = serve::Options {
        port: port.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
            format!("Expected a port from 1 to 65535 after --port, found `{port}`.")
        })?,
        open: arguments.flag("--open"),
        dev: arguments.flag("--dev"),
    };
    arguments.none_left(&["--port", "--open", "--dev"])?;
    Ok(options)
}
