//! The ledger of one node in IndexedDB: one database a node, one object store a table, rows as plain
//! objects that a person can read in the developer tools.
//!
//! Invariants: a batch is one transaction over the tables that it touches, and counts when the
//! transaction is complete. Everything of a batch is asked for before anything is awaited. A connection
//! that the browser closed is dropped and opened again, at most [`TRIES`] times for an operation; but if
//! the database is then a new and empty one, somebody deleted it, and the store says [`StoreError::Gone`]
//! until it is wiped: otherwise half a ledger would look like a whole one.

mod open;
mod query;
mod request;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbObjectStore};

pub use open::delete_database;
use request::{Pending, Transaction, error_of};

use super::js::{self, to_js, warn};
use crate::ledger::{Batch, Durability, Page, Query, Row, Snapshot, Store, StoreError, Table};

/// How often an operation is tried when the connection turns out to be dead.
pub const TRIES: u32 = 3;

/// A node's ledger in the database of a name.
#[derive(Debug)]
pub struct IndexedDbStore {
    name: String,
    connection: Rc<RefCell<Option<Connection>>>,
    /// Whether the database vanished after it had been opened, or was closed by its owner.
    lost: Cell<bool>,
}

#[derive(Debug)]
struct Connection {
    database: IdbDatabase,
    _listeners: [EventListener; 2],
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Transactions that run still end properly.
        self.database.close();
    }
}

impl IndexedDbStore {
    /// Opens the database, making or upgrading it as needed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where there is no IndexedDB, [`StoreError::Schema`] for a database of
    /// a newer program, [`StoreError::Gone`] if the browser does not open it in time.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let store = Self {
            name: name.to_owned(),
            connection: Rc::default(),
            lost: Cell::new(false),
        };
        let mut error = StoreError::Gone;
        for _ in 0..TRIES {
            match open::open(name).await {
                Ok(opened) => {
                    store.keep(opened.database);
                    return Ok(store);
                }
                Err(failure @ (StoreError::Gone | StoreError::Aborted)) => error = failure,
                Err(failure) => return Err(failure),
            }
        }
        Err(error)
    }

    /// Closes the database; whatever is asked afterwards is refused with [`StoreError::Gone`].
    pub fn close(&self) {
        self.lost.set(true);
        self.connection.take();
    }

    fn keep(&self, database: IdbDatabase) -> IdbDatabase {
        let drop_it = {
            let connection = Rc::downgrade(&self.connection);
            move |_: &web_sys::Event| {
                connection.upgrade().map(|connection| connection.take());
            }
        };
        // Another tab upgrades or deletes the database: it can do so only once we are out of its way.
        let version = EventListener::new(&database, "versionchange", drop_it.clone());
        let closed = EventListener::new(&database, "close", drop_it);
        let connection = Connection {
            database: database.clone(),
            _listeners: [version, closed],
        };
        self.connection.replace(Some(connection));
        database
    }

    async fn database(&self) -> Result<IdbDatabase, StoreError> {
        if self.lost.get() {
            return Err(StoreError::Gone);
        }
        if let Some(connection) = &*self.connection.borrow() {
            return Ok(connection.database.clone());
        }
        let opened = open::open(&self.name).await?;
        if self.lost.get() || opened.fresh {
            self.lost.set(true);
            opened.database.close();
            return Err(StoreError::Gone);
        }
        Ok(self.keep(opened.database))
    }

    /// Does an operation on the open database, and again on a new connection if the old one is dead.
    async fn run(&self, operation: Operation<'_>) -> Result<Done, StoreError> {
        for _ in 0..TRIES {
            let outcome = match self.database().await {
                Ok(database) => operation.run(&database).await,
                Err(error) => Err(error),
            };
            match outcome {
                Err(StoreError::Gone) if !self.lost.get() => drop(self.connection.take()),
                outcome => return outcome,
            }
        }
        Err(StoreError::Gone)
    }
}

/// What is asked of a database.
#[derive(Clone, Copy)]
enum Operation<'a> {
    Load,
    Commit(&'a Batch, Durability),
    Query(&'a Query),
    Wipe,
}

/// What it gave.
enum Done {
    Snapshot(Box<Snapshot>),
    Page(Page),
    Written,
}

impl Operation<'_> {
    async fn run(self, database: &IdbDatabase) -> Result<Done, StoreError> {
        match self {
            Self::Load => load(database).await.map(Done::Snapshot),
            Self::Query(query) => query::run(database, query).await.map(Done::Page),
            Self::Commit(batch, durability) => {
                let touched = |table: &Table| batch.iter().any(|change| change.0 == *table);
                let tables: Vec<&str> = Table::ALL
                    .into_iter()
                    .filter(touched)
                    .map(Table::name)
                    .collect();
                let transaction = Transaction::write(database, &tables, durability)?;
                let asked = write(&transaction, batch);
                end(transaction, asked).await
            }
            Self::Wipe => {
                let transaction =
                    Transaction::write(database, &Table::ALL.map(Table::name), Durability::Strict)?;
                for table in Table::ALL {
                    transaction
                        .store(table.name())?
                        .clear()
                        .map_err(|thrown| error_of(&thrown))?;
                }
                end(transaction, Ok(())).await
            }
        }
    }
}

