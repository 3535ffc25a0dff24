//! The ledger of one node in IndexedDB: one database a node, one object store a table, rows as
//! plain objects that a person can read in the developer tools.
//!
//! Invariants: a batch is one transaction over the tables that it touches, and counts when the
//! transaction is complete. Everything of a batch is asked for before anything is awaited. An
//! operation has a deadline; a connection that kept none, or that the browser closed, is dropped
//! and opened again, at most [`TRIES`] times for an operation. If the database is there no more,
//! somebody deleted it: a commit is refused with [`StoreError::Deleted`] once, and the next one,
//! which must have everything, makes it again. Otherwise half a ledger would look like a whole one.

mod blocks;
mod connection;
mod context;
pub(in crate::browser) mod hold;
mod open;
mod query;
pub mod records;
mod request;

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbObjectStore};

use connection::Kept;
pub use open::delete_database;
use request::{Pending, Transaction, error_of, within};

use super::js::{self, to_js};
use crate::ledger::{
    Batch, Durability, Page, Part, Query, Row, Snapshot, Store, StoreError, Table,
};

/// How often an operation is tried when the connection turns out to be dead.
pub const TRIES: u32 = 3;
/// How long the database may take over a batch beside its allowance, less than the node gives it:
/// some never answer, after the machine slept for instance, or on a disk that is full.
const COMMIT_MS: f64 = 10_000.0;
/// How long it may take over a page of a table.
const QUERY_MS: f64 = 8_000.0;
/// How long it may take over what a node reads when it starts, each part of the blocks by itself.
const LOAD_MS: f64 = 30_000.0;

/// A node's ledger in the database of a name.
#[derive(Debug)]
pub struct IndexedDbStore {
    name: String,
    connection: Kept,
    /// Whether its owner closed it.
    closed: Cell<bool>,
    /// What became of the database since it was opened.
    fate: Cell<Fate>,
    /// Number of the last batch: one that was given up must not be written after a later one.
    batches: Cell<u64>,
}

/// What became of a database since it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is there.
    There,
    /// Somebody deleted it; the node does not know yet.
    Deleted,
    /// The node knows: its next batch has everything.
    ToMake,
}

impl IndexedDbStore {
    /// Opens the database, making or upgrading it as needed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where there is no IndexedDB, [`StoreError::Schema`] for a
    /// database of a newer program, [`StoreError::Layout`] for one without a table,
    /// [`StoreError::Held`] if the browser does not open it in time.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let store = Self {
            name: name.to_owned(),
            connection: Kept::default(),
            closed: Cell::new(false),
            fate: Cell::new(Fate::There),
            batches: Cell::new(0),
        };
        let mut error = StoreError::Gone;
        for _ in 0..TRIES {
            match open::open(name).await {
                Ok(database) => {
                    store.connection.keep(database);
                    return Ok(store);
                }
                Err(failure @ (StoreError::Gone | StoreError::Aborted)) => error = failure,
                Err(failure) => return Err(failure),
            }
        }
        Err(error)
    }

    /// Deletes the database of a name, whatever it holds, and opens a new one.
    ///
    /// # Errors
    /// See [`StoreError`]; the database is as it was then.
    pub async fn anew(name: &str) -> Result<Self, StoreError> {
        delete_database(name).await?;
        Self::open(name).await
    }

    /// Closes the database; whatever is asked afterwards is refused with [`StoreError::Gone`].
    pub fn close(&self) {
        self.closed.set(true);
        self.connection.close();
    }

    async fn database(&self) -> Result<IdbDatabase, StoreError> {
        if let Some(database) = self.connection.get() {
            return Ok(database);
        }
        let opened = match self.fate.get() {
            Fate::There => open::open_again(&self.name).await,
            Fate::Deleted => return Err(StoreError::Deleted),
            Fate::ToMake => open::open(&self.name).await,
        };
        match opened {
            Ok(database) if self.closed.get() => {
                database.close();
                Err(StoreError::Gone)
            }
            Ok(database) => Ok(self.connection.keep(database)),
            Err(error) => {
                if error == StoreError::Deleted {
                    self.fate.set(Fate::Deleted);
                }
                Err(error)
            }
        }
    }

    /// Does an operation on the open database, and again on a new connection if the old one is
    /// dead.
    async fn run(&self, operation: Operation<'_>) -> Result<Done, StoreError> {
        for _ in 0..TRIES {
            if self.closed.get() {
                return Err(StoreError::Gone);
            }
            let outcome = match self.database().await {
                Ok(_)
                    if operation
                        .number()
                        .is_some_and(|it| it != self.batches.get()) =>
                {
                    return Err(StoreError::Aborted);
                }
                Ok(database) => within(operation.limit_ms(), operation.run(&database)).await,
                Err(error) => Err(error),
            };
            match outcome {
                Err(StoreError::Gone) => self.connection.close(),
                Err(StoreError::Silent) => {
                    // What it was asked may still come; the next connection waits for that by
                    // itself.
                    self.connection.close();
                    return Err(StoreError::Silent);
                }
                outcome => return outcome,
            }
        }
        Err(StoreError::Gone)
    }
}

