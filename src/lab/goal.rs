//! What goals and conditional actions say about facts: a small language of predicates over what the
//! nodes' ledgers hold and what has happened. [`judge`](super::judge) says whether one is true.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "all others hold no predicate, or have no word"
)]

use serde::{Deserialize, Serialize};

use crate::consensus::TxError;
use crate::gossip::FrameError;
use crate::mempool::MempoolError;
use crate::records::LedgerStart;

/// What is to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// In words.
    pub text: String,
    /// As facts. Once true it is reached, whatever happens later.
    pub when: Predicate,
}

/// What may be true of a moment. Heights, confirmations and percentages are plain numbers; names
/// are those of the scenario's nodes, users and payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are what the variant's line names")]
pub enum Predicate {
    /// All of these.
    All(Vec<Predicate>),
    /// One of these at the least.
    Any(Vec<Predicate>),
    /// Not this one.
    Not(Box<Predicate>),
    /// All nodes run and have the same block at a height.
    Agree { height: u64 },
    /// All nodes run and have one head, of a height or a higher one.
    OneHead { height: u64 },
    /// Two nodes have, or had, chains that part that many blocks below each of their heads.
    Divided { depth: u64 },
    /// The head of a node, or of all that run, is as high.
    Height { node: Option<String>, least: u64 },
    /// On a node, or on all that run, a block of this height or a higher one is final.
    Final { node: Option<String>, least: u64 },
    /// The head of a running node is that many blocks above the last final one.
    FinalityLag { least: u64 },
    /// A node gave up that many blocks of its chain at once.
    Reorganised { node: Option<String>, depth: u64 },
    /// A payment that had these confirmations on a node was taken off its chain.
    Reverted { payment: String, confirmations: u64 },
    /// A payment that had these confirmations on a node (0: it waited) can never come any more:
    /// another transaction of its account has its place there.
    DoubleSpent { payment: String, confirmations: u64 },
    /// A payment has these confirmations on all nodes that run.
    Committed { payment: String, confirmations: u64 },
    /// A payment waits on a node.
    Waiting { payment: String, node: String },
    /// A light client has seen by a proof that a payment is in a block.
    Proven { payment: String },
    /// A light client did not believe what it was shown of a payment.
    NotBelieved { payment: String },
    /// Some node has the proof that an authority sealed two blocks in one slot.
    SealedTwice { node: String },
    /// Some node has the proof that an authority voted twice.
    VotedTwice { node: String },
    /// Two blocks are final that contradict each other, each on a node.
    FinalConflict,
    /// Something was refused, by a node or by anyone, as often.
    Refused {
        what: Refused,
        by: Option<String>,
        #[serde(default = "one")]
        times: u64,
    },
    /// The balance of a user is at least this on all nodes that run.
    Balance { user: String, least: u64 },
    /// The balance of a user is at most this on all nodes that run.
    BalanceAtMost { user: String, most: u64 },
    /// A node has made that many blocks.
    Made { node: String, least: u64 },
    /// Of at least that many blocks which two nodes made together, the first made `percent` of a
    /// hundred or more.
    Share {
        node: String,
        beside: String,
        percent: u64,
        blocks: u64,
    },
    /// Of the blocks on the chain, at least so many, a node's share is `points` of a hundred or
    /// more above its share of all blocks that were made: work of others was lost.
    Outearns {
        node: String,
        points: u64,
        blocks: u64,
    },
    /// That many valid blocks are, or were, on no node's chain after all of them had left it.
    Stale { least: u64 },
    /// The next work block needs that many expected hashes or more on all nodes that run.
    DifficultyAtLeast { least: u64 },
    /// The next work block needs at most that many expected hashes on all nodes that run.
    DifficultyAtMost { most: u64 },
    /// An authority's slot went by without a block of it, that often.
    Missed { node: String, least: u64 },
    /// A node started and found its ledger so.
    Restarted { node: String, ledger: Restart },
    /// A node began again, after an end, that often.
    Restarts { node: String, least: u64 },
    /// A node took a valid work block that no node made: its nonce was found by hand.
    ByHand { node: String },
    /// That many blocks of a node are stale.
    Lost { node: String, least: u64 },
    /// That often, of two blocks on one parent one was a node's and one another's, and the chains
    /// went on from one of them: the other is stale.
    Raced { node: String, least: u64 },
    /// A node listens to another no more, for what that sent.
    Ignores { node: String, peer: String },
    /// A node turned that many frames away, before or after it checked their signatures, in this
    /// run of it.
    TurnedAway { node: String, least: u64 },
    /// A node runs.
    Runs { node: String },
    /// A node does not run.
    Stopped { node: String },
    /// A node has the head of all others that run, and is as high.
    CaughtUp { node: String, height: u64 },
    /// Nodes put that many blocks aside, as these were dated ahead of their clocks.
    Deferred { least: u64 },
    /// That much virtual time has passed, in milliseconds.
    Passed { ms: u64 },
}

const fn one() -> u64 {
    1
}

