//! IndexedDB requests and transactions as futures, and their errors by name.
//!
//! The functions that keep and break a promise are themselves the event handlers, attached when the
//! request is made: no event can come before its handler, and nothing of ours has to outlive it.
//! Inside a transaction nothing else may be awaited: a transaction without requests ends by itself.

use std::pin::pin;

use futures_util::future::{Either, select};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbRequest, IdbTransaction};

use crate::browser::js::{self, field};
use crate::ledger::{Durability, StoreError};

#[wasm_bindgen]
extern "C" {
    // web-sys has the durability of a transaction only behind an unstable switch.
    type DurableDatabase;

    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &DurableDatabase,
        stores: &JsValue,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;

    // web-sys calls the method deprecated, by mistake.
    type Committed;

    #[wasm_bindgen(method, catch)]
    fn commit(this: &Committed) -> Result<(), JsValue>;

    /// An object store or an index of one: both are asked in the same way.
    pub(super) type Source;

    #[wasm_bindgen(method, catch)]
    pub(super) fn count(this: &Source, range: &JsValue) -> Result<IdbRequest, JsValue>;

    #[wasm_bindgen(method, catch, js_name = openCursor)]
    pub(super) fn open_cursor(
        this: &Source,
        range: &JsValue,
        direction: &str,
    ) -> Result<IdbRequest, JsValue>;
}

/// A request that is under way.
pub(super) struct Pending {
    request: IdbRequest,
    settled: JsFuture,
}

impl Pending {
    /// Watches a request from now on; it must not have been answered yet.
    pub(super) fn new(request: IdbRequest) -> Self {
        let promise = Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        Self {
            request,
            settled: JsFuture::from(promise),
        }
    }

    /// The request's result.
    pub(super) async fn result(self) -> Result<JsValue, StoreError> {
        let outcome = self.settled.await;
        self.request.set_onsuccess(None);
        self.request.set_onerror(None);
        match outcome {
            Ok(_) => self.request.result().map_err(|thrown| error_of(&thrown)),
            Err(_) => Err(reason(self.request.error().ok().flatten())),
        }
    }
}

/// A transaction that is under way.
pub(super) struct Transaction {
    transaction: IdbTransaction,
    ended: JsFuture,
}

impl Transaction {
    /// Begins a transaction that reads.
    pub(super) fn read(database: &IdbDatabase, stores: &[&str]) -> Result<Self, StoreError> {
        Self::begin(database, stores, "readonly", &JsValue::UNDEFINED)
    }

    /// Begins a transaction that writes.
    pub(super) fn write(
        database: &IdbDatabase,
        stores: &[&str],
        durability: Durability,
    ) -> Result<Self, StoreError> {
        let durability = match durability {
            Durability::Relaxed => "relaxed",
            Durability::Strict => "strict",
        };
        let options = js_sys::Object::new();
        js_sys::Reflect::set(&options, &"durability".into(), &durability.into())
            .map_err(|thrown| error_of(&thrown))?;
        Self::begin(database, stores, "readwrite", &options)
    }

    fn begin(
        database: &IdbDatabase,
        stores: &[&str],
        mode: &str,
        options: &JsValue,
    ) -> Result<Self, StoreError> {
        let names: js_sys::Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let transaction = database
            .unchecked_ref::<DurableDatabase>()
            .transaction(&names, mode, options)
            .map_err(|thrown| error_of(&thrown))?;
        let promise = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        Ok(Self {
            transaction,
            ended: JsFuture::from(promise),
        })
    }

    /// An object store of the transaction.
    pub(super) fn store(&self, name: &str) -> Result<web_sys::IdbObjectStore, StoreError> {
        self.transaction
            .object_store(name)
            .map_err(|thrown| error_of(&thrown))
    }

    /// Waits for the `complete` event. Success is that and nothing else: a full disk shows only as
    /// an abort.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        self.transaction
            .unchecked_ref::<Committed>()
            .commit()
            .map_err(|thrown| error_of(&thrown))?;
        let outcome = self.ended.await;
        self.transaction.set_oncomplete(None);
        self.transaction.set_onabort(None);
        match outcome {
            Ok(_) => Ok(()),
            Err(_) => Err(reason(self.transaction.error())),
        }
    }

    /// Takes everything back and waits until that is done.
    pub(super) async fn abort(self) {
        if self.transaction.abort().is_ok() {
            // Either event is the end of it.
            let _ = self.ended.await;
        }
    }
}

/// The outcome of an operation; [`StoreError::Silent`] if the database says nothing within `ms`
/// milliseconds.
pub(super) async fn within<T>(
    ms: f64,
    operation: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let deadline = pin!(js::sleep(ms));
    match select(pin!(operation), deadline).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => Err(StoreError::Silent),
    }
}

/// What an error stands for; none at all is an abort.
fn reason(error: Option<DomException>) -> StoreError {
    error.map_or(StoreError::Aborted, |error| error_of(&error))
}

/// What a thrown or reported error stands for.
pub(super) fn error_of(thrown: &JsValue) -> StoreError {
    match field(thrown, "name").as_string().as_deref() {
        Some("QuotaExceededError") => StoreError::Quota,
        Some("InvalidStateError" | "UnknownError" | "NotFoundError") => StoreError::Gone,
        Some("SecurityError" | "NotAllowedError") => StoreError::Unavailable,
        // Everything else has the same consequence: the transaction did not happen.
        Some(_) | None => StoreError::Aborted,
    }
}
