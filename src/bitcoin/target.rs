//! Bitcoin's targets: their compact form of 32 bits, the difficulty people speak of, the retarget
//! of every 2,016 blocks, and ASERT as Bitcoin Cash runs it on the same targets.

use super::BitcoinError;
use crate::primitives::{U256, exp2};

/// The easiest target of the main network, in compact form: difficulty 1.
pub const MAIN_LIMIT: u32 = 0x1d00_ffff;
/// Two weeks in seconds: what 2,016 blocks should take.
const RETARGET_SPAN: u32 = 14 * 24 * 60 * 60;
/// Seconds between blocks that ASERT aims at.
const ASERT_IDEAL: i64 = 600;
/// Lag behind the schedule, in seconds, that doubles ASERT's target.
const ASERT_HALF_LIFE: i64 = 2 * 24 * 60 * 60;

/// The target of a compact form: a byte that counts bytes, and three bytes of value below a sign
/// bit.
///
/// # Errors
/// Negative, zero or beyond 256 bits.
pub fn target(bits: u32) -> Result<U256, BitcoinError> {
    let (size, value) = (bits >> 24, u64::from(bits & 0x007f_ffff));
    let target = match size.checked_sub(3) {
        Some(bytes) => U256::from_u64(value).checked_mul_pow2(8 * bytes),
        None => Some(U256::from_u64(value >> (8 * (3 - size)))),
    };
    match target {
        _ if value != 0 && bits & 0x0080_0000 != 0 => {
            Err(BitcoinError::NegativeTarget { found: bits })
        }
        None => Err(BitcoinError::TargetOverflow { found: bits }),
        Some(U256::ZERO) => Err(BitcoinError::ZeroTarget { found: bits }),
        Some(target) => Ok(target),
    }
}

/// The compact form of a target, rounded down to three bytes of value.
#[must_use]
pub fn compact(target: U256) -> u32 {
    // One bit more keeps the sign bit free.
    let size = target.bits() / 8 + 1;
    let value = match size.checked_sub(3) {
        Some(bytes) => target.div_pow2(8 * bytes),
        None => target.checked_mul_pow2(8 * (3 - size)).unwrap_or(target),
    };
    let value = value
        .to_u128()
        .and_then(|value| u32::try_from(value).ok())
        .unwrap_or(0);
    size << 24 | value
}

/// How many times harder than difficulty 1 a target is, rounded down.
///
/// # Errors
/// A target that is none.
pub fn difficulty(bits: u32) -> Result<U256, BitcoinError> {
    Ok(target(MAIN_LIMIT)?.div_u256(target(bits)?))
}

/// The compact target after 2,016 blocks of `bits`, the first and the last of them of these times:
/// at most four times easier or harder, and never easier than [`MAIN_LIMIT`].
///
/// # Errors
/// A target that is none.
pub fn retarget(bits: u32, first_time: u32, last_time: u32) -> Result<u32, BitcoinError> {
    let span = i64::from(last_time) - i64::from(first_time);
    let span = u64::try_from(span)
        .unwrap_or(0)
        .clamp(u64::from(RETARGET_SPAN / 4), u64::from(RETARGET_SPAN) * 4);
    let limit = target(MAIN_LIMIT)?;
    let next = target(bits)?
        .checked_mul_u64(span)
        .map_or(limit, |product| product.div_u64(RETARGET_SPAN.into()));
    Ok(compact(next.min(limit)))
}

/// The compact target that aserti3-2d requires `blocks` blocks and `seconds` after its anchor's
/// parent: half as easy for each half life that the chain is ahead of its schedule.
///
/// # Errors
/// An anchor whose target is none.
pub fn asert(anchor_bits: u32, blocks: i64, seconds: i64) -> Result<u32, BitcoinError> {
    let lag = i128::from(seconds) - i128::from(ASERT_IDEAL) * i128::from(blocks);
    // The specification rounds towards zero, the playground's own schedule rounds down.
    let (factor, shift) = exp2((lag << 16) / i128::from(ASERT_HALF_LIFE));
    let bits = u32::try_from(shift.unsigned_abs()).unwrap_or(u32::MAX);
    let limit = target(MAIN_LIMIT)?;
    let scaled = target(anchor_bits)?.checked_mul_u64(factor);
    let next = scaled.and_then(|product| {
        if shift < 0 {
            Some(product.div_pow2(bits))
        } else {
            product.checked_mul_pow2(bits)
        }
    });
    Ok(compact(
        next.unwrap_or(limit).clamp(U256::from_u64(1), limit),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_forms_that_are_no_target_are_refused_by_their_mistake() {
        assert_eq!(
            target(0x0480_0001),
            Err(BitcoinError::NegativeTarget { found: 0x0480_0001 })
        );
        for zero in [0, 0x0100_00ff, 0x2000_0000, 0x0080_0000, 0xff00_0000] {
            assert_eq!(
                target(zero),
                Err(BitcoinError::ZeroTarget { found: zero }),
                "{zero:08x}"
            );
        }
        for long in [0x2300_0001, 0x2200_0100, 0x2101_0000, 0xff00_0001] {
            assert_eq!(
                target(long),
                Err(BitcoinError::TargetOverflow { found: long }),
                "{long:08x}"
            );
        }
        assert_eq!(target(0x2200_0001).map(U256::bits), Ok(249));
    }

    #[test]
    fn the_compact_form_of_a_target_gives_the_target_back() {
        for bits in [
            MAIN_LIMIT,
            0x1a2b_3c4d,
            0x0101_0000,
            0x0200_8000,
            0x2007_ffff,
            0x1c7f_62c0,
        ] {
            assert_eq!(target(bits).map(compact), Ok(bits), "{bits:08x}");
        }
        assert_eq!(compact(U256::MAX), 0x2100_ffff);
        assert_eq!(compact(U256::ZERO), 0x0100_0000);
    }

    #[test]
    fn a_retarget_moves_at_most_four_times_and_never_past_the_limit() {
        let (bits, weeks) = (0x1b04_04cb, RETARGET_SPAN);
        assert_eq!(retarget(bits, 0, weeks), Ok(bits));
        // A last block before the first one, as a time warp would have it, counts as the shortest
        // span.
        assert_eq!(retarget(bits, weeks, 0), retarget(bits, 0, weeks / 4));
        assert_eq!(retarget(bits, 0, u32::MAX), retarget(bits, 0, weeks * 4));
        assert_eq!(retarget(MAIN_LIMIT, 0, weeks * 2), Ok(MAIN_LIMIT));
        assert_eq!(difficulty(bits).unwrap().to_u128(), Some(16_307));
    }

    #[test]
    fn asert_halves_the_target_a_half_life_ahead_of_schedule() {
        let bits = 0x1b04_04cb;
        let halved = compact(target(bits).unwrap().div_pow2(1));
        assert_eq!(asert(bits, 288, 0), Ok(halved));
        assert_eq!(asert(bits, 288, 288 * 600), Ok(bits));
        assert_eq!(asert(bits, 0, i64::MAX), Ok(MAIN_LIMIT));
        assert_eq!(asert(bits, i64::MAX, 0), Ok(0x0101_0000));
    }
}
