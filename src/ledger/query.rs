//! Questions that people ask of a ledger: one page of one table, in the order of its key or of an
//! index, optionally only the rows whose indexed field has, or begins with, a value.
//!
//! The order is that of the database: numbers by size, texts by their UTF-16 code units, rows with
//! the same value by their key; `descending` turns all of it round. A number's `key` is written in
//! decimal and must be equal; a text's is a prefix, and the empty prefix is every row. A `key` that
//! is no number where numbers stand, and an index that the table has not, match nothing;
//! [`Query::check`] says which.

use std::cmp::Ordering;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::{Row, Table};
use crate::primitives::{codes, read_number};
use crate::records::FieldValue;

/// Most rows of one page.
pub const MAX_PAGE: u32 = 500;

/// One page of one table.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Query {
    /// The table.
    pub table: Table,
    /// The indexed field to order and filter by; the key where `None`.
    pub index: Option<String>,
    /// Only rows whose field equals this (numbers in decimal), or, for texts, begins with it.
    pub key: Option<String>,
    /// Whether the order is turned round, the highest first.
    pub descending: bool,
    /// Rows that match and are skipped, the first in the order.
    pub offset: u32,
    /// Rows to give, at most [`MAX_PAGE`].
    pub limit: u32,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Page {
    /// Rows that match, on all pages.
    pub total: u32,
    /// The rows of this page, in the order that was asked for.
    pub rows: Vec<Row>,
}

/// Why a query can match nothing, whatever is in the table.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum QueryError {
    /// The table has no such index.
    #[error("expected no index or one of {:?} for table {table}, found another", table.indexes())]
    UnknownIndex {
        /// The table.
        table: Table,
    },
    /// The field holds numbers, and the key is none.
    #[error(
        "expected a whole number up to 2^53 - 1 for {field} of table {table}, found something else"
    )]
    NotANumber {
        /// The table.
        table: Table,
        /// The field's name.
        field: String,
    },
}

codes! {
    QueryError {
        UnknownIndex => "bad_query", "a query can match nothing, whatever is in the table";
        NotANumber => "bad_query", "a query can match nothing, whatever is in the table";
    }
}

/// Which values of a field match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Every one.
    Any,
    /// This number.
    Number(u64),
    /// Every text that begins with this.
    Prefix(String),
}

/// The value of an indexed field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of a field of numbers.
    Number(u64),
    /// Of a field of texts.
    Text(&'a str),
}

impl Value<'_> {
    /// The order of the database: numbers by size, then texts by their UTF-16 code units.
    // Long, and a sort compares in a dozen places: one copy of it is enough.
    #[inline(never)]
    #[must_use]
    pub fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.cmp(&b),
            (Self::Text(a), Self::Text(b)) => a.encode_utf16().cmp(b.encode_utf16()),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl Filter {
    /// Whether a value matches; one of the other kind never does.
    #[must_use]
    pub fn admits(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::Number(wanted), Value::Number(found)) => *wanted == found,
            (Self::Prefix(prefix), Value::Text(text)) => text.starts_with(prefix.as_str()),
            (Self::Number(_), Value::Text(_)) | (Self::Prefix(_), Value::Number(_)) => false,
        }
    }
}

impl Query {
    /// The first `limit` rows of a table by its key.
    #[must_use]
    pub const fn all(table: Table, limit: u32) -> Self {
        Self {
            table,
            index: None,
            key: None,
            descending: false,
            offset: 0,
            limit,
        }
    }

    /// The field to go by, and what must be in it.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub fn check(&self) -> Result<(&'static str, Filter), QueryError> {
        let table = self.table;
        let field = match &self.index {
            None => self.table.key_field(),
            Some(name) => table
                .indexes()
                .iter()
                .copied()
                .find(|index| index == name)
                .ok_or(QueryError::UnknownIndex { table })?,
        };
        let filter = match &self.key {
            None => Filter::Any,
            Some(key) if is_number(field) => {
                let number = read_number(key);
                let wrong = |_| QueryError::NotANumber {
                    table,
                    field: field.to_owned(),
                };
                Filter::Number(number.map_err(wrong)?)
            }
            Some(key) if key.is_empty() => Filter::Any,
            Some(key) => Filter::Prefix(key.clone()),
        };
        Ok((field, filter))
    }

    /// Rows to give: the limit within its bound.
    #[must_use]
    pub fn page_size(&self) -> u32 {
        self.limit.min(MAX_PAGE)
    }
}

/// Whether an indexed field holds numbers.
fn is_number(field: &str) -> bool {
    matches!(field, "height" | "timestamp" | "last_seen")
}

impl Row {
    /// The value of a field that holds a text or a whole number; `None` for any other.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<Value<'_>> {
        let mut value = None;
        self.each(&mut |name, cell| {
            if name == field {
                value = match cell {
                    FieldValue::Text(text) => Some(Value::Text(text)),
                    FieldValue::Number(number) => Some(Value::Number(number)),
                    FieldValue::Absent
                    | FieldValue::Rate(_)
                    | FieldValue::Flag(_)
                    | FieldValue::Bytes(_) => None,
                };
            }
        });
        value
    }
}
