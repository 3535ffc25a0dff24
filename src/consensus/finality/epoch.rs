//! Epochs: numbers of checkpoints on their chain.
//!
//! Bounds: an epoch is at most [`Epoch::MAX`], so that its height stays an exact number everywhere.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::consensus::EPOCH;
use crate::primitives::{Height, MAX_EXACT};

/// Number of a checkpoint on its chain: its height by [`EPOCH`]. Epochs follow heights, never time.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The last epoch whose height is an exact number.
    pub const MAX: Self = Self(MAX_EXACT / EPOCH);

    /// Height of the epoch's checkpoints, a multiple of [`EPOCH`].
    #[must_use]
    pub const fn height(self) -> Height {
        Height(self.0.saturating_mul(EPOCH))
    }

    /// Epoch of the last checkpoint on a chain of this height.
    #[must_use]
    pub const fn of(height: Height) -> Self {
        Self(height.0 / EPOCH)
    }

    /// The epoch after this one, which may be above [`Self::MAX`].
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
