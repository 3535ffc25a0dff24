//! What the issues of this project want of its speed, beside what was measured. Ratios are of one
//! run; times in seconds hold for no machine but the one that was measured.
//!
//! The page's own measurements come with their limits: `tests/page/bench`.

use super::Table;

/// A value with its unit, and the least and the most that are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) what: String,
    pub(super) unit: String,
    pub(super) value: f64,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
}

impl Value {
    pub(super) fn new(what: String, unit: &str, value: f64) -> Self {
        let unit = unit.to_owned();
        Self {
            what,
            unit,
            value,
            least: None,
            most: None,
        }
    }

    pub(super) fn at_least(self, least: f64) -> Self {
        Self {
            least: Some(least),
            ..self
        }
    }

    pub(super) fn at_most(self, most: f64) -> Self {
        Self {
            most: Some(most),
            ..self
        }
    }
}

/// What is wanted of a measurement.
enum Wanted {
    /// At most these milliseconds at this size.
    Within(u64, f64),
    /// At most this growth from the first size to the last.
    Growth(f64),
    /// Nothing at this size: it is compared with other checkouts.
    Compared(u64),
    /// At least so many times the hash rate of another measurement.
    Rate(&'static str, f64),
}

use Wanted::{Compared, Growth, Rate, Within};

/// Growth of what grows with the logarithm, from 100 to 100,000.
const LOGARITHMIC: Wanted = Growth(2.5);
/// Growth of what does not grow, with what measuring is off by.
const CONSTANT: Wanted = Growth(1.5);
/// The hash rates of the library, and of one worker alone.
const BROWSER: &str = "hashing by sha2 in the browser";
const NATIVE: &str = "hashing by sha2 natively";
const ONE: &str = "hashing in one miner worker";

/// Name in the table of times, and what is wanted of it.
const WANTED: [(&str, Wanted); 11] = [
    ("hashing by vectors in the browser", Rate(BROWSER, 2.3)),
    ("hashing by vectors in the browser", Rate(NATIVE, 0.55)),
    ("hashing in two miner workers", Rate(ONE, 1.85)),
    (
        "catching up in the browser, by blocks",
        Within(1_000, 3_000.0),
    ),
    (
        "catching up in the browser, by blocks",
        Within(10_000, 30_000.0),
    ),
    (
        "validation in the browser, by transactions",
        Within(256, 100.0),
    ),
    (
        "reopening a ledger in the browser, by blocks",
        Compared(10_000),
    ),
    ("simulator in the browser, by events", Compared(100_000)),
    ("append of a block, by accounts", LOGARITHMIC),
    ("state root after one change, by accounts", LOGARITHMIC),
    ("choosing the head, by length of the chain", CONSTANT),
];

/// What is wanted of what was measured; what was not measured is left out.
pub(super) fn values(times: &Table) -> Vec<Value> {
    let of = |(name, wanted): &(&str, Wanted)| {
        let sizes = times.get(*name)?;
        let at = |size: &u64| {
            Some(Value::new(
                format!("{name}: {size}"),
                "ms",
                *sizes.get(size)?,
            ))
        };
        Some(match wanted {
            Compared(size) => at(size)?,
            Within(size, most) => at(size)?.at_most(*most),
            Growth(most) => {
                let (first, shortest) = sizes.first_key_value()?;
                let (last, longest) = sizes.last_key_value()?;
                let what = format!("{name}: {first} to {last}");
                Value::new(what, "x", longest / shortest).at_most(*most)
            }
            Rate(reference, least) => {
                let rate = rate(times, name)? / rate(times, reference)?;
                let reference = reference.trim_start_matches("hashing ");
                Value::new(format!("{name}, to {reference}"), "x", rate).at_least(*least)
            }
        })
    };
    WANTED.iter().filter_map(of).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(times: &Table, name: &str) -> Option<f64> {
    let (count, milliseconds) = times.get(name)?.first_key_value()?;
    Some(*count as f64 / milliseconds)
}

/// A line for each value, with its ratio to what is wanted.
pub(super) fn printed(values: &[Value]) -> String {
    let head = ["what is wanted", "wanted", "measured", "of wanted"].map(str::to_owned);
    let lines = values.iter().map(|it| {
        let (value, unit) = (it.value, &it.unit);
        let (wanted, target, is_met) = match (it.least, it.most) {
            (Some(least), Some(most)) => (
                format!("{least:.2}-{most:.2} {unit}"),
                least.midpoint(most),
                (least..=most).contains(&value),
            ),
            (None, Some(most)) => (format!("<= {most} {unit}"), most, value <= most),
            (Some(least), None) => (format!(">= {least} {unit}"), least, value >= least),
            (None, None) => {
                return [
                    it.what.clone(),
                    String::new(),
                    format!("{value:.2} {unit}"),
                    String::new(),
                ];
            }
        };
        let verdict = if is_met { "met" } else { "missed" };
        let ratio = format!("x {:.2} {verdict}", value / target);
        [it.what.clone(), wanted, format!("{value:.2} {unit}"), ratio]
    });
    let line = |cells: [String; 4]| {
        let [what, wanted, measured, ratio] = cells.each_ref().map(|cell| cell.trim_end());
        let line = format!("{what:<62} {wanted:>14} {measured:>12} {ratio:>16}");
        line.trim_end().to_owned()
    };
    [head]
        .into_iter()
        .chain(lines)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Table, Value, printed, values};

    #[test]
    fn what_was_measured_is_shown_beside_what_is_wanted_of_it() {
        let row =
            |name: &str, sizes: &[(u64, f64)]| (name.to_owned(), sizes.iter().copied().collect());
        let times = Table::from([
            row(
                "append of a block, by accounts",
                &[(100, 0.5), (1_000, 9.0), (100_000, 1.0)],
            ),
            row("catching up in the browser, by blocks", &[(1_000, 3_300.0)]),
            row("codec", &[(1, 1.0)]),
            row("hashing by sha2 in the browser", &[(4_000, 2.0)]),
            row("hashing by vectors in the browser", &[(20_000, 4.0)]),
        ]);
        let mut values = values(&times);
        let value = |what: &str, unit, value| Value::new(what.to_owned(), unit, value);
        values.push(value("interval", "s", 1.05).at_least(0.85).at_most(1.15));
        values.push(value("answer", "ms", 150.0).at_most(100.0));
        values.push(value("stale", "", 3.0));
        let text = printed(&values);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = text.lines().skip(1).map(words).collect();
        assert_eq!(
            lines,
            [
                "hashing by vectors in the browser, to by sha2 in the browser >= 2.3 x 2.50 x x 1.09 met",
                "catching up in the browser, by blocks: 1000 <= 3000 ms 3300.00 ms x 1.10 missed",
                "append of a block, by accounts: 100 to 100000 <= 2.5 x 2.00 x x 0.80 met",
                "interval 0.85-1.15 s 1.05 s x 1.05 met",
                "answer <= 100 ms 150.00 ms x 1.50 missed",
                "stale 3.00",
            ]
        );
    }
}
