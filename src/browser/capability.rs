//! What the browser must offer. A missing part is a clear sentence before anything starts, not a
//! strange error later.

use wasm_bindgen::prelude::*;

use super::js::field;
use crate::refusal::PlatformError;

/// Refuses a scope without broadcast channels: nodes could not hear each other.
///
/// # Errors
/// `no_broadcast_channel`.
pub fn broadcast_channel() -> Result<(), PlatformError> {
    present("BroadcastChannel", PlatformError::NoBroadcastChannel)
}

/// Refuses a scope that cannot start workers.
///
/// # Errors
/// `no_workers`.
pub fn workers() -> Result<(), PlatformError> {
    present("Worker", PlatformError::NoWorkers)
}

/// Refuses a scope without a database. A node goes on in memory then.
///
/// # Errors
/// `no_indexed_db`.
pub fn indexed_db() -> Result<(), PlatformError> {
    present("indexedDB", PlatformError::NoIndexedDb)
}

/// Refuses a scope without Web Locks: names are held by open databases there.
///
/// # Errors
/// `no_locks`.
pub fn locks() -> Result<(), PlatformError> {
    let locks = field(&field(&js_sys::global(), "navigator"), "locks");
    if locks.is_object() {
        return Ok(());
    }
    Err(PlatformError::NoLocks)
}

fn present(name: &str, missing: PlatformError) -> Result<(), PlatformError> {
    let value: JsValue = field(&js_sys::global(), name);
    if value.is_object() || value.is_function() {
        return Ok(());
    }
    Err(missing)
}
