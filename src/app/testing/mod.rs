//! A world for the app's tests: tabs with real nodes, locks, storage and databases in one thread,
//! under a virtual clock. Nothing waits in real time, and the same seed gives the same run.

mod clock;
mod lab;
mod locks;
mod tab;
mod worker;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::{Rc, Weak};

use futures_executor::{LocalPool, LocalSpawner};
use futures_util::task::LocalSpawnExt;

pub(super) use tab::Faults;

use super::App;
use super::lab::Laboratory;
use super::platform::{PageEvent, SpawnLab, StorageUse, WorkerEvent};
use crate::ipc::{FromNode, NodeStatus, Refusal, Workload};
use crate::ledger::MemoryStore;
use crate::primitives::{Millis, SplitMix64, Timestamp};
use crate::view::Offer;
use clock::Clock;
use lab::DeskWorker;
use locks::Locks;
use tab::Tab;
use worker::NodeWorker;

/// Longest virtual time that a test waits for something.
const PATIENCE_MS: f64 = 300_000.0;
/// A test looks this often whether what it waits for has come.
const LOOK_MS: f64 = 50.0;

/// Everything that the tabs share.
pub(super) struct World {
    clock: Clock,
    locks: Rc<Locks>,
    pool: RefCell<LocalPool>,
    spawner: LocalSpawner,
    random: RefCell<SplitMix64>,
    /// What the browser's database keeps.
    records: RefCell<BTreeMap<String, String>>,
    /// What the browser's small storage keeps.
    texts: RefCell<BTreeMap<String, String>>,
    ledgers: RefCell<BTreeMap<String, MemoryStore>>,
    workers: RefCell<Vec<Weak<NodeWorker>>>,
    tabs: RefCell<Vec<Rc<Tab>>>,
    /// Nodes whose workers do not answer.
    silent: RefCell<BTreeSet<String>>,
    /// Nodes whose disks are full.
    full: RefCell<BTreeSet<String>>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl World {
    /// A world in which nothing has happened.
    pub(super) fn new(seed: u64) -> Rc<Self> {
        let pool = LocalPool::new();
        Rc::new(Self {
            clock: Clock::default(),
            locks: Rc::default(),
            spawner: pool.spawner(),
            pool: RefCell::new(pool),
            random: RefCell::new(SplitMix64::new(seed)),
            records: RefCell::default(),
            texts: RefCell::default(),
            ledgers: RefCell::default(),
            workers: RefCell::default(),
            tabs: RefCell::default(),
            silent: RefCell::default(),
            full: RefCell::default(),
        })
    }

    /// Opens a page in a new tab.
    pub(super) fn open(self: &Rc<Self>, search: &str) -> Page {
        self.open_with(search, Faults::default())
    }

    /// Opens a page in a new tab with faults.
    pub(super) fn open_with(self: &Rc<Self>, search: &str, faults: Faults) -> Page {
        let tab = Tab::new(self, faults);
        self.tabs.borrow_mut().push(Rc::clone(&tab));
        Page {
            world: Rc::clone(self),
            app: App::open(Rc::clone(&tab) as Rc<_>, search),
            tab,
        }
    }

    /// Opens a page and waits until a node runs.
    pub(super) fn ready(self: &Rc<Self>, search: &str) -> Page {
        let page = self.open(search);
        page.opened().expect("the network opens");
        page
    }

    /// The wall clock.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the wall clock of the machine back.
    pub(super) fn set_back(&self, by: Millis) {
        self.clock.set_back(by);
    }

    /// Lets time pass.
    pub(super) fn run(&self, ms: f64) {
        let end = self.clock.monotonic() + ms;
        self.settle();
        while self.clock.step(end) {
            self.settle();
        }
    }

    /// The outcome of a future, for which time passes.
    pub(super) fn wait<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> T {
        let outcome = Rc::new(RefCell::new(None));
        let place = Rc::clone(&outcome);
        self.spawn(async move {
            let value = future.await;
            place.replace(Some(value));
        });
        let end = self.clock.monotonic() + PATIENCE_MS;
        loop {
            self.settle();
            if let Some(outcome) = outcome.take() {
                return outcome;
            }
            assert!(self.clock.step(end), "it did not come to an end");
        }
    }

    /// Lets time pass until something is so.
    pub(super) fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let end = self.clock.monotonic() + PATIENCE_MS;
        while !is_so() {
            assert!(self.clock.monotonic() < end, "it never came to {what}");
            self.run(LOOK_MS);
        }
    }

