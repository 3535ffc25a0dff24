//! A file of the repository, and which of its lines are the program.

use std::fs;
use std::path::{Path, PathBuf};

use super::TESTS_ONLY;

/// A source file with its name from the repository's root on, with slashes.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

impl Source {
    /// The module below `src`, if it is part of one.
    pub(super) fn module(&self) -> Option<&str> {
        let inside = self.name.strip_prefix("src/")?;
        let first = inside.split('/').next()?;
        let module = first.strip_suffix(".rs").unwrap_or(first);
        (!["lib", "main", "bin"].contains(&module)).then_some(module)
    }

    /// The path of its module from the crate's root on.
    pub(super) fn module_path(&self) -> Vec<String> {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let stem = inside.trim_end_matches(".rs");
        let mut path: Vec<String> = stem.split('/').map(ToOwned::to_owned).collect();
        if path
            .last()
            .is_some_and(|last| ["mod", "lib"].contains(&last.as_str()))
        {
            path.pop();
        }
        path
    }

    /// How many modules lie between the crate's root and this file's content.
    pub(super) fn depth(&self) -> usize {
        let parts = self.name.split('/').count().saturating_sub(1);
        if self.name.ends_with("/mod.rs") {
            parts.saturating_sub(1)
        } else {
            parts
        }
    }

    /// Whether the whole file is compiled for tests only.
    pub(super) fn is_test(&self) -> bool {
        let is_test = |part: &str| {
            let name = part.trim_end_matches(".rs");
            ["tests", "testing", "testkit"].contains(&name) || name.ends_with("_tests")
        };
        self.name.split('/').any(is_test) || self.module() == Some(TESTS_ONLY)
    }

    /// The lines of the program itself, numbered from 1: without comments, and up to the module of
    /// tests that ends a file.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let tests = lines
            .windows(2)
            .position(|pair| pair[0] == "#[cfg(test)]" && pair[1] == "mod tests {");
        let end = if self.is_test() {
            0
        } else {
            tests.unwrap_or(lines.len())
        };
        self.text
            .lines()
            .take(end)
            .enumerate()
            .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
    }
}

/// All Rust files below these folders of the repository.
pub(super) fn sources(folders: &[&str]) -> Vec<Source> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    folders
        .iter()
        .for_each(|folder| collect(&root.join(folder), &mut files));
    files.sort();
    assert!(!files.is_empty(), "{} holds no sources", root.display());
    let read = |file: PathBuf| {
        let inside = file.strip_prefix(&root).expect("below the root");
        let name = inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        Source {
            name,
            text: fs::read_to_string(&file).expect("a text"),
        }
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}
