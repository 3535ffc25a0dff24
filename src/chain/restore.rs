//! Building the tree again from a node's own ledger. What is wrong with the ledger is said; the caller
//! then imports the blocks one by one, which finds the last good one.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::consensus::finality::View;
use crate::consensus::{BlockError, Params, SignatureCache, check_header};
use crate::primitives::{Block, BlockHash, Digest, Height, Kind, Transaction, TxId};
use crate::state::{State, Undo};

use super::{Chain, TreeEntry};

/// Why a ledger does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A block without its parent.
    #[error("block {id} at height {height} lacks its parent {parent}")]
    Gap {
        /// The block.
        id: BlockHash,
        /// Its height.
        height: Height,
        /// The missing parent.
        parent: BlockHash,
    },
    /// The head is not among the blocks.
    #[error("the head {0} is not among the blocks")]
    NoHead(BlockHash),
    /// The head is not the block that the fork choice takes.
    #[error("expected the head {expected} by the fork choice, found {found}")]
    Head {
        /// The best of the blocks.
        expected: BlockHash,
        /// The head that the ledger names.
        found: BlockHash,
    },
    /// Rules and totals in the state are not those that the blocks lead to.
    #[error("the rules and totals at the head {0} do not follow from the blocks")]
    Context(BlockHash),
    /// The state does not have the root that the head commits to.
    #[error("expected the state root {expected} of the head, found {found}")]
    StateRoot {
        /// In the head's header.
        expected: Digest,
        /// Recomputed.
        found: Digest,
    },
    /// A block whose work is none, or that does not fit its place.
    #[error("block {id} at height {height} breaks rule {}: {error}", error.rule())]
    Rule {
        /// The block.
        id: BlockHash,
        /// Its height.
        height: Height,
        /// The rule.
        error: Box<BlockError>,
    },
    /// An undo record that cannot be read.
    #[error("the undo record of block {0} cannot be read")]
    Undo(BlockHash),
}

impl Chain {
    /// The tree of `blocks` (with the encoded undo record of each) with `head` as its head and `state`
    /// as the state there; `decide` says what the stored votes decided over it. The blocks were checked before they
    /// were written; here their ids, links, places and work, and the state root are.
    ///
    /// # Errors
    /// See [`RestoreError`].
    pub fn restore(
        params: Rc<Params>,
        mut blocks: Vec<(Block, Vec<u8>)>,
        (head, state): (BlockHash, State),
        decide: impl FnOnce(&Self) -> View,
    ) -> Result<Self, RestoreError> {
        let mut chain = Self::new(params);
        blocks.sort_by_key(|(block, _)| block.header.height);
        for (block, undo) in blocks {
            chain.insert_known(block, &undo)?;
        }
        let Some(entry) = chain.get(&head) else {
            return Err(RestoreError::NoHead(head));
        };
        let (expected, found) = (entry.block.header.state_root, state.root());
        let context = entry.context.clone();
        chain.lay_best(head);
        let decided = decide(&chain);
        chain.decide(decided);
        let chosen = chain.choice.head();
        if chosen != head {
            let (expected, found) = (chosen, head);
            return Err(RestoreError::Head { expected, found });
        }
        if expected != found {
            return Err(RestoreError::StateRoot { expected, found });
        }
        if context != state.context() {
            return Err(RestoreError::Context(head));
        }
        chain.best.truncate(1);
        chain.move_head(head, state);
        chain.states = super::StateCache::default();
        Ok(chain)
    }

    /// Makes the blocks up to `head` the best chain, still without its state, so that ancestors are found at once.
    fn lay_best(&mut self, head: BlockHash) {
        let mut at = head;
        while at != self.genesis {
            self.best.push(at);
            at = self.entry(&at).block.header.parent;
        }
        self.best[1..].reverse();
    }

    fn insert_known(&mut self, block: Block, undo: &[u8]) -> Result<(), RestoreError> {
        let id = block.id();
        let parent = block.header.parent;
        if id == self.genesis {
            return Ok(());
        }
        let Some(below) = self.entries.get(&parent) else {
            return Err(RestoreError::Gap {
                id,
                height: block.header.height,
                parent,
            });
        };
        // Of the seals only whose turn it was: to verify them all takes longer than a start may.
        let header = &block.header;
        let work = match header.kind {
            Kind::Work => check_header(
                header,
                &block.seal,
                &self.params,
                &self.genesis,
                &mut SignatureCache::default(),
            ),
            Kind::Authority => Ok(()),
        };
        let place = work.and_then(|()| {
            let parent = &below.block.header;
            below.context.check_next(&self.params, parent, header)
        });
        if let Err(error) = place {
            let height = header.height;
            let error = Box::new(error);
            return Err(RestoreError::Rule { id, height, error });
        }
        if borsh::from_slice::<Undo>(undo).is_err() {
            return Err(RestoreError::Undo(id));
        }
        let context = below
            .context
            .after(&self.params, &block.header, &block.body.transactions);
        let tx_ids: Vec<TxId> = block
            .body
            .transactions
            .iter()
            .map(Transaction::id)
            .collect();
        let entry = TreeEntry::above(below, (id, block), tx_ids, context, undo.into());
        self.add(id, entry);
        Ok(())
    }

    /// Blocks by height, for importing them again: the lowest first.
    #[must_use]
    pub fn in_order(blocks: impl IntoIterator<Item = Block>) -> Vec<Block> {
        let mut by_height: BTreeMap<(Height, BlockHash), Block> = BTreeMap::new();
        for block in blocks {
            by_height.insert((block.header.height, block.id()), block);
        }
        by_height.into_values().collect()
    }
}
