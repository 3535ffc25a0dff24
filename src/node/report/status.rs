//! What a node shows of itself: its row of `status`, its blocks and its peers.

use crate::consensus::slots;
use crate::ipc::{BlockSummary, NodeState, NodeStatus, PeerStatus};
use crate::primitives::{
    BlockHash, ClockReading, Height, Instant, MAX_EXACT, NodeKind, Retarget, Weight,
};

use super::Node;

/// A weight as a number that JavaScript holds exactly.
pub(in crate::node) fn exact(weight: Weight) -> u64 {
    u64::try_from(weight.0).unwrap_or(MAX_EXACT).min(MAX_EXACT)
}

/// A height as a number that JavaScript holds exactly: anybody may tell any.
fn shown(height: Height) -> u64 {
    if mutant!(ShowAnyHeight) {
        return height.0;
    }
    height.0.min(MAX_EXACT)
}

impl Node {
    /// The node's row of `status`.
    #[must_use]
    pub fn status(&self, reading: ClockReading) -> NodeStatus {
        let header = self.chain.head_header();
        let (now, date) = (reading.monotonic, self.clock.date_at(reading, header.time));
        let context = self.chain.context();
        let authorities = &context.rules.current.authorities;
        let is_authority = authorities.contains(&self.identity.id.into());
        let mines = self.identity.kind == NodeKind::Pow;
        NodeStatus {
            id: self.identity.id.to_string(),
            name: self.identity.name.clone(),
            kind: self.identity.kind,
            state: self.state(),
            height: header.height.0,
            head: self.chain.head().to_string(),
            state_root: header.state_root.to_string(),
            weight: exact(self.chain.weight()),
            peers: u32::try_from(self.roster.peers.alive(now).count()).unwrap_or(u32::MAX),
            pending: u32::try_from(self.mempool.len()).unwrap_or(u32::MAX),
            hash_rate: self.hash_rate(now),
            hash_budget: self
                .mining
                .budget()
                .filter(|_| mines)
                .map(|budget| budget * self.mining.miners.len() as f64),
            next_slot_at: self
                .next_slot_at(slots::slot_at(self.chain.params(), date))
                .filter(|_| self.identity.kind == NodeKind::Poa && is_authority)
                .map(|at| at.0),
            durable_height: self.books.durable().0,
            written_bytes: self.books.written_bytes(),
            degraded: self.books.degraded().map(ToString::to_string),
            difficulty: context.required_difficulty().0,
            automatic: match context.rules.current.retarget {
                Retarget::Asert { ideal, .. } => Some(ideal.0),
                Retarget::Fixed => None,
            },
            authorities: u32::try_from(authorities.len()).unwrap_or(u32::MAX),
            is_authority,
            blocks_made: self.counters.blocks_made,
            frames_in: self.counters.frames_in,
            frames_out: self.identity.frames(),
            frames_refused: self.counters.frames_refused,
            host: self.identity.host.clone(),
            ledger_start: self.books.ledger_start,
            finality: self.finality_status(),
        }
    }

    fn state(&self) -> NodeState {
        if self.stopping {
            NodeState::Stopped
        } else if self.lanes.missing() > 2 {
            NodeState::Syncing
        } else {
            NodeState::Running
        }
    }

    /// The other nodes as this one sees them.
    #[must_use]
    pub fn peers(&self, now: Instant) -> Vec<PeerStatus> {
        let known = self
            .roster
            .peers
            .iter()
            .filter_map(|(id, peer)| peer.record.as_ref().map(|record| (id, peer, record)));
        known
            .map(|(id, peer, record)| PeerStatus {
                id: id.to_string(),
                name: record.name.clone(),
                kind: record.kind,
                host: record.host.clone(),
                head: peer
                    .head
                    .map(|head| head.id.to_string())
                    .unwrap_or_default(),
                height: peer.head.map_or(0, |head| shown(head.height)),
                weight: peer.head.map_or(0, |head| exact(head.weight)),
                last_seen: self.clock.date_of(peer.last_seen).0,
                alive: peer.alive(now) && !self.roster.is_cut(id),
                score: peer.score(now),
                round_trip_ms: peer.round_trip.map(|time| time.0),
            })
            .collect()
    }

    /// A block of the tree without its transactions.
    #[must_use]
    pub fn summary(&self, id: &BlockHash) -> Option<BlockSummary> {
        let entry = self.chain.get(id)?;
        let header = &entry.block.header;
        Some(BlockSummary {
            record: self.block_record(id, &entry),
            miner: if header.height.0 == 0 {
                "genesis".to_owned()
            } else {
                self.name_of_node(&header.sealer)
            },
            weight: exact(entry.weight),
            state_root: header.state_root.to_string(),
        })
    }
}
