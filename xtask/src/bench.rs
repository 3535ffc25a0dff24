//! `cargo xtask bench`: measures natively (criterion, `benches/`) and in a browser (`tests/speed.rs`) and
//! in the whole page, and prints how every cost grows, the hash rates, and last one table of what is wanted.

mod page;
mod rates;
mod wanted;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::browser::Browser;
use crate::process::{Outcome, output_of, run, shown};
use crate::project::Project;
use crate::setup::{self, Needs};
use crate::stages::wasm_pack;

/// Where to measure, in this order.
pub(crate) const PLACES: [&str; 3] = ["native", "browser", "page"];
/// What a line of a browser's measurement begins with.
const MEASURED: &str = "measured; ";

/// Milliseconds by name, then by size.
type Table = BTreeMap<String, BTreeMap<u64, f64>>;

/// Measures in the places named, or in all if none is.
pub(crate) fn command(project: &mut Project, places: &[String]) -> Outcome<()> {
    let wanted = |place: &str| places.is_empty() || places.iter().any(|name| name == place);
    let mut table = Table::new();
    if wanted("native") {
        native(project, &mut table)?;
    }
    let mut in_page = Vec::new();
    if wanted("browser") || wanted("page") {
        let needs = Needs {
            build_tools: true,
            test_tools: true,
        };
        let browser =
            setup::ensure(project, needs)?.ok_or("Expected a browser to be set up, found none.")?;
        if wanted("browser") {
            in_browser(project, &browser, &mut table)?;
        }
        if wanted("page") {
            in_page = page::measure(project, &browser)?;
        }
    }
    let rates = rates::taken_from(&mut table);
    if !table.is_empty() {
        println!("\n{}", printed(&table));
    }
    if !rates.is_empty() {
        println!("\n{}", rates::printed(&rates));
    }
    let mut values = wanted::values(&table, &rates);
    values.append(&mut in_page);
    println!("\n{}", wanted::printed(&values));
    Ok(())
}

fn native(project: &Project, table: &mut Table) -> Outcome<()> {
    let folder = project.target_folder().join("criterion");
    // What an earlier run measured does not belong into this table.
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|error| format!("{} cannot be removed: {error}.", folder.display()))?;
    }
    let mut cargo = project.cargo_command()?;
    cargo.args(["bench", "--bench", "growth"]);
    println!("$ {}", shown(&cargo));
    run(&mut cargo)?;
    for (name, group) in folders(&folder)? {
        for (size, sample) in folders(&group)? {
            let file = sample.join("new").join("estimates.json");
            let (Ok(size), Ok(text)) = (size.parse(), fs::read_to_string(&file)) else {
                continue;
            };
            let nanoseconds =
                median(&text).ok_or_else(|| format!("{} holds no median.", file.display()))?;
            table
                .entry(name.clone())
                .or_default()
                .insert(size, nanoseconds / 1e6);
        }
    }
    Ok(())
}

fn folders(parent: &Path) -> Outcome<Vec<(String, std::path::PathBuf)>> {
    let entries = fs::read_dir(parent)
        .map_err(|error| format!("{} cannot be read: {error}.", parent.display()))?;
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
    let after = estimates
        .split_once("\"median\"")?
        .1
        .split_once("\"point_estimate\":")?
        .1;
    after.split([',', '}']).next()?.trim().parse().ok()
}

fn in_browser(project: &Project, browser: &Browser, table: &mut Table) -> Outcome<()> {
    let mut wasm_pack = wasm_pack(
        project,
        browser,
        &["--release"],
        &["--test", "speed", "--", "--nocapture"],
    )?;
    wasm_pack.env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    println!("$ {}", shown(&wasm_pack));
    let output = output_of(&mut wasm_pack)?;
    let before = table.len();
    for (name, size, milliseconds) in output.lines().filter_map(measurement) {
        table
            .entry(name.to_owned())
            .or_default()
            .insert(size, milliseconds);
    }
    if table.len() == before {
        Err(format!("Expected measurements, found none in:\n{output}"))
    } else {
        Ok(())
    }
}

/// Name, size and milliseconds of a line that a browser printed.
fn measurement(line: &str) -> Option<(&str, u64, f64)> {
    let (_, line) = line.split_once(MEASURED)?;
    let mut parts = line.split("; ");
    Some((
        parts.next()?,
        parts.next()?.parse().ok()?,
        parts.next()?.trim().parse().ok()?,
    ))
}

/// A block of lines for each cost: its time at each size, and the growth from the first size on.
fn printed(table: &Table) -> String {
    let mut lines = vec![format!(
        "{:>58} {:>12} {:>10} {:>10}",
        "size", "time", "sizes", "times"
    )];
    for (name, sizes) in table {
        let mut first = None;
        for (size, milliseconds) in sizes {
            let label = if first.is_none() { name } else { "" };
            let (least, shortest) = *first.get_or_insert((*size, *milliseconds));
            #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
            let (sizes, times) = (*size as f64 / least as f64, milliseconds / shortest);
            let time = in_unit(*milliseconds);
            lines.push(format!(
                "{label:<46} {size:>11} {time:>12} {:>10} {:>10}",
                ratio(sizes),
                ratio(times)
            ));
        }
    }
    lines.join("\n")
}

fn ratio(value: f64) -> String {
    if value < 100.0 {
        format!("x {value:.1}")
    } else {
        format!("x {value:.0}")
    }
}

fn in_unit(milliseconds: f64) -> String {
    match milliseconds {
        ..0.001 => format!("{:.0} ns", milliseconds * 1e6),
        ..1.0 => format!("{:.1} us", milliseconds * 1e3),
        ..1_000.0 => format!("{milliseconds:.1} ms"),
        _ => format!("{:.2} s", milliseconds / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, in_unit, measurement, median, printed};

    #[test]
    fn estimates_and_lines_of_a_browser_are_read() {
        let estimates = r#"{"mean":{"point_estimate":1.0},"median":{"confidence_interval":{"x":2.0},"point_estimate":1500.5,"standard_error":0.1}}"#;
        assert_eq!(median(estimates), Some(1500.5));
        assert_eq!(median("{}"), None);
        let line = "console.log: measured; catching up; 1000; 812.25";
        assert_eq!(measurement(line), Some(("catching up", 1_000, 812.25)));
        assert_eq!(measurement("running 2 tests"), None);
    }

    #[test]
    fn the_table_shows_how_a_cost_grows_from_its_first_size_on() {
        let table = Table::from([("append".to_owned(), [(100, 0.5), (100_000, 1.0)].into())]);
        let text = printed(&table);
        let last = text.lines().last().unwrap_or_default();
        assert_eq!(
            last.split_whitespace().collect::<Vec<_>>(),
            ["100000", "1.0", "ms", "x", "1000", "x", "2.0"]
        );
        assert_eq!(in_unit(0.000_25), "250 ns");
    }
}
