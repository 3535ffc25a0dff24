//! A tab of a test's world: the platform of one app, with the faults that a browser can have.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::{Rc, Weak};

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable, LocalBoxFuture};

use super::World;
use super::worker::{Handle, NodeWorker};
use crate::app::platform::{
    Lock, LockRequest, OnWorkerEvent, PageEvent, Platform, Reason, StorageUse, Worker,
};
use crate::ipc::Refusal;
use crate::ledger::{Batch, Durability, Page, Query, Store, StoreError};
use crate::primitives::Timestamp;
use crate::refusal::PlatformError;

/// Time between two pictures.
const FRAME_MS: f64 = 16.0;
/// Time that the deletion of a database takes.
const DELETION_MS: f64 = 3.0;

/// Time until a record is read or on the disk.
const RECORD_MS: f64 = 2.0;

/// What does not work in a tab.
#[derive(Clone, Debug, Default)]
pub(in crate::app) struct Faults {
    /// Capabilities that are missing.
    pub(in crate::app) missing: Vec<PlatformError>,
    /// Where there are no Web Locks, databases stand in for them.
    pub(in crate::app) open_databases: bool,
    /// The storage refuses every access.
    pub(in crate::app) no_storage: bool,
    /// The database takes no record.
    pub(in crate::app) full: bool,
    /// So much longer it takes until a record is on the disk.
    pub(in crate::app) slow_records_ms: f64,
    /// There are no random bytes.
    pub(in crate::app) no_random: bool,
    /// What is stored; none where the browser does not say.
    pub(in crate::app) storage: Option<StorageUse>,
    /// A new release has replaced the files of the page.
    pub(in crate::app) old: bool,
    /// Nodes whose worker cannot be started.
    pub(in crate::app) no_worker: BTreeSet<String>,
}

fn closed() -> Reason {
    Reason("the tab is closed".to_owned())
}

/// Takes the events of a page.
type Watcher = Box<dyn Fn(PageEvent)>;

/// The platform of one tab.
pub(in crate::app) struct Tab {
    me: Weak<Self>,
    world: Rc<World>,
    pub(super) faults: RefCell<Faults>,
    pub(super) cores: Cell<u32>,
    pub(super) hidden: Cell<bool>,
    /// Files that were handed to the person, who chooses the last.
    pub(super) files: RefCell<Vec<(String, Vec<u8>)>>,
    pub(super) reloads: Cell<u32>,
    /// How often the browser was asked to keep what is stored.
    pub(super) asked_to_keep: Cell<u32>,
    /// How often records were written.
    pub(super) writings: Cell<u32>,
    closed: Cell<bool>,
    watcher: RefCell<Option<Watcher>>,
    tasks: RefCell<Vec<AbortHandle>>,
    workers: RefCell<Vec<Weak<NodeWorker>>>,
}

impl fmt::Debug for Tab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tab").finish_non_exhaustive()
    }
}

impl Tab {
    pub(super) fn new(world: &Rc<World>, faults: Faults) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            me: me.clone(),
            world: Rc::clone(world),
            faults: RefCell::new(faults),
            cores: Cell::new(4),
            hidden: Cell::new(false),
            files: RefCell::default(),
            reloads: Cell::new(0),
            asked_to_keep: Cell::new(0),
            writings: Cell::new(0),
            closed: Cell::new(false),
            watcher: RefCell::default(),
            tasks: RefCell::default(),
            workers: RefCell::default(),
        })
    }

    /// Reports an event of the page to the app.
    pub(super) fn happen(&self, event: PageEvent) {
        if let (false, Some(watcher)) = (self.closed.get(), &*self.watcher.borrow()) {
            watcher(event);
        }
    }

    /// Ends everything that belongs to the tab at once, as a browser does.
    pub(super) fn close(&self) {
        self.closed.set(true);
        for worker in self.workers.take() {
            if let Some(worker) = worker.upgrade() {
                worker.end();
            }
        }
        for task in self.tasks.take() {
            task.abort();
        }
        self.watcher.take();
    }

    /// The worker of a node that runs in this tab.
    pub(super) fn worker(&self, name: &str) -> Option<Rc<NodeWorker>> {
        let workers = self.workers.borrow();
        let mut running = workers.iter().filter_map(Weak::upgrade);
        running.find(|worker| worker.name == name && !worker.is_ended())
    }

    fn storage(&self) -> Result<&World, Reason> {
        if self.faults.borrow().no_storage {
            return Err(Reason("SecurityError: the storage is switched off".into()));
        }
        Ok(&self.world)
    }
}

impl Platform for Tab {
    fn spawn_node(&self, name: &str, on_event: OnWorkerEvent) -> Result<Box<dyn Worker>, Refusal> {
        if self.faults.borrow().no_worker.contains(name) {
            let (name, reason) = (format!("node:{name}"), "too many workers".to_owned());
            return Err(PlatformError::WorkerStart { name, reason }.into());
        }
        let worker = NodeWorker::new(&self.world, name, on_event);
        if self.faults.borrow().old {
            worker.fail_to_load();
        }
        self.workers.borrow_mut().push(Rc::downgrade(&worker));
        self.world.add_worker(&worker);
        Ok(Box::new(Handle(worker)))
    }

    fn show_laboratory(&self, _: &'static str) -> LocalBoxFuture<'static, Result<(), Refusal>> {
        async { Ok(()) }.boxed_local()
    }

    fn hide_laboratory(&self) {}

    fn lock(&self, name: String, limit_ms: Option<u32>) -> LockRequest {
        let faults = self.faults.borrow();
        if faults.missing.contains(&PlatformError::NoLocks) && !faults.open_databases {
            return async { Err(PlatformError::NoLocks.into()) }.boxed_local();
        }
        drop(faults);
        let limit = limit_ms.map(|ms| self.world.clock.sleep(ms.into()));
        let guard = Rc::clone(&self.world.locks).acquire(name, limit);
        async { Ok(guard.await.map(Lock::new)) }.boxed_local()
    }

    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    fn monotonic(&self) -> f64 {
        self.world.clock.monotonic()
    }

    fn sleep(&self, ms: f64) -> LocalBoxFuture<'static, ()> {
        self.world.clock.sleep(ms)
    }

