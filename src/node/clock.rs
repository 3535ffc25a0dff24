//! The date by which this node makes and judges blocks. It is the wall clock's, with one exception: a wall clock that
//! was set back while the head bears a date by the clock before would stop all making until that date comes again.
//! So the date goes on from where it was, by the monotonic clock, for as long as the head is dated ahead.
//!
//! A peer gains nothing by dating ahead: only a step of the own clock, or a head that the own ledger had at the start,
//! puts the date ahead, never a block that came since. What the own ledger missed while the node was away is followed,
//! by [`FOLLOW`] in all: a machine's clock that is behind the own ledger is known to be wrong.

use crate::primitives::{Instant, Millis, Moment, Timestamp};

/// A change of the wall clock by less is drift, and no news to anybody.
pub(super) const STEP: Millis = Millis(1_000);
/// Timers that were set for a date are set anew after a change by this much.
const SHIFT: Millis = Millis(50);

/// How far in all the date follows blocks that come, of a node whose wall clock is behind its ledger.
const FOLLOW: Millis = Millis(3_600_000);

/// The node's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    moment: Moment,
    /// How far the date is ahead of the wall clock.
    ahead: Millis,
    max_future: Millis,
    followed: Millis,
}

/// What became of the clock since the last moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// How far the wall clock was set ahead, in milliseconds; back is below zero. `None` for drift.
    pub(super) set: Option<i64>,
    /// Timers that were set for a date are wrong now.
    pub(super) is_shifted: bool,
    /// The head came to be dated ahead of the wall clock, by so much; `Some(0)`: it is so no more.
    pub(super) ahead: Option<Millis>,
}

impl Clock {
    /// The clock of a node that starts with a head of this date.
    pub(super) fn new(moment: Moment, head: Timestamp, max_future: Millis) -> Self {
        let ahead = head.since(moment.wall);
        let is_ahead = ahead > max_future && !mutant!(WaitForTheWallClock);
        Self {
            moment,
            ahead: if is_ahead { ahead } else { Millis(0) },
            max_future,
            followed: Millis(0),
        }
    }

    /// How far the date is ahead of the wall clock.
    pub(super) const fn ahead(&self) -> Millis {
        self.ahead
    }

    /// The date now.
    pub(super) const fn date(&self) -> Timestamp {
        self.moment.wall.plus(self.ahead)
    }

    /// The date at a moment that is now or later.
    pub(super) fn date_at(&self, moment: Moment, head: Timestamp) -> Timestamp {
        let mut clock = *self;
        clock.advance(moment, head);
        clock.date()
    }

    /// The date of an instant that is not later than now; that of "never" is 0.
    pub(super) fn date_of(&self, instant: Instant) -> Timestamp {
        if instant == Instant::default() {
            return Timestamp(0);
        }
        let ago = self.moment.monotonic.since(instant);
        Timestamp(self.date().0.saturating_sub(ago.0))
    }

    /// When a date comes; now, if it is over.
    pub(super) fn instant_of(&self, date: Timestamp) -> Instant {
        self.moment.monotonic.plus(date.since(self.date()))
    }

    /// Follows a valid block of this date that is too far ahead, if only because the node was away while its wall clock
    /// was behind its ledger; whether the block is in time now.
    pub(super) fn follow(&mut self, time: Timestamp) -> bool {
        let by = time.since(self.date().plus(self.max_future));
        let followed = Millis(self.followed.0.saturating_add(by.0));
        let follows = self.ahead.0 > 0 && followed <= FOLLOW;
        if follows {
            self.ahead = Millis(self.ahead.0.saturating_add(by.0));
            self.followed = followed;
        }
        follows
    }

