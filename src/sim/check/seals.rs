//! An honest authority never seals one slot twice, across all its restarts, and none before the
//! slot is flushed to its disk, whatever its clock is set to. Only what it cannot know excuses it:
//! a slot that is later than its clock shows when it starts, where the slot that its ledger noted
//! is gone: deleted, or damaged.

use std::collections::BTreeMap;

use crate::consensus::slots;
use crate::primitives::{BlockHash, NodeId, Slot};
use crate::sim::storage::Mood;
use crate::sim::world::World;

/// What authorities sealed.
#[derive(Clone, Debug, Default)]
pub(super) struct Seals {
    /// Blocks that honest authorities sealed, by slot.
    sealed: BTreeMap<(NodeId, Slot), String>,
    /// Pairs of blocks that one authority sealed for one slot.
    doubles: Vec<(BlockHash, BlockHash)>,
}

impl Seals {
    /// Checks a block that the authority of a seat has sealed.
    pub(super) fn on_sealed(
        &mut self,
        world: &World,
        seat: usize,
        slot: Slot,
        block: &str,
    ) -> Result<(), String> {
        let place = &world.seats[seat];
        if place.disk.mood() != Mood::Gone && place.disk.slot() < Some(slot) {
            return Err(format!(
                "expected slot {slot} to be flushed before it is sealed, found {:?}",
                place.disk.slot()
            ));
        }
        match self.sealed.insert((place.id, slot), block.to_owned()) {
            Some(before) if before != block => Err(format!(
                "expected slot {slot} to be sealed once, found blocks {before} and {block}"
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Forgets what an authority that starts cannot know.
    pub(super) fn on_start(&mut self, world: &World, seat: usize, was_new: bool) {
        let place = &world.seats[seat];
        if place.disk.slot().is_some() {
            return;
        }
        let by_clock = slots::slot_at(&world.scenario.params, world.latest_clock(seat));
        // With a new ledger it may seal the network's first slot at once.
        let by_clock = if was_new && by_clock <= Slot(1) {
            Slot(0)
        } else {
            by_clock
        };
        self.sealed
            .retain(|(sealer, slot), _| *sealer != place.id || *slot <= by_clock);
    }

    /// Remembers two blocks that one authority has sealed for one slot.
    pub(super) fn on_double(&mut self, one: BlockHash, other: BlockHash) {
        self.doubles.push((one, other));
    }

    /// Whether a node has both blocks of such a pair, once.
    pub(super) fn saw_double(&mut self, world: &World) -> bool {
        let seen = |(one, other): &(BlockHash, BlockHash)| {
            let mut nodes = world.seats.iter().filter_map(|seat| seat.node.as_ref());
            nodes.any(|node| node.chain().contains(one) && node.chain().contains(other))
        };
        let saw = self.doubles.iter().any(seen);
        if saw {
            self.doubles.clear();
        }
        saw
    }
}
