//! What the app needs of the place where it runs. The browser's page is one such place, a test's
//! world under a virtual clock is another; the app cannot tell them apart.
//!
//! Invariant: no call runs the app's own code before it returns. Events of workers and of the page
//! come later, from the platform's own loop.

use std::any::Any;
use std::fmt;
use std::future::Future;

use futures_util::future::{Either, LocalBoxFuture, select};

use crate::command::Command;
use crate::ipc::{FromNode, Refusal, ToNode};
use crate::lab::desk::{FromLab, ToLab};
use crate::ledger::{Batch, Durability, Page, Query, StoreError};
use crate::primitives::Timestamp;
use crate::refusal::PlatformError;

/// The place where the app runs.
pub trait Platform {
    /// Starts the worker of a node. Dropping the worker ends it at once.
    ///
    /// # Errors
    /// The worker cannot be started.
    fn spawn_node(&self, name: &str, on_event: OnWorkerEvent) -> Result<Box<dyn Worker>, Refusal>;

    /// Shows the laboratory in the element of this id. It is a program of its own, which is loaded
    /// at the first time.
    ///
    /// # Errors
    /// It cannot be loaded, now or here.
    fn show_laboratory(
        &self,
        element: &'static str,
    ) -> LocalBoxFuture<'static, Result<(), Refusal>>;

    /// Takes the laboratory off the page; the scenario that is open in it stays open.
    fn hide_laboratory(&self);

    /// Waits for a name that one holder on this machine has at a time; `None` after `limit_ms`.
    ///
    /// # Errors
    /// There are no locks, or the request fails.
    fn lock(&self, name: String, limit_ms: Option<u32>) -> LockRequest;

    /// The wall clock, which may be set ahead and back.
    fn now(&self) -> Timestamp;

    /// Milliseconds on a clock that never goes back: for spans, never for points in time.
    fn monotonic(&self) -> f64;

    /// Waits for so many milliseconds at least.
    fn sleep(&self, ms: f64) -> LocalBoxFuture<'static, ()>;

    /// Waits for the next moment at which a picture can be drawn.
    fn frame(&self) -> LocalBoxFuture<'static, ()>;

    /// Runs a future by itself: it begins after this call.
    fn spawn(&self, task: LocalBoxFuture<'static, ()>);

    /// Fills an array with random bytes.
    ///
    /// # Errors
    /// There are none.
    fn random(&self, bytes: &mut [u8]) -> Result<(), Refusal>;

    /// The records of this browser's database whose keys begin with this, at most so many, in the
    /// order of their keys.
    ///
    /// # Errors
    /// The database cannot be used.
    fn load_records(
        &self,
        prefix: String,
        most: u32,
    ) -> LocalBoxFuture<'static, Result<Vec<(String, String)>, Reason>>;

    /// Writes records, all or none: the text of each key, or `None` where it goes. When this ends
    /// well a browser that is killed has them, and after [`Durability::Strict`] a machine that
    /// loses its power.
    ///
    /// # Errors
    /// The database cannot be used, or is full.
    fn write_records(
        &self,
        records: Vec<(String, Option<String>)>,
        durability: Durability,
    ) -> LocalBoxFuture<'static, Result<(), Reason>>;

    /// The small text that is kept under a key; a browser that is killed may forget what was kept
    /// last.
    ///
    /// # Errors
    /// The storage cannot be used.
    fn load(&self, key: &str) -> Result<Option<String>, Reason>;

    /// Keeps a small text under a key.
    ///
    /// # Errors
    /// The storage cannot be used, or is full.
    fn store(&self, key: &str, text: &str) -> Result<(), Reason>;

    /// Removes the text of a key.
    ///
    /// # Errors
    /// The storage cannot be used.
    fn remove(&self, key: &str) -> Result<(), Reason>;

    /// How much is stored here of how much may be; `None` where the platform does not say.
    fn storage_use(&self) -> LocalBoxFuture<'static, Option<StorageUse>>;

    /// Whether a new worker could store something now, whatever those that run are told. A page
    /// that is itself refused gets another way to store, if there is one.
    fn can_store(&self) -> LocalBoxFuture<'static, bool>;

    /// Asks the platform not to delete what is stored by itself; [`StorageUse::is_kept`] says what
    /// it decided.
    fn keep_storage(&self) -> LocalBoxFuture<'static, ()>;

    /// Deletes the ledger of a node.
    ///
    /// # Errors
    /// The storage's reason.
    fn delete_database(&self, name: String) -> LocalBoxFuture<'static, Result<(), StoreError>>;

    /// A page of a table of a ledger that no node has open.
    ///
    /// # Errors
    /// The storage's reason.
    fn read_ledger(
        &self,
        database: String,
        query: Query,
    ) -> LocalBoxFuture<'static, Result<Page, StoreError>>;

    /// Writes into a ledger that no node has open.
    ///
    /// # Errors
    /// The storage's reason.
    fn write_ledger(
        &self,
        database: String,
        batch: Batch,
    ) -> LocalBoxFuture<'static, Result<(), StoreError>>;

    /// Hands a file of this name to the person; what becomes of it is not told.
    fn save_file(&self, name: &str, bytes: &[u8]);

    /// Has the person choose a file of at most `limit` bytes; `None` if no file was chosen.
    ///
    /// # Errors
    /// The length of a file that is longer.
    fn choose_file(&self, limit: usize) -> LocalBoxFuture<'static, Result<Option<Vec<u8>>, u64>>;

    /// What is missing here of what the app needs.
    fn missing(&self) -> Vec<PlatformError>;

    /// How many workers the machine runs at once.
    fn cores(&self) -> u32;

    /// Whether nobody can see the page.
    fn is_hidden(&self) -> bool;

    /// The page's address without what follows the path.
    fn location(&self) -> String;

    /// Whether the server still has the files that this page was loaded from; `None` if it does not
    /// say.
    fn is_current(&self) -> LocalBoxFuture<'static, Option<bool>>;

    /// Loads the page again.
    fn reload(&self);

    /// Reports what happens to the page from now on.
    fn watch(&self, on_event: Box<dyn Fn(PageEvent)>);
}

/// Where the events of a worker go.
pub type OnWorkerEvent = Box<dyn Fn(WorkerEvent)>;
/// Where the events of the laboratory's worker go.
pub type OnLabEvent = Box<dyn Fn(LabEvent)>;
/// Starts the worker of the laboratory, the one of this number in this page. Dropping the worker
/// ends it at once.
pub type SpawnLab = Box<dyn Fn(u32, OnLabEvent) -> Result<Box<dyn LabWorker>, Refusal>>;
/// A lock that was asked for; `None` where the time ran out.
pub type LockRequest = LocalBoxFuture<'static, Result<Option<Lock>, Refusal>>;

/// A node's worker; it ends when this is dropped, and reports nothing after that.
pub trait Worker {
    /// Posts a message to the node.
    ///
    /// # Errors
    /// The message cannot be posted.
    fn post(&self, message: &ToNode) -> Result<(), Refusal>;
}

/// What comes from a worker.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every event is a message, and each is taken apart at once"
)]
pub enum WorkerEvent {
    /// A message of the node.
    Message(FromNode),
    /// A message that cannot be read; the worker goes on.
    Unreadable(Refusal),
    /// The worker failed and does not go on.
    Crashed(String),
}

