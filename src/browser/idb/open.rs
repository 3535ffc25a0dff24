//! Opening and deleting databases, and the ladder of schema versions.
//!
//! The database's version is [`SCHEMA_VERSION`]. An older database climbs the ladder rung by rung
//! in the browser's upgrade transaction; a newer one is refused and left as it is.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStoreParameters, IdbOpenDbRequest, IdbVersionChangeEvent,
};

use super::context;
use super::request::error_of;
use crate::browser::js::{after, field};
use crate::ledger::{SCHEMA_VERSION, StoreError, Table};

/// How long a database may take to open or to be deleted: old Safari sometimes never answers, and
/// another tab may hold a connection that does not close.
const LIMIT_MS: f64 = 8_000.0;

/// Opens the ledger of this name, making or upgrading its database as needed.
pub(super) async fn open(name: &str) -> Result<IdbDatabase, StoreError> {
    let database = open_as(name, SCHEMA_VERSION, climb).await?;
    let tables = database.object_store_names();
    let missing = Table::ALL
        .into_iter()
        .find(|table| !tables.contains(table.name()));
    match missing {
        Some(table) => {
            database.close();
            Err(StoreError::Layout { table })
        }
        None => Ok(database),
    }
}

/// Opens the ledger of this name again; one that is there no more is not made.
pub(super) async fn open_again(name: &str) -> Result<IdbDatabase, StoreError> {
    let climb = |request: &IdbOpenDbRequest, found| {
        if found == 0 {
            return Err(StoreError::Deleted);
        }
        climb(request, found)
    };
    open_as(name, SCHEMA_VERSION, climb).await
}

/// Opens a database in a version; `climb` makes that of an older one.
pub(super) async fn open_as(
    name: &str,
    version: u32,
    climb: impl FnOnce(&IdbOpenDbRequest, u32) -> Result<(), StoreError> + 'static,
) -> Result<IdbDatabase, StoreError> {
    let request = factory()?
        .open_with_u32(name, version)
        .map_err(|thrown| error_of(&thrown))?;
    let failure: Rc<RefCell<Option<StoreError>>> = Rc::default();
    let upgrade = {
        let (request, failure) = (request.clone(), Rc::clone(&failure));
        Closure::once(move |event: IdbVersionChangeEvent| {
            let found = whole(event.old_version());
            if let Err(error) = climb(&request, found) {
                *failure.borrow_mut() = Some(error);
                // An upgrade that stops half-way is taken back as a whole.
                request.transaction().map(|transaction| transaction.abort());
            }
        })
    };
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let outcome = settle(&request).await;
    if let Err(Failure::Late) = outcome {
        // It may still come to the upgrade, which is made then as it is now.
        upgrade.forget();
        return Err(StoreError::Held);
    }
    request.set_onupgradeneeded(None);
    if let Some(error) = failure.take() {
        return Err(error);
    }
    match outcome {
        Ok(result) => Ok(result.unchecked_into()),
        Err(Failure::Refused(error))
            if field(&error, "name").as_string().as_deref() == Some("VersionError") =>
        {
            Err(StoreError::Schema {
                expected: version,
                found: found_version(name).await?,
            })
        }
        Err(Failure::Refused(error)) => Err(error_of(&error)),
        Err(Failure::Late) => Err(StoreError::Held),
    }
}

/// Deletes the database of this name; one that does not exist counts as deleted.
///
/// # Errors
/// [`StoreError::Held`] if somebody holds a connection that does not close.
pub async fn delete_database(name: &str) -> Result<(), StoreError> {
    let request = factory()?
        .delete_database(name)
        .map_err(|thrown| error_of(&thrown))?;
    match settle(&request).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(error)) => Err(error_of(&error)),
        Err(Failure::Late) => Err(StoreError::Held),
    }
}

/// Climbs from version `found` to [`SCHEMA_VERSION`]; each rung stays as it was released.
fn climb(request: &IdbOpenDbRequest, found: u32) -> Result<(), StoreError> {
    let database: IdbDatabase = request
        .result()
        .map_err(|thrown| error_of(&thrown))?
        .unchecked_into();
    let failed = |thrown: JsValue| error_of(&thrown);
    let rung = |table: &Table| if *table == Table::Finality { 2 } else { 1 };
    for table in Table::ALL.into_iter().filter(|table| found < rung(table)) {
        create(&database, table).map_err(failed)?;
    }
    if (1..3).contains(&found) {
        // The node finds the blocks' rows without their undo records and imports the blocks again.
        database.delete_object_store("undo").map_err(failed)?;
    }
    Ok(())
}

fn create(database: &IdbDatabase, table: Table) -> Result<(), JsValue> {
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_key_path(&table.key_field().into());
    let store = database.create_object_store_with_optional_parameters(table.name(), &parameters)?;
    for index in table.indexes() {
        store.create_index_with_str(index, index)?;
    }
    Ok(())
}

/// The version of a database that is newer than this program.
async fn found_version(name: &str) -> Result<u32, StoreError> {
    let request = factory()?.open(name).map_err(|thrown| error_of(&thrown))?;
    let Ok(result) = settle(&request).await else {
        return Err(StoreError::Held);
    };
    let database: IdbDatabase = result.unchecked_into();
    let found = whole(database.version());
    database.close();
    Ok(found)
}

pub(super) fn factory() -> Result<IdbFactory, StoreError> {
    if let Some(factory) = context::used() {
        return Ok(factory);
    }
    let factory = field(&js_sys::global(), "indexedDB");
    if factory.is_object() {
        Ok(factory.unchecked_into())
    } else {
        Err(StoreError::Unavailable)
    }
}

enum Failure {
    Refused(JsValue),
    Late,
}

/// Waits for an open or delete request, but not for ever. A connection that comes too late is
/// closed.
async fn settle(request: &IdbOpenDbRequest) -> Result<JsValue, Failure> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    let first = Promise::race(&Array::of2(&promise, &after(LIMIT_MS)));
    match JsFuture::from(first).await {
        Ok(event) if event.is_undefined() => {
            let late = request.clone();
            let close = Closure::once_into_js(move || {
                // One of another window is no instance of this window's class.
                if let Some(database) = late.result().ok().filter(JsValue::is_object) {
                    database.unchecked_into::<IdbDatabase>().close();
                }
            });
            request.set_onsuccess(Some(close.unchecked_ref()));
            Err(Failure::Late)
        }
        Ok(_) => request.result().map_err(Failure::Refused),
        Err(_) => Err(Failure::Refused(
            request
                .error()
                .ok()
                .flatten()
                .map_or(JsValue::NULL, JsValue::from),
        )),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a version is a small whole number"
)]
pub(super) fn whole(version: f64) -> u32 {
    version as u32
}
