//! What a node answers to a request of the page.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::ledger::Page;
use crate::records::{
    AccountInfo, BlockInfo, ChainInfo, FinalityInfo, MempoolInfo, PeerStatus, Reorganisation,
    TransactionInfo, WhyInfo,
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
    /// To `Why`.
    Why(WhyInfo),
    /// To `Reorganised`.
    Reorganised(Box<Reorganisation>),
    /// To `Export`: the bytes of a ledger's file.
    File(#[serde(with = "serde_bytes")] Vec<u8>),
    /// To `Import`.
    Imported(Imported),
    /// To `Wipe`, once that is durable.
    Wiped,
}

/// What came of a ledger's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Imported {
    /// Blocks of the file, the genesis block not counted.
    pub blocks: u32,
    /// Those of them that the node did not have.
    pub new: u32,
    /// Height of the node's best chain now.
    pub height: u64,
    /// Whether the file's last block is on it.
    pub on_best_chain: bool,
}
