//! Rows of a ledger table as they are stored: columns are the record's fields, hashes lead to their
//! pages, bytes are only counted.

use crate::ledger::{Row, Table};
use crate::primitives::visible;
use crate::records::FieldValue;
use crate::view::figures::grouped;
use crate::view::route::Route;

/// The fields of a table's rows, in the order of the columns.
#[must_use]
pub const fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Blocks => &[
            "height",
            "hash",
            "previous_hash",
            "kind",
            "miner_id",
            "timestamp",
            "nonce",
            "slot",
            "difficulty",
            "weight",
            "transactions_count",
            "on_best_chain",
            "data",
            "raw",
            "undo",
        ],
        Table::Transactions => &[
            "tx_hash",
            "kind",
            "from_user",
            "to_user",
            "amount",
            "fee",
            "nonce",
            "memo",
            "status",
            "height",
            "block_id",
            "timestamp",
            "reason",
            "raw",
        ],
        Table::Nodes => &[
            "name",
            "node_type",
            "status",
            "last_seen",
            "node_id",
            "host",
            "port",
            "raw",
        ],
        Table::Assets => &[
            "symbol", "name", "supply", "decimals", "owner", "holders", "id", "creator",
        ],
        Table::Users => &["name", "balance", "nonce", "created_at_height", "address"],
        Table::MiningPool => &[
            "worker_id",
            "state",
            "height",
            "hashes",
            "hash_rate",
            "best_hash",
            "nonce_start",
            "nonce_end",
            "blocks_found",
            "job",
            "node_id",
            "updated",
        ],
        Table::State | Table::Finality | Table::Meta => &["key", "raw"],
    }
}

/// Whether a column holds numbers, which are aligned to the right.
#[must_use]
pub fn is_number(field: &str) -> bool {
    matches!(
        field,
        "height"
            | "nonce"
            | "slot"
            | "difficulty"
            | "weight"
            | "transactions_count"
            | "amount"
            | "fee"
            | "balance"
            | "created_at_height"
            | "supply"
            | "decimals"
            | "holders"
            | "hashes"
            | "hash_rate"
            | "nonce_start"
            | "nonce_end"
            | "blocks_found"
            | "job"
    )
}

fn is_time(field: &str) -> bool {
    matches!(field, "timestamp" | "last_seen" | "updated")
}

/// How a filter compares with a column.
#[must_use]
pub fn comparison(field: &str) -> &'static str {
    if is_number(field) || is_time(field) {
        "equals"
    } else {
        "begins with"
    }
}

/// What a cell of the table shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// A time in milliseconds since 1970.
    Time(u64),
    /// A hash of 32 bytes, and where it leads.
    Hash(String, Option<Route>),
    /// Figures, and where they lead.
    Figures(String, Option<Route>),
    /// A text.
    Text(String),
}

/// A row of the table: its key, and a cell for each of the [`columns`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Value of the row's key field, which tells it from the others.
    pub key: String,
    /// The cells in the order of the columns.
    pub cells: Vec<Shown>,
}

/// What is shown of a row.
#[must_use]
pub fn table_row(table: Table, row: &Row) -> TableRow {
    let mut fields: Vec<(&str, FieldValue<'_>)> = Vec::new();
    row.each(&mut |name, cell| fields.push((name, cell)));
    let field = |name: &str| {
        let found = fields.iter().find(|(other, _)| *other == name);
        found.map_or(FieldValue::Absent, |(_, cell)| *cell)
    };
    let shown = |name: &&'static str| match (table, *name) {
        (Table::Blocks, "height") => Shown::Figures(
            text(field("height")),
            Some(Route::Block(text(field("hash")))),
        ),
        (_, name) => shown(table, name, field(name)),
    };
    TableRow {
        key: text(field(table.key_field())),
        cells: columns(table).iter().map(shown).collect(),
    }
}

fn shown(table: Table, name: &str, cell: FieldValue<'_>) -> Shown {
    if let FieldValue::Number(at) = cell
        && is_time(name)
    {
        return if at == 0 {
            Shown::Nothing
        } else {
            Shown::Time(at)
        };
    }
    match text(cell) {
        text if text.is_empty() => Shown::Nothing,
        text if matches!(cell, FieldValue::Text(_)) && is_hash(&text) => {
            let route = route(table, name, &text);
            Shown::Hash(text, route)
        }
        text if is_number(name) => Shown::Figures(text, None),
        text => Shown::Text(text),
    }
}

