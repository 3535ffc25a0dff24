//! What was acknowledged as durable survives as a valid prefix: a node that was killed finds the head that
//! it was told is stored, and resumes from it without repairing anything; after a power cut it finds an
//! earlier one of its heads. Only a damaged or deleted ledger excuses a repair.

use crate::primitives::BlockHash;

use super::super::coverage::Sometimes;
use super::super::world::World;

impl World {
    /// Looks at a node that has just started.
    pub(in super::super) fn check_start(&mut self, seat: usize, was_new: bool) {
        let place = &mut self.seats[seat];
        let Some(node) = &place.node else { return };
        let (outcome, head) = (node.ledger_outcome(), node.chain().head());
        let promised: Option<BlockHash> = place.disk.promised.take();
        let damaged = place.disk.damaged;
        let repaired = !matches!(outcome, "resumed" | "new");
        let what = match outcome {
            "resumed" => Some(Sometimes::Resumed),
            "rebuilt" => Some(Sometimes::Rebuilt),
            "truncated" => Some(Sometimes::Truncated),
            "wiped" => Some(Sometimes::Wiped),
            _ => None,
        };
        what.into_iter().for_each(|what| self.coverage.note(what));
        if repaired && !damaged {
            return self.violate("durability", Some(seat), format!("expected an intact ledger, found it {outcome}"));
        }
        if outcome == "new" && !was_new {
            return self.violate("durability", Some(seat), "expected to find the ledger again, found none".to_owned());
        }
        if let Some(promised) = promised
            && head != promised
        {
            let what = format!("expected the stored head {promised}, found {head}");
            self.violate("durability", Some(seat), what);
        }
    }
}
