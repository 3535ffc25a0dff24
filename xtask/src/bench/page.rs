//! The third place of `cargo xtask bench`: mining in the whole page as published (`tests/page/bench`), each value
//! beside what is wanted of it.

use crate::browser::Browser;
use crate::process::{Outcome, output_of, shown};
use crate::project::Project;
use crate::stages::{PAGE_BENCH, page_tests};

/// A value with its unit, and the least and the most that are wanted.
#[derive(Debug, PartialEq)]
struct Value<'a> {
    what: &'a str,
    unit: &'a str,
    value: f64,
    least: Option<f64>,
    most: Option<f64>,
}

/// Measures, which takes about fifteen minutes, and gives a table.
pub(super) fn measure(project: &Project, browser: &Browser) -> Outcome<String> {
    let mut cargo = page_tests(project, browser)?;
    cargo.arg(PAGE_BENCH);
    println!("$ {}", shown(&cargo));
    let output = output_of(&mut cargo)?;
    let values: Vec<Value<'_>> = output.lines().filter_map(value).collect();
    if values.is_empty() {
        Err(format!("Expected measurements, found none in:\n{output}"))
    } else {
        Ok(printed(&values))
    }
}

fn value(line: &str) -> Option<Value<'_>> {
    let (_, line) = line.split_once(super::MEASURED)?;
    let parts: Vec<&str> = line.trim_end().split(';').map(str::trim).collect();
    let [what, unit, value, least, most] = parts[..] else { return None };
    Some(Value { what, unit, value: value.parse().ok()?, least: least.parse().ok(), most: most.parse().ok() })
}

/// A line for each value, with its ratio to what is wanted.
fn printed(values: &[Value<'_>]) -> String {
    let mut lines =
        vec![format!("{:<58} {:>14} {:>12} {:>16}", "in the whole page", "wanted", "measured", "of wanted")];
    for Value { what, unit, value, least, most } in values {
        let (wanted, target) = match (least, most) {
            (Some(least), Some(most)) => (format!("{least:.2}-{most:.2} {unit}"), Some(least.midpoint(*most))),
            (None, Some(most)) => (format!("<= {most} {unit}"), Some(*most)),
            (_, None) => (String::new(), None),
        };
        let met = least.is_none_or(|least| *value >= least) && most.is_none_or(|most| *value <= most);
        let verdict = if met { "met" } else { "missed" };
        let ratio = target.map(|target| format!("x {:.2} {verdict}", value / target)).unwrap_or_default();
        let measured = format!("{value:.2} {unit}");
        let line = format!("{what:<58} {:>14} {:>12} {ratio:>16}", wanted.trim_end(), measured.trim_end());
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{printed, value};

    #[test]
    fn a_value_is_shown_beside_what_is_wanted_of_it() {
        let lines = [
            "test bench::x ... measured; interval; s; 1.050; 0.850; 1.150",
            "measured; answer; ms; 150.000; ; 100",
            "measured; stale; ; 3.000; ; ",
            "test result: ok",
        ];
        let values: Vec<_> = lines.iter().filter_map(|line| value(line)).collect();
        let rows: Vec<Vec<String>> = printed(&values)
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().map(ToOwned::to_owned).collect())
            .collect();
        assert_eq!(rows[0], ["interval", "0.85-1.15", "s", "1.05", "s", "x", "1.05", "met"]);
        assert_eq!(rows[1], ["answer", "<=", "100", "ms", "150.00", "ms", "x", "1.50", "missed"]);
        assert_eq!(rows[2], ["stale", "3.00"]);
        assert_eq!(rows.len(), 3);
    }
}
