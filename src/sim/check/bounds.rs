//! What can grow keeps its bound, and so do the numbers of others that a node shows.

use crate::node::Node;
use crate::primitives::{Instant, MAX_EXACT};

/// Looks for a collection of a node that is larger than its bound, and for a height of a peer that
/// the page cannot show.
pub(super) fn check(node: &Node, now: Instant) -> Result<(), String> {
    let mut bounded = node.bounded().into_iter();
    if let Some((what, found, bound)) = bounded.find(|(_, found, bound)| found > bound) {
        return Err(format!("expected at most {bound} {what}, found {found}"));
    }
    let heights = node.peers(now).into_iter().map(|peer| peer.height);
    match heights.max().filter(|height| *height > MAX_EXACT) {
        None => Ok(()),
        Some(found) => Err(format!(
            "expected heights of peers of at most {MAX_EXACT}, found {found}"
        )),
    }
}
