//! A transaction: as it is stored, and with what a node or the page adds.

use std::ops::{Deref, DerefMut};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::fields::{Field, FieldValue, fields};
use super::{BlockFinality, PayloadKind, TransactionStatus};

/// What every picture of a transaction has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct TransactionRecord {
    /// SHA-256 of the signed content without the signature: 64 lower-case hex digits.
    pub tx_hash: String,
    /// Signer's name, or address where there is none.
    pub from_user: String,
    /// Receiver's name or address; empty where there is none.
    pub to_user: String,
    /// Signer's address: 64 lower-case hex digits.
    pub from_address: String,
    /// Coins or units of an asset that it moves or creates; 0 where it does neither.
    pub amount: u64,
    /// Whole coins for the maker of its block.
    pub fee: u64,
    /// Transactions that the account committed before this one.
    pub nonce: u64,
    /// Kind of payload.
    pub kind: PayloadKind,
    /// Its content in words: memo, message, name, symbol, asset id, or the parameters that change.
    pub memo: String,
    /// When the node saw it first, while it waits; then the date of its block, or when it was
    /// dropped. In milliseconds since 1970.
    pub timestamp: u64,
    /// Id of its block, in hexadecimal; empty unless committed.
    pub block_id: String,
    /// Height of its block; `None` unless committed.
    pub height: Option<u64>,
    /// How far it has come.
    pub status: TransactionStatus,
    /// Why it was dropped; empty otherwise.
    pub reason: String,
}

fields! {
    TransactionRecord {
        tx_hash, from_user, to_user, from_address, amount, fee, nonce, kind, memo, timestamp,
        block_id, height, status, reason,
    }
}

/// A row of table `transactions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct TransactionRow {
    /// What every picture has.
    #[serde(flatten)]
    pub record: TransactionRecord,
    /// The transaction's canonical bytes, signature included.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

fields! {
    TransactionRow { ..record, raw, }
}

impl Deref for TransactionRow {
    type Target = TransactionRecord;

    /// The fields lie side by side, as they are stored.
    fn deref(&self) -> &TransactionRecord {
        &self.record
    }
}

/// A transaction and how far it has come.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct TransactionInfo {
    /// What every picture has.
    #[serde(flatten)]
    pub record: TransactionRecord,
    /// Blocks on top of it and its own; 0 unless committed.
    pub confirmations: u64,
    /// How far its block is decided; `plain` unless committed.
    pub finality: BlockFinality,
    /// Nodes that have it waiting or committed: 0 or 1 in one node's answer; the page adds them up.
    pub seen_by: u32,
    /// Signature in hexadecimal; empty in what was made from a row.
    pub signature: String,
    /// Canonical bytes in hexadecimal; empty in what was made from a row.
    pub raw: String,
}

impl Deref for TransactionInfo {
    type Target = TransactionRecord;

    /// The fields lie side by side, as scripts get them.
    fn deref(&self) -> &TransactionRecord {
        &self.record
    }
}

impl DerefMut for TransactionInfo {
    fn deref_mut(&mut self) -> &mut TransactionRecord {
        &mut self.record
    }
}

impl From<TransactionRow> for TransactionInfo {
    /// A row as one node stores it; signature and bytes stay with the row.
    fn from(row: TransactionRow) -> Self {
        Self {
            record: row.record,
            confirmations: 0,
            finality: BlockFinality::Plain,
            seen_by: 1,
            signature: String::new(),
            raw: String::new(),
        }
    }
}

/// What waits in a node's mempool.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct MempoolInfo {
    /// Name of the node.
    pub node: String,
    /// Number of transactions.
    pub count: u32,
    /// Encoded bytes of all that wait.
    pub bytes: u32,
    /// The first 200 by account and nonce.
    pub transactions: Vec<TransactionInfo>,
}
