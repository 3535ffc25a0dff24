//! One page of one table: a count for the total, a cursor for the rows. Both run in one
//! transaction, so they speak of the same moment. Rows that are skipped or follow the page are
//! never read.

use wasm_bindgen::prelude::*;
use web_sys::{IdbCursorWithValue, IdbDatabase, IdbKeyRange};

use super::request::{Pending, Source, Transaction, error_of};
use crate::browser::js;
use crate::ledger::{Filter, Page, Query, StoreError};

/// The answer to a query; nothing for one that cannot match.
pub(super) async fn run(database: &IdbDatabase, query: &Query) -> Result<Page, StoreError> {
    let Ok((field, filter)) = query.check() else {
        return Ok(Page {
            total: 0,
            rows: Vec::new(),
        });
    };
    let transaction = Transaction::read(database, &[query.table.name()])?;
    let store = transaction.store(query.table.name())?;
    let source: Source = if query.index.is_some() {
        store
            .index(field)
            .map_err(|thrown| error_of(&thrown))?
            .unchecked_into()
    } else {
        store.clone().unchecked_into()
    };
    let range = range(&filter).map_err(|thrown| error_of(&thrown))?;
    let direction = if query.descending { "prev" } else { "next" };

    // Every row has every field, and to count an index takes four times as long.
    let counted = match filter {
        Filter::Any => store.unchecked_ref(),
        Filter::Number(_) | Filter::Prefix(_) => &source,
    };
    let count = Pending::new(counted.count(&range).map_err(|thrown| error_of(&thrown))?);
    let request = source
        .open_cursor(&range, direction)
        .map_err(|thrown| error_of(&thrown))?;
    let mut next = Pending::new(request.clone());

    let total = count.result().await?.as_f64().map_or(0, whole);
    let mut found = Vec::new();
    let mut skip = query.offset;
    while let Ok(cursor) = next.result().await?.dyn_into::<IdbCursorWithValue>() {
        let moved = if skip > 0 {
            cursor.advance(std::mem::take(&mut skip))
        } else if found.len() < usize::try_from(query.page_size()).unwrap_or(usize::MAX) {
            let value = cursor.value().map_err(|thrown| error_of(&thrown))?;
            let row = js::row(query.table, value);
            found.push(row.map_err(|_| StoreError::Corrupt { table: query.table })?);
            cursor.continue_()
        } else {
            break;
        };
        moved.map_err(|thrown| error_of(&thrown))?;
        next = Pending::new(request.clone());
    }
    Ok(Page { total, rows: found })
}

fn range(filter: &Filter) -> Result<JsValue, JsValue> {
    match filter {
        Filter::Any => Ok(JsValue::UNDEFINED),
        Filter::Number(number) => {
            IdbKeyRange::only(&JsValue::from(exact(*number))).map(JsValue::from)
        }
        // U+FFFF is the last code unit, and no text of ours has it.
        Filter::Prefix(prefix) => {
            IdbKeyRange::bound(&prefix.into(), &format!("{prefix}\u{ffff}").into())
                .map(JsValue::from)
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a query's number is at most 2^53 - 1"
)]
fn exact(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count, clamped by the cast"
)]
fn whole(count: f64) -> u32 {
    count as u32
}
