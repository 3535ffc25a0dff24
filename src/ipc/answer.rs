//! What a node answers to a request of the page.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::refusal::MessageError;

use super::{
    AccountInfo, ApiError, BlockInfo, ChainInfo, MempoolInfo, PeerStatus, TransactionInfo,
};

/// The answer to a request of the page; that to `Ledger` stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(untagged)]
pub enum Answer {
    /// To `Submit` and `Transaction`.
    Transaction(Box<TransactionInfo>),
    /// To `Account`.
    Account(AccountInfo),
    /// To `Accounts`.
    Accounts(Vec<AccountInfo>),
    /// To `Chain`.
    Chain(ChainInfo),
    /// To `Block`.
    Block(Box<BlockInfo>),
    /// To `Mempool`.
    Mempool(MempoolInfo),
    /// To `Peers`.
    Peers(Vec<PeerStatus>),
    /// To `Wipe`.
    Wiped,
}

impl Answer {
    /// The refusal of an answer to another request.
    #[must_use]
    pub fn mixed_up() -> ApiError {
        MessageError::OtherRequest.into()
    }

    /// The transaction.
    ///
    /// # Errors
    /// [`Answer::mixed_up`].
    pub fn transaction(self) -> Result<TransactionInfo, ApiError> {
        if let Self::Transaction(info) = self {
            Ok(*info)
        } else {
            Err(Self::mixed_up())
        }
    }

    /// The account.
    ///
    /// # Errors
    /// [`Answer::mixed_up`].
    pub fn account(self) -> Result<AccountInfo, ApiError> {
        if let Self::Account(info) = self {
            Ok(info)
        } else {
            Err(Self::mixed_up())
        }
    }

    /// The blocks.
    ///
    /// # Errors
    /// [`Answer::mixed_up`].
    pub fn chain(self) -> Result<ChainInfo, ApiError> {
        if let Self::Chain(info) = self {
            Ok(info)
        } else {
            Err(Self::mixed_up())
        }
    }
}
