//! The command-line tools of the build: which version is wanted, which one is there, and how a
//! missing one is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use semver::Version;

use crate::project::Project;
use crate::setup::Needs;

/// Which versions of a tool will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Only this one: its output must match a crate of the same version.
    Exactly(Version),
    /// This one or a later one; this one is installed where none is there.
    AtLeast(Version),
}

impl Wanted {
    pub(crate) fn version(&self) -> &Version {
        match self {
            Self::Exactly(version) | Self::AtLeast(version) => version,
        }
    }

    fn accepts(&self, found: &Version) -> bool {
        match self {
            Self::Exactly(version) => found == version,
            Self::AtLeast(version) => found >= version,
        }
    }
}

/// One tool from crates.io.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    /// The package's name.
    pub(crate) package: &'static str,
    /// The name of its program.
    pub(crate) program: &'static str,
    pub(crate) wanted: Wanted,
    install_options: &'static [&'static str],
    for_what: Needs,
}

/// Where a tool was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// In the folders of PATH.
    OnPath,
    /// In the folder for this project's own tools.
    Private(PathBuf),
    /// Nowhere.
    Nowhere,
    /// Only in a version that will not do: the user's, so it is left alone.
    OtherVersion(PathBuf),
}

/// The tools that are needed, in the order they are installed.
pub(crate) fn needed(project: &Project, needs: Needs) -> Result<Vec<Tool>> {
    let tools = [
        Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            wanted: Wanted::Exactly(project.locked_version("wasm-bindgen")?),
            install_options: &[],
            for_what: Needs::Build,
        },
        Tool {
            package: "trunk",
            program: "trunk",
            wanted: Wanted::AtLeast(Version::new(0, 21, 14)),
            install_options: &["--no-default-features", "--features", "rustls"],
            for_what: Needs::Build,
        },
        Tool {
            package: "wasm-pack",
            program: "wasm-pack",
            wanted: Wanted::AtLeast(Version::new(0, 15, 1)),
            install_options: &[],
            for_what: Needs::Browser,
        },
    ];
    Ok(tools
        .into_iter()
        .filter(|tool| tool.for_what <= needs)
        .collect())
}

impl Tool {
    /// Looks in the project's own folder first, then along PATH. Only the first program of PATH
    /// counts, as other programs find that one too.
    pub(crate) fn look(&self, project: &Project) -> Found {
        let private = self.private_root(project).join("bin");
        let program = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        if self.works(&private.join(program)) {
            return Found::Private(private);
        }
        match project.find(self.program) {
            None => Found::Nowhere,
            Some(file) if self.works(&file) => Found::OnPath,
            Some(file) => Found::OtherVersion(file),
        }
    }

    fn works(&self, program: &Path) -> bool {
        program.is_file() && version_of(program).is_some_and(|found| self.wanted.accepts(&found))
    }

    fn private_root(&self, project: &Project) -> PathBuf {
        let name = format!("{}-{}", self.package, self.wanted.version());
        project.private_folder().join(name)
    }

    /// Installs the tool: among the user's tools where there is none, in the project's own folder
    /// where another version must be left alone. Returns the folder to look in first, if any.
    pub(crate) fn install(&self, project: &Project, found: &Found) -> Result<Option<PathBuf>> {
        let root = match found {
            Found::OtherVersion(_) => Some(self.private_root(project)),
            Found::OnPath | Found::Private(_) | Found::Nowhere => None,
        };
        self.run_cargo_install(project, root.as_deref())?;
        let first = root.map(|root| root.join("bin"));
        match self.look(project) {
            Found::OnPath | Found::Private(_) => Ok(first),
            Found::Nowhere | Found::OtherVersion(_) => bail!(
                "{} {} was installed, but no working `{}` of that version is found: expected it in {}.",
                self.package,
                self.wanted.version(),
                self.program,
                first
                    .unwrap_or_else(|| project.cargo_home.join("bin"))
                    .display()
            ),
        }
    }

    fn run_cargo_install(&self, project: &Project, root: Option<&Path>) -> Result<()> {
        let place = project.private_folder();
        fs::create_dir_all(&place)
            .with_context(|| format!("{} cannot be made", place.display()))?;
        let version = self.wanted.version().to_string();
        let mut cargo = project
            .cargo()?
            .args(["install", "--locked", self.package, "--version", &version])
            .args(self.install_options);
        if let Some(root) = root {
            cargo = cargo.arg("--root").arg(root);
        }
        // Settings that build the tools in half the time at the price of a little of their speed.
        let cargo = cargo
            .env("CARGO_TARGET_DIR", place.join("build"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("CARGO_BUILD_RUSTFLAGS");
        // Not in the repository, whose .cargo/config.toml is for the page.
        let mut cargo = Command::from(cargo);
        let status = cargo.current_dir(&place).status()?;
        if !status.success() {
            bail!("`cargo install {}` failed ({status}).", self.package);
        }
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
pub(crate) fn version_in(text: &str) -> Option<Version> {
    text.split_whitespace()
        .find_map(|word| Version::parse(word).ok())
}

#[cfg(test)]
mod tests {
    use super::{Version, Wanted, version_in};

    #[test]
    fn a_pinned_tool_takes_no_other_version_and_the_others_take_later_ones() {
        let [older, wanted, later] = [128, 129, 130].map(|patch| Version::new(0, 2, patch));
        assert!(Wanted::Exactly(wanted.clone()).accepts(&wanted));
        assert!(!Wanted::Exactly(wanted.clone()).accepts(&later));
        assert!(Wanted::AtLeast(wanted.clone()).accepts(&later));
        assert!(!Wanted::AtLeast(wanted).accepts(&older));
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
