//! Where things are: the repository's root, cargo's home, and the versions in `Cargo.lock`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Outcome, SearchPath};
use crate::version::Version;

/// The repository and the programs to build it with.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) cargo_home: PathBuf,
    pub(crate) path: SearchPath,
}

impl Project {
    pub(crate) fn locate() -> Outcome<Self> {
        let cargo_home = cargo_home()?;
        let mut after = vec![cargo_home.join("bin")];
        if let Some(root) = env::var_os("CARGO_INSTALL_ROOT") {
            after.insert(0, PathBuf::from(root).join("bin"));
        }
        let path = SearchPath::assemble(&[], env::var_os("PATH").as_deref(), &after);
        Ok(Self {
            root: root()?,
            cargo_home,
            path,
        })
    }

    /// The folder for what this project installs beside the user's own tools.
    pub(crate) fn private_folder(&self) -> PathBuf {
        self.cargo_home.join("aurex-playground")
    }

    /// The file that cargo itself was started from, or the one on PATH.
    pub(crate) fn cargo(&self) -> Outcome<PathBuf> {
        match env::var_os("CARGO") {
            Some(cargo) => Ok(PathBuf::from(cargo)),
            None => self.path.find("cargo").ok_or_else(|| {
                "`cargo` is not on PATH: install Rust from https://rustup.rs.".into()
            }),
        }
    }

    /// Cargo in the repository's root.
    pub(crate) fn cargo_command(&self) -> Outcome<Command> {
        let mut cargo = self.path.command_at(&self.cargo()?)?;
        cargo.current_dir(&self.root);
        Ok(cargo)
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target_folder(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty()) {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// Where the published page is built.
    pub(crate) fn dist_folder(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The version of a package in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Outcome<Version> {
        let file = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&file)
            .map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;
        let text = locked_version(&lock, package)
            .ok_or_else(|| format!("Cargo.lock names no package `{package}`."))?;
        Version::parse(text).ok_or_else(|| {
            format!(
                "Cargo.lock gives `{package}` the version `{text}`, which is no version number."
            )
        })
    }
}

/// The version of the first package of that name in the text of a `Cargo.lock`.
fn locked_version<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let name = format!("name = \"{package}\"");
    lock.split("[[package]]")
        .find(|entry| entry.lines().any(|line| line.trim() == name))?
        .lines()
        .find_map(|line| line.trim().strip_prefix("version = "))
        .map(|version| version.trim_matches('"'))
}

/// The root is the parent of this package: cargo says where that is when it runs us; otherwise
/// it is the nearest folder upwards that has an `xtask` package.
fn root() -> Outcome<PathBuf> {
    if let Some(parent) = env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.ends_with("xtask"))
        .as_deref()
        .and_then(Path::parent)
    {
        return Ok(parent.to_path_buf());
    }
    let here = env::current_dir()
        .map_err(|error| format!("The current folder cannot be read: {error}."))?;
    here.ancestors().find(|folder| folder.join("xtask").join("Cargo.toml").is_file()).map(Path::to_path_buf).ok_or_else(
        || {
            format!(
                "{} is not inside the repository: expected a folder upwards that holds xtask/Cargo.toml.",
                here.display()
            )
        },
    )
}

fn cargo_home() -> Outcome<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME").filter(|home| !home.is_empty()) {
        return Ok(PathBuf::from(home));
    }
    env::home_dir()
        .map(|home| home.join(".cargo"))
        .ok_or_else(|| {
            "Neither CARGO_HOME nor a home folder is set: set CARGO_HOME to cargo's folder.".into()
        })
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\ndependencies = [\n \"cfg-if\",\n]\n";

    #[test]
    fn the_lock_file_gives_the_version_of_exactly_that_package() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(locked_version(LOCK, "wasm-bindgen-macro"), Some("9.9.9"));
        assert_eq!(locked_version(LOCK, "cfg-if"), None);
    }
}
