//! Refusals. Each variant is one way to break one numbered rule of `docs/BLOCKCHAIN_SYSTEM.md`,
//! with what was expected and what was found; `rule` gives the number and `code` the name that
//! people see.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{LongPart, Parameter};
use crate::primitives::{
    Address, Amount, AssetId, BlockHash, DecodeError, Difficulty, Digest, Height, Kind, Millis,
    NodeId, Slot, Timestamp, TxId, codes,
};

/// Why a block is not valid. Bytes that are no block (rules 1 and 2) have no id and are refused
/// before, as [`DecodeError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Rule 1: a body longer than its limit.
    #[error("expected a body of at most {limit} bytes, found {found}")]
    BodyTooLong {
        /// Most bytes of an encoded body, the same in every network.
        limit: usize,
        /// Bytes of this body's encoding.
        found: usize,
    },
    /// Rule 3: other transactions than the header's. The id may still be good.
    #[error("expected transaction root {expected} over the body, found {found} in the header")]
    TxRoot {
        /// Merkle root (RFC 6962) over the body's transactions with their signatures.
        expected: Digest,
        /// In the header.
        found: Digest,
    },
    /// Rule 3: other data than the header's. The id may still be good.
    #[error("expected data hash {expected}, found {found} in the header")]
    DataHash {
        /// SHA-256 of the body's data.
        expected: Digest,
        /// In the header.
        found: Digest,
    },
    /// Rule 3: the header itself commits to too many, so no other body can be right.
    #[error("expected at most {limit} transactions, found {found}")]
    TooManyTransactions {
        /// Most transactions of a block, the same in every network.
        limit: usize,
        /// Transactions in the body.
        found: usize,
    },
    /// Rule 3: the header itself commits to too much, so no other body can be right.
    #[error("expected at most {limit} bytes of data, found {found}")]
    DataTooLong {
        /// Most bytes of the maker's free data.
        limit: usize,
        /// Bytes of data in the body.
        found: usize,
    },
    /// Rule 4.
    #[error("expected slot 0 in a work block, found {found}")]
    WorkSlot {
        /// The header's slot, not 0.
        found: Slot,
    },
    /// Rule 4, before it is known which difficulty rule 9 requires.
    #[error("expected a difficulty of 1 to 2^53 - 1, found {found}")]
    DifficultyRange {
        /// The header's difficulty, in expected tries.
        found: Difficulty,
    },
    /// Rule 4: a nonce that JavaScript could not hold exactly.
    #[error("expected a nonce of at most 2^53 - 1, found {found}")]
    NonceRange {
        /// The header's nonce, above 2^53 - 1.
        found: u64,
    },
    /// Rule 4: the id does not meet the difficulty that the header itself names.
    #[error("expected a hash of at most {target}, found {found}")]
    InsufficientWork {
        /// The largest hash that meets the difficulty.
        target: Digest,
        /// The block's id, compared with its first byte most significant.
        found: BlockHash,
    },
    /// Rules 4 and 5: a signature on a work block, or none on an authority's.
    #[error("{}", seal_kind(*kind))]
    SealKind {
        /// The header's kind, to which the seal does not belong.
        kind: Kind,
    },
    /// Rule 5.
    #[error("expected nonce 0 in an authority block, found {found}")]
    AuthorityNonce {
        /// The header's nonce, not 0.
        found: u64,
    },
    /// Rule 5.
    #[error("expected slot {expected} for the block's time, found {found}")]
    SlotTime {
        /// The slot that the header's own time falls into.
        expected: Slot,
        /// Slot in the header.
        found: Slot,
    },
    /// Rule 5: the strict Ed25519 check fails. The id may still be good with another signature.
    #[error("expected a seal by {sealer}, found a signature that does not verify")]
    Seal {
        /// The header's sealer, who should have signed chain id and header.
        sealer: NodeId,
    },
    /// Rule 5: all authority blocks of a network weigh the same, for ever.
    #[error("expected authority weight {expected}, found {found}")]
    AuthorityWeight {
        /// The parameter `authority_weight` of genesis.
        expected: Difficulty,
        /// In the header.
        found: Difficulty,
    },
    /// Rule 6: built on a block that is not valid.
    #[error("its ancestor {ancestor} is not valid")]
    InvalidAncestor {
        /// The parent, whose id was refused before.
        ancestor: BlockHash,
    },
    /// Rule 6.
    #[error("expected height {expected}, found {found}")]
    Height {
        /// Parent's and one.
        expected: Height,
        /// In the header.
        found: Height,
    },
    /// Rule 7: too close to the parent's time, or before it.
    #[error("expected a time of at least {earliest} ({gap} ms after the parent), found {found}")]
    TooSoon {
        /// Parent's time and the least gap.
        earliest: Timestamp,
        /// The parameter `min_gap`, in milliseconds.
        gap: Millis,
        /// In the header.
        found: Timestamp,
    },
    /// Rule 9.
    #[error("expected difficulty {expected}, found {found}")]
    Difficulty {
        /// The operator's fixed difficulty, or what ASERT gives at this place.
        expected: Difficulty,
        /// In the header.
        found: Difficulty,
    },
    /// Rule 10: the list of authorities in force at this height is empty.
    #[error(
        "expected no authority block, as the network has no authorities, found one by {sealer}"
    )]
    NoAuthorities {
        /// Who sealed.
        sealer: NodeId,
    },
    /// Rule 10: of N authorities in force, slot s belongs to the one at s mod N.
    #[error("expected slot {slot} to be sealed by {expected}, found {found}")]
    NotLeader {
        /// The header's slot, counted from the genesis time on.
        slot: Slot,
        /// Whose turn it is.
        expected: Address,
        /// Who sealed.
        found: NodeId,
    },
    /// Rule 10: the slots of authority blocks rise along a chain.
    #[error("expected a slot after {last}, found {found}")]
    SlotUsed {
        /// Last slot of an authority ancestor, or that of genesis.
        last: Slot,
        /// In the header.
        found: Slot,
    },
    /// Rule 11.
    #[error("expected each transaction once, found {id} twice")]
    DuplicateTransaction {
        /// Id of the transaction that stands in the block twice.
        id: TxId,
    },
    /// Rule 11: a transaction is not valid, or does not apply where it stands.
    #[error("transaction {id}: {error}")]
    Transaction {
        /// Id of the transaction at fault.
        id: TxId,
        /// Which of the transaction's own rules it breaks.
        error: TxError,
    },
    /// Rule 13: execution leads to another state than the header names.
    #[error("expected state root {expected}, found {found} in the header")]
    StateRoot {
        /// Root of the state after all transactions and the sealer's pay.
        expected: Digest,
        /// In the header.
        found: Digest,
    },
}

