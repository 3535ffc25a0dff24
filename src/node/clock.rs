//! The date by which this node makes and judges blocks. It is the wall clock's, with one exception:
//! a wall clock that was set back while the head bears a date by the clock before would stop all
//! making until that date comes again. So the date goes on from where it was, by the monotonic
//! clock, for as long as the head is dated far ahead. What is nearer is waited out: others keep
//! such blocks until their time, so that a node which alone had been ahead, and went on from there,
//! would for ever make blocks that all others take late.
//!
//! A peer gains nothing by dating ahead: only a step of the own clock, or a head that the own
//! ledger had at the start, puts the date ahead, never a block that came since. How far it is ahead
//! is written down, so that a node that was away comes back with the others' date: the wall clock
//! has gone on meanwhile.

use crate::ledger::{RawRow, Snapshot, meta_key};
use crate::primitives::{ClockReading, Instant, Millis, Timestamp, sha256};

use super::deferred::DEFER_AT_MOST;

/// A change of the wall clock by less is drift, and no news to anybody.
pub(super) const STEP: Millis = Millis(1_000);
/// Timers that were set for a date are set anew after a change by this much.
const SHIFT: Millis = Millis(50);

/// A head that is dated further ahead is not waited out: others refuse blocks of such a date, and
/// keep earlier ones.
const WAITED_OUT: Millis = DEFER_AT_MOST;

/// A node that was away for longer by its clocks does not believe them: the wall clock may have
/// been set meanwhile.
const AWAY: Millis = Millis(600_000);

/// The node's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    reading: ClockReading,
    /// How far the date is ahead of the wall clock.
    ahead: Millis,
    /// How far it was when a head came that is not dated ahead: so it is again where that head is
    /// left for the one before.
    set_aside: Millis,
    /// A head that is dated further ahead of the wall clock keeps the date where it is.
    furthest: Millis,
}

/// What became of the clock since the last reading.
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
    /// The clock of a node that starts with a head of this date, and was `kept` ahead in its last
    /// run.
    pub(super) fn new(
        reading: ClockReading,
        head: Timestamp,
        kept: Millis,
        max_future: Millis,
    ) -> Self {
        let ahead = head.since(reading.wall);
        let furthest = WAITED_OUT.max(max_future);
        let is_ahead = ahead > furthest && !mutant!(WaitForTheWallClock);
        Self {
            reading,
            ahead: match (is_ahead, kept.0.saturating_sub(ahead.0)) {
                (false, _) => Millis(0),
                (true, away) if away <= AWAY.0 => ahead.max(kept),
                // The wall clock was set meanwhile.
                (true, _) => ahead,
            },
            set_aside: Millis(0),
            furthest,
        }
    }

    /// How far the date is ahead of the wall clock.
    pub(super) const fn ahead(&self) -> Millis {
        self.ahead
    }

    /// The date now.
    pub(super) const fn date(&self) -> Timestamp {
        self.reading.wall.plus(self.ahead)
    }

    /// The date at a reading that is of now or later.
    pub(super) fn date_at(&self, reading: ClockReading, head: Timestamp) -> Timestamp {
        let mut clock = *self;
        clock.advance(reading, head);
        clock.date()
    }

    /// The date of an instant that is not later than now; that of "never" is 0.
    pub(super) fn date_of(&self, instant: Instant) -> Timestamp {
        if instant == Instant::default() {
            return Timestamp(0);
        }
        let ago = self.reading.monotonic.since(instant);
        Timestamp(self.date().0.saturating_sub(ago.0))
    }

    /// When a date comes; now, if it is over.
    pub(super) fn instant_of(&self, date: Timestamp) -> Instant {
        self.reading.monotonic.plus(date.since(self.date()))
    }

    /// Goes on to a reading, with a head of this date.
    pub(super) fn advance(&mut self, reading: ClockReading, head: Timestamp) -> Change {
        let set = reading.set_since(self.reading);
        let was_ahead = self.ahead;
        let kept = i128::from(was_ahead.0) - i128::from(set);
        self.reading = reading;
        let is_ahead = head > reading.wall.plus(self.furthest) && !mutant!(WaitForTheWallClock);
        let whole = |span: i128| Millis(u64::try_from(span.max(0)).unwrap_or(u64::MAX));
        let stepped = set.unsigned_abs() >= STEP.0;
        // Only what was ahead once; and what is little is waited out.
        let aside = whole(i128::from(self.set_aside.0) - i128::from(set));
        let counts = self.set_aside.0 > 0 && aside > self.furthest;
        let aside = if counts { aside } else { Millis(0) };
        (self.ahead, self.set_aside) = match (is_ahead, was_ahead.0 > 0) {
            (true, true) => (whole(kept), Millis(0)),
            // It is the clock that moved, not the head.
            (true, false) if stepped => (whole(kept), Millis(0)),
            (true, false) => (whole(kept).max(aside), Millis(0)),
            (false, true) => (Millis(0), whole(kept)),
            (false, false) => (Millis(0), aside),
        };
        let shift = i128::from(self.ahead.0) - kept;
        let begins_or_ends = (was_ahead.0 == 0) != (self.ahead.0 == 0);
        let differs = was_ahead.0.abs_diff(self.ahead.0) >= STEP.0;
        Change {
            set: stepped.then_some(set),
            is_shifted: shift.unsigned_abs() >= u128::from(SHIFT.0),
            ahead: (begins_or_ends || differs).then_some(self.ahead),
        }
    }
}

