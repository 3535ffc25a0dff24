//! When the page gets its next report, and which events are in it: soon after an event, at most ten times a second;
//! figures that change all the time, such as a miner's tries, wait for the report that comes each second in any case.
//!
//! Bounds: [`MAX_EVENTS`] events in a report; the oldest that tell of no block are left out, and counted.

use std::collections::VecDeque;

use crate::ipc::{Event, Level};

/// Most events of a report.
const MAX_EVENTS: usize = 200;
/// Least time between two reports.
const SHORTEST_MS: f64 = 100.0;
/// Longest time between two reports.
const LONGEST_MS: f64 = 1_000.0;

/// Collects the events of the next report, and decides when it is due.
#[derive(Debug)]
pub(super) struct Reporter {
    /// The lowest level of events that the page wants.
    pub(super) least: Level,
    events: VecDeque<Event>,
    dropped: u32,
    /// When the last report left.
    sent: f64,
    /// When the next one is due, if that is set.
    due: Option<f64>,
}

impl Default for Reporter {
    fn default() -> Self {
        Self {
            least: Level::Info,
            events: VecDeque::new(),
            dropped: 0,
            sent: 0.0,
            due: None,
        }
    }
}

impl Reporter {
    /// Adds an event to the next report.
    pub(super) fn add(&mut self, event: Event) {
        if self.events.len() >= MAX_EVENTS {
            let at = self.events.iter().position(|event| event.block.is_none());
            self.events.remove(at.unwrap_or(0));
            self.dropped = self.dropped.saturating_add(1);
        }
        self.events.push_back(event);
    }

    /// Takes the events of a report that leaves at `now`, and how many were left out.
    pub(super) fn take(&mut self, now: f64) -> (Vec<Event>, u32) {
        self.sent = now;
        let events = std::mem::take(&mut self.events);
        (events.into(), std::mem::take(&mut self.dropped))
    }

    /// Asks for a report soon, as something happened: the milliseconds until it is due, unless that is set already.
    pub(super) fn soon(&mut self, now: f64) -> Option<u32> {
        self.schedule(self.sent + SHORTEST_MS, now)
    }

    /// Asks for the report that comes in any case.
    pub(super) fn in_time(&mut self, now: f64) -> Option<u32> {
        self.schedule(self.sent + LONGEST_MS, now)
    }

    /// Forgets when the next report is due.
    pub(super) fn clear(&mut self) {
        self.due = None;
    }

    fn schedule(&mut self, at: f64, now: f64) -> Option<u32> {
        if self.due.is_some_and(|due| due <= at) {
            return None;
        }
        self.due = Some(at);
        Some(whole(at - now))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and a second"
)]
fn whole(ms: f64) -> u32 {
    ms.clamp(0.0, LONGEST_MS).ceil() as u32
}
