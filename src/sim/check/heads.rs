//! The head equals a naive recomputation of the fork choice over the node's blocks: the heaviest chain;
//! then work before authority, the smaller slot, the smaller id. And it is not ahead of the node's clock.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::chain::Chain;
use crate::primitives::{BlockHash, Kind, Slot};

use super::super::world::World;

/// What makes one block better than another: the greatest is the head.
type Rank = (u128, bool, Reverse<Slot>, Reverse<BlockHash>);

/// The weights of a node's blocks, and the best of them. A tree only grows.
#[derive(Debug, Default)]
pub(super) struct Ranked {
    weights: BTreeMap<BlockHash, u128>,
    best: Option<Rank>,
}

impl Ranked {
    /// Sums up the weights of the blocks that are new, by walking the parents.
    fn update(&mut self, chain: &Chain) {
        if self.weights.len() == chain.len() {
            return;
        }
        self.weights.insert(chain.chain_id(), 0);
        for (id, _) in chain.iter() {
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
                let rank = (
                    weight,
                    header.kind == Kind::Work,
                    Reverse(header.slot),
                    Reverse(id),
                );
                self.best = self.best.max(Some(rank));
            }
        }
    }

    fn head(&self, chain: &Chain) -> BlockHash {
        self.best
            .map_or_else(|| chain.chain_id(), |(.., Reverse(id))| id)
    }
}

impl World {
    pub(super) fn check_head(&mut self, seat: usize) {
        // What an earlier run accepted stays in the ledger, also if the clock was set back since.
        let clock = self.latest_clock(seat).max(self.seats[seat].earlier);
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let chain = node.chain();
        let ranked = self.checks.ranked.entry(seat).or_default();
        ranked.update(chain);
        let (found, expected) = (chain.head(), ranked.head(chain));
        let (time, limit) = (
            chain.head_header().time,
            clock.plus(self.scenario.params.max_future),
        );
        if expected != found {
            self.violate(
                "heads",
                Some(seat),
                format!("expected the head {expected}, found {found}"),
            );
        } else if time > limit {
            self.violate(
                "heads",
                Some(seat),
                format!("expected a head of time {limit} at the latest, found {time}"),
            );
        }
    }
}
