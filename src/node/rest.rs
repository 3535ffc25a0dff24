//! How long makers rest while blocks come in: what they make on a head that others have left is in
//! vain.
//!
//! A block that becomes the best chain earns [`REST`]. One that does not may be anything that was
//! cheap to make, so all of those together earn at most [`SIDE_REST`], which comes back at a
//! [`REFILL`]th of the time that passes: who feeds light blocks one by one stops no maker for long,
//! whatever names it takes.

use crate::primitives::{Instant, Millis};

/// How long makers rest for a fetch that does not go on.
pub(super) const REST: Millis = Millis(2_000);
/// Most rest for blocks that are not of the best chain.
const SIDE_REST: Millis = Millis(5_000);
/// In so many milliseconds one of that rest comes back.
const REFILL: u64 = 12;

/// When makers may go on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rest {
    until: Instant,
    /// Rest for side blocks that was used up at `spent_at`.
    spent: u64,
    spent_at: Instant,
}

impl Rest {
    /// Rests for a block that came in; `is_best` says that it became the best chain.
    pub(super) fn on_block(&mut self, is_best: bool, now: Instant) {
        if is_best {
            self.until = self.until.max(now.plus(REST));
            return;
        }
        let spent = self
            .spent
            .saturating_sub(now.since(self.spent_at).0 / REFILL);
        let begins = self.until.max(now);
        let wanted = now.plus(REST).since(begins);
        let granted = wanted.0.min(SIDE_REST.0.saturating_sub(spent));
        (self.spent, self.spent_at) = (spent.saturating_add(granted), now);
        self.until = begins.plus(Millis(granted));
    }

    /// Until when makers should rest, if they should.
    pub(super) fn until(&self, now: Instant) -> Option<Instant> {
        Some(self.until).filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: u64 = 1_000_000;

    /// Milliseconds of rest in a minute of blocks that come each second.
    fn rested(is_best: bool) -> u64 {
        let mut rest = Rest::default();
        let mut rested = 0;
        for second in 0..60 {
            let now = Instant(BEGIN + second * 1_000);
            rest.on_block(is_best, now);
            rested += rest
                .until(now)
                .map_or(0, |until| until.since(now).0.min(1_000));
        }
        rested
    }

    #[test]
    fn makers_rest_as_long_as_the_best_chain_grows_and_briefly_for_all_else() {
        assert_eq!(rested(true), 60_000);
        let side = rested(false);
        assert!((5_000..=11_000).contains(&side), "{side} ms");
    }

    #[test]
    fn a_rest_ends_when_no_block_comes() {
        let mut rest = Rest::default();
        let now = Instant(BEGIN);
        assert_eq!(rest.until(now), None);
        rest.on_block(false, now);
        assert_eq!(rest.until(now), Some(now.plus(REST)));
        assert_eq!(rest.until(now.plus(REST)), None);
    }
}
