//! Who hashes when, where more miners share a machine than it is to run at once.
//!
//! Time since 1970 is cut into slices of equal length. In each slice the next `at_once` miners
//! hash, by their positions in a ring. All of them read the same clock, so they share it without a
//! word between them: never more than `at_once` hash in a slice, and each hashes in the same number
//! of slices of a round.

use crate::ipc::TimeShare;

/// Longest slice in milliseconds: a miner listens after each.
const MAX_SLICE_MS: u32 = 40;
/// Shortest slice: what timers can keep.
const MIN_SLICE_MS: u32 = 8;
/// A round is to last about this long at most, so that a rate can be measured every second.
const ROUND_MS: u32 = 1_000;

/// How long a slice lasts in milliseconds; the same for all miners of a machine.
fn slice_ms(share: TimeShare) -> u64 {
    let even = ROUND_MS.saturating_mul(share.at_once.max(1)) / share.of.max(1);
    u64::from(even.clamp(MIN_SLICE_MS, MAX_SLICE_MS))
}

/// Whether a miner hashes in slice number `slice`.
fn is_own(share: TimeShare, slice: u64) -> bool {
    let (of, at_once) = (u64::from(share.of.max(1)), u64::from(share.at_once.max(1)));
    let first = (slice % of) * at_once % of;
    (u64::from(share.position) % of + of - first) % of < at_once
}

/// Milliseconds from `now` to the end of the miner's own slice and those that follow it at once;
/// `None` in another's.
#[must_use]
pub fn left(share: TimeShare, now: u64) -> Option<u64> {
    let length = slice_ms(share);
    let own = (0..u64::from(share.of))
        .take_while(|ahead| is_own(share, now / length + ahead))
        .count();
    let end = u64::try_from(own).ok()?.saturating_mul(length);
    end.checked_sub(now % length).filter(|left| *left > 0)
}

/// Milliseconds from `now` to the miner's next slice, the one that lasts not counted.
#[must_use]
pub fn wait(share: TimeShare, now: u64) -> u64 {
    let length = slice_ms(share);
    let slice = now / length;
    let ahead = (1..=u64::from(share.of))
        .find(|ahead| is_own(share, slice + ahead))
        .unwrap_or(1);
    ahead * length - now % length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Machines of a few cores, with more and with fewer miners.
    fn machines() -> impl Iterator<Item = (u32, u32)> {
        (1..=24).flat_map(|of| (1..=9).map(move |at_once| (of, at_once)))
    }

    #[test]
    fn never_more_miners_hash_than_are_to_and_each_in_the_same_number_of_slices() {
        for (of, at_once) in machines() {
            let mut own = vec![0; usize::try_from(of).unwrap()];
            for slice in 1_000_000..1_000_000 + u64::from(of) {
                let hash = |position: &u32| {
                    is_own(
                        TimeShare {
                            position: *position,
                            of,
                            at_once,
                        },
                        slice,
                    )
                };
                let positions: Vec<u32> = (0..of).filter(hash).collect();
                assert_eq!(
                    positions.len(),
                    usize::try_from(at_once.min(of)).unwrap(),
                    "{at_once} of {of}"
                );
                positions
                    .iter()
                    .for_each(|position| own[usize::try_from(*position).unwrap()] += 1);
            }
            assert!(
                own.iter().all(|slices| *slices == at_once.min(of)),
                "{at_once} of {of}: {own:?}"
            );
        }
    }

    #[test]
    fn a_miner_waits_for_the_very_moment_at_which_its_slice_begins() {
        for (of, at_once) in machines() {
            for position in 0..of {
                let share = TimeShare {
                    position,
                    of,
                    at_once,
                };
                let mut now = 1_700_000_000_123;
                for _ in 0..20 {
                    let next = now + wait(share, now);
                    assert!(left(share, next).is_some() && next.is_multiple_of(slice_ms(share)));
                    // Neither after the end of its own to the next.
                    let from = now + left(share, now).unwrap_or(0);
                    assert!(
                        (from..next).all(|time| left(share, time).is_none()),
                        "{position} {at_once} of {of}"
                    );
                    now = next + 3;
                }
            }
        }
    }

    #[test]
    fn a_round_lasts_a_second_at_most_while_slices_can_be_kept() {
        for of in 1..=125 {
            let share = TimeShare {
                position: 0,
                of,
                at_once: 1,
            };
            let length = slice_ms(share);
            assert!(
                (8..=40).contains(&length) && u64::from(of) * length <= 1_000,
                "{of}: {length}"
            );
        }
        assert_eq!(slice_ms(TimeShare::ALL), 40);
    }
}
