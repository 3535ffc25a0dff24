//! Importing a block: check it, execute it on its parent, and move the head if the fork choice says
//! so.

use crate::consensus::{BlockError, CheckedBlock, SignatureCache, check_header};
use crate::primitives::{Block, BlockHash, Header, Height, Timestamp};
use crate::state::State;

use super::{Chain, MAX_INVALID, MILESTONE, TreeEntry, encode_undo};

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
        /// The first time of the node's clock at which it may be imported.
        until: Timestamp,
    },
    /// It is valid, on a branch that is not the best.
    SideChain,
    /// It is the new head, on top of the old one.
    Extended(HeadChange),
    /// The head is on another branch now: this block, or one that weighs as much and wins the tie
    /// with it.
    Reorganised(HeadChange),
}

/// How the best chain changed; `reverted` is empty where it only grew.
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
    /// The first rule that is broken. If the id is to blame it is remembered and never checked
    /// again.
    pub fn import(
        &mut self,
        block: Block,
        now: Timestamp,
        cache: &mut SignatureCache,
    ) -> Result<Import, BlockError> {
        let id = block.id();
        if let Some(verdict) = self.known_verdict(&id) {
            return verdict;
        }
        if let Err(error) = check_header(
            &block.header,
            &block.seal,
            &self.params,
            &self.genesis,
            cache,
        ) {
            return self.refuse(id, error);
        }
        if let Some(verdict) = self.not_yet(id, &block.header, now) {
            return verdict;
        }
        match CheckedBlock::check(block, &self.params, &self.genesis, cache) {
            Ok(block) => self.connect(block),
            Err(error) => self.refuse(id, error),
        }
    }

    /// Imports a block that is checked by itself already.
    ///
    /// # Errors
    /// As [`Self::import`].
    pub fn import_checked(
        &mut self,
        block: CheckedBlock,
        now: Timestamp,
    ) -> Result<Import, BlockError> {
        let id = block.id();
        match self
            .known_verdict(&id)
            .or_else(|| self.not_yet(id, &block.get().header, now))
        {
            Some(verdict) => verdict,
            None => self.connect(block),
        }
    }

    /// Checks weight, height, time, difficulty and turn of a header whose parent is in the tree
    /// (rules 5, 6, 7, 9, 10). Of any other header nothing is checked.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check_next(&self, header: &Header) -> Result<(), BlockError> {
        let Some(parent) = self.get(&header.parent) else {
            return Ok(());
        };
        parent
            .context
            .check_next(&self.params, &parent.block.header, header)
    }

    /// Remembers why a block was refused that was not imported, if its id is to blame.
    pub fn note_refusal(&mut self, id: BlockHash, error: &BlockError) {
        let _ = self.refuse(id, error.clone());
    }

    fn known_verdict(&self, id: &BlockHash) -> Option<Result<Import, BlockError>> {
        if self.contains(id) {
            return Some(Ok(Import::AlreadyKnown));
        }
        self.invalid.get(id).map(|error| Err(error.clone()))
    }

    /// Why a block cannot be connected, or not now: what its header alone shows, so that nothing is
    /// done for a block that cost its maker nothing.
    fn not_yet(
        &mut self,
        id: BlockHash,
        header: &Header,
        now: Timestamp,
    ) -> Option<Result<Import, BlockError>> {
        let parent = header.parent;
        if self.invalid.contains_key(&parent) {
            return Some(self.refuse(id, BlockError::InvalidAncestor { ancestor: parent }));
        }
        let Some(entry) = self.get(&parent) else {
            return Some(Ok(Import::Orphan { parent }));
        };
        if let Err(error) = entry
            .context
            .check_next(&self.params, &entry.block.header, header)
        {
            return Some(self.refuse(id, error));
        }
        // The limit is subtracted from the block's time, so that it may come in just then.
        let until = Timestamp(header.time.0.saturating_sub(self.params.max_future.0));
        (header.time > now.plus(self.params.max_future) && !mutant!(AcceptFuture))
            .then_some(Ok(Import::Deferred { until }))
    }

    fn refuse(&mut self, id: BlockHash, error: BlockError) -> Result<Import, BlockError> {
        let condemned = error.condemns_id()
            || (mutant!(CacheBodyMismatchAsInvalid)
                && matches!(
                    error,
                    BlockError::TxRoot { .. } | BlockError::DataHash { .. }
                ));
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

    fn connect(&mut self, block: CheckedBlock) -> Result<Import, BlockError> {
        let id = block.id();
        let parent_id = block.get().header.parent;
        let parent = self.entry(&parent_id);
        let placed = match parent
            .context
            .place(&self.params, &parent.block.header, block)
        {
            Ok(placed) => placed,
            Err(error) => return self.refuse(id, error),
        };
        let connected = match self.state_at(&parent_id).connect(&self.params, placed) {
            Ok(connected) => connected,
            Err(error) => return self.refuse(id, error),
        };
        let (block, tx_ids, context, state, undo) = connected.into_parts();
        let undo = encode_undo(&undo);
        let parent = self.entry(&parent_id);
        let entry = TreeEntry::above(&parent, (id, block), tx_ids, context, undo);
        self.add(id, entry);
        let head = self.choice.head();
        let change = if head == id {
            self.move_head(id, state)
        } else {
            self.keep(id, state);
            if head == self.head() {
                self.prune(&id);
                return Ok(Import::SideChain);
            }
            // One more tied block can make another of them the head.
            let state = self.state_at(&head);
            self.move_head(head, state)
        };
        Ok(if change.reverted.is_empty() {
            Import::Extended(change)
        } else {
            Import::Reorganised(change)
        })
    }

    /// Makes `id`, whose state is `state`, the head.
    pub(super) fn move_head(&mut self, id: BlockHash, state: State) -> HeadChange {
        let old_head = self.head();
        let change = self.switch_to(id);
        let old_state = std::mem::replace(&mut self.head_state, state);
        self.keep(old_head, old_state);
        self.prune(&id);
        self.archive_old();
        change
    }

    /// Makes the chain up to `id` the best chain, still without the state there.
    pub(super) fn switch_to(&mut self, id: BlockHash) -> HeadChange {
        let mut change = HeadChange::default();
        let mut joint = id;
        while !self.on_best(&joint) {
            change.applied.push(joint);
            joint = self.entry(&joint).block.header.parent;
        }
        change.applied.reverse();
        if let Some(height) = self.height_of(&joint) {
            self.bring_back_above(height);
        }
        while self.head() != joint {
            let left = self
                .best
                .pop()
                .expect("the branches meet at genesis at the latest");
            let entry = self.entry(&left);
            self.side.weigh(&entry.block.body);
            for transaction in entry.tx_ids.iter() {
                self.committed.remove(transaction);
            }
            change.reverted.push(left);
        }
        for joined in &change.applied {
            self.extend_best(*joined);
        }
        change
    }

    /// Puts a child of the head on the best chain.
    pub(super) fn extend_best(&mut self, id: BlockHash) {
        self.best.push(id);
        let entry = self.entry(&id);
        self.side.unweigh(&entry.block.body);
        let height = entry.block.header.height;
        for transaction in entry.tx_ids.iter() {
            self.committed.insert(*transaction, height);
        }
    }

    /// Keeps the state after a block: for good at a milestone, else among the latest.
    fn keep(&mut self, id: BlockHash, state: State) {
        let height = self.height_of(&id);
        if height.is_some_and(|height| height.0.is_multiple_of(MILESTONE)) {
            self.milestones.insert(id, state);
        } else {
            self.states.insert(id, state);
        }
    }

    /// The state after a block of the tree.
    pub(super) fn state_at(&mut self, id: &BlockHash) -> State {
        // Down to an ancestor whose state is at hand, then up again.
        let mut above = Vec::new();
        let mut at = *id;
        let mut state = loop {
            let latest = self.states.states.get(&at);
            if let Some(state) = latest.or_else(|| self.milestones.get(&at)) {
                break state.clone();
            }
            if self.on_best(&at) {
                let height = self.height_of(&at).unwrap_or_default();
                let state = self.state_on_best(height);
                // Where one branch leaves the best chain, more are likely to.
                self.keep(at, state.clone());
                break state;
            }
            above.push(at);
            at = self.entry(&at).block.header.parent;
        };
        for id in above.iter().rev() {
            let entry = self.entry(id);
            state = state.apply_again(&self.params, &entry.block, &entry.tx_ids, &entry.context);
            let height = entry.block.header.height;
            drop(entry);
            if height.0.is_multiple_of(MILESTONE) {
                self.milestones.insert(*id, state.clone());
            }
        }
        state
    }

    /// The state after the block of the best chain at a height, by taking back the blocks between
    /// it and the next milestone above, or the head. Milestones that are passed are kept.
    fn state_on_best(&mut self, height: Height) -> State {
        let mut next = height.0.div_ceil(MILESTONE).saturating_mul(MILESTONE);
        let (mut at, mut state) = loop {
            let at = Height(next);
            if at >= self.height() {
                break (self.height(), self.head_state.clone());
            }
            let kept = self.at(at).and_then(|id| self.milestones.get(&id));
            if let Some(state) = kept {
                break (at, state.clone());
            }
            next = next.saturating_add(MILESTONE);
        };
        while at > height {
            let id = self
                .at(at)
                .expect("the best chain has a block at each height up to the head's");
            state = state.reverted(&self.entry(&id).undo());
            at = Height(at.0 - 1);
            if let Some(id) = self.at(at).filter(|_| self.is_milestone(at)) {
                self.milestones.insert(id, state.clone());
            }
        }
        state
    }
}
