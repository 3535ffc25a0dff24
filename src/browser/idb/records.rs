//! The page's own database: the records of networks, by their keys, as objects that a person can
//! read. Its connection is kept between operations.
//!
//! Bound: an operation is tried [`TRIES`] times where the connection turns out to be dead.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStoreParameters, IdbOpenDbRequest};

use super::connection::Kept;
use super::context::{Context, use_context};
use super::open::open_as;
use super::request::{Pending, Transaction, error_of, within};
use super::{COMMIT_MS, LOAD_MS, TRIES};
use crate::browser::js::field;
use crate::ledger::{Durability, StoreError};

/// Name of the database.
pub const NAME: &str = "aurex:networks";
const VERSION: u32 = 1;
const STORE: &str = "records";
/// Comes after all that begins with a key.
const LAST: char = '\u{ffff}';

thread_local! {
    static KEPT: Kept = Kept::default();
}

/// The records whose keys begin with this, at most so many, in the order of their keys.
///
/// # Errors
/// See [`StoreError`].
pub async fn load(prefix: &str, most: u32) -> Result<Vec<(String, String)>, StoreError> {
    let last = format!("{prefix}{LAST}");
    let range = IdbKeyRange::bound(&prefix.into(), &last.into());
    let range = range.map_err(|thrown| error_of(&thrown))?;
    let read = |database: IdbDatabase| {
        let range = range.clone();
        async move {
            let transaction = Transaction::read(&database, &[STORE])?;
            let store = transaction.store(STORE)?;
            let request = store.get_all_with_key_and_limit(&range, most);
            let request = request.map_err(|thrown| error_of(&thrown))?;
            Pending::new(request).result().await
        }
        .boxed_local()
    };
    let rows = Array::from(&on_database(LOAD_MS, &read).await?);
    let text = |row: &JsValue, name| field(row, name).as_string();
    Ok(rows
        .iter()
        .filter_map(|row| Some((text(&row, "key")?, text(&row, "text")?)))
        .collect())
}

/// Writes records in one transaction: the text of each key, or `None` where it goes. With
/// [`Durability::Strict`] they are flushed to the disk when this ends.
///
/// # Errors
/// See [`StoreError`]; nothing was stored then, or, after [`StoreError::Silent`], it may still be.
pub async fn write(
    records: &[(String, Option<String>)],
    durability: Durability,
) -> Result<(), StoreError> {
    let write = |database: IdbDatabase| {
        async move {
            let transaction = Transaction::write(&database, &[STORE], durability)?;
            if let Err(error) = put(&transaction, records) {
                transaction.abort().await;
                return Err(error);
            }
            transaction.commit().await.map(|()| JsValue::UNDEFINED)
        }
        .boxed_local()
    };
    on_database(COMMIT_MS, &write).await.map(drop)
}

/// Whether a record can be written now. A browser that deleted the databases of a page on a full
/// disk may refuse it every later one, and give one to a new context of the same origin: the page
/// goes on with that one then.
pub async fn can_write() -> bool {
    // Put and taken away again.
    let record = [Some(String::new()), None].map(|text| ("probe".to_owned(), text));
    let mut outcome = write(&record, Durability::Strict).await;
    if outcome == Err(StoreError::Gone)
        && let Some(context) = Context::new()
    {
        KEPT.with(Kept::close);
        use_context(context);
        outcome = write(&record, Durability::Strict).await;
    }
    outcome.is_ok()
}

fn put(transaction: &Transaction, records: &[(String, Option<String>)]) -> Result<(), StoreError> {
    let failed = |thrown: JsValue| error_of(&thrown);
    let store = transaction.store(STORE)?;
    for (key, text) in records {
        let Some(text) = text else {
            store.delete(&key.into()).map_err(failed)?;
            continue;
        };
        let row = js_sys::Object::new();
        for (name, value) in [("key", key), ("text", text)] {
            js_sys::Reflect::set(&row, &name.into(), &value.into()).map_err(failed)?;
        }
        store.put(&row).map_err(failed)?;
    }
    Ok(())
}

/// Does an operation on the kept connection, and again on a new one where that is dead.
async fn on_database<'a>(
    limit_ms: f64,
    operation: &dyn Fn(IdbDatabase) -> LocalBoxFuture<'a, Result<JsValue, StoreError>>,
) -> Result<JsValue, StoreError> {
    for _ in 0..TRIES {
        let kept = KEPT.with(Kept::get);
        let database = match kept {
            Some(database) => database,
            None => {
                let opened = open().await?;
                KEPT.with(|kept| kept.keep(opened))
            }
        };
        let outcome = within(limit_ms, operation(database)).await;
        if matches!(outcome, Err(StoreError::Gone | StoreError::Silent)) {
            KEPT.with(Kept::close);
        }
        if !matches!(outcome, Err(StoreError::Gone)) {
            return outcome;
        }
    }
    Err(StoreError::Gone)
}

async fn open() -> Result<IdbDatabase, StoreError> {
    let make = |request: &IdbOpenDbRequest, _| {
        let database: IdbDatabase = request
            .result()
            .map_err(|thrown| error_of(&thrown))?
            .unchecked_into();
        let parameters = IdbObjectStoreParameters::new();
        parameters.set_key_path(&"key".into());
        database
            .create_object_store_with_optional_parameters(STORE, &parameters)
            .map(drop)
            .map_err(|thrown| error_of(&thrown))
    };
    open_as(NAME, VERSION, make).await
}
