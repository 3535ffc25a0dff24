//! The rows of a node's ledger: the six tables of the original system, and what the engine needs
//! beside them. A row is a plain record that a person can read in the browser's developer tools;
//! where the engine needs exact bytes they stand in one `raw` field.
//!
//! Invariants: no number above 2^53 - 1; every hash and address is lower-case hexadecimal; times are
//! milliseconds since 1970; a `transactions` row with status `committed` names its block.

use serde::{Deserialize, Serialize};

/// The tables of one node's database. The name of a table is that of its object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, borsh::BorshSerialize, borsh::BorshDeserialize)]
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
    pub const FOR_PEOPLE: [Self; 6] =
        [Self::Blocks, Self::Transactions, Self::Nodes, Self::Assets, Self::Users, Self::MiningPool];

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

/// A row of table `blocks`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockRow {
    /// Block id.
    pub hash: String,
    /// Parent's id.
    pub previous_hash: String,
    /// Height.
    pub height: u64,
    /// Nonce.
    pub nonce: u64,
    /// Maker's time.
    pub timestamp: u64,
    /// Maker's node id.
    pub miner_id: String,
    /// `work` or `authority`.
    pub kind: String,
    /// Difficulty, or weight of an authority's block.
    pub difficulty: u64,
    /// Authority's slot, 0 for work.
    pub slot: u64,
    /// Number of transactions.
    pub transactions_count: u32,
    /// The maker's free data as text.
    pub data: String,
    /// Weight of the chain up to this block, in decimal.
    pub weight: String,
    /// Whether the block is on the node's best chain.
    pub on_best_chain: bool,
    /// The block's canonical bytes.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

/// A row of table `transactions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionRow {
    /// Transaction id.
    pub tx_hash: String,
    /// Signer's name, or address where there is none.
    pub from_user: String,
    /// Receiver's name or address; empty where there is none.
    pub to_user: String,
    /// Signer's address.
    pub from_address: String,
    /// Amount moved or created.
    pub amount: u64,
    /// Fee.
    pub fee: u64,
    /// The account's nonce.
    pub nonce: u64,
    /// Kind of payload.
    pub kind: String,
    /// Memo or message as text.
    pub memo: String,
    /// When this node first saw it.
    pub timestamp: u64,
    /// Hash of its block; empty unless committed.
    pub block_id: String,
    /// Height of its block; `None` unless committed.
    pub height: Option<u64>,
    /// `pending`, `committed` or `dropped`.
    pub status: String,
    /// Why it was dropped; empty otherwise.
    pub reason: String,
    /// The transaction's canonical bytes.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

/// A row of table `nodes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeRow {
    /// Node id.
    pub node_id: String,
    /// The tab that runs it.
    pub host: String,
    /// The name of its inbox channel.
    pub port: String,
    /// `pow`, `poa` or `viewer`.
    pub node_type: String,
    /// Its name.
    pub name: String,
    /// `active`, `away` or `left`.
    pub status: String,
    /// When it was last heard.
    pub last_seen: u64,
    /// The node's own signed record, canonical bytes; empty for the row about the node itself.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

/// A row of table `assets`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A row of table `users`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserRow {
    /// The account's address.
    pub address: String,
    /// Registered name; empty where there is none.
    pub name: String,
    /// Coins.
    pub balance: u64,
    /// Committed transactions.
    pub nonce: u64,
    /// Height of the block that first touched the account.
    pub created_at_height: u64,
}

/// A row of table `mining_pool`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinerRow {
    /// The miner worker's name.
    pub worker_id: String,
    /// The node it belongs to.
    pub node_id: String,
    /// Job it works on, 0 for none.
    pub job: u64,
    /// Height of the block it searches.
    pub height: u64,
    /// First nonce of its range.
    pub nonce_start: u64,
    /// One past the last nonce of its range.
    pub nonce_end: u64,
    /// Hashes tried on this job.
    pub hashes: u64,
    /// Measured hashes per second.
    pub hash_rate: f64,
    /// Lowest hash of this job so far.
    pub best_hash: String,
    /// Blocks it has found since it started.
    pub blocks_found: u64,
    /// `idle` or `searching`.
    pub state: String,
    /// When this row was written.
    pub updated: u64,
}

/// A row of tables `state`, `undo` and `meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawRow {
    /// The key.
    pub key: String,
    /// The canonical bytes.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

/// A row of any table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
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
