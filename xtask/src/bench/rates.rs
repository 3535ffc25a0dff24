//! Hash rates, and the ratios between them: absolute rates differ from machine to machine and from
//! hour to hour.

use super::Table;

/// What the names of such measurements begin with.
const HASHING: &str = "hashing ";
/// The library on one thread of this machine.
pub(super) const NATIVE: &str = "by sha2 natively";
/// The library in a worker.
pub(super) const BROWSER: &str = "by sha2 in the browser";
/// The kernel with four nonces in a vector, in the same binary.
pub(super) const VECTORS: &str = "by vectors in the browser";
/// One worker alone.
pub(super) const ONE_WORKER: &str = "in one miner worker";
/// Two at once.
pub(super) const TWO_WORKERS: &str = "in two miner workers";
/// What the others are compared with, and the head of the column.
const REFERENCES: [(&str, &str); 3] = [
    (NATIVE, "to native"),
    (BROWSER, "to sha2"),
    (ONE_WORKER, "to one"),
];

/// Takes the hash rates out of the measurements, in hashes per second.
pub(super) fn taken_from(table: &mut Table) -> Vec<(String, f64)> {
    let names: Vec<String> = table
        .keys()
        .filter(|name| name.starts_with(HASHING))
        .cloned()
        .collect();
    let mut rates = Vec::new();
    for name in names {
        for (count, milliseconds) in table.remove(&name).unwrap_or_default() {
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            rates.push((
                name.trim_start_matches(HASHING).to_owned(),
                count as f64 / milliseconds * 1_000.0,
            ));
        }
    }
    rates
}

/// The rate of this name, if it was measured.
pub(super) fn of(rates: &[(String, f64)], wanted: &str) -> Option<f64> {
    rates
        .iter()
        .find(|(name, _)| name == wanted)
        .map(|(_, rate)| *rate)
}

/// A line for each rate, with its ratio to each reference that was measured too.
pub(super) fn printed(rates: &[(String, f64)]) -> String {
    let references = REFERENCES.map(|(name, _)| of(rates, name));
    let mut text = format!("{:<32}{:>12}", "hashing", "million/s");
    for (_, head) in REFERENCES {
        text.push_str(&format!("{head:>12}"));
    }
    for (name, rate) in rates {
        text.push_str(&format!("\n{name:<32}{:>12.2}", rate / 1e6));
        for reference in references {
            let ratio = reference.map_or_else(String::new, |reference| {
                format!("x {:.2}", rate / reference)
            });
            text.push_str(&format!("{ratio:>12}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Table, printed, taken_from};

    #[test]
    fn rates_are_taken_out_and_compared_with_the_references_that_there_are() {
        let mut table = Table::from([
            ("append".to_owned(), [(1, 1.0)].into()),
            (
                "hashing by sha2 in the browser".to_owned(),
                [(4_000, 1.0)].into(),
            ),
            (
                "hashing by vectors in the browser".to_owned(),
                [(20_000, 2.0)].into(),
            ),
        ]);
        let rates = taken_from(&mut table);
        assert_eq!(table.len(), 1);
        let text = printed(&rates);
        let last: Vec<_> = text
            .lines()
            .last()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        assert_eq!(
            last,
            [
                "by", "vectors", "in", "the", "browser", "10.00", "x", "2.50"
            ]
        );
    }
}
