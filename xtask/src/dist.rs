//! `cargo xtask dist`: builds the page for publishing and checks its size.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::project::Project;
use crate::setup::{self, Needs};
use crate::sizes::{self, LIMIT};
use crate::trunk;

/// Sets up what is needed, then builds into `out`, or into our own folder.
pub(crate) fn command(project: &mut Project, out: Option<&OsStr>) -> Result<()> {
    setup::ensure(project, Needs::Build)?;
    let out = out.map_or_else(|| Ok(project.dist_folder()), std::path::absolute)?;
    build(project, &out)
}

/// Builds into the folder `out`, whose old content Trunk removes.
pub(crate) fn build(project: &Project, out: &Path) -> Result<()> {
    expect_replaceable(out, out == project.dist_folder())?;
    trunk::command(project, "build")?
        .arg("--release")
        .arg("--dist")
        .arg(out)
        .run()?;
    let sizes = sizes::measure(out)?;
    println!("\n{}:\n{}", out.display(), sizes::table(&sizes));
    println!("{}", sizes::expect_small(&sizes, LIMIT)?);
    Ok(())
}

/// Only our own folder or a page built earlier may be replaced, not a folder of something else.
fn expect_replaceable(out: &Path, is_ours: bool) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(out) else {
        ensure!(
            !out.exists(),
            "{} is not a folder to build into.",
            out.display()
        );
        return fs::create_dir_all(out)
            .with_context(|| format!("{} cannot be made", out.display()));
    };
    let is_page = || {
        let is_wasm = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "wasm");
        out.join("index.html").is_file()
            && sizes::files_below(out).is_ok_and(|files| files.iter().any(is_wasm))
    };
    // An interrupted build leaves Trunk's own folder behind.
    let only_trunks =
        |entry: std::io::Result<fs::DirEntry>| entry.is_ok_and(|it| it.file_name() == ".stage");
    if is_ours || is_page() || entries.all(only_trunks) {
        return Ok(());
    }
    bail!(
        "{} holds other files, which the build would remove: expected an empty folder or a page built earlier.",
        out.display()
    )
}

#[cfg(test)]
mod tests {
    use super::expect_replaceable;
    use std::fs;

    #[test]
    fn a_folder_of_something_else_is_not_replaced() {
        let folder = std::env::temp_dir().join(format!("aurex-dist-{}", std::process::id()));
        assert!(
            expect_replaceable(&folder, false).is_ok(),
            "nothing is there yet"
        );
        fs::write(folder.join("thesis.txt"), "years of work").expect("written");
        let refused = expect_replaceable(&folder, false).is_err();
        let ours = expect_replaceable(&folder, true).is_ok();
        fs::write(folder.join("index.html"), "").expect("written");
        fs::write(folder.join("a.wasm"), "").expect("written");
        let page = expect_replaceable(&folder, false).is_ok();
        fs::remove_dir_all(&folder).expect("removed");
        assert!(refused && ours && page, "{refused} {ours} {page}");
    }
}
