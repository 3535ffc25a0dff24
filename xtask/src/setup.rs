//! `cargo xtask setup`: installs what the build and the tests need and the machine has not.

use std::fs::{self, File};

use anyhow::{Context as _, Result};

use crate::browser::{self, Browser};
use crate::clock::Clock;
use crate::project::Project;
use crate::target::{self, TARGET};
use crate::tools;

/// What a command needs before it can start; each also needs all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Needs {
    /// Nothing but Rust.
    Rust,
    /// The wasm target, wasm-bindgen and Trunk.
    Build,
    /// Chromium and ChromeDriver.
    Browser,
    /// wasm-pack, by which people run the tests inside the browser by hand.
    ByHand,
}

/// Makes sure of everything in `needs`; afterwards the project finds the tools. Prints nothing
/// when nothing is missing.
pub(crate) fn ensure(project: &mut Project, needs: Needs) -> Result<Option<Browser>> {
    if needs >= Needs::Build {
        ensure_tools(project, needs)?;
    }
    if needs >= Needs::Browser {
        return browser::ensure(project).map(Some);
    }
    Ok(None)
}

/// The command itself, which also prints that all is there.
pub(crate) fn command(project: &mut Project, with_tests: bool) -> Result<()> {
    let needs = if with_tests {
        Needs::ByHand
    } else {
        Needs::Build
    };
    let browser = ensure(project, needs)?;
    print!("Ready: target {TARGET}");
    for tool in tools::needed(project, needs)? {
        let version = project
            .find(tool.program)
            .as_deref()
            .and_then(tools::version_of);
        print!(", {} {}", tool.program, version.unwrap_or(tool.version));
    }
    if let Some(Browser { chrome, driver }) = browser {
        print!(", {}, {}", chrome.display(), driver.display());
    }
    println!(".");
    Ok(())
}

fn ensure_tools(project: &mut Project, needs: Needs) -> Result<()> {
    let mut missing = tools::needed(project, needs)?;
    missing.retain(|tool| !tool.is_ready(project));
    if missing.is_empty() && target::is_installed(project)? {
        return Ok(());
    }
    let _only_one_setup_at_a_time = lock(project)?;
    if !target::is_installed(project)? {
        announced(&format!("Rust target {TARGET}"), || {
            target::install(project)
        })?;
    }
    for tool in missing {
        if !tool.is_ready(project) {
            let name = format!("{} {}", tool.package, tool.version);
            announced(&name, || tool.install(project))?;
        }
    }
    let leftovers = project.private_folder().join("build");
    if leftovers.exists() {
        fs::remove_dir_all(&leftovers)
            .with_context(|| format!("{} cannot be removed", leftovers.display()))?;
    }
    Ok(())
}

/// Two setups at once would build in the same folder: the second waits here for the first.
fn lock(project: &Project) -> Result<File> {
    let file = project.private_folder().join("setup.lock");
    let failed = || format!("{} cannot be locked", file.display());
    fs::create_dir_all(project.private_folder()).with_context(failed)?;
    let lock = File::create(&file).with_context(failed)?;
    if lock.try_lock().is_err() {
        println!("Another `cargo xtask` is installing tools: waiting for it ...");
        lock.lock().with_context(failed)?;
    }
    Ok(lock)
}

fn announced(what: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("{what}: installing (a few minutes) ...");
    let clock = Clock::start();
    install()?;
    println!("{what}: installed in {clock}");
    Ok(())
}
