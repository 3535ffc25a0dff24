//! The durable ledger of one node: what is written, in which units, and what is read back at start.
//!
//! A [`Batch`] is written as one transaction over all tables or not at all. Because each change is
//! the whole new row of a key (or its deletion), batches merge: the later one wins. A batch that
//! failed is merged under the changes that came after it and written again, so that nothing is lost
//! while the node goes on in memory.
//!
//! Backends implement [`Store`]: [`MemoryStore`] here, IndexedDB in the browser shell. One
//! conformance suite runs against both.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::codes;

mod file;
mod memory;
mod query;

pub use crate::records::{
    AssetRow, BlockRow, MinerRow, NodeRow, RawRow, Row, SCHEMA_VERSION, StoredBlock, Table,
    TransactionRow, UserRow, meta_key,
};
pub use file::{FileError, MAX_FILE_BYTES, decode_file, encode_file};
pub use memory::MemoryStore;
pub use query::{Filter, MAX_PAGE, Page, Query, QueryError, Value};

/// Changes that become durable together. The key of a change is its table and the row's key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    changes: BTreeMap<(Table, String), Option<Row>>,
}

impl Batch {
    /// Inserts a row, or replaces the one with its key.
    pub fn put(&mut self, table: Table, row: Row) {
        self.changes
            .insert((table, row.key().to_owned()), Some(row));
    }

    /// Deletes the row of `key`, if there is one.
    pub fn delete(&mut self, table: Table, key: String) {
        self.changes.insert((table, key), None);
    }

    /// Puts `later` on top of these changes: of two for one row the later one counts.
    pub fn merge(&mut self, later: Self) {
        self.changes.extend(later.changes);
    }

    /// The changes themselves.
    pub(crate) fn into_changes(self) -> impl Iterator<Item = ((Table, String), Option<Row>)> {
        self.changes.into_iter()
    }

    /// Takes the changes of blocks out, for the deliberate bug that writes the head before them.
    #[cfg(feature = "mutants")]
    pub(crate) fn split_off_blocks(&mut self) -> Self {
        if self
            .changes
            .keys()
            .all(|(table, _)| *table == Table::Blocks)
        {
            return Self::default();
        }
        let (blocks, rest) = std::mem::take(&mut self.changes)
            .into_iter()
            .partition(|((table, _), _)| *table == Table::Blocks);
        self.changes = rest;
        Self { changes: blocks }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Number of rows written or deleted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Milliseconds that it may take longer than an empty one: a whole ledger that is written anew
    /// has hundreds of thousands of rows.
    #[must_use]
    pub fn allowance_ms(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    /// Bytes of the rows that are written, as they are encoded.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let rows = self.changes.values().flatten();
        // What is in memory has a length.
        let length = |row: &Row| borsh::object_length(row).unwrap_or_default();
        let bytes: usize = rows.map(length).sum();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// The changes in order of table and key: `meta` comes last.
    pub fn iter(&self) -> impl Iterator<Item = (Table, &str, Option<&Row>)> {
        self.changes
            .iter()
            .map(|((table, key), row)| (*table, key.as_str(), row.as_ref()))
    }
}

/// What the engine reads when a node starts. Everything else is read by queries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// All blocks, the lowest first; none where they are read in parts ([`Store::blocks`]).
    pub blocks: Vec<StoredBlock>,
    /// All entries of the state at the stored head.
    pub state: Vec<RawRow>,
    /// Votes, evidence and the final checkpoint.
    pub finality: Vec<RawRow>,
    /// All single values; empty for a ledger that was never written.
    pub meta: Vec<RawRow>,
    /// The rows of table `nodes`, the node's own among them.
    pub nodes: Vec<NodeRow>,
    /// Transactions that were pending.
    pub pending: Vec<TransactionRow>,
}

impl Snapshot {
    /// What is read of a ledger that had to be emptied: nothing but that there was one, so that
    /// nobody takes the node for one that has signed nothing yet.
    #[must_use]
    pub fn emptied() -> Self {
        let key = meta_key::SCHEMA.to_owned();
        let raw = Vec::new();
        Self {
            meta: vec![RawRow { key, raw }],
            ..Self::default()
        }
    }

