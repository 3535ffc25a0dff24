//! A ledger as the first release wrote it (commit 7971b23): two nodes, sixteen blocks, transactions
//! in each status. One object a line; JSON has no bytes, so they are `{ "hex": … }` there.

use serde_json::Value;

use crate::primitives::from_hex;
use crate::records::Table;

const LINES: &str = include_str!("../../tests/support/ledger_v1.jsonl");

/// The rows as plain objects, bytes as lists of numbers. Its table of undo records is left out:
/// they are in the rows of the blocks today.
pub(crate) fn rows() -> Vec<(Table, Value)> {
    let row = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        let name = entry["table"].as_str().unwrap();
        let table = Table::from_name(name);
        assert_eq!(table.is_none(), name == "undo");
        Some((table?, with_bytes(entry["row"].clone())))
    };
    LINES.lines().filter_map(row).collect()
}

fn with_bytes(value: Value) -> Value {
    let Value::Object(fields) = value else {
        return value;
    };
    if let Some(hex) = fields.get("hex") {
        return from_hex(hex.as_str().unwrap()).unwrap().into();
    }
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name, with_bytes(value)))
        .collect()
}
