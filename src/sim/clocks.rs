//! The clocks of a world: a wall clock for each seat, which may be wrong or be set, and one monotonic clock of all.

use crate::node::Node;
use crate::primitives::{Instant, Moment, Timestamp};

use super::world::World;

impl World {
    /// What a seat's clock shows.
    pub(crate) fn clock_of(&self, seat: usize) -> Timestamp {
        let date = self.date().0;
        Timestamp(date.saturating_add_signed(self.seats[seat].clock))
    }

    /// What a wall clock shows that is right.
    pub(crate) fn date(&self) -> Timestamp {
        Timestamp(self.now.0.saturating_add_signed(self.set))
    }

    /// What both clocks of a seat show: the monotonic one goes as time does.
    pub(crate) fn moment_of(&self, seat: usize) -> Moment {
        Moment {
            wall: self.clock_of(seat),
            monotonic: self.instant(),
        }
    }

    /// The reading of every monotonic clock.
    pub(crate) fn instant(&self) -> Instant {
        Instant(self.now.0)
    }

    /// The latest time that a node may think it is: its own does not run backwards.
    pub(crate) fn latest_clock(&self, seat: usize) -> Timestamp {
        let node = self.seats[seat].node.as_ref();
        node.map_or(Timestamp(0), Node::time)
            .max(self.clock_of(seat))
    }
}
