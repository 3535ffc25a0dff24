//! Who can make blocks does: a miner that runs is never long without a search, whatever its peers
//! tell it, an authority's next slot is near, and a network in which anybody could make blocks has
//! made some.

use std::collections::BTreeMap;

use crate::consensus::slots;
use crate::primitives::{Millis, NodeKind, Timestamp};
use crate::sim::world::World;

/// A miner may be without a search for so long: while it fetches what it is behind.
const IDLE: Millis = Millis(90_000);
/// An authority's clock was ahead by less than this, so the slots that it sealed are over by then.
const SLOTS_OVER: Millis = Millis(30_000);
/// In this many intervals between work blocks one block is made at the least.
const SLOWEST: u64 = 16;

/// What the makers of blocks did.
#[derive(Clone, Debug, Default)]
pub(super) struct Making {
    /// Blocks that honest nodes made.
    made: u64,
    /// When the miner of a seat was last found at work, or excused.
    active: BTreeMap<usize, Timestamp>,
}

impl Making {
    /// Counts a block that an honest node has made.
    pub(super) fn on_made(&mut self) {
        self.made = self.made.saturating_add(1);
    }

    /// Checks that the miner of a seat searches, or did a short while ago.
    pub(super) fn check_search(&mut self, world: &World, seat: usize) -> Result<(), String> {
        let place = &world.seats[seat];
        if place.plan.kind != NodeKind::Pow
            || place.node.is_none()
            || world.is_frozen(seat)
            || place.search.is_some()
        {
            self.active.insert(seat, world.now);
            return Ok(());
        }
        let active = self.active.get(&seat).copied().unwrap_or_default();
        let idle = world.now.since(active.max(place.searched));
        if idle > IDLE {
            return Err(format!(
                "expected it to search, found it idle for {idle} ms"
            ));
        }
        Ok(())
    }

    /// Checks that blocks were made while everything went wrong; the chain itself may be gone with
    /// the disks of all.
    pub(super) fn check_growth(&self, world: &World, since: Timestamp) -> Result<(), String> {
        let found = self.made;
        let least = world.now.since(since).0 / world.scenario.interval.0.saturating_mul(SLOWEST);
        if found < least {
            return Err(format!(
                "expected at least {least} blocks to be made, found {found}"
            ));
        }
        Ok(())
    }
}

/// Checks that an authority which has been up for a while can seal again. One that sealed, or was
/// started, by a clock that was ahead waits until those slots are over.
pub(super) fn check_slots(world: &World, seat: usize) -> Result<(), String> {
    let Some(node) = &world.seats[seat].node else {
        return Ok(());
    };
    // One whose clock is behind by hours may have lost the blocks by which it knew the date.
    let latest = world.seats[seat].latest.max(world.latest_clock(seat));
    let over = latest.max(world.date()).plus(SLOTS_OVER);
    let limit = slots::slot_at(&world.scenario.params, over);
    let first = node.first_open_slot();
    if first > limit {
        return Err(format!(
            "expected it to seal again from slot {limit} at the latest, found slot {first}"
        ));
    }
    Ok(())
}