impl BlockError {
    /// Number of the rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::BodyTooLong { .. } => 1,
            Self::TxRoot { .. }
            | Self::DataHash { .. }
            | Self::TooManyTransactions { .. }
            | Self::DataTooLong { .. } => 3,
            Self::WorkSlot { .. }
            | Self::DifficultyRange { .. }
            | Self::NonceRange { .. }
            | Self::InsufficientWork { .. }
            | Self::SealKind { kind: Kind::Work } => 4,
            Self::SealKind {
                kind: Kind::Authority,
            }
            | Self::AuthorityNonce { .. }
            | Self::SlotTime { .. }
            | Self::Seal { .. }
            | Self::AuthorityWeight { .. } => 5,
            Self::InvalidAncestor { .. } | Self::Height { .. } => 6,
            Self::TooSoon { .. } => 7,
            Self::Difficulty { .. } => 9,
            Self::NoAuthorities { .. } | Self::NotLeader { .. } | Self::SlotUsed { .. } => 10,
            Self::DuplicateTransaction { .. } | Self::Transaction { .. } => 11,
            Self::StateRoot { .. } => 13,
        }
    }

    /// Whether the block's id commits to the mistake, so that no other bytes of the same id can be
    /// valid. A wrong body or signature says nothing about the id (CVE-2012-2459).
    #[must_use]
    pub const fn condemns_id(&self) -> bool {
        match self {
            Self::TxRoot { .. }
            | Self::DataHash { .. }
            | Self::SealKind { .. }
            | Self::Seal { .. } => false,
            // The hashes of the body were compared before its lengths.
            Self::BodyTooLong { .. }
            | Self::TooManyTransactions { .. }
            | Self::DataTooLong { .. }
            | Self::WorkSlot { .. }
            | Self::DifficultyRange { .. }
            | Self::NonceRange { .. }
            | Self::InsufficientWork { .. }
            | Self::AuthorityNonce { .. }
            | Self::SlotTime { .. }
            | Self::AuthorityWeight { .. }
            | Self::InvalidAncestor { .. }
            | Self::Height { .. }
            | Self::TooSoon { .. }
            | Self::Difficulty { .. }
            | Self::NoAuthorities { .. }
            | Self::NotLeader { .. }
            | Self::SlotUsed { .. }
            | Self::DuplicateTransaction { .. }
            | Self::Transaction { .. }
            | Self::StateRoot { .. } => true,
        }
    }
}

