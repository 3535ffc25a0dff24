//! What the issues of this project want of its speed, beside what was measured. Ratios are of one
//! run; times in seconds hold for no machine but the one that was measured.
//!
//! The page's own measurements come with their limits: `tests/page/bench`.

use super::{Table, rates};

/// Growth of what grows with the logarithm, from 100 to 100,000.
const LOGARITHMIC: f64 = 2.5;
/// Growth of what does not grow, with what measuring is off by.
const CONSTANT: f64 = 1.5;

/// A value with its unit, and the least and the most that are wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) what: String,
    pub(super) unit: String,
    pub(super) value: f64,
    pub(super) least: Option<f64>,
    pub(super) most: Option<f64>,
}

/// What is wanted of a time or of its growth.
enum Wanted {
    /// At most these milliseconds at this size.
    Within(u64, f64),
    /// At most this growth from the first size to the last.
    Growth(f64),
    /// No limit at this size: it is compared with other checkouts.
    Compared(u64),
}

/// Name in the table of times, and what is wanted of it.
const TIMES: [(&str, Wanted); 8] = [
    (
        "catching up in the browser, by blocks",
        Wanted::Within(1_000, 3_000.0),
    ),
    (
        "catching up in the browser, by blocks",
        Wanted::Within(10_000, 30_000.0),
    ),
    (
        "validation in the browser, by transactions",
        Wanted::Within(256, 100.0),
    ),
    (
        "reopening a ledger in the browser, by blocks",
        Wanted::Compared(10_000),
    ),
    ("simulator in the browser, by seeds", Wanted::Compared(20)),
    (
        "append of a block, by accounts",
        Wanted::Growth(LOGARITHMIC),
    ),
    (
        "state root after one change, by accounts",
        Wanted::Growth(LOGARITHMIC),
    ),
    (
        "choosing the head, by length of the chain",
        Wanted::Growth(CONSTANT),
    ),
];

/// A hash rate, what it is divided by, and the least that is wanted.
const RATES: [(&str, &str, f64); 3] = [
    (rates::VECTORS, rates::BROWSER, 2.3),
    (rates::VECTORS, rates::NATIVE, 0.55),
    (rates::TWO_WORKERS, rates::ONE_WORKER, 1.85),
];

/// What is wanted of what was measured.
pub(super) fn values(times: &Table, rates: &[(String, f64)]) -> Vec<Value> {
    RATES
        .iter()
        .filter_map(|wanted| of_rates(rates, *wanted))
        .chain(TIMES.iter().filter_map(|wanted| of_times(times, wanted)))
        .collect()
}

fn of_rates(rates: &[(String, f64)], (name, reference, least): (&str, &str, f64)) -> Option<Value> {
    let what = format!("hashing {name}, to {reference}");
    let value = rates::of(rates, name)? / rates::of(rates, reference)?;
    Some(Value {
        what,
        unit: "x".to_owned(),
        value,
        least: Some(least),
        most: None,
    })
}

fn of_times(times: &Table, (name, wanted): &(&str, Wanted)) -> Option<Value> {
    let sizes = times.get(*name)?;
    let (what, unit, value, most) = match wanted {
        Wanted::Within(size, most) => (
            format!("{name}: {size}"),
            "ms",
            *sizes.get(size)?,
            Some(*most),
        ),
        Wanted::Compared(size) => (format!("{name}: {size}"), "ms", *sizes.get(size)?, None),
        Wanted::Growth(most) => {
            let ((first, shortest), (last, longest)) =
                (sizes.first_key_value()?, sizes.last_key_value()?);
            (
                format!("{name}: {first} to {last}"),
                "x",
                longest / shortest,
                Some(*most),
            )
        }
    };
    Some(Value {
        what,
        unit: unit.to_owned(),
        value,
        least: None,
        most,
    })
}

/// A line for each value, with its ratio to what is wanted.
pub(super) fn printed(values: &[Value]) -> String {
    let mut lines = vec![format!(
        "{:<62} {:>14} {:>12} {:>16}",
        "what is wanted", "wanted", "measured", "of wanted"
    )];
    for Value {
        what,
        unit,
        value,
        least,
        most,
    } in values
    {
        let (wanted, target) = match (least, most) {
            (Some(least), Some(most)) => (
                format!("{least:.2}-{most:.2} {unit}"),
                Some(least.midpoint(*most)),
            ),
            (None, Some(most)) => (format!("<= {most} {unit}"), Some(*most)),
            (Some(least), None) => (format!(">= {least} {unit}"), Some(*least)),
            (None, None) => (String::new(), None),
        };
        let met =
            least.is_none_or(|least| *value >= least) && most.is_none_or(|most| *value <= most);
        let verdict = if met { "met" } else { "missed" };
        let ratio = target
            .map(|target| format!("x {:.2} {verdict}", value / target))
            .unwrap_or_default();
        let measured = format!("{value:.2} {unit}");
        let line = format!(
            "{what:<62} {:>14} {:>12} {ratio:>16}",
            wanted.trim_end(),
            measured.trim_end()
        );
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{RATES, TIMES, Table, Value, printed, values};

    #[test]
    fn what_was_measured_is_shown_beside_what_is_wanted_of_it() {
        let times = Table::from([
            (
                "append of a block, by accounts".to_owned(),
                [(100, 0.5), (1_000, 9.0), (100_000, 1.0)].into(),
            ),
            (
                "catching up in the browser, by blocks".to_owned(),
                [(1_000, 3_300.0)].into(),
            ),
            ("codec".to_owned(), [(1, 1.0)].into()),
        ]);
        let rates = [
            ("by vectors in the browser".to_owned(), 5.0),
            ("by sha2 in the browser".to_owned(), 2.0),
        ];
        let mut values = values(&times, &rates);
        assert!(
            values.len() < RATES.len() + TIMES.len(),
            "what was not measured is left out"
        );
        let value = |what: &str, unit: &str, value, least, most| Value {
            what: what.to_owned(),
            unit: unit.to_owned(),
            value,
            least,
            most,
        };
        values.push(value("interval", "s", 1.05, Some(0.85), Some(1.15)));
        values.push(value("answer", "ms", 150.0, None, Some(100.0)));
        values.push(value("stale", "", 3.0, None, None));
        let text = printed(&values);
        let lines: Vec<String> = text
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
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
