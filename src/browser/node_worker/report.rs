//! What the page is told without asking: soon after an event, at most ten times a second; figures that change all the
//! time, such as a miner's tries, wait for the report that comes each second in any case.
//!
//! Bounds: [`MAX_EVENTS`] events in a report; the oldest that tell of no block are left out, and counted.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::shell::Shell;
use crate::browser::js::{self, monotonic};
use crate::ipc::{ApiError, Event, FromNode, Level, Report, Topic};
use crate::node::Notice;
use crate::refusal::NodeError;

/// Most events of a report.
const MAX_EVENTS: usize = 200;
/// Least time between two reports.
const SHORTEST_MS: f64 = 100.0;
/// Longest time between two reports.
const LONGEST_MS: f64 = 1_000.0;

/// Collects what the next report tells.
#[derive(Debug)]
pub(super) struct Reporter {
    /// The lowest level of events that somebody hears.
    pub(super) least: Cell<Level>,
    events: RefCell<VecDeque<Event>>,
    dropped: Cell<u32>,
    told: Cell<f64>,
    due: Cell<f64>,
    timer: RefCell<Option<Timeout>>,
}

impl Default for Reporter {
    fn default() -> Self {
        Self {
            least: Cell::new(Level::Info),
            events: RefCell::default(),
            dropped: Cell::default(),
            told: Cell::default(),
            due: Cell::default(),
            timer: RefCell::default(),
        }
    }
}

impl Reporter {
    /// Tells nothing more.
    pub(super) fn rest(&self) {
        self.timer.take();
    }

    fn add(&self, event: Event) {
        let mut events = self.events.borrow_mut();
        if events.len() >= MAX_EVENTS {
            let at = events.iter().position(|event| event.block.is_none());
            events.remove(at.unwrap_or(0));
            self.dropped.set(self.dropped.get().saturating_add(1));
        }
        events.push_back(event);
    }
}

impl Shell {
    /// Puts what the node tells into the next report, if somebody hears it.
    pub(super) fn note(self: &Rc<Self>, notice: &Notice) {
        if notice.level() >= self.reporter.least.get() {
            self.reporter
                .add(notice.event(&self.config.name, js::now()));
            self.touch();
        }
    }

    /// Adds an event of the shell itself.
    pub(super) fn say(self: &Rc<Self>, level: Level, topic: Topic, text: String) {
        let node = self.config.name.clone();
        self.reporter.add(Event {
            node,
            at: js::now().0,
            level,
            topic,
            text,
            block: None,
            tx_hash: None,
            peer: None,
        });
        self.touch();
    }

    /// Something came in on a channel that no node of ours sends.
    pub(super) fn foreign(self: &Rc<Self>, reason: &str) {
        self.say(
            Level::Warn,
            Topic::Refused,
            format!("a foreign message on the channel: {reason}"),
        );
    }

    /// The next report comes within a second of the last in any case.
    pub(super) fn report_in_time(self: &Rc<Self>) {
        self.report_at(self.reporter.told.get() + LONGEST_MS);
    }

    /// Something happened: the page is told soon.
    fn touch(self: &Rc<Self>) {
        self.report_at(self.reporter.told.get() + SHORTEST_MS);
    }

    fn report_at(self: &Rc<Self>, at: f64) {
        let reporter = &self.reporter;
        let earlier = reporter.timer.borrow().is_some() && reporter.due.get() <= at;
        if earlier || self.ended.get() || self.node.borrow().is_none() {
            return;
        }
        reporter.due.set(at);
        let shell = Rc::downgrade(self);
        let timer = Timeout::new(whole(at - monotonic()), move || {
            if let Some(shell) = shell.upgrade() {
                shell.reporter.timer.take();
                shell.flush();
                shell.report_in_time();
            }
        });
        *reporter.timer.borrow_mut() = Some(timer);
    }

    /// Tells the page now.
    pub(super) fn flush(&self) {
        if let Ok(report) = self.report() {
            self.page.tell(&FromNode::Report(report));
        }
    }

    /// What the page is to know now; takes the collected events.
    pub(super) fn report(&self) -> Result<Report, ApiError> {
        let mut node = self.node.borrow_mut();
        let Some(node) = &mut *node else {
            return Err(NodeError::NotStarted.into());
        };
        let now = js::now();
        self.reporter.told.set(monotonic());
        Ok(Report {
            status: node.status(now),
            miners: node.miners(now),
            peers: node.peers(now),
            events: self.reporter.events.take().into(),
            events_dropped: self.reporter.dropped.take(),
        })
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
