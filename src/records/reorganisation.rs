//! What a change to another branch did to a node's chain, its transactions and its accounts.
//!
//! Bounds: [`MAX_BRANCH`] blocks of each side, [`MAX_LEFT`] transactions and [`MAX_BALANCES`]
//! accounts one by one; of all others only the number is told.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::PayloadKind;

/// Most blocks of each branch that are listed.
pub const MAX_BRANCH: usize = 24;
/// Most transactions that left and are listed, in the order of their chain.
pub const MAX_LEFT: usize = 48;
/// Most accounts whose coins are listed.
pub const MAX_BALANCES: usize = 24;

/// A change of the best chain to another branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Reorganisation {
    /// Name of the node.
    pub node: String,
    /// Height of the last block that both branches have.
    pub fork: u64,
    /// Id of that block.
    pub fork_hash: String,
    /// What left the best chain: the branch of the old head above the fork.
    pub left: BranchRecord,
    /// What joined the best chain: the branch of the new head above the fork.
    pub joined: BranchRecord,
    /// Transactions that left, in their order, and what became of them.
    pub transactions: Vec<LeftTransaction>,
    /// Transactions that left and are not among these.
    pub more_transactions: u64,
    /// Coins of the accounts that it changed, those with transactions that left first; `None` where
    /// the state of what left is not kept any more.
    pub balances: Option<Vec<BalanceChange>>,
    /// Accounts that it changed and that are not among these.
    pub more_balances: u64,
}

/// One side of it, above the last block that both have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BranchRecord {
    /// Its blocks, the highest first.
    pub blocks: Vec<BranchBlock>,
    /// How many it has in all.
    pub count: u64,
    /// Sum of the difficulties of all its blocks.
    pub weight: u64,
}

/// A block of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BranchBlock {
    /// Its id.
    pub hash: String,
    /// Its height.
    pub height: u64,
    /// Its maker's name, or the first digits of its id.
    pub miner: String,
    /// How many transactions it has.
    pub transactions: u32,
}

/// A transaction that left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct LeftTransaction {
    /// Transaction id: 64 lower-case hex digits.
    pub tx_hash: String,
    /// Its kind.
    pub kind: PayloadKind,
    /// Signer's registered name, or address in hexadecimal.
    pub from_user: String,
    /// Receiver's name or address; empty where there is none.
    pub to_user: String,
    /// Coins or units of an asset that it moves or creates; 0 where it does neither.
    pub amount: u64,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a transaction that left a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// The branch that won has it too, at this height.
    InBoth(u64),
    /// A later block has it again, at this height.
    Again(u64),
    /// It is back in the mempool.
    Waits,
    /// Another transaction with its nonce is on the chain: its id.
    Conflict(String),
    /// It was dropped, for this reason.
    Dropped(String),
    /// The node has forgotten it.
    Gone,
}

/// Coins of an account on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BalanceChange {
    /// Its address.
    pub address: String,
    /// Its name, or of a node's account the node's; else its address.
    pub name: String,
    /// Whole coins at the head that was left.
    pub before: u64,
    /// Whole coins at the head that was taken.
    pub after: u64,
}
