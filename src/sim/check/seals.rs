//! An honest authority never seals one slot twice, across all its restarts, and none before the slot is
//! flushed to its disk. Only what it cannot know excuses it: a slot that is later than its clock shows when it
//! starts, and later than its ledger says, because the ledger was deleted, damaged, or could not be written.

use crate::consensus::slots;
use crate::primitives::Slot;

use super::super::world::World;

impl World {
    pub(in super::super) fn check_seal(&mut self, seat: usize, slot: Slot, block: &str) {
        let place = &self.seats[seat];
        if place.refused.is_none() && place.disk.slot() < Some(slot) {
            let what = format!(
                "expected slot {slot} to be flushed before it is sealed, found {:?}",
                place.disk.slot()
            );
            return self.violate("seals", Some(seat), what);
        }
        if let Some(before) = self
            .checks
            .sealed
            .insert((place.id, slot), block.to_owned())
            && before != block
        {
            let what = format!(
                "expected slot {slot} to be sealed once, found blocks {before} and {block}"
            );
            self.violate("seals", Some(seat), what);
        }
    }

    /// An authority starts: forgets what it cannot know.
    pub(super) fn check_known_slots(&mut self, seat: usize, was_new: bool) {
        let id = self.seats[seat].id;
        let by_clock = slots::slot_at(&self.scenario.params, self.clock_of(seat));
        // With a new ledger it may seal the network's first slot at once.
        let by_clock = if was_new && by_clock <= Slot(1) {
            Slot(0)
        } else {
            by_clock
        };
        let known = self.seats[seat].disk.slot().max(Some(by_clock));
        self.checks
            .sealed
            .retain(|(sealer, slot), _| *sealer != id || Some(*slot) <= known);
    }
}