    /// The bytes of a single value; `None` where it was never written.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&[u8]> {
        self.meta
            .iter()
            .find(|row| row.key == key)
            .map(|row| row.raw.as_slice())
    }
}

/// Some of a ledger's blocks, the lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The blocks; all that the ledger has of the last one's height.
    pub blocks: Vec<StoredBlock>,
    /// The height at which the next part begins, if there is one.
    pub next: Option<u64>,
}

/// How hard a batch must be pressed onto the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// May be lost with the machine's power: it can be fetched from peers again.
    Relaxed,
    /// Flushed before it counts: its loss could make an authority sign a slot twice, or vote twice.
    Strict,
}

/// Why the ledger could not do what was asked. The node goes on in memory.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum StoreError {
    /// The origin's quota is used up.
    #[error("the browser's storage quota is used up")]
    Quota,
    /// The transaction was aborted; nothing of it was stored.
    #[error("the database transaction was aborted")]
    Aborted,
    /// The database was closed or deleted under the node.
    #[error("the database is closed or gone")]
    Gone,
    /// The browser offers no database here (private window, or switched off).
    #[error("this browser offers no IndexedDB here")]
    Unavailable,
    /// The database is of a newer schema than this program.
    #[error("expected ledger schema {expected}, found {found}")]
    Schema {
        /// The version known here.
        expected: u32,
        /// The version in the database.
        found: u32,
    },
    /// A row cannot be read.
    #[error("a row of table {table} cannot be read")]
    Corrupt {
        /// The table.
        table: Table,
    },
    /// The database was deleted under the node: it is made again with the next batch, which must
    /// have everything.
    #[error("the database was deleted; it is made again and written anew")]
    Deleted,
    /// The database does not open, as somebody else holds it.
    #[error("the database does not open: another page of this browser holds it or is deleting it")]
    Held,
    /// A database of this schema lacks a table.
    #[error("expected table {table} in the database, found none")]
    Layout {
        /// The table.
        table: Table,
    },
    /// The database takes a batch and never says what became of it.
    #[error("the database does not answer")]
    Silent,
}

codes! {
    StoreError {
        Quota => "storage_quota", "the origin's storage quota is used up";
        Aborted => "storage_aborted", "the database's transaction was aborted";
        Gone => "storage_gone", "the database was closed or deleted";
        Unavailable => "no_indexed_db", "the browser offers no database here";
        Schema => "storage_schema", "a newer version of the page wrote the ledger";
        Corrupt => "storage_corrupt", "a row of the ledger cannot be read";
        Deleted => "storage_deleted", "the database was deleted under the node, and is written anew";
        Held => "storage_held", "another page holds the database or is deleting it";
        Layout => "storage_layout", "the database lacks a table";
        Silent => "storage_silent", "the database takes a batch and does not say what became of it";
    }
}

/// Blocks of one part, about: few enough for a worker that does other things in between.
pub const PART: u32 = 512;

/// A place where one node's ledger is kept.
#[expect(
    async_fn_in_trait,
    reason = "the futures stay on one thread: a worker's or a test's"
)]
pub trait Store {
    /// Reads what a node needs to start, its blocks left out, which may be more than memory has
    /// room for.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn begin(&self) -> Result<Snapshot, StoreError>;

    /// Reads the next blocks from a height on.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn blocks(&self, from: u64) -> Result<Part, StoreError>;

    /// Reads all that a node needs to start at once.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn load(&self) -> Result<Snapshot, StoreError> {
        let mut snapshot = self.begin().await?;
        let mut next = Some(0);
        while let Some(from) = next {
            let part = self.blocks(from).await?;
            snapshot.blocks.extend(part.blocks);
            next = part.next;
        }
        Ok(snapshot)
    }

    /// Writes a batch as one transaction.
    ///
    /// # Errors
    /// See [`StoreError`]; nothing of the batch was stored then.
    async fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError>;

    /// Reads one page of a table.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn query(&self, query: &Query) -> Result<Page, StoreError>;

    /// Deletes every row of every table.
    ///
    /// # Errors
    /// See [`StoreError`].
    async fn wipe(&self) -> Result<(), StoreError>;
}
