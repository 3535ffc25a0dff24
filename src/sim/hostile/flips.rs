//! Two branches that outweigh each other in turn, so that all nodes take many blocks back each
//! time. Simulated work is easy; with real work who does this has the majority of it, and the nodes
//! must stay able to follow.

use crate::primitives::{Height, Millis};
use crate::sim::event::{Cue, Event};
use crate::sim::scenario::key;
use crate::sim::world::World;

use super::Hostile;
use super::blocks::compact;
use super::private::{PrivateChain, Rivals, heaviest};

/// Blocks that each branch takes back at first: what lies farther back is taken from announcements
/// by nobody.
const DEPTH: u64 = 28;
/// Where fewer can be taken back it is no matter of long branches.
const LEAST_DEPTH: u64 = 24;
/// Time between two flips.
const FLIP_EVERY: Millis = Millis(500);
/// How long somebody goes on.
const FOR: Millis = Millis(25_000);

impl Hostile {
    /// Begins to flip between two branches, where the votes have decided nothing lately.
    pub(super) fn begin_flips(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        if self.rivals.is_some() || world.healed {
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
        let sealers = ["one", "other"].map(|name| {
            let key = key(world.scenario.seed, "flipper", name);
            key.node_id()
        });
        self.rivals = Some(Rivals::from_head(&chain, sealers, world.now.plus(FOR)));
        self.flip(world);
    }

    /// Has one branch outweigh all others, and tells its new blocks to all.
    pub(in crate::sim) fn flip(&mut self, world: &mut World) {
        let Some(mut rivals) = self.rivals.take() else {
            return;
        };
        if rivals.until <= world.now || world.healed {
            return;
        }
        let news = rivals.outweigh(heaviest(world), world.date());
        self.rivals = Some(rivals);
        for message in news.iter().map(compact) {
            self.send(world, None, &message);
        }
        world.after(FLIP_EVERY, Event::Cue(Cue::Flip(self.number)));
    }
}
