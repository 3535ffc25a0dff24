//! Nodes, peers and miners: as they are stored and as a node reports them.

use std::ops::Deref;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::fields::{Field, FieldValue, fields};
use super::{FinalityStatus, LedgerStart, MinerState, NodeState, PeerState};
use crate::primitives::NodeKind;

/// A row of table `nodes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct NodeRow {
    /// Node id.
    pub node_id: String,
    /// The tab that runs it.
    pub host: String,
    /// The name of its inbox channel.
    pub port: String,
    /// What it does.
    pub node_type: NodeKind,
    /// Its name.
    pub name: String,
    /// What is known of it.
    pub status: PeerState,
    /// When it was last heard.
    pub last_seen: u64,
    /// The node's own signed record, canonical bytes; empty for the row about the node itself.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

fields! {
    NodeRow { node_id, host, port, node_type, name, status, last_seen, raw, }
}

/// One row of `status`.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct NodeStatus {
    /// Node id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: NodeKind,
    /// State.
    pub state: NodeState,
    /// Height of the head.
    pub height: u64,
    /// Id of the head.
    pub head: String,
    /// State root of the head.
    pub state_root: String,
    /// Weight of the chain.
    pub weight: u64,
    /// Peers heard within the last ten seconds.
    pub peers: u32,
    /// Transactions in the mempool.
    pub pending: u32,
    /// Measured hashes per second of all its miners.
    pub hash_rate: f64,
    /// The hash budget per second, `None` at full speed or for a node that does not mine.
    pub hash_budget: Option<f64>,
    /// Next slot of an authority: when it begins.
    pub next_slot_at: Option<u64>,
    /// Height up to which the ledger is durable.
    pub durable_height: u64,
    /// Bytes of the rows that it has written into its ledger since it started; a row that is
    /// written again counts again.
    pub written_bytes: u64,
    /// Why the ledger is kept in memory only, if it is.
    pub degraded: Option<String>,
    /// Required difficulty of the next work block.
    pub difficulty: u64,
    /// Milliseconds between work blocks that the network keeps by moving the difficulty; `None`
    /// where it is fixed.
    pub automatic: Option<u64>,
    /// Number of authorities of the network now.
    pub authorities: u32,
    /// Whether this node is one of them.
    pub is_authority: bool,
    /// Blocks that this node made since it started, on whatever branch they are now.
    pub blocks_made: u64,
    /// Frames received, sent and refused since it started.
    pub frames_in: u64,
    /// See `frames_in`.
    pub frames_out: u64,
    /// See `frames_in`.
    pub frames_refused: u64,
    /// Name of the tab that runs it.
    pub host: String,
    /// What became of its ledger when it started.
    pub ledger_start: LedgerStart,
    /// How far its chain is decided.
    pub finality: FinalityStatus,
}

/// Another node as this one sees it.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct PeerStatus {
    /// Node id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: NodeKind,
    /// Tab that runs it.
    pub host: String,
    /// Head it last told.
    pub head: String,
    /// Height it last told.
    pub height: u64,
    /// Weight it last told.
    pub weight: u64,
    /// When it was last heard.
    pub last_seen: u64,
    /// Whether it was heard within the last ten seconds.
    pub alive: bool,
    /// Score: below 0 for bad behaviour, ignored at -100.
    pub score: i32,
    /// Last measured round trip in milliseconds.
    pub round_trip_ms: Option<u64>,
}

/// What every picture of a miner worker has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct MinerRecord {
    /// Height of the block it searches.
    pub height: u64,
    /// First nonce of its range.
    pub nonce_start: u64,
    /// One past the last nonce of its range.
    pub nonce_end: u64,
    /// Hashes tried for this height, on this head.
    pub hashes: u64,
    /// Measured hashes per second.
    pub hash_rate: f64,
    /// Lowest hash of this search so far.
    pub best_hash: String,
    /// Blocks it has found since it started.
    pub blocks_found: u64,
    /// What it does.
    pub state: MinerState,
}

fields! {
    MinerRecord {
        height, nonce_start, nonce_end, hashes, hash_rate, best_hash, blocks_found, state,
    }
}

/// A row of table `mining_pool`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct MinerRow {
    /// The miner worker's name.
    pub worker_id: String,
    /// The node it belongs to.
    pub node_id: String,
    /// Job it works on, 0 for none.
    pub job: u64,
    /// What every picture has.
    #[serde(flatten)]
    pub record: MinerRecord,
    /// When this row was written.
    pub updated: u64,
}

impl MinerRow {
    /// Shows every field with its name, in order.
    pub fn each<'a>(&'a self, show: &mut dyn FnMut(&'static str, FieldValue<'a>)) {
        show("worker_id", self.worker_id.value());
        show("node_id", self.node_id.value());
        show("job", self.job.value());
        self.record.each(show);
        show("updated", self.updated.value());
    }
}

impl Deref for MinerRow {
    type Target = MinerRecord;

    /// The fields lie side by side, as they are stored.
    fn deref(&self) -> &MinerRecord {
        &self.record
    }
}

/// One miner worker of a node.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct MinerStatus {
    /// Name of the worker.
    pub worker: String,
    /// What every picture has.
    pub record: MinerRecord,
    /// Expected hashes of the job.
    pub difficulty: u64,
    /// Hashes per second that it measured without its budget; 0 before it did.
    pub uncapped: f64,
    /// Its budget; `None` at full speed.
    pub budget: Option<f64>,
    /// The share of the time that it hashes at full speed; `None` with a budget.
    pub share: Option<f64>,
    /// Its last tries, oldest first; none where its budget is too high to follow.
    pub tries: Vec<Try>,
    /// Next nonce to try.
    pub nonce: u64,
    /// Milliseconds spent on the search.
    pub elapsed_ms: u64,
}

impl Deref for MinerStatus {
    type Target = MinerRecord;

    /// A miner's status reads like its row.
    fn deref(&self) -> &MinerRecord {
        &self.record
    }
}

/// A nonce that was tried, as a person can follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Try {
    /// The nonce.
    pub nonce: u64,
    /// The first 16 hexadecimal digits of its hash, as a number.
    pub hash: u64,
}
