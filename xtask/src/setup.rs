//! `cargo xtask setup`: installs what the build and the tests need and the machine has not.

use std::fs::{self, File};

use crate::browser::{self, Browser};
use crate::clock::Clock;
use crate::process::Outcome;
use crate::project::Project;
use crate::target::{self, TARGET};
use crate::tools::{self, Found, Tool};

/// What a command needs before it can start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The wasm target, Trunk and wasm-bindgen.
    pub(crate) build_tools: bool,
    /// wasm-pack, Chromium and ChromeDriver.
    pub(crate) test_tools: bool,
}

/// Makes sure of everything in `needs`; afterwards the project's PATH leads to the tools. Says
/// nothing when nothing is missing.
pub(crate) fn ensure(project: &mut Project, needs: Needs) -> Outcome<Option<Browser>> {
    if needs.build_tools || needs.test_tools {
        ensure_tools(project, needs.test_tools)?;
    }
    if needs.test_tools {
        return browser::ensure(project).map(Some);
    }
    Ok(None)
}

/// The command itself, which also says that all is there.
pub(crate) fn command(project: &mut Project, with_tests: bool) -> Outcome<()> {
    let needs = Needs {
        build_tools: true,
        test_tools: with_tests,
    };
    let browser = ensure(project, needs)?;
    let tools = tools::all(project)?;
    print!("Ready: target {TARGET}");
    for tool in &tools[..tool_count(with_tests)] {
        let version = project
            .path
            .find(tool.program)
            .as_deref()
            .and_then(tools::version_of);
        print!(
            ", {} {}",
            tool.program,
            version.unwrap_or(tool.wanted.version())
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

/// Only the tests need the last tool, wasm-pack.
fn tool_count(with_tests: bool) -> usize {
    if with_tests { 3 } else { 2 }
}

fn ensure_tools(project: &mut Project, with_tests: bool) -> Outcome<()> {
    let tools = tools::all(project)?;
    let tools = &tools[..tool_count(with_tests)];
    if !missing_anything(project, tools)? {
        return Ok(());
    }
    let _only_one_setup_at_a_time = lock(project)?;
    let steps = tools.len() + 1;
    ensure_target(project, steps)?;
    for (number, tool) in (2..).zip(tools) {
        ensure_tool(project, tool, &format!("[{number}/{steps}]"))?;
    }
    let leftovers = project.private_folder().join("build");
    if leftovers.exists() {
        fs::remove_dir_all(&leftovers)
            .map_err(|error| format!("{} cannot be removed: {error}.", leftovers.display()))?;
    }
    Ok(())
}

/// Looks at everything without installing; puts the project's own copies on PATH.
fn missing_anything(project: &mut Project, tools: &[Tool]) -> Outcome<bool> {
    let mut missing = !target::is_installed(&target::sysroot(project)?);
    for tool in tools {
        match tool.look(project) {
            Found::OnPath => {}
            Found::Private(folder) => project.path.put_first(folder),
            Found::Nowhere | Found::OtherVersion(_) => missing = true,
        }
    }
    Ok(missing)
}

/// Two setups at once would build in the same folder: the second waits here for the first.
fn lock(project: &Project) -> Outcome<File> {
    let file = project.private_folder().join("setup.lock");
    let failed = |error: std::io::Error| format!("{} cannot be locked: {error}.", file.display());
    fs::create_dir_all(project.private_folder()).map_err(failed)?;
    let lock = File::create(&file).map_err(failed)?;
    if lock.try_lock().is_err() {
        println!("Another `cargo xtask` is installing tools: waiting for it ...");
        lock.lock().map_err(failed)?;
    }
    Ok(lock)
}

fn ensure_target(project: &Project, steps: usize) -> Outcome<()> {
    let sysroot = target::sysroot(project)?;
    if target::is_installed(&sysroot) {
        println!("[1/{steps}] Rust target {TARGET}: there");
        return Ok(());
    }
    println!("[1/{steps}] Rust target {TARGET}: installing ...");
    let clock = Clock::start();
    let way = target::install(project, &sysroot)?;
    println!("[1/{steps}] Rust target {TARGET}: installed {way}, in {clock}");
    Ok(())
}

fn ensure_tool(project: &mut Project, tool: &Tool, step: &str) -> Outcome<()> {
    let name = format!("{} {}", tool.package, tool.wanted.version());
    let found = tool.look(project);
    match &found {
        Found::OnPath | Found::Private(_) => {
            println!("{step} {name}: there");
            return Ok(());
        }
        Found::Nowhere => println!("{step} {name}: installing (a few minutes) ..."),
        Found::OtherVersion(file) => println!(
            "{step} {name}: {} is another version and stays as it is; installing a copy for this project (a few minutes) ...",
            file.display()
        ),
    }
    let clock = Clock::start();
    if let Some(folder) = tool.install(project, &found)? {
        project.path.put_first(folder);
    }
    println!("{step} {name}: installed in {clock}");
    Ok(())
}
