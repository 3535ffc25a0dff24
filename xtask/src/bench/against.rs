//! The same measurements of another checkout, side by side: only in one run and on one machine do
//! times compare. The other must have its measurements in the same places (`tests/worker/bench`,
//! `benches/growth`); its page is driven by our own tests.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::wanted::Value;
use crate::project::Project;

/// The part by which a value may be worse before it is named: less is noise.
const NOISE: f64 = 0.1;

/// The checkout in a folder, or that of a commit, which is checked out below `target/against`.
pub(super) fn checkout(project: &Project, which: &OsStr) -> Result<Project> {
    let folder = std::path::absolute(Path::new(which))?;
    if folder.join("Cargo.toml").is_file() {
        return project.at(folder);
    }
    let commit = format!("{}^{{commit}}", which.display());
    let commit = project
        .command("git")?
        .args(["rev-parse", "--verify", "--quiet", &commit])
        .read()
        .with_context(|| {
            format!(
                "Expected a folder with a checkout, or a commit, found `{}`",
                which.display()
            )
        })?;
    let folder = project.target_folder().join("against").join(&commit);
    if !folder.exists() {
        let git = project
            .command("git")?
            .args(["worktree", "add", "--detach"]);
        git.arg(&folder).arg(&commit).run()?;
    }
    project.at(folder)
}

/// A line for each of our values that was measured there too.
pub(super) fn printed(ours: &[Value], theirs: &[Value]) -> String {
    let mut lines = vec![format!(
        "{:<74} {:>14} {:>14} {:>10}",
        "compared in one run", "there", "here", "here/there"
    )];
    for our in ours {
        let Some(their) = theirs.iter().find(|their| their.what == our.what) else {
            continue;
        };
        let (unit, ratio) = (&our.unit, our.value / their.value);
        let [there, here] = [their, our].map(|it| format!("{:.2} {unit}", it.value));
        let line = format!(
            "{:<74} {:>14} {:>14} {ratio:>10.2}",
            our.what,
            there.trim_end(),
            here.trim_end()
        );
        let worse = match (our.least, our.most) {
            (None, Some(_)) => ratio > 1.0 + NOISE,
            (Some(_), None) => ratio < 1.0 - NOISE,
            _ => false,
        };
        lines.push(if worse { format!("{line} worse") } else { line });
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Value, printed};

    #[test]
    fn what_was_measured_twice_is_compared_and_what_got_worse_is_named() {
        let value = |what: &str, value| Value::new(what.to_owned(), "ms", value);
        let ours = [
            value("slower", 12.0).at_most(100.0),
            value("a little slower", 10.9).at_most(100.0),
            value("lower rate", 8.0).at_least(1.0),
            value("higher rate", 12.0).at_least(1.0),
            value("anything", 20.0),
            value("new", 1.0).at_most(100.0),
        ];
        let theirs = ours.clone().map(|it| Value { value: 10.0, ..it });
        let text = printed(&ours, &theirs[..5]);
        let ends = |line: &str| {
            line.split_whitespace()
                .rev()
                .take(2)
                .map(str::to_owned)
                .collect()
        };
        let ends: Vec<Vec<String>> = text.lines().skip(1).map(ends).collect();
        assert_eq!(
            ends,
            [
                ["worse", "1.20"],
                ["1.09", "ms"],
                ["worse", "0.80"],
                ["1.20", "ms"],
                ["2.00", "ms"]
            ]
        );
    }
}