codes! {
    BlockError {
        BodyTooLong => "body_too_long", "the block's body is longer than it may be";
        TxRoot => "tx_root", "the transactions are not those that the header commits to";
        DataHash => "data_hash", "the data are not those that the header commits to";
        TooManyTransactions => "too_many_transactions", "the block has more transactions than it may have";
        DataTooLong => "data_too_long", "the block has more data than it may have";
        WorkSlot => "work_slot", "a work block names a slot";
        DifficultyRange => "difficulty_range", "the difficulty is zero or above 2^53 - 1";
        NonceRange => "nonce_range", "the nonce is above 2^53 - 1";
        InsufficientWork => "insufficient_work", "the block's id does not meet its difficulty";
        SealKind => "seal_kind", "a work block is signed, or an authority's block is not";
        AuthorityNonce => "authority_nonce", "an authority's block has a nonce";
        SlotTime => "slot_time", "the slot is not the one of the block's time";
        Seal => "seal", "the authority's signature does not verify";
        AuthorityWeight => "authority_weight", "the block's weight is not the one that the network gives to authorities";
        InvalidAncestor => "invalid_ancestor", "the block stands on one that is not valid";
        Height => "height", "the height is not the parent's and one";
        TooSoon => "too_soon", "the block's time is too close to its parent's, or before it";
        Difficulty => "difficulty", "the difficulty is not the required one";
        NoAuthorities => "no_authorities", "the network has no authorities, and the block is sealed by one";
        NotLeader => "not_leader", "the slot belongs to another authority";
        SlotUsed => "slot_used", "the slot is not after the last one used";
        DuplicateTransaction => "duplicate_transaction", "the block holds a transaction twice";
        StateRoot => "state_root", "the state after the block is not the one that its header commits to";
        + Self::Transaction { error, .. } => error;
    }
}

const fn seal_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Work => "expected no signature on a work block, found one",
        Kind::Authority => "expected a signature on an authority block, found none",
    }
}

/// Why a transaction is not valid, or not valid here.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum TxError {
    /// Not the canonical bytes of a transaction.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// A layout that this program does not know, so nothing else was checked.
    #[error("expected transaction version {expected}, found {found}")]
    Version {
        /// Known here.
        expected: u8,
        /// In the transaction.
        found: u8,
    },
    /// Made for another network.
    #[error("expected chain id {expected}, found {found}: it was signed for another network")]
    ChainId {
        /// This network's.
        expected: BlockHash,
        /// In the transaction.
        found: BlockHash,
    },
    /// The strict Ed25519 check (RFC 8032) fails for the sender's key.
    #[error("expected a signature by {from}, found one that does not verify")]
    Signature {
        /// The transaction's `from`, whose key should have signed.
        from: Address,
    },
    /// A memo, a message or an asset's name longer than its limit.
    #[error("expected {what} of at most {limit}, found {found}")]
    TooLong {
        /// Which part, with its unit.
        what: LongPart,
        /// Most bytes of this part, the same in every network.
        limit: usize,
        /// Bytes in the transaction.
        found: usize,
    },
    /// Nothing would move, or a new asset would have no units.
    #[error("expected an amount of at least 1, found 0")]
    AmountZero,
    /// A number that JavaScript cannot hold, or a sum beyond it.
    #[error("expected a number of at most 9007199254740991, found {found} or a sum above it")]
    Overflow {
        /// The number that is too large, or one part of the sum.
        found: u64,
    },
    /// The fee is below the network's least.
    #[error("expected a fee of at least {expected}, found {found}")]
    FeeTooLow {
        /// The parameter `min_fee`, in coins.
        expected: Amount,
        /// In the transaction.
        found: Amount,
    },
    /// Too late: no block from this height on may hold it.
    #[error("expected to be committed by height {valid_until}, found height {height}")]
    Expired {
        /// Last height at which the transaction may be committed.
        valid_until: Height,
        /// Height of the block that would hold it.
        height: Height,
    },
    /// Not the account's next transaction: its nonce is used already, or one before it is missing.
    #[error("expected nonce {expected}, found {found}")]
    Nonce {
        /// How many transactions the account has committed.
        expected: u64,
        /// In the transaction.
        found: u64,
    },
    /// More than the account has.
    #[error("expected a balance of at least {needed}, found {found}")]
    Balance {
        /// Coins for amount and fee. A mempool adds those for all that the account has waiting.
        needed: Amount,
        /// The account's balance, in coins.
        found: Amount,
    },
    /// An account has the name already, perhaps the sender itself. Names do not come free.
    #[error("expected a free name, found {name:?} taken by {owner}")]
    NameTaken {
        /// The name.
        name: String,
        /// Its owner.
        owner: Address,
    },
    /// The account has a name already.
    #[error("expected an account without a name, found it named {name:?}")]
    AlreadyNamed {
        /// The account's name.
        name: String,
    },
    /// No asset with this id on this chain, or not yet.
    #[error("expected a known asset, found {asset}")]
    AssetUnknown {
        /// The id asked for, which is that of a creating transaction.
        asset: AssetId,
    },
    /// More of an asset than the account holds.
    #[error("expected a holding of at least {needed}, found {found}")]
    Holding {
        /// Units that would move.
        needed: Amount,
        /// Units that the sender holds, 0 if none.
        found: Amount,
    },
    /// More decimal places than can be shown.
    #[error("expected at most {limit} decimals, found {found}")]
    Decimals {
        /// Most decimal places of any asset.
        limit: u8,
        /// In the transaction.
        found: u8,
    },
    /// Only the operator's key changes parameters.
    #[error("expected the operator {operator}, found {from}")]
    NotOperator {
        /// The operator's account, which genesis names.
        operator: Address,
        /// The sender.
        from: Address,
    },
    /// An order that nobody could tell to be old.
    #[error("expected an order of the operator to name its last height, found none")]
    NoExpiry,
    /// An order that was given on another branch, or too long ago.
    #[error(
        "expected one of the last two checkpoints of this chain, the later being {latest}, found {found}"
    )]
    Ancestor {
        /// The later of the two that may be named: genesis until another is known.
        latest: BlockHash,
        /// In the order.
        found: BlockHash,
    },
    /// Parameters that no network can have.
    #[error(transparent)]
    Params(#[from] ParamsError),
}

