//! What `ledger <table> <filter>` asks: the filter's form tells which index it is for.

use crate::ledger::{Query, Table};
use crate::primitives::{NodeKind, read_number};
use crate::records::{MinerState, PeerState, TransactionStatus};

/// Rows that `ledger <table>` shows.
pub const DEFAULT_ROWS: u32 = 20;

/// The queries whose rows together answer a filter; rows found by more than one count once.
#[must_use]
pub fn queries(table: Table, filter: Option<&str>) -> Vec<Query> {
    let Some(filter) = filter else {
        let newest = match table {
            Table::Blocks => Some("height"),
            Table::Transactions => Some("timestamp"),
            Table::Nodes
            | Table::Assets
            | Table::Users
            | Table::MiningPool
            | Table::State
            | Table::Finality
            | Table::Meta => None,
        };
        return vec![query(table, newest, None)];
    };
    let filter = filter.trim().to_ascii_lowercase();
    let by = |index| query(table, Some(index), Some(filter.clone()));
    let by_key = || query(table, None, Some(filter.clone()));
    match table {
        Table::Blocks if is_height(&filter) => vec![by("height")],
        Table::Transactions if TransactionStatus::of(&filter).is_some() => {
            vec![by("status")]
        }
        Table::Transactions if hexadecimal(&filter) => vec![by_key(), by("block_id")],
        Table::Transactions => vec![by("from_user"), by("to_user")],
        Table::Nodes if is_node_kind(&filter) => {
            vec![by("node_type")]
        }
        Table::Nodes if PeerState::of(&filter).is_some() => vec![by("status")],
        Table::Assets if !hexadecimal(&filter) => vec![query(
            table,
            Some("symbol"),
            Some(filter.to_ascii_uppercase()),
        )],
        Table::Users if !hexadecimal(&filter) => vec![by("name")],
        Table::MiningPool if MinerState::of(&filter).is_some() => vec![by("state")],
        Table::Blocks
        | Table::Nodes
        | Table::Assets
        | Table::Users
        | Table::MiningPool
        | Table::State
        | Table::Finality
        | Table::Meta => vec![by_key()],
    }
}

fn query(table: Table, index: Option<&str>, key: Option<String>) -> Query {
    let descending = matches!(index, Some("height" | "timestamp"));
    Query {
        table,
        index: index.map(str::to_owned),
        key,
        descending,
        offset: 0,
        limit: DEFAULT_ROWS,
    }
}

/// The word of a kind of node.
fn is_node_kind(word: &str) -> bool {
    let kinds = [NodeKind::Pow, NodeKind::Poa, NodeKind::Viewer];
    kinds.iter().any(|kind| kind.word() == word)
}

/// A number of at most 15 characters: longer ones are the beginnings of hashes.
fn is_height(text: &str) -> bool {
    text.len() <= 15 && read_number(text).is_ok()
}

/// Hexadecimal of at least four digits with a decimal digit among them, so that `dead` and `face`
/// can be names.
fn hexadecimal(text: &str) -> bool {
    text.len() >= 4
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_filter_tells_its_index() {
        let asked = |table, filter| {
            let queries = queries(table, filter);
            for query in &queries {
                let index = query.index.as_deref();
                assert!(
                    index.is_none_or(|index| table.indexes().contains(&index)),
                    "{table:?} {index:?}"
                );
            }
            queries
                .into_iter()
                .map(|query| query.index.unwrap_or_default())
                .collect::<Vec<_>>()
        };
        assert_eq!(asked(Table::Blocks, None), ["height"]);
        assert_eq!(asked(Table::Blocks, Some("12")), ["height"]);
        assert_eq!(asked(Table::Blocks, Some("1,234")), ["height"]);
        assert_eq!(asked(Table::Blocks, Some("00ab")), [""]);
        assert_eq!(
            asked(Table::Transactions, Some("Alice")),
            ["from_user", "to_user"]
        );
        assert_eq!(asked(Table::Transactions, Some("pending")), ["status"]);
        assert_eq!(asked(Table::Transactions, Some("12ab")), ["", "block_id"]);
        assert_eq!(asked(Table::Nodes, Some("poa")), ["node_type"]);
        assert_eq!(asked(Table::Nodes, Some("active")), ["status"]);
        assert_eq!(asked(Table::Assets, Some("gold")), ["symbol"]);
        assert_eq!(asked(Table::Users, Some("bob")), ["name"]);
        for state in MinerState::ALL.iter().map(|state| state.word()) {
            assert_eq!(asked(Table::MiningPool, Some(state)), ["state"]);
        }
        assert_eq!(asked(Table::MiningPool, Some("pow-1:1")), [""]);
        assert_eq!(asked(Table::MiningPool, None), [""]);
    }
}
