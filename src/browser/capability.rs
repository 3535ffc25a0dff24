//! What the browser must offer. A missing part is a clear sentence before anything starts, not a
//! strange error later.

use wasm_bindgen::prelude::*;

use super::js::field;
use crate::ipc::ApiError;

/// Refuses a scope without broadcast channels: nodes could not hear each other.
///
/// # Errors
/// `no_broadcast_channel`.
pub fn broadcast_channel() -> Result<(), ApiError> {
    present(
        "BroadcastChannel",
        "no_broadcast_channel",
        "nodes talk to each other over BroadcastChannel",
    )
}

/// Refuses a scope that cannot start workers.
///
/// # Errors
/// `no_workers`.
pub fn workers() -> Result<(), ApiError> {
    present(
        "Worker",
        "no_workers",
        "nodes and miners run in workers, miners in workers started by workers",
    )
}

/// Refuses a scope without a database. A node goes on in memory then.
///
/// # Errors
/// `no_indexed_db`.
pub fn indexed_db() -> Result<(), ApiError> {
    present(
        "indexedDB",
        "no_indexed_db",
        "ledgers are kept in IndexedDB",
    )
}

/// Refuses a scope without locks: two tabs could run the same node.
///
/// # Errors
/// `no_locks`.
pub fn locks() -> Result<(), ApiError> {
    let locks = field(&field(&js_sys::global(), "navigator"), "locks");
    if locks.is_object() {
        return Ok(());
    }
    Err(ApiError::new(
        "no_locks",
        "navigator.locks is missing: an identity is held by a lock, which a browser offers only on https and on localhost",
    ))
}

/// Everything that is missing here, for the page to say at once.
#[must_use]
pub fn missing() -> Vec<ApiError> {
    [broadcast_channel(), workers(), indexed_db(), locks()]
        .into_iter()
        .filter_map(Result::err)
        .collect()
}

fn present(name: &str, code: &str, purpose: &str) -> Result<(), ApiError> {
    let value: JsValue = field(&js_sys::global(), name);
    if value.is_object() || value.is_function() {
        return Ok(());
    }
    Err(ApiError::new(
        code,
        format!("this browser offers no {name} here: {purpose}"),
    ))
}
