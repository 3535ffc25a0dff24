//! The stages of `cargo xtask test`, in the order that finds a mistake soonest.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::browser::Browser;
use crate::dist;
use crate::process::{Outcome, run, shown};
use crate::project::Project;
use crate::setup::Needs;
use crate::sim;
use crate::target::TARGET;

/// One kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Fmt,
    Clippy,
    ClippyWasm,
    Vectors,
    Native,
    Sim,
    Mutants,
    Doc,
    Dist,
    Browser,
    Page,
}

/// How a stage went, if it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    Ok,
    /// There was nothing to run.
    NoTests,
}

pub(crate) const ALL: [Stage; 11] = [
    Stage::Fmt,
    Stage::Clippy,
    Stage::ClippyWasm,
    Stage::Vectors,
    Stage::Native,
    Stage::Sim,
    Stage::Mutants,
    Stage::Doc,
    Stage::Dist,
    Stage::Browser,
    Stage::Page,
];

const PACKAGE: &str = "aurex-playground";
/// The tests that say how many cases of each file of vectors they ran.
const VECTORS: &str = "vectors";

/// The tests of this machine.
const NATIVE: [&str; 4] = ["test", "--workspace", "--features", "aurex-playground/sim"];

impl Stage {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::ClippyWasm => "clippy-wasm",
            Self::Vectors => "vectors",
            Self::Native => "native",
            Self::Sim => "sim",
            Self::Mutants => "mutants",
            Self::Doc => "doc",
            Self::Dist => "dist",
            Self::Browser => "browser",
            Self::Page => "page",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Fmt => "the code's format",
            Self::Clippy => "lints of all targets of this machine",
            Self::ClippyWasm => "lints of the browser's code",
            Self::Vectors => "test vectors of others, where they are there",
            Self::Native => "tests that need no browser",
            Self::Sim => "500 simulated networks with faults, 20 minutes each",
            Self::Mutants => "deliberate bugs, each of which the simulator must find",
            Self::Doc => "documentation, its links included",
            Self::Dist => "the page as published, and its size",
            Self::Browser => "tests of workers, storage and interface inside a browser",
            Self::Page => "tests of the whole published page",
        }
    }

    pub(crate) fn needs(self) -> Needs {
        let (build_tools, test_tools) = match self {
            Self::Fmt
            | Self::Clippy
            | Self::Vectors
            | Self::Native
            | Self::Sim
            | Self::Mutants
            | Self::Doc => (false, false),
            Self::ClippyWasm | Self::Dist => (true, false),
            Self::Browser | Self::Page => (true, true),
        };
        Needs {
            build_tools,
            test_tools,
        }
    }

    pub(crate) fn run(self, project: &Project, browser: Option<&Browser>) -> Outcome<Passed> {
        match self {
            Self::Fmt => cargo(project, &["fmt", "--all", "--check"]),
            Self::Clippy => cargo(
                project,
                &[
                    "clippy",
                    "--all-targets",
                    "--all-features",
                    "--workspace",
                    "--",
                    "-D",
                    "warnings",
                ],
            ),
            Self::ClippyWasm => cargo(
                project,
                &[
                    "clippy",
                    "--target",
                    TARGET,
                    "--all-targets",
                    "-p",
                    PACKAGE,
                    "--",
                    "-D",
                    "warnings",
                ],
            ),
            // With the same words as the stage after it, so that what both need is built once.
            Self::Vectors => cargo(
                project,
                &[&NATIVE[..], &["--test", VECTORS, "--", "--nocapture"]].concat(),
            ),
            Self::Native => cargo(project, &NATIVE),
            Self::Sim => sim::suite(project).map(|()| Passed::Ok),
            Self::Mutants => sim::mutants(project).map(|()| Passed::Ok),
            Self::Doc => {
                let mut doc = project.cargo_command()?;
                doc.args(["doc", "--no-deps", "--workspace"])
                    .env("RUSTDOCFLAGS", "-Dwarnings");
                announced(&mut doc)
            }
            Self::Dist => dist::build(project, &project.dist_folder()).map(|()| Passed::Ok),
            Self::Browser => in_browser(project, expect_browser(browser)?),
            Self::Page => whole_page(project, expect_browser(browser)?),
        }
    }
}

fn expect_browser(browser: Option<&Browser>) -> Outcome<&Browser> {
    browser.ok_or_else(|| "Expected a browser to be set up for this stage, found none.".into())
}

fn cargo(project: &Project, arguments: &[&str]) -> Outcome<Passed> {
    let mut cargo = project.cargo_command()?;
    announced(cargo.args(arguments))
}

fn announced(command: &mut Command) -> Outcome<Passed> {
    println!("$ {}", shown(command));
    run(command).map(|()| Passed::Ok)
}

