//! What a node tells people, as values; the sentences are made here and nowhere else.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each helper speaks of its own group of variants"
)]

use crate::consensus::{BlockError, RULE_SET};
use crate::gossip::{FrameError, SyncError};
use crate::ipc::{BlockSummary, Event, Level, Topic};
use crate::ledger::StoreError;
use crate::mempool::{DropReason, MempoolError};
use crate::primitives::{BlockHash, Height, Millis, NodeId, Slot, Timestamp, TxId, count_of};
use crate::records::LedgerStart;

use super::clock::ClockNotice;
use super::decided::FinalityNotice;

/// Something that happened on a node.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are what the variant's sentence names"
)]
pub enum Notice {
    /// The node runs.
    Started { height: Height, ledger: LedgerStart },
    /// Another node was heard, or heard again.
    PeerJoined { node: NodeId, name: String },
    /// Another node said goodbye or fell silent.
    PeerLeft {
        node: NodeId,
        name: String,
        silent: bool,
    },
    /// A message was sent.
    Sent {
        kind: &'static str,
        to: Option<NodeId>,
        peers: usize,
        bytes: usize,
    },
    /// A message arrived.
    Received {
        kind: &'static str,
        from: NodeId,
        name: String,
        bytes: usize,
    },
    /// A frame was refused.
    FrameRefused {
        error: FrameError,
        from: Option<NodeId>,
    },
    /// A peer's message was not used.
    Unusable {
        from: NodeId,
        name: String,
        error: SyncError,
    },
    /// A miner of this node goes on searching.
    Searching {
        worker: u32,
        height: Height,
        hashes: u64,
        hash_rate: f64,
        best: String,
    },
    /// A miner of this node found a block.
    Found {
        block: Box<BlockSummary>,
        hashes: u64,
        elapsed_ms: f64,
    },
    /// A miner claimed a nonce that does not meet the difficulty.
    FalseFind { worker: u32, nonce: u64 },
    /// This authority sealed its slot.
    Sealed {
        block: Box<BlockSummary>,
        slot: Slot,
    },
    /// A block passed validation and is the new head.
    Accepted {
        block: Box<BlockSummary>,
        from: String,
        peer: Option<NodeId>,
    },
    /// A block passed validation beside the best chain.
    SideChain {
        block: Box<BlockSummary>,
        from: String,
        peer: Option<NodeId>,
    },
    /// A block was refused.
    BlockRefused {
        id: BlockHash,
        height: Height,
        error: BlockError,
        from: String,
    },
    /// A block is ahead of the clock.
    Deferred { id: BlockHash, wait: Millis },
    /// The best chain changed its branch.
    Reorganised {
        reverted: usize,
        applied: usize,
        /// The head before.
        before: BlockHash,
        head: BlockHash,
        height: Height,
    },
    /// Missing blocks are being fetched.
    Fetching { headers: usize, from: String },
    /// A transaction waits.
    Waiting {
        id: TxId,
        kind: &'static str,
        from: String,
        peer: Option<NodeId>,
    },
    /// A transaction was refused.
    TransactionRefused {
        id: TxId,
        error: MempoolError,
        from: String,
    },
    /// A transaction is in a block of the best chain.
    Committed { id: TxId, height: Height },
    /// A reorganisation made a transaction wait again.
    Returned { id: TxId },
    /// A transaction will not be committed.
    Dropped { id: TxId, reason: DropReason },
    /// A batch is durable.
    Persisted { rows: usize, height: Height },
    /// A batch was not stored.
    PersistFailed {
        rows: usize,
        error: StoreError,
        retry_ms: u64,
    },
    /// The check of the ledger at the start found something wrong.
    Damaged { text: String },
    /// The ledger is kept in memory only.
    Degraded { error: StoreError },
    /// A link was cut or healed.
    Link { from: String, cut: bool },
    /// Something about the clocks, this machine's or a peer's.
    Clock(ClockNotice),
    /// Something about votes and what they decided.
    Finality(FinalityNotice),
    /// The node stopped.
    Stopped,
}

