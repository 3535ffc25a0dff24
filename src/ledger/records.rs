//! The rows of a node's ledger: the six tables of the original system, and what the engine needs
//! beside them. A row is a plain record that a person can read in the browser's developer tools;
//! where the engine needs exact bytes they stand in one `raw` field.
//!
//! Invariants: no number above 2^53 - 1; every hash and address is lower-case hexadecimal; times are
//! milliseconds since 1970; a `transactions` row with status `committed` names its block.

use std::fmt;

use super::fields::{Cell, Field, FieldError, Found, row};

/// The tables of one node's database. The name of a table is that of its object store.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    borsh::BorshSerialize,
    borsh::BorshDeserialize,
)]
pub enum Table {
    /// Every valid block, of the best chain and beside it; key `hash`.
    Blocks,
    /// Every transaction seen: pending, committed or dropped; key `tx_hash`.
    Transactions,
    /// The nodes of the network; key `node_id`.
    Nodes,
    /// Assets; key `id`.
    Assets,
    /// Accounts; key `address`.
    Users,
    /// The node's miner workers; key `worker_id`.
    MiningPool,
    /// Entries of the state tree; key: hexadecimal of the entry's key.
    State,
    /// What takes a block back; key: the block's hash.
    Undo,
    /// Single values: see [`meta_key`].
    Meta,
}

impl Table {
    /// All tables, in the order they are created and listed.
    pub const ALL: [Self; 9] = [
        Self::Blocks,
        Self::Transactions,
        Self::Nodes,
        Self::Assets,
        Self::Users,
        Self::MiningPool,
        Self::State,
        Self::Undo,
        Self::Meta,
    ];

    /// The tables that people ask for; the rest belongs to the engine.
    pub const FOR_PEOPLE: [Self; 6] = [
        Self::Blocks,
        Self::Transactions,
        Self::Nodes,
        Self::Assets,
        Self::Users,
        Self::MiningPool,
    ];

    /// The name of the object store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Transactions => "transactions",
            Self::Nodes => "nodes",
            Self::Assets => "assets",
            Self::Users => "users",
            Self::MiningPool => "mining_pool",
            Self::State => "state",
            Self::Undo => "undo",
            Self::Meta => "meta",
        }
    }

    /// The field of a row that is its key.
    #[must_use]
    pub const fn key_field(self) -> &'static str {
        match self {
            Self::Blocks => "hash",
            Self::Transactions => "tx_hash",
            Self::Nodes => "node_id",
            Self::Assets => "id",
            Self::Users => "address",
            Self::MiningPool => "worker_id",
            Self::State | Self::Undo | Self::Meta => "key",
        }
    }

    /// The indexed fields.
    #[must_use]
    pub const fn indexes(self) -> &'static [&'static str] {
        match self {
            Self::Blocks => &["height", "previous_hash", "miner_id", "timestamp"],
            Self::Transactions => &["block_id", "from_user", "to_user", "status", "timestamp"],
            Self::Nodes => &["node_type", "status", "last_seen"],
            Self::Assets => &["symbol", "owner"],
            Self::Users => &["name"],
            Self::MiningPool => &["node_id", "state"],
            Self::State | Self::Undo | Self::Meta => &[],
        }
    }

    /// The table of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Keys of the `meta` table.
pub mod meta_key {
    /// Version of this schema, as 4 little-endian bytes.
    pub const SCHEMA: &str = "schema";
    /// Canonical bytes of the network's parameters.
    pub const PARAMS: &str = "params";
    /// Hash of the head, 32 bytes. In the same batch as everything else that a new head changes.
    pub const HEAD: &str = "head";
    /// Last slot this node sealed, as 8 little-endian bytes; never sealed again.
    pub const SEALED_SLOT: &str = "sealed_slot";
}

/// The schema version of these records.
pub const SCHEMA_VERSION: u32 = 1;

row! {
    /// A row of table `blocks`.
    BlockRow {
        /// Block id.
        hash: String,
        /// Parent's id.
        previous_hash: String,
        /// Height.
        height: u64,
        /// Nonce.
        nonce: u64,
        /// Maker's time.
        timestamp: u64,
        /// Maker's node id.
        miner_id: String,
        /// `work` or `authority`.
        kind: String,
        /// Difficulty, or weight of an authority's block.
        difficulty: u64,
        /// Authority's slot, 0 for work.
        slot: u64,
        /// Number of transactions.
        transactions_count: u32,
        /// The maker's free data as text.
        data: String,
        /// Weight of the chain up to this block, in decimal.
        weight: String,
        /// Whether the block is on the node's best chain.
        on_best_chain: bool,
        /// The block's canonical bytes.
        raw: Vec<u8>,
    }
}

