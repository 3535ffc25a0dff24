//! Rows of a ledger as plain objects, which the database stores and scripts read.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::js::field;
use crate::ipc::ApiError;
use crate::ledger::{Cell, Found, Row, Table};
use crate::primitives::MAX_EXACT;
use crate::refusal::MessageError;

/// A row as a plain object; what is absent is `null`.
///
/// # Errors
/// `not_representable` for a number above 2^53 - 1.
pub fn row_to_js(row: &Row) -> Result<JsValue, ApiError> {
    let object = Object::new();
    let mut refused = None;
    row.each(&mut |name, cell| {
        let value = js_value(cell);
        if value
            .as_ref()
            .is_none_or(|value| Reflect::set(&object, &name.into(), value).is_err())
        {
            refused = Some(name);
        }
    });
    match refused {
        None => Ok(object.into()),
        Some(name) => {
            let field = name.to_owned();
            Err(MessageError::NumberTooLarge { field }.into())
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 2^53 - 1 by the guard")]
fn js_value(cell: Cell<'_>) -> Option<JsValue> {
    Some(match cell {
        Cell::Absent => JsValue::NULL,
        Cell::Text(text) => text.into(),
        Cell::Number(number) if number > MAX_EXACT => return None,
        Cell::Number(number) => JsValue::from_f64(number as f64),
        Cell::Rate(rate) => JsValue::from_f64(rate),
        Cell::Flag(flag) => flag.into(),
        Cell::Bytes(bytes) => Uint8Array::from(bytes).into(),
    })
}

/// The row of a table that a plain object is.
///
/// # Errors
/// `not_understood` for an object of another shape.
pub fn row_from_js(table: Table, object: &JsValue) -> Result<Row, ApiError> {
    Row::read(table, &|name| found(&field(object, name))).map_err(|error| {
        let reason = error.to_string();
        MessageError::Shape { reason }.into()
    })
}

fn found(value: &JsValue) -> Found {
    if value.is_undefined() || value.is_null() {
        Found::Absent
    } else if let Some(text) = value.as_string() {
        Found::Text(text)
    } else if let Some(number) = value.as_f64() {
        Found::Number(number)
    } else if let Some(flag) = value.as_bool() {
        Found::Flag(flag)
    } else {
        value
            .dyn_ref::<Uint8Array>()
            .map_or(Found::Other, |bytes| Found::Bytes(bytes.to_vec()))
    }
}
