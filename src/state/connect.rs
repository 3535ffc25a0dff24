//! Connecting a block to its parent's state (rules 6, 7, 9, 10, 11, 12, 13), and assembling a candidate
//! that connects. Rule 8, the future, is the clock's and belongs to the caller.

use crate::consensus::{BlockError, CheckedBlock, CheckedTransaction, Params, TxError, slots};
use crate::primitives::{
    AssetId, Block, BlockHash, Body, Digest, Header, Height, Kind, MAX_BODY_BYTES, MAX_TRANSACTIONS, NodeId, Slot,
    Timestamp, TxId,
};

use super::execute::Execution;
use super::{State, Undo};

/// A block that is valid on its parent's state. Only [`State::connect`] makes one.
#[derive(Clone, Debug)]
pub struct ConnectedBlock {
    block: Block,
    id: BlockHash,
    tx_ids: Vec<TxId>,
    state: State,
    undo: Undo,
}

impl ConnectedBlock {
    /// The block.
    #[must_use]
    pub const fn block(&self) -> &Block {
        &self.block
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> BlockHash {
        self.id
    }

    /// Block, transaction ids, the state after it, and what takes it back.
    #[must_use]
    pub fn into_parts(self) -> (Block, Vec<TxId>, State, Undo) {
        (self.block, self.tx_ids, self.state, self.undo)
    }
}

impl State {
    /// Applies a checked block to this state, which is its parent's.
    ///
    /// # Errors
    /// The first rule that is broken; the state is as it was.
    pub fn connect(
        &self,
        params: &Params,
        parent: &Header,
        parent_id: &BlockHash,
        block: CheckedBlock,
    ) -> Result<ConnectedBlock, BlockError> {
        debug_assert_eq!(block.get().header.parent, *parent_id, "the caller looks the parent up");
        let header = &block.get().header;
        self.check_next(params, parent, header)?;
        let mut execution = Execution::new(params, self, header.height);
        execution.begin();
        for (transaction, id) in block.get().body.transactions.iter().zip(block.tx_ids()) {
            execution
                .apply_transaction(transaction, || AssetId(id.0))
                .map_err(|error| BlockError::Transaction { id: *id, error })?;
        }
        execution.finish(header);
        let expected = execution.state.root();
        if header.state_root != expected {
            return Err(BlockError::StateRoot { expected, found: header.state_root });
        }
        #[cfg(test)]
        assert_eq!(execution.state.imbalance(), None, "coins and assets are conserved");
        let Execution { state, undo, .. } = execution;
        let id = block.id();
        let (block, tx_ids) = block.into_parts();
        Ok(ConnectedBlock { block, id, tx_ids, state, undo })
    }

    /// The state after a block that was connected to this very state before: nothing is checked again.
    #[must_use]
    pub fn apply_again(&self, params: &Params, block: &Block, tx_ids: &[TxId]) -> Self {
        let mut execution = Execution::new(params, self, block.header.height);
        execution.begin();
        for (transaction, id) in block.body.transactions.iter().zip(tx_ids) {
            let applied = execution.apply_transaction(transaction, || AssetId(id.0));
            debug_assert_eq!(applied, Ok(()), "it applied before");
        }
        execution.finish(&block.header);
        execution.state
    }

    /// Why a transaction does not apply here at `height`, after the `earlier` ones of its account. Its
    /// nonce and the coins it needs are not judged: both change with what waits.
    ///
    /// # Errors
    /// The rule that its payload breaks; none if an earlier one does not apply, as nothing can be said then.
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

    /// Checks place, time, difficulty and turn of a header (rules 5, 6, 7, 9, 10) on this state, which is that of
    /// its parent: what can be known before its transactions are executed.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check_next(&self, params: &Params, parent: &Header, header: &Header) -> Result<(), BlockError> {
        check_place(params, parent, header)?;
        self.check_turn(header)
    }

    fn check_turn(&self, header: &Header) -> Result<(), BlockError> {
        let (Some(tunable), Some(tally)) = (self.tunable_at(header.height), self.tally()) else {
            return Err(BlockError::NoAuthorities);
        };
        if header.kind == Kind::Work {
            let expected = self.required_difficulty(header.height).unwrap_or(tunable.difficulty);
            let found = header.difficulty;
            return if found == expected { Ok(()) } else { Err(BlockError::Difficulty { expected, found }) };
        }
        let (expected, found) = (tunable.authority_weight, header.difficulty);
        if found != expected {
            return Err(BlockError::AuthorityWeight { expected, found });
        }
        let leader = slots::leader(&tunable.authorities, header.slot).ok_or(BlockError::NoAuthorities)?;
        if leader != header.sealer.into() {
            return Err(BlockError::NotLeader { slot: header.slot, expected: leader, found: header.sealer });
        }
        if header.slot <= tally.last_slot {
            return Err(BlockError::SlotUsed { last: tally.last_slot, found: header.slot });
        }
        Ok(())
    }
}

fn check_place(params: &Params, parent: &Header, header: &Header) -> Result<(), BlockError> {
    let expected = parent.height.next();
    if header.height.0 != expected.0 {
        return Err(BlockError::Height { expected, found: header.height });
    }
    let earliest = parent.time.plus(params.min_gap);
    if header.time.0 < earliest.0 && !mutant!(SkipLeastGap) {
        return Err(BlockError::TooSoon { earliest, gap: params.min_gap, found: header.time });
    }
    Ok(())
}

/// What a candidate is made of.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// The parent's header.
    pub parent: &'a Header,
    /// The parent's id.
    pub parent_id: BlockHash,
    /// Work or authority.
    pub kind: Kind,
    /// Who makes it.
    pub sealer: NodeId,
    /// Its time.
    pub time: Timestamp,
    /// Free data.
    pub data: &'a [u8],
}

/// Builds a block on `state` from as many of the `transactions` as apply in their order and fit. A work
/// block still lacks its nonce, an authority's its seal. `None` if an authority cannot make one here:
/// not its turn, or the slot is used.
#[must_use]
pub fn assemble<'t>(
    params: &Params,
    state: &State,
    template: Template<'_>,
    transactions: impl Iterator<Item = &'t CheckedTransaction>,
) -> Option<(Header, Body)> {
    let height = template.parent.height.next();
    let tunable = state.tunable_at(height)?;
    let (difficulty, slot) = match template.kind {
        Kind::Work => (state.required_difficulty(height)?, Slot(0)),
        Kind::Authority => (tunable.authority_weight, slots::slot_at(params, template.time)),
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
        state.check_turn(&header).ok()?;
    }
    let mut execution = Execution::new(params, state, height);
    execution.begin();
    let mut body = Body { data: template.data.to_vec(), transactions: Vec::new() };
    let mut size = body.encoded_len();
    for transaction in transactions {
        let grown = size.saturating_add(transaction.get().to_bytes().len());
        if body.transactions.len() >= MAX_TRANSACTIONS || grown > MAX_BODY_BYTES {
            break;
        }
        if execution.apply(transaction).is_ok() {
            size = grown;
            body.transactions.push(transaction.get().clone());
        }
    }
    execution.finish(&header);
    header.tx_root = body.tx_root();
    header.data_hash = body.data_hash();
    header.state_root = execution.state.root();
    Some((header, body))
}
