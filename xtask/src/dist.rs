//! `cargo xtask dist`: builds the page for publishing and checks its size.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::project::Project;
use crate::setup::{self, Needs};
use crate::sizes::{self, LIMIT};
use crate::trunk;

/// The laboratory's program, as Trunk names it and as `index.html` does.
const LAB: &str = "aurex-lab";
/// How the names of its files end.
const LAB_FILES: [&str; 3] = [".js", "_bg.wasm", ".css"];

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
    minify_scripts(out)?;
    name_laboratory(out)?;
    let sizes = sizes::measure(out)?;
    println!("\n{}:\n{}", out.display(), sizes::table(&sizes));
    println!("{}", sizes::expect_small(&sizes, LIMIT)?);
    Ok(())
}

/// Takes comments and blanks out of the scripts, in place. Trunk would, but stops at `for (; …)` in
/// those that wasm-bindgen makes, and sends them as they are.
fn minify_scripts(out: &Path) -> Result<()> {
    let is_script = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "js");
    for file in sizes::files_below(out)?.into_iter().filter(is_script) {
        let script = fs::read_to_string(&file)?;
        fs::write(&file, minifier::js::minify(&script).to_string())?;
    }
    Ok(())
}

/// Gives the files of the laboratory's program one hash of all in their names, as Trunk gives one
/// to the page's, and writes the name into the page: a new release never meets a cached file of the
/// old one.
fn name_laboratory(out: &Path) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    for ending in LAB_FILES {
        let file = out.join(format!("{LAB}{ending}"));
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        bytes.hash(&mut hasher);
    }
    let name = format!("{LAB}-{:016x}", hasher.finish());
    for ending in LAB_FILES {
        let (from, to) = (format!("{LAB}{ending}"), format!("{name}{ending}"));
        fs::rename(out.join(from), out.join(to))?;
    }
    let page = out.join("index.html");
    let text = fs::read_to_string(&page)?;
    let found = text.matches(LAB).count();
    ensure!(
        found == 1,
        "index.html: expected the name {LAB} once, in its meta element, found it {found} times"
    );
    Ok(fs::write(page, text.replace(LAB, &name))?)
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
    use super::{LAB_FILES, expect_replaceable, name_laboratory};
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
    #[test]
    fn the_laboratorys_files_have_another_name_whenever_one_of_them_changes() {
        let folder = std::env::temp_dir().join(format!("aurex-lab-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("made");
        let named = |script: &str, code: &str, style: &str| {
            let write = |file: &str, text: &str| fs::write(folder.join(file), text);
            write("aurex-lab.js", script).expect("written");
            write("aurex-lab_bg.wasm", code).expect("written");
            write("aurex-lab.css", style).expect("written");
            write("index.html", "<meta name=laboratory content=aurex-lab>").expect("written");
            name_laboratory(&folder).expect("named");
            let page = fs::read_to_string(folder.join("index.html")).expect("read");
            let name = page.split("content=").nth(1).unwrap_or_default();
            let name = name.trim_end_matches('>').to_owned();
            let is_there = |ending: &&str| folder.join(format!("{name}{ending}")).is_file();
            assert!(LAB_FILES.iter().all(is_there), "{name}");
            name
        };
        let names = [
            named("a", "b", "c"),
            named("a", "c", "c"),
            named("b", "b", "c"),
            named("a", "b", "d"),
        ];
        let again = named("a", "b", "c");
        let gone = folder.join("aurex-lab.js").exists();
        fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(names[0], again, "the same files, the same name");
        assert!(names[1..].iter().all(|other| *other != again) && !gone);
        assert_eq!(names[0].len(), "aurex-lab-".len() + 16);
    }
}