const CLOCK_DOMAIN: &[u8] = b"aurex/clock/1";

/// The row that says how far the date is ahead of the wall clock: with a checksum, as one flipped
/// bit would date everything ages ahead.
pub(super) fn clock_row(ahead: Millis) -> RawRow {
    let bytes = ahead.0.to_le_bytes();
    let raw = [bytes.as_slice(), &sha256(&[CLOCK_DOMAIN, &bytes]).0].concat();
    RawRow {
        key: meta_key::CLOCK.to_owned(),
        raw,
    }
}

/// How far a ledger says that the date was ahead, if the row is whole.
pub(super) fn kept_ahead(snapshot: Option<&Snapshot>) -> Millis {
    let ahead = |raw: &[u8]| Some(Millis(u64::from_le_bytes(*raw.first_chunk()?)));
    let raw = snapshot.and_then(|snapshot| snapshot.meta(meta_key::CLOCK));
    let ahead = raw.and_then(ahead);
    let whole = ahead.filter(|ahead| Some(clock_row(*ahead).raw.as_slice()) == raw);
    whole.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const FUTURE: Millis = Millis(2_000);

    fn at(wall: u64, monotonic: u64) -> ClockReading {
        ClockReading {
            wall: Timestamp(wall),
            monotonic: Instant(monotonic),
        }
    }

    #[test]
    fn a_date_goes_on_while_the_head_is_dated_by_a_clock_that_was_set_back() {
        let mut clock = Clock::new(at(2 * HOUR, 100), Timestamp(2 * HOUR), Millis(0), FUTURE);
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

    /// Seen in seed 480: votes brought a node back to its branch, and it waited there for hours.
    #[test]
    fn a_date_is_ahead_again_once_its_head_is_back_and_what_was_set_meanwhile_counts() {
        let mut clock = Clock::new(at(4 * HOUR, 0), Timestamp(4 * HOUR), Millis(0), FUTURE);
        let (head, other) = (Timestamp(4 * HOUR), Timestamp(2 * HOUR));
        clock.advance(at(2 * HOUR, 0), head);
        assert_eq!(clock.ahead(), Millis(2 * HOUR));
        clock.advance(at(2 * HOUR + 10, 10), other);
        assert_eq!(clock.ahead(), Millis(0));
        clock.advance(at(2 * HOUR + 20, 20), head);
        assert_eq!(clock.date(), Timestamp(4 * HOUR + 20));
        clock.advance(at(2 * HOUR + 30, 30), other);
        clock.advance(at(3 * HOUR + 40, 40), other);
        clock.advance(at(3 * HOUR + 50, 50), head);
        assert_eq!(clock.date(), Timestamp(4 * HOUR + 50));
    }

    /// Seen in seeds 214 and 393: a clock that had been a few seconds ahead of all others, and was
    /// set right, was so again after the machine's clock was set back, and all blocks of its node
    /// came too early for the others.
    #[test]
    fn a_step_back_that_was_waited_out_is_not_added_to_the_next() {
        let head = Timestamp(2 * HOUR);
        let mut clock = Clock::new(at(2 * HOUR, 0), head, Millis(0), FUTURE);
        clock.advance(at(2 * HOUR - 11_500, 0), head);
        assert_eq!(clock.date(), Timestamp(2 * HOUR - 11_500));
        clock.advance(at(2 * HOUR, 11_500), head);
        clock.advance(at(HOUR, 11_500), head);
        assert_eq!(clock.date(), Timestamp(2 * HOUR));
        // Neither is what is left of a date that was ahead by more, and was set nearly right.
        clock.advance(at(2 * HOUR - 10_000, 11_500), head);
        clock.advance(at(2 * HOUR, 21_500), head);
        clock.advance(at(HOUR, 21_500), head);
        assert_eq!(clock.date(), Timestamp(2 * HOUR));
    }

    #[test]
    fn a_head_that_is_little_ahead_is_waited_out_so_that_one_clock_that_was_wrong_does_not_stay_so()
    {
        let mut clock = Clock::new(at(2 * HOUR, 100), Timestamp(2 * HOUR), Millis(0), FUTURE);
        let head = Timestamp(2 * HOUR + 50);
        let change = clock.advance(at(2 * HOUR - 59_000, 1_100), head);
        assert!(change.is_shifted && clock.ahead() == Millis(0));
        assert_eq!(clock.date(), Timestamp(2 * HOUR - 59_000));
    }

    #[test]
    fn a_clock_that_was_set_counts_at_once_where_no_head_is_dated_ahead() {
        let mut clock = Clock::new(at(2 * HOUR, 100), Timestamp(HOUR), Millis(0), FUTURE);
        let change = clock.advance(at(HOUR, 200), Timestamp(HOUR));
        assert!(change.is_shifted && clock.date() == Timestamp(HOUR));
        let change = clock.advance(at(5 * HOUR, 300), Timestamp(HOUR));
        assert!(change.is_shifted && clock.date() == Timestamp(5 * HOUR));
    }

    #[test]
    fn a_ledger_that_ends_ahead_of_the_clock_goes_on_from_its_end_and_a_block_that_comes_changes_nothing()
     {
        let mut clock = Clock::new(at(HOUR, 100), Timestamp(2 * HOUR), Millis(0), FUTURE);
        assert_eq!(clock.date(), Timestamp(2 * HOUR));
        clock.advance(at(HOUR + 10, 110), Timestamp(9 * HOUR));
        assert_eq!(clock.date(), Timestamp(2 * HOUR + 10));
        let mut right = Clock::new(at(HOUR, 100), Timestamp(HOUR), Millis(0), FUTURE);
        right.advance(at(HOUR + 10, 110), Timestamp(9 * HOUR));
        assert_eq!(right.date(), Timestamp(HOUR + 10));
    }

    #[test]
    fn who_was_away_comes_back_with_the_date_that_goes_on_and_believes_no_row_that_was_changed() {
        let row = clock_row(Millis(HOUR + 700));
        let with = |row: RawRow| Snapshot {
            meta: vec![row],
            ..Snapshot::default()
        };
        let kept = kept_ahead(Some(&with(row.clone())));
        assert_eq!(kept, Millis(HOUR + 700));
        let start = |wall| Clock::new(at(wall, 100), Timestamp(2 * HOUR), kept, FUTURE);
        assert_eq!(start(HOUR + 60_000).date(), Timestamp(2 * HOUR + 60_700));
        // Set back once more while it was away: no further than the ledger's end.
        assert_eq!(start(1_000).date(), Timestamp(2 * HOUR));
        assert_eq!(start(2 * HOUR).date(), Timestamp(2 * HOUR), "set right");
        let nearly = Timestamp(2 * HOUR - 15_000);
        assert_eq!(start(nearly.0).date(), nearly, "nearly set right");
        for bit in 0..row.raw.len() * 8 {
            let mut row = row.clone();
            row.raw[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(kept_ahead(Some(&with(row))), Millis(0), "bit {bit}");
        }
    }

    #[test]
    fn instants_and_dates_are_told_by_each_other() {
        let clock = Clock::new(at(HOUR, 5_000), Timestamp(0), Millis(0), FUTURE);
        assert_eq!(clock.date_of(Instant(4_000)), Timestamp(HOUR - 1_000));
        assert_eq!(clock.date_of(Instant(0)), Timestamp(0));
        assert_eq!(clock.instant_of(Timestamp(HOUR + 30)), Instant(5_030));
        assert_eq!(clock.instant_of(Timestamp(0)), Instant(5_000));
    }
}