impl TxError {
    /// Whether nothing that others do can make it right again: coins, assets and blocks may still
    /// arrive, a name does not come free.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Nonce { .. }
                | Self::Balance { .. }
                | Self::AssetUnknown { .. }
                | Self::Holding { .. }
                | Self::Ancestor { .. }
        )
    }
}

codes! {
    TxError {
        Encoding => "encoding", "the bytes are no transaction";
        Version => "version", "the transaction has an unknown layout";
        ChainId => "chain_id", "the transaction was signed for another network";
        Signature => "signature", "the signature does not verify";
        TooLong => "too_long", "a memo, message or name is longer than it may be";
        AmountZero => "amount_zero", "nothing would move";
        Overflow => "overflow", "a number, or a sum, is above 2^53 - 1";
        FeeTooLow => "fee_too_low", "the fee is below the network's least";
        Expired => "expired", "the height by which it was to be committed has passed";
        Nonce => "nonce", "it is not the account's next transaction";
        Balance => "balance", "the account has too few coins";
        NameTaken => "name_taken", "the name belongs to somebody else";
        AlreadyNamed => "already_named", "the account has a name already";
        AssetUnknown => "asset_unknown", "there is no such asset";
        Holding => "holding", "the account holds too few units of the asset";
        Decimals => "decimals", "an asset has too many decimal places";
        NotOperator => "not_operator", "only the operator changes parameters";
        NoExpiry => "no_expiry", "an order of the operator must name its last height";
        Ancestor => "ancestor", "the order was given on another branch, or too long ago";
        Params => "params", "no network can have these parameters";
    }
}

/// Why parameters cannot be those of a network.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum ParamsError {
    /// A number outside its range.
    #[error("expected {what} of {least} to {most}, found {found}")]
    Range {
        /// Which parameter. Its text tells the unit of a span of time.
        what: Parameter,
        /// Smallest value that is allowed.
        least: u64,
        /// Largest value that is allowed.
        most: u64,
        /// The value given, in the same unit.
        found: u64,
    },
    /// An authority that stands in the list twice would have two turns.
    #[error("expected each authority once, found {0} twice")]
    AuthorityTwice(Address),
    /// An account or a name stands in the allocation twice. This is the later entry's account.
    #[error("expected each account and name once in the allocation, found {0} twice")]
    AllocationTwice(Address),
}
