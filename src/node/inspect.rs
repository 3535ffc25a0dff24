//! A look inside a node for those who check its promises: the simulator and tests.

use crate::gossip::{MAX_IDS, MAX_PEERS, Peers, SEEN_GENERATION};
use crate::ledger::Snapshot;
use crate::mempool::{MAX_BYTES, MAX_COUNT};
use crate::primitives::{Slot, Timestamp, Transaction, TxId};

use super::{MAX_ASKED, MAX_COMPACT, MAX_DEFERRED, MAX_DROPPED, Node, start};

impl Node {
    /// What it knows about its peers.
    #[must_use]
    pub const fn peer_table(&self) -> &Peers {
        &self.peers
    }

    /// The time that it thinks it is.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.now
    }

    /// What became of its ledger when it started.
    #[must_use]
    pub const fn ledger_outcome(&self) -> &'static str {
        self.ledger_start
    }

    /// A transaction that it dropped lately.
    #[must_use]
    pub fn dropped(&self, id: &TxId) -> Option<&Transaction> {
        self.dropped.get(id).map(|dropped| &dropped.transaction)
    }

    /// The slot that an authority's ledger says it sealed last, if it can be read.
    #[must_use]
    pub fn sealed_slot(snapshot: &Snapshot) -> Option<Slot> {
        start::sealed_slot(snapshot)
    }

    /// Its bounded collections: name, length now, bound.
    #[must_use]
    pub fn bounded(&self) -> Vec<(&'static str, usize, usize)> {
        let own = [
            ("deferred blocks", self.deferred.len(), MAX_DEFERRED),
            ("compact blocks", self.compact.len(), MAX_COMPACT),
            ("dropped transactions", self.dropped.len(), MAX_DROPPED),
            ("transactions asked for", self.asked.len(), MAX_ASKED),
            ("transactions to be told", self.inventory.len(), MAX_IDS),
            ("seen ids", self.seen.len(), 2 * SEEN_GENERATION),
            ("peers", self.peers.iter().count(), MAX_PEERS),
            ("present peers", self.present.len(), MAX_PEERS),
            ("waiting transactions", self.mempool.len(), MAX_COUNT),
            ("bytes of waiting transactions", self.mempool.bytes(), MAX_BYTES),
        ];
        own.into_iter().chain(self.sync.bounded()).chain(self.chain.bounded()).collect()
    }
}
