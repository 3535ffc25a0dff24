//! How many hashes a miner owes at a time, and how many it really makes a second. Pure: time comes
//! in.
//!
//! A budget is kept exactly and evenly: what is owed grows by the elapsed time and keeps its
//! fraction, from job to job. After a pause of the machine at most [`MAX_OWED_MS`] are made up for,
//! so that a tab that sleeps does not wake to a burst.

use std::collections::VecDeque;

/// Milliseconds of budget that may pile up.
const MAX_OWED_MS: f64 = 1_000.0;
/// Shortest time between two timers of a budgeted miner: short enough to be even, long enough to be
/// idle.
const MIN_WAIT_MS: f64 = 20.0;
/// Longest time between two timers: progress is told four times a second.
const MAX_WAIT_MS: f64 = 250.0;
/// The rate is measured over this time at least, and over longer if hashes are rarer.
const WINDOW_MS: f64 = 1_000.0;
/// Longest time that the rate is measured over.
const MAX_WINDOW_MS: f64 = 10_000.0;

/// A budget of hashes that grows with time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    per_ms: f64,
    owed: f64,
    counted_to: f64,
}

impl Budget {
    /// A budget that owes nothing yet.
    pub(super) fn new(per_second: f64, now: f64) -> Self {
        let mut budget = Self {
            per_ms: 0.0,
            owed: 0.0,
            counted_to: now,
        };
        budget.set(per_second, now);
        budget
    }

    /// Goes on at another rate; what was owed stays owed.
    pub(super) fn set(&mut self, per_second: f64, now: f64) {
        self.count(now);
        self.per_ms = if per_second.is_finite() {
            per_second.max(0.0) / 1_000.0
        } else {
            0.0
        };
    }

    /// Hashes per second.
    pub(super) const fn per_second(&self) -> f64 {
        self.per_ms * 1_000.0
    }

    /// Whole hashes that are due now.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below zero nothing is due"
    )]
    pub(super) fn due(&mut self, now: f64) -> u64 {
        self.count(now);
        self.owed as u64
    }

    /// Takes off what was done; a search that works on several at once may run ahead, and then
    /// waits.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a slice is far below 2^53 hashes"
    )]
    pub(super) fn paid(&mut self, hashes: u64) {
        self.owed -= hashes as f64;
    }

    /// Milliseconds until it is worth looking again.
    pub(super) fn wait(&self) -> f64 {
        if self.owed >= 1.0 {
            return 0.0;
        }
        if self.per_ms <= 0.0 {
            return MAX_WAIT_MS;
        }
        // A hair later than the hash is due, so that the timer does not come just before it.
        ((1.0 - self.owed) / self.per_ms + 0.5).clamp(MIN_WAIT_MS, MAX_WAIT_MS)
    }

    fn count(&mut self, now: f64) {
        let passed = (now - self.counted_to).clamp(0.0, MAX_OWED_MS);
        self.counted_to = now;
        self.owed += passed * self.per_ms;
        self.owed = self.owed.min((MAX_OWED_MS * self.per_ms).max(1.0));
    }
}

/// Measures hashes per second over the last second or so.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    total: f64,
    /// Time and total at a few points of the window, oldest first.
    points: VecDeque<(f64, f64)>,
}

impl Meter {
    /// Begins anew: the miner rested.
    pub(super) fn restart(&mut self, now: f64) {
        self.total = 0.0;
        self.points.clear();
        self.points.push_back((now, 0.0));
    }

    /// Adds hashes.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a slice is far below 2^53 hashes"
    )]
    pub(super) fn add(&mut self, hashes: u64) {
        self.total += hashes as f64;
    }

    /// Hashes per second now; also marks this point in time.
    pub(super) fn rate(&mut self, now: f64) -> f64 {
        self.points.push_back((now, self.total));
        while let (Some(_), Some(next)) = (self.points.front(), self.points.get(1)) {
            let window = now - next.0;
            let few = self.total - next.1 < 4.0;
            if window < WINDOW_MS || (few && window < MAX_WINDOW_MS) {
                break;
            }
            self.points.pop_front();
        }
        match self.points.front() {
            Some((then, total)) if now > *then => (self.total - total) / (now - then) * 1_000.0,
            Some(_) | None => 0.0,
        }
    }
}
