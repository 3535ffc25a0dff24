//! The browser's localStorage, or memory where it is not to be had.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::browser::capability;
use crate::browser::js::{explain, field};
use crate::ipc::ApiError;

#[wasm_bindgen]
extern "C" {
    #[derive(Debug)]
    pub(super) type JsStorage;

    #[wasm_bindgen(method, catch, js_name = getItem)]
    fn get_item(this: &JsStorage, key: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(method, catch, js_name = setItem)]
    fn set_item(this: &JsStorage, key: &str, value: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeItem)]
    fn remove_item(this: &JsStorage, key: &str) -> Result<(), JsValue>;
}

/// A place for a few small texts.
#[derive(Debug)]
pub(super) enum Storage {
    /// Survives a reload.
    Browser(JsStorage),
    /// Lives as long as the page.
    Memory(RefCell<Vec<(String, String)>>),
}

impl Storage {
    /// The browser's storage if it can be written, else memory and why. Without databases a record is of
    /// no use after the page: a node that comes back with its key must know what it has signed.
    pub(super) fn open() -> (Self, Option<ApiError>) {
        const THEN: &str = "the network lives in this tab only and ends with it";
        let memory = |code: &str, reason: String| {
            (
                Self::Memory(RefCell::default()),
                Some(ApiError::new(code, format!("{reason}: {THEN}"))),
            )
        };
        if let Err(missing) = capability::indexed_db() {
            return memory(&missing.code, missing.to_string());
        }
        let storage = field(&js_sys::global(), "localStorage");
        let reason = if storage.is_object() {
            let storage: JsStorage = storage.unchecked_into();
            let probe = "aurex:probe";
            match storage
                .set_item(probe, "1")
                .and_then(|()| storage.remove_item(probe))
            {
                Ok(()) => return (Self::Browser(storage), None),
                Err(thrown) => explain(&thrown),
            }
        } else {
            "it is switched off".to_owned()
        };
        memory(
            "no_local_storage",
            format!("expected localStorage for the network's record, found none ({reason})"),
        )
    }

    pub(super) const fn is_persistent(&self) -> bool {
        matches!(self, Self::Browser(_))
    }

    pub(super) fn get(&self, key: &str) -> Option<String> {
        match self {
            Self::Browser(storage) => storage.get_item(key).unwrap_or_default(),
            Self::Memory(kept) => kept
                .borrow()
                .iter()
                .find(|(other, _)| other == key)
                .map(|(_, value)| value.clone()),
        }
    }

    /// # Errors
    /// `storage_write` with the browser's reason.
    pub(super) fn set(&self, key: &str, value: &str) -> Result<(), ApiError> {
        match self {
            Self::Browser(storage) => storage.set_item(key, value).map_err(|thrown| {
                let reason = explain(&thrown);
                ApiError::new(
                    "storage_write",
                    format!("the network's record cannot be written: {reason}"),
                )
            }),
            Self::Memory(kept) => {
                let mut kept = kept.borrow_mut();
                kept.retain(|(other, _)| other != key);
                kept.push((key.to_owned(), value.to_owned()));
                Ok(())
            }
        }
    }
}
