//! Honest nodes never ban honest nodes, whatever the links and the hostile ones do.

use crate::node::Node;
use crate::primitives::Instant;
use crate::sim::coverage::{Coverage, Sometimes};
use crate::sim::world::World;

/// Looks at whom a node ignores at `now`.
pub(super) fn check(
    world: &World,
    node: &Node,
    now: Instant,
    coverage: &mut Coverage,
) -> Result<(), String> {
    let peers = node.peer_table().iter();
    for (id, _) in peers.filter(|(_, peer)| peer.ignored(now)) {
        match world.seats.iter().find(|other| other.id == *id) {
            Some(other) => {
                let name = &other.plan.name;
                return Err(format!("expected to listen to {name}, found it ignored"));
            }
            None => coverage.note(Sometimes::HostileIgnored),
        }
    }
    Ok(())
}
