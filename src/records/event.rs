//! What a log line is about, and how much it matters.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::BlockSummary;

/// How much a log line matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every frame and every progress report.
    Debug,
    /// What a person wants to follow.
    Info,
    /// Something was refused or late.
    Warn,
    /// Something is broken.
    Error,
}

/// What a log line is about; the event names of the scripting API.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// A block was found, sealed or accepted.
    Block,
    /// The best chain changed its branch.
    Reorg,
    /// A transaction entered, was committed, returned or was dropped.
    Transaction,
    /// A frame was sent or received.
    Message,
    /// Something was refused, with the rule.
    Refused,
    /// The ledger committed, failed or recovered.
    Storage,
    /// Progress of a search.
    Mining,
    /// Peers, links, start and stop.
    Network,
}

impl Topic {
    /// The lowest level of what is told about it.
    #[must_use]
    pub const fn least(self) -> Level {
        match self {
            Self::Message | Self::Storage | Self::Mining => Level::Debug,
            Self::Block | Self::Reorg | Self::Transaction | Self::Refused | Self::Network => {
                Level::Info
            }
        }
    }
}

/// Something that happened on a node.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Event {
    /// Name of the node.
    pub node: String,
    /// When.
    pub at: u64,
    /// How much it matters.
    pub level: Level,
    /// What it is about.
    pub topic: Topic,
    /// A sentence.
    pub text: String,
    /// The block it is about, for [`Topic::Block`].
    pub block: Option<BlockSummary>,
    /// The transaction it is about.
    pub tx_hash: Option<String>,
    /// The other node: of a message, or the one that a block or transaction came from. Hexadecimal node id.
    pub peer: Option<String>,
}
