//! What can grow keeps its bound.

use crate::node::Node;

/// Looks for a collection of a node that is larger than its bound.
pub(super) fn check(node: &Node) -> Result<(), String> {
    let mut bounded = node.bounded().into_iter();
    match bounded.find(|(_, found, bound)| found > bound) {
        None => Ok(()),
        Some((what, found, bound)) => {
            Err(format!("expected at most {bound} {what}, found {found}"))
        }
    }
}
