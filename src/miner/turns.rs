//! Whose turn it is to hash, where more miners share a machine than it is to run at once.
//!
//! Time since 1970 is cut into turns of equal length. In each turn the next `at_once` miners hash,
//! by their places in a ring. All of them read the same clock, so they take turns without a word
//! between them: never more than `at_once` hash in a turn, and each hashes in the same number of
//! turns of a round.

use crate::ipc::Turns;

/// Longest turn in milliseconds: a miner listens after each.
const MAX_TURN_MS: u32 = 40;
/// Shortest turn: what timers can keep.
const MIN_TURN_MS: u32 = 8;
/// A round is to last about this long at most, so that a rate can be measured every second.
const ROUND_MS: u32 = 1_000;

/// How long a turn lasts in milliseconds; the same for all miners of a machine.
fn turn_ms(turns: Turns) -> u64 {
    let even = ROUND_MS.saturating_mul(turns.at_once.max(1)) / turns.of.max(1);
    u64::from(even.clamp(MIN_TURN_MS, MAX_TURN_MS))
}

/// Whether a miner hashes in turn number `turn`.
fn is_own(turns: Turns, turn: u64) -> bool {
    let (of, at_once) = (u64::from(turns.of.max(1)), u64::from(turns.at_once.max(1)));
    let first = (turn % of) * at_once % of;
    (u64::from(turns.place) % of + of - first) % of < at_once
}

/// Milliseconds from `now` to the end of the miner's own turn and those that follow it at once;
/// `None` in another's.
#[must_use]
pub fn left(turns: Turns, now: u64) -> Option<u64> {
    let length = turn_ms(turns);
    let own = (0..u64::from(turns.of))
        .take_while(|ahead| is_own(turns, now / length + ahead))
        .count();
    let end = u64::try_from(own).ok()?.saturating_mul(length);
    end.checked_sub(now % length).filter(|left| *left > 0)
}

/// Milliseconds from `now` to the miner's next turn, the one that lasts not counted.
#[must_use]
pub fn wait(turns: Turns, now: u64) -> u64 {
    let length = turn_ms(turns);
    let turn = now / length;
    let ahead = (1..=u64::from(turns.of))
        .find(|ahead| is_own(turns, turn + ahead))
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
    fn never_more_miners_hash_than_are_to_and_each_in_the_same_number_of_turns() {
        for (of, at_once) in machines() {
            let mut own = vec![0; usize::try_from(of).unwrap()];
            for turn in 1_000_000..1_000_000 + u64::from(of) {
                let hash = |place: &u32| {
                    is_own(
                        Turns {
                            place: *place,
                            of,
                            at_once,
                        },
                        turn,
                    )
                };
                let places: Vec<u32> = (0..of).filter(hash).collect();
                assert_eq!(
                    places.len(),
                    usize::try_from(at_once.min(of)).unwrap(),
                    "{at_once} of {of}"
                );
                places
                    .iter()
                    .for_each(|place| own[usize::try_from(*place).unwrap()] += 1);
            }
            assert!(
                own.iter().all(|turns| *turns == at_once.min(of)),
                "{at_once} of {of}: {own:?}"
            );
        }
    }

    #[test]
    fn a_miner_waits_for_the_very_moment_at_which_its_turn_begins() {
        for (of, at_once) in machines() {
            for place in 0..of {
                let turns = Turns { place, of, at_once };
                let mut now = 1_700_000_000_123;
                for _ in 0..20 {
                    let next = now + wait(turns, now);
                    assert!(left(turns, next).is_some() && next.is_multiple_of(turn_ms(turns)));
                    // Neither after the end of its own to the next.
                    let from = now + left(turns, now).unwrap_or(0);
                    assert!(
                        (from..next).all(|time| left(turns, time).is_none()),
                        "{place} {at_once} of {of}"
                    );
                    now = next + 3;
                }
            }
        }
    }

    #[test]
    fn a_round_lasts_a_second_at_most_while_turns_can_be_kept() {
        for of in 1..=125 {
            let turns = Turns {
                place: 0,
                of,
                at_once: 1,
            };
            let length = turn_ms(turns);
            assert!(
                (8..=40).contains(&length) && u64::from(of) * length <= 1_000,
                "{of}: {length}"
            );
        }
        assert_eq!(turn_ms(Turns::ALL), 40);
    }
}
