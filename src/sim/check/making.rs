//! Who can make blocks does: a miner that runs is never long without a search, whatever its peers tell it, an
//! authority's next slot is near, and a network in which anybody could make blocks has made some.

use crate::consensus::slots;
use crate::primitives::{Millis, NodeKind, Timestamp};

use super::super::world::World;

/// A miner may be without a search for so long: while it fetches what it is behind.
const IDLE: Millis = Millis(90_000);
/// An authority's clock was ahead by less than this, so the slots that it sealed are over by then.
const SLOTS_OVER: Millis = Millis(30_000);
/// In this many intervals between work blocks one block is made at the least.
const SLOWEST: u64 = 16;

impl World {
    /// The miner of a seat searches, or did a short while ago.
    pub(super) fn check_search(&mut self, seat: usize) {
        let frozen = self.is_frozen(seat);
        let place = &mut self.seats[seat];
        if place.plan.kind != NodeKind::Pow
            || place.node.is_none()
            || frozen
            || place.search.is_some()
        {
            place.searched = self.now;
        } else if self.now.since(place.searched) > IDLE {
            let what = format!(
                "expected it to search, found it idle for {} ms",
                self.now.since(place.searched).0
            );
            self.violate("making", Some(seat), what);
        }
    }

    /// An authority that has been up for a while can seal again.
    pub(in super::super) fn check_slots(&mut self, seat: usize) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let limit = slots::slot_at(
            &self.scenario.params,
            self.latest_clock(seat).plus(SLOTS_OVER),
        );
        let first = node.first_open_slot();
        if first > limit {
            let what = format!(
                "expected it to seal again from slot {limit} at the latest, found slot {first}"
            );
            self.violate("making", Some(seat), what);
        }
    }

    /// Blocks were made while everything went wrong; the chain itself may be gone with the disks of all.
    pub(in super::super) fn check_growth(&mut self, since: Timestamp) {
        let found = self.checks.made;
        let least = self.now.since(since).0 / self.scenario.interval.0.saturating_mul(SLOWEST);
        if found < least {
            self.violate(
                "making",
                None,
                format!("expected at least {least} blocks to be made, found {found}"),
            );
        }
    }
}
