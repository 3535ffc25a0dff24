//! The standard library for `wasm32-unknown-unknown`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::project::Project;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Whether rustc has the standard library for the target.
pub(crate) fn is_installed(project: &Project) -> Result<bool> {
    let rustc = project
        .command("rustc")
        .context("Expected a Rust toolchain: install it from https://rustup.rs")?;
    let sysroot = rustc.args(["--print", "sysroot"]).quiet().read()?;
    let folder = Path::new(&sysroot)
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    let is_core = |file: fs::DirEntry| file.file_name().to_string_lossy().starts_with("libcore-");
    Ok(fs::read_dir(folder).is_ok_and(|files| files.flatten().any(is_core)))
}

/// Installs the target by rustup.
pub(crate) fn install(project: &Project) -> Result<()> {
    let rustup = project.command("rustup");
    let added = rustup.and_then(|rustup| Ok(rustup.args(["target", "add", TARGET]).run()?));
    added.with_context(|| {
        format!(
            "The Rust target {TARGET} is missing and could not be installed: install it with \
             `rustup target add {TARGET}`, or with your system's package for it"
        )
    })
}
