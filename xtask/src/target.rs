//! The standard library for `wasm32-unknown-unknown`: from rustup, or from an archive beside the
//! repository where rustup cannot fetch it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Outcome, output_of};
use crate::project::Project;
use crate::version::Version;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Names an archive of the target's standard library, for machines that rustup cannot serve.
const ARCHIVE_VARIABLE: &str = "AUREX_RUST_STD";

/// Where rustc looks for its targets' libraries.
pub(crate) fn sysroot(project: &Project) -> Outcome<PathBuf> {
    let mut rustc = project.path.command("rustc").map_err(|problem| {
        format!("{problem} Expected a Rust toolchain: install it from https://rustup.rs.")
    })?;
    rustc
        .current_dir(&project.root)
        .args(["--print", "sysroot"]);
    Ok(PathBuf::from(output_of(&mut rustc)?.trim()))
}

/// Whether the standard library for the target lies in that sysroot.
pub(crate) fn is_installed(sysroot: &Path) -> bool {
    let folder = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    fs::read_dir(folder).is_ok_and(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
    })
}

/// Installs the target and says by which way.
pub(crate) fn install(project: &Project, sysroot: &Path) -> Outcome<&'static str> {
    let from_rustup = ask_rustup(project);
    let Err(problem) = from_rustup else {
        return Ok("from rustup");
    };
    let version = rustc_version(project)?;
    let Some(archive) = archive(project, version)? else {
        return Err(format!(
            "The Rust target {TARGET} is missing and could not be installed. {problem} \
             Install it with `rustup target add {TARGET}`, with your system's package for it, or \
             set {ARCHIVE_VARIABLE} to an archive rust-std-{version}-{TARGET}.tar.xz."
        ));
    };
    unpack(project, &archive, sysroot)?;
    if is_installed(sysroot) {
        return Ok("from an archive, as rustup could not fetch it");
    }
    Err(format!(
        "{} was unpacked into {} but held no standard library for {TARGET}.",
        archive.display(),
        sysroot.display()
    ))
}

fn ask_rustup(project: &Project) -> Outcome<()> {
    let mut rustup = project.path.command("rustup")?;
    rustup
        .current_dir(&project.root)
        .args(["target", "add", TARGET]);
    output_of(&mut rustup).map(drop)
}

fn rustc_version(project: &Project) -> Outcome<Version> {
    let mut rustc = project.path.command("rustc")?;
    rustc.current_dir(&project.root).arg("--version");
    let text = output_of(&mut rustc)?;
    Version::find(&text).ok_or_else(|| format!("`rustc --version` printed no version: {text}"))
}

/// The archive named by the environment, or the one in a folder `shared` beside the repository.
fn archive(project: &Project, version: Version) -> Outcome<Option<PathBuf>> {
    let wanted = archive_name(version);
    if let Some(file) = env::var_os(ARCHIVE_VARIABLE).map(PathBuf::from) {
        if !file.is_file() {
            return Err(format!(
                "{ARCHIVE_VARIABLE} names {}, which is no file.",
                file.display()
            ));
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !fits(&name, version) {
            return Err(format!(
                "{ARCHIVE_VARIABLE} names {name}, but this rustc needs the library of its own version: expected {wanted}."
            ));
        }
        return Ok(Some(file));
    }
    let beside = project.root.join("../shared/toolchain").join(wanted);
    Ok(Some(beside).filter(|file| file.is_file()))
}

fn archive_name(version: Version) -> String {
    format!("rust-std-{version}-{TARGET}.tar.xz")
}

/// A library of another rustc version cannot be used; a file named otherwise gets a try.
fn fits(name: &str, version: Version) -> bool {
    !name.starts_with("rust-std-") || name.starts_with(&format!("rust-std-{version}-"))
}

/// Unpacks beside the place where the library goes, then moves it there in one step.
fn unpack(project: &Project, archive: &Path, sysroot: &Path) -> Outcome<()> {
    let rustlib = sysroot.join("lib/rustlib");
    let staging = rustlib.join(format!("{TARGET}.unpacking"));
    let failed = |what: &str, error: std::io::Error| {
        format!("{} cannot be {what}: {error}.", staging.display())
    };
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(|error| failed("emptied", error))?;
    }
    fs::create_dir_all(&staging).map_err(|error| failed("made", error))?;
    let mut tar = project.path.command("tar").map_err(|problem| {
        format!(
            "{problem} Expected it, with xz, to unpack {}.",
            archive.display()
        )
    })?;
    tar.arg("-xf").arg(archive).arg("-C").arg(&staging);
    let moved = output_of(&mut tar).and_then(|_| {
        let library = find_library(&staging, 4)
            .ok_or_else(|| format!("{} holds no folder rustlib/{TARGET}.", archive.display()))?;
        let place = rustlib.join(TARGET);
        if place.exists() {
            fs::remove_dir_all(&place).map_err(|error| failed("put in place", error))?;
        }
        fs::rename(&library, &place).map_err(|error| failed("put in place", error))
    });
    let cleaned = fs::remove_dir_all(&staging).map_err(|error| failed("removed", error));
    moved.and(cleaned)
}

/// The folder `rustlib/<target>` at most `depth` folders down: archives of the distribution wrap
/// it in folders of their own.
fn find_library(folder: &Path, depth: u32) -> Option<PathBuf> {
    let here = folder.join("rustlib").join(TARGET);
    if here.is_dir() {
        return Some(here);
    }
    let deeper = depth.checked_sub(1)?;
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .find_map(|path| find_library(&path, deeper))
}

#[cfg(test)]
mod tests {
    use super::{archive_name, fits};
    use crate::version::Version;

    #[test]
    fn only_the_library_of_the_same_rustc_fits() {
        let version = Version::new(1, 95, 0);
        assert!(fits(&archive_name(version), version));
        assert!(fits("library.tar.xz", version));
        assert!(!fits(&archive_name(Version::new(1, 96, 0)), version));
    }
}
