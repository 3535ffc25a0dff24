//! The promises, each in a file of its own: what must always hold, and what must hold in the end.

mod books;
mod bounds;
mod coins;
mod durability;
mod heads;
mod liveness;
mod making;
mod peers;
mod rules;
mod seals;

use std::collections::BTreeMap;
use std::fmt;

use crate::primitives::{BlockHash, NodeId, Slot, Timestamp, TxId};

use super::coverage::Sometimes;
use super::scenario::GENESIS_TIME;
use super::world::World;

/// The checkers.
pub const CHECKERS: [&str; 8] = [
    "bounds",
    "coins",
    "durability",
    "heads",
    "liveness",
    "making",
    "peers",
    "seals",
];

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
        write!(
            f,
            "{} at {}.{:03} s, {node}: {}",
            self.checker,
            at / 1_000,
            at % 1_000,
            self.what
        )
    }
}

/// What the checks remember.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// Blocks that honest authorities sealed, by slot.
    sealed: BTreeMap<(NodeId, Slot), String>,
    /// Pairs of blocks that one authority sealed for one slot.
    doubles: Vec<(BlockHash, BlockHash)>,
    /// What was found of each node's tree when it was looked at last.
    ranked: BTreeMap<usize, heads::Ranked>,
    /// Blocks that honest nodes made.
    pub(super) made: u64,
    /// The transaction that was handed in after healing.
    fresh: Option<TxId>,
    auditor: Option<coins::Auditor>,
}

impl Checks {
    /// An authority has sealed these two blocks for one slot.
    pub(super) fn note_double(&mut self, blocks: (BlockHash, BlockHash)) {
        self.doubles.push(blocks);
    }

    /// The node of a seat begins anew.
    pub(super) fn forget_tree(&mut self, seat: usize) {
        self.ranked.remove(&seat);
    }
}

impl World {
    /// Notes the first violation.
    pub(super) fn violate(&mut self, checker: &'static str, seat: Option<usize>, what: String) {
        let node = seat
            .and_then(|seat| self.seats.get(seat))
            .map(|seat| seat.plan.name.clone());
        self.violation.get_or_insert(Violation {
            checker,
            node,
            at: self.now,
            what,
        });
    }

    /// What must hold at any time.
    pub(super) fn check_always(&mut self) {
        for seat in 0..self.seats.len() {
            self.check_head(seat);
            self.check_peers(seat);
            self.check_bounds(seat);
            self.check_coins(seat);
            self.check_told(seat);
            self.check_search(seat);
            self.check_slots(seat);
            self.check_caught_up(seat);
        }
        let seen = |(one, other): &(BlockHash, BlockHash)| {
            let mut nodes = self.seats.iter().filter_map(|seat| seat.node.as_ref());
            nodes.any(|node| node.chain().contains(one) && node.chain().contains(other))
        };
        if self.checks.doubles.iter().any(seen) {
            self.coverage.note(Sometimes::DoubleSeal);
            self.checks.doubles.clear();
        }
    }
}
