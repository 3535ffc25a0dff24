//! `cargo xtask setup`: installs what the build and the tests need and the machine has not.

use std::fs::{self, File};

use anyhow::{Context as _, Result};

use crate::browser::{self, Browser};
use crate::clock::Clock;
use crate::project::Project;
use crate::target::{self, TARGET};
use crate::tools::{self, Found, Tool};

/// What a command needs before it can start; each also needs all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Needs {
    /// Nothing but Rust.
    Rust,
    /// The wasm target, wasm-bindgen and Trunk.
    Build,
    /// wasm-pack, Chromium and ChromeDriver.
    Browser,
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
        Needs::Browser
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
        print!(
            ", {} {}",
            tool.program,
            version.unwrap_or_else(|| tool.wanted.version().clone())
        );
    }
    if let Some(browser) = browser {
        print!(
            ", {}, {}",
            browser.chrome.display(),
            browser.driver.display()
        );
    }
    println!(".");
    Ok(())
}

fn ensure_tools(project: &mut Project, needs: Needs) -> Result<()> {
    let tools = tools::needed(project, needs)?;
    if !missing_anything(project, &tools)? {
        return Ok(());
    }
    let _only_one_setup_at_a_time = lock(project)?;
    let steps = tools.len() + 1;
    ensure_target(project, &format!("[1/{steps}] Rust target {TARGET}"))?;
    for (number, tool) in (2..).zip(&tools) {
        let step = format!(
            "[{number}/{steps}] {} {}",
            tool.package,
            tool.wanted.version()
        );
        ensure_tool(project, tool, &step)?;
    }
    let leftovers = project.private_folder().join("build");
    if leftovers.exists() {
        fs::remove_dir_all(&leftovers)
            .with_context(|| format!("{} cannot be removed", leftovers.display()))?;
    }
    Ok(())
}

/// Looks at everything without installing; prefers the project's own copies from now on.
fn missing_anything(project: &mut Project, tools: &[Tool]) -> Result<bool> {
    let mut missing = !target::is_installed(project)?;
    for tool in tools {
        match tool.look(project) {
            Found::OnPath => {}
            Found::Private(folder) => project.put_first(folder),
            Found::Nowhere | Found::OtherVersion(_) => missing = true,
        }
    }
    Ok(missing)
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

fn ensure_target(project: &Project, step: &str) -> Result<()> {
    if target::is_installed(project)? {
        println!("{step}: there");
        return Ok(());
    }
    println!("{step}: installing ...");
    let clock = Clock::start();
    target::install(project)?;
    println!("{step}: installed in {clock}");
    Ok(())
}

fn ensure_tool(project: &mut Project, tool: &Tool, step: &str) -> Result<()> {
    let found = tool.look(project);
    match &found {
        Found::OnPath | Found::Private(_) => {
            println!("{step}: there");
            return Ok(());
        }
        Found::Nowhere => println!("{step}: installing (a few minutes) ..."),
        Found::OtherVersion(file) => println!(
            "{step}: {} is another version and stays as it is; installing a copy for this project (a few minutes) ...",
            file.display()
        ),
    }
    let clock = Clock::start();
    if let Some(folder) = tool.install(project, &found)? {
        project.put_first(folder);
    }
    println!("{step}: installed in {clock}");
    Ok(())
}
