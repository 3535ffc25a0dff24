//! `cargo xtask bench`: measures natively, in a browser's worker and in the whole page; prints how
//! every cost grows, the hash rates, and one table of what is wanted. With another checkout, each
//! place is measured there too, just before, and every measurement is compared.

mod against;
mod places;
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
    /// What the page measured of itself.
    page: Vec<Value>,
}

/// Measures in the places named, or in all if none is.
pub(crate) fn command(
    project: &mut Project,
    names: &[String],
    against: Option<&OsStr>,
) -> Result<()> {
    let is_named = |place: &&str| names.is_empty() || names.iter().any(|name| name == place);
    let places: Vec<&str> = PLACES.into_iter().filter(is_named).collect();
    let is_native = places == ["native"];
    let needs = if is_native {
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
    if !ours.times.is_empty() {
        println!("\n{}", growth(&ours.times));
    }
    let mut values = wanted::values(&ours.times);
    values.extend_from_slice(&ours.page);
    println!("\n{}", wanted::printed(&values));
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
        Ok(())
    }

    /// Every measurement as a value; of a time, less is better.
    fn rows(&self) -> Vec<Value> {
        let times = self.times.iter().flat_map(|(name, sizes)| {
            sizes.iter().map(move |(size, time)| {
                Value::new(format!("{name}: {size}"), "ms", *time).at_most(f64::INFINITY)
            })
        });
        times.chain(self.page.iter().cloned()).collect()
    }
}

/// A block of lines for each cost: its time or hash rate at each size, and the growth of the time
/// from the first size on.
#[expect(clippy::cast_precision_loss, reason = "ratios for people")]
fn growth(table: &Table) -> String {
    let mut text = format!(
        "{:>58} {:>16} {:>10} {:>10}",
        "size", "time", "sizes", "times"
    );
    for (name, sizes) in table {
        let mut first = None;
        for (size, time) in sizes {
            let label = if first.is_none() { name } else { "" };
            let (least, shortest) = *first.get_or_insert((*size, *time));
            let shown = match name.starts_with("hashing ") {
                true => format!("{:.2} million/s", *size as f64 / time / 1e3),
                false => in_unit(*time),
            };
            let ratios = [*size as f64 / least as f64, time / shortest];
            let [sizes, times] = ratios.map(|ratio| format!("x {ratio:.1}"));
            text.push_str(&format!(
                "\n{label:<46} {size:>11} {shown:>16} {sizes:>10} {times:>10}"
            ));
        }
    }
    text
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
    use super::{Table, growth, in_unit};

    #[test]
    fn the_table_shows_how_a_cost_grows_from_its_first_size_on_and_hash_rates() {
        let table = Table::from([
            ("append".to_owned(), [(100, 0.5), (100_000, 1.0)].into()),
            ("hashing by sha2".to_owned(), [(4_000, 1.0)].into()),
        ]);
        let text = growth(&table);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<_> = text.lines().skip(1).map(words).collect();
        assert_eq!(
            lines,
            [
                "append 100 500.0 us x 1.0 x 1.0",
                "100000 1.0 ms x 1000.0 x 2.0",
                "hashing by sha2 4000 4.00 million/s x 1.0 x 1.0"
            ]
        );
        assert_eq!(in_unit(0.000_25), "250 ns");
    }
}
