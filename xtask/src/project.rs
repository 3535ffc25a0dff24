//! Where things are: the repository's root, cargo's home, the programs, and the versions in
//! `Cargo.lock`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use semver::Version;
use xshell::{Cmd, Shell};

/// A checkout and the programs to build it with.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) cargo_home: PathBuf,
    shell: Shell,
    /// Where programs are looked for, the first place winning: PATH and cargo's own folders.
    folders: Vec<PathBuf>,
}

impl Project {
    /// The checkout that this program was started in.
    pub(crate) fn locate() -> Result<Self> {
        let cargo_home = cargo_home()?;
        let mut folders: Vec<PathBuf> = env::var_os("PATH")
            .map(|path| env::split_paths(&path).collect())
            .unwrap_or_default();
        folders.extend(env::var_os("CARGO_INSTALL_ROOT").map(|root| Path::new(&root).join("bin")));
        folders.push(cargo_home.join("bin"));
        Ok(Self {
            root: root()?,
            cargo_home,
            shell: Shell::new()?,
            folders,
        })
    }

    /// Another checkout, with the same programs.
    pub(crate) fn at(&self, root: PathBuf) -> Result<Self> {
        Ok(Self {
            root,
            cargo_home: self.cargo_home.clone(),
            shell: Shell::new()?,
            folders: self.folders.clone(),
        })
    }

    /// Looks for programs in this folder before all others.
    pub(crate) fn put_first(&mut self, folder: PathBuf) {
        self.folders.insert(0, folder);
    }

    /// The first program of that name.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        self.find_all(name).into_iter().next()
    }

    /// All programs of that name, in the order of the folders.
    pub(crate) fn find_all(&self, name: &str) -> Vec<PathBuf> {
        let path = env::join_paths(&self.folders).ok();
        which::which_in_all(name, path, &self.root)
            .map(Iterator::collect)
            .unwrap_or_default()
    }

    /// A command for a program in one of the folders, or of a path, in the repository's root.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Result<Cmd<'_>> {
        let program = program.as_ref();
        let file = which::which_in(program, Some(env::join_paths(&self.folders)?), &self.root)
            .with_context(|| format!("`{}` is not on PATH", program.display()))?;
        self.shell.change_dir(&self.root);
        let mut command = self
            .shell
            .cmd(file)
            .env("PATH", env::join_paths(&self.folders)?);
        // `cargo run` describes this package to us; a child must not take that for its own.
        for (variable, _) in env::vars_os() {
            let name = variable.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command = command.env_remove(variable);
            }
        }
        Ok(command)
    }

    /// Cargo in the repository's root: the one that started us, or the one on PATH.
    pub(crate) fn cargo(&self) -> Result<Cmd<'_>> {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .context("Install Rust from https://rustup.rs")
    }

    /// The folder for what this project installs beside the user's own tools.
    pub(crate) fn private_folder(&self) -> PathBuf {
        self.cargo_home.join("aurex-playground")
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target_folder(&self) -> PathBuf {
        self.root
            .join(set("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
    }

    /// Where the published page is built.
    pub(crate) fn dist_folder(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The version of a package in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Result<Version> {
        let file = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&file)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        let text = locked_version(&lock, package)
            .with_context(|| format!("Cargo.lock names no package `{package}`"))?;
        Version::parse(text)
            .with_context(|| format!("Cargo.lock has `{package}` in a version `{text}`"))
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
fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    if let Some(package) = package.filter(|folder| folder.ends_with("xtask")) {
        return Ok(package.parent().unwrap_or(&package).to_path_buf());
    }
    let here = env::current_dir()?;
    here.ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .with_context(|| {
            format!(
                "{} is not inside the repository: expected a folder upwards that holds xtask/Cargo.toml",
                here.display()
            )
        })
}

fn cargo_home() -> Result<PathBuf> {
    set("CARGO_HOME")
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .context("Neither CARGO_HOME nor a home folder is set: set CARGO_HOME to cargo's folder")
}

/// A variable that is set and not empty.
pub(crate) fn set(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
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
