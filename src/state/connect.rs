//! Connecting a block to its parent's state (rules 11, 12, 13), and assembling a candidate that
//! connects. Its place is checked before ([`super::Context`]); rule 8, the future, is the clock's
//! and belongs to the caller.

use crate::consensus::{BlockError, CheckedTransaction, Params, TxError, slots};
use crate::primitives::{
    AssetId, Block, BlockHash, Body, Digest, Header, Height, Kind, MAX_BODY_BYTES,
    MAX_TRANSACTIONS, NodeId, Slot, Timestamp, TxId,
};

use super::execute::Execution;
use super::{Context, PlacedBlock, State, Undo};

/// A block that is valid on its parent's state. Only [`State::connect`] makes one.
#[derive(Clone, Debug)]
pub struct ConnectedBlock {
    block: Block,
    id: BlockHash,
    tx_ids: Vec<TxId>,
    context: Context,
    state: State,
    undo: Undo,
}

impl ConnectedBlock {
    /// The block, whose state root is that of its execution (rule 13).
    #[must_use]
    pub const fn block(&self) -> &Block {
        &self.block
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> BlockHash {
        self.id
    }

    /// Block, transaction ids, context and state after it, and what takes it back.
    #[must_use]
    pub fn into_parts(self) -> (Block, Vec<TxId>, Context, State, Undo) {
        (self.block, self.tx_ids, self.context, self.state, self.undo)
    }
}

impl State {
    /// Applies a block that is in its place to this state, which is its parent's.
    ///
    /// # Errors
    /// The first rule that is broken; the state is as it was.
    pub fn connect(
        &self,
        params: &Params,
        placed: PlacedBlock,
    ) -> Result<ConnectedBlock, BlockError> {
        let PlacedBlock { block, context } = placed;
        let header = &block.get().header;
        let mut execution = Execution::undoable(params, self, header.height);
        for (transaction, id) in block.get().body.transactions.iter().zip(block.tx_ids()) {
            execution
                .apply_transaction(transaction, || AssetId(id.0))
                .map_err(|error| BlockError::Transaction { id: *id, error })?;
        }
        execution.finish(header.sealer, &context);
        let expected = execution.state.root();
        if header.state_root != expected {
            return Err(BlockError::StateRoot {
                expected,
                found: header.state_root,
            });
        }
        #[cfg(test)]
        debug_assert_eq!(
            execution.state.imbalance(),
            None,
            "coins and assets are conserved"
        );
        let Execution { state, undo, .. } = execution;
        let id = block.id();
        let (block, tx_ids) = block.into_parts();
        Ok(ConnectedBlock {
            block,
            id,
            tx_ids,
            context,
            state,
            undo: undo.unwrap_or_default(),
        })
    }

    /// The state after a block that was connected to this very state before and has left `context`:
    /// nothing is checked again.
    #[must_use]
    pub(crate) fn apply_again(
        &self,
        params: &Params,
        block: &Block,
        tx_ids: &[TxId],
        context: &Context,
    ) -> Self {
        let mut execution = Execution::new(params, self, block.header.height);
        for (transaction, id) in block.body.transactions.iter().zip(tx_ids) {
            let applied = execution.apply_transaction(transaction, || AssetId(id.0));
            debug_assert_eq!(applied, Ok(()), "it applied before");
        }
        execution.finish(block.header.sealer, context);
        execution.state
    }

    /// Why a transaction does not apply here at `height`, after the `earlier` ones of its account.
    /// Its nonce and the coins it needs are not judged: both change with what waits.
    ///
    /// # Errors
    /// The rule that its payload breaks; none if an earlier one does not apply, as nothing can be
    /// said then.
    pub fn try_after<'t>(
        &self,
        params: &Params,
        height: Height,
        mut earlier: impl Iterator<Item = &'t CheckedTransaction>,
        transaction: &CheckedTransaction,
    ) -> Result<(), TxError> {
        let mut execution = Execution::new(params, self, height);
        if earlier.any(|earlier| execution.apply(earlier).is_err()) {
            return Ok(());
        }
        match execution.apply(transaction) {
            Err(TxError::Nonce { .. } | TxError::Balance { .. }) => Ok(()),
            outcome => outcome,
        }
    }
}

/// What the maker of a candidate chooses; the rest follows from the rules and the state.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// Header of the block to build on, whose state [`assemble`] is given.
    pub parent: &'a Header,
    /// The parent's id.
    pub parent_id: BlockHash,
    /// Work or authority: whether a nonce or a seal is to complete it.
    pub kind: Kind,
    /// Node id of the maker, whose account is paid reward and fees.
    pub sealer: NodeId,
    /// The maker's date. A work block is dated later where the least gap (rule 7) asks for it.
    pub time: Timestamp,
    /// Free bytes of the maker. That they are at most 256 (rule 3) is not checked here.
    pub data: &'a [u8],
}

/// Builds a block on `state` from as many of the `transactions` as apply in their order and fit. A
/// work block still lacks its nonce, an authority's its seal. `None` if an authority cannot make
/// one here: too soon after the parent, not its turn, or the slot is used.
#[must_use]
pub fn assemble<'t>(
    params: &Params,
    state: &State,
    template: Template<'_>,
    transactions: impl Iterator<Item = &'t CheckedTransaction>,
) -> Option<(Header, Body)> {
    let height = template.parent.height.next();
    let context = state.context();
    let (difficulty, slot) = match template.kind {
        Kind::Work => (context.required_difficulty(), Slot(0)),
        Kind::Authority => (
            context.authority_weight(params),
            slots::slot_at(params, template.time),
        ),
    };
    let mut header = Header {
        kind: template.kind,
        height,
        parent: template.parent_id,
        tx_root: Digest::ZERO,
        state_root: Digest::ZERO,
        time: template.time.max(template.parent.time.plus(params.min_gap)),
        difficulty,
        slot,
        sealer: template.sealer,
        data_hash: Digest::ZERO,
        nonce: 0,
    };
    if header.kind == Kind::Authority {
        if header.time != template.time {
            return None;
        }
        context.check_turn(params, &header).ok()?;
    }
    let mut execution = Execution::new(params, state, height);
    let mut body = Body {
        data: template.data.to_vec(),
        transactions: Vec::new(),
    };
    let mut size = body.encoded_len();
    for transaction in transactions {
        if body.transactions.len() >= MAX_TRANSACTIONS {
            break;
        }
        // A shorter one may still fit where a long one does not.
        let grown = size.saturating_add(transaction.get().to_bytes().len());
        if grown <= MAX_BODY_BYTES && execution.apply(transaction).is_ok() {
            size = grown;
            body.transactions.push(transaction.get().clone());
        }
    }
    execution.finish(
        header.sealer,
        &context.after(params, &header, &body.transactions),
    );
    header.tx_root = body.tx_root();
    header.data_hash = body.data_hash();
    header.state_root = execution.state.root();
    Some((header, body))
}
