//! Checks that need no state: what a block or transaction proves by itself. The results are types,
//! so that unchecked bytes cannot reach the state machine: `Block` -> [`CheckedBlock`] here, and
//! from there to a connected block in [`crate::state`].

use std::collections::BTreeSet;

use crate::consensus::MAX_DECIMALS;
use crate::primitives::{
    Block, BlockHash, Digest, Header, Kind, MAX_ASSET_NAME_BYTES, MAX_BODY_BYTES, MAX_DATA_BYTES,
    MAX_EXACT, MAX_MEMO_BYTES, MAX_MESSAGE_BYTES, MAX_TRANSACTIONS, ParamsChange, Payload, Seal,
    Signature, Transaction, TxBody, TxId, merkle_root, sha256,
};

use super::params::{check_authorities, check_retarget, in_range};
use super::{BlockError, LongPart, Parameter, Params, ParamsError, TxError, slots, work};

/// Signatures of each kind that are remembered as verified, in each of two generations: twice the
/// mempool, so that a transaction is verified once although it arrives alone and again in blocks,
/// and a seal once although its header arrives before its body.
pub const SIGNATURE_CACHE: usize = 10_000;

/// A transaction that is valid by itself: sizes, network, signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTransaction {
    transaction: Transaction,
    id: TxId,
}

/// A block that is valid by itself: form, body, work or seal, transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedBlock {
    block: Block,
    id: BlockHash,
    tx_ids: Vec<TxId>,
}

/// Signatures that were verified before, by the full bytes they stand in.
#[derive(Clone, Debug, Default)]
pub struct SignatureCache {
    transactions: Remembered,
    // Apart, so that a flood of transactions does not push them out.
    seals: Remembered,
    verified: u64,
}

#[derive(Clone, Debug, Default)]
struct Remembered {
    young: BTreeSet<Digest>,
    old: BTreeSet<Digest>,
}

impl Remembered {
    fn contains(&self, digest: &Digest) -> bool {
        self.young.contains(digest) || self.old.contains(digest)
    }

    fn generation(&self) -> usize {
        self.young.len().max(self.old.len())
    }

    fn insert(&mut self, digest: Digest) {
        if self.young.len() >= SIGNATURE_CACHE {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(digest);
    }
}

impl SignatureCache {
    /// Number of signatures that were really verified.
    #[must_use]
    pub const fn verified(&self) -> u64 {
        self.verified
    }

    /// Number of signatures of transactions and of seals in the larger generation of each.
    #[must_use]
    pub fn generations(&self) -> (usize, usize) {
        (self.transactions.generation(), self.seals.generation())
    }

    fn transaction_verifies(&mut self, transaction: &Transaction, leaf: Digest) -> bool {
        if self.transactions.contains(&leaf) {
            return true;
        }
        self.verified = self.verified.saturating_add(1);
        let verifies = transaction.signature_verifies();
        if verifies {
            self.transactions.insert(leaf);
        }
        verifies
    }

    fn seal_verifies(
        &mut self,
        header: &Header,
        chain_id: &BlockHash,
        signature: &Signature,
    ) -> bool {
        let digest = sha256(&[&header.to_bytes(), &signature.0]);
        if self.seals.contains(&digest) {
            return true;
        }
        self.verified = self.verified.saturating_add(1);
        let verifies = header.seal_verifies(chain_id, signature);
        if verifies {
            self.seals.insert(digest);
        }
        verifies
    }
}

impl CheckedTransaction {
    /// Checks everything that needs no state.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(
        transaction: Transaction,
        params: &Params,
        chain_id: &BlockHash,
        cache: &mut SignatureCache,
    ) -> Result<Self, TxError> {
        let leaf = transaction.leaf();
        check_transaction(&transaction, leaf, params, chain_id, cache)?;
        Ok(Self {
            id: transaction.id(),
            transaction,
        })
    }

    /// The whole transaction, with the signature that was verified.
    #[must_use]
    pub const fn get(&self) -> &Transaction {
        &self.transaction
    }

    /// SHA-256 of the signed content, computed once by the check.
    #[must_use]
    pub const fn id(&self) -> TxId {
        self.id
    }
}

