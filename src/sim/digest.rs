//! The event log of a run: its digest proves that two runs were the same, its end tells what came
//! before a violation.
//!
//! Bounds: the last [`KEPT`] events are kept. They belong to the thread and not to the run, so that
//! they are still there when the run has ended with a panic.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;

use crate::primitives::{Digest, Timestamp, sha256};

/// Events that are kept to be shown.
const KEPT: usize = 200;
/// Bytes that are hashed at once.
const CHUNK: usize = 8 * 1024;

/// One event: when, on which seat, what, and eight bytes that tell it from others of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    at: Timestamp,
    seat: u16,
    what: What,
    id: u64,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Frame,
    Wake,
    Found,
    Stored,
    Refused,
    Started,
    Ended,
    Head,
    Fault,
    Submitted,
    Hostile,
    /// A person did something.
    Act,
}

thread_local! {
    static LAST: RefCell<VecDeque<Logged>> = const { RefCell::new(VecDeque::new()) };
}

/// The log of a run.
#[derive(Clone, Debug)]
pub(crate) struct EventLog {
    digest: [u8; 32],
    open: Vec<u8>,
    count: u64,
}

/// The last events of the latest run of this thread, oldest first, for people.
#[must_use]
pub fn last_events() -> Vec<String> {
    LAST.with_borrow(|last| last.iter().map(ToString::to_string).collect())
}

impl EventLog {
    /// The log of a run that begins.
    pub(crate) fn new() -> Self {
        LAST.with_borrow_mut(VecDeque::clear);
        Self {
            digest: [0; 32],
            open: Vec::with_capacity(CHUNK),
            count: 0,
        }
    }

    /// Logs an event.
    pub(crate) fn push(&mut self, at: Timestamp, seat: usize, what: What, id: u64) {
        let seat = u16::try_from(seat).unwrap_or(u16::MAX);
        self.open.extend(at.0.to_le_bytes());
        self.open.extend(seat.to_le_bytes());
        self.open.push(what as u8);
        self.open.extend(id.to_le_bytes());
        if self.open.len() >= CHUNK {
            self.digest = sha256(&[&self.digest, &self.open]).0;
            self.open.clear();
        }
        LAST.with_borrow_mut(|last| {
            if last.len() >= KEPT {
                last.pop_front();
            }
            last.push_back(Logged { at, seat, what, id });
        });
        self.count = self.count.saturating_add(1);
    }

    /// The digest of all events so far.
    #[must_use]
    pub(crate) fn digest(&self) -> Digest {
        sha256(&[&self.digest, &self.open])
    }

    /// Number of events.
    #[must_use]
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }
}

impl fmt::Display for Logged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.since(super::scenario::GENESIS_TIME).0;
        write!(
            f,
            "{:>5}.{:03} s  seat {:<3} {:?} {:016x}",
            at / 1_000,
            at % 1_000,
            self.seat,
            self.what,
            self.id
        )
    }
}
