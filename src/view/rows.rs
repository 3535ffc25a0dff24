//! What `ledger` prints: counts of the tables, or rows of one.

use super::figures::{compact, grouped, short};
use super::table::TextTable;
use super::text::{age, who};
use crate::ledger::{BlockRow, Row, Table, TransactionRow};

/// `ledger`: how many rows each table has.
#[must_use]
pub fn counts(node: &str, counts: &[(Table, u32)]) -> String {
    let mut table = TextTable::new(&["table", ">rows", "indexes"]);
    for (name, rows) in counts {
        table.row([
            name.name().to_owned(),
            grouped(u64::from(*rows)),
            name.indexes().join(", "),
        ]);
    }
    format!("Ledger of {node}:\n{}", table.render())
}

/// `ledger <table> [filter]`: rows of one table, of `total` that match.
#[must_use]
pub fn rows(node: &str, table: Table, rows: &[Row], total: u32, now: u64) -> String {
    if rows.is_empty() {
        return format!(
            "No row of {} matches in the ledger of {node}.",
            table.name()
        );
    }
    let heads: &[&'static str] = match table {
        Table::Blocks => &[
            ">height",
            "hash",
            "previous",
            "kind",
            "miner",
            ">nonce",
            ">difficulty",
            ">txs",
            "best chain",
            "age",
        ],
        Table::Transactions => &[
            "tx_hash", "status", "from", "to", ">amount", ">fee", ">nonce", "kind", "block", "age",
            "memo",
        ],
        Table::Nodes => &[
            "name",
            "type",
            "status",
            "node_id",
            "host",
            "port",
            "last seen",
        ],
        Table::Assets => &[
            "symbol",
            "name",
            ">supply",
            ">decimals",
            "owner",
            ">holders",
            "id",
        ],
        Table::Users => &["name", "address", ">balance", ">nonce", ">created at"],
        Table::MiningPool => &[
            "worker",
            "node",
            "state",
            ">job",
            ">height",
            "nonces",
            ">hashes",
            ">hashes/s",
            ">found",
            "best hash",
        ],
        Table::State | Table::Finality | Table::Meta => &["key", ">bytes"],
    };
    let mut text = TextTable::new(heads);
    for row in rows {
        text.row(cells(row, now));
    }
    let shown = if rows.len() < usize::try_from(total).unwrap_or(usize::MAX) {
        format!("{} of {}", rows.len(), grouped(u64::from(total)))
    } else {
        grouped(u64::from(total))
    };
    format!(
        "{} in the ledger of {node}, {shown}:\n{}",
        table.name(),
        text.render()
    )
}

fn cells(row: &Row, now: u64) -> Vec<String> {
    match row {
        Row::Block(row) => block_cells(row, now),
        Row::Transaction(row) => transaction_cells(row, now),
        Row::Node(row) => vec![
            row.name.clone(),
            row.node_type.word().to_owned(),
            row.status.to_string(),
            short(&row.node_id),
            row.host.clone(),
            row.port.clone(),
            age(now, row.last_seen),
        ],
        Row::Asset(row) => vec![
            row.symbol.clone(),
            row.name.clone(),
            grouped(row.supply),
            row.decimals.to_string(),
            who(&row.owner),
            grouped(row.holders),
            short(&row.id),
        ],
        Row::User(row) => vec![
            row.name.clone(),
            short(&row.address),
            grouped(row.balance),
            grouped(row.nonce),
            grouped(row.created_at_height),
        ],
        Row::Miner(row) => vec![
            row.worker_id.clone(),
            short(&row.node_id),
            row.state.to_string(),
            grouped(row.job),
            grouped(row.height),
            format!("{}-{}", grouped(row.nonce_start), grouped(row.nonce_end)),
            grouped(row.hashes),
            compact(row.hash_rate),
            grouped(row.blocks_found),
            short(&row.best_hash),
        ],
        Row::Raw(row) => vec![row.key.clone(), row.raw.len().to_string()],
    }
}

fn block_cells(row: &BlockRow, now: u64) -> Vec<String> {
    vec![
        grouped(row.height),
        short(&row.hash),
        short(&row.previous_hash),
        row.kind.to_string(),
        short(&row.miner_id),
        grouped(row.nonce),
        grouped(row.difficulty),
        row.transactions_count.to_string(),
        if row.on_best_chain { "yes" } else { "no" }.to_owned(),
        age(now, row.timestamp),
    ]
}

fn transaction_cells(row: &TransactionRow, now: u64) -> Vec<String> {
    vec![
        short(&row.tx_hash),
        if row.reason.is_empty() {
            row.status.to_string()
        } else {
            format!("{}: {}", row.status, row.reason)
        },
        who(&row.from_user),
        who(&row.to_user),
        grouped(row.amount),
        grouped(row.fee),
        row.nonce.to_string(),
        row.kind.to_string(),
        row.height.map_or_else(String::new, |height| {
            format!("{} at {}", short(&row.block_id), grouped(height))
        }),
        age(now, row.timestamp),
        row.memo.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::UserRow;

    fn user(name: &str) -> Row {
        let address = "ab".repeat(32);
        Row::User(UserRow {
            address,
            name: name.into(),
            balance: 10_000,
            nonce: 3,
            created_at_height: 0,
        })
    }

    #[test]
    fn rows_are_counted_and_aligned() {
        let text = rows("pow-1", Table::Users, &[user("alice"), user("bob")], 6, 0);
        assert!(
            text.starts_with("users in the ledger of pow-1, 2 of 6:\nname"),
            "{text}"
        );
        assert!(text.contains("alice  abababab   10,000"), "{text}");
        assert_eq!(text.lines().count(), 4);
        let none = rows("pow-1", Table::Blocks, &[], 0, 0);
        assert_eq!(none, "No row of blocks matches in the ledger of pow-1.");
    }

    #[test]
    fn counts_name_the_tables_and_their_indexes() {
        let text = counts("pow-1", &[(Table::Blocks, 1_234), (Table::MiningPool, 1)]);
        assert!(
            text.contains("blocks       1,234  height, previous_hash, miner_id, timestamp"),
            "{text}"
        );
    }
}
