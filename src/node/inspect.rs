//! A look inside a node for those who check its promises: the simulator and tests.

use crate::chain::{CACHED_STATES, MAX_INVALID};
use crate::consensus::SIGNATURE_CACHE;
use crate::gossip::{MAX_GATHERED, MAX_HEADERS, Peers, SEEN_GENERATION};
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
    pub fn bounded(&self) -> [(&'static str, usize, usize); 13] {
        let (invalid, states) = self.chain.remembered();
        let (transactions, seals) = self.cache.generations();
        [
            ("deferred blocks", self.deferred.len(), MAX_DEFERRED),
            ("compact blocks", self.compact.len(), MAX_COMPACT),
            ("dropped transactions", self.dropped.len(), MAX_DROPPED),
            ("peers", self.peers.iter().count(), crate::gossip::MAX_PEERS),
            ("waiting transactions", self.mempool.len(), crate::mempool::MAX_COUNT),
            ("bytes of waiting transactions", self.mempool.bytes(), crate::mempool::MAX_BYTES),
            ("present peers", self.present.len(), crate::gossip::MAX_PEERS),
            ("ids seen", self.seen.generation(), SEEN_GENERATION),
            ("headers and bodies being fetched", self.sync.kept(), MAX_GATHERED + MAX_HEADERS),
            ("refused ids", invalid, MAX_INVALID),
            ("cached states", states, CACHED_STATES),
            ("signatures of transactions", transactions, SIGNATURE_CACHE),
            ("signatures of seals", seals, SIGNATURE_CACHE),
        ]
    }
}
