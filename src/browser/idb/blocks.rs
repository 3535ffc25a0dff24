//! A ledger's blocks in parts, the lowest first, for a node that starts: by the index of their
//! heights. A row whose height is no number is in no index, and so left out like any other that
//! cannot be read.
//!
//! Bound: [`PART`] rows, and those of one height, which the tree bounds.

use std::fmt::Display;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbIndex, IdbKeyRange};

use super::request::{Pending, Transaction, error_of};
use crate::browser::js::{field, warn};
use crate::ledger::{PART, Part, StoreError, StoredBlock, Table};

/// The next blocks from a height on.
pub(super) async fn part(database: &IdbDatabase, from: u64) -> Result<Part, StoreError> {
    let transaction = Transaction::read(database, &[Table::Blocks.name()])?;
    let store = transaction.store(Table::Blocks.name())?;
    let index = store.index("height").map_err(|thrown| error_of(&thrown))?;
    let rest = IdbKeyRange::lower_bound(&number(from)).map_err(|thrown| error_of(&thrown))?;
    let found = ask(&index, &rest, Some(PART)).await?;
    let last = height_of(&found.get(found.length().saturating_sub(1)));
    let (Some(last), true) = (last, found.length() >= PART) else {
        let blocks = read(found.iter());
        return Ok(Part { blocks, next: None });
    };
    // Of the last height there may be more.
    let below = |row: &JsValue| height_of(row).is_some_and(|height| height < last);
    let mut blocks = read(found.iter().filter(below));
    let only = IdbKeyRange::only(&last.into()).map_err(|thrown| error_of(&thrown))?;
    blocks.extend(read(ask(&index, &only, None).await?.iter()));
    // A height is a whole number below 2^53; of what else somebody wrote there, the node says so.
    let next = (last < LARGEST).then(|| whole(last).saturating_add(1));
    Ok(Part { blocks, next })
}

/// The largest height that JavaScript holds exactly.
const LARGEST: f64 = 9_007_199_254_740_991.0;

async fn ask(
    index: &IdbIndex,
    range: &IdbKeyRange,
    limit: Option<u32>,
) -> Result<Array, StoreError> {
    let request = match limit {
        Some(limit) => index.get_all_with_key_and_limit(range, limit),
        None => index.get_all_with_key(range),
    };
    let pending = Pending::new(request.map_err(|thrown| error_of(&thrown))?);
    Ok(Array::from(&pending.result().await?))
}

/// The readable ones of these rows.
fn read(rows: impl Iterator<Item = JsValue>) -> Vec<StoredBlock> {
    let read = |row: JsValue| {
        let block = stored(&row);
        if block.is_none() {
            leave_out(Table::Blocks, &"expected its id, height, branch and bytes");
        }
        block
    };
    rows.filter_map(read).collect()
}

/// Of a row what a node reads: field by field, as the others are many and need not even be whole.
fn stored(row: &JsValue) -> Option<StoredBlock> {
    let bytes = |name| Some(field(row, name).dyn_ref::<Uint8Array>()?.to_vec());
    Some(StoredBlock {
        hash: field(row, "hash").as_string()?,
        height: whole(height_of(row).filter(|height| height.fract() == 0.0)?),
        on_best_chain: field(row, "on_best_chain").as_bool()?,
        raw: bytes("raw")?,
        // A row of an earlier schema has none.
        undo: bytes("undo").unwrap_or_default(),
    })
}

fn height_of(row: &JsValue) -> Option<f64> {
    field(row, "height").as_f64()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a height that was read is at most 2^53 - 1"
)]
fn number(height: u64) -> JsValue {
    JsValue::from_f64(height as f64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped by the cast; a height that is none is found by the node"
)]
const fn whole(height: f64) -> u64 {
    height as u64
}

/// Says that a row is left out.
pub(super) fn leave_out(table: Table, error: &impl Display) {
    let table = table.name();
    warn(&format!(
        "a row of table {table} cannot be read and is left out: {error}"
    ));
}
