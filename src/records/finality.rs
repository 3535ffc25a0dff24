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
    /// The word for sentences and scripts: `plain`, `justified` or `final`.
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

/// A block that can be voted for, as its place and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct CheckpointRecord {
    /// Number of the checkpoint on its chain: its height by 8.
    pub epoch: u64,
    /// Its height, a multiple of 8.
    pub height: u64,
    /// The block's id: 64 lower-case hex digits.
    pub hash: String,
}

/// How far the chain of one node is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct FinalityInfo {
    /// Name of the node.
    pub node: String,
    /// The last checkpoint of its chain, whether anybody voted for it or not.
    pub head: CheckpointRecord,
    /// The highest justified checkpoint.
    pub justified: CheckpointRecord,
    /// The last final checkpoint, once it is durable.
    #[serde(rename = "final")]
    pub last_final: CheckpointRecord,
    /// Blocks of its chain above the final one.
    pub lag: u64,
    /// Names of the authorities whose votes for the checkpoint that is due are missing; none if
    /// none is due.
    pub waiting_for: Vec<String>,
    /// For each of these when this node heard a new vote of it last, or started: milliseconds since
    /// 1970.
    pub silent_since: Vec<u64>,
    /// Votes that are needed: two thirds of the authorities, rounded up.
    pub needed: u32,
    /// Number of authorities that may vote; without any nothing is ever final.
    pub authorities: u32,
    /// Node ids of these, in hexadecimal.
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
    /// Height of the last final block, once that is durable.
    pub final_height: u64,
    /// Height of the highest justified checkpoint.
    pub justified_height: u64,
    /// Names of the authorities whose votes are missing, as in [`FinalityInfo`].
    pub waiting_for: Vec<String>,
    /// See [`FinalityInfo`].
    pub silent_since: Vec<u64>,
    /// Votes that are needed: two thirds of the authorities, rounded up.
    pub needed: u32,
    /// Number of authorities that may vote; without any nothing is ever final.
    pub authorities: u32,
}

/// Proof of an offence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct EvidenceRecord {
    /// The authority's name, or the first 8 digits of its id.
    pub guilty: String,
    /// Why no honest authority does it.
    pub reason: String,
    /// The two statements, in words.
    pub statements: [String; 2],
    /// Both statements as canonical bytes, in hexadecimal.
    pub raw: String,
}
