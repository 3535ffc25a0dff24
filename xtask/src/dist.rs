//! `cargo xtask dist`: builds the page for publishing, shrinks it, and checks its size.

use std::fs;
use std::path::Path;

use crate::process::{Outcome, run};
use crate::project::Project;
use crate::setup::{self, Needs};
use crate::sizes;
use crate::tools::version_of;
use crate::trunk;
use crate::version::Version;

/// Older ones do not know what today's rustc writes.
const OLDEST_WASM_OPT: Version = Version::new(116, 0, 0);

/// Sets up what is needed, then builds into `out`.
pub(crate) fn command(project: &mut Project, out: &Path) -> Outcome<()> {
    setup::ensure(project, Needs { build_tools: true, test_tools: false })?;
    build(project, out)
}

/// Builds into the folder `out`, whose old content Trunk removes.
pub(crate) fn build(project: &Project, out: &Path) -> Outcome<()> {
    expect_replaceable(out, out == project.dist_folder())?;
    let mut trunk = trunk::command(project, "build")?;
    trunk.arg("--release").arg("--dist").arg(out);
    run(&mut trunk)?;
    shrink(project, out)?;
    let sizes = sizes::measure(out)?;
    println!("\n{}:\n{}", out.display(), sizes::table(&sizes));
    let verdict = sizes::expect_small(&sizes, sizes::LIMIT)?;
    println!("{verdict}");
    Ok(())
}

/// Only our own folder or a page built earlier may be replaced, not a folder of something else.
fn expect_replaceable(out: &Path, is_ours: bool) -> Outcome<()> {
    let Ok(mut entries) = fs::read_dir(out) else {
        return if out.exists() {
            Err(format!("{} is not a folder: expected one, or nothing, to build into.", out.display()))
        } else {
            fs::create_dir_all(out).map_err(|error| format!("{} cannot be made: {error}.", out.display()))
        };
    };
    let is_page = || {
        out.join("index.html").is_file()
            && sizes::files_below(out)
                .is_ok_and(|files| files.iter().any(|file| file.extension().is_some_and(|ending| ending == "wasm")))
    };
    // An interrupted build leaves Trunk's own folder behind.
    let only_trunks = |entry: std::io::Result<fs::DirEntry>| entry.is_ok_and(|entry| entry.file_name() == ".stage");
    if is_ours || is_page() || entries.all(only_trunks) {
        return Ok(());
    }
    Err(format!(
        "{} holds other files, which the build would remove: expected an empty folder or a page built earlier.",
        out.display()
    ))
}

/// Runs `wasm-opt` over the built page where there is one that is new enough.
fn shrink(project: &Project, out: &Path) -> Outcome<()> {
    let Some(program) = project.path.find("wasm-opt") else {
        println!(
            "wasm-opt: not on PATH, skipped (optional: it makes the page about a third smaller; `npm install -g binaryen` has it)."
        );
        return Ok(());
    };
    match version_of(&program) {
        Some(version) if version >= OLDEST_WASM_OPT => {}
        found => {
            let found = found.map_or_else(|| "unknown".to_owned(), |version| version.major.to_string());
            println!(
                "wasm-opt: skipped, as {} is too old: expected version {} or later, found {found}.",
                program.display(),
                OLDEST_WASM_OPT.major
            );
            return Ok(());
        }
    }
    for file in sizes::files_below(out)? {
        if file.extension().is_none_or(|ending| ending != "wasm") {
            continue;
        }
        let smaller = file.with_extension("wasm.smaller");
        let mut optimise = project.path.command_at(&program)?;
        optimise.arg("-Os").arg("-o").arg(&smaller).arg(&file);
        run(&mut optimise)?;
        fs::rename(&smaller, &file).map_err(|error| format!("{} cannot be replaced: {error}.", file.display()))?;
    }
    println!("wasm-opt: done.");
    Ok(())
}