/// The files in `tests/` that run inside the browser, in a worker and in a page.
fn in_browser(project: &Project, browser: &Browser) -> Outcome<Passed> {
    let mut tests = Vec::new();
    for name in ["worker", "worker_sim", "node"] {
        if has_tests(project, name) {
            tests.extend(["--test", name]);
        } else {
            println!("tests/{name}.rs: no such tests yet");
        }
    }
    if tests.is_empty() {
        return Ok(Passed::NoTests);
    }
    let mut words = vec!["--features", "sim"];
    words.extend(tests);
    // The same seeds give the same digest here and in the browser.
    announced(
        wasm_pack(project, browser, &[], &words)?.env("AUREX_SIM_DIGEST", sim::digest(project)?),
    )
}

/// The command that runs tests inside the browser, with words for wasm-pack and words for cargo.
pub(crate) fn wasm_pack(
    project: &Project,
    browser: &Browser,
    own: &[&str],
    words: &[&str],
) -> Outcome<Command> {
    let mut wasm_pack = project.path.command("wasm-pack")?;
    wasm_pack
        .current_dir(&project.root)
        .args(["test", "--headless", "--chrome", "--mode", "no-install"])
        .args(own)
        .arg("--chromedriver")
        .arg(&browser.driver)
        .arg("--")
        .args(words)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30")
        .env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            capabilities_file(project, browser)?,
        )
        .env("CHROMEDRIVER", &browser.driver)
        .env_remove("GECKODRIVER");
    Ok(wasm_pack)
}

/// Tells the test runner which browser the driver is to start, and how.
fn capabilities_file(project: &Project, browser: &Browser) -> Outcome<PathBuf> {
    let folder = project.target_folder().join("xtask");
    let file = folder.join("webdriver.json");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&file, capabilities(&browser.chrome.to_string_lossy())))
        .map_err(|error| format!("{} cannot be written: {error}.", file.display()))?;
    Ok(file)
}

/// Headless, also as root and in a container, and without the browser's own calls to the net.
fn capabilities(chrome: &str) -> String {
    let binary = chrome.replace('\\', "\\\\").replace('"', "\\\"");
    let flags = [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    .map(|flag| format!("\"{flag}\""))
    .join(", ");
    format!("{{ \"goog:chromeOptions\": {{ \"binary\": \"{binary}\", \"args\": [{flags}] }} }}\n")
}

/// The tests that drive a browser from outside, over the page that the stage `dist` built.
fn whole_page(project: &Project, browser: &Browser) -> Outcome<Passed> {
    if !has_tests(project, "page") {
        println!("tests/page.rs: no such tests yet");
        return Ok(Passed::NoTests);
    }
    let mut cargo = page_tests(project, browser)?;
    announced(cargo.args(["--skip", PAGE_BENCH]))
}

/// The module of `tests/page.rs` that measures, which belongs to `cargo xtask bench page`.
pub(crate) const PAGE_BENCH: &str = "bench::";

/// The command that drives a browser over the built page; more words choose among the tests.
pub(crate) fn page_tests(project: &Project, browser: &Browser) -> Outcome<Command> {
    let dist = project.dist_folder();
    if !dist.join("index.html").is_file() {
        return Err(format!(
            "{} holds no built page: run `cargo xtask test dist page`.",
            dist.display()
        ));
    }
    let mut cargo = project.cargo_command()?;
    cargo
        .args([
            "test",
            "--test",
            "page",
            "--",
            "--ignored",
            "--test-threads=1",
            "--nocapture",
        ])
        .env("AUREX_DIST", &dist)
        .env("CHROME", &browser.chrome)
        .env("CHROMEDRIVER", &browser.driver);
    println!(
        "with AUREX_DIST={} CHROME={} CHROMEDRIVER={}",
        dist.display(),
        browser.chrome.display(),
        browser.driver.display()
    );
    Ok(cargo)
}

/// Whether there is a test of that name: `tests/<name>.rs` or `tests/<name>/main.rs`.
fn has_tests(project: &Project, name: &str) -> bool {
    let tests = project.root.join("tests");
    tests.join(format!("{name}.rs")).is_file() || tests.join(name).join("main.rs").is_file()
}

#[cfg(test)]
mod tests {
    use super::{ALL, capabilities};

    #[test]
    fn stage_names_are_different() {
        for (number, stage) in ALL.iter().enumerate() {
            assert!(
                ALL.iter()
                    .skip(number + 1)
                    .all(|other| other.name() != stage.name())
            );
        }
    }

    #[test]
    fn paths_of_windows_are_escaped() {
        let text = capabilities("C:\\Chrome\\chrome.exe");
        assert!(
            text.contains("\"binary\": \"C:\\\\Chrome\\\\chrome.exe\""),
            "{text}"
        );
    }
}
