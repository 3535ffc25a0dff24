//! The messages between the page, its node workers and their miner workers, in one place.
//!
//! All of them are the same binary, so there is no version skew, and the messages are borsh bytes.
//! Each request carries an id and is answered exactly once: by a [`Refusal`] or an [`Answer`];
//! [`Ask`] gives each question the type of its answer.

mod answer;
pub mod ask;
mod miner;
mod report;

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

pub use answer::{Answer, Imported};
pub use ask::Ask;
pub use miner::{FromMiner, Limit, MAX_TRIES, SearchJob, TimeShare, ToMiner, YIELD_MS};
pub use report::Report;

use crate::ledger::Query;
pub use crate::primitives::NodeKind;
pub use crate::records::{
    AccountInfo, BlockFinality, BlockInfo, BlockSummary, ChainInfo, CheckpointRecord, Event,
    EvidenceRecord, FinalityInfo, FinalityStatus, Level, MAX_MINERS, MempoolInfo, MinerStatus,
    NodeState, NodeStatus, Pace, PeerStatus, Reorganisation, Subject, Topic, TransactionInfo, Try,
    WhyInfo,
};
pub use crate::refusal::Refusal;

/// Names one request of the page until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct RequestId(pub u32);

/// What a node worker needs to start.
#[derive(Clone, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct NodeConfig {
    /// Canonical bytes of the network's parameters.
    pub params: Vec<u8>,
    /// The node's name, such as `pow-1`.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
    /// The node's secret key: 32 bytes.
    pub secret: Vec<u8>,
    /// The tab that runs it, for the `nodes` table.
    pub host: String,
    /// Name of its database; `None` keeps the ledger in memory (a viewer).
    pub database: Option<String>,
    /// What its miners are to do.
    pub workload: Workload,
    /// Whether it was not started before, as far as the page knows.
    pub is_first: bool,
}

impl fmt::Debug for NodeConfig {
    /// Without the secret key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("NodeConfig");
        shown.field("name", &self.name).field("kind", &self.kind);
        shown
            .field("host", &self.host)
            .field("database", &self.database);
        shown
            .field("workload", &self.workload)
            .finish_non_exhaustive()
    }
}

/// What the miners of a proof-of-work node are to do.
#[derive(Clone, Copy, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Workload {
    /// How fast each of them hashes.
    pub speed: Speed,
    /// The share of time of the node's first miner at [`Speed::Full`]; those of the next ones
    /// follow. The page, which knows all miners of the machine, keeps a core free by them.
    pub share: TimeShare,
    /// How many miner workers there are, at most [`MAX_MINERS`].
    pub miners: u32,
}

/// How fast each miner of a node hashes. It is the node's own choice: no rule of consensus asks for
/// it, and no peer changes it.
#[derive(Clone, Copy, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Speed {
    /// So many hashes a second at most.
    Budget(f64),
    /// As fast as the machine hashes with one core left to the page.
    Full,
    /// Without a rest, whatever else the machine has to do.
    Max,
    /// Not at all.
    Paused,
}

/// From the page to a node worker.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum ToNode {
    /// The first message, once.
    Start(NodeConfig),
    /// A question or an order that is answered by a value or by [`FromNode::Refusal`].
    Request {
        /// Comes back with the answer.
        id: RequestId,
        /// What is asked.
        request: Request,
    },
    /// Sets what the node's miners are to do.
    SetWorkload(Workload),
    /// Has the miners let the page go first for [`YIELD_MS`]: somebody clicked or typed.
    Yield,
    /// Cuts or heals the directed link from another node to this one.
    SetLink {
        /// Node id of the sender, hexadecimal.
        from: String,
        /// Whether its frames are dropped on arrival.
        cut: bool,
    },
    /// What every link to this node does to frames from now on.
    SetLinks {
        /// What all random choices follow from.
        seed: u64,
        /// Canonical bytes of the link's qualities.
        link: Vec<u8>,
    },
    /// The lowest level of events that somebody hears from now on; at first [`Level::Info`]. What
    /// nobody hears is neither put into words nor sent.
    SetEvents(Level),
    /// Says goodbye to the peers, writes what is pending, ends the miners and closes the database;
    /// answered by [`FromNode::Stopped`].
    Stop,
}

/// What the page may ask of a node. Each names the type of its answer.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Request {
    /// Takes a signed transaction: answered by a [`TransactionInfo`] once it is in the mempool.
    Submit {
        /// Canonical bytes, signature included.
        raw: Vec<u8>,
    },
    /// As `Submit`, if it is the sender's next: what would wait for one that is missing here is
    /// refused.
    SubmitNext {
        /// Canonical bytes, signature included.
        raw: Vec<u8>,
    },
    /// An account with the next nonce, pending transactions counted: an [`AccountInfo`].
    Account {
        /// Registered name or address in hexadecimal.
        who: String,
    },
    /// All accounts, highest balance first, at most 500: `Vec<AccountInfo>`.
    Accounts,
    /// Blocks of the best chain: a [`ChainInfo`]. Without `from`, the last `count`.
    Chain {
        /// Lowest height, counted from genesis = 0.
        from: Option<u64>,
        /// How many, at most 500.
        count: u32,
    },
    /// One block by hash, by a prefix of it of at least 4 digits, or by height: a [`BlockInfo`].
    Block {
        /// Hexadecimal or decimal.
        which: String,
    },
    /// One transaction by id or a prefix of it of at least 4 digits: a [`TransactionInfo`].
    Transaction {
        /// Hexadecimal.
        id: String,
    },
    /// What is waiting: a [`MempoolInfo`].
    Mempool,
    /// A page of a table: `{ total, rows }` with the rows as they are stored.
    Ledger(Query),
    /// How far the chain is decided: a [`FinalityInfo`].
    Finality,
    /// The peers whose own record is known, alive or not: `Vec<PeerStatus>`.
    Peers,
    /// Why something is as it is: a [`WhyInfo`].
    Why {
        /// What it is about.
        about: Subject,
    },
    /// What a change from one head to another did: a [`Reorganisation`].
    Reorganised {
        /// Whole id of the head before, in hexadecimal.
        before: String,
        /// Whole id of the head that became it, in hexadecimal.
        after: String,
    },
    /// The best chain as a file: bytes.
    Export,
    /// Checks a file as a whole, and takes its blocks: an [`Imported`].
    Import {
        /// The file's bytes, as an export gives them.
        raw: Vec<u8>,
    },
    /// Empties the node's ledger; it starts again from genesis. Answered when that is durable.
    Wipe,
}

/// From a node worker to the page.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum FromNode {
    /// The node runs: its first report.
    Started(Report),
    /// The request was met.
    Answer {
        /// Id of the request that is answered.
        id: RequestId,
        /// The answer.
        answer: Answer,
    },
    /// The request could not be met.
    Refusal {
        /// Id of the request that is refused.
        id: RequestId,
        /// Why.
        error: Refusal,
    },
    /// What changed: soon after an event that is heard, else twice a second at most.
    Report(Report),
    /// The node has stopped cleanly; its worker may be ended.
    Stopped,
    /// The node could not start or cannot go on.
    Failed {
        /// Why.
        error: Refusal,
    },
}
