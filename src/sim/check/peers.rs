//! Honest nodes never ban honest nodes, whatever the links and the hostile ones do. Who gave a
//! block of the best chain, and nobody else, is remembered as useful; and as long as it is heard it
//! makes room for no newcomers.

use std::collections::{BTreeMap, BTreeSet};

use crate::gossip::{ALIVE, Peer};
use crate::node::Node;
use crate::primitives::{Instant, NodeId, Timestamp};
use crate::sim::coverage::{Coverage, Sometimes};
use crate::sim::world::World;

/// What each node has of its peers.
#[derive(Clone, Debug, Default)]
pub(super) struct Peers {
    /// Peers that gave a node a block of its best chain.
    gave: BTreeSet<(usize, NodeId)>,
    /// Honest peers that were useful at the last look and have not left since, and when they were
    /// heard.
    heard: BTreeMap<(usize, NodeId), Timestamp>,
}

impl Peers {
    /// A peer gave the node of a seat a block that is its head.
    pub(super) fn on_block(&mut self, seat: usize, peer: NodeId) {
        self.gave.insert((seat, peer));
    }

    /// The node of a seat took a frame of a peer. One that was forgotten before, when it had been
    /// silent for long, is a newcomer by it.
    pub(super) fn on_received(
        &mut self,
        world: &World,
        seat: usize,
        peer: NodeId,
    ) -> Result<(), String> {
        let node = world.seats[seat].node.as_ref();
        let known = node.and_then(|node| node.peer_table().get(&peer));
        if known.is_some_and(Peer::is_useful) {
            if let Some(at) = self.heard.get_mut(&(seat, peer)) {
                *at = world.now;
            }
            return Ok(());
        }
        self.lose(world, seat, &peer)
    }

    /// Looks at a peer that the node of a seat counts among the others no more.
    pub(super) fn on_left(
        &mut self,
        world: &World,
        seat: usize,
        peer: &NodeId,
    ) -> Result<(), String> {
        let node = world.seats[seat].node.as_ref();
        let is_forgotten = node.is_some_and(|node| node.peer_table().get(peer).is_none());
        if is_forgotten {
            return self.lose(world, seat, peer);
        }
        self.heard.remove(&(seat, *peer));
        Ok(())
    }

    /// A peer has lost its place at the node of a seat, and what it was known for.
    fn lose(&mut self, world: &World, seat: usize, peer: &NodeId) -> Result<(), String> {
        let heard = self.heard.remove(&(seat, *peer));
        if heard.is_some_and(|at| world.now.since(at) < ALIVE) {
            return Err(format!(
                "expected to remember {peer}, which is useful and is heard, found it forgotten"
            ));
        }
        Ok(())
    }

    /// Looks at whom the node of a seat counts as useful.
    pub(super) fn check_useful(&mut self, world: &World, seat: usize) -> Result<(), String> {
        let Some(node) = &world.seats[seat].node else {
            return Ok(());
        };
        let peers = node.peer_table().iter();
        for (id, peer) in peers.filter(|(_, peer)| peer.is_useful()) {
            if !self.gave.contains(&(seat, *id)) {
                return Err(format!(
                    "expected only who gave a block of the best chain to be useful, found {id}"
                ));
            }
            let is_honest = world.seats.iter().any(|other| other.id == *id);
            if is_honest && node.is_present(id) {
                let last = Timestamp(peer.last_seen.0);
                self.heard.entry((seat, *id)).or_insert(last);
            }
        }
        Ok(())
    }

    /// The node of a seat has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.gave.retain(|(of, _)| *of != seat);
        self.heard.retain(|(of, _), _| *of != seat);
    }
}

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
