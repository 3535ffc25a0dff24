//! Two branches that outweigh each other in turn, so that all nodes take many blocks back each time. Simulated work is
//! easy; with real work who does this has the majority of it, and the nodes must stay able to follow.

use crate::gossip::Message;
use crate::primitives::{Height, Millis, NodeId, Timestamp};
use crate::sim::event::{Cue, Event};
use crate::sim::scenario::key;
use crate::sim::world::World;

use super::Hostile;
use super::blocks::compact;
use super::private::{PrivateChain, heaviest};

/// Blocks that each branch takes back at first: what lies farther back is taken from announcements by nobody.
const DEPTH: u64 = 28;
/// Where fewer can be taken back it is no matter of long branches.
const LEAST_DEPTH: u64 = 24;
/// Time between two flips.
const FLIP_EVERY: Millis = Millis(500);
/// How long somebody goes on.
const FOR: Millis = Millis(25_000);

/// Flips under way.
#[derive(Debug)]
pub(super) struct Flips {
    /// The next to outweigh the other first.
    branches: [Branch; 2],
    until: Timestamp,
}

/// One of two branches.
#[derive(Debug)]
struct Branch {
    chain: PrivateChain,
    /// Two branches of one sealer would be the same.
    sealer: NodeId,
    /// How far all know it.
    told: Height,
}

impl Hostile {
    /// Begins to flip between two branches, where the votes have decided nothing lately.
    pub(super) fn begin_flips(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        if self.flips.is_some() || world.healed {
            return;
        }
        let chain = node.chain();
        let justified = chain.get(&chain.decided().highest_justified().id);
        let justified = justified.map_or(Height(0), |entry| entry.block.header.height);
        let base = Height(chain.height().0.saturating_sub(DEPTH)).max(justified);
        if chain.height().0.saturating_sub(base.0) < LEAST_DEPTH {
            return;
        }
        let Some(chain) = PrivateChain::up_to(chain, base) else {
            return;
        };
        let branch = |name: &str| Branch {
            chain: chain.clone(),
            sealer: key(world.scenario.seed, "flipper", name).node_id(),
            told: base,
        };
        self.flips = Some(Flips {
            branches: [branch("one"), branch("other")],
            until: world.now.plus(FOR),
        });
        self.flip(world);
    }

    /// Has one branch outweigh all others, and tells its new blocks to all.
    pub(in crate::sim) fn flip(&mut self, world: &mut World) {
        let Some(mut flips) = self.flips.take() else {
            return;
        };
        if flips.until <= world.now || world.healed {
            return;
        }
        let branch = &mut flips.branches[0];
        let chain = &mut branch.chain;
        chain.outweigh(heaviest(world), branch.sealer, world.date());
        let news: Vec<Message> = chain.after(branch.told).map(compact).collect();
        branch.told = chain.head().height;
        flips.branches.rotate_left(1);
        self.flips = Some(flips);
        for message in news {
            self.send(world, None, &message);
        }
        world.after(FLIP_EVERY, Event::Cue(Cue::Flip(self.number)));
    }
}
