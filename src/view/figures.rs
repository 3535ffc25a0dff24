//! Numbers and hashes as people read them. Pure; the page and the console show the same text for
//! the same value.

pub use crate::primitives::{compact, count_of, grouped, short, span};

/// How long ago something was: `just now`, `12 s ago`, `3 min ago`.
#[must_use]
pub fn ago(at: u64, now: u64) -> String {
    let passed = now.saturating_sub(at);
    let (seconds, minutes, hours) = (passed / 1_000, passed / 60_000, passed / 3_600_000);
    match passed {
        0..1_000 => "just now".to_owned(),
        1_000..60_000 => format!("{seconds} s ago"),
        60_000..3_600_000 => format!("{minutes} min ago"),
        3_600_000..86_400_000 => format!("{hours} h ago"),
        _ => format!("{} d ago", hours / 24),
    }
}

/// A span that somebody chose: `5 s`, `2.5 s`.
#[must_use]
pub fn interval(ms: u64) -> String {
    if ms.is_multiple_of(1_000) && ms < 60_000 {
        format!("{} s", ms / 1_000)
    } else {
        span(ms)
    }
}

/// A number of bytes: `204 B`, `12.3 kB`, `4.56 MB`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "three figures are shown")]
pub fn bytes(count: u64) -> String {
    if count < 1_000 {
        format!("{count} B")
    } else {
        format!("{}B", compact(count as f64))
    }
}

/// The chance, 0 to 1, that this many tries have found at least one block of this difficulty.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a chance is shown in percent")]
pub fn chance(tries: u64, difficulty: u64) -> f64 {
    // Never certain, however many tries.
    (1.0 - (-(tries as f64) / difficulty.max(1) as f64).exp()).min(1.0 - f64::EPSILON)
}

/// A share of 1 in percent: `0 %`, `63 %`, `99.9 %`, but `100 %` only where it is certain.
#[must_use]
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p >= 99.95 && share < 1.0 => "> 99.9 %".to_owned(),
        p if p > 99.0 && share < 1.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// How many of the first hexadecimal digits are zero.
#[must_use]
pub fn zero_digits(hex: &str) -> usize {
    hex.chars().take_while(|digit| *digit == '0').count()
}

/// The difficulty in words: `256 (2 zero digits)`.
#[must_use]
pub fn difficulty(value: u64) -> String {
    let digits = value.checked_ilog2().unwrap_or(0) / 4;
    if value.is_power_of_two() && value.ilog2().is_multiple_of(4) && digits > 0 {
        format!(
            "{} ({digits} leading zero {})",
            grouped(value),
            if digits == 1 { "digit" } else { "digits" }
        )
    } else {
        grouped(value)
    }
}

/// Hexadecimal cut into lines of 32 bytes with the offset of each, for reading bytes.
#[must_use]
pub fn hex_lines(hex: &str) -> Vec<(usize, String)> {
    let line = |(number, line): (usize, &[u8])| {
        let mut text = String::with_capacity(line.len() * 3 / 2);
        for (at, digit) in line.iter().enumerate() {
            if at > 0 && at % 2 == 0 {
                text.push(' ');
            }
            text.push(char::from(*digit));
        }
        (number * 32, text)
    };
    hex.as_bytes().chunks(64).enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_reads_in_its_largest_unit_and_a_clock_that_is_ahead_is_now() {
        for (passed, text) in [
            (999, "just now"),
            (12_900, "12 s ago"),
            (185_000, "3 min ago"),
            (7_800_000, "2 h ago"),
            (273_600_000, "3 d ago"),
        ] {
            assert_eq!(ago(1_000, 1_000 + passed), text);
        }
        assert_eq!(ago(5_000, 1_000), "just now");
    }

    #[test]
    fn a_chosen_interval_reads_as_it_was_chosen() {
        assert_eq!(
            [5_000, 2_500, 60_000].map(interval),
            ["5 s", "2.5 s", "1 min 0 s"]
        );
    }

    #[test]
    fn a_chance_grows_to_63_percent_at_the_expected_tries() {
        assert_eq!(percent(chance(0, 256)), "0 %");
        assert_eq!(percent(chance(256, 256)), "63 %");
        assert_eq!(percent(chance(1_280, 256)), "99.3 %");
        assert_eq!(percent(chance(10_000, 256)), "> 99.9 %");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn difficulties_name_their_zero_digits_only_where_exact() {
        assert_eq!(difficulty(256), "256 (2 leading zero digits)");
        assert_eq!(difficulty(16), "16 (1 leading zero digit)");
        assert_eq!(difficulty(5_000), "5,000");
        assert_eq!(difficulty(0), "0");
    }

    #[test]
    fn hex_is_cut_into_lines_of_32_bytes() {
        let lines = hex_lines(&"ab".repeat(33));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], (32, "ab".to_owned()));
        assert!(hex_lines("").is_empty());
    }
}