    /// Runs every task as far as it goes.
    fn settle(&self) {
        self.pool.borrow_mut().run_until_stalled();
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let spawned = self.spawner.spawn_local(task);
        spawned.expect("the pool lives as long as the world");
    }

    /// The next random number.
    fn draw(&self) -> u64 {
        self.random.borrow_mut().draw()
    }

    /// The record of a key.
    pub(super) fn record(&self, key: &str) -> Option<String> {
        self.records.borrow().get(key).cloned()
    }

    /// All keys of records.
    pub(super) fn keys(&self) -> Vec<String> {
        self.records.borrow().keys().cloned().collect()
    }

    /// Keeps a record that no tab wrote.
    pub(super) fn put_record(&self, key: &str, text: &str) {
        self.records
            .borrow_mut()
            .insert(key.to_owned(), text.to_owned());
    }

    /// Forgets a record.
    pub(super) fn forget_record(&self, key: &str) {
        self.records.borrow_mut().remove(key);
    }

    /// The small text of a key.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.texts.borrow().get(key).cloned()
    }

    /// Stores or removes a small text.
    pub(super) fn set_text(&self, key: &str, text: Option<&str>) {
        let mut texts = self.texts.borrow_mut();
        match text {
            Some(text) => drop(texts.insert(key.to_owned(), text.to_owned())),
            None => drop(texts.remove(key)),
        }
    }

    /// The records whose keys begin with this.
    pub(super) fn records_of(&self, prefix: &str) -> Vec<(String, String)> {
        let records = self.records.borrow();
        let found = records.iter().filter(|(key, _)| key.starts_with(prefix));
        found
            .map(|(key, text)| (key.clone(), text.clone()))
            .collect()
    }

    /// Writes records; the other tabs get an event of the first.
    fn write_records(&self, records: &[(String, Option<String>)], writer: &Tab) {
        for (key, text) in records {
            match text {
                Some(text) => self.put_record(key, text),
                None => self.forget_record(key),
            }
        }
        let Some((key, _)) = records.first() else {
            return;
        };
        for tab in self.tabs.borrow().iter() {
            if !std::ptr::eq(&**tab, writer) {
                let (tab, key) = (Rc::downgrade(tab), key.clone());
                self.clock.after(1.0, move || {
                    if let Some(tab) = tab.upgrade() {
                        tab.happen(PageEvent::Stored(key));
                    }
                });
            }
        }
    }

    /// The ledger of a name, or one that ends with its node.
    fn ledger(&self, name: Option<&str>) -> MemoryStore {
        match name {
            Some(name) => {
                let mut ledgers = self.ledgers.borrow_mut();
                ledgers.entry(name.to_owned()).or_default().clone()
            }
            None => MemoryStore::default(),
        }
    }

    fn delete_ledger(&self, name: &str) {
        self.ledgers.borrow_mut().remove(name);
    }

    /// Names of all ledgers.
    pub(super) fn ledgers(&self) -> Vec<String> {
        self.ledgers.borrow().keys().cloned().collect()
    }

    /// Names of all locks that are held.
    pub(super) fn locked(&self) -> Vec<String> {
        self.locks.names()
    }

    fn add_worker(&self, worker: &Rc<NodeWorker>) {
        self.workers.borrow_mut().push(Rc::downgrade(worker));
    }

    fn workers(&self) -> Vec<Rc<NodeWorker>> {
        let workers = self.workers.borrow();
        let running = workers.iter().filter_map(Weak::upgrade);
        running.filter(|worker| !worker.is_ended()).collect()
    }

    /// Workers of nodes of this name do not answer from now on.
    pub(super) fn silence(&self, name: &str) {
        self.silent.borrow_mut().insert(name.to_owned());
    }

    /// Workers of nodes of this name, those that start from now on, answer again.
    pub(super) fn unsilence(&self, name: &str) {
        self.silent.borrow_mut().remove(name);
    }

    /// The disk of a node is full, or has room again.
    pub(super) fn fill(&self, name: &str, full: bool) {
        let mut all = self.full.borrow_mut();
        if full {
            all.insert(name.to_owned());
        } else {
            all.remove(name);
        }
    }

    fn is_full(&self, name: &str) -> bool {
        self.full.borrow().contains(name)
    }

    fn is_any_full(&self) -> bool {
        !self.full.borrow().is_empty()
    }

    /// The browser deletes the ledger of a node, and gives its worker none any more.
    pub(super) fn strand(&self, name: &str) {
        let workers = self.workers().into_iter();
        for worker in workers.filter(|worker| worker.name == name) {
            if let Some(database) = worker.strand() {
                self.delete_ledger(&database);
            }
        }
    }

    fn is_silent(&self, name: &str) -> bool {
        self.silent.borrow().contains(name)
    }
}

