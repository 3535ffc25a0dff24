//! Why a transaction may not wait, or waits no longer.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::consensus::TxError;
use crate::primitives::{Amount, codes};

use super::{MAX_PER_ACCOUNT, STALLED_BLOCKS};

/// Why a transaction may not wait here.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum MempoolError {
    /// It could not be committed on the head.
    #[error(transparent)]
    Invalid(#[from] TxError),
    /// Too far ahead of the account's first nonce that is missing.
    #[error("expected a nonce of {least} to {most}, found {found}")]
    NonceGap {
        /// The account's nonce: how many transactions it has committed.
        least: u64,
        /// 16 above the account's first nonce that is missing.
        most: u64,
        /// In the transaction.
        found: u64,
    },
    /// The account has too many waiting.
    #[error("expected at most {limit} waiting transactions of one account, found {limit} already")]
    AccountFull {
        /// Most waiting transactions of one account.
        limit: usize,
    },
    /// It would replace another without paying enough more.
    #[error(
        "expected a fee of at least {expected} to replace a waiting transaction, found {found}"
    )]
    ReplacementFee {
        /// 110 % of the fee that is replaced, rounded up, in coins.
        expected: Amount,
        /// In the transaction.
        found: Amount,
    },
    /// The mempool is full of better ones.
    #[error("the mempool is full of transactions that pay more per byte")]
    Full,
}

codes! {
    MempoolError {
        NonceGap => "nonce_gap", "the nonce is too far ahead of the account's first that is missing";
        AccountFull => "account_full", "the account has too many waiting transactions";
        ReplacementFee => "replacement_fee", "a replacement pays too little more than what it replaces";
        Full => "mempool_full", "the mempool is full of transactions that pay more per byte";
        + Self::Invalid(error) => error;
    }
}

/// Why a waiting transaction was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropReason {
    /// Another transaction of the account with the same nonce was committed.
    #[error("another transaction with its nonce was committed")]
    NonceUsed,
    /// It was not committed by the height it names.
    #[error("it was not committed by the height it names")]
    Expired,
    /// It waited too long.
    #[error("it waited for more than 30 minutes")]
    TooOld,
    /// The mempool was full, and it paid the least.
    #[error("the mempool was full of transactions that pay more per byte")]
    Evicted,
    /// A replacement paid more.
    #[error("another transaction with its nonce has its place")]
    Replaced,
    /// A reorganisation took its block back, and earlier ones of its account came back as well.
    #[error("its account had {MAX_PER_ACCOUNT} earlier ones waiting")]
    AccountFull,
    /// Nothing of its account could be committed for long.
    #[error(
        "an earlier transaction of its account is missing, or its account lacks coins or units, for {STALLED_BLOCKS} blocks now"
    )]
    Stalled,
    /// What it wants was taken by another, on the best chain.
    #[error("it is not valid on the new best chain")]
    Conflict,
}

impl From<&TxError> for DropReason {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all others say that it does not apply"
    )]
    fn from(error: &TxError) -> Self {
        match error {
            TxError::Nonce { .. } => Self::NonceUsed,
            TxError::Expired { .. } => Self::Expired,
            _ => Self::Conflict,
        }
    }
}

impl From<&MempoolError> for DropReason {
    fn from(error: &MempoolError) -> Self {
        match error {
            MempoolError::Invalid(error) => error.into(),
            MempoolError::NonceGap { .. } => Self::Stalled,
            MempoolError::AccountFull { .. } => Self::AccountFull,
            MempoolError::ReplacementFee { .. } => Self::Replaced,
            MempoolError::Full => Self::Evicted,
        }
    }
}
