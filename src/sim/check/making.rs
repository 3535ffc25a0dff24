//! A network makes blocks also while everything goes wrong.

use crate::primitives::Timestamp;

use super::super::world::World;

/// In this many intervals between work blocks the chain grows by one block at the least.
const SLOWEST: u64 = 8;

impl World {
    /// The chain grew while everything went wrong.
    pub(in super::super) fn check_growth(&mut self, since: Timestamp) {
        let heights = self.seats.iter().filter_map(|seat| seat.node.as_ref()).map(|node| node.chain().height().0);
        let Some(found) = heights.max() else { return };
        let least = self.now.since(since).0 / self.scenario.interval.0.saturating_mul(SLOWEST);
        if found < least {
            self.violate("making", None, format!("expected at least {least} blocks, found {found}"));
        }
    }
}
