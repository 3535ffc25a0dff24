//! A block in the tree, and its place there: what follows from its parent's.

use std::rc::Rc;

use super::voters::sets_after;
use crate::consensus::finality::Sets;
use crate::primitives::{Block, BlockHash, TxId, Weight};
use crate::state::{Context, Undo};

/// A block in the tree, with what its children need to know of the chain up to it.
#[derive(Clone, Debug)]
pub struct TreeEntry {
    /// The block with seal and body.
    pub block: Rc<Block>,
    /// Ids of its transactions, in order.
    pub tx_ids: Rc<[TxId]>,
    /// Weight of the chain up to and with it, genesis not counted.
    pub weight: Weight,
    /// What its children are checked against.
    pub context: Context,
    /// The sets of authorities that vote on the chain up to and with it.
    pub sets: Rc<Sets>,
    pub(super) undo: Rc<[u8]>,
}

impl TreeEntry {
    /// Canonical bytes of the undo record, as the ledger stores them beside the block.
    #[must_use]
    pub fn undo_bytes(&self) -> &[u8] {
        &self.undo
    }

    pub(super) fn undo(&self) -> Undo {
        borsh::from_slice(&self.undo)
            .expect("the bytes were encoded here, or decoded when the ledger was read")
    }

    /// The entry of a block above its parent's, with its context and its undo record in canonical
    /// bytes.
    pub(super) fn above(
        parent: &Self,
        (id, block): (BlockHash, Block),
        tx_ids: Vec<TxId>,
        context: Context,
        undo: Rc<[u8]>,
    ) -> Self {
        let header = &block.header;
        Self {
            tx_ids: tx_ids.into(),
            weight: parent.weight.plus(header.difficulty),
            sets: sets_after((&parent.context, &parent.sets), &context, id, header.height),
            context,
            undo,
            block: Rc::new(block),
        }
    }
}
