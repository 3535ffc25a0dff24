//! What happened to a node that was far behind, lost everything, or kept blocks for later: not a
//! promise, but what must happen sometimes.

use std::collections::{BTreeMap, BTreeSet};

use crate::primitives::BlockHash;
use crate::records::LedgerStart;
use crate::sim::coverage::{Coverage, Sometimes};
use crate::sim::world::World;

/// What is remembered of each seat.
#[derive(Clone, Debug, Default)]
pub(super) struct Recovery {
    /// Seats whose node began to fetch a long branch.
    far_behind: BTreeSet<usize>,
    /// Blocks that a node keeps for later.
    deferred: BTreeSet<(usize, BlockHash)>,
    /// How many losses of each disk are made good.
    made_good: BTreeMap<usize, u64>,
}

impl Recovery {
    /// Remembers that a node is far behind.
    pub(super) fn on_far_behind(&mut self, seat: usize) {
        self.far_behind.insert(seat);
    }

    /// Remembers a block that a node keeps for later.
    pub(super) fn on_deferred(&mut self, seat: usize, id: BlockHash) {
        self.deferred.insert((seat, id));
    }

    /// Whether a block that a node took was one that it had kept for later.
    pub(super) fn was_deferred(&mut self, seat: usize, hash: &str) -> bool {
        !self.deferred.is_empty()
            && hash
                .parse()
                .is_ok_and(|id| self.deferred.remove(&(seat, id)))
    }

    /// Forgets what a run kept that has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.deferred.retain(|(of, _)| *of != seat);
    }

    /// Notes that a node which had lost everything, or was far behind, is with the others again.
    pub(super) fn look(&mut self, world: &World, seat: usize, coverage: &mut Coverage) {
        let place = &world.seats[seat];
        let Some(node) = &place.node else { return };
        let others = world.seats.iter().enumerate();
        let highest = others
            .filter(|(other, _)| *other != seat)
            .filter_map(|(_, other)| other.node.as_ref())
            .map(|node| node.chain().height().0)
            .max();
        let height = node.chain().height().0;
        if height < 5 || highest.is_none_or(|highest| height < highest) {
            return;
        }
        let made_good = self.made_good.entry(seat).or_default();
        if *made_good < place.losses && node.ledger_outcome() == LedgerStart::New {
            coverage.note(Sometimes::GoneThenResync);
            *made_good = place.losses;
        }
        if self.far_behind.remove(&seat) {
            coverage.note(Sometimes::FarBehindCaughtUp);
        }
    }
}
