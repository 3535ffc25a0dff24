//! Proof of work: the target of a difficulty, and the difficulty that is required next.
//!
//! A block id, read as a 256-bit number with its first byte most significant, meets difficulty D if
//! `id * D < 2^256`. The automatic retarget is ASERT (M. B. Lundeberg, "Static difficulty
//! adjustments, with absolutely scheduled exponentially rising targets", 2020) with the integer
//! approximation of 2^x that Bitcoin Cash specifies as aserti3-2d. Its time is that of a
//! [`WorkClock`], which is the time of the blocks but for their pauses.

use crate::primitives::{BlockHash, Difficulty, MAX_EXACT, Millis, Retarget, U256, exp2};

/// A gap between work blocks counts at least up to so many ideal intervals. Of gaps that come by
/// chance one in 3,000 is longer (e^8), so that the mean interval is still the ideal one.
pub(super) const LONGEST_GAP: u64 = 8;

/// The largest id that meets `difficulty`: (2^256 - 1) / D, rounded down.
#[must_use]
pub fn target(difficulty: Difficulty) -> U256 {
    U256::MAX.div_u64(difficulty.0)
}

/// Whether a block id meets `difficulty`. None meets a difficulty of 0.
#[must_use]
pub fn meets(id: &BlockHash, difficulty: Difficulty) -> bool {
    difficulty.0 > 0 && U256::from_be_bytes(id.as_bytes()) <= target(difficulty)
}

/// How far the work of a chain has come: what an automatic retarget goes by.
///
/// The clock runs while work goes on and stands still in a pause: time in which nobody worked says
/// nothing of the hash rate, and blocks that make up for it would come at the least difficulty,
/// thousands after a night.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, borsh::BorshSerialize, borsh::BorshDeserialize,
)]
pub struct WorkClock {
    /// Work blocks since genesis, which is not counted.
    pub blocks: u64,
    /// The gaps between them, from genesis on, each up to the longest that counts.
    pub time: Millis,
}

impl WorkClock {
    /// The clock after one more work block, which comes `gap` after the last and under `retarget`.
    #[must_use]
    pub const fn after(self, gap: Millis, retarget: Retarget) -> Self {
        let counted = match retarget {
            Retarget::Fixed => gap.0,
            Retarget::Asert {
                ideal, half_life, ..
            } => {
                let usual = ideal.0.saturating_mul(LONGEST_GAP);
                let longest = if half_life.0 > usual {
                    half_life.0
                } else {
                    usual
                };
                if gap.0 < longest { gap.0 } else { longest }
            }
        };
        Self {
            blocks: self.blocks.saturating_add(1),
            time: Millis(self.time.0.saturating_add(counted)),
        }
    }
}

