//! Proof of work: the target of a difficulty, and the difficulty that is required next.
//!
//! A block id, read as a 256-bit number with its first byte most significant, meets difficulty D if
//! `id * D < 2^256`. The automatic retarget is ASERT (M. B. Lundeberg, "Static difficulty adjustments,
//! with absolutely scheduled exponentially rising targets", 2020) with the integer approximation of
//! 2^x that Bitcoin Cash specifies as aserti3-2d.

use crate::primitives::{BlockHash, Difficulty, MAX_EXACT, Retarget, Timestamp, U256, exp2};

/// The largest id that meets `difficulty`.
#[must_use]
pub fn target(difficulty: Difficulty) -> U256 {
    U256::MAX.div_u64(difficulty.0)
}

/// Whether a block id meets `difficulty`.
#[must_use]
pub fn meets(id: &BlockHash, difficulty: Difficulty) -> bool {
    difficulty.0 > 0 && U256::from_be_bytes(id.as_bytes()) <= target(difficulty)
}

/// Where the schedule of an automatic retarget begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize)]
pub struct Anchor {
    /// Work blocks up to the anchor.
    pub work_blocks: u64,
    /// Time of the anchor.
    pub time: Timestamp,
}

/// The difficulty required of the next work block, `base` being the one at the anchor, on a chain of
/// `work_blocks` work blocks whose last one (or the anchor, if there is none since) is of `last_time`.
#[must_use]
pub fn required_difficulty(
    base: Difficulty,
    retarget: Retarget,
    anchor: Anchor,
    work_blocks: u64,
    last_time: Timestamp,
) -> Difficulty {
    let Retarget::Asert { ideal, half_life, min, max } = retarget else { return base };
    let blocks = i128::from(work_blocks.saturating_sub(anchor.work_blocks));
    let passed = i128::from(last_time.since(anchor.time).0);
    let lead = i128::from(ideal.0) * blocks - passed;
    let exponent = (lead << 16).div_euclid(i128::from(half_life.0.max(1)));
    Difficulty(scale(base.0, exponent).clamp(min.0, max.0))
}

/// `value * 2^(exponent / 2^16)`, bounded by 1 and [`MAX_EXACT`].
fn scale(value: u64, exponent: i128) -> u64 {
    let (factor, shift) = exp2(exponent);
    let product = u128::from(value) * u128::from(factor);
    let scaled = match u32::try_from(shift.unsigned_abs()) {
        Ok(bits) if shift < 0 => product.checked_shr(bits).unwrap_or(0),
        // The product has at most 70 bits, so 57 more still fit 128.
        Ok(bits) if bits <= 57 => product << bits,
        _ if shift < 0 => 0,
        _ => u128::MAX,
    };
    u64::try_from(scaled).unwrap_or(u64::MAX).clamp(1, MAX_EXACT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::Millis;

    const ASERT: Retarget = Retarget::Asert {
        ideal: Millis(5_000),
        half_life: Millis(60_000),
        min: Difficulty(16),
        max: Difficulty(1 << 40),
    };
    const ANCHOR: Anchor = Anchor { work_blocks: 0, time: Timestamp(1_000_000) };

    #[test]
    fn leading_zero_digits_are_what_the_difficulty_says() {
        let mut id = [0xff; 32];
        id[0] = 0;
        assert!(meets(&BlockHash(id), Difficulty::from_zero_digits(2)));
        assert!(!meets(&BlockHash(id), Difficulty::from_zero_digits(3)));
        id[0] = 1;
        assert!(!meets(&BlockHash(id), Difficulty::from_zero_digits(2)));
        assert!(!meets(&BlockHash([0; 32]), Difficulty(0)));
    }

    fn after(blocks: u64, millis: u64) -> u64 {
        let last = Timestamp(ANCHOR.time.0 + millis);
        required_difficulty(Difficulty(4096), ASERT, ANCHOR, blocks, last).0
    }

    #[test]
    fn on_schedule_the_difficulty_stays() {
        assert_eq!(after(0, 0), 4096);
        assert_eq!(after(100, 500_000), 4096);
    }

    #[test]
    fn a_half_life_ahead_doubles_it_and_one_behind_halves_it() {
        assert_eq!(after(112, 500_000), 8192);
        assert_eq!(after(100, 560_000), 2048);
    }

    /// Mean time of the last 200 of 500 work blocks of miners who make so many hashes a second.
    fn interval_at(hashes_a_second: f64, base: u64) -> f64 {
        let mut random = 9_u64;
        let mut uniform = move || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((random >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        let mut times = vec![ANCHOR.time.0 as f64];
        for blocks in 0..500_u64 {
            let last = *times.last().unwrap();
            let required = required_difficulty(Difficulty(base), ASERT, ANCHOR, blocks, Timestamp(last as u64));
            times.push(last - uniform().ln() * required.0 as f64 / hashes_a_second * 1_000.0);
        }
        (times[500] - times[300]) / 200.0
    }

    #[test]
    fn an_automatic_difficulty_keeps_the_interval_at_any_hash_rate() {
        for rate in [60.0, 800.0, 40_000.0, 9_000_000.0] {
            let mean = interval_at(rate, 4_096);
            assert!((4_250.0..5_750.0).contains(&mean), "{rate} hashes a second: a block every {mean:.0} ms");
        }
    }

    #[test]
    fn bounds_hold_at_any_distance() {
        assert_eq!(after(0, u64::MAX >> 1), 16);
        assert_eq!(after(u64::MAX >> 1, 0), 1 << 40);
    }

    #[test]
    fn fixed_stays() {
        let found = required_difficulty(Difficulty(7), Retarget::Fixed, ANCHOR, 9, Timestamp(0));
        assert_eq!(found, Difficulty(7));
    }
}