/// A page in a tab, as a person uses it.
#[derive(Debug)]
pub(super) struct Page {
    world: Rc<World>,
    pub(super) app: Rc<App>,
    tab: Rc<Tab>,
}

impl Page {
    /// A laboratory on this page.
    pub(super) fn laboratory(&self) -> Rc<Laboratory> {
        let world = Rc::clone(&self.world);
        let spawn: SpawnLab =
            Box::new(move |_, on_event| Ok(Box::new(DeskWorker::new(&world, on_event))));
        let tab: Rc<Tab> = Rc::clone(&self.tab);
        Laboratory::new(tab, spawn)
    }

    /// The outcome of the opening.
    pub(super) fn opened(&self) -> Result<(), Refusal> {
        let app = Rc::clone(&self.app);
        self.world.wait(async move { app.ready().await })
    }

    /// Waits for something that the app does.
    pub(super) fn wait<T: 'static, F: Future<Output = T> + 'static>(
        &self,
        ask: impl FnOnce(Rc<App>) -> F,
    ) -> T {
        self.world.wait(ask(Rc::clone(&self.app)))
    }

    /// The answer to a line of the console.
    pub(super) fn command(&self, line: &str) -> String {
        let line = line.to_owned();
        self.wait(|app| async move { app.command(&line).await })
    }

    /// The answer to a line, which must contain some words.
    pub(super) fn expect(&self, line: &str, words: &[&str]) -> String {
        let answer = self.command(line);
        for word in words {
            assert!(
                answer.contains(word),
                "{line}: expected \"{word}\" in\n{answer}"
            );
        }
        answer
    }

    /// The code of the refusal of a line.
    pub(super) fn refusal(&self, line: &str) -> String {
        let answer = self.command(line);
        let code = answer
            .strip_prefix("Refused (")
            .and_then(|rest| rest.split_once(')'));
        code.unwrap_or_else(|| panic!("{line}: expected a refusal, found\n{answer}"))
            .0
            .to_owned()
    }

    /// The row of a node.
    pub(super) fn status(&self, name: &str) -> NodeStatus {
        let model = self.app.fresh_model();
        let mut nodes = model.nodes.iter();
        let node = nodes.find(|node| node.status.name == name);
        node.unwrap_or_else(|| panic!("expected node {name}, found none"))
            .status
            .clone()
    }

    /// Names of this tab's nodes that follow the chain.
    pub(super) fn up(&self) -> Vec<String> {
        let model = self.app.fresh_model();
        let running = model.nodes.iter().filter(|node| node.own && node.is_up());
        running.map(|node| node.status.name.clone()).collect()
    }

    /// The least height of this tab's running nodes; 0 without any.
    pub(super) fn height(&self) -> u64 {
        let model = self.app.fresh_model();
        let running = model.nodes.iter().filter(|node| node.own && node.is_up());
        running.map(|node| node.status.height).min().unwrap_or(0)
    }

