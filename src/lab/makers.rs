//! Who made which block, and what became of it: lost, in a race for one place on the chain, or
//! found by hand by nobody's miner.
//!
//! Bounds: one entry for each block that nodes made, and counts by node.

use std::collections::{BTreeMap, BTreeSet};

use crate::primitives::BlockHash;
use crate::records::{BlockKind, BlockSummary};
use crate::sim::world::World;

/// The makers of blocks, by their seats.
#[derive(Clone, Debug, Default)]
pub(super) struct Makers {
    of: BTreeMap<BlockHash, usize>,
    /// Who took a work block that no node made.
    by_hand: BTreeSet<usize>,
    /// How many blocks of each are stale.
    lost: BTreeMap<usize, u64>,
    /// How many races each was in.
    races: BTreeMap<usize, u64>,
}

fn count(counts: &mut BTreeMap<usize, u64>, seat: usize) {
    let count = counts.entry(seat).or_default();
    *count = count.saturating_add(1);
}

impl Makers {
    /// A node made a block.
    pub(super) fn on_made(&mut self, id: BlockHash, seat: usize) {
        self.of.insert(id, seat);
    }

    /// A node took a block of others: if no node made it, somebody found its nonce by hand.
    pub(super) fn on_taken(&mut self, seat: usize, block: &BlockSummary) {
        let id: Result<BlockHash, _> = block.hash.parse();
        if block.record.kind == BlockKind::Work && id.is_ok_and(|id| !self.of.contains_key(&id)) {
            self.by_hand.insert(seat);
        }
    }

    /// A block is stale: its maker lost it, perhaps in a race with a block of another on the same
    /// parent.
    pub(super) fn on_stale(&mut self, world: &World, id: &BlockHash) {
        let Some(loser) = self.of.get(id).copied() else {
            return;
        };
        count(&mut self.lost, loser);
        let mut seats = world.seats.iter();
        let known = seats.find_map(|seat| {
            let chain = seat.node.as_ref()?.chain();
            Some((chain, chain.get(id)?))
        });
        let Some((chain, entry)) = known else {
            return;
        };
        let header = &entry.block.header;
        let rival = chain.at(header.height).and_then(|rival| chain.get(&rival));
        let Some(rival) = rival.filter(|rival| rival.block.header.parent == header.parent) else {
            return;
        };
        let winner = self.of.get(&rival.block.id()).copied();
        if let Some(winner) = winner.filter(|winner| *winner != loser) {
            count(&mut self.races, winner);
            count(&mut self.races, loser);
        }
    }

    /// Whether a node took a work block that no node made.
    pub(super) fn by_hand(&self, seat: usize) -> bool {
        self.by_hand.contains(&seat)
    }

    /// Blocks of a node that are stale.
    pub(super) fn lost(&self, seat: usize) -> u64 {
        self.lost.get(&seat).copied().unwrap_or(0)
    }

    /// Races for a place on the chain in which a block of a node was.
    pub(super) fn races(&self, seat: usize) -> u64 {
        self.races.get(&seat).copied().unwrap_or(0)
    }
}
