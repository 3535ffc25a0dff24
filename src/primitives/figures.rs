//! Numbers as people read them, where the core speaks to people; the page has more of them in
//! `view/figures.rs`.

/// Digits in groups of three: `1,234,567`.
#[must_use]
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One word or the other: `1 block`, `2 blocks`.
#[must_use]
pub fn count_of(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// The first eight digits of a hash or address, for people; never an identity.
#[must_use]
pub fn short(hex: &str) -> String {
    hex.chars().take(8).collect()
}

/// Three significant figures with a unit prefix: `0`, `8.4`, `950`, `1.25 k`, `3.10 M`.
#[must_use]
pub fn compact(value: f64) -> String {
    // The sum of nothing is -0; adding 0 takes the sign away.
    let value = if value.is_finite() {
        value.max(0.0) + 0.0
    } else {
        0.0
    };
    let (scaled, prefix) = match value {
        v if v >= 999_500_000.0 => (v / 1e9, " G"),
        v if v >= 999_500.0 => (v / 1e6, " M"),
        v if v >= 999.5 => (v / 1e3, " k"),
        v => (v, ""),
    };
    let figures = match scaled {
        s if s >= 99.95 || (prefix.is_empty() && s.fract() == 0.0) => format!("{s:.0}"),
        s if s >= 9.995 => format!("{s:.1}"),
        s if prefix.is_empty() => format!("{s:.1}"),
        s => format!("{s:.2}"),
    };
    format!("{figures}{prefix}")
}

/// A span of time: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`.
#[must_use]
pub fn span(ms: u64) -> String {
    let (seconds, minutes, hours) = (ms / 1_000, ms / 60_000, ms / 3_600_000);
    match ms {
        0..10_000 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        10_000..60_000 => format!("{seconds} s"),
        60_000..3_600_000 => format!("{minutes} min {} s", seconds % 60),
        3_600_000..86_400_000 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d {} h", hours / 24, hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three_and_one_is_singular() {
        let texts = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count_of(1, "block", "blocks"), "1 block");
        assert_eq!(count_of(1_000, "block", "blocks"), "1,000 blocks");
    }

    #[test]
    fn groups_and_counts() {
        assert_eq!(
            ["0", "999", "1,000", "9,007,199,254,740,991"].map(str::to_owned),
            [
                grouped(0),
                grouped(999),
                grouped(1_000),
                grouped((1 << 53) - 1)
            ]
        );
        assert_eq!(
            (
                count_of(1, "block", "blocks"),
                count_of(0, "block", "blocks")
            ),
            ("1 block".into(), "0 blocks".into())
        );
    }

    #[test]
    fn compact_keeps_three_figures_and_survives_odd_input() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (8.44, "8.4"),
            (17.0, "17"),
            (949.6, "950"),
            (999.7, "1.00 k"),
            (1_250.0, "1.25 k"),
            (34_560.0, "34.6 k"),
            (3_100_000.0, "3.10 M"),
            (f64::NAN, "0"),
            (-5.0, "0"),
        ] {
            assert_eq!(compact(value), text, "{value}");
        }
    }

    #[test]
    fn spans_read_in_two_units_at_most() {
        for (ms, text) in [
            (0, "0.0 s"),
            (450, "0.4 s"),
            (12_900, "12 s"),
            (185_000, "3 min 5 s"),
            (7_800_000, "2 h 10 min"),
            (273_600_000, "3 d 4 h"),
        ] {
            assert_eq!(span(ms), text);
        }
    }
}
