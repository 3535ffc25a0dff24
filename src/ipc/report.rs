//! What a node tells the page about itself, its blocks and its transactions. The scripting API hands
//! these out as plain objects; times are milliseconds since 1970, hashes lower-case hexadecimal.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::Try;
use super::{Level, NodeState, Topic};
use crate::primitives::NodeKind;

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
    /// Why the ledger is kept in memory only, if it is.
    pub degraded: Option<String>,
    /// Required difficulty of the next work block.
    pub difficulty: u64,
    /// Milliseconds between work blocks that the network keeps by moving the difficulty; `None` where it is fixed.
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
    /// What happened to its ledger at start: `new`, `resumed`, `rebuilt`, `truncated` or `wiped`.
    pub ledger_start: String,
}

/// One miner worker of a node.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct MinerStatus {
    /// Name of the worker.
    pub worker: String,
    /// Height it searches.
    pub height: u64,
    /// Expected hashes of the job.
    pub difficulty: u64,
    /// Hashes tried for this height, on this head.
    pub hashes: u64,
    /// Measured hashes per second.
    pub hash_rate: f64,
    /// Hashes per second that it measured without its budget; 0 before it did.
    pub uncapped: f64,
    /// Its budget; `None` at full speed.
    pub budget: Option<f64>,
    /// The share of the time that it hashes at full speed; `None` with a budget.
    pub share: Option<f64>,
    /// Lowest hash of the search so far.
    pub best_hash: String,
    /// Its last tries, oldest first; none where its budget is too high to follow.
    pub tries: Vec<Try>,
    /// Its nonce range.
    pub nonce_start: u64,
    /// One past its range.
    pub nonce_end: u64,
    /// Next nonce to try.
    pub nonce: u64,
    /// Milliseconds spent on the search.
    pub elapsed_ms: u64,
    /// Blocks found since it started.
    pub blocks_found: u64,
    /// `searching`, `idle`, `paused`, `restarting` after a failure, or `stopped`.
    pub state: String,
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

/// A block without its transactions: for lists and the block tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BlockSummary {
    /// Block id.
    pub hash: String,
    /// Height.
    pub height: u64,
    /// Parent's id.
    pub previous_hash: String,
    /// `work` or `authority`.
    pub kind: String,
    /// Maker's node id.
    pub miner_id: String,
    /// Maker's name, if known; else the first digits of its id.
    pub miner: String,
    /// Maker's time.
    pub timestamp: u64,
    /// Nonce.
    pub nonce: u64,
    /// Slot of an authority, 0 for work.
    pub slot: u64,
    /// Difficulty, or weight of an authority's block.
    pub difficulty: u64,
    /// Weight of the chain up to here.
    pub weight: u64,
    /// Root of the state after it.
    pub state_root: String,
    /// Number of transactions.
    pub transactions_count: u32,
    /// Whether it is on the node's best chain.
    pub on_best_chain: bool,
}

/// A whole block.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BlockInfo {
    /// The summary's fields.
    #[serde(flatten)]
    pub summary: BlockSummary,
    /// Merkle root over the transactions.
    pub tx_root: String,
    /// SHA-256 of the data.
    pub data_hash: String,
    /// The data as text.
    pub data: String,
    /// The authority's signature; empty for work.
    pub seal: String,
    /// Blocks on top of it and itself; 0 beside the best chain.
    pub confirmations: u64,
    /// Size of the canonical bytes.
    pub size: u32,
    /// Its transactions.
    pub transactions: Vec<TransactionInfo>,
    /// Canonical bytes in hexadecimal.
    pub raw: String,
}

/// Blocks of one node's best chain, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct ChainInfo {
    /// Name of the node.
    pub node: String,
    /// Height of the head.
    pub height: u64,
    /// Id of the head.
    pub head: String,
    /// The blocks.
    pub blocks: Vec<BlockSummary>,
}

/// A transaction and where it stands.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct TransactionInfo {
    /// Transaction id.
    pub tx_hash: String,
    /// `pending`, `committed` or `dropped`.
    pub status: String,
    /// Id of its block; empty unless committed.
    pub block_id: String,
    /// Height of its block.
    pub height: Option<u64>,
    /// Blocks on top of it and its own; 0 unless committed.
    pub confirmations: u64,
    /// Nodes that hold it: 1 in one node's answer; the page adds them up.
    pub seen_by: u32,
    /// Signer's name, or address.
    pub from_user: String,
    /// Receiver's name or address; empty where there is none.
    pub to_user: String,
    /// Signer's address.
    pub from_address: String,
    /// Amount.
    pub amount: u64,
    /// Fee.
    pub fee: u64,
    /// The account's nonce.
    pub nonce: u64,
    /// Kind of payload.
    pub kind: String,
    /// Memo, message, name or symbol as text.
    pub memo: String,
    /// When the node first saw it.
    pub timestamp: u64,
    /// Why it was dropped; empty otherwise.
    pub reason: String,
    /// Signature in hexadecimal.
    pub signature: String,
    /// Canonical bytes in hexadecimal.
    pub raw: String,
}

/// An account at a node's head.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct AccountInfo {
    /// Address.
    pub address: String,
    /// Registered name; empty where there is none.
    pub name: String,
    /// Coins at the head.
    pub balance: u64,
    /// Committed transactions.
    pub nonce: u64,
    /// Nonce for the next transaction, those in the mempool counted.
    pub next_nonce: u64,
    /// Height of the block that first touched it.
    pub created_at_height: u64,
    /// Assets held: symbol, asset id, units.
    pub assets: Vec<(String, String, u64)>,
}

/// What waits in a node's mempool.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct MempoolInfo {
    /// Name of the node.
    pub node: String,
    /// Number of transactions.
    pub count: u32,
    /// Their encoded bytes.
    pub bytes: u32,
    /// The first 200 by account and nonce.
    pub transactions: Vec<TransactionInfo>,
}

/// Something that happened on a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
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

/// What changed on a node since its last report.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Report {
    /// The node's row of `status`.
    pub status: NodeStatus,
    /// Its miner workers.
    pub miners: Vec<MinerStatus>,
    /// Its peers.
    pub peers: Vec<PeerStatus>,
    /// What happened that somebody hears, oldest first, at most 200; old ones that tell of no block are left out first.
    pub events: Vec<Event>,
    /// Events left out because there were too many.
    pub events_dropped: u32,
}