    fn frame(&self) -> LocalBoxFuture<'static, ()> {
        self.world.clock.sleep(FRAME_MS)
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        let (handle, registration) = AbortHandle::new_pair();
        if self.closed.get() {
            return;
        }
        self.tasks.borrow_mut().push(handle);
        self.world
            .spawn(Abortable::new(task, registration).map(|_| ()));
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Refusal> {
        if self.faults.borrow().no_random {
            let reason = "the pool is empty".to_owned();
            return Err(PlatformError::NoEntropy { reason }.into());
        }
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.world.draw().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }

    fn load_records(
        &self,
        prefix: String,
        _: u32,
    ) -> LocalBoxFuture<'static, Result<Vec<(String, String)>, Reason>> {
        let (me, wait) = (self.me.clone(), self.world.clock.sleep(RECORD_MS));
        async move {
            wait.await;
            let tab = me.upgrade().ok_or_else(closed)?;
            Ok(tab.storage()?.records_of(&prefix))
        }
        .boxed_local()
    }

    fn write_records(
        &self,
        records: Vec<(String, Option<String>)>,
        _: Durability,
    ) -> LocalBoxFuture<'static, Result<(), Reason>> {
        let ms = RECORD_MS + self.faults.borrow().slow_records_ms;
        self.writings.set(self.writings.get() + 1);
        let (me, wait) = (self.me.clone(), self.world.clock.sleep(ms));
        async move {
            wait.await;
            let tab = me.upgrade().ok_or_else(closed)?;
            if tab.faults.borrow().full {
                return Err(Reason("QuotaExceededError".into()));
            }
            tab.storage()?.write_records(&records, &tab);
            Ok(())
        }
        .boxed_local()
    }

    fn load(&self, key: &str) -> Result<Option<String>, Reason> {
        Ok(self.storage()?.text(key))
    }

    fn store(&self, key: &str, text: &str) -> Result<(), Reason> {
        self.storage()?.set_text(key, Some(text));
        Ok(())
    }

    fn remove(&self, key: &str) -> Result<(), Reason> {
        self.storage()?.set_text(key, None);
        Ok(())
    }

    fn delete_database(&self, name: String) -> LocalBoxFuture<'static, Result<(), StoreError>> {
        let (world, wait) = (Rc::clone(&self.world), self.world.clock.sleep(DELETION_MS));
        async move {
            wait.await;
            world.delete_ledger(&name);
            Ok(())
        }
        .boxed_local()
    }

    fn read_ledger(
        &self,
        database: String,
        query: Query,
    ) -> LocalBoxFuture<'static, Result<Page, StoreError>> {
        let store = self.world.ledger(Some(&database));
        async move { store.query(&query).await }.boxed_local()
    }

    fn write_ledger(
        &self,
        database: String,
        batch: Batch,
    ) -> LocalBoxFuture<'static, Result<(), StoreError>> {
        let store = self.world.ledger(Some(&database));
        async move { store.commit(&batch, Durability::Strict).await }.boxed_local()
    }

    fn save_file(&self, name: &str, bytes: &[u8]) {
        let file = (name.to_owned(), bytes.to_vec());
        self.files.borrow_mut().push(file);
    }

    fn choose_file(&self, limit: usize) -> LocalBoxFuture<'static, Result<Option<Vec<u8>>, u64>> {
        let file = self.files.borrow().last().map(|(_, bytes)| bytes.clone());
        let chosen = match file {
            Some(file) if file.len() > limit => Err(u64::try_from(file.len()).unwrap_or(u64::MAX)),
            file => Ok(file),
        };
        async { chosen }.boxed_local()
    }

    fn missing(&self) -> Vec<PlatformError> {
        self.faults.borrow().missing.clone()
    }

    fn cores(&self) -> u32 {
        self.cores.get()
    }

    fn is_hidden(&self) -> bool {
        self.hidden.get()
    }

    fn location(&self) -> String {
        "https://aurex.test/".to_owned()
    }

    fn storage_use(&self) -> LocalBoxFuture<'static, Option<StorageUse>> {
        let (me, wait) = (self.me.clone(), self.world.clock.sleep(FRAME_MS));
        async move {
            wait.await;
            me.upgrade()?.faults.borrow().storage
        }
        .boxed_local()
    }

    fn can_store(&self) -> LocalBoxFuture<'static, bool> {
        let can = !self.faults.borrow().full && !self.world.is_any_full();
        async move { can }.boxed_local()
    }

    fn keep_storage(&self) -> LocalBoxFuture<'static, ()> {
        self.asked_to_keep.set(self.asked_to_keep.get() + 1);
        if let Some(storage) = &mut self.faults.borrow_mut().storage {
            storage.is_kept = Some(true);
        }
        async {}.boxed_local()
    }

    fn is_current(&self) -> LocalBoxFuture<'static, Option<bool>> {
        let (wait, current) = (self.world.clock.sleep(FRAME_MS), !self.faults.borrow().old);
        async move {
            wait.await;
            Some(current)
        }
        .boxed_local()
    }

    fn reload(&self) {
        self.reloads.set(self.reloads.get() + 1);
    }

    fn watch(&self, on_event: Watcher) {
        self.watcher.replace(Some(on_event));
    }
}
