//! Questions that people ask of a ledger: one page of one table, in the order of its key or of an
//! index, optionally only the rows whose indexed field has, or begins with, a value.

use serde::{Deserialize, Serialize};

use super::{Row, Table};

/// Most rows of one page.
pub const MAX_PAGE: u32 = 500;

/// One page of one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// The table.
    pub table: Table,
    /// The indexed field to order and filter by; the key where `None`.
    pub index: Option<String>,
    /// Only rows whose field equals this (numbers in decimal), or, for texts, begins with it.
    pub key: Option<String>,
    /// Highest first.
    pub descending: bool,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most [`MAX_PAGE`].
    pub limit: u32,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Page {
    /// Rows that match, on all pages.
    pub total: u32,
    /// The rows of this page.
    pub rows: Vec<Row>,
}
