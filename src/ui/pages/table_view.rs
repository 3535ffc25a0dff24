//! Rows of a ledger table as they are stored: columns are the record's fields, hashes lead to their
//! pages, bytes are only counted.

use yew::prelude::*;

use crate::ledger::{Cell, Row, Table};
use crate::primitives::visible;
use crate::ui::components::{hash_link, hash_text, to};
use crate::ui::markup::html;
use crate::ui::time;
use crate::view::figures::grouped;
use crate::view::route::Route;

/// The fields of a table's rows, in the order of the columns.
pub(super) const fn columns(table: Table) -> &'static [&'static str] {
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
        Table::State | Table::Undo | Table::Meta => &["key", "raw"],
    }
}

/// A field as text, whatever it is.
fn text(value: Cell<'_>) -> String {
    match value {
        Cell::Absent => String::new(),
        Cell::Text(text) => visible(text),
        Cell::Flag(flag) => if flag { "yes" } else { "no" }.to_owned(),
        Cell::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Cell::Number(number) => grouped(number),
        Cell::Rate(rate) => number(rate),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole and not negative by the test"
)]
fn number(value: f64) -> String {
    if value >= 0.0 && value.fract() == 0.0 {
        grouped(value as u64)
    } else {
        format!("{value:.1}")
    }
}

fn at(value: Cell<'_>) -> Option<u64> {
    match value {
        Cell::Number(at) if at > 0 => Some(at),
        Cell::Absent
        | Cell::Text(_)
        | Cell::Number(_)
        | Cell::Rate(_)
        | Cell::Flag(_)
        | Cell::Bytes(_) => None,
    }
}

/// Fields that hold hexadecimal of 32 bytes.
fn is_hash(field: &str) -> bool {
    matches!(
        field,
        "hash"
            | "previous_hash"
            | "miner_id"
            | "tx_hash"
            | "block_id"
            | "node_id"
            | "address"
            | "id"
            | "creator"
            | "best_hash"
            | "key"
    )
}

pub(super) fn is_number(field: &str) -> bool {
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

/// The page that a hash of this table and field leads to.
fn route(table: Table, field: &str, value: &str) -> Option<Route> {
    match (table, field) {
        (Table::Blocks, "hash" | "previous_hash") | (Table::Transactions, "block_id") => {
            Some(Route::Block(value.to_owned()))
        }
        (Table::Transactions, "tx_hash") | (Table::Assets, "id") => {
            Some(Route::Transaction(value.to_owned()))
        }
        (Table::Assets, "creator") | (Table::Blocks, "miner_id") => {
            Some(Route::Ledger("users".to_owned(), value.to_owned()))
        }
        _ => None,
    }
}

/// One page of a table.
pub(super) fn table_view(table: Table, rows: &[Row]) -> Html {
    let fields = columns(table);
    html! {
        <div key="rows" class="table-box">
            <table class="ledger">
                <thead>
                    <tr>
                        { for fields.iter().map(|field| html! {
                            <th key={*field} scope="col" class={classes!(is_number(field).then_some("number"))}>{ *field }</th>
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for rows.iter().map(|row| html! {
                        <tr key={row.key().to_owned()}>{ for fields.iter().map(|field| cell(table, field, row)) }</tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn field_of<'a>(row: &'a Row, field: &str) -> Cell<'a> {
    let mut found = Cell::Absent;
    row.each(&mut |name, cell| {
        if name == field {
            found = cell;
        }
    });
    found
}

fn cell(table: Table, field: &'static str, row: &Row) -> Html {
    let value = field_of(row, field);
    let shown = text(value);
    if shown.is_empty() {
        return html! { <td key={field}></td> };
    }
    let whole = shown.len() == 64;
    match field {
        "timestamp" | "last_seen" | "updated" => {
            let time = at(value).map(|at| (time::of_day(at), time::exact(at)));
            let (short, exact) = time.unwrap_or_default();
            html! { <td key={field} title={exact}>{ short }</td> }
        }
        _ if is_hash(field) && whole => {
            let link = route(table, field, &shown)
                .map_or_else(|| hash_text(&shown), |route| hash_link(&shown, &route));
            html! { <td key={field}>{ link }</td> }
        }
        "from_user" | "to_user" | "owner" if whole => html! {
            <td key={field}>{ hash_link(&shown, &Route::Ledger("users".to_owned(), shown.clone())) }</td>
        },
        "height" if table == Table::Blocks => {
            let hash = text(field_of(row, "hash"));
            html! { <td key={field} class="number">{ to(&Route::Block(hash), "", shown.into()) }</td> }
        }
        _ if is_number(field) => html! { <td key={field} class="number">{ shown }</td> },
        _ => html! { <td key={field} class="memo" title={shown.clone()}>{ shown.clone() }</td> },
    }
}