/// Commits what was asked for, or takes it back if not everything could be.
async fn end(transaction: Transaction, asked: Result<(), StoreError>) -> Result<Done, StoreError> {
    match asked {
        Ok(()) => transaction.commit().await.map(|()| Done::Written),
        Err(error) => {
            transaction.abort().await;
            Err(error)
        }
    }
}

impl Store for IndexedDbStore {
    /// Rows that cannot be read are left out with a warning: the node checks what it gets against the
    /// chain and repairs it. Only an unreadable single value is an error.
    async fn load(&self) -> Result<Snapshot, StoreError> {
        match self.run(Operation::Load).await? {
            Done::Snapshot(snapshot) => Ok(*snapshot),
            Done::Page(_) | Done::Written => Err(StoreError::Aborted),
        }
    }

    async fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.run(Operation::Commit(batch, durability))
            .await
            .map(drop)
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        match self.run(Operation::Query(query)).await? {
            Done::Page(page) => Ok(page),
            Done::Snapshot(_) | Done::Written => Err(StoreError::Aborted),
        }
    }

    async fn wipe(&self) -> Result<(), StoreError> {
        if self.lost.get() {
            // What is there instead of the lost database is wiped and counts from now on.
            self.keep(open::open(&self.name).await?.database);
            self.lost.set(false);
        }
        self.run(Operation::Wipe).await.map(drop)
    }
}

/// Everything that the engine reads when a node starts.
async fn load(database: &IdbDatabase) -> Result<Box<Snapshot>, StoreError> {
    let names = Table::ALL.map(Table::name);
    let transaction = Transaction::read(database, &names)?;
    let all = |table: Table| -> Result<Pending, StoreError> {
        let request = transaction
            .store(table.name())?
            .get_all()
            .map_err(|thrown| error_of(&thrown))?;
        Ok(Pending::new(request))
    };
    let pending = transaction.store(Table::Transactions.name())?;
    let pending = pending
        .index("status")
        .and_then(|index| index.get_all_with_key(&"pending".into()));
    let pending = Pending::new(pending.map_err(|thrown| error_of(&thrown))?);
    let [blocks, state, finality] = [
        all(Table::Blocks)?,
        all(Table::State)?,
        all(Table::Finality)?,
    ];
    let [meta, nodes] = [all(Table::Meta)?, all(Table::Nodes)?];

    let meta = meta.result().await?;
    let count = js_sys::Array::from(&meta).length();
    let raw = |row| {
        if let Row::Raw(row) = row {
            Some(row)
        } else {
            None
        }
    };
    let block = |row| {
        if let Row::Block(row) = row {
            Some(row)
        } else {
            None
        }
    };
    let node = |row| {
        if let Row::Node(row) = row {
            Some(row)
        } else {
            None
        }
    };
    let transaction = |row| {
        if let Row::Transaction(row) = row {
            Some(row)
        } else {
            None
        }
    };
    let meta = rows(Table::Meta, &meta, raw);
    if meta.len() != usize::try_from(count).unwrap_or(usize::MAX) {
        return Err(StoreError::Corrupt { table: Table::Meta });
    }
    Ok(Box::new(Snapshot {
        pending: rows(Table::Transactions, &pending.result().await?, transaction),
        blocks: rows(Table::Blocks, &blocks.result().await?, block),
        state: rows(Table::State, &state.result().await?, raw),
        finality: rows(Table::Finality, &finality.result().await?, raw),
        meta,
        nodes: rows(Table::Nodes, &nodes.result().await?, node),
    }))
}

/// Asks for every change of a batch, in its order, without waiting.
fn write(transaction: &Transaction, batch: &Batch) -> Result<(), StoreError> {
    let mut open: Option<(Table, IdbObjectStore)> = None;
    for (table, key, row) in batch.iter() {
        let store = match &open {
            Some((of, store)) if *of == table => store,
            _ => &open.insert((table, transaction.store(table.name())?)).1,
        };
        let request = match row {
            Some(row) => store.put(&to_js(row).map_err(|_| StoreError::Corrupt { table })?),
            None => store.delete(&key.into()),
        };
        // A request that fails later ends the whole transaction.
        request.map_err(|thrown| error_of(&thrown))?;
    }
    Ok(())
}

/// The readable rows of a list, of the kind that `take` takes.
fn rows<T>(table: Table, list: &JsValue, take: fn(Row) -> Option<T>) -> Vec<T> {
    let read = |value: JsValue| match js::row(table, value) {
        Ok(row) => take(row),
        Err(error) => {
            warn(&format!(
                "a row of table {} cannot be read and is left out: {error}",
                table.name()
            ));
            None
        }
    };
    js_sys::Array::from(list).iter().filter_map(read).collect()
}