/// What is asked of a database.
#[derive(Clone, Copy)]
enum Operation<'a> {
    Begin,
    Blocks(u64),
    Commit(&'a Batch, Durability, u64),
    Query(&'a Query),
    Wipe,
}

/// What it gave.
enum Done {
    Snapshot(Box<Snapshot>),
    Part(Part),
    Page(Page),
    Written,
}

impl Operation<'_> {
    /// The number of a batch.
    const fn number(self) -> Option<u64> {
        match self {
            Self::Commit(.., number) => Some(number),
            Self::Begin | Self::Blocks(_) | Self::Query(_) | Self::Wipe => None,
        }
    }

    fn limit_ms(self) -> f64 {
        match self {
            Self::Begin | Self::Blocks(_) | Self::Wipe => LOAD_MS,
            Self::Commit(batch, ..) => COMMIT_MS + f64::from(batch.allowance_ms()),
            Self::Query(_) => QUERY_MS,
        }
    }

    async fn run(self, database: &IdbDatabase) -> Result<Done, StoreError> {
        match self {
            Self::Begin => begin(database).await.map(Done::Snapshot),
            Self::Blocks(from) => blocks::part(database, from).await.map(Done::Part),
            Self::Query(query) => query::run(database, query).await.map(Done::Page),
            Self::Commit(batch, durability, _) => {
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
    /// Rows that cannot be read are left out with a warning, here and of the blocks: the node
    /// checks what it gets against the chain and repairs it. Only an unreadable single value is an
    /// error.
    async fn begin(&self) -> Result<Snapshot, StoreError> {
        match self.run(Operation::Begin).await? {
            Done::Snapshot(snapshot) => Ok(*snapshot),
            Done::Part(_) | Done::Page(_) | Done::Written => Err(StoreError::Aborted),
        }
    }

    async fn blocks(&self, from: u64) -> Result<Part, StoreError> {
        match self.run(Operation::Blocks(from)).await? {
            Done::Part(part) => Ok(part),
            Done::Snapshot(_) | Done::Page(_) | Done::Written => Err(StoreError::Aborted),
        }
    }

    async fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let number = self.batches.get().wrapping_add(1);
        self.batches.set(number);
        match self.run(Operation::Commit(batch, durability, number)).await {
            Err(StoreError::Deleted) => {
                self.fate.set(Fate::ToMake);
                Err(StoreError::Deleted)
            }
            Err(error) => Err(error),
            Ok(_) => {
                self.fate.set(Fate::There);
                Ok(())
            }
        }
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        match self.run(Operation::Query(query)).await? {
            Done::Page(page) => Ok(page),
            Done::Snapshot(_) | Done::Part(_) | Done::Written => Err(StoreError::Aborted),
        }
    }

    async fn wipe(&self) -> Result<(), StoreError> {
        if self.fate.get() == Fate::There && self.run(Operation::Wipe).await.is_ok() {
            return Ok(());
        }
        // Whatever is there instead, or cannot be emptied, is deleted as a whole.
        self.connection.close();
        delete_database(&self.name).await?;
        self.connection.keep(open::open(&self.name).await?);
        self.fate.set(Fate::There);
        Ok(())
    }
}

/// Everything that the engine reads when a node starts, but its blocks.
async fn begin(database: &IdbDatabase) -> Result<Box<Snapshot>, StoreError> {
    let tables = [
        Table::Transactions,
        Table::State,
        Table::Finality,
        Table::Meta,
        Table::Nodes,
    ];
    let transaction = Transaction::read(database, &tables.map(Table::name))?;
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
    let [state, finality] = [all(Table::State)?, all(Table::Finality)?];
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
        blocks: Vec::new(),
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
            blocks::leave_out(table, &error);
            None
        }
    };
    js_sys::Array::from(list).iter().filter_map(read).collect()
}
