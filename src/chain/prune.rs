//! Branches beside the best chain: how many blocks they have, which end where, and which go when
//! there are too many.
//!
//! Old work is cheap, and an authority can sign as many blocks for one slot as it likes, so valid
//! blocks beside the best chain may cost their makers nothing. Bounds: [`MAX_SIDE`] of them, with
//! [`MAX_SIDE_BYTES`] of bodies; the branch that is being fetched is let be, as its headers were
//! shown to outweigh the best chain.
//!
//! What is pruned is always a tip, so the tree holds every ancestor of its blocks; and it is
//! lighter than the head or beside the justified checkpoint, so the fork choice stays what it is
//! for the set of all blocks that ever came. A branch that the votes turn to later is fetched
//! again.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Chain, TreeEntry};
use crate::primitives::{BlockHash, NodeId, Slot, Weight};

/// Most blocks beside the best chain: more than the branches of a day of honest makers.
pub const MAX_SIDE: usize = 4_096;
/// Most bytes of their bodies. On branches the same transactions can fill any number of blocks.
pub const MAX_SIDE_BYTES: usize = 32 * 1024 * 1024;

impl Chain {
    /// Adds a block to the tree.
    pub(super) fn add(&mut self, id: BlockHash, entry: TreeEntry) {
        let (weight, header) = (entry.weight, entry.block.header);
        let Some(parent) = self.get(&header.parent).map(|parent| parent.weight) else {
            return;
        };
        let entry = Rc::new(entry);
        if self.entries.insert(id, Rc::clone(&entry)).is_some() {
            return;
        }
        self.by_height.insert((header.height, id));
        let is_above = self.is_candidate(&header.parent);
        self.choice.insert(id, is_above, weight);
        let side = &mut self.side;
        let was_tip = side.tips.remove(&(parent, header.parent));
        side.tips.insert((weight, id));
        if !was_tip {
            let children = side.forks.entry(header.parent).or_insert(1);
            *children = children.saturating_add(1);
        }
        side.seal(&header);
        side.weigh(&entry.block.body);
    }

    /// How many blocks of the tree an authority sealed for a slot.
    #[must_use]
    pub fn sealed_for(&self, slot: Slot, sealer: NodeId) -> usize {
        let in_memory = self.side.sealed.get(&(slot, sealer));
        let archived = self.archived.sealed_for(slot, sealer);
        in_memory.copied().unwrap_or(0).saturating_add(archived)
    }

    /// The most blocks that one authority sealed for one slot.
    #[must_use]
    pub fn most_sealed(&self) -> usize {
        let in_memory = self.side.sealed.keys();
        let most = in_memory.map(|(slot, sealer)| self.sealed_for(*slot, *sealer));
        most.max().unwrap_or(0)
    }

    /// Lets the branch that ends in a block be, which is being fetched: one at each of
    /// [`PINS`](super::PINS) places. `None` when nothing is fetched there.
    pub const fn pin(&mut self, place: usize, tip: Option<BlockHash>) {
        self.side.pinned[place] = tip;
    }

    /// Takes the ids of the blocks that were pruned since the last time.
    pub fn take_pruned(&mut self) -> Vec<BlockHash> {
        std::mem::take(&mut self.side.pruned)
    }

    /// Blocks beside the best chain and the bytes of their bodies, those of the branch that is
    /// being fetched left out.
    #[must_use]
    pub fn beside(&self) -> (usize, usize) {
        let (mut fetched, mut bytes) = (BTreeSet::new(), 0_usize);
        for tip in self.side.pinned {
            let mut at = tip;
            while let Some(id) = at.filter(|id| !self.on_best(id))
                && let Some(entry) = self.get(&id)
                && fetched.insert(id)
            {
                at = Some(entry.block.header.parent);
                bytes = bytes.saturating_add(entry.block.body.encoded_len());
            }
        }
        let blocks = self.len() - self.best.len() - fetched.len();
        (blocks, self.side.bytes().saturating_sub(bytes))
    }

    /// Removes the lightest tips as long as there are too many blocks beside the best chain; never
    /// `newest`.
    pub(super) fn prune(&mut self, newest: &BlockHash) {
        while self.has_too_many() {
            let Some((weight, id)) = self.lightest_tip(newest) else {
                return;
            };
            self.remove_tip(weight, id);
        }
    }

    fn has_too_many(&self) -> bool {
        let blocks = self.len().saturating_sub(self.best.len());
        blocks > MAX_SIDE || self.side.bytes() > MAX_SIDE_BYTES
    }

    /// The lightest tip that may go: it is lighter than the head, beside the justified checkpoint,
    /// or one of too many that weigh as much as the head.
    fn lightest_tip(&self, newest: &BlockHash) -> Option<(Weight, BlockHash)> {
        let head = self.head();
        let spared =
            |id: &BlockHash| [*newest, head].contains(id) || self.side.pinned.contains(&Some(*id));
        let tips = &self.side.tips;
        let tied = (self.weight(), BlockHash::ZERO);
        let lighter = tips.range(..tied).find(|(_, id)| !spared(id));
        // Of too many the smallest ids are tied, so all after the largest of these are not.
        let largest = (self.weight(), self.choice.largest_tied());
        let surplus = || {
            let mut same = tips.range(largest..).take_while(|tip| tip.0 == largest.0);
            same.find(|tip| tip.1 != largest.1 && !spared(&tip.1))
        };
        let lightest = lighter.or_else(surplus).or_else(|| {
            // Few are lighter: those that are spared. Those that are tied with the head stay.
            let heavy = tips.len().saturating_sub(tips.range(..tied).count());
            let some_are_beside = heavy > self.choice.tied();
            let is_beside = |(_, id): &&(Weight, BlockHash)| !self.is_candidate(id) && !spared(id);
            let others = some_are_beside.then(|| tips.range(tied..));
            others.and_then(|mut others| others.find(is_beside))
        });
        lightest.copied()
    }

    fn remove_tip(&mut self, weight: Weight, id: BlockHash) {
        let Some(entry) = self.entries.remove(&id) else {
            return;
        };
        let header = entry.block.header;
        self.milestones.remove(&id);
        self.by_height.remove(&(header.height, id));
        self.choice.forget(&id);
        let side = &mut self.side;
        side.tips.remove(&(weight, id));
        side.pruned.push(id);
        side.unseal(&header);
        side.unweigh(&entry.block.body);
        let Some(children) = side.forks.get_mut(&header.parent) else {
            // It was the only child, so the parent is in memory: an archived block has one on the
            // best chain.
            if let Some(parent) = self.entries.get(&header.parent) {
                side.tips.insert((parent.weight, header.parent));
            }
            return;
        };
        *children = children.saturating_sub(1);
        if *children <= 1 {
            side.forks.remove(&header.parent);
        }
    }
}
