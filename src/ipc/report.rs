//! What a node worker reports to the page by itself.

use crate::records::{Event, MinerStatus, NodeStatus, PeerStatus};
use borsh::{BorshDeserialize, BorshSerialize};

/// What changed on a node since its last report.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Report {
    /// The node's row of `status`.
    pub status: NodeStatus,
    /// Its miner workers; none unless it mines by proof of work.
    pub miners: Vec<MinerStatus>,
    /// Its peers whose own record is known, alive or not.
    pub peers: Vec<PeerStatus>,
    /// What happened that somebody hears, oldest first, at most 200; old ones that tell of no block
    /// are left out first.
    pub events: Vec<Event>,
    /// Events left out because there were too many.
    pub events_dropped: u32,
}