fn check_transaction(
    transaction: &Transaction,
    leaf: Digest,
    params: &Params,
    chain_id: &BlockHash,
    cache: &mut SignatureCache,
) -> Result<(), TxError> {
    let body = &transaction.body;
    if body.version != TxBody::VERSION {
        return Err(TxError::Version {
            expected: TxBody::VERSION,
            found: body.version,
        });
    }
    if body.chain_id != *chain_id {
        return Err(TxError::ChainId {
            expected: *chain_id,
            found: body.chain_id,
        });
    }
    if body.fee < params.min_fee {
        return Err(TxError::FeeTooLow {
            expected: params.min_fee,
            found: body.fee,
        });
    }
    for number in [
        body.fee.0,
        body.payload.amount().0,
        body.nonce,
        body.valid_until.0,
    ] {
        if number > MAX_EXACT {
            return Err(TxError::Overflow { found: number });
        }
    }
    check_payload(body)?;
    if cache.transaction_verifies(transaction, leaf) {
        Ok(())
    } else {
        Err(TxError::Signature { from: body.from })
    }
}

fn check_payload(body: &TxBody) -> Result<(), TxError> {
    match &body.payload {
        Payload::Transfer { amount, memo, .. } => {
            within(LongPart::Memo, MAX_MEMO_BYTES, memo.len())?;
            at_least_one(amount.0)
        }
        Payload::Message { bytes, .. } => within(LongPart::Message, MAX_MESSAGE_BYTES, bytes.len()),
        Payload::RegisterUser { .. } => Ok(()),
        Payload::CreateAsset {
            name,
            decimals,
            supply,
            ..
        } => {
            within(LongPart::AssetName, MAX_ASSET_NAME_BYTES, name.len())?;
            if *decimals > MAX_DECIMALS {
                return Err(TxError::Decimals {
                    limit: MAX_DECIMALS,
                    found: *decimals,
                });
            }
            at_least_one(supply.0)
        }
        Payload::TransferAsset { amount, .. } => at_least_one(amount.0),
        Payload::SetParams(_) if body.valid_until.0 == 0 => Err(TxError::NoExpiry),
        Payload::SetParams(order) => Ok(check_change(&order.change)?),
    }
}

const fn within(what: LongPart, limit: usize, found: usize) -> Result<(), TxError> {
    if found > limit {
        Err(TxError::TooLong { what, limit, found })
    } else {
        Ok(())
    }
}

const fn at_least_one(amount: u64) -> Result<(), TxError> {
    if amount == 0 {
        Err(TxError::AmountZero)
    } else {
        Ok(())
    }
}

fn check_change(change: &ParamsChange) -> Result<(), ParamsError> {
    if let Some(difficulty) = change.difficulty {
        in_range(Parameter::Difficulty, difficulty.0, 1, MAX_EXACT)?;
    }
    if let Some(retarget) = change.retarget {
        check_retarget(retarget)?;
    }
    change
        .authorities
        .as_deref()
        .map_or(Ok(()), check_authorities)
}

/// Checks what a header proves by itself (rules 4 and 5): for headers that arrive before their
/// bodies.
///
/// # Errors
/// The first rule that is broken.
pub fn check_header(
    header: &Header,
    seal: &Seal,
    params: &Params,
    chain_id: &BlockHash,
    cache: &mut SignatureCache,
) -> Result<(), BlockError> {
    match (header.kind, seal) {
        (Kind::Work, Seal::Work) => check_work(header),
        (Kind::Authority, Seal::Authority(signature)) => {
            check_turn(header, params)?;
            if cache.seal_verifies(header, chain_id, signature) || mutant!(SkipSealCheck) {
                Ok(())
            } else {
                Err(BlockError::Seal {
                    sealer: header.sealer,
                })
            }
        }
        (kind, Seal::Work | Seal::Authority(_)) => Err(BlockError::SealKind { kind }),
    }
}

