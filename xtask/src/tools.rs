//! The command-line tools of the build: which version is wanted, which one is there, and how a
//! missing one is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use semver::Version;

use crate::project::Project;
use crate::setup::Needs;

/// One tool from crates.io.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    /// The package's name.
    pub(crate) package: &'static str,
    /// The name of its program.
    pub(crate) program: &'static str,
    /// What is installed where none is there.
    pub(crate) version: Version,
    /// Whether only this version will do, as its output must match a crate; otherwise a later one
    /// will do too.
    is_exact: bool,
    install_options: &'static [&'static str],
    for_what: Needs,
}

/// The tools that are needed, in the order they are installed.
pub(crate) fn needed(project: &Project, needs: Needs) -> Result<Vec<Tool>> {
    let tools = [
        Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: project.locked_version("wasm-bindgen")?,
            is_exact: true,
            install_options: &[],
            for_what: Needs::Build,
        },
        Tool {
            package: "trunk",
            program: "trunk",
            version: Version::new(0, 21, 14),
            is_exact: false,
            install_options: &["--no-default-features", "--features", "rustls"],
            for_what: Needs::Build,
        },
        Tool {
            package: "wasm-pack",
            program: "wasm-pack",
            version: Version::new(0, 15, 1),
            is_exact: false,
            install_options: &[],
            for_what: Needs::ByHand,
        },
    ];
    Ok(tools
        .into_iter()
        .filter(|tool| tool.for_what <= needs)
        .collect())
}

impl Tool {
    /// Whether the project finds a version that will do: its own copy, which it then prefers, or
    /// the first program of PATH, as other programs find that one too.
    pub(crate) fn is_ready(&self, project: &mut Project) -> bool {
        let own = self.private_root(project).join("bin");
        let program = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        if self.accepts(&own.join(program)) {
            project.put_first(own);
            return true;
        }
        project
            .find(self.program)
            .is_some_and(|file| self.accepts(&file))
    }

    fn accepts(&self, program: &Path) -> bool {
        let version = program.is_file().then(|| version_of(program)).flatten();
        version.is_some_and(|found| self.fits(&found))
    }

    fn fits(&self, found: &Version) -> bool {
        *found == self.version || !self.is_exact && *found > self.version
    }

    fn private_root(&self, project: &Project) -> PathBuf {
        let name = format!("{}-{}", self.package, self.version);
        project.private_folder().join(name)
    }

    /// Installs the tool: among the user's tools where there is none, in the project's own folder
    /// where another version must be left alone.
    pub(crate) fn install(&self, project: &mut Project) -> Result<()> {
        let other = project.find(self.program);
        if let Some(file) = &other {
            println!("{} is another version and stays as it is.", file.display());
        }
        let place = project.private_folder();
        let mut words: Vec<_> = ["install", "--locked", self.package, "--version"].into();
        let (version, root) = (self.version.to_string(), self.private_root(project));
        words.push(&version);
        words.extend(self.install_options);
        // Settings that build the tools in half the time at the price of a little of their speed.
        let cargo = project
            .cargo()?
            .args(words)
            .args(other.is_some().then_some("--root"))
            .args(other.is_some().then_some(root))
            .env("CARGO_TARGET_DIR", place.join("build"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("CARGO_BUILD_RUSTFLAGS");
        fs::create_dir_all(&place)
            .with_context(|| format!("{} cannot be made", place.display()))?;
        // Not in the repository, whose .cargo/config.toml is for the page.
        let status = Command::from(cargo).current_dir(&place).status()?;
        ensure!(
            status.success(),
            "`cargo install {}` failed ({status}).",
            self.package
        );
        ensure!(
            self.is_ready(project),
            "{} {version} was installed, but no working `{}` of that version is found.",
            self.package,
            self.program
        );
        Ok(())
    }
}

/// What the program answers to `--version`.
pub(crate) fn version_of(program: &Path) -> Option<Version> {
    version_in(&version_text(program)?)
}

/// The line that the program answers to `--version`.
pub(crate) fn version_text(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = output.status.success().then_some(output.stdout)?;
    String::from_utf8(text).ok()
}

/// The first word that is a version: "trunk 0.21.14".
fn version_in(text: &str) -> Option<Version> {
    text.split_whitespace()
        .find_map(|word| Version::parse(word).ok())
}

#[cfg(test)]
mod tests {
    use super::{Needs, Tool, Version, version_in};

    #[test]
    fn a_pinned_tool_takes_no_other_version_and_the_others_take_later_ones() {
        let tool = |is_exact| Tool {
            package: "tool",
            program: "tool",
            version: Version::new(0, 2, 129),
            is_exact,
            install_options: &[],
            for_what: Needs::Build,
        };
        let fits = |is_exact, patch| tool(is_exact).fits(&Version::new(0, 2, patch));
        assert_eq!(
            [128, 129, 130].map(|patch| fits(true, patch)),
            [false, true, false]
        );
        assert_eq!(
            [128, 129, 130].map(|patch| fits(false, patch)),
            [false, true, true]
        );
    }

    #[test]
    fn versions_are_found_in_what_tools_print() {
        assert_eq!(version_in("trunk 0.21.14\n"), Some(Version::new(0, 21, 14)));
        assert_eq!(
            version_in("rustc 1.96.0 (abc 2026-01-01)"),
            Some(Version::new(1, 96, 0))
        );
        assert_eq!(version_in("no number here"), None);
    }
}
