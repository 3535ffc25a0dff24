//! How many workers a network needs in one tab, and the most that a word or a link may ask for.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::Code;

/// Most workers that a person gets in one tab: each takes about 12 MB and a share of a processor,
/// so more of them take the memory of a small machine and leave no time to the page.
pub const MAX_WORKERS: u32 = 64;

/// More workers than a tab gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[error(
    "expected at most {MAX_WORKERS} workers in one tab, found {found}: one for each of {pow} proof-of-work and {poa} \
     other nodes, and {miners} miners for each proof-of-work node"
)]
pub struct TooManyWorkers {
    /// Workers in all.
    pub found: u32,
    /// Proof-of-work nodes.
    pub pow: u32,
    /// Other nodes.
    pub poa: u32,
    /// Miners of each proof-of-work node.
    pub miners: u32,
}

impl TooManyWorkers {
    /// Its code, with its meaning.
    pub const CODES: &'static [Code] = &[("too_many_workers", "a tab gets no more workers")];

    /// Name of the refusal, in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        Self::CODES[0].0
    }
}

/// Workers of a network: one for each node and each miner.
const fn workers(pow: u32, poa: u32, miners: u32) -> u32 {
    pow.saturating_mul(miners.saturating_add(1))
        .saturating_add(poa)
}

/// Checks that a network of this size fits into a tab.
///
/// # Errors
/// More than [`MAX_WORKERS`].
pub fn check_workers(pow: u32, poa: u32, miners: u32) -> Result<(), TooManyWorkers> {
    let found = workers(pow, poa, miners);
    if found <= MAX_WORKERS {
        return Ok(());
    }
    Err(TooManyWorkers {
        found,
        pow,
        poa,
        miners,
    })
}

/// The most miners of each node, at least 1, with which a network fits into a tab.
#[must_use]
pub fn most_miners(pow: u32, poa: u32) -> u32 {
    let left = MAX_WORKERS.saturating_sub(workers(pow, poa, 0));
    left.checked_div(pow).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_network_fits_with_one_miner_each_and_not_with_eight() {
        assert_eq!(check_workers(16, 16, 1), Ok(()));
        assert_eq!(check_workers(16, 16, most_miners(16, 16)), Ok(()));
        let text = check_workers(16, 16, 8).expect_err("160").to_string();
        assert!(
            text.contains("at most 64 workers in one tab, found 160"),
            "{text}"
        );
    }

    #[test]
    fn the_most_miners_that_fit_are_exactly_that() {
        for pow in 1..=16 {
            for poa in 0..=16 {
                let most = most_miners(pow, poa);
                assert_eq!(check_workers(pow, poa, most), Ok(()), "{pow} {poa}");
                assert!(check_workers(pow, poa, most + 1).is_err(), "{pow} {poa}");
            }
        }
        assert_eq!(most_miners(0, 5), 1, "no miner, no limit");
    }
}