/// What may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// A frame, for any reason.
    Frame,
    /// A frame whose signature does not verify.
    FrameSignature,
    /// A frame that was sent before, or is out of order.
    FrameReplay,
    /// A block, by any rule.
    Block,
    /// A transaction, for any reason.
    Transaction,
    /// A transaction whose signature does not verify.
    TransactionSignature,
    /// A transaction whose nonce was used, or is ahead.
    TransactionNonce,
    /// A transaction of more than its account has.
    TransactionBalance,
    /// A transaction that takes a waiting one's place and pays too little more.
    TransactionFee,
    /// A vote.
    Vote,
}

impl Refused {
    /// What the refusal of a frame counts as.
    pub(super) fn of_frame(error: &FrameError) -> Vec<Self> {
        let special = match error {
            FrameError::Signature { .. } => Some(Self::FrameSignature),
            FrameError::Replay { .. } => Some(Self::FrameReplay),
            FrameError::Foreign { .. }
            | FrameError::Version { .. }
            | FrameError::Network { .. }
            | FrameError::UnknownType { .. }
            | FrameError::TooLarge { .. }
            | FrameError::Length { .. }
            | FrameError::Payload { .. } => None,
        };
        [Self::Frame].into_iter().chain(special).collect()
    }

    /// What the refusal of a transaction counts as.
    pub(super) fn of_transaction(error: &MempoolError) -> Vec<Self> {
        let special = match error {
            MempoolError::Invalid(TxError::Signature { .. }) => Some(Self::TransactionSignature),
            MempoolError::Invalid(TxError::Nonce { .. }) | MempoolError::NonceGap { .. } => {
                Some(Self::TransactionNonce)
            }
            MempoolError::Invalid(TxError::Balance { .. }) => Some(Self::TransactionBalance),
            MempoolError::ReplacementFee { .. } => Some(Self::TransactionFee),
            _ => None,
        };
        [Self::Transaction].into_iter().chain(special).collect()
    }
}

/// How a node that starts finds its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// None was there.
    New,
    /// As it was written.
    Resumed,
    /// Damaged, and made whole again from its blocks.
    Rebuilt,
    /// Damaged, and cut off below the damage.
    Truncated,
    /// Damaged beyond use.
    Wiped,
}

impl Restart {
    /// The word for what became of a ledger.
    pub(super) const fn of(start: LedgerStart) -> Self {
        match start {
            LedgerStart::New => Self::New,
            LedgerStart::Resumed => Self::Resumed,
            LedgerStart::Rebuilt => Self::Rebuilt,
            LedgerStart::Truncated => Self::Truncated,
            LedgerStart::Wiped | LedgerStart::Outdated => Self::Wiped,
        }
    }
}

/// A name that a predicate is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    Node(&'a str),
    User(&'a str),
    Payment(&'a str),
}

impl Predicate {
    /// All names in it.
    pub(super) fn subjects(&self) -> Vec<Subject<'_>> {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().flat_map(Self::subjects).collect(),
            Self::Not(inner) => inner.subjects(),
            Self::Height { node, .. }
            | Self::Final { node, .. }
            | Self::Reorganised { node, .. }
            | Self::Refused { by: node, .. } => {
                node.iter().map(|node| Subject::Node(node)).collect()
            }
            Self::SealedTwice { node }
            | Self::VotedTwice { node }
            | Self::Made { node, .. }
            | Self::Outearns { node, .. }
            | Self::Missed { node, .. }
            | Self::Restarted { node, .. }
            | Self::Restarts { node, .. }
            | Self::ByHand { node }
            | Self::Lost { node, .. }
            | Self::Raced { node, .. }
            | Self::TurnedAway { node, .. }
            | Self::Runs { node }
            | Self::Stopped { node }
            | Self::CaughtUp { node, .. } => vec![Subject::Node(node)],
            Self::Share {
                node,
                beside: other,
                ..
            }
            | Self::Ignores { node, peer: other } => {
                vec![Subject::Node(node), Subject::Node(other)]
            }
            Self::Balance { user, .. } | Self::BalanceAtMost { user, .. } => {
                vec![Subject::User(user)]
            }
            Self::Reverted { payment, .. }
            | Self::DoubleSpent { payment, .. }
            | Self::Committed { payment, .. }
            | Self::Proven { payment }
            | Self::NotBelieved { payment } => vec![Subject::Payment(payment)],
            Self::Waiting { payment, node } => {
                vec![Subject::Payment(payment), Subject::Node(node)]
            }
            Self::Agree { .. }
            | Self::OneHead { .. }
            | Self::Divided { .. }
            | Self::FinalityLag { .. }
            | Self::FinalConflict
            | Self::Stale { .. }
            | Self::Deferred { .. }
            | Self::DifficultyAtLeast { .. }
            | Self::DifficultyAtMost { .. }
            | Self::Passed { .. } => Vec::new(),
        }
    }

    /// How deep predicates lie in each other.
    pub(super) fn nesting(&self) -> usize {
        match self {
            Self::All(list) | Self::Any(list) => {
                let deepest = list.iter().map(Self::nesting).max().unwrap_or(0);
                deepest.saturating_add(1)
            }
            Self::Not(inner) => inner.nesting().saturating_add(1),
            _ => 1,
        }
    }

    /// Number of predicates in it.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::All(list) | Self::Any(list) => {
                list.iter().map(Self::size).sum::<usize>().saturating_add(1)
            }
            Self::Not(inner) => inner.size().saturating_add(1),
            _ => 1,
        }
    }
}
