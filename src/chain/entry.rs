//! A block's place in the tree: what follows from its parent's.

use std::rc::Rc;

use crate::primitives::{Block, BlockHash, TxId};
use crate::state::Context;

use super::TreeEntry;
use super::voters::sets_after;

impl TreeEntry {
    /// The entry of a block above its parent's, with its context and its undo record in canonical bytes.
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
            sets: sets_after(parent, &context, id, header.height),
            context,
            undo,
            block: Rc::new(block),
        }
    }
}
