//! Starting other programs: finding them, giving them a PATH, and saying clearly what went wrong.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Every failure is a sentence for the person at the terminal.
pub(crate) type Outcome<T> = Result<T, String>;

/// File name endings of programs, in the order they are tried.
#[cfg(windows)]
const PROGRAM_ENDINGS: [&str; 3] = [".exe", ".cmd", ".bat"];
#[cfg(not(windows))]
const PROGRAM_ENDINGS: [&str; 1] = [""];

/// The folders in which programs are looked for: those of PATH, with our own put before and after.
#[derive(Debug, Clone)]
pub(crate) struct SearchPath {
    folders: Vec<PathBuf>,
}

impl SearchPath {
    /// The folders of `path_variable`, none of them twice, the first place winning.
    pub(crate) fn assemble(
        before: &[PathBuf],
        path_variable: Option<&OsStr>,
        after: &[PathBuf],
    ) -> Self {
        let given = path_variable.map(|value| env::split_paths(value).collect::<Vec<_>>());
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in before
            .iter()
            .chain(given.iter().flatten())
            .chain(after.iter())
        {
            if !folder.as_os_str().is_empty() && !folders.contains(folder) {
                folders.push(folder.clone());
            }
        }
        Self { folders }
    }

    /// The same folders with `folder` in front of them.
    pub(crate) fn put_first(&mut self, folder: PathBuf) {
        self.folders.retain(|known| *known != folder);
        self.folders.insert(0, folder);
    }

    /// The first program of that name, as PATH would find it.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        self.find_all(name).next()
    }

    /// All programs of that name, in the order of PATH.
    pub(crate) fn find_all(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        self.folders.iter().flat_map(move |folder| {
            PROGRAM_ENDINGS
                .iter()
                .map(move |ending| folder.join(format!("{name}{ending}")))
                .filter(|file| is_program(file))
        })
    }

    /// The value for a child's PATH variable.
    pub(crate) fn to_variable(&self) -> Outcome<OsString> {
        env::join_paths(&self.folders)
            .map_err(|error| format!("The PATH for child processes cannot be written: {error}."))
    }

    /// A command for the named program, with this PATH.
    pub(crate) fn command(&self, name: &str) -> Outcome<Command> {
        let program = self
            .find(name)
            .ok_or_else(|| format!("`{name}` is not on PATH."))?;
        self.command_at(&program)
    }

    /// A command for the program in that file, with this PATH.
    pub(crate) fn command_at(&self, program: &Path) -> Outcome<Command> {
        let mut command = Command::new(program);
        command.env("PATH", self.to_variable()?);
        // `cargo run` describes this package to us; a child must not take that for its own.
        for (variable, _) in env::vars_os() {
            let name = variable.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&variable);
            }
        }
        Ok(command)
    }
}

/// Whether the file is there and may be run.
pub(crate) fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata()
            .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        file.is_file()
    }
}

/// The command as one would type it, with the program's plain name.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_stem().unwrap_or_default().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    let quoted: Vec<String> = words
        .iter()
        .map(|word| {
            if word.is_empty() || word.contains(char::is_whitespace) {
                format!("\"{word}\"")
            } else {
                word.to_string()
            }
        })
        .collect();
    quoted.join(" ")
}

/// Runs the command with our own input and output; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let status = command
        .status()
        .map_err(|error| format!("`{}` cannot be started: {error}.", shown(command)))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`{}` {}.", shown(command), ending(status)))
}

/// What the command prints on its standard output, if it succeeds.
pub(crate) fn output_of(command: &mut Command) -> Outcome<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{}` cannot be started: {error}.", shown(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint = complaint.trim();
    let ending = ending(output.status);
    Err(if complaint.is_empty() {
        format!("`{}` {ending}.", shown(command))
    } else {
        format!("`{}` {ending} and said: {complaint}", shown(command))
    })
}

/// How a process ended, as the end of a sentence.
pub(crate) fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("failed with exit code {code}"),
        None => format!("was ended by the system ({status})"),
    }
}

#[cfg(test)]
mod tests {
    use super::{SearchPath, shown};
    use std::env;
    use std::path::PathBuf;
    use std::process::Command;

    #[test]
    fn path_keeps_its_order_and_names_no_folder_twice() {
        let folders = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let variable = env::join_paths(["b", "a", "", "c"]).expect("plain names");
        let mut path =
            SearchPath::assemble(&folders(&["a"]), Some(&variable), &folders(&["c", "d"]));
        assert_eq!(path.folders, folders(&["a", "b", "c", "d"]));
        path.put_first(PathBuf::from("c"));
        assert_eq!(path.folders, folders(&["c", "a", "b", "d"]));
        let joined = path.to_variable().expect("plain names");
        assert_eq!(
            env::split_paths(&joined).collect::<Vec<_>>(),
            folders(&["c", "a", "b", "d"])
        );
    }

    #[test]
    fn no_path_variable_leaves_our_own_folders() {
        let path = SearchPath::assemble(&[PathBuf::from("a")], None, &[]);
        assert_eq!(path.folders, [PathBuf::from("a")]);
        assert_eq!(path.find("no-such-program"), None);
    }

    #[test]
    fn commands_are_shown_as_typed() {
        let mut command = Command::new("tools/cargo");
        command.args(["test", "two words", ""]);
        assert_eq!(shown(&command), "cargo test \"two words\" \"\"");
    }
}
