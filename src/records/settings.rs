//! What a person sets: how fast miners hash, and how many there are.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::primitives::Millis;

/// Most miner workers of one proof-of-work node.
pub const MAX_MINERS: u32 = 8;

/// How fast miners hash. A budget is a choice of the node, never a rule of consensus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pace {
    /// The network's miners together aim at one work block in this many milliseconds.
    Interval {
        /// Milliseconds between work blocks.
        ms: u64,
    },
    /// As fast as the machine hashes with one core left to the page.
    Full,
    /// Every miner without a rest, whatever else the machine has to do.
    Max,
    /// Not at all.
    #[serde(rename = "pause")]
    Paused,
}

impl Pace {
    /// Time between work blocks where nobody asks for another.
    pub const DEFAULT_INTERVAL: Millis = Millis(5_000);
    /// One work block in five seconds, where nobody asks for another pace.
    pub const DEFAULT: Self = Self::Interval {
        ms: Self::DEFAULT_INTERVAL.0,
    };
}
