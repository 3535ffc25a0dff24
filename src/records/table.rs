//! The tables of a node's ledger: the six of the original system, and what the engine needs beside
//! them. A row is a plain record that a person can read in the browser's developer tools; where the
//! engine needs exact bytes they stand in one `raw` field.
//!
//! Invariants: no number above 2^53 - 1; every hash and address is lower-case hexadecimal; times
//! are milliseconds since 1970; a `transactions` row with status `committed` names its block.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::de::{DeserializeSeed, Deserializer};
use serde::ser::{SerializeStruct as _, Serializer};
use serde::{Deserialize, Serialize};

use super::fields::{Field, FieldValue, fields};
use super::{AssetRow, BlockRow, MinerRow, NodeRow, TransactionRow, UserRow};

/// The tables of one node's database. The name of a table is that of its object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
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
    /// Votes by link, evidence, and the final checkpoint; key: which of them.
    Finality,
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
        Self::Finality,
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
            Self::Finality => "finality",
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
            Self::State | Self::Finality | Self::Meta => "key",
        }
    }

    /// The fields that rows can be ordered and filtered by, the key aside.
    #[must_use]
    pub const fn indexes(self) -> &'static [&'static str] {
        match self {
            Self::Blocks => &["height", "previous_hash", "miner_id", "timestamp"],
            Self::Transactions => &["block_id", "from_user", "to_user", "status", "timestamp"],
            Self::Nodes => &["node_type", "status", "last_seen"],
            Self::Assets => &["symbol", "owner"],
            Self::Users => &["name"],
            Self::MiningPool => &["node_id", "state"],
            Self::State | Self::Finality | Self::Meta => &[],
        }
    }

    /// The table of an object store's name; `None` for any other word.
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
    /// How far the node's date is ahead of its wall clock, with a checksum.
    pub const CLOCK: &str = "clock";
    /// The bytes of the last block whose row the check at a start found to be wrong, as they stood
    /// there.
    pub const QUARANTINE: &str = "quarantine";
    /// What this node signed as a voter, with a checksum.
    pub const SIGNED: &str = "signed";
}

/// The schema version of these records: 1 had no table `finality`; 1 and 2 had a table `undo` for
/// the undo records.
pub const SCHEMA_VERSION: u32 = 3;

/// A row of tables `state`, `finality` and `meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct RawRow {
    /// The key: in `state` hexadecimal, in `meta` one of the words of [`meta_key`].
    pub key: String,
    /// The canonical bytes.
    #[serde(with = "serde_bytes")]
    pub raw: Vec<u8>,
}

fields! {
    RawRow { key, raw, }
}

/// A row of any table, stored and handed to scripts as the plain object of its fields.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
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
    /// Of `state`, `finality` or `meta`.
    Raw(RawRow),
}

/// Which table an object belongs to decides what it must hold.
impl<'de> DeserializeSeed<'de> for Table {
    type Value = Row;

    fn deserialize<D: Deserializer<'de>>(self, object: D) -> Result<Row, D::Error> {
        match self {
            Self::Blocks => Deserialize::deserialize(object).map(Row::Block),
            Self::Transactions => Deserialize::deserialize(object).map(Row::Transaction),
            Self::Nodes => Deserialize::deserialize(object).map(Row::Node),
            Self::Assets => Deserialize::deserialize(object).map(Row::Asset),
            Self::Users => Deserialize::deserialize(object).map(Row::User),
            Self::MiningPool => Deserialize::deserialize(object).map(Row::Miner),
            Self::State | Self::Finality | Self::Meta => {
                Deserialize::deserialize(object).map(Row::Raw)
            }
        }
    }
}

/// As one record of fields whose names are known when the program is built: what is flattened part
/// by part is a map, whose keys are made anew for each row, and a ledger writes thousands of rows
/// in one go.
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut count = 0;
        self.each(&mut |_, _| count += 1);
        let mut record = serializer.serialize_struct("Row", count)?;
        let mut outcome = Ok(());
        self.each(&mut |name, value| {
            if outcome.is_ok() {
                outcome = record.serialize_field(name, &value);
            }
        });
        outcome?;
        record.end()
    }
}

impl Row {
    /// Shows every field with its name, in order.
    pub fn each<'a>(&'a self, show: &mut dyn FnMut(&'static str, FieldValue<'a>)) {
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

    /// The value of the key field, which no other row of the table has.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::kept::rows as kept;

    #[test]
    fn a_row_of_the_first_release_is_read_and_written_as_it_was() {
        let mut tables = std::collections::BTreeSet::new();
        for (table, object) in kept() {
            let row = table.deserialize(&object).unwrap();
            assert_eq!(serde_json::to_value(&row).unwrap(), of_today(object));
            tables.insert(table);
        }
        let later = 1;
        assert_eq!(
            tables.len() + later,
            Table::ALL.len(),
            "a row of every table of then"
        );
    }

    /// The row as it is written today: a block's has its undo record, of which the first release
    /// knew nothing.
    fn of_today(mut object: serde_json::Value) -> serde_json::Value {
        if object.get("previous_hash").is_some() {
            object["undo"] = serde_json::json!([]);
        }
        object
    }

    #[test]
    fn the_named_fields_are_the_stored_ones() {
        for (table, object) in kept() {
            let row = table.deserialize(&object).unwrap();
            let mut shown = serde_json::Map::new();
            row.each(&mut |name, value| {
                let value = match value {
                    FieldValue::Absent => serde_json::Value::Null,
                    FieldValue::Text(text) => text.into(),
                    FieldValue::Number(number) => number.into(),
                    FieldValue::Rate(rate) => rate.into(),
                    FieldValue::Flag(flag) => flag.into(),
                    FieldValue::Bytes(bytes) => bytes.into(),
                };
                shown.insert(name.to_owned(), value);
            });
            assert_eq!(serde_json::Value::Object(shown), of_today(object.clone()));
            assert_eq!(object[table.key_field()], row.key());
            for index in table.indexes() {
                assert!(object.get(index).is_some(), "{table} has no field {index}");
            }
        }
    }

    #[test]
    fn a_row_crosses_from_worker_to_page_as_it_is() {
        for (table, object) in kept() {
            let row = table.deserialize(&object).unwrap();
            let bytes = borsh::to_vec(&row).unwrap();
            assert_eq!(borsh::from_slice::<Row>(&bytes).unwrap(), row);
        }
    }

    #[test]
    fn an_object_of_another_shape_is_no_row() {
        let (table, good) = kept().remove(0);
        assert_eq!(table, Table::Blocks);
        for (field, bad) in [
            ("height", serde_json::json!(-1)),
            ("height", serde_json::json!(0.5)),
            ("kind", serde_json::json!("luck")),
            ("hash", serde_json::Value::Null),
            ("nonce", serde_json::json!("9")),
            ("raw", serde_json::json!(7)),
        ] {
            let mut object = good.clone();
            object[field] = bad;
            assert!(table.deserialize(&object).is_err(), "{field}");
            object.as_object_mut().unwrap().remove(field);
            assert!(table.deserialize(&object).is_err(), "without {field}");
        }
        assert!(Table::Users.deserialize(&good).is_err());
    }
}
