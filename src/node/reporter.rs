//! When the page gets a report, and with which events: soon after an event, at most ten times a
//! second; figures that change all the time, such as a miner's tries, wait for the report that
//! comes each second in any case. Pure: the clock is an argument, and the worker around the node
//! sets the timer.
//!
//! Bounds: [`MAX_EVENTS`] events in a report; the oldest that name no block are left out, and
//! counted.

use std::collections::VecDeque;

use crate::ipc::{Event, Level, Report};
use crate::primitives::{ClockReading, Timestamp};

use super::{Node, Notice};

/// Most events of a report.
const MAX_EVENTS: usize = 200;
/// Least time between two reports in milliseconds.
const SHORTEST_MS: f64 = 100.0;
/// Longest time between two reports in milliseconds.
const LONGEST_MS: f64 = 1_000.0;

/// Collects the events of the next report.
#[derive(Debug)]
pub struct Reporter {
    least: Level,
    events: VecDeque<Event>,
    dropped: u32,
    reported: f64,
    due: Option<f64>,
}

impl Default for Reporter {
    fn default() -> Self {
        Self {
            least: Level::Info,
            events: VecDeque::new(),
            dropped: 0,
            reported: 0.0,
            due: None,
        }
    }
}

impl Reporter {
    /// Reports events of this level and above from now on.
    pub const fn set_least(&mut self, least: Level) {
        self.least = least;
    }

    /// The event of a notice, if it is to be reported.
    #[must_use]
    pub fn event(&self, notice: &Notice, node: &str, now: Timestamp) -> Option<Event> {
        (notice.level() >= self.least).then(|| notice.event(node, now))
    }

    /// Adds an event; gives the time of the next report if it is now due earlier.
    pub fn add(&mut self, event: Event) -> Option<f64> {
        if self.events.len() >= MAX_EVENTS {
            let at = self.events.iter().position(|event| event.block.is_none());
            self.events.remove(at.unwrap_or(0));
            self.dropped = self.dropped.saturating_add(1);
        }
        self.events.push_back(event);
        self.report_by(self.reported + SHORTEST_MS)
    }

    /// The node did something; gives the time of the next report if none is due.
    pub fn in_time(&mut self) -> Option<f64> {
        self.report_by(self.reported + LONGEST_MS)
    }

    fn report_by(&mut self, at: f64) -> Option<f64> {
        if self.due.is_some_and(|due| due <= at) {
            return None;
        }
        self.due = Some(at);
        self.due
    }

    /// The timer of the next report is gone.
    pub const fn rest(&mut self) {
        self.due = None;
    }

    /// The report of a node; takes the collected events.
    #[must_use]
    pub fn report(&mut self, node: &Node, now: ClockReading, monotonic: f64) -> Report {
        self.reported = monotonic;
        Report {
            status: node.status(now),
            miners: node.miners(now.monotonic),
            peers: node.peers(now.monotonic),
            events: std::mem::take(&mut self.events).into(),
            events_dropped: std::mem::take(&mut self.dropped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::{BlockSummary, Topic};

    fn event(block: Option<BlockSummary>) -> Event {
        Event {
            block,
            ..Event::plain("pow-1".into(), 0, Level::Info, Topic::Block, String::new())
        }
    }

    #[test]
    fn an_event_brings_the_next_report_forward_and_nothing_puts_it_off() {
        let mut reporter = Reporter::default();
        assert_eq!(reporter.in_time(), Some(1_000.0));
        assert_eq!(reporter.in_time(), None);
        assert_eq!(reporter.add(event(None)), Some(100.0));
        assert_eq!(reporter.add(event(None)), None);
        assert_eq!(reporter.in_time(), None);
        reporter.rest();
        assert_eq!(reporter.in_time(), Some(1_000.0));
    }

    #[test]
    fn too_many_events_lose_the_oldest_without_a_block() {
        let mut reporter = Reporter::default();
        let block = || Some(crate::view::testing::block("b", "a", 1));
        reporter.add(event(block()));
        for _ in 0..MAX_EVENTS + 4 {
            reporter.add(event(None));
        }
        assert_eq!((reporter.events.len(), reporter.dropped), (MAX_EVENTS, 5));
        assert!(reporter.events[0].block.is_some());
    }
}
