//! Where networks' records are kept: one text each.
//!
//! A record that cannot be read is never used and never lost: it is kept aside under another key.

use super::storage::Storage;
use crate::browser::js;
use crate::command::{Record, Secrets};
use crate::ipc::ApiError;

/// Random bytes for a new chain.
///
/// # Errors
/// The browser gives none.
pub(super) fn secrets() -> Result<Secrets, ApiError> {
    Ok(Secrets {
        seed: js::random()?,
        salt: js::random()?,
    })
}

/// The key of a network's record.
pub(super) fn storage_key(network: &str) -> String {
    format!("aurex:network:{network}")
}

/// The record of a network, if there is one that can be used. One that cannot is put aside.
pub(super) fn load(storage: &Storage, network: &str) -> (Option<Record>, Option<ApiError>) {
    let key = storage_key(network);
    let Some(text) = storage.get(&key) else {
        return (None, None);
    };
    match Record::from_text(&text, network) {
        Ok(record) => (Some(record), None),
        Err(error) => {
            let aside = format!("{key}:aside:{}", js::now());
            let kept = match storage.set(&aside, &text) {
                Ok(()) => format!("It is kept aside as {aside}"),
                Err(error) => error.to_string(),
            };
            let text = format!("{}. {kept}; the network begins anew.", error.message);
            (None, Some(ApiError::new(&error.code, text)))
        }
    }
}

/// Writes the record of a network.
///
/// # Errors
/// `storage_write`.
pub(super) fn save(storage: &Storage, network: &str, record: &Record) -> Result<(), ApiError> {
    storage.set(&storage_key(network), &record.to_text())
}
