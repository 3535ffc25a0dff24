//! A look inside a node for those who check its promises: the simulator and tests.

use crate::gossip::Peers;
use crate::primitives::Timestamp;

use super::{MAX_COMPACT, MAX_DEFERRED, MAX_DROPPED, Node};

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

    /// Its bounded collections: name, length now, bound.
    #[must_use]
    pub fn bounded(&self) -> [(&'static str, usize, usize); 5] {
        [
            ("deferred blocks", self.deferred.len(), MAX_DEFERRED),
            ("compact blocks", self.compact.len(), MAX_COMPACT),
            ("dropped transactions", self.dropped.len(), MAX_DROPPED),
            ("peers", self.peers.iter().count(), crate::gossip::MAX_PEERS),
            ("waiting transactions", self.mempool.len(), crate::mempool::MAX_COUNT),
        ]
    }
}
