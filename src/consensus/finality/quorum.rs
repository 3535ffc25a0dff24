//! How many of n authorities are two thirds, and what follows from it for a network of n.

/// The numbers that follow from the size of a set of authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    size: usize,
}

impl Quorum {
    /// Of a set of `size` authorities, 0 in a network without any.
    #[must_use]
    pub const fn of(size: usize) -> Self {
        Self { size }
    }

    /// Signers that are two thirds: the least count with 3 · count >= 2 · n.
    #[must_use]
    pub const fn needed(self) -> usize {
        self.size.saturating_mul(2).div_ceil(3)
    }

    /// Whether `count` distinct signers are enough. Without authorities nothing ever is.
    #[must_use]
    pub fn is_reached(self, count: usize) -> bool {
        if mutant!(MajorityIsEnough) {
            return self.size > 0 && count.saturating_mul(2) >= self.size;
        }
        self.size > 0 && count >= self.needed()
    }

    /// Authorities that may be away while finality goes on.
    #[must_use]
    pub const fn away(self) -> usize {
        self.size.saturating_sub(self.needed())
    }

    /// Authorities that may be dishonest while no two conflicting blocks can become final: fewer
    /// than a third.
    #[must_use]
    pub const fn dishonest(self) -> usize {
        self.size.div_ceil(3).saturating_sub(1)
    }

    /// Authorities that two conflicting final blocks prove guilty, at least: what two quorums have
    /// in common.
    #[must_use]
    pub const fn guilty(self) -> usize {
        self.needed().saturating_mul(2).saturating_sub(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_thirds_of_the_defaults_and_of_the_most() {
        let numbers = |size| {
            let quorum = Quorum::of(size);
            (
                quorum.needed(),
                quorum.away(),
                quorum.dishonest(),
                quorum.guilty(),
            )
        };
        assert_eq!(numbers(2), (2, 0, 0, 2));
        assert_eq!(numbers(4), (3, 1, 1, 2));
        assert_eq!(numbers(32), (22, 10, 10, 12));
    }

    #[test]
    fn without_authorities_no_count_is_enough() {
        assert!(!Quorum::of(0).is_reached(0));
        assert!(Quorum::of(1).is_reached(1));
    }
}
