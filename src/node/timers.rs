//! The node's timers: one due time for each, and one next deadline for the shell.

use std::collections::BTreeMap;

use crate::primitives::{Instant, Millis};

/// What is due at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// Votes or blocks came that may decide something. Before all others: what is written must fit
    /// together.
    Votes,
    /// Tell all peers that we live.
    Ping,
    /// Tell all peers our new head.
    Announce,
    /// Pass transaction ids on.
    Inventory,
    /// A request for blocks is late, or a fetch may begin again.
    Sync,
    /// A compact block waits too long for its transactions.
    Compact,
    /// A block ahead of the clock may be imported.
    Deferred,
    /// Our slot as an authority.
    Slot,
    /// The miners' candidate should be built again.
    Candidate,
    /// A failed batch is tried again.
    Persist,
    /// Prune, and write the rows that change slowly.
    Housekeeping,
}

/// Due times.
#[derive(Clone, Debug, Default)]
pub(super) struct Timers {
    due: BTreeMap<Timer, Instant>,
    told: Option<Instant>,
}

impl Timers {
    /// Sets a timer, replacing its time.
    pub(super) fn set(&mut self, timer: Timer, at: Instant) {
        self.due.insert(timer, at);
    }

    /// Sets a timer unless it is due earlier.
    pub(super) fn set_earlier(&mut self, timer: Timer, at: Instant) {
        let due = self.due.entry(timer).or_insert(at);
        *due = at.min(*due);
    }

    /// Whether a timer is set for a time, or an earlier one.
    pub(super) fn is_set(&self, timer: Timer, by: Instant) -> bool {
        self.due.get(&timer).is_some_and(|at| *at <= by)
    }

    /// How long nobody looked at a timer that was due: from then on, or from the last reading
    /// `before`, to `now`.
    pub(super) fn overdue(&self, before: Instant, now: Instant) -> Millis {
        let due = self.due.values().min().copied();
        due.map_or(Millis(0), |due| now.since(due.max(before)))
    }

    pub(super) fn clear(&mut self, timer: Timer) {
        self.due.remove(&timer);
    }

    /// Takes one timer that is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        let timer = self
            .due
            .iter()
            .find(|(_, at)| **at <= now)
            .map(|(timer, _)| *timer)?;
        self.due.remove(&timer);
        Some(timer)
    }

    /// The next deadline, if the shell does not know it yet.
    pub(super) fn news(&mut self, woken: bool) -> Option<Instant> {
        let next = self.due.values().min().copied();
        if next == self.told && !woken {
            return None;
        }
        self.told = next;
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_once_and_the_shell_is_told_the_earliest_only_when_it_changes() {
        let mut timers = Timers::default();
        timers.set(Timer::Ping, Instant(20));
        timers.set_earlier(Timer::Sync, Instant(10));
        timers.set_earlier(Timer::Sync, Instant(30));
        assert_eq!(timers.news(false), Some(Instant(10)));
        assert_eq!(timers.news(false), None);
        assert_eq!(timers.take_due(Instant(9)), None);
        assert_eq!(timers.take_due(Instant(10)), Some(Timer::Sync));
        assert_eq!(timers.take_due(Instant(10)), None);
        assert_eq!(timers.news(true), Some(Instant(20)));
    }

    /// Two readings of one standstill count it once.
    #[test]
    fn a_timer_is_overdue_from_its_time_on_and_since_it_was_looked_at_last() {
        let mut timers = Timers::default();
        assert_eq!(timers.overdue(Instant(0), Instant(90)), Millis(0));
        timers.set(Timer::Ping, Instant(20));
        timers.set(Timer::Sync, Instant(40));
        assert_eq!(timers.overdue(Instant(5), Instant(19)), Millis(0));
        assert_eq!(timers.overdue(Instant(5), Instant(90)), Millis(70));
        assert_eq!(timers.overdue(Instant(90), Instant(95)), Millis(5));
    }
}
