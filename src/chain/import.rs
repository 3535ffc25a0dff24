//! Importing a block: check it, execute it on its parent, and move the head if the fork choice says so.

use std::rc::Rc;

use crate::consensus::{BlockError, CheckedBlock, SignatureCache, check_header};
use crate::primitives::{Block, BlockHash, Timestamp};
use crate::state::State;

use super::{Chain, MAX_INVALID, TreeEntry, encode_undo};

/// What became of a block that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// It was in the tree.
    AlreadyKnown,
    /// Its parent is not in the tree; nothing was kept.
    Orphan {
        /// The missing parent.
        parent: BlockHash,
    },
    /// It is ahead of the clock (rule 8); nothing was kept. Nobody is to blame.
    Deferred {
        /// When it may be imported.
        until: Timestamp,
    },
    /// It is valid, on a branch that is not the best.
    SideChain,
    /// It is the new head, on top of the old one.
    Extended(HeadChange),
    /// It is the new head, on another branch.
    Reorganised(HeadChange),
}

/// How the best chain changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadChange {
    /// Blocks that left the best chain, the old head first.
    pub reverted: Vec<BlockHash>,
    /// Blocks that joined it, the new head last.
    pub applied: Vec<BlockHash>,
}

impl Chain {
    /// Imports a block at the node's time `now`.
    ///
    /// # Errors
    /// The first rule that is broken. If the id is to blame it is remembered and never checked again.
    pub fn import(&mut self, block: Block, now: Timestamp, cache: &mut SignatureCache) -> Result<Import, BlockError> {
        let id = block.id();
        if self.contains(&id) {
            return Ok(Import::AlreadyKnown);
        }
        if let Some(error) = self.invalid.get(&id) {
            return Err(error.clone());
        }
        let parent = block.header.parent;
        if self.invalid.contains_key(&parent) {
            return self.refuse(id, BlockError::InvalidAncestor { ancestor: parent });
        }
        if let Err(error) = check_header(&block.header, &block.seal, &self.params, &self.genesis) {
            return self.refuse(id, error);
        }
        if !self.contains(&parent) {
            return Ok(Import::Orphan { parent });
        }
        if block.header.time > now.plus(self.params.max_future) && !mutant!(AcceptFuture) {
            // The limit is subtracted from the block's time, so that it may come in just then.
            return Ok(Import::Deferred {
                until: Timestamp(block.header.time.0.saturating_sub(self.params.max_future.0)),
            });
        }
        match self.connect(block, cache) {
            Ok(import) => Ok(import),
            Err(error) => self.refuse(id, error),
        }
    }

    fn refuse(&mut self, id: BlockHash, error: BlockError) -> Result<Import, BlockError> {
        let condemned = error.condemns_id()
            || (mutant!(CacheBodyMismatchAsInvalid)
                && matches!(error, BlockError::TxRoot { .. } | BlockError::DataHash { .. }));
        if condemned && self.invalid.insert(id, error.clone()).is_none() {
            self.invalid_order.push_back(id);
            if self.invalid_order.len() > MAX_INVALID
                && let Some(oldest) = self.invalid_order.pop_front()
            {
                self.invalid.remove(&oldest);
            }
        }
        Err(error)
    }

    fn connect(&mut self, block: Block, cache: &mut SignatureCache) -> Result<Import, BlockError> {
        let checked = CheckedBlock::check(block, &self.params, &self.genesis, cache)?;
        let parent_id = checked.get().header.parent;
        let parent_state = self.state_at(&parent_id, cache)?;
        let Some(parent) = self.entries.get(&parent_id) else { return Ok(Import::Orphan { parent: parent_id }) };
        let connected = parent_state.connect(&self.params, &parent.block.header, &parent_id, checked)?;
        let id = connected.id();
        let (block, tx_ids, state, undo) = connected.into_parts();
        let weight = parent.weight.plus(block.header.difficulty);
        let entry = TreeEntry { block: Rc::new(block), tx_ids: tx_ids.into(), weight, undo: encode_undo(&undo) };
        let wins = if mutant!(TieByArrival) {
            entry.weight > self.weight()
        } else {
            entry.rank(id) > self.head_entry().rank(self.head())
        };
        self.entries.insert(id, entry);
        if !wins {
            self.states.insert(id, state);
            return Ok(Import::SideChain);
        }
        let change = self.move_head(id, state);
        Ok(if change.reverted.is_empty() { Import::Extended(change) } else { Import::Reorganised(change) })
    }

    /// Makes `id`, whose state is `state`, the head.
    pub(super) fn move_head(&mut self, id: BlockHash, state: State) -> HeadChange {
        let mut change = HeadChange::default();
        let mut joint = id;
        while !self.on_best(&joint) {
            change.applied.push(joint);
            match self.entries.get(&joint) {
                Some(entry) => joint = entry.block.header.parent,
                None => break,
            }
        }
        change.applied.reverse();
        let old_head = self.head();
        while self.head() != joint {
            let Some(left) = self.best.pop() else { break };
            if let Some(entry) = self.entries.get(&left) {
                for transaction in entry.tx_ids.iter() {
                    self.committed.remove(transaction);
                }
            }
            change.reverted.push(left);
        }
        for joined in &change.applied {
            self.best.push(*joined);
            if let Some(entry) = self.entries.get(joined) {
                for transaction in entry.tx_ids.iter() {
                    self.committed.insert(*transaction, *joined);
                }
            }
        }
        let old_state = std::mem::replace(&mut self.head_state, state);
        self.states.insert(old_head, old_state);
        change
    }

    /// The state after a block of the tree.
    fn state_at(&self, id: &BlockHash, cache: &mut SignatureCache) -> Result<State, BlockError> {
        // Down to an ancestor whose state is at hand, then up again.
        let mut above = Vec::new();
        let mut at = *id;
        let mut state = loop {
            if at == self.head() {
                break self.head_state.clone();
            }
            if let Some(state) = self.states.states.get(&at) {
                break state.clone();
            }
            if self.on_best(&at) {
                break self.state_below_head(&at);
            }
            let Some(entry) = self.entries.get(&at) else { break self.head_state.clone() };
            above.push(Rc::clone(&entry.block));
            at = entry.block.header.parent;
        };
        for block in above.into_iter().rev() {
            let parent_id = block.header.parent;
            let Some(parent) = self.entries.get(&parent_id) else { break };
            let checked = CheckedBlock::check((*block).clone(), &self.params, &self.genesis, cache)?;
            let connected = state.connect(&self.params, &parent.block.header, &parent_id, checked)?;
            state = connected.into_parts().2;
        }
        Ok(state)
    }

    /// The state after a block of the best chain, by taking the blocks above it back.
    fn state_below_head(&self, id: &BlockHash) -> State {
        let above = self.best.iter().rev().take_while(|best| *best != id);
        above
            .filter_map(|block| self.entries.get(block))
            .fold(self.head_state.clone(), |state, entry| state.reverted(&entry.undo()))
    }
}
