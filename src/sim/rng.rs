//! The one source of chance of a simulation: everything that is not decided by the nodes follows
//! from it.

use crate::primitives::{Millis, SplitMix64};

/// The generator of a simulation.
#[derive(Clone, Debug)]
pub(crate) struct Rng(SplitMix64);

impl Rng {
    /// The generator of a seed and a purpose: two purposes of one seed are independent.
    #[must_use]
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mut seeds = SplitMix64::new(seed ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        seeds.draw();
        Self(SplitMix64::new(seeds.draw()))
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0.draw()
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// A number of `least` to `most`.
    pub(crate) fn within(&mut self, least: u64, most: u64) -> u64 {
        least.saturating_add(self.below(most.saturating_sub(least).saturating_add(1)))
    }

    /// A span of `least` to `most` milliseconds.
    pub(crate) fn span(&mut self, least: u64, most: u64) -> Millis {
        Millis(self.within(least, most))
    }

    /// True once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// An index into a list of `len` items.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.0.index(len)
    }

    /// One of the items, which must not be none.
    ///
    /// # Panics
    /// Without items.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// How long until something happens that comes once in `mean` on average and does not remember:
    /// an exponential distribution in integers, by sixteenths of the mean.
    pub(crate) fn wait(&mut self, mean: Millis) -> Millis {
        let step = (mean.0 / 16).max(1);
        let mut steps = 0_u64;
        while !self.one_in(16) {
            steps = steps.saturating_add(1);
        }
        Millis(
            steps
                .saturating_mul(step)
                .saturating_add(self.below(step))
                .max(1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_have_the_mean_that_was_asked_for() {
        let mut rng = Rng::new(1, 1);
        let sum: u64 = (0..20_000).map(|_| rng.wait(Millis(3_200)).0).sum();
        assert!((sum / 20_000).abs_diff(3_100) < 100, "{}", sum / 20_000);
    }

    #[test]
    fn seeds_and_purposes_give_other_numbers() {
        let first = |seed, purpose| Rng::new(seed, purpose).next();
        assert_eq!(first(1, 1), first(1, 1));
        assert!(
            first(1, 1) != first(2, 1) && first(1, 1) != first(1, 2) && first(1, 2) != first(2, 1)
        );
    }
}
