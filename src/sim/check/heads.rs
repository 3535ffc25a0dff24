//! The head equals a naive recomputation of the fork choice over the node's blocks: the heaviest chain;
//! then work before authority, the smaller slot, the smaller id. And it is not ahead of the node's clock.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::chain::Chain;
use crate::primitives::{BlockHash, Kind};

use super::super::world::World;

/// Weights from genesis on, summed up by walking the parents.
fn weights(chain: &Chain) -> BTreeMap<BlockHash, u128> {
    let mut weights = BTreeMap::from([(chain.chain_id(), 0_u128)]);
    for (id, _) in chain.iter() {
        let mut above = Vec::new();
        let mut at = *id;
        while !weights.contains_key(&at)
            && let Some(entry) = chain.get(&at)
        {
            above.push((at, u128::from(entry.block.header.difficulty.0)));
            at = entry.block.header.parent;
        }
        let mut sum = weights.get(&at).copied().unwrap_or(0);
        for (id, weight) in above.into_iter().rev() {
            sum = sum.saturating_add(weight);
            weights.insert(id, sum);
        }
    }
    weights
}

fn best(chain: &Chain) -> Option<BlockHash> {
    let weights = weights(chain);
    let rank = |id: &BlockHash| {
        let header = &chain.get(id)?.block.header;
        Some((*weights.get(id)?, header.kind == Kind::Work, Reverse(header.slot), Reverse(*id)))
    };
    chain.iter().map(|(id, _)| *id).max_by_key(rank)
}

impl World {
    pub(super) fn check_head(&mut self, seat: usize) {
        // What an earlier run accepted stays in the ledger, also if the clock was set back since.
        let clock = self.latest_clock(seat).max(self.seats[seat].earlier);
        let Some(node) = &self.seats[seat].node else { return };
        let chain = node.chain();
        let (found, expected) = (chain.head(), best(chain));
        let (time, limit) = (chain.head_header().time, clock.plus(self.scenario.params.max_future));
        if expected != Some(found) {
            self.violate("heads", Some(seat), format!("expected the head {expected:?}, found {found}"));
        } else if time > limit {
            self.violate("heads", Some(seat), format!("expected a head of time {limit} at the latest, found {time}"));
        }
    }
}
