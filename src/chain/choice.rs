//! The fork choice: of all blocks of a tree the heaviest, and of several that weigh the same the
//! one whose hash together with all of them is the smallest.
//!
//! A tie is broken by nothing that a maker knows before the others: not by the id, or whoever finds
//! a small one could keep it back and win all ties with it; not by the kind, or authorities would
//! lose more blocks than miners. The hash covers every tied id, so the next one turns the order
//! over anew.
//!
//! Invariant: the choice follows from the set of blocks, never from their order. Bound: the blocks
//! of one weight, which are all tips.

use std::collections::BTreeSet;

use crate::primitives::{BlockHash, Weight, sha256};

/// The heaviest blocks of a tree.
#[derive(Clone, Debug)]
pub(super) struct Heaviest {
    weight: Weight,
    tied: BTreeSet<BlockHash>,
    /// The exclusive or of all tied ids.
    mix: [u8; 32],
    head: BlockHash,
}

impl Heaviest {
    /// Of a tree that holds only the genesis block.
    pub(super) fn new(genesis: BlockHash) -> Self {
        Self {
            weight: Weight(0),
            tied: BTreeSet::from([genesis]),
            mix: genesis.0,
            head: genesis,
        }
    }

    /// The block that all nodes with these blocks choose.
    pub(super) const fn head(&self) -> BlockHash {
        self.head
    }

    /// Takes in a block with the weight of its chain.
    pub(super) fn insert(&mut self, id: BlockHash, weight: Weight) {
        if weight < self.weight || (weight == self.weight && self.tied.contains(&id)) {
            return;
        }
        if weight > self.weight {
            (self.weight, self.mix) = (weight, [0; 32]);
            self.tied.clear();
        } else if mutant!(TieByArrival) {
            return;
        }
        self.tied.insert(id);
        for (mixed, byte) in self.mix.iter_mut().zip(id.0) {
            *mixed ^= byte;
        }
        let place = |id: &&BlockHash| sha256(&[id.as_bytes(), &self.mix]);
        self.head = self.tied.iter().min_by_key(place).copied().unwrap_or(id);
    }
}

/// The rule in words: of tied ids the one whose SHA-256 with the exclusive or of all is the
/// smallest.
#[cfg(test)]
pub(crate) fn winner(ids: &[BlockHash]) -> BlockHash {
    let mix = std::array::from_fn::<u8, 32, _>(|at| ids.iter().fold(0, |mix, id| mix ^ id.0[at]));
    let place = |id: &&BlockHash| sha256(&[&id.0, &mix]).0;
    *ids.iter().min_by_key(place).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::SplitMix64;

    fn id(chance: &mut SplitMix64) -> BlockHash {
        BlockHash(sha256(&[&chance.draw().to_le_bytes()]).0)
    }

    fn head(ids: &[BlockHash]) -> BlockHash {
        let mut heaviest = Heaviest::new(BlockHash::ZERO);
        ids.iter().for_each(|id| heaviest.insert(*id, Weight(7)));
        heaviest.head()
    }

    #[test]
    fn of_tied_blocks_the_choice_is_that_of_the_rule_in_every_order() {
        let mut chance = SplitMix64::new(1);
        for count in 1..6 {
            let mut ids: Vec<BlockHash> = (0..count).map(|_| id(&mut chance)).collect();
            let expected = winner(&ids);
            for _ in 0..count {
                ids.rotate_left(1);
                assert_eq!(head(&ids), expected);
                let twice = [&ids[..], &ids[..1]].concat();
                assert_eq!(head(&twice), expected, "a block counts once");
            }
        }
    }

    #[test]
    fn weight_comes_before_every_tie() {
        let mut chance = SplitMix64::new(2);
        let mut heaviest = Heaviest::new(BlockHash::ZERO);
        for weight in [5, 5, 6, 5, 6] {
            heaviest.insert(id(&mut chance), Weight(weight));
        }
        let heavy = id(&mut chance);
        heaviest.insert(heavy, Weight(9));
        heaviest.insert(id(&mut chance), Weight(8));
        assert_eq!(heaviest.head(), heavy);
    }

    #[test]
    fn a_small_id_wins_no_more_ties_than_a_large_one() {
        let mut chance = SplitMix64::new(3);
        let wins = (0..1_000).filter(|_| {
            let ids = [id(&mut chance), id(&mut chance)];
            head(&ids) == ids[0].min(ids[1])
        });
        // Four standard deviations of 1,000 fair draws.
        assert!((437..563).contains(&wins.count()));
    }

    #[test]
    fn who_wins_is_not_known_before_all_are_known() {
        let mut chance = SplitMix64::new(4);
        let turned = (0..1_000).filter(|_| {
            let ids = [id(&mut chance), id(&mut chance), id(&mut chance)];
            let (before, after) = (head(&ids[..2]), head(&ids));
            after != before && after != ids[2]
        });
        // In one of three the third wins, in another the first two change places.
        assert!((260..410).contains(&turned.count()));
    }
}
