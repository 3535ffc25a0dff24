//! An honest authority never seals one slot twice, across all its restarts. Only one whose ledger was
//! deleted or whose clock was set is excused: it cannot know.

use crate::primitives::Slot;

use super::super::world::World;

impl World {
    pub(in super::super) fn check_seal(&mut self, seat: usize, slot: Slot, block: &str) {
        let place = (self.seats[seat].id, slot);
        match self.checks.sealed.insert(place, block.to_owned()) {
            Some(before) if before != block && !self.checks.excused.contains(&seat) => {
                let what = format!("expected slot {slot} to be sealed once, found blocks {before} and {block}");
                self.violate("seals", Some(seat), what);
            }
            Some(_) | None => {}
        }
    }
}
