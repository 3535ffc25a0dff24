//! What a node answers to a request of the page.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::ledger::Page;
use crate::records::{
    AccountInfo, BlockInfo, ChainInfo, FinalityInfo, MempoolInfo, PeerStatus, TransactionInfo,
};

/// The answer to a request of the page.
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
    /// To `Ledger`.
    Page(Page),
    /// To `Finality`.
    Finality(Box<FinalityInfo>),
    /// To `Peers`.
    Peers(Vec<PeerStatus>),
    /// To `Wipe`.
    Wiped,
}
