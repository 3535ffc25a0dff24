//! What a node does in its network.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// Which blocks a node makes. Each kind validates all blocks.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    BorshSerialize,
    BorshDeserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// Mines by proof of work, with workers of its own.
    Pow,
    /// Seals its slots by proof of authority.
    Poa,
    /// Validates everything and makes no blocks.
    Viewer,
}

impl NodeKind {
    /// The word used in names, tables and commands.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pow => "pow",
            Self::Poa => "poa",
            Self::Viewer => "viewer",
        }
    }
}
