//! Numbers as people read them, where the core speaks to people; the page has more of them in `view/figures.rs`.

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

/// A number with so many decimals, at most 3, for people. The standard library's own writing of
/// fractions, exact for all of them, would add 10 KB to the download.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "made positive and rounded before"
)]
pub fn decimal(value: f64, places: u32) -> String {
    let unit = 10_u64.pow(places.min(3));
    let parts = (value.abs() * f64::from(u32::try_from(unit).unwrap_or(1))).round() as u64;
    let sign = if value < 0.0 && parts > 0 { "-" } else { "" };
    let (whole, rest) = (parts / unit, parts % unit);
    match places {
        0 => format!("{sign}{whole}"),
        1 => format!("{sign}{whole}.{rest}"),
        2 => format!("{sign}{whole}.{rest:02}"),
        _ => format!("{sign}{whole}.{rest:03}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_and_keep_their_zeros() {
        let texts: Vec<String> = [
            (0.04, 1),
            (-0.04, 1),
            (-1.25, 0),
            (3.0, 2),
            (0.999_6, 3),
            (12.345, 2),
        ]
        .map(|(v, p)| decimal(v, p))
        .into();
        assert_eq!(texts, ["0.0", "0.0", "-1", "3.00", "1.000", "12.35"]);
    }
}
