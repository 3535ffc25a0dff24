//! The states that a node can be in.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

/// What a node is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Its worker is coming up, or it reads its ledger.
    Starting,
    /// It fetches blocks: it lacks more than two.
    Syncing,
    /// It follows the chain, and lacks two blocks at most.
    Running,
    /// It was stopped cleanly.
    Stopped,
    /// Its worker was ended at once.
    Killed,
    /// It failed; the reason is in the log.
    Failed,
    /// It runs in another tab.
    Remote,
}

impl NodeState {
    /// The word in sentences and tables; that of a node in another tab is `other tab`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Syncing => "syncing",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Killed => "killed",
            Self::Failed => "failed",
            Self::Remote => "other tab",
        }
    }
}
