//! `cargo xtask bench`: measures natively, in a browser's worker and in the whole page; prints how
//! every cost grows, the hash rates, and one table of what is wanted. With another checkout, each
//! place is measured there too, just before, and every measurement is compared.

mod against;
mod places;
mod rates;
mod wanted;

use std::collections::BTreeMap;
use std::ffi::OsStr;

use anyhow::{Context as _, Result};

use crate::browser::Browser;
use crate::dist;
use crate::project::Project;
use crate::setup::{self, Needs};
use wanted::Value;

/// Where to measure, in this order.
pub(crate) const PLACES: [&str; 3] = ["native", "browser", "page"];

/// Milliseconds by name, then by size.
type Table = BTreeMap<String, BTreeMap<u64, f64>>;

/// What was measured of one checkout.
#[derive(Debug, Default)]
struct Report {
    times: Table,
    /// Hashes per second, by name.
    rates: Vec<(String, f64)>,
    /// What the page measured of itself.
    page: Vec<Value>,
}

/// Measures in the places named, or in all if none is.
pub(crate) fn command(
    project: &mut Project,
    names: &[String],
    against: Option<&OsStr>,
) -> Result<()> {
    let places: Vec<&str> = PLACES
        .into_iter()
        .filter(|place| names.is_empty() || names.iter().any(|name| name == place))
        .collect();
    let needs = if places == ["native"] {
        Needs::Rust
    } else {
        Needs::Browser
    };
    let browser = setup::ensure(project, needs)?;
    let other = against
        .map(|which| against::checkout(project, which))
        .transpose()?;
    if let Some(other) = other.as_ref().filter(|_| places.contains(&"page")) {
        dist::build(other, &other.dist_folder())?;
    }
    let (mut ours, mut theirs) = (Report::default(), Report::default());
    for place in places {
        if let Some(other) = &other {
            theirs.measure(place, project, other, browser.as_ref())?;
        }
        ours.measure(place, project, project, browser.as_ref())?;
    }
    println!("\n{}", ours.printed());
    if other.is_some() {
        println!("\n{}", against::printed(&ours.rows(), &theirs.rows()));
    }
    Ok(())
}

impl Report {
    /// Measures the checkout `site` in one place; the page is driven by the tests of `project`.
    fn measure(
        &mut self,
        place: &str,
        project: &Project,
        site: &Project,
        browser: Option<&Browser>,
    ) -> Result<()> {
        let browser = || browser.context("Expected a browser to be set up, found none");
        match place {
            "native" => places::native(site, &mut self.times)?,
            "browser" => places::browser(site, browser()?, &mut self.times)?,
            _ => self.page = places::page(project, site, browser()?)?,
        }
        self.rates.append(&mut rates::taken_from(&mut self.times));
        Ok(())
    }

    fn printed(&self) -> String {
        let mut parts = Vec::new();
        if !self.times.is_empty() {
            parts.push(printed(&self.times));
        }
        if !self.rates.is_empty() {
            parts.push(rates::printed(&self.rates));
        }
        let mut values = wanted::values(&self.times, &self.rates);
        values.extend_from_slice(&self.page);
        parts.push(wanted::printed(&values));
        parts.join("\n\n")
    }

    /// Every measurement as a value.
    fn rows(&self) -> Vec<Value> {
        let time = |(name, size, time): (&String, &u64, &f64)| Value {
            what: format!("{name}: {size}"),
            unit: "ms".to_owned(),
            value: *time,
            least: None,
            most: Some(f64::INFINITY),
        };
        let rate = |(name, rate): &(String, f64)| Value {
            what: format!("hashing {name}"),
            unit: "million/s".to_owned(),
            value: rate / 1e6,
            least: Some(0.0),
            most: None,
        };
        let times = self.times.iter().flat_map(|(name, sizes)| {
            sizes
                .iter()
                .map(move |(size, milliseconds)| (name, size, milliseconds))
        });
        let times = times.map(time).chain(self.rates.iter().map(rate));
        times.chain(self.page.iter().cloned()).collect()
    }
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
    let digits = if value < 100.0 { 1 } else { 0 };
    format!("x {value:.digits$}")
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
    use super::{Table, in_unit, printed};

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
