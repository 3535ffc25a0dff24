//! The two clocks of a machine. Points in time (dates of blocks, slots) are read from the wall
//! clock, which people and programs set back and ahead; spans (timers, rests, deadlines) are
//! measured on a clock that never goes back. Each has a type of its own, so that no span is ever
//! measured on the wall clock by mistake.

use super::{Millis, Timestamp};

/// A reading of the monotonic clock: milliseconds since a moment that means nothing, long before
/// the program began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub u64);

impl Instant {
    /// This instant and a span.
    #[must_use]
    pub const fn plus(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Time passed since `earlier`; 0 if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

/// What both clocks show at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// The wall clock: it may have been set back or ahead since the last reading.
    pub wall: Timestamp,
    /// The monotonic clock, which is never set: spans are measured on it.
    pub monotonic: Instant,
}

impl ClockReading {
    /// The reading of a machine whose wall clock was never set: both clocks go alike.
    #[must_use]
    pub const fn steady(wall: Timestamp) -> Self {
        Self {
            wall,
            monotonic: Instant(wall.0),
        }
    }

    /// How far the wall clock was set ahead since an earlier reading, in milliseconds; back is
    /// below zero.
    #[must_use]
    pub fn set_since(self, earlier: Self) -> i64 {
        let between = |later: u64, earlier: u64| {
            let span = i64::try_from(later.abs_diff(earlier)).unwrap_or(i64::MAX);
            if later < earlier { -span } else { span }
        };
        let passed = between(self.monotonic.0, earlier.monotonic.0);
        between(self.wall.0, earlier.wall.0).saturating_sub(passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_differs_from_the_other_by_as_much() {
        let before = ClockReading::steady(Timestamp(10_000));
        let at = |wall, monotonic| ClockReading {
            wall: Timestamp(wall),
            monotonic: Instant(monotonic),
        };
        assert_eq!(at(10_300, 10_300).set_since(before), 0);
        assert_eq!(at(4_300, 10_300).set_since(before), -6_000);
        assert_eq!(at(99_300, 10_300).set_since(before), 89_000);
        assert_eq!(at(0, u64::MAX).set_since(at(u64::MAX, 0)), -i64::MAX - 1);
    }
}
