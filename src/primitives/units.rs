//! Numbers with a meaning. Each unit is a type of its own with only the arithmetic that makes
//! sense; amounts add up only with checks. Every value a page shows stays at or below 2^53 - 1, the
//! largest integer that JavaScript represents exactly.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

/// The largest integer that a JavaScript number holds exactly: 2^53 - 1.
pub const MAX_EXACT: u64 = (1 << 53) - 1;

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            BorshSerialize, BorshDeserialize,
        )]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

unit!(
    /// Number of blocks between a block and the genesis block.
    Height
);
unit!(
    /// A span of time in milliseconds.
    Millis
);
unit!(
    /// A point in time: milliseconds since 1970-01-01 UTC.
    Timestamp
);
unit!(
    /// Coins, or units of an asset. Arithmetic is checked only.
    Amount
);
unit!(
    /// Expected number of hashes to find a work block; n leading zero hex digits are 16^n.
    Difficulty
);
unit!(
    /// Index of an authority's turn since the genesis time.
    Slot
);

/// Sum of the difficulties of a chain: what the fork choice compares.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize,
)]
pub struct Weight(pub u128);

impl Weight {
    /// This weight and one more block of `difficulty`.
    #[must_use]
    pub const fn plus(self, difficulty: Difficulty) -> Self {
        // 2^64 blocks of the largest difficulty would be needed to overflow 128 bits.
        Self(self.0.saturating_add(difficulty.0 as u128))
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Height {
    /// The height of a child.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Blocks between `earlier` and this height; 0 if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Timestamp {
    /// This time and a span.
    #[must_use]
    pub const fn plus(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Time passed since `earlier`; 0 if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Amount {
    /// No coins.
    pub const ZERO: Self = Self(0);

    /// The sum, or `None` above [`MAX_EXACT`].
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0
            .checked_add(other.0)
            .filter(|sum| *sum <= MAX_EXACT)
            .map(Self)
    }

    /// The difference, or `None` below zero.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl Difficulty {
    /// The difficulty of `digits` leading zero hexadecimal digits: 16^digits.
    ///
    /// `digits` is at most 13, so that the difficulty stays exact in JavaScript.
    #[must_use]
    pub const fn from_zero_digits(digits: u8) -> Self {
        Self(1 << (4 * if digits > 13 { 13 } else { digits }))
    }

    /// Leading zero hexadecimal digits of a hash that meets this difficulty, rounded down.
    #[must_use]
    pub const fn zero_digits(self) -> u32 {
        match self.0.checked_ilog2() {
            Some(bits) => bits / 4,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_never_pass_what_javascript_can_count() {
        assert_eq!(Amount(MAX_EXACT).checked_add(Amount(1)), None);
        assert_eq!(
            Amount(MAX_EXACT - 1).checked_add(Amount(1)),
            Some(Amount(MAX_EXACT))
        );
        assert_eq!(Amount(0).checked_sub(Amount(1)), None);
    }

    #[test]
    fn zero_digits_and_difficulty_agree() {
        for digits in 0..=13 {
            assert_eq!(
                Difficulty::from_zero_digits(digits).zero_digits(),
                u32::from(digits)
            );
        }
        assert_eq!(Difficulty(255).zero_digits(), 1);
    }
}
