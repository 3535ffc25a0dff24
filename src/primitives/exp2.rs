//! Powers of two with a fraction in whole numbers, as the retarget ASERT needs them: every node
//! gets the same bits. The cubic approximation is that of aserti3-2d (Bitcoin Cash, 2020); it is
//! off by at most 0.013 %.

/// `2^(exponent / 2^16)` as a factor of 2^16 to 2^17 and the power of two it is to be multiplied
/// by.
#[must_use]
pub fn exp2(exponent: i128) -> (u64, i128) {
    let fraction = u128::try_from(exponent & 0xffff).unwrap_or(0);
    let cubic = 195_766_423_245_049 * fraction
        + 971_821_376 * fraction * fraction
        + 5_127 * fraction * fraction * fraction;
    // At most 2^16, as the fraction is below 2^16.
    let above_one = u64::try_from((cubic + (1 << 47)) >> 48).unwrap_or(1 << 16);
    ((1 << 16) + above_one, (exponent >> 16) - 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_exponents_are_exact_and_fractions_rise_between_them() {
        for whole in [-300, -1, 0, 1, 300] {
            assert_eq!(exp2(whole << 16), (1 << 16, whole - 16));
        }
        let factors: Vec<u64> = (0..1 << 16).map(|fraction| exp2(fraction).0).collect();
        assert!(factors.is_sorted() && factors.last() <= Some(&(1 << 17)));
        // The square root of two is 1.41421.
        let root = exp2(1 << 15).0 * 100_000 / 65_536;
        assert!(root.abs_diff(141_421) <= 141_421 * 13 / 100_000, "{root}");
    }
}