/// The difficulty required of the next work block at `now`, `base` being the one at the anchor.
#[must_use]
pub fn required_difficulty(
    base: Difficulty,
    retarget: Retarget,
    anchor: WorkClock,
    now: WorkClock,
) -> Difficulty {
    let Retarget::Asert {
        ideal,
        half_life,
        min,
        max,
    } = retarget
    else {
        return base;
    };
    let blocks = i128::from(now.blocks.saturating_sub(anchor.blocks));
    let passed = i128::from(now.time.0.saturating_sub(anchor.time.0));
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
    u64::try_from(scaled)
        .unwrap_or(u64::MAX)
        .clamp(1, MAX_EXACT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::SplitMix64;

    const ASERT: Retarget = Retarget::Asert {
        ideal: Millis(5_000),
        half_life: Millis(60_000),
        min: Difficulty(16),
        max: Difficulty(1 << 40),
    };
    const ANCHOR: WorkClock = WorkClock {
        blocks: 40,
        time: Millis(1_000_000),
    };

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
        let now = WorkClock {
            blocks: ANCHOR.blocks + blocks,
            time: Millis(ANCHOR.time.0 + millis),
        };
        required_difficulty(Difficulty(4096), ASERT, ANCHOR, now).0
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

    /// Chance as it comes with mining: the time to a block in ms.
    struct Chance(SplitMix64);

    impl Chance {
        fn search(&mut self, required: Difficulty, hashes_a_second: f64) -> u64 {
            let uniform = ((self.0.draw() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
            (-uniform.ln() * required.0 as f64 / hashes_a_second * 1_000.0) as u64
        }
    }

    /// Mean time of the last 200 of 500 work blocks of miners who make so many hashes a second.
    fn interval_at(hashes_a_second: f64, base: u64) -> f64 {
        let (mut chance, mut clock, mut recent) = (Chance(SplitMix64::new(9)), ANCHOR, 0);
        for block in 0..500 {
            let required = required_difficulty(Difficulty(base), ASERT, ANCHOR, clock);
            let gap = chance.search(required, hashes_a_second);
            clock = clock.after(Millis(gap), ASERT);
            recent += if block < 300 { 0 } else { gap };
        }
        recent as f64 / 200.0
    }

    #[test]
    fn an_automatic_difficulty_keeps_the_interval_at_any_hash_rate() {
        for rate in [60.0, 800.0, 40_000.0, 9_000_000.0] {
            let mean = interval_at(rate, 4_096);
            assert!(
                (4_250.0..5_750.0).contains(&mean),
                "{rate} hashes a second: a block every {mean:.0} ms"
            );
        }
    }

    #[test]
    fn a_pause_however_long_halves_the_difficulty_once_and_no_burst_of_blocks_follows() {
        let rate = 800.0;
        let (mut chance, mut clock) = (Chance(SplitMix64::new(5)), ANCHOR);
        let mut required = Difficulty(4_000);
        let mut mine = |clock: &mut WorkClock, pause: u64| {
            let gap = chance.search(required, rate) + pause;
            *clock = clock.after(Millis(gap), ASERT);
            required = required_difficulty(Difficulty(4_000), ASERT, ANCHOR, *clock);
            (gap, required.0)
        };
        let running: Vec<_> = (0..100).map(|_| mine(&mut clock, 0)).collect();
        let (_, before) = *running.last().unwrap();
        let (_, after) = mine(&mut clock, 8 * 3_600_000);
        assert!(
            after >= before / 2,
            "{before} before the night, {after} after it"
        );
        let morning: Vec<_> = (0..100).map(|_| mine(&mut clock, 0)).collect();
        let mean = morning.iter().map(|(gap, _)| gap).sum::<u64>() / 100;
        assert!((4_000..6_000).contains(&mean), "a block every {mean} ms");
    }

    #[test]
    fn gaps_that_come_with_mining_count_whole_and_a_half_life_below_the_interval_still_finds_it() {
        let gaps = [1, 250, 5_000, 39_999, 60_000];
        let clock = gaps
            .iter()
            .fold(ANCHOR, |clock, gap| clock.after(Millis(*gap), ASERT));
        let span: u64 = gaps.iter().sum();
        assert_eq!(
            clock,
            WorkClock {
                blocks: ANCHOR.blocks + 5,
                time: Millis(ANCHOR.time.0 + span)
            }
        );
        let hasty = Retarget::Asert {
            ideal: Millis(5_000),
            half_life: Millis(1_000),
            min: Difficulty(1),
            max: Difficulty(1 << 40),
        };
        assert_eq!(
            ANCHOR.after(Millis(30_000), hasty).time.0,
            ANCHOR.time.0 + 30_000
        );
        assert_eq!(
            ANCHOR.after(Millis(u64::MAX), hasty).time.0,
            ANCHOR.time.0 + 40_000
        );
        assert_eq!(
            ANCHOR.after(Millis(90_000), Retarget::Fixed).time.0,
            ANCHOR.time.0 + 90_000
        );
    }

    #[test]
    fn bounds_hold_at_any_distance() {
        assert_eq!(after(0, u64::MAX >> 1), 16);
        assert_eq!(after(u64::MAX >> 1, 0), 1 << 40);
    }

    #[test]
    fn fixed_stays() {
        let found =
            required_difficulty(Difficulty(7), Retarget::Fixed, ANCHOR, WorkClock::default());
        assert_eq!(found, Difficulty(7));
    }
}
