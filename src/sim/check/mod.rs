//! The promises, each in a file of its own: what must always hold, and what must hold in the end.

mod bounds;
mod coins;
mod durability;
mod heads;
mod liveness;
mod peers;
mod seals;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::primitives::{BlockHash, NodeId, Slot, Timestamp, TxId};

use super::scenario::{GENESIS_TIME, Scenario};
use super::world::World;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which checker found it.
    pub checker: &'static str,
    /// The node, if it is one's.
    pub node: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was expected and what was found.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.since(GENESIS_TIME).0;
        let node = self.node.as_deref().unwrap_or("the network");
        write!(f, "{} at {}.{:03} s, {node}: {}", self.checker, at / 1_000, at % 1_000, self.what)
    }
}

/// What the checks remember.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// Blocks that honest authorities sealed, by slot.
    sealed: BTreeMap<(NodeId, Slot), String>,
    /// Seats whose clock or disk no promise about slots survives.
    excused: BTreeSet<usize>,
    /// Transactions that a node told to be in conflict.
    conflicts: BTreeSet<(usize, TxId)>,
    /// Heads whose whole history was replayed.
    replayed: BTreeSet<BlockHash>,
}

impl Checks {
    pub(super) fn new(_: &Scenario) -> Self {
        Self::default()
    }

    /// A disk is gone with what it remembers.
    pub(super) fn disk_lost(&mut self, seat: usize) {
        self.excused.insert(seat);
    }

    /// A clock was set.
    pub(super) fn clock_changed(&mut self, seat: usize) {
        self.excused.insert(seat);
    }

    /// A node says that a transaction cannot be committed any more.
    pub(super) fn told_conflict(&mut self, seat: usize, id: TxId) {
        self.conflicts.insert((seat, id));
    }
}

impl World {
    /// Notes the first violation.
    pub(super) fn violate(&mut self, checker: &'static str, seat: Option<usize>, what: String) {
        let node = seat.and_then(|seat| self.seats.get(seat)).map(|seat| seat.plan.name.clone());
        self.violation.get_or_insert(Violation { checker, node, at: self.now, what });
    }

    /// What must hold at any time.
    pub(super) fn check_always(&mut self) {
        for seat in 0..self.seats.len() {
            self.check_head(seat);
            self.check_peers(seat);
            self.check_bounds(seat);
            self.check_balance(seat);
            self.check_caught_up(seat);
        }
    }

    /// What must hold when everything is healed; `complaint` says what is not well yet.
    pub(super) fn check_end(&mut self, complaint: Option<String>) {
        if let Some(complaint) = complaint {
            self.violate("liveness", None, complaint);
        }
        self.check_always();
        for seat in 0..self.seats.len() {
            self.check_coins(seat);
        }
    }
}
