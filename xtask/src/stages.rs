//! The stages of `cargo xtask test`, in the order that finds a mistake soonest.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use xshell::Cmd;

use crate::browser::Browser;
use crate::dist;
use crate::project::Project;
use crate::setup::Needs;
use crate::sim;
use crate::target::TARGET;

/// One kind of check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) needs: Needs,
    /// Runs it; the browser is there if it is needed.
    pub(crate) run: fn(&Project, Option<&Browser>) -> Result<()>,
}

pub(crate) const ALL: [Stage; 11] = [
    Stage {
        name: "fmt",
        title: "the code's format",
        needs: Needs::Rust,
        run: |project, _| cargo(project, &["fmt", "--all", "--check"]),
    },
    Stage {
        name: "clippy",
        title: "lints of all targets of this machine",
        needs: Needs::Rust,
        run: |project, _| clippy(project, &["--all-features", "--workspace"]),
    },
    Stage {
        name: "clippy-wasm",
        title: "lints of the browser's code",
        needs: Needs::Build,
        run: |project, _| clippy(project, &["--target", TARGET, "-p", "aurex-playground"]),
    },
    Stage {
        name: "vectors",
        title: "test vectors of others, where they are there",
        needs: Needs::Rust,
        run: |project, _| {
            let words = ["--test", "native", "--", "--nocapture", "vectors::"];
            Ok(native(project, &words)?.run()?)
        },
    },
    Stage {
        name: "native",
        title: "tests that need no browser",
        needs: Needs::Rust,
        run: |project, _| Ok(native(project, &[])?.run()?),
    },
    Stage {
        name: "sim",
        title: "500 simulated networks with faults, 20 minutes each",
        needs: Needs::Rust,
        run: |project, _| sim::suite(project),
    },
    Stage {
        name: "mutants",
        title: "deliberate bugs, each of which the simulator must find",
        needs: Needs::Rust,
        run: |project, _| sim::mutants(project),
    },
    Stage {
        name: "doc",
        title: "documentation, its links included",
        needs: Needs::Rust,
        run: |project, _| {
            let doc = project.cargo()?.args(["doc", "--no-deps", "--workspace"]);
            Ok(doc.env("RUSTDOCFLAGS", "-Dwarnings").run()?)
        },
    },
    Stage {
        name: "dist",
        title: "the page as published, and its size",
        needs: Needs::Build,
        run: |project, _| dist::build(project, &project.dist_folder()),
    },
    Stage {
        name: "browser",
        title: "tests of workers, storage and interface inside a browser",
        needs: Needs::Browser,
        run: |project, browser| in_browser(project, expect(browser)?),
    },
    Stage {
        name: "page",
        title: "tests of the whole published page",
        needs: Needs::Browser,
        run: |project, browser| {
            let tests = page_tests(project, project, expect(browser)?)?;
            Ok(tests.args(["--skip", BENCH]).run()?)
        },
    },
];

/// The command that runs the tests of this machine. Every stage that builds them uses the same
/// words, so that what they share is built once. Our own code is not optimised: that takes six
/// minutes, and saves less than four of the tests.
fn native<'a>(project: &'a Project, words: &[&str]) -> Result<Cmd<'a>> {
    let cargo = project.cargo()?.env("CARGO_PROFILE_TEST_OPT_LEVEL", "0");
    let of_all = ["test", "--workspace", "--features", "aurex-playground/sim"];
    Ok(cargo.args(of_all).args(words))
}

/// The modules of tests that measure, which belong to `cargo xtask bench`.
pub(crate) const BENCH: &str = "bench::";

fn expect(browser: Option<&Browser>) -> Result<&Browser> {
    browser.context("Expected a browser to be set up for this stage, found none")
}

fn cargo(project: &Project, words: &[&str]) -> Result<()> {
    Ok(project.cargo()?.args(words).run()?)
}

fn clippy(project: &Project, words: &[&str]) -> Result<()> {
    let words = [
        &["clippy", "--all-targets"],
        words,
        &["--", "-D", "warnings"],
    ];
    cargo(project, &words.concat())
}

/// The tests that run inside the browser, in a worker.
fn in_browser(project: &Project, browser: &Browser) -> Result<()> {
    let tests = worker_tests(project, browser, &["--features", "sim"])?;
    // The same seeds give the same digest here and in the browser.
    let tests = tests.env("AUREX_SIM_DIGEST", sim::digest(project)?);
    Ok(tests.args(["--skip", BENCH]).run()?)
}

/// The command that runs tests inside the browser, with words for cargo; more words choose among
/// the tests. `wasm-pack test` would first build all other tests for the browser too.
pub(crate) fn worker_tests<'a>(
    project: &'a Project,
    browser: &Browser,
    words: &[&str],
) -> Result<Cmd<'a>> {
    Ok(project
        .cargo()?
        .args(["test", "--target", TARGET, "--test", "worker"])
        .args(words)
        .arg("--")
        // As our own settings say it; an older checkout that is measured beside this one may not.
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            "wasm-bindgen-test-runner",
        )
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30")
        .env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            capabilities_file(project, browser)?,
        )
        .env("CHROMEDRIVER", &browser.driver)
        .env_remove("GECKODRIVER"))
}

/// Tells the test runner which browser the driver is to start, and how.
fn capabilities_file(project: &Project, browser: &Browser) -> Result<PathBuf> {
    let file = project.target_folder().join("xtask-webdriver.json");
    fs::write(&file, capabilities(&browser.chrome.to_string_lossy()))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(file)
}

/// The browser's settings that the test runner finds by itself, with the browser that we found.
fn capabilities(chrome: &str) -> String {
    let binary = chrome.replace('\\', "\\\\").replace('"', "\\\"");
    let settings = include_str!("../../webdriver.json");
    settings.replacen(
        "\"args\"",
        &format!("\"binary\": \"{binary}\",\n    \"args\""),
        1,
    )
}

/// The command that drives a browser over the page that `site` has built; more words choose among
/// the tests.
pub(crate) fn page_tests<'a>(
    project: &'a Project,
    site: &Project,
    browser: &Browser,
) -> Result<Cmd<'a>> {
    let dist = site.dist_folder();
    ensure!(
        dist.join("index.html").is_file(),
        "{} holds no built page: run `cargo xtask test dist page`.",
        dist.display()
    );
    let (chrome, driver) = (&browser.chrome, &browser.driver);
    println!(
        "with AUREX_DIST={} CHROME={} CHROMEDRIVER={}",
        dist.display(),
        chrome.display(),
        driver.display()
    );
    let words = [
        "--test",
        "page",
        "--",
        "--ignored",
        "--test-threads=1",
        "--nocapture",
    ];
    Ok(native(project, &words)?
        .env("AUREX_DIST", dist)
        .env("CHROME", chrome)
        .env("CHROMEDRIVER", driver))
}

#[cfg(test)]
mod tests {
    use super::{ALL, capabilities};

    #[test]
    fn stage_names_are_different() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|stage| stage.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn the_browser_found_is_put_into_the_settings_and_paths_of_windows_are_escaped() {
        let text = capabilities("C:\\Chrome\\chrome.exe");
        assert!(
            text.contains("\"binary\": \"C:\\\\Chrome\\\\chrome.exe\",\n    \"args\""),
            "{text}"
        );
        assert!(text.contains("--headless=new"), "{text}");
    }
}
