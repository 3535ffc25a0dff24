//! The reasons of nodes, and those that only the page sees, as values. Nothing but the sentences in
//! `words.rs` follows from the values, so they go no further than the node that has them.

use super::super::{FinalityStatus, NodeState};
use super::answer::Standing;

/// Blocks above the final one from which on finality stands still: at most 17 are usual.
const USUAL_LAG: u64 = 26;

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A block is on the best chain.
    OnChain {
        /// Blocks on top of it and itself.
        confirmations: u64,
    },
    /// Its branch weighs less than the best chain above the block that both have.
    Lighter {
        /// Height of the last block that both have.
        fork: u64,
        /// Weight of its branch above that, up to its heaviest block.
        weight: u64,
        /// Weight of the best chain above that.
        best: u64,
        /// Id of the head.
        head: String,
    },
    /// Its branch weighs as much, and lost the tie.
    Tied {
        /// Height of the last block that both have.
        fork: u64,
        /// Weight of each above that.
        weight: u64,
        /// Id of the head, which won.
        head: String,
    },
    /// It is not above the last final block: no weight brings it back.
    BesideFinal {
        /// Height of the final block.
        height: u64,
        /// Its id.
        hash: String,
    },
    /// It is not above the highest justified checkpoint, which comes before weight.
    BesideJustified {
        /// Height of the checkpoint.
        height: u64,
        /// Its id.
        hash: String,
    },
    /// It is dated ahead of the node's clock, and kept until then.
    Deferred {
        /// When it is looked at again, by the node's clock, in milliseconds since 1970.
        until: u64,
    },
    /// The node refused it.
    Refused {
        /// Number of the rule.
        rule: u8,
        /// Code of what is wrong, in snake case.
        error: String,
        /// What was expected and found.
        text: String,
    },
    /// Peers have it as their head, and the node has not got it yet.
    NotFetched {
        /// Names of the peers.
        peers: Vec<String>,
        /// Blocks that the node is fetching.
        missing: u64,
    },
    /// The node has never heard of it, or forgot it.
    Unknown,

    /// A transaction is in a block of the best chain.
    Committed {
        /// The block's height.
        height: u64,
        /// Its id.
        block: String,
    },
    /// It was dropped.
    Dropped {
        /// Why, in words.
        text: String,
    },
    /// An earlier nonce of its account is missing.
    NonceGap {
        /// The lowest that is missing.
        missing: u64,
        /// The transaction's.
        nonce: u64,
    },
    /// An earlier transaction of its account waits, and must go first.
    Behind {
        /// Id of the first one that waits.
        id: String,
        /// Its nonce.
        nonce: u64,
    },
    /// As things are, the head's state does not take it.
    NotNow {
        /// Code of what is wrong, in snake case.
        error: String,
        /// What was expected and found.
        text: String,
    },
    /// Those that pay more for their bytes fill the next block.
    NoRoom {
        /// How many are taken before it.
        before: u64,
        /// How many of them the next block takes.
        fits: u64,
        /// What it pays.
        fee: u64,
    },
    /// Nothing is in its way: the next block of this node takes it.
    Next,
    /// It has not come to these nodes yet.
    NotSeen {
        /// Their names.
        nodes: Vec<String>,
    },
    /// Nodes that had it do not run.
    HolderDown {
        /// Their names.
        nodes: Vec<String>,
    },
    /// No node that runs makes blocks now.
    NobodyMakes,

    /// A node does not run.
    Down {
        /// What it does instead.
        state: NodeState,
    },
    /// It runs in another tab, which alone can ask it.
    Elsewhere {
        /// Name of that tab.
        tab: String,
    },
    /// It hears no other node.
    HearsNobody,
    /// It only watches.
    Watches,
    /// Its maker rests while blocks come in.
    CatchesUp {
        /// Blocks that are still to come.
        missing: u64,
        /// For how long it rests from now on, in milliseconds.
        rest: u64,
    },
    /// Its miners are told to pause.
    Paused,
    /// It has no miner.
    NoMiner,
    /// The head is so young, or dated so far ahead, that nothing is made on it yet.
    HeadAhead {
        /// For how long, in milliseconds.
        wait: u64,
    },
    /// After its start it makes nothing for a moment, to hear what the others have.
    JustStarted {
        /// For how long, in milliseconds.
        wait: u64,
    },
    /// It searches: that is a lottery.
    Searches {
        /// Tries that are expected.
        difficulty: u64,
        /// Hashes a second.
        rate: u64,
        /// Hash budget of all its miners a second; `None` at full speed.
        budget: Option<u64>,
    },
    /// It is no authority of its chain.
    NoAuthority {
        /// How many there are.
        authorities: u64,
    },
    /// It is another's turn.
    NotItsTurn {
        /// The slot that lasts, counted from the genesis time.
        slot: u64,
        /// Name of the authority whose turn it is.
        leader: String,
        /// When its own next slot begins, in milliseconds since 1970; `None` where it has none.
        next: Option<u64>,
    },
    /// Its slot is used up: a block of it is on the chain, or was sealed.
    SlotUsed {
        /// The slot that lasts.
        slot: u64,
        /// When its own next slot begins, in milliseconds since 1970; `None` where it has none.
        next: Option<u64>,
    },
    /// The slot had begun when it started: in an earlier run it may have sealed it.
    SlotBeforeStart {
        /// The first slot that it may seal.
        first: u64,
    },
    /// It seals in a moment.
    Seals {
        /// The slot that lasts.
        slot: u64,
    },
    /// A slot or vote is reserved, and the ledger has not written that down yet.
    AwaitsDisk {
        /// Why its ledger fails, where it does.
        failure: Option<String>,
    },
    /// It votes for nothing while its ledger is in memory only.
    NoMemory {
        /// Why its ledger fails.
        failure: String,
    },
    /// What it voted for before is lost: it listens before it votes again.
    Listens,

    /// Votes are missing for the checkpoint that is due.
    VotesMissing {
        /// The authorities, and when each was heard last, in milliseconds since 1970.
        silent: Vec<(String, u64)>,
        /// Votes that are needed.
        needed: u32,
        /// Of so many.
        authorities: u32,
    },
    /// There are no authorities.
    NoAuthorities,
    /// Finality goes on as it should.
    Decides {
        /// Blocks above the final one.
        lag: u64,
    },
}

