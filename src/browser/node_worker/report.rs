//! Sends the page its reports, when [`node::Reporter`](crate::node::Reporter) has one due.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::shell::Shell;
use crate::browser::js::{self, monotonic};
use crate::ipc::{ApiError, Event, FromNode, Level, Report, Topic};
use crate::node::{self, Notice};

/// The reporter with its timer.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    inner: RefCell<node::Reporter>,
    timer: RefCell<Option<Timeout>>,
}

impl Reporter {
    /// Reports events of this level and above from now on.
    pub(super) fn set_least(&self, least: Level) {
        self.inner.borrow_mut().set_least(least);
    }

    /// Reports nothing more.
    pub(super) fn rest(&self) {
        self.timer.take();
        self.inner.borrow_mut().rest();
    }
}

impl Shell {
    /// Puts a notice of the node into the next report, if somebody listens to it.
    pub(super) fn note(self: &Rc<Self>, notice: &Notice) {
        let reporter = self.reporter.inner.borrow();
        let event = reporter.event(notice, &self.config.name, js::now());
        drop(reporter);
        if let Some(event) = event {
            self.add(event);
        }
    }

    /// Adds an event of the shell itself.
    pub(super) fn say(self: &Rc<Self>, level: Level, topic: Topic, text: String) {
        let node = self.config.name.clone();
        self.add(Event {
            node,
            at: js::now().0,
            level,
            topic,
            text,
            block: None,
            tx_hash: None,
            peer: None,
        });
    }

    /// Something came in on a channel that no node of ours sends.
    pub(super) fn foreign(self: &Rc<Self>, reason: &str) {
        self.say(
            Level::Warn,
            Topic::Refused,
            format!("a foreign message on the channel: {reason}"),
        );
    }

    fn add(self: &Rc<Self>, event: Event) {
        let due = self.reporter.inner.borrow_mut().add(event);
        self.report_at(due);
    }

    /// The next report comes within a second of the last in any case.
    pub(super) fn report_in_time(self: &Rc<Self>) {
        let due = self.reporter.inner.borrow_mut().in_time();
        self.report_at(due);
    }

    fn report_at(self: &Rc<Self>, due: Option<f64>) {
        let Some(due) = due else { return };
        if self.ended.get() || self.node.borrow().is_none() {
            return self.reporter.rest();
        }
        let shell = Rc::downgrade(self);
        let timer = Timeout::new(whole(due - monotonic()), move || {
            if let Some(shell) = shell.upgrade() {
                shell.reporter.rest();
                shell.flush();
                shell.report_in_time();
            }
        });
        self.reporter.timer.replace(Some(timer));
    }

    /// Reports now.
    pub(super) fn flush(&self) {
        if let Ok(report) = self.report() {
            self.page.tell(&FromNode::Report(report));
        }
    }

    /// The report for the page now; takes the collected events.
    pub(super) fn report(&self) -> Result<Report, ApiError> {
        let mut reporter = self.reporter.inner.borrow_mut();
        match &*self.node.borrow() {
            Some(node) => Ok(reporter.report(node, js::now(), monotonic())),
            None => Err(ApiError::new("not_started", "the node does not run")),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait of at most a second"
)]
fn whole(ms: f64) -> u32 {
    ms.clamp(0.0, 1_000.0).ceil() as u32
}
