//! The head equals a naive recomputation of the fork choice over the node's blocks and votes: of
//! the chains above the highest justified checkpoint the heaviest, and of several the one that the
//! tie rule picks. And it is not ahead of the node's clock.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::Chain;
use crate::primitives::{Address, BlockHash, sha256};

use super::super::world::World;
use super::decided::{highest_justified, may_forget};

/// The weights of a node's blocks, and the heaviest of them. What a tree forgets is lighter than
/// its head.
#[derive(Clone, Debug, Default)]
struct Ranked {
    /// How many blocks the tree had, and which head.
    seen: (usize, BlockHash),
    weights: BTreeMap<BlockHash, u128>,
}

impl Ranked {
    /// Sums up the weights of the blocks that are new, by walking the parents.
    fn update(&mut self, chain: &Chain) {
        let seen = (chain.len(), chain.head());
        if std::mem::replace(&mut self.seen, seen) == seen {
            return;
        }
        self.weights.insert(chain.chain_id(), 0);
        for id in chain.ids() {
            let mut above = Vec::new();
            let mut at = *id;
            while !self.weights.contains_key(&at)
                && let Some(entry) = chain.get(&at)
            {
                above.push((at, entry.block.header));
                at = entry.block.header.parent;
            }
            let mut weight = self.weights.get(&at).copied().unwrap_or(0);
            for (id, header) in above.into_iter().rev() {
                weight = weight.saturating_add(u128::from(header.difficulty.0));
                self.weights.insert(id, weight);
            }
        }
    }

    /// Of the heaviest above a checkpoint, in the order of their ids, the one at the place that
    /// their hash gives.
    fn head(&self, chain: &Chain, root: &BlockHash) -> BlockHash {
        let height = |id: &BlockHash| chain.get(id).map(|entry| entry.block.header.height);
        let mut heaviest = (0, Vec::new());
        let mut above = BTreeSet::from([*root]);
        let mut ids: Vec<_> = self.weights.keys().map(|id| (height(id), *id)).collect();
        ids.retain(|(at, _)| *at >= height(root));
        ids.sort();
        for (_, id) in ids {
            let parent = chain.get(&id).map(|entry| entry.block.header.parent);
            if id != *root && !parent.is_some_and(|parent| above.contains(&parent)) {
                continue;
            }
            above.insert(id);
            let weight = self.weights.get(&id).copied().unwrap_or(0);
            if weight > heaviest.0 {
                heaviest = (weight, Vec::new());
            }
            if weight == heaviest.0 {
                heaviest.1.push(id);
            }
        }
        let mut mix = [0_u8; 32];
        for id in &heaviest.1 {
            (0..32).for_each(|at| mix[at] ^= id.0[at]);
        }
        heaviest.1.sort();
        let draw = sha256(&[&mix]).0;
        let draw = (0..8).map(|at| u128::from(draw[at]) << (8 * at));
        let place = draw.sum::<u128>() % u128::try_from(heaviest.1.len().max(1)).unwrap_or(1);
        let place = usize::try_from(place).ok();
        place
            .and_then(|place| heaviest.1.get(place).copied())
            .unwrap_or(*root)
    }
}

/// What was found of each node's tree when it was looked at last.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads {
    ranked: BTreeMap<usize, Ranked>,
}

impl Heads {
    /// Compares the head of a seat's node with the best of its blocks.
    pub(super) fn check(
        &mut self,
        world: &World,
        seat: usize,
        excused: &BTreeSet<Address>,
    ) -> Result<(), String> {
        // What was accepted stays, also if the clock was set back since.
        let clock = world.latest_clock(seat).max(world.seats[seat].latest);
        let Some(node) = &world.seats[seat].node else {
            return Ok(());
        };
        let chain = node.chain();
        let ranked = self.ranked.entry(seat).or_default();
        ranked.update(chain);
        let root = if may_forget(world, excused) {
            chain.decided().highest_justified()
        } else {
            highest_justified(world, node)
        };
        let (found, expected) = (chain.head(), ranked.head(chain, &root.id));
        if expected != found {
            return Err(format!(
                "expected the head {expected} above {root}, found {found}"
            ));
        }
        let time = chain.head_header().time;
        let limit = clock.plus(world.scenario.params.max_future);
        if time > limit {
            return Err(format!(
                "expected a head of time {limit} at the latest, found {time}"
            ));
        }
        Ok(())
    }

    /// Forgets the tree of a node that has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.ranked.remove(&seat);
    }
}