impl Reason {
    /// How finality goes, `lag` blocks below the head.
    #[must_use]
    pub fn of_finality(status: &FinalityStatus, lag: u64) -> Self {
        match (status.authorities, lag) {
            (0, _) => Self::NoAuthorities,
            (_, ..=USUAL_LAG) => Self::Decides { lag },
            (authorities, _) => Self::VotesMissing {
                silent: std::iter::zip(&status.waiting_for, &status.silent_since)
                    .map(|(name, since)| (name.clone(), *since))
                    .collect(),
                needed: status.needed,
                authorities,
            },
        }
    }

    /// Its name for scripts, in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OnChain { .. } => "on_chain",
            Self::Lighter { .. } => "lighter",
            Self::Tied { .. } => "tied",
            Self::BesideFinal { .. } => "beside_final",
            Self::BesideJustified { .. } => "beside_justified",
            Self::Deferred { .. } => "deferred",
            Self::Refused { .. } => "refused",
            Self::NotFetched { .. } => "not_fetched",
            Self::Unknown => "unknown",
            Self::Committed { .. } => "committed",
            Self::Dropped { .. } => "dropped",
            Self::NonceGap { .. } => "nonce_gap",
            Self::Behind { .. } => "behind",
            Self::NotNow { .. } => "not_now",
            Self::NoRoom { .. } => "no_room",
            Self::Next => "next",
            Self::NotSeen { .. } => "not_seen",
            Self::HolderDown { .. } => "holder_down",
            Self::NobodyMakes => "nobody_makes",
            Self::Down { .. } => "down",
            Self::Elsewhere { .. } => "elsewhere",
            Self::HearsNobody => "hears_nobody",
            Self::Watches => "watches",
            Self::CatchesUp { .. } => "catches_up",
            Self::Paused => "paused",
            Self::NoMiner => "no_miner",
            Self::HeadAhead { .. } => "head_ahead",
            Self::JustStarted { .. } => "just_started",
            Self::Searches { .. } => "searches",
            Self::NoAuthority { .. } => "no_authority",
            Self::NotItsTurn { .. } => "not_its_turn",
            Self::SlotUsed { .. } => "slot_used",
            Self::SlotBeforeStart { .. } => "slot_before_start",
            Self::Seals { .. } => "seals",
            Self::AwaitsDisk { .. } => "awaits_disk",
            Self::NoMemory { .. } => "no_memory",
            Self::Listens => "listens",
            Self::VotesMissing { .. } => "votes_missing",
            Self::NoAuthorities => "no_authorities",
            Self::Decides { .. } => "decides",
        }
    }

    /// How a thing stands by it.
    #[must_use]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever is not well is in the way of something"
    )]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Unknown => Standing::Unknown,
            Self::Committed { .. } => Standing::Committed,
            Self::Dropped { .. } => Standing::Dropped,
            Self::OnChain { .. }
            | Self::Searches { .. }
            | Self::Seals { .. }
            | Self::Decides { .. } => Standing::Well,
            _ => Standing::Hindered,
        }
    }
}
