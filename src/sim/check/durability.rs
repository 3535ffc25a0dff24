//! What was acknowledged as durable survives as a valid prefix: a node that was killed finds the
//! head that is stored, and resumes from it without repairing anything; after a power cut that is
//! the head of the last batch which was left. Only a damaged or deleted ledger excuses a repair,
//! and what follows from the blocks is repaired in full: a flipped bit costs at most the block that
//! it is in and those above.

use crate::node::Node;
use crate::records::LedgerStart;
use crate::sim::coverage::{Coverage, Sometimes};
use crate::sim::storage::Promise;

/// Looks at a node that has just started, given what its disk promised.
pub(super) fn check(
    node: &Node,
    (was_new, damaged): (bool, bool),
    promised: &Promise,
    coverage: &mut Coverage,
) -> Result<(), String> {
    let (outcome, head) = (node.ledger_outcome(), node.chain().head());
    let repaired = !matches!(outcome, LedgerStart::Resumed | LedgerStart::New);
    let what = match outcome {
        LedgerStart::Resumed => Some(Sometimes::Resumed),
        LedgerStart::Rebuilt => Some(Sometimes::Rebuilt),
        LedgerStart::Truncated => Some(Sometimes::Truncated),
        LedgerStart::Wiped | LedgerStart::Outdated => Some(Sometimes::Wiped),
        LedgerStart::New => None,
    };
    what.into_iter().for_each(|what| coverage.note(what));
    if repaired && !damaged {
        return Err(format!("expected an intact ledger, found it {outcome}"));
    }
    if outcome == LedgerStart::New && !was_new {
        return Err("expected to find the ledger again, found none".to_owned());
    }
    let (holds, expected) = match promised {
        Promise::Nothing => return Ok(()),
        Promise::Head(promised) => (head == *promised, format!("the stored head {promised}")),
        Promise::OneOf(blocks) => {
            let holds = head == node.chain_id() || blocks.contains(&head.to_string());
            let count = blocks.len();
            (holds, format!("one of {count} blocks that are not damaged"))
        }
    };
    if holds {
        Ok(())
    } else {
        Err(format!("expected {expected}, found {head}"))
    }
}
