//! `cargo xtask dist`: builds the page for publishing and checks its size.

use std::fs;
use std::path::Path;

use crate::process::{Outcome, run};
use crate::project::Project;
use crate::setup::{self, Needs};
use crate::sizes;
use crate::trunk;

/// Sets up what is needed, then builds into `out`.
pub(crate) fn command(project: &mut Project, out: &Path) -> Outcome<()> {
    setup::ensure(
        project,
        Needs {
            build_tools: true,
            test_tools: false,
        },
    )?;
    build(project, out)
}

/// Builds into the folder `out`, whose old content Trunk removes.
pub(crate) fn build(project: &Project, out: &Path) -> Outcome<()> {
    expect_replaceable(out, out == project.dist_folder())?;
    let mut trunk = trunk::command(project, "build")?;
    trunk.arg("--release").arg("--dist").arg(out);
    run(&mut trunk)?;
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
            Err(format!(
                "{} is not a folder: expected one, or nothing, to build into.",
                out.display()
            ))
        } else {
            fs::create_dir_all(out)
                .map_err(|error| format!("{} cannot be made: {error}.", out.display()))
        };
    };
    let is_page = || {
        out.join("index.html").is_file()
            && sizes::files_below(out).is_ok_and(|files| {
                files
                    .iter()
                    .any(|file| file.extension().is_some_and(|ending| ending == "wasm"))
            })
    };
    // An interrupted build leaves Trunk's own folder behind.
    let only_trunks = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| entry.file_name() == ".stage")
    };
    if is_ours || is_page() || entries.all(only_trunks) {
        return Ok(());
    }
    Err(format!(
        "{} holds other files, which the build would remove: expected an empty folder or a page built earlier.",
        out.display()
    ))
}
