//! The page's own database: the records of networks, by their keys, as objects that a person can read. The database is
//! opened for each operation and closed after it, so that it never stands in anybody's way and no connection goes stale.

use wasm_bindgen::JsCast;
use web_sys::{IdbDatabase, IdbObjectStoreParameters, IdbOpenDbRequest};

use super::open::open_as;
use super::request::{Pending, Transaction, error_of, within};
use super::{COMMIT_MS, LOAD_MS};
use crate::browser::js::field;
use crate::ledger::{Durability, StoreError};

/// Name of the database.
pub const NAME: &str = "aurex:networks";
const VERSION: u32 = 1;
const STORE: &str = "records";

/// The record of a key.
///
/// # Errors
/// See [`StoreError`].
pub async fn load(key: &str) -> Result<Option<String>, StoreError> {
    let database = open().await?;
    let read = async {
        let transaction = Transaction::read(&database, &[STORE])?;
        let request = transaction.store(STORE)?.get(&key.into());
        Pending::new(request.map_err(|thrown| error_of(&thrown))?)
            .result()
            .await
    };
    let row = within(LOAD_MS, read).await;
    database.close();
    Ok(field(&row?, "text").as_string())
}

/// Keeps a record; with [`Durability::Strict`] it is flushed to the disk when this ends.
///
/// # Errors
/// See [`StoreError`]; nothing was stored then, or, after [`StoreError::Silent`], it may still be.
pub async fn keep(key: &str, text: &str, durability: Durability) -> Result<(), StoreError> {
    let database = open().await?;
    let write = async {
        let transaction = Transaction::write(&database, &[STORE], durability)?;
        let row = js_sys::Object::new();
        for (name, value) in [("key", key), ("text", text)] {
            js_sys::Reflect::set(&row, &name.into(), &value.into())
                .map_err(|thrown| error_of(&thrown))?;
        }
        transaction
            .store(STORE)?
            .put(&row)
            .map_err(|thrown| error_of(&thrown))?;
        transaction.commit().await
    };
    let outcome = within(COMMIT_MS, write).await;
    database.close();
    outcome
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
