//! Accounts and assets.

use std::ops::Deref;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::fields::{Field, FieldValue, fields};

/// A row of table `users`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct UserRow {
    /// The account's address.
    pub address: String,
    /// Registered name; empty where there is none.
    pub name: String,
    /// Coins at the head.
    pub balance: u64,
    /// Committed transactions.
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
    /// Assets held: symbol, asset id, units.
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
    /// Asset id.
    pub id: String,
    /// Sign.
    pub symbol: String,
    /// Name.
    pub name: String,
    /// Decimal places.
    pub decimals: u8,
    /// Units in existence.
    pub supply: u64,
    /// Address of the creator.
    pub creator: String,
    /// Name or address of the creator.
    pub owner: String,
    /// Accounts that hold some.
    pub holders: u64,
}

fields! {
    AssetRow { id, symbol, name, decimals, supply, creator, owner, holders, }
}
