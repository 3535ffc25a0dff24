//! Virtual time: milliseconds since the beginning of a scenario, and the clocks of its world.

use crate::primitives::{Millis, Timestamp};
use crate::sim::scenario::GENESIS_TIME;
use crate::sim::world::World;

/// The simulated clock at virtual time 0.
pub(super) fn begin() -> Timestamp {
    GENESIS_TIME.plus(Millis(5_000))
}

/// Virtual milliseconds of a world since its beginning.
pub(super) fn elapsed(world: &World) -> u64 {
    world.now.since(begin()).0
}

/// What a true wall clock shows so many virtual milliseconds after the beginning.
#[must_use]
pub fn wall_clock(ms: u64) -> Timestamp {
    begin().plus(Millis(ms))
}
