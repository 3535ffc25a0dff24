//! A look inside a node for those who check its promises: the simulator and tests.

use crate::chain::{CACHED_STATES, MAX_INVALID, MAX_SIDE, MAX_SIDE_BYTES};
use crate::consensus::SIGNATURE_CACHE;
use crate::consensus::finality::{VoteSigner, Votes};
use crate::gossip::{MAX_PEERS, Peers};
use crate::mempool::{MAX_BYTES, MAX_COUNT};
use crate::primitives::{BlockHash, Instant, NodeId, Slot, Timestamp};
use crate::records::LedgerStart;

use super::super::compact::MAX_COMPACT;
use super::super::deferred::MAX_DEFERRED;
use super::super::finality::{MAX_OFFENCES, MAX_SEALS};
use super::super::timers::Timer;
use super::Node;

/// Blocks that one authority sealed for one slot: two that were announced, and what came with
/// heavier branches of each of seven others.
const MAX_OF_SLOT: usize = 16;

impl Node {
    /// What it knows about its peers.
    #[must_use]
    pub const fn peer_table(&self) -> &Peers {
        &self.roster.peers
    }

    /// Whether a peer is among those that it hears.
    #[must_use]
    pub fn is_present(&self, peer: &NodeId) -> bool {
        self.roster.is_present(peer)
    }

    /// Frames that it turned away since it started.
    #[must_use]
    pub const fn frames_refused(&self) -> u64 {
        self.counters.frames_refused
    }

    /// The date that it thinks it is.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.clock.date()
    }

    /// What became of its ledger when it started.
    #[must_use]
    pub const fn ledger_outcome(&self) -> LedgerStart {
        self.books.ledger_start
    }

    /// How many blocks its ledger is behind its chain.
    #[must_use]
    pub fn unwritten(&self) -> u64 {
        self.chain.height().0.saturating_sub(self.books.written().0)
    }

    /// The first slot that it may seal as an authority.
    #[must_use]
    pub const fn first_open_slot(&self) -> Slot {
        self.authority.first_open
    }

    /// The votes that it keeps.
    #[must_use]
    pub const fn votes(&self) -> &Votes {
        &self.finality.ballots.votes
    }

    /// What it knows of what it signed.
    #[must_use]
    pub const fn signer(&self) -> &VoteSigner {
        &self.finality.duty.signer
    }

    /// What waits here with no timer set for it, so that it might wait for ever. One that stops
    /// waits for its disk alone.
    #[must_use]
    pub fn unattended(&self) -> Option<&'static str> {
        if self.stopping {
            return None;
        }
        let of_queue = self.exchange.has_queue().then_some(Instant(u64::MAX));
        let of_deferred = (self.deferred.len() > 0).then_some(Instant(u64::MAX));
        let waiting = [
            ("an answer to a fetch", Timer::Sync, self.lanes.deadline()),
            ("a compact block", Timer::Compact, self.compact.deadline()),
            ("a block ahead of the clock", Timer::Deferred, of_deferred),
            ("ids to be passed on", Timer::Inventory, of_queue),
        ];
        let attended = |timer, by| self.timers.is_set(timer, by);
        let forgotten = waiting
            .into_iter()
            .find(|(_, timer, by)| by.is_some_and(|by| !attended(*timer, by)))
            .map(|(what, ..)| what);
        forgotten.or_else(|| self.lanes.is_stuck().then_some("a fetch"))
    }

    /// Whether a compact block waits for its transactions.
    #[must_use]
    pub fn waits_for_transactions(&self, block: &BlockHash) -> bool {
        self.compact.contains(block)
    }

    /// Its bounded collections: name, length now, bound.
    #[must_use]
    pub fn bounded(&self) -> Vec<(&'static str, usize, usize)> {
        let (invalid, states) = self.chain.remembered();
        let (transactions, seals) = self.cache.generations();
        let (side_blocks, side_bytes) = self.chain.beside();
        let own = [
            ("deferred blocks", self.deferred.len(), MAX_DEFERRED),
            ("compact blocks", self.compact.len(), MAX_COMPACT),
            ("peers", self.roster.peers.iter().count(), MAX_PEERS),
            ("present peers", self.roster.present().len(), MAX_PEERS),
            ("rows of peers", self.roster.listed(), MAX_PEERS),
            ("waiting transactions", self.mempool.len(), MAX_COUNT),
            (
                "bytes of waiting transactions",
                self.mempool.bytes(),
                MAX_BYTES,
            ),
            ("refused ids", invalid, MAX_INVALID),
            (
                "proven offences",
                self.finality.ballots.votes.offences().len(),
                MAX_OFFENCES,
            ),
            ("claims of peers", self.finality.duty.claims(), MAX_PEERS),
            ("sealed slots", self.finality.seals.len(), MAX_SEALS),
            ("blocks beside the best chain", side_blocks, MAX_SIDE),
            (
                "bytes of blocks beside the best chain",
                side_bytes,
                MAX_SIDE_BYTES,
            ),
            ("blocks of one slot", self.chain.most_sealed(), MAX_OF_SLOT),
            ("cached states", states, CACHED_STATES),
            ("signatures of transactions", transactions, SIGNATURE_CACHE),
            ("signatures of seals", seals, SIGNATURE_CACHE),
        ];
        own.into_iter()
            .chain(self.exchange.bounded())
            .chain(self.finality.errands.bounded())
            .chain(self.lanes.bounded())
            .collect()
    }
}
