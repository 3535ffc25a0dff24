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
    /// The node's public key: 64 lower-case hex digits.
    pub node_id: String,
    /// The tab that runs it, by the node's own words, such as `tab-3f9c`.
    pub host: String,
    /// Name of its inbox channel: `aurex/1/<network>/inbox/<node>`.
    pub port: String,
    /// Whether it mines, seals, or only watches.
    pub node_type: NodeKind,
    /// Its name by its own words, such as `pow-1`, at most 32 bytes.
    pub name: String,
    /// Whether it was heard lately; `active` in the row about the node itself.
    pub status: PeerState,
    /// When it was last heard, in milliseconds since 1970.
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
    /// Node id: 64 lower-case hex digits.
    pub id: String,
    /// Its name, such as `pow-1`.
    pub name: String,
    /// Kind.
    pub kind: NodeKind,
    /// What it does now; the page says it of a node that cannot answer.
    pub state: NodeState,
    /// Height of its head, counted from genesis = 0.
    pub height: u64,
    /// Id of its head, in hexadecimal; empty before its first report.
    pub head: String,
    /// Hash of the state's tree at its head, in hexadecimal.
    pub state_root: String,
    /// Weight of its chain, shown as 2^53 - 1 where it is more.
    pub weight: u64,
    /// Peers heard within the last ten seconds, those in doubt not counted.
    pub peers: u32,
    /// Transactions in the mempool.
    pub pending: u32,
    /// Measured hashes per second of all its miners.
    pub hash_rate: f64,
    /// Hash budget of all its miners a second; `None` at full speed, in a pause, or for a node that
    /// does not mine.
    pub hash_budget: Option<f64>,
    /// When its next slot begins, in milliseconds since 1970; `None` where it has none.
    pub next_slot_at: Option<u64>,
    /// Height up to which a restart finds the chain again; 0 while the ledger is in memory only.
    pub durable_height: u64,
    /// Bytes of the rows that it has written into its ledger since it started; a row that is
    /// written again counts again.
    pub written_bytes: u64,
    /// What keeps the ledger from being durable at the moment, in words; `None` where nothing
    /// fails.
    pub degraded: Option<String>,
    /// Expected tries of the next work block.
    pub difficulty: u64,
    /// Milliseconds between work blocks that the network keeps by moving the difficulty; `None`
    /// where it is fixed.
    pub automatic: Option<u64>,
    /// Number of authorities in force at its head.
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
    /// Name of the tab that runs it, such as `tab-3f9c`.
    pub host: String,
    /// What became of its ledger when it started.
    pub ledger_start: LedgerStart,
    /// How far its chain is decided.
    pub finality: FinalityStatus,
}

/// Another node as this one sees it.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct PeerStatus {
    /// Node id: 64 lower-case hex digits.
    pub id: String,
    /// Its name by its own words, at most 32 bytes.
    pub name: String,
    /// Kind.
    pub kind: NodeKind,
    /// The tab that runs it, by the node's own words.
    pub host: String,
    /// Id of the head that it told last, in hexadecimal; empty before it told any.
    pub head: String,
    /// Height that it told for that head; 0 before it told any.
    pub height: u64,
    /// Weight that it told for that head, not yet proven; 0 before it told any.
    pub weight: u64,
    /// When it was last heard, in milliseconds since 1970.
    pub last_seen: u64,
    /// Whether it was heard within the last ten seconds, is not in doubt, and is not cut off from
    /// here.
    pub alive: bool,
    /// Score: below 0 for bad behaviour, ignored at -100.
    pub score: i32,
    /// Last measured round trip in milliseconds; `None` before the first.
    pub round_trip_ms: Option<u64>,
}

/// What every picture of a miner worker has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct MinerRecord {
    /// Height of the block it searches; 0 without a job.
    pub height: u64,
    /// First nonce of its range.
    pub nonce_start: u64,
    /// One past the last nonce of its range.
    pub nonce_end: u64,
    /// Hashes tried for this height, on this head.
    pub hashes: u64,
    /// Measured hashes a second; 0 once nothing was measured for 1.5 seconds.
    pub hash_rate: f64,
    /// Lowest hash of this search so far, in hexadecimal; empty before the first.
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
    /// Name of the miner worker: its node's and a number from 1, such as `pow-1:1`.
    pub worker_id: String,
    /// Id of the node that it belongs to, in hexadecimal.
    pub node_id: String,
    /// Job it works on, 0 for none.
    pub job: u64,
    /// What every picture has.
    #[serde(flatten)]
    pub record: MinerRecord,
    /// When this row was written, in milliseconds since 1970.
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
    /// Name of the worker: its node's and a number from 1, such as `pow-1:1`.
    pub worker: String,
    /// What every picture has.
    pub record: MinerRecord,
    /// Expected tries of the block it searches; 0 without a job.
    pub difficulty: u64,
    /// Hashes per second that it measured without its budget; 0 before it did.
    pub uncapped: f64,
    /// Its budget in hashes a second; `None` at full speed and in a pause.
    pub budget: Option<f64>,
    /// The share of the time that it hashes at full speed; `None` with a budget and in a pause.
    pub share: Option<f64>,
    /// Its last tries, oldest first; none where its budget is too high to follow.
    pub tries: Vec<Try>,
    /// Next nonce to try.
    pub nonce: u64,
    /// Milliseconds that its node has searched on this head, over all jobs.
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
