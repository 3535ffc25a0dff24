//! What was acknowledged as durable survives as a valid prefix: a node that was killed finds the head that is
//! stored, and resumes from it without repairing anything; after a power cut that is the head of the last batch
//! which was left. Only a damaged or deleted ledger excuses a repair, and what follows from the blocks is
//! repaired in full: a flipped bit costs at most the block that it is in and those above.

use super::super::coverage::Sometimes;
use super::super::storage::Promise;
use super::super::world::World;
use crate::records::LedgerStart;

impl World {
    /// Looks at a node that has just started.
    pub(in super::super) fn check_start(&mut self, seat: usize, was_new: bool) {
        self.check_known_slots(seat, was_new);
        let place = &mut self.seats[seat];
        let Some(node) = &place.node else { return };
        let (outcome, head) = (node.ledger_outcome(), node.chain().head());
        let genesis = node.chain_id();
        let promised = std::mem::take(&mut place.disk.promised);
        let damaged = place.disk.damaged;
        let repaired = !matches!(outcome, LedgerStart::Resumed | LedgerStart::New);
        let what = match outcome {
            LedgerStart::Resumed => Some(Sometimes::Resumed),
            LedgerStart::Rebuilt => Some(Sometimes::Rebuilt),
            LedgerStart::Truncated => Some(Sometimes::Truncated),
            LedgerStart::Wiped => Some(Sometimes::Wiped),
            LedgerStart::New => None,
        };
        what.into_iter().for_each(|what| self.coverage.note(what));
        if repaired && !damaged {
            return self.violate(
                "durability",
                Some(seat),
                format!("expected an intact ledger, found it {outcome}"),
            );
        }
        if outcome == LedgerStart::New && !was_new {
            return self.violate(
                "durability",
                Some(seat),
                "expected to find the ledger again, found none".to_owned(),
            );
        }
        let (holds, expected) = match promised {
            Promise::Nothing => return,
            Promise::Head(promised) => (head == promised, format!("the stored head {promised}")),
            Promise::OneOf(blocks) => {
                let holds = head == genesis || blocks.contains(&head.to_string());
                (
                    holds,
                    format!("one of {} blocks that are not damaged", blocks.len()),
                )
            }
        };
        if !holds {
            self.violate(
                "durability",
                Some(seat),
                format!("expected {expected}, found {head}"),
            );
        }
    }
}