/// A field as text, whatever it is.
fn text(cell: FieldValue<'_>) -> String {
    match cell {
        FieldValue::Absent => String::new(),
        FieldValue::Text(text) => visible(text),
        FieldValue::Number(number) => grouped(number),
        FieldValue::Rate(rate) => format!("{rate:.1}"),
        FieldValue::Flag(flag) => if flag { "yes" } else { "no" }.to_owned(),
        FieldValue::Bytes(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The page that a hash of this table and field leads to.
fn route(table: Table, field: &str, hash: &str) -> Option<Route> {
    match (table, field) {
        (Table::Blocks, "hash" | "previous_hash") | (Table::Transactions, "block_id") => {
            Some(Route::Block(hash.to_owned()))
        }
        (Table::Transactions, "tx_hash") | (Table::Assets, "id") => {
            Some(Route::Transaction(hash.to_owned()))
        }
        (Table::Assets, "creator")
        | (Table::Blocks, "miner_id")
        | (_, "from_user" | "to_user" | "owner") => {
            Some(Route::Ledger("users".to_owned(), hash.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{BlockRow, MinerRow, TransactionRow, UserRow};
    use crate::records::{
        BlockKind, BlockRecord, MinerRecord, MinerState, PayloadKind, TransactionRecord,
        TransactionStatus,
    };

    fn cell(table: Table, row: &Row, name: &str) -> Shown {
        let at = columns(table).iter().position(|column| *column == name);
        table_row(table, row).cells[at.expect("a column of the table")].clone()
    }

    fn user() -> Row {
        Row::User(UserRow {
            address: "ab".repeat(32),
            name: String::new(),
            balance: 1_000_000,
            nonce: 0,
            created_at_height: 0,
        })
    }

    fn block() -> Row {
        Row::Block(BlockRow {
            record: BlockRecord {
                hash: "cd".repeat(32),
                previous_hash: "ef".repeat(32),
                height: 1_234,
                nonce: 7,
                timestamp: 5_000,
                miner_id: "01".repeat(32),
                kind: BlockKind::Work,
                difficulty: 256,
                slot: 0,
                transactions_count: 2,
                on_best_chain: true,
            },
            data: "ab".repeat(31),
            weight: "9000".into(),
            raw: vec![0; 204],
            undo: vec![0; 90],
        })
    }

    #[test]
    fn every_column_is_a_field_of_its_rows() {
        let rows = [(Table::Users, user()), (Table::Blocks, block())];
        for (table, row) in rows {
            let mut names = Vec::new();
            row.each(&mut |name, _| names.push(name));
            for column in columns(table) {
                assert!(
                    names.contains(column),
                    "{} has no field {column}",
                    table.name()
                );
            }
        }
    }

    #[test]
    fn a_row_is_known_by_its_key() {
        assert_eq!(table_row(Table::Users, &user()).key, "ab".repeat(32));
        assert_eq!(table_row(Table::Blocks, &block()).key, "cd".repeat(32));
    }

    #[test]
    fn figures_are_grouped_and_an_empty_text_shows_nothing() {
        let balance = cell(Table::Users, &user(), "balance");
        assert_eq!(balance, Shown::Figures("1,000,000".into(), None));
        assert_eq!(cell(Table::Users, &user(), "name"), Shown::Nothing);
    }

    #[test]
    fn heights_and_hashes_of_blocks_lead_to_their_pages() {
        let own = Some(Route::Block("cd".repeat(32)));
        let height = cell(Table::Blocks, &block(), "height");
        assert_eq!(height, Shown::Figures("1,234".into(), own.clone()));
        assert_eq!(
            cell(Table::Blocks, &block(), "hash"),
            Shown::Hash("cd".repeat(32), own)
        );
        let maker = Some(Route::Ledger("users".into(), "01".repeat(32)));
        let miner = cell(Table::Blocks, &block(), "miner_id");
        assert_eq!(miner, Shown::Hash("01".repeat(32), maker));
    }

    #[test]
    fn times_flags_and_bytes_are_put_into_words() {
        assert_eq!(
            cell(Table::Blocks, &block(), "timestamp"),
            Shown::Time(5_000)
        );
        assert_eq!(
            cell(Table::Blocks, &block(), "on_best_chain"),
            Shown::Text("yes".into())
        );
        assert_eq!(
            cell(Table::Blocks, &block(), "raw"),
            Shown::Text("204 bytes".into())
        );
        assert_eq!(
            cell(Table::Blocks, &block(), "data"),
            Shown::Text("ab".repeat(31))
        );
    }

    #[test]
    fn a_name_is_text_and_an_address_in_its_place_is_a_link() {
        let row = |from: &str| {
            Row::Transaction(TransactionRow {
                record: TransactionRecord {
                    tx_hash: "ab".repeat(32),
                    from_user: from.into(),
                    to_user: String::new(),
                    from_address: "02".repeat(32),
                    amount: 1,
                    fee: 1,
                    nonce: 0,
                    kind: PayloadKind::Transfer,
                    memo: String::new(),
                    timestamp: 0,
                    block_id: String::new(),
                    height: None,
                    status: TransactionStatus::Pending,
                    reason: String::new(),
                },
                raw: Vec::new(),
            })
        };
        let from = |who: &str| cell(Table::Transactions, &row(who), "from_user");
        assert_eq!(from("alice"), Shown::Text("alice".into()));
        let address = "02".repeat(32);
        let place = Route::Ledger("users".into(), address.clone());
        assert_eq!(from(&address), Shown::Hash(address, Some(place)));
        let pending = row("alice");
        assert_eq!(
            cell(Table::Transactions, &pending, "height"),
            Shown::Nothing
        );
        assert_eq!(
            cell(Table::Transactions, &pending, "timestamp"),
            Shown::Nothing
        );
    }

    #[test]
    fn rates_have_one_decimal() {
        let row = Row::Miner(MinerRow {
            worker_id: "pow-1/0".into(),
            node_id: "ab".into(),
            job: 0,
            record: MinerRecord {
                height: 3,
                nonce_start: 0,
                nonce_end: 1,
                hashes: 9,
                hash_rate: 12.34,
                best_hash: String::new(),
                blocks_found: 2,
                state: MinerState::Searching,
            },
            updated: 0,
        });
        let rate = cell(Table::MiningPool, &row, "hash_rate");
        assert_eq!(rate, Shown::Figures("12.3".into(), None));
    }

    #[test]
    fn a_filter_compares_figures_and_times_as_a_whole() {
        assert_eq!(comparison("height"), "equals");
        assert_eq!(comparison("last_seen"), "equals");
        assert_eq!(comparison("hash"), "begins with");
    }
}