fn check_work(header: &Header) -> Result<(), BlockError> {
    if header.difficulty.0 == 0 || header.difficulty.0 > MAX_EXACT {
        return Err(BlockError::DifficultyRange {
            found: header.difficulty,
        });
    }
    if header.slot.0 != 0 {
        return Err(BlockError::WorkSlot { found: header.slot });
    }
    if header.nonce > MAX_EXACT {
        return Err(BlockError::NonceRange {
            found: header.nonce,
        });
    }
    let found = header.id();
    if work::meets(&found, header.difficulty) {
        Ok(())
    } else {
        let target = Digest(work::target(header.difficulty).to_be_bytes());
        Err(BlockError::InsufficientWork { target, found })
    }
}

fn check_turn(header: &Header, params: &Params) -> Result<(), BlockError> {
    if header.nonce != 0 {
        return Err(BlockError::AuthorityNonce {
            found: header.nonce,
        });
    }
    let expected = slots::slot_at(params, header.time);
    if header.slot == expected {
        Ok(())
    } else {
        Err(BlockError::SlotTime {
            expected,
            found: header.slot,
        })
    }
}

impl CheckedBlock {
    /// Checks everything that needs no state, cheapest first: header, body, transactions.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(
        block: Block,
        params: &Params,
        chain_id: &BlockHash,
        cache: &mut SignatureCache,
    ) -> Result<Self, BlockError> {
        check_header(&block.header, &block.seal, params, chain_id, cache)?;
        let leaves = check_body(&block)?;
        let mut seen = BTreeSet::new();
        let mut tx_ids = Vec::with_capacity(block.body.transactions.len());
        for (transaction, leaf) in block.body.transactions.iter().zip(leaves) {
            let id = transaction.id();
            if !seen.insert(id) {
                return Err(BlockError::DuplicateTransaction { id });
            }
            check_transaction(transaction, leaf, params, chain_id, cache)
                .map_err(|error| BlockError::Transaction { id, error })?;
            tx_ids.push(id);
        }
        Ok(Self {
            id: block.id(),
            block,
            tx_ids,
        })
    }

    /// The block. Its place and its state root are not checked yet.
    #[must_use]
    pub const fn get(&self) -> &Block {
        &self.block
    }

    /// SHA-256 of its header, 204 bytes.
    #[must_use]
    pub const fn id(&self) -> BlockHash {
        self.id
    }

    /// The ids of its transactions, in order.
    #[must_use]
    pub fn tx_ids(&self) -> &[TxId] {
        &self.tx_ids
    }

    /// Gives the block and its transactions' ids back.
    #[must_use]
    pub fn into_parts(self) -> (Block, Vec<TxId>) {
        (self.block, self.tx_ids)
    }
}

/// Checks that these are the header's data.
///
/// # Errors
/// [`BlockError::DataHash`].
pub fn check_data(header: &Header, data: &[u8]) -> Result<(), BlockError> {
    let (expected, found) = (sha256(&[data]), header.data_hash);
    if found == expected {
        Ok(())
    } else {
        Err(BlockError::DataHash { expected, found })
    }
}

/// Checks that the body is the header's; gives the leaves of its transactions.
fn check_body(block: &Block) -> Result<Vec<Digest>, BlockError> {
    let Block { header, body, .. } = block;
    let leaves: Vec<Digest> = body.transactions.iter().map(Transaction::leaf).collect();
    let expected = merkle_root(&leaves);
    if header.tx_root != expected {
        return Err(BlockError::TxRoot {
            expected,
            found: header.tx_root,
        });
    }
    check_data(header, &body.data)?;
    // From here on it is the header that names a body which is too long: no other body has its
    // hashes.
    if body.transactions.len() > MAX_TRANSACTIONS {
        return Err(BlockError::TooManyTransactions {
            limit: MAX_TRANSACTIONS,
            found: body.transactions.len(),
        });
    }
    if body.data.len() > MAX_DATA_BYTES {
        return Err(BlockError::DataTooLong {
            limit: MAX_DATA_BYTES,
            found: body.data.len(),
        });
    }
    let found = body.encoded_len();
    if found > MAX_BODY_BYTES {
        return Err(BlockError::BodyTooLong {
            limit: MAX_BODY_BYTES,
            found,
        });
    }
    Ok(leaves)
}
