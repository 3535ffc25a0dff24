//! The fork choice: of all blocks above the highest justified checkpoint the heaviest, and of
//! several that weigh the same the one at the place, in the order of their ids, that the hash of
//! all of them gives.
//!
//! What the authorities confirmed comes before weight: a branch beside the justified checkpoint is
//! no candidate, however heavy it is.
//!
//! A tie is broken by nothing that a maker knows before the others: not by the id, or whoever finds
//! a small one could keep it back and win all ties with it; not by the kind, or authorities would
//! lose more blocks than miners. The hash covers every tied id, so the next one draws the place
//! anew, and each of n wins in one of n draws.
//!
//! Invariant: the choice follows from the set of blocks and the checkpoint, never from their order.
//! Of more than [`MAX_TIED`] tied blocks those with the smallest ids are drawn from: a flood of
//! them must not grow the tree without end, and no order of arrival may count.
//!
//! Bounds: the tied blocks, which are all tips, and those above the checkpoint.

use std::collections::BTreeSet;

#[cfg(doc)]
use super::tied::MAX_TIED;
use super::tied::Tied;
use crate::primitives::{BlockHash, Weight, sha256};

/// The choice among the blocks of a tree.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The justified checkpoint, and all blocks above it that are not archived.
    candidates: BTreeSet<BlockHash>,
    heaviest: Heaviest,
}

impl Choice {
    /// Among `root` alone, a justified checkpoint of this weight.
    pub(super) fn above(root: BlockHash, weight: Weight) -> Self {
        Self {
            candidates: BTreeSet::from([root]),
            heaviest: Heaviest::new(root, weight),
        }
    }

    /// The block that all nodes with these blocks and this checkpoint choose.
    pub(super) const fn head(&self) -> BlockHash {
        self.heaviest.head()
    }

    /// How many candidates are tied with the head, itself counted; all of them are tips.
    pub(super) const fn tied(&self) -> usize {
        self.heaviest.tied.len()
    }

    /// The largest id of those.
    pub(super) fn largest_tied(&self) -> BlockHash {
        self.heaviest.tied.largest().unwrap_or(self.head())
    }

    /// Whether a block that is not archived is above the checkpoint, or is it.
    pub(super) fn is_candidate(&self, id: &BlockHash) -> bool {
        self.candidates.contains(id)
    }

    /// Forgets a block that is lighter than the head, no candidate or not tied: it is pruned or
    /// archived.
    pub(super) fn forget(&mut self, id: &BlockHash) {
        self.candidates.remove(id);
    }

    /// Takes in a block with the weight of its chain; whether it is above the checkpoint is known
    /// from its parent. One that is not is no candidate.
    pub(super) fn insert(&mut self, id: BlockHash, is_above: bool, weight: Weight) {
        if is_above {
            self.candidates.insert(id);
            self.heaviest.insert(id, weight);
        }
    }

    /// Takes back an ancestor of the head that was forgotten.
    pub(super) fn take_back(&mut self, id: BlockHash) {
        self.candidates.insert(id);
    }
}

/// The heaviest blocks of a tree.
#[derive(Clone, Debug)]
struct Heaviest {
    weight: Weight,
    /// The ids of this weight.
    tied: Tied,
    /// The exclusive or of all tied ids.
    mix: [u8; 32],
    head: BlockHash,
}

impl Heaviest {
    /// Of one block.
    fn new(root: BlockHash, weight: Weight) -> Self {
        Self {
            weight,
            tied: Tied::new(root),
            mix: root.0,
            head: root,
        }
    }

    /// The block that all nodes with these blocks choose.
    const fn head(&self) -> BlockHash {
        self.head
    }

    /// Takes in a block with the weight of its chain.
    fn insert(&mut self, id: BlockHash, weight: Weight) {
        if weight < self.weight {
            return;
        }
        if weight > self.weight {
            *self = Self::new(id, weight);
            return;
        }
        if mutant!(TieByArrival) || !self.tied.insert(id) {
            return;
        }
        self.mix_in(&id);
        if let Some(surplus) = self.tied.take_surplus() {
            self.mix_in(&surplus);
        }
        self.head = self.drawn();
    }

    /// Adds an id to the exclusive or of all, or takes it out.
    fn mix_in(&mut self, id: &BlockHash) {
        for (mixed, byte) in self.mix.iter_mut().zip(id.0) {
            *mixed ^= byte;
        }
    }

    /// The tied id at the place that the hash of all of them gives.
    fn drawn(&self) -> BlockHash {
        let hash = sha256(&[&self.mix]).0;
        let draw = hash.first_chunk().copied().map_or(0, u64::from_le_bytes);
        let count = u64::try_from(self.tied.len()).unwrap_or(u64::MAX);
        let place = draw.checked_rem(count);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let drawn = place.and_then(|place| self.tied.at(place));
        drawn.copied().unwrap_or(self.head)
    }
}

/// The rule in words: of tied ids, in order, the one whose place is the remainder of the SHA-256 of
/// the exclusive or of all, its first 8 bytes read as a little-endian number, by how many there
/// are.
#[cfg(test)]
pub(crate) fn winner(ids: &[BlockHash]) -> BlockHash {
    let ids: BTreeSet<BlockHash> = ids.iter().copied().collect();
    let mix = std::array::from_fn::<u8, 32, _>(|at| ids.iter().fold(0, |mix, id| mix ^ id.0[at]));
    let digits = sha256(&[&mix]).0.into_iter().take(8).rev();
    let draw = digits.fold(0_u128, |draw, byte| draw * 256 + u128::from(byte));
    let place = usize::try_from(draw % ids.len() as u128).unwrap();
    ids.into_iter().nth(place).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::SplitMix64;

    fn id(chance: &mut SplitMix64) -> BlockHash {
        BlockHash(sha256(&[&chance.draw().to_le_bytes()]).0)
    }

    fn head(ids: &[BlockHash]) -> BlockHash {
        let mut heaviest = Heaviest::new(BlockHash::ZERO, Weight(0));
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
    fn beside_the_justified_checkpoint_no_weight_counts() {
        let mut chance = SplitMix64::new(5);
        let [root, beside, above, top] = [0; 4].map(|_| id(&mut chance));
        let mut choice = Choice::above(root, Weight(10));
        let is_above = choice.is_candidate(&BlockHash::ZERO);
        choice.insert(beside, is_above, Weight(99));
        assert_eq!(choice.head(), root);
        choice.insert(above, choice.is_candidate(&root), Weight(11));
        choice.insert(top, choice.is_candidate(&beside), Weight(100));
        assert_eq!(choice.head(), above);
    }

    #[test]
    fn a_flood_of_tied_blocks_is_bounded_and_its_order_does_not_count() {
        use super::super::tied::MAX_TIED;
        let mut chance = SplitMix64::new(6);
        let mut ids: Vec<BlockHash> = (0..3 * MAX_TIED).map(|_| id(&mut chance)).collect();
        let mut smallest = ids.clone();
        smallest.sort_unstable();
        let expected = winner(&smallest[..MAX_TIED]);
        for _ in 0..3 {
            ids.rotate_left(MAX_TIED);
            assert_eq!(head(&ids), expected);
        }
        ids.reverse();
        assert_eq!(head(&ids), expected);
    }

    #[test]
    fn weight_comes_before_every_tie() {
        let mut chance = SplitMix64::new(2);
        let mut heaviest = Heaviest::new(BlockHash::ZERO, Weight(0));
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