/// The laboratory's worker; it ends when this is dropped, and reports nothing after that.
pub trait LabWorker {
    /// Posts an order.
    ///
    /// # Errors
    /// It cannot be posted.
    fn post(&self, message: &ToLab) -> Result<(), Refusal>;
}

/// The hand that acts in a scenario of the laboratory, for an app whose nodes are those of one.
pub trait LabHand {
    /// Carries out a command as actions of the scenario, or refuses it, and says in words what was
    /// done; `None` for a command that only asks or sends. `nodes` are all there are.
    fn carry_out(&self, command: &Command, nodes: Vec<LabNode>) -> Option<Said>;
}

/// A node of a scenario, as a command means it.
#[derive(Clone, Debug)]
pub struct LabNode {
    /// Its name, which actions call it by.
    pub name: String,
    /// Its id, which a command may call it by as well.
    pub id: String,
    /// Whether it is up.
    pub is_up: bool,
}

/// What was done, in words.
pub type Said = LocalBoxFuture<'static, Result<String, Refusal>>;

/// What comes from the laboratory's worker.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "each is taken apart at once")]
pub enum LabEvent {
    /// A message.
    Message(FromLab),
    /// A message that cannot be read; the worker goes on.
    Unreadable(Refusal),
    /// The worker failed and does not go on.
    Crashed(String),
}

/// What happens to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageEvent {
    /// It is hidden or shown, as [`Platform::is_hidden`] says.
    VisibilityChanged,
    /// Another page of this browser kept the record of this key.
    Stored(String),
    /// A person clicked or pressed a key.
    Acted,
}

/// How much is stored of how much may be, in bytes, as the platform estimates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageUse {
    /// Bytes that are stored, over all networks.
    pub used: u64,
    /// What may be; 0 where the platform does not say.
    pub allowed: u64,
    /// Whether the platform deletes none of it by itself; `None` where it does not say.
    pub is_kept: Option<bool>,
}

/// Why the platform's storage cannot be used, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(pub String);

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Holds a name until it is dropped.
pub struct Lock(#[expect(dead_code, reason = "it acts when it is dropped")] Box<dyn Any>);

impl Lock {
    /// A lock that is released when `guard` is dropped.
    #[must_use]
    pub fn new(guard: impl Any) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock")
    }
}

/// Random bytes in an array.
///
/// # Errors
/// The platform has none.
pub(super) fn random<const N: usize>(platform: &dyn Platform) -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    platform.random(&mut bytes)?;
    Ok(bytes)
}

/// The outcome of a future, or `None` if `ms` milliseconds pass first.
pub(super) async fn within<F: Future + Unpin>(
    platform: &dyn Platform,
    ms: f64,
    future: F,
) -> Option<F::Output> {
    match select(future, platform.sleep(ms)).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(_) => None,
    }
}
