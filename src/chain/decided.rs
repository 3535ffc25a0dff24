//! What the authorities' votes decided over this tree: which blocks are justified and final, and
//! the head that follows from it.
//!
//! Invariants: the head descends from the highest justified checkpoint, which descends from the
//! last final one; so nothing final is ever taken back. Each block knows the sets of authorities on
//! its chain, which follow from the blocks alone.

use std::rc::Rc;

use crate::consensus::finality::{Blocks, Sets, Standing, View};
use crate::primitives::{BlockHash, Height};

use super::choice::Choice;
use super::{Chain, HeadChange};

impl Blocks for Chain {
    fn height(&self, id: &BlockHash) -> Option<Height> {
        self.height_of(id)
    }

    fn ancestor(&self, id: &BlockHash, height: Height) -> Option<BlockHash> {
        let mut at = *id;
        loop {
            let reached = self.height_of(&at)?;
            if reached <= height {
                return (reached == height).then_some(at);
            }
            if self.at(reached) == Some(at) {
                return self.at(height);
            }
            at = self.get(&at)?.block.header.parent;
        }
    }

    fn sets(&self, id: &BlockHash) -> Option<Rc<Sets>> {
        Some(Rc::clone(&self.get(id)?.sets))
    }

    fn best_sets(&self) -> Rc<Sets> {
        Rc::clone(&self.entry(&self.head()).sets)
    }
}

impl Chain {
    /// What the votes decided over this tree, as it was taken over last.
    #[must_use]
    pub const fn decided(&self) -> &View {
        &self.decided
    }

    /// How far a block of the tree is decided.
    #[must_use]
    pub fn standing(&self, id: &BlockHash) -> Standing {
        self.decided.standing(id, self)
    }

    /// Takes over what the votes have decided over this tree; how the head changed by it.
    pub fn follow(&mut self, decided: View) -> Option<HeadChange> {
        self.decide(decided);
        let head = self.choice.head();
        if head == self.head() {
            return None;
        }
        let state = self.state_at(&head);
        Some(self.move_head(head, state))
    }

    /// Takes over what the votes have decided, and chooses anew if another checkpoint is justified.
    pub(super) fn decide(&mut self, decided: View) {
        let before = std::mem::replace(&mut self.decided, decided).highest_justified();
        let root = self.decided.highest_justified();
        if root == before || mutant!(HeaviestOfAll) {
            return;
        }
        let mut choice = Choice::above(root.id, self.entry(&root.id).weight);
        for (id, entry) in self.in_memory_from(root.height()) {
            let parent = &entry.block.header.parent;
            let is_above = choice.is_candidate(parent) || self.is_archived_above(&root, parent);
            choice.insert(*id, is_above, entry.weight);
        }
        self.choice = choice;
    }
}
