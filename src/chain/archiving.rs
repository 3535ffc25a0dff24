//! How old blocks of the best chain go to the archive and come back.
//!
//! Bounds: in memory stay the best chain's last [`KEEP`] blocks and up to [`STEP`] more, and the
//! branches beside it. One call moves at most [`MOVES`] steps.

use std::rc::Rc;

use super::archive::Archive;
use super::{Chain, MILESTONE, SPARSE};
use crate::consensus::finality::Checkpoint;
use crate::primitives::{BlockHash, Height};

/// Blocks of the best chain that stay in memory below the head: more than peers ask for whose heads
/// are near, and than any reorganisation of honest makers takes back.
pub const KEEP: u64 = 2_048;
/// Blocks that are archived together, by one write.
const STEP: u64 = 16;
/// Most steps of one call: a node that has just read a long ledger must not stand still over it.
const MOVES: u64 = 16;

impl Chain {
    /// Has blocks far below the head go to an archive from now on; `keep` blocks of the best chain
    /// stay in memory ([`KEEP`] for a node that people run).
    pub fn archive_to(&mut self, archive: Rc<dyn Archive>, keep: u64) {
        if self.archived.archive.is_none() {
            self.archived.archive = Some(archive);
            self.archived.keep = keep;
            self.archive_old();
        }
    }

    /// The height of the highest block that lies in the archive; 0 if there is none.
    #[must_use]
    pub fn archived_height(&self) -> Height {
        self.archived.top()
    }

    /// Moves blocks far below the head to the archive, if there is one and it takes them.
    pub(super) fn archive_old(&mut self) {
        for _ in 0..MOVES {
            let (top, head) = (self.archived.top(), self.height());
            let last = Height(top.0.saturating_add(STEP));
            if self.archived.archive.is_none() || head.since(last) < self.archived.keep {
                return;
            }
            let heights = (top.next().0..=last.0).map(Height);
            let ids: Vec<BlockHash> = heights.filter_map(|height| self.at(height)).collect();
            let entries = ids
                .iter()
                .filter_map(|id| Some((*id, Rc::clone(self.entries.get(id)?))));
            let entries: Vec<_> = entries.collect();
            if !self.archived.put(&entries, &self.best) {
                return;
            }
            for (id, entry) in &entries {
                self.leave_memory(id);
                self.side.unseal(&entry.block.header);
            }
        }
    }

    fn leave_memory(&mut self, id: &BlockHash) {
        if let Some(entry) = self.entries.remove(id) {
            let header = &entry.block.header;
            self.by_height.remove(&(header.height, *id));
            self.choice.forget(id);
            if !header.height.0.is_multiple_of(SPARSE) {
                self.milestones.remove(id);
            }
        }
    }

    /// Whether the state after the block of the best chain at a height is kept.
    pub(super) fn is_milestone(&self, height: Height) -> bool {
        let apart = if height > self.archived.top() {
            MILESTONE
        } else {
            SPARSE
        };
        height.0.is_multiple_of(apart)
    }

    /// Brings the archived blocks above a height back into memory, as they leave the best chain.
    pub(super) fn bring_back_above(&mut self, height: Height) {
        while self.archived.top() > height {
            let top = self.archived.top();
            let id = self
                .at(top)
                .expect("the best chain has a block at each height up to the head's");
            let entry = self.archived.entry(top);
            if self.is_candidate(&id) {
                self.choice.take_back(id);
            }
            self.archived.drop_top(&id, &self.best, &entry);
            self.side.seal(&entry.block.header);
            self.by_height.insert((top, id));
            self.entries.insert(id, entry);
        }
    }

    /// Whether a block of the tree is the highest justified checkpoint or above it.
    pub(super) fn is_candidate(&self, id: &BlockHash) -> bool {
        let root = self.decided.highest_justified();
        self.choice.is_candidate(id) || self.is_archived_above(&root, id)
    }

    /// Whether an archived block, which is of the best chain, is a checkpoint or above it. Votes
    /// may just have justified one beside the best chain.
    pub(super) fn is_archived_above(&self, root: &Checkpoint, id: &BlockHash) -> bool {
        let height = self.archived.height(id, &self.best);
        height.is_some_and(|height| height >= root.height()) && self.on_best(&root.id)
    }
}