    /// Goes on to a moment, with a head of this date.
    pub(super) fn advance(&mut self, moment: Moment, head: Timestamp) -> Change {
        let set = moment.set_since(self.moment);
        let was_ahead = self.ahead;
        let kept = i128::from(was_ahead.0) - i128::from(set);
        self.moment = moment;
        let is_ahead = head > moment.wall.plus(self.max_future) && !mutant!(WaitForTheWallClock);
        self.ahead = if is_ahead {
            Millis(u64::try_from(kept.max(0)).unwrap_or(u64::MAX))
        } else {
            Millis(0)
        };
        let shift = i128::from(self.ahead.0) - kept;
        let turns = (was_ahead.0 == 0) != (self.ahead.0 == 0);
        let differs = was_ahead.0.abs_diff(self.ahead.0) >= STEP.0;
        Change {
            set: (set.unsigned_abs() >= STEP.0).then_some(set),
            is_shifted: shift.unsigned_abs() >= u128::from(SHIFT.0),
            ahead: (turns || differs).then_some(self.ahead),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const FUTURE: Millis = Millis(2_000);

    fn at(wall: u64, monotonic: u64) -> Moment {
        Moment {
            wall: Timestamp(wall),
            monotonic: Instant(monotonic),
        }
    }

    #[test]
    fn a_date_goes_on_while_the_head_is_dated_by_a_clock_that_was_set_back() {
        let mut clock = Clock::new(at(2 * HOUR, 100), Timestamp(2 * HOUR), FUTURE);
        let head = Timestamp(2 * HOUR + 50);
        let change = clock.advance(at(HOUR + 100, 200), head);
        let set = -i64::try_from(HOUR).unwrap();
        assert_eq!((change.set, change.is_shifted), (Some(set), false));
        assert_eq!(change.ahead, Some(Millis(HOUR)));
        assert_eq!(clock.date(), Timestamp(2 * HOUR + 100));
        clock.advance(at(HOUR + 900, 1_000), head);
        assert_eq!(clock.date(), Timestamp(2 * HOUR + 900));
        // Set right again.
        let change = clock.advance(at(2 * HOUR + 1_000, 1_100), head);
        assert_eq!((change.ahead, clock.ahead()), (Some(Millis(0)), Millis(0)));
        assert_eq!(clock.date(), Timestamp(2 * HOUR + 1_000));
    }

    #[test]
    fn a_clock_that_was_set_counts_at_once_where_no_head_is_dated_ahead() {
        let mut clock = Clock::new(at(2 * HOUR, 100), Timestamp(HOUR), FUTURE);
        let change = clock.advance(at(HOUR, 200), Timestamp(HOUR));
        assert!(change.is_shifted && clock.date() == Timestamp(HOUR));
        let change = clock.advance(at(5 * HOUR, 300), Timestamp(HOUR));
        assert!(change.is_shifted && clock.date() == Timestamp(5 * HOUR));
    }

    #[test]
    fn a_ledger_that_ends_ahead_of_the_clock_goes_on_from_its_end_and_a_block_that_comes_changes_nothing()
     {
        let mut clock = Clock::new(at(HOUR, 100), Timestamp(2 * HOUR), FUTURE);
        assert_eq!(clock.date(), Timestamp(2 * HOUR));
        clock.advance(at(HOUR + 10, 110), Timestamp(9 * HOUR));
        assert_eq!(clock.date(), Timestamp(2 * HOUR + 10));
        let mut right = Clock::new(at(HOUR, 100), Timestamp(HOUR), FUTURE);
        right.advance(at(HOUR + 10, 110), Timestamp(9 * HOUR));
        assert_eq!(right.date(), Timestamp(HOUR + 10));
    }

    #[test]
    fn only_who_is_behind_its_own_ledger_follows_and_no_further_than_the_bound() {
        let mut right = Clock::new(at(HOUR, 100), Timestamp(HOUR), FUTURE);
        assert!(!right.follow(Timestamp(HOUR + 2_500)));
        assert_eq!(right.date(), Timestamp(HOUR));
        let mut behind = Clock::new(at(HOUR, 100), Timestamp(2 * HOUR), FUTURE);
        assert!(behind.follow(Timestamp(2 * HOUR + 600_000)));
        assert_eq!(behind.date(), Timestamp(2 * HOUR + 598_000));
        assert!(!behind.follow(Timestamp(9 * HOUR)));
        assert!(behind.follow(Timestamp(3 * HOUR)));
        assert!(!behind.follow(Timestamp(3 * HOUR + 10_000)));
    }

    #[test]
    fn instants_and_dates_are_told_by_each_other() {
        let clock = Clock::new(at(HOUR, 5_000), Timestamp(0), FUTURE);
        assert_eq!(clock.date_of(Instant(4_000)), Timestamp(HOUR - 1_000));
        assert_eq!(clock.date_of(Instant(0)), Timestamp(0));
        assert_eq!(clock.instant_of(Timestamp(HOUR + 30)), Instant(5_030));
        assert_eq!(clock.instant_of(Timestamp(0)), Instant(5_000));
    }
}