    /// Waits until all running nodes of this tab have a height and agree.
    pub(super) fn grow(&self, height: u64) {
        self.world.until("a height that all agree on", || {
            self.height() >= height && self.app.fresh_model().in_consensus
        });
    }

    /// Codes of the problems on the page.
    pub(super) fn problems(&self) -> Vec<String> {
        let model = self.app.fresh_model();
        let codes = model.problems.iter().map(|problem| problem.code.clone());
        codes.collect()
    }

    /// Sentences of the problems on the page.
    pub(super) fn sentences(&self) -> String {
        let model = self.app.fresh_model();
        let texts = model.problems.iter().map(|problem| problem.message.clone());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Texts of the log, oldest first.
    pub(super) fn log(&self) -> String {
        let model = self.app.fresh_model();
        let lines = model.log.iter().map(|event| event.text.clone());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What the miners of a node were ordered last.
    pub(super) fn workload(&self, name: &str) -> Workload {
        let worker = self.tab.worker(name).expect("a worker");
        worker.workload().expect("a node that runs")
    }

    /// The worker of a node fails.
    pub(super) fn crash(&self, name: &str) {
        let worker = self.tab.worker(name).expect("a worker");
        worker.tell(WorkerEvent::Crashed("unreachable executed".to_owned()));
        self.world.run(10.0);
    }

    /// The worker of a node ends by itself and says why.
    pub(super) fn fail_worker(&self, name: &str, error: Refusal) {
        let worker = self.tab.worker(name).expect("a worker");
        worker.tell(WorkerEvent::Message(FromNode::Failed { error }));
    }

    /// What the problems of the page offer, by the words on the buttons' orders.
    pub(super) fn offers(&self) -> Vec<Offer> {
        let model = self.app.fresh_model();
        let problems = model.problems.iter();
        problems
            .flat_map(|problem| problem.offers.clone())
            .collect()
    }

    /// How often the page was loaded again.
    pub(super) fn reloads(&self) -> u32 {
        self.tab.reloads.get()
    }

    /// How often the browser was asked to keep what is stored.
    pub(super) fn asked_to_keep(&self) -> u32 {
        self.tab.asked_to_keep.get()
    }

    /// So much is stored from now on.
    pub(super) fn set_storage(&self, storage: StorageUse) {
        self.tab.faults.borrow_mut().storage = Some(storage);
    }

    /// A person clicks.
    pub(super) fn click(&self) {
        self.tab.happen(PageEvent::Acted);
    }

    /// Hides or shows the page.
    pub(super) fn hide(&self, hidden: bool) {
        self.tab.hidden.set(hidden);
        self.tab.happen(PageEvent::VisibilityChanged);
    }

    /// The machine runs so many workers at once.
    pub(super) fn set_cores(&self, cores: u32) {
        self.tab.cores.set(cores);
    }

    /// The last file that was handed to the person, with its name.
    pub(super) fn file(&self) -> (String, Vec<u8>) {
        let file = self.tab.files.borrow().last().cloned();
        file.expect("a file")
    }

    /// Puts a file where the person chooses the next.
    pub(super) fn put_file(&self, bytes: Vec<u8>) {
        let file = (String::new(), bytes);
        self.tab.files.borrow_mut().push(file);
    }

    /// Changes what does not work.
    pub(super) fn fault(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.tab.faults.borrow_mut());
    }

    /// How often records were written.
    pub(super) fn writings(&self) -> u32 {
        self.tab.writings.get()
    }

    /// Closes the tab: its workers end, its locks are free.
    pub(super) fn close(self) {
        let world = Rc::clone(&self.world);
        self.tab.close();
        world
            .tabs
            .borrow_mut()
            .retain(|tab| !Rc::ptr_eq(tab, &self.tab));
        let app = Rc::downgrade(&self.app);
        drop(self);
        world.settle();
        assert!(app.upgrade().is_none(), "nothing holds a closed page");
    }
}
