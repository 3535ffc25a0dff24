//! A block: as it is stored, as it is listed, and whole.

use std::ops::Deref;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::fields::{Field, FieldValue, fields};
use super::{BlockFinality, BlockKind, TransactionInfo};

/// What every picture of a block has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct BlockRecord {
    /// Block id: SHA-256 of the header, 64 lower-case hex digits.
    pub hash: String,
    /// Parent's id; 64 zeros for the genesis block.
    pub previous_hash: String,
    /// Number of blocks below it: 0 for the genesis block.
    pub height: u64,
    /// What the miner varied; 0 for an authority's block.
    pub nonce: u64,
    /// When it was made, by its maker's clock, in milliseconds since 1970.
    pub timestamp: u64,
    /// Node id of its maker, 64 lower-case hex digits; all zeros for the genesis block.
    pub miner_id: String,
    /// Whether its hash or an authority's seal proves it; the genesis block counts as work.
    pub kind: BlockKind,
    /// Expected tries of a work block, or weight of an authority's block.
    pub difficulty: u64,
    /// The authority's slot, counted from the genesis time; 0 for work.
    pub slot: u64,
    /// Number of transactions in its body, at most 256.
    pub transactions_count: u32,
    /// Whether the block is on the node's best chain.
    pub on_best_chain: bool,
}

fields! {
    BlockRecord {
        hash, previous_hash, height, nonce, timestamp, miner_id, kind, difficulty, slot,
        transactions_count, on_best_chain,
    }
}

/// A row of table `blocks`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct BlockRow {
    /// What every picture has.
    #[serde(flatten)]
    pub record: BlockRecord,
    /// The maker's free data as text; what is no UTF-8 is replaced by U+FFFD.
    pub data: String,
    /// Weight of the chain up to this block, in decimal.
    pub weight: String,
    /// The block's canonical bytes: header, seal and body.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
    /// A checksum over the block and its undo record, then the record; empty in a row of schema 1
    /// or 2.
    #[serde(with = "serde_bytes", default)]
    pub undo: Vec<u8>,
}

fields! {
    BlockRow { ..record, data, weight, raw, undo, }
}

impl Deref for BlockRow {
    type Target = BlockRecord;

    /// The fields lie side by side, as they are stored.
    fn deref(&self) -> &BlockRecord {
        &self.record
    }
}

/// What is read of a block's row when a node starts: nothing that follows from the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlock {
    /// Block id, the row's key.
    pub hash: String,
    /// Height.
    pub height: u64,
    /// Whether the block is on the node's best chain, as of when the row was written.
    pub on_best_chain: bool,
    /// As in [`BlockRow`].
    pub raw: Vec<u8>,
    /// As in [`BlockRow`].
    pub undo: Vec<u8>,
}

impl From<&BlockRow> for StoredBlock {
    fn from(row: &BlockRow) -> Self {
        Self {
            hash: row.hash.clone(),
            height: row.height,
            on_best_chain: row.on_best_chain,
            raw: row.raw.clone(),
            undo: row.undo.clone(),
        }
    }
}

/// A block without its transactions: for lists and the block tree.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BlockSummary {
    /// What every picture has.
    #[serde(flatten)]
    pub record: BlockRecord,
    /// Maker's name; the first 8 digits of its id where none is known, `genesis` for the first
    /// block.
    pub miner: String,
    /// Weight of the chain up to this block, shown as 2^53 - 1 where it is more.
    pub weight: u64,
    /// Hash of the state's tree after this block: 64 lower-case hex digits.
    pub state_root: String,
}

impl Deref for BlockSummary {
    type Target = BlockRecord;

    /// The fields lie side by side, as scripts get them.
    fn deref(&self) -> &BlockRecord {
        &self.record
    }
}

/// A whole block.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BlockInfo {
    /// The summary's fields.
    #[serde(flatten)]
    pub summary: BlockSummary,
    /// Merkle root over the transactions, their signatures included, in hexadecimal.
    pub tx_root: String,
    /// SHA-256 of the data; for the genesis block the hash of the network's parameters.
    pub data_hash: String,
    /// The maker's free data as text; what is no UTF-8 is replaced by U+FFFD.
    pub data: String,
    /// The authority's signature, 128 lower-case hex digits; empty for work.
    pub seal: String,
    /// Blocks on top of it and itself; 0 beside the best chain.
    pub confirmations: u64,
    /// How far votes have decided it; `final` only once that is durable at the node.
    pub finality: BlockFinality,
    /// Length of the canonical bytes: header, seal and body.
    pub size: u32,
    /// Its transactions, in the order in which they are applied.
    pub transactions: Vec<TransactionInfo>,
    /// Canonical bytes in hexadecimal.
    pub raw: String,
}

/// Blocks of one node's best chain, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct ChainInfo {
    /// Name of the node.
    pub node: String,
    /// Height of the node's head, which may be above the last block listed.
    pub height: u64,
    /// Id of the head.
    pub head: String,
    /// The blocks without their transactions, at most 500.
    pub blocks: Vec<BlockSummary>,
}
