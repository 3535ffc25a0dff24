//! Building the tree again from a node's own ledger. What is wrong with the ledger is said; the
//! caller then imports the blocks one by one, which finds the last good one.
//!
//! Bound: with an archive the tree's own; the ledger's blocks come one by one.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::consensus::finality::View;
use crate::consensus::{BlockError, Params, SignatureCache, check_header};
use crate::primitives::{Block, BlockHash, Digest, Height, Kind, Transaction, TxId};
use crate::state::{State, Undo};

use super::{Archive, Chain, TreeEntry};

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
        /// The block that the fork choice takes, by votes and weight.
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
        /// Root of the state that the ledger holds.
        found: Digest,
    },
    /// A block whose work is none, or that does not fit its place.
    #[error("block {id} at height {height} breaks rule {}: {error}", error.rule())]
    Rule {
        /// The block.
        id: BlockHash,
        /// Its height.
        height: Height,
        /// The first rule that it breaks: 4 of a work block, or one of its place.
        error: Box<BlockError>,
    },
    /// An undo record that cannot be read.
    #[error("the undo record of block {0} cannot be read")]
    Undo(BlockHash),
}

/// A tree that is built again from a ledger's blocks, one after another, the lowest first. Those
/// far below the last go to the archive meanwhile, so that the ledger is never in memory as a
/// whole.
#[derive(Debug)]
pub struct Restoring {
    pub(super) chain: Chain,
}

impl Restoring {
    /// A tree that holds only the genesis block of `params`.
    #[must_use]
    pub fn new(params: Rc<Params>) -> Self {
        let chain = Chain::new(params);
        Self { chain }
    }

    /// Has old blocks go to an archive: see [`Chain::archive_to`].
    pub fn archive_to(&mut self, archive: Rc<dyn Archive>, keep: u64) {
        self.chain.archive_to(archive, keep);
    }

    /// Adds a block, whose parent must be there, with its encoded undo record. `on_best` is what
    /// the ledger says of it: which blocks may go to the archive follows from it, and nothing else.
    ///
    /// # Errors
    /// What is wrong with the block's place, its work or its undo record.
    pub fn add(&mut self, block: Block, undo: &[u8], on_best: bool) -> Result<(), RestoreError> {
        let (id, parent) = (block.id(), block.header.parent);
        if id == self.chain.genesis {
            return Ok(());
        }
        self.chain.insert_known(id, block, undo)?;
        if on_best && parent == self.chain.head() {
            self.chain.extend_best(id);
            self.chain.archive_old();
        }
        Ok(())
    }

    /// The tree with `head` as its head and `state` as the state there; `decide` says what the
    /// stored votes decided over it. The blocks were checked before they were written; their ids,
    /// links, places and work were as they were added, and here the state root is.
    ///
    /// # Errors
    /// See [`RestoreError`].
    pub fn finish(
        self,
        (head, state): (BlockHash, State),
        decide: impl FnOnce(&Chain) -> View,
    ) -> Result<Chain, RestoreError> {
        let mut chain = self.chain;
        let Some(entry) = chain.get(&head) else {
            return Err(RestoreError::NoHead(head));
        };
        chain.switch_to(head);
        let decided = decide(&chain);
        chain.decide(decided);
        let chosen = chain.choice.head();
        if chosen != head {
            let (expected, found) = (chosen, head);
            return Err(RestoreError::Head { expected, found });
        }
        let (expected, found) = (entry.block.header.state_root, state.root());
        if expected != found {
            return Err(RestoreError::StateRoot { expected, found });
        }
        if entry.context != state.context() {
            return Err(RestoreError::Context(head));
        }
        chain.begin_at(state);
        Ok(chain)
    }
}

impl Chain {
    /// Makes the state at the head the state of a tree that had only that of genesis.
    fn begin_at(&mut self, state: State) {
        let of_genesis = std::mem::replace(&mut self.head_state, state);
        if self.head() != self.genesis {
            self.milestones.insert(self.genesis, of_genesis);
        }
        self.prune(&self.head());
        self.archive_old();
    }

    fn insert_known(
        &mut self,
        id: BlockHash,
        block: Block,
        undo: &[u8],
    ) -> Result<(), RestoreError> {
        let parent = block.header.parent;
        let Some(below) = self.get(&parent) else {
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
        let entry = TreeEntry::above(&below, (id, block), tx_ids, context, undo.into());
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
