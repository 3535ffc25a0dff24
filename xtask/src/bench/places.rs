//! The three places to measure in: natively (criterion, `benches/`), in a browser's worker
//! (`tests/worker/bench`) and in the whole page as published (`tests/page/bench`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use xshell::Cmd;

use super::Table;
use super::wanted::Value;
use crate::browser::Browser;
use crate::project::Project;
use crate::stages::{BENCH, page_tests, worker_tests};

/// What a line with a measurement contains.
const MEASURED: &str = "measured; ";
/// Longest time for all measurements in a worker, in seconds.
const WORKER_SECONDS: &str = "1200";

/// Fills the table with criterion's medians.
pub(super) fn native(site: &Project, table: &mut Table) -> Result<()> {
    let folder = site.target_folder().join("criterion");
    // What an earlier run measured does not belong into this table.
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{} cannot be removed", folder.display()))?;
    }
    site.cargo()?.args(["bench", "--bench", "growth"]).run()?;
    for (name, group) in folders(&folder)? {
        for (size, sample) in folders(&group)? {
            let file = sample.join("new").join("estimates.json");
            let (Ok(size), Ok(text)) = (size.parse(), fs::read_to_string(&file)) else {
                continue;
            };
            let nanoseconds =
                median(&text).with_context(|| format!("{} holds no median", file.display()))?;
            table
                .entry(name.clone())
                .or_default()
                .insert(size, nanoseconds / 1e6);
        }
    }
    Ok(())
}

fn folders(parent: &Path) -> Result<Vec<(String, PathBuf)>> {
    let entries =
        fs::read_dir(parent).with_context(|| format!("{} cannot be read", parent.display()))?;
    let named = |entry: fs::DirEntry| {
        (
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        )
    };
    Ok(entries
        .flatten()
        .map(named)
        .filter(|(_, path)| path.is_dir())
        .collect())
}

/// The median in criterion's estimates, in nanoseconds.
fn median(estimates: &str) -> Option<f64> {
    let (_, after) = estimates.split_once("\"median\"")?;
    let (_, after) = after.split_once("\"point_estimate\":")?;
    after.split([',', '}']).next()?.trim().parse().ok()
}

/// Fills the table with what a worker measured. The simulator needs a program of its own: the
/// feature that brings it also makes signatures faster.
pub(super) fn browser(site: &Project, browser: &Browser, table: &mut Table) -> Result<()> {
    let features: [&[&str]; 2] = [&[], &["--features", "sim"]];
    let simulator = format!("{BENCH}simulator::");
    // As the page is built. A checkout from before it had a profile of its own has that of
    // releases.
    let manifest = fs::read_to_string(site.root.join("Cargo.toml"))?;
    let profile: &[&str] = if manifest.contains("[profile.page]") {
        &["--profile", "page"]
    } else {
        &["--release"]
    };
    for (features, filter) in features.into_iter().zip([BENCH, &simulator]) {
        let words = [profile, features].concat();
        let tests = worker_tests(site, browser, &words)?;
        let tests = tests.args(["--nocapture", "--include-ignored", filter]);
        let lines = measured(tests.env("WASM_BINDGEN_TEST_TIMEOUT", WORKER_SECONDS))?;
        for line in lines {
            let (name, size, milliseconds) = time(&line)
                .with_context(|| format!("Expected name, size and milliseconds, found {line}"))?;
            table
                .entry(name.to_owned())
                .or_default()
                .insert(size, milliseconds);
        }
    }
    Ok(())
}

/// What the page that `site` has built measures of itself, which takes about half an hour.
pub(super) fn page(project: &Project, site: &Project, browser: &Browser) -> Result<Vec<Value>> {
    let lines = measured(page_tests(project, site, browser)?.arg(BENCH))?;
    let read = |line: &String| {
        value(line).with_context(|| format!("Expected a value with its limits, found {line}"))
    };
    lines.iter().map(read).collect()
}

/// Runs the command; what follows the mark in each of its lines that has it.
fn measured(command: Cmd<'_>) -> Result<Vec<String>> {
    println!("$ {command}");
    // What cargo reports goes on to the terminal.
    let output = Command::from(command).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("{text}\nThe measurement failed ({}).", output.status);
    }
    let lines: Vec<String> = text
        .lines()
        .filter_map(after_mark)
        .map(str::to_owned)
        .collect();
    ensure!(
        !lines.is_empty(),
        "Expected measurements, found none in:\n{text}"
    );
    Ok(lines)
}

fn after_mark(line: &str) -> Option<&str> {
    Some(line.split_once(MEASURED)?.1.trim_end())
}

/// Name, size and milliseconds.
fn time(line: &str) -> Option<(&str, u64, f64)> {
    let mut parts = line.split("; ");
    let name = parts.next()?;
    Some((
        name,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

/// What was measured, its unit, the value, and the least and the most that are wanted of it.
fn value(line: &str) -> Option<Value> {
    let parts: Vec<&str> = line.split(';').map(str::trim).collect();
    let [what, unit, value, least, most] = parts[..] else {
        return None;
    };
    let what = format!("{what}, in the whole page");
    Some(Value {
        least: least.parse().ok(),
        most: most.parse().ok(),
        ..Value::new(what, unit, value.parse().ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::{after_mark, median, time, value};

    #[test]
    fn estimates_and_lines_of_a_browser_are_read() {
        let estimates = r#"{"mean":{"point_estimate":1.0},"median":{"confidence_interval":{"x":2.0},"point_estimate":1500.5,"standard_error":0.1}}"#;
        assert_eq!(median(estimates), Some(1500.5));
        assert_eq!(median("{}"), None);
        let line = after_mark("console.log: measured; catching up; 1000; 812.25\r");
        assert_eq!(line.and_then(time), Some(("catching up", 1_000, 812.25)));
        assert_eq!(after_mark("running 2 tests"), None);
        assert_eq!(time("catching up; many; 1"), None);
    }

    #[test]
    fn a_value_is_read_with_what_is_wanted_of_it() {
        let read = |line| {
            let value = value(after_mark(line)?)?;
            let what = value.what.strip_suffix(", in the whole page")?.to_owned();
            Some((what, value.unit, value.value, value.least, value.most))
        };
        let row = |what: &str, unit: &str, value, least, most| {
            Some((what.to_owned(), unit.to_owned(), value, least, most))
        };
        assert_eq!(
            read("test bench::x ... measured; interval; s; 1.050; 0.850; 1.150"),
            row("interval", "s", 1.05, Some(0.85), Some(1.15))
        );
        assert_eq!(
            read("measured; answer; ms; 150.000; ; 100"),
            row("answer", "ms", 150.0, None, Some(100.0))
        );
        assert_eq!(
            read("measured; stale; ; 3.000; ; "),
            row("stale", "", 3.0, None, None)
        );
        assert_eq!(read("measured; stale; 3.000"), None);
    }
}
