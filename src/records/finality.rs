//! How far blocks are decided by the authorities' votes, as people and scripts see it.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

/// How far a block is decided.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum BlockFinality {
    /// Weight alone holds it.
    #[default]
    Plain,
    /// The highest justified checkpoint is above it, or it.
    Justified,
    /// It is never given up.
    Final,
}

impl BlockFinality {
    /// The word of it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Justified => "justified",
            Self::Final => "final",
        }
    }
}

impl fmt::Display for BlockFinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct CheckpointRecord {
    /// Its epoch.
    pub epoch: u64,
    /// Its height.
    pub height: u64,
    /// The block's id.
    pub hash: String,
}

/// How far the chain of one node is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct FinalityInfo {
    /// Name of the node.
    pub node: String,
    /// The last checkpoint of its chain.
    pub head: CheckpointRecord,
    /// The highest justified checkpoint.
    pub justified: CheckpointRecord,
    /// The last final checkpoint, once it is durable.
    #[serde(rename = "final")]
    pub last_final: CheckpointRecord,
    /// Blocks of its chain above the final one.
    pub lag: u64,
    /// Authorities whose votes are missing.
    pub waiting_for: Vec<String>,
    /// For each of these when this node heard a new vote of it last, or started.
    pub silent_since: Vec<u64>,
    /// Votes that are needed.
    pub needed: u32,
    /// Authorities that may vote.
    pub authorities: u32,
    /// Node ids of these.
    pub members: Vec<String>,
    /// Node ids of those who may vote once every order of the operator that the node has is in
    /// force.
    pub ordered: Vec<String>,
    /// Who is proven guilty, and of what.
    pub evidence: Vec<EvidenceRecord>,
}

/// The same in short, for the row of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct FinalityStatus {
    /// Height of the last final block.
    pub final_height: u64,
    /// Height of the highest justified checkpoint.
    pub justified_height: u64,
    /// Authorities whose votes are missing.
    pub waiting_for: Vec<String>,
    /// See [`FinalityInfo`].
    pub silent_since: Vec<u64>,
    /// Votes that are needed.
    pub needed: u32,
    /// Authorities that may vote.
    pub authorities: u32,
}

/// Proof of an offence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct EvidenceRecord {
    /// The authority's name.
    pub guilty: String,
    /// Why no honest authority does it.
    pub reason: String,
    /// The two statements, in words.
    pub statements: [String; 2],
    /// Canonical bytes in hexadecimal.
    pub raw: String,
}