impl Notice {
    /// How much it matters.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::Finality(notice) => notice.level(),
            Self::Sent { .. }
            | Self::Received { .. }
            | Self::Searching { .. }
            | Self::Persisted { .. } => Level::Debug,
            Self::FrameRefused { .. }
            | Self::Unusable { .. }
            | Self::BlockRefused { .. }
            | Self::TransactionRefused { .. }
            | Self::Dropped { .. }
            | Self::Clock(_)
            | Self::Damaged { .. }
            | Self::Deferred { .. } => Level::Warn,
            Self::FalseFind { .. } | Self::PersistFailed { .. } | Self::Degraded { .. } => {
                Level::Error
            }
            Self::Started { .. }
            | Self::PeerJoined { .. }
            | Self::PeerLeft { .. }
            | Self::Found { .. }
            | Self::Sealed { .. }
            | Self::Accepted { .. }
            | Self::SideChain { .. }
            | Self::Reorganised { .. }
            | Self::Fetching { .. }
            | Self::Waiting { .. }
            | Self::Committed { .. }
            | Self::Returned { .. }
            | Self::Link { .. }
            | Self::Stopped => Level::Info,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Finality(notice) => notice.topic(),
            Self::Started { .. }
            | Self::PeerJoined { .. }
            | Self::PeerLeft { .. }
            | Self::Fetching { .. }
            | Self::Link { .. }
            | Self::Clock(_)
            | Self::Stopped => Topic::Network,
            Self::Sent { .. } | Self::Received { .. } => Topic::Message,
            Self::FrameRefused { .. }
            | Self::Unusable { .. }
            | Self::BlockRefused { .. }
            | Self::Deferred { .. }
            | Self::TransactionRefused { .. } => Topic::Refused,
            Self::Searching { .. } | Self::FalseFind { .. } => Topic::Mining,
            Self::Found { .. }
            | Self::Sealed { .. }
            | Self::Accepted { .. }
            | Self::SideChain { .. } => Topic::Block,
            Self::Reorganised { .. } => Topic::Reorg,
            Self::Waiting { .. }
            | Self::Committed { .. }
            | Self::Returned { .. }
            | Self::Dropped { .. } => Topic::Transaction,
            Self::Persisted { .. }
            | Self::PersistFailed { .. }
            | Self::Damaged { .. }
            | Self::Degraded { .. } => Topic::Storage,
        }
    }

    /// The event of the node called `node`.
    #[must_use]
    pub fn event(&self, node: &str, at: Timestamp) -> Event {
        let block = match self {
            Self::Found { block, .. }
            | Self::Sealed { block, .. }
            | Self::Accepted { block, .. }
            | Self::SideChain { block, .. } => Some((**block).clone()),
            _ => None,
        };
        let (block_hash, old_head) = match self {
            Self::BlockRefused { id, .. } | Self::Deferred { id, .. } => (Some(*id), None),
            Self::Reorganised { before, head, .. } => (Some(*head), Some(*before)),
            _ => (None, None),
        };
        let tx_hash = match self {
            Self::Waiting { id, .. }
            | Self::TransactionRefused { id, .. }
            | Self::Committed { id, .. }
            | Self::Returned { id }
            | Self::Dropped { id, .. } => Some(id.to_string()),
            _ => None,
        };
        let peer = match self {
            Self::Received { from, .. } | Self::Unusable { from, .. } => Some(*from),
            Self::PeerJoined { node, .. } | Self::PeerLeft { node, .. } => Some(*node),
            Self::Sent { to, .. } => *to,
            Self::FrameRefused { from, .. } => *from,
            Self::Accepted { peer, .. }
            | Self::SideChain { peer, .. }
            | Self::Waiting { peer, .. } => *peer,
            _ => None,
        };
        Event {
            node: node.to_owned(),
            at: at.0,
            level: self.level(),
            topic: self.topic(),
            text: self.text(),
            block,
            block_hash: block_hash.map(|id| id.to_string()),
            old_head: old_head.map(|id| id.to_string()),
            tx_hash,
            peer: peer.map(|peer| peer.to_string()),
        }
    }

    /// The sentence.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Started { .. }
            | Self::PeerJoined { .. }
            | Self::PeerLeft { .. }
            | Self::Sent { .. }
            | Self::Received { .. }
            | Self::FrameRefused { .. }
            | Self::Unusable { .. }
            | Self::Fetching { .. }
            | Self::Link { .. }
            | Self::Stopped => self.network_text(),
            Self::Searching { .. }
            | Self::Found { .. }
            | Self::FalseFind { .. }
            | Self::Sealed { .. }
            | Self::Accepted { .. }
            | Self::SideChain { .. }
            | Self::BlockRefused { .. }
            | Self::Deferred { .. }
            | Self::Reorganised { .. } => self.block_text(),
            Self::Waiting { .. }
            | Self::TransactionRefused { .. }
            | Self::Committed { .. }
            | Self::Returned { .. }
            | Self::Dropped { .. } => self.transaction_text(),
            Self::Persisted { rows, height } => {
                format!("Ledger: {rows} rows committed, durable up to height {height}.")
            }
            Self::PersistFailed {
                rows,
                error,
                retry_ms,
            } => {
                format!(
                    "Ledger: {rows} rows were not stored because {error}; tried again in {retry_ms} ms."
                )
            }
            Self::Finality(notice) => notice.text(),
            Self::Clock(notice) => notice.text(),
            Self::Damaged { text } => format!(
                "The ledger was changed or damaged: {text}. What is right is kept, the rest comes from the peers."
            ),
            Self::Degraded { error } => format!("Ledger kept in memory only: {error}."),
        }
    }

    fn network_text(&self) -> String {
        match self {
            Self::Started {
                ledger: LedgerStart::Outdated,
                ..
            } => format!(
                "Started at height 0: expected a ledger of rule set {RULE_SET}, found one of an older rule set. \
                 Its blocks are no blocks of this network, so they were deleted."
            ),
            Self::Started { height, ledger } => {
                format!("Started at height {height}; ledger {ledger}.")
            }
            Self::PeerJoined { name, .. } => format!("{name} is a peer."),
            Self::PeerLeft {
                name, silent: true, ..
            } => format!("{name} fell silent."),
            Self::PeerLeft { name, .. } => format!("{name} said goodbye."),
            Self::Sent {
                kind,
                to: Some(_),
                bytes,
                ..
            } => format!("Sent {kind}, {bytes} bytes."),
            Self::Sent {
                kind, peers, bytes, ..
            } => format!("Sent {kind} to {peers} peers, {bytes} bytes."),
            Self::Received {
                kind, name, bytes, ..
            } => format!("Received {kind} from {name}, {bytes} bytes."),
            Self::FrameRefused {
                error,
                from: Some(from),
            } => {
                format!(
                    "Refused a frame from {} ({}): {error}.",
                    from.short(),
                    error.code()
                )
            }
            Self::FrameRefused { error, .. } => {
                format!("Refused a frame ({}): {error}.", error.code())
            }
            Self::Unusable { name, error, .. } => {
                format!(
                    "Did not use an answer from {name} ({}): {error}.",
                    error.code()
                )
            }
            Self::Fetching { headers, from } => {
                format!("Fetching {headers} missing blocks, headers from {from}.")
            }
            Self::Link { from, cut: true } => format!("The link from {from} is cut."),
            Self::Link { from, .. } => format!("The link from {from} is healed."),
            Self::Stopped => "Stopped.".to_owned(),
            _ => String::new(),
        }
    }

    fn block_text(&self) -> String {
        match self {
            Self::Searching {
                worker,
                height,
                hashes,
                hash_rate,
                best,
            } => {
                let best = best.get(..12).unwrap_or(best);
                format!(
                    "Miner {}: {hashes} hashes for height {height} at {hash_rate:.1} hash/s, best {best}….",
                    worker.saturating_add(1)
                )
            }
            Self::Found {
                block,
                hashes,
                elapsed_ms,
            } => {
                let rate = if *elapsed_ms > 0.0 {
                    *hashes as f64 * 1_000.0 / elapsed_ms
                } else {
                    0.0
                };
                format!(
                    "Block found at height {}: nonce {}, {hashes} tries in {:.2} s, {rate:.1} hash/s, hash {}….",
                    block.height,
                    block.nonce,
                    elapsed_ms / 1_000.0,
                    short(&block.hash),
                )
            }
            Self::FalseFind { worker, nonce } => {
                format!(
                    "Miner {} claimed nonce {nonce}, which does not meet the difficulty.",
                    worker.saturating_add(1)
                )
            }
            Self::Sealed { block, slot } => {
                format!(
                    "Sealed slot {slot} at height {}, hash {}….",
                    block.height,
                    short(&block.hash)
                )
            }
            _ => self.outcome_text(),
        }
    }

    /// Sentences about what became of a block.
    fn outcome_text(&self) -> String {
        match self {
            Self::Accepted { block, from, .. } => format!(
                "Validated: {} block {}… of {} at height {} from {from}, {}; it is the new head.",
                block.kind,
                short(&block.hash),
                block.miner,
                block.height,
                count_of(
                    u64::from(block.transactions_count),
                    "transaction",
                    "transactions"
                ),
            ),
            Self::SideChain { block, from, .. } => format!(
                "Validated: {} block {}… of {} at height {} from {from}; it is beside the best chain.",
                block.kind,
                short(&block.hash),
                block.miner,
                block.height
            ),
            Self::BlockRefused {
                id,
                height,
                error,
                from,
            } => format!(
                "Refused block {}… at height {height} from {from} by rule {} ({}): {error}.",
                id.short(),
                error.rule(),
                error.code()
            ),
            Self::Deferred { id, wait } => {
                format!(
                    "Block {}… is ahead of the clock (rule 8); it is looked at again in {wait} ms.",
                    id.short()
                )
            }
            Self::Reorganised {
                reverted,
                applied,
                head,
                height,
                ..
            } => format!(
                "Reorganised: {} left the best chain and {applied} joined it; the head is {}… at height {height}.",
                count_of(*reverted as u64, "block", "blocks"),
                head.short()
            ),
            _ => String::new(),
        }
    }

    fn transaction_text(&self) -> String {
        match self {
            Self::Waiting { id, kind, from, .. } => {
                format!(
                    "Transaction {}… ({kind}) from {from} is pending.",
                    id.short()
                )
            }
            Self::TransactionRefused { id, error, from } => {
                format!(
                    "Refused transaction {}… from {from} ({}): {error}.",
                    id.short(),
                    error.code()
                )
            }
            Self::Committed { id, height } => format!(
                "Transaction {}… is committed at height {height}.",
                id.short()
            ),
            Self::Returned { id } => format!(
                "Transaction {}… is pending again after a reorganisation.",
                id.short()
            ),
            Self::Dropped { id, reason } => {
                format!("Transaction {}… was dropped: {reason}.", id.short())
            }
            _ => String::new(),
        }
    }
}

fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}
