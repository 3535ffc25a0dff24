//! Where networks' records are kept: one text of JSON each.
//!
//! A record that cannot be read is never used and never lost: it is kept aside under another key.

use super::storage::Storage;
use crate::browser::js::{self, from_js, to_js};
use crate::command::{RECORD_VERSION, Record, Secrets};
use crate::ipc::ApiError;
use crate::primitives::decimal;

/// Random bytes for a new chain.
///
/// # Errors
/// The browser gives none.
pub(super) fn secrets() -> Result<Secrets, ApiError> {
    Ok(Secrets { seed: js::random()?, salt: js::random()? })
}

/// The key of a network's record.
pub(super) fn storage_key(network: &str) -> String {
    format!("aurex:network:{network}")
}

/// The record of a network, if there is one that can be used. One that cannot is put aside.
pub(super) fn load(storage: &Storage, network: &str) -> (Option<Record>, Option<ApiError>) {
    let key = storage_key(network);
    let Some(text) = storage.get(&key) else { return (None, None) };
    match read(&text, network) {
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

fn read(text: &str, network: &str) -> Result<Record, ApiError> {
    let corrupt =
        |reason: String| ApiError::new("record_corrupt", format!("the record of network {network}: {reason}"));
    let value = js_sys::JSON::parse(text).map_err(|thrown| corrupt(js::explain(&thrown)))?;
    let version = js::field(&value, "version").as_f64();
    if version != Some(f64::from(RECORD_VERSION)) {
        let found = version.map_or_else(|| "none".to_owned(), |version| decimal(version, 0));
        let text = format!("the record of network {network}: expected version {RECORD_VERSION}, found {found}");
        return Err(ApiError::new("record_version", text));
    }
    let record: Record = from_js(value).map_err(|error| corrupt(error.to_string()))?;
    record.decode(network)?;
    Ok(record)
}

/// Writes the record of a network.
///
/// # Errors
/// `storage_write`.
pub(super) fn save(storage: &Storage, network: &str, record: &Record) -> Result<(), ApiError> {
    let text = js_sys::JSON::stringify(&to_js(record)?)
        .map_err(|thrown| ApiError::new("storage_write", js::explain(&thrown)))?;
    storage.set(&storage_key(network), &String::from(text))
}