row! {
    /// A row of table `transactions`.
    TransactionRow {
        /// Transaction id.
        tx_hash: String,
        /// Signer's name, or address where there is none.
        from_user: String,
        /// Receiver's name or address; empty where there is none.
        to_user: String,
        /// Signer's address.
        from_address: String,
        /// Amount moved or created.
        amount: u64,
        /// Fee.
        fee: u64,
        /// The account's nonce.
        nonce: u64,
        /// Kind of payload.
        kind: String,
        /// Memo or message as text.
        memo: String,
        /// When this node first saw it.
        timestamp: u64,
        /// Hash of its block; empty unless committed.
        block_id: String,
        /// Height of its block; `None` unless committed.
        height: Option<u64>,
        /// `pending`, `committed` or `dropped`.
        status: String,
        /// Why it was dropped; empty otherwise.
        reason: String,
        /// The transaction's canonical bytes.
        raw: Vec<u8>,
    }
}

row! {
    /// A row of table `nodes`.
    NodeRow {
        /// Node id.
        node_id: String,
        /// The tab that runs it.
        host: String,
        /// The name of its inbox channel.
        port: String,
        /// `pow`, `poa` or `viewer`.
        node_type: String,
        /// Its name.
        name: String,
        /// `active`, `away` or `left`.
        status: String,
        /// When it was last heard.
        last_seen: u64,
        /// The node's own signed record, canonical bytes; empty for the row about the node itself.
        raw: Vec<u8>,
    }
}

row! {
    /// A row of table `assets`.
    AssetRow {
        /// Asset id.
        id: String,
        /// Sign.
        symbol: String,
        /// Name.
        name: String,
        /// Decimal places.
        decimals: u8,
        /// Units in existence.
        supply: u64,
        /// Address of the creator.
        creator: String,
        /// Name or address of the creator.
        owner: String,
        /// Accounts that hold some.
        holders: u64,
    }
}

row! {
    /// A row of table `users`.
    UserRow {
        /// The account's address.
        address: String,
        /// Registered name; empty where there is none.
        name: String,
        /// Coins.
        balance: u64,
        /// Committed transactions.
        nonce: u64,
        /// Height of the block that first touched the account.
        created_at_height: u64,
    }
}

row! {
    /// A row of table `mining_pool`.
    MinerRow {
        /// The miner worker's name.
        worker_id: String,
        /// The node it belongs to.
        node_id: String,
        /// Job it works on, 0 for none.
        job: u64,
        /// Height of the block it searches.
        height: u64,
        /// First nonce of its range.
        nonce_start: u64,
        /// One past the last nonce of its range.
        nonce_end: u64,
        /// Hashes tried for this height, on this head.
        hashes: u64,
        /// Measured hashes per second.
        hash_rate: f64,
        /// Lowest hash of this search so far.
        best_hash: String,
        /// Blocks it has found since it started.
        blocks_found: u64,
        /// `searching`, `idle`, `paused`, `restarting` or `stopped`.
        state: String,
        /// When this row was written.
        updated: u64,
    }
}

row! {
    /// A row of tables `state`, `undo` and `meta`.
    RawRow {
        /// The key.
        key: String,
        /// The canonical bytes.
        raw: Vec<u8>,
    }
}

/// A row of any table.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// Of `blocks`.
    Block(BlockRow),
    /// Of `transactions`.
    Transaction(TransactionRow),
    /// Of `nodes`.
    Node(NodeRow),
    /// Of `assets`.
    Asset(AssetRow),
    /// Of `users`.
    User(UserRow),
    /// Of `mining_pool`.
    Miner(MinerRow),
    /// Of `state`, `undo` or `meta`.
    Raw(RawRow),
}

impl Row {
    /// Shows every field with its name, in order.
    pub fn each<'a>(&'a self, show: &mut dyn FnMut(&'static str, Cell<'a>)) {
        match self {
            Self::Block(row) => row.each(show),
            Self::Transaction(row) => row.each(show),
            Self::Node(row) => row.each(show),
            Self::Asset(row) => row.each(show),
            Self::User(row) => row.each(show),
            Self::Miner(row) => row.each(show),
            Self::Raw(row) => row.each(show),
        }
    }

    /// The row of a table with these fields.
    ///
    /// # Errors
    /// See [`FieldError`].
    pub fn read(table: Table, fields: &dyn Fn(&'static str) -> Found) -> Result<Self, FieldError> {
        Ok(match table {
            Table::Blocks => Self::Block(BlockRow::read(fields)?),
            Table::Transactions => Self::Transaction(TransactionRow::read(fields)?),
            Table::Nodes => Self::Node(NodeRow::read(fields)?),
            Table::Assets => Self::Asset(AssetRow::read(fields)?),
            Table::Users => Self::User(UserRow::read(fields)?),
            Table::MiningPool => Self::Miner(MinerRow::read(fields)?),
            Table::State | Table::Undo | Table::Meta => Self::Raw(RawRow::read(fields)?),
        })
    }

    /// The value of the key field.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Block(row) => &row.hash,
            Self::Transaction(row) => &row.tx_hash,
            Self::Node(row) => &row.node_id,
            Self::Asset(row) => &row.id,
            Self::User(row) => &row.address,
            Self::Miner(row) => &row.worker_id,
            Self::Raw(row) => &row.key,
        }
    }
}
