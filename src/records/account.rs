//! Accounts and assets.

use std::ops::Deref;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::fields::{Field, FieldValue, fields};

/// A row of table `users`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct UserRow {
    /// The account's public key: 64 lower-case hex digits.
    pub address: String,
    /// Registered name; empty where there is none.
    pub name: String,
    /// Whole coins at the node's head.
    pub balance: u64,
    /// Transactions that the account has committed, which is the nonce of its next one.
    pub nonce: u64,
    /// Height of the block that first touched the account.
    pub created_at_height: u64,
}

fields! {
    UserRow { address, name, balance, nonce, created_at_height, }
}

/// An account at a node's head.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct AccountInfo {
    /// Its row.
    #[serde(flatten)]
    pub record: UserRow,
    /// Nonce for the next transaction, those in the mempool counted.
    pub next_nonce: u64,
    /// Assets held, each as symbol, asset id in hexadecimal, and units.
    pub assets: Vec<(String, String, u64)>,
}

impl Deref for AccountInfo {
    type Target = UserRow;

    /// The fields lie side by side, as scripts get them.
    fn deref(&self) -> &UserRow {
        &self.record
    }
}

/// A row of table `assets`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct AssetRow {
    /// Id of the transaction that created it: 64 lower-case hex digits.
    pub id: String,
    /// Its sign: 1 to 12 capital letters or digits. Other assets may have the same.
    pub symbol: String,
    /// Its name, at most 64 bytes of UTF-8.
    pub name: String,
    /// Decimal places that people show of it, at most 12; amounts are counted in its smallest unit.
    pub decimals: u8,
    /// Units in existence: all were made at once, and their number never changes.
    pub supply: u64,
    /// Creator's address: 64 lower-case hex digits.
    pub creator: String,
    /// Creator's registered name, or the address where there is none.
    pub owner: String,
    /// Number of accounts that hold at least one unit.
    pub holders: u64,
}

fields! {
    AssetRow { id, symbol, name, decimals, supply, creator, owner, holders, }
}
