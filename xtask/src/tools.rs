//! The command-line tools of the build: which version is wanted, which one is there, and how a
//! missing one is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Outcome, output_of};
use crate::progress;
use crate::project::Project;
use crate::version::Version;

/// Which versions of a tool will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Only this one: its output must match a crate of the same version.
    Exactly(Version),
    /// This one or a later one; this one is installed where none is there.
    AtLeast(Version),
}

impl Wanted {
    pub(crate) fn version(self) -> Version {
        match self {
            Self::Exactly(version) | Self::AtLeast(version) => version,
        }
    }

    fn accepts(self, found: Version) -> bool {
        match self {
            Self::Exactly(version) => found == version,
            Self::AtLeast(version) => found >= version,
        }
    }
}

/// One tool from crates.io.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    /// The package's name.
    pub(crate) package: &'static str,
    /// The name of its program.
    pub(crate) program: &'static str,
    pub(crate) wanted: Wanted,
    install_options: &'static [&'static str],
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

/// The tools in the order they are installed.
pub(crate) fn all(project: &Project) -> Outcome<[Tool; 3]> {
    Ok([
        Tool {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            wanted: Wanted::Exactly(project.locked_version("wasm-bindgen")?),
            install_options: &[],
        },
        Tool {
            package: "trunk",
            program: "trunk",
            wanted: Wanted::AtLeast(Version::new(0, 21, 14)),
            install_options: &["--no-default-features", "--features", "rustls"],
        },
        Tool {
            package: "wasm-pack",
            program: "wasm-pack",
            wanted: Wanted::AtLeast(Version::new(0, 15, 1)),
            install_options: &[],
        },
    ])
}

impl Tool {
    /// Looks in the project's own folder first, then along PATH. Only the first program of PATH
    /// counts, as other programs find that one too.
    pub(crate) fn look(&self, project: &Project) -> Found {
        let private = self.private_root(project);
        let program = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        if self.works(&private.join("bin").join(program)) {
            return Found::Private(private.join("bin"));
        }
        match project.path.find(self.program) {
            None => Found::Nowhere,
            Some(file) if self.works(&file) => Found::OnPath,
            Some(file) => Found::OtherVersion(file),
        }
    }

    fn works(&self, program: &Path) -> bool {
        program.is_file() && version_of(program).is_some_and(|found| self.wanted.accepts(found))
    }

    fn private_root(&self, project: &Project) -> PathBuf {
        let name = format!("{}-{}", self.package, self.wanted.version());
        project.private_folder().join(name)
    }

    /// Installs the tool: among the user's tools where there is none, in the project's own folder
    /// where another version must be left alone. Gives the folder to put first on PATH, if any.
    pub(crate) fn install(&self, project: &Project, found: &Found) -> Outcome<Option<PathBuf>> {
        let root = match found {
            Found::OtherVersion(_) => Some(self.private_root(project)),
            Found::OnPath | Found::Private(_) | Found::Nowhere => None,
        };
        let place = project.private_folder();
        fs::create_dir_all(&place)
            .map_err(|error| format!("{} cannot be made: {error}.", place.display()))?;
        progress::run_cargo(&mut self.install_command(project, root.as_deref(), &place)?)?;
        let first = root.map(|root| root.join("bin"));
        match self.look(project) {
            Found::OnPath | Found::Private(_) => Ok(first),
            Found::Nowhere | Found::OtherVersion(_) => Err(format!(
                "{} {} was installed, but no working `{}` of that version is found: expected it in {}.",
                self.package,
                self.wanted.version(),
                self.program,
                first
                    .unwrap_or_else(|| project.cargo_home.join("bin"))
                    .display()
            )),
        }
    }

    fn install_command(
        &self,
        project: &Project,
        root: Option<&Path>,
        place: &Path,
    ) -> Outcome<Command> {
        let mut cargo = project.path.command_at(&project.cargo()?)?;
        cargo
            .args(["install", "--locked", self.package, "--version"])
            .arg(self.wanted.version().to_string())
            .args(self.install_options);
        if let Some(root) = root {
            cargo.arg("--root").arg(root);
        }
        // Not in the repository, whose .cargo/config.toml is for the page; and with settings that
        // build the tools in half the time at the price of a little of their speed.
        cargo
            .current_dir(place)
            .env("CARGO_TARGET_DIR", place.join("build"))
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        for variable in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "CARGO_BUILD_RUSTFLAGS",
        ] {
            cargo.env_remove(variable);
        }
        Ok(cargo)
    }
}

/// What the program answers to `--version`.
pub(crate) fn version_of(program: &Path) -> Option<Version> {
    let text = output_of(Command::new(program).arg("--version")).ok()?;
    Version::find(&text)
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use crate::version::Version;

    #[test]
    fn a_pinned_tool_takes_no_other_version_and_the_others_take_later_ones() {
        let (older, wanted, later) = (
            Version::new(0, 2, 128),
            Version::new(0, 2, 129),
            Version::new(0, 2, 130),
        );
        assert!(Wanted::Exactly(wanted).accepts(wanted));
        assert!(!Wanted::Exactly(wanted).accepts(later));
        assert!(Wanted::AtLeast(wanted).accepts(later));
        assert!(!Wanted::AtLeast(wanted).accepts(older));
    }
}
