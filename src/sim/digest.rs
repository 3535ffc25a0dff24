//! The event log of a run: its digest proves that two runs were the same, its end tells what came before
//! a violation.
//!
//! Bounds: the last [`KEPT`] events are kept.

use std::collections::VecDeque;
use std::fmt;

use crate::primitives::{Digest, Timestamp, sha256};

/// Events that are kept to be shown.
const KEPT: usize = 200;
/// Bytes that are hashed at once.
const CHUNK: usize = 8 * 1024;

/// One event: when, on which seat, what, and eight bytes that tell it from others of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Logged {
    at: Timestamp,
    seat: u8,
    what: What,
    id: u64,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
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
}

/// The log of a run.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    digest: [u8; 32],
    open: Vec<u8>,
    last: VecDeque<Logged>,
    count: u64,
}

impl EventLog {
    /// Logs an event.
    pub(super) fn push(&mut self, at: Timestamp, seat: usize, what: What, id: u64) {
        let seat = u8::try_from(seat).unwrap_or(u8::MAX);
        self.open.extend(at.0.to_le_bytes());
        self.open.extend([seat, what as u8]);
        self.open.extend(id.to_le_bytes());
        if self.open.len() >= CHUNK {
            self.digest = sha256(&[&self.digest, &self.open]).0;
            self.open.clear();
        }
        if self.last.len() >= KEPT {
            self.last.pop_front();
        }
        self.last.push_back(Logged { at, seat, what, id });
        self.count = self.count.saturating_add(1);
    }

    /// The digest of all events so far.
    #[must_use]
    pub(super) fn digest(&self) -> Digest {
        sha256(&[&self.digest, &self.open])
    }

    /// Number of events.
    #[must_use]
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// The last events, oldest first.
    pub(super) fn last(&self) -> impl Iterator<Item = &Logged> {
        self.last.iter()
    }
}

impl fmt::Display for Logged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.since(super::scenario::GENESIS_TIME).0;
        write!(f, "{:>5}.{:03} s  seat {:<3} {:?} {:016x}", at / 1_000, at % 1_000, self.seat, self.what, self.id)
    }
}
