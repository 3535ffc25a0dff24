//! The worker of a node in a test's world: a real node with its ledger, its links and its miners,
//! which speaks with the app by the messages of [`crate::ipc`]. It differs from the browser's
//! worker only in how orders and outputs are carried out.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use futures_util::FutureExt;

use super::World;
use super::locks::Guard;
use crate::app::platform::{OnWorkerEvent, Worker, WorkerEvent};
use crate::ipc::{
    Answer, FromMiner, FromNode, Limit, NodeConfig, Refusal, Request, RequestId, SearchJob,
    ToMiner, ToNode, Workload,
};
use crate::ledger::{Batch, Durability, MemoryStore, Query, Store, StoreError};
use crate::miner::{Search, Step};
use crate::node::{BatchId, Gate, Input, Node, Order, Outbox, Output, Reporter, Setup};
use crate::primitives::{BlockHash, Instant, NodeId};
use crate::refusal::{NodeError, StartupError};
use crate::state::genesis;

/// Time of a message between the app and a worker, and of a frame between nodes.
const MESSAGE_MS: f64 = 1.0;
/// Time of a commit.
const COMMIT_MS: f64 = 2.0;
/// How long a start waits for the identity.
const IDENTITY_MS: f64 = 5_000.0;
/// Hashes per second of a miner without a budget.
const MACHINE_RATE: f64 = 10_000.0;
/// Most hashes that a search really tries: what takes longer finds nothing in a test.
const MAX_HASHES: u64 = 1 << 20;
/// Time between two reports of a miner's progress.
const PROGRESS_MS: f64 = 1_000.0;

/// One worker; what it holds goes when it ends.
pub(super) struct NodeWorker {
    pub(super) name: String,
    me: Weak<Self>,
    world: Rc<World>,
    on_event: OnWorkerEvent,
    ended: Cell<bool>,
    /// Its program could not be loaded.
    unloaded: Cell<bool>,
    /// It is given no database any more.
    stranded: Cell<bool>,
    waiting: RefCell<Vec<ToNode>>,
    running: RefCell<Option<Running>>,
}

/// A node that has started.
struct Running {
    config: NodeConfig,
    id: NodeId,
    chain_id: BlockHash,
    /// `None` while its ledger is being emptied.
    node: Option<Node>,
    store: MemoryStore,
    gate: Gate,
    reporter: Reporter,
    /// The job of each miner.
    jobs: BTreeMap<u32, SearchJob>,
    wakes: u64,
    reports: u64,
    /// Counts the state machines: what an earlier one asked for is not answered to a later one.
    life: u32,
    /// Whether the node has said goodbye.
    stopped: bool,
    _identity: Guard,
}

/// The app's end of a worker.
pub(super) struct Handle(pub(super) Rc<NodeWorker>);

impl Worker for Handle {
    fn post(&self, message: &ToNode) -> Result<(), Refusal> {
        let (worker, message) = (Rc::downgrade(&self.0), message.clone());
        self.0.world.clock.after(MESSAGE_MS, move || {
            if let Some(worker) = worker.upgrade() {
                worker.receive(message);
            }
        });
        Ok(())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl NodeWorker {
    pub(super) fn new(world: &Rc<World>, name: &str, on_event: OnWorkerEvent) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            name: name.to_owned(),
            me: me.clone(),
            world: Rc::clone(world),
            on_event,
            ended: Cell::new(false),
            unloaded: Cell::new(false),
            stranded: Cell::new(false),
            waiting: RefCell::default(),
            running: RefCell::default(),
        })
    }

    /// Its program cannot be loaded.
    pub(super) fn fail_to_load(&self) {
        self.unloaded.set(true);
        let reason = "the worker's file cannot be loaded".to_owned();
        self.tell(WorkerEvent::Crashed(reason));
    }

    /// Ends the worker at once: what was not committed is lost.
    pub(super) fn end(&self) {
        self.ended.set(true);
        self.waiting.take();
        drop(self.running.take());
    }

    /// It is given no database any more; the name of the one that it had.
    pub(super) fn strand(&self) -> Option<String> {
        self.stranded.set(true);
        self.with(|it| it.config.database.clone()).flatten()
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended.get()
    }

    /// Whether its node has this id on this chain.
    fn is(&self, chain_id: &BlockHash, id: Option<&NodeId>) -> bool {
        let running = self.running.borrow();
        running.as_ref().is_some_and(|it| {
            !it.stopped && it.chain_id == *chain_id && id.is_none_or(|id| it.id == *id)
        })
    }

    /// Sends an event to the app, unless the worker ends first.
    pub(super) fn tell(&self, event: WorkerEvent) {
        let me = self.me.clone();
        self.world.clock.after(MESSAGE_MS, move || {
            if let Some(me) = me.upgrade().filter(|me| !me.ended.get()) {
                (me.on_event)(event);
            }
        });
    }

    fn post(&self, message: FromNode) {
        self.tell(WorkerEvent::Message(message));
    }

    /// Makes a call in `ms` milliseconds, if this is still the same state machine.
    fn after(&self, ms: f64, call: impl FnOnce(&Self) + 'static) {
        let (me, life) = (self.me.clone(), self.life());
        self.world.clock.after(ms, move || {
            if let Some(me) = me
                .upgrade()
                .filter(|me| !me.ended.get() && me.life() == life)
            {
                call(&me);
            }
        });
    }

    fn life(&self) -> Option<u32> {
        self.running.borrow().as_ref().map(|it| it.life)
    }

    /// Changes the running node, if there is one.
    fn with<T>(&self, change: impl FnOnce(&mut Running) -> T) -> Option<T> {
        self.running.borrow_mut().as_mut().map(change)
    }

    fn receive(&self, message: ToNode) {
        if self.ended.get() || self.unloaded.get() || self.world.is_silent(&self.name) {
            return;
        }
        let is_up = self.with(|it| it.node.is_some() || it.stopped);
        match (Order::of(message.clone()), is_up) {
            (Ok(Order::Start(config)), None) => self.start(config),
            (_, None | Some(false)) => self.waiting.borrow_mut().push(message),
            (Ok(order), Some(true)) => self.obey(order),
            (Err(error), Some(true)) => panic!("the app posts only what a node reads: {error}"),
        }
    }

    fn start(&self, config: NodeConfig) {
        let setup = match Setup::of(&config, self.world.draw(), self.world.draw()) {
            Ok(setup) => setup,
            Err(error) => return self.post(FromNode::Failed { error }),
        };
        let (id, chain_id) = (setup.key.node_id(), genesis(&setup.params).0.id());
        let limit = self.world.clock.sleep(IDENTITY_MS);
        let identity =
            Rc::clone(&self.world.locks).acquire(format!("{chain_id}:{id}"), Some(limit));
        let me = self.me.clone();
        self.world.spawn(async move {
            let identity = identity.await;
            let Some(me) = me.upgrade().filter(|me| !me.ended.get()) else {
                return;
            };
            let Some(identity) = identity else {
                let node = me.name.clone();
                let error = StartupError::IdentityInUse { node }.into();
                return me.post(FromNode::Failed { error });
            };
            let store = me.world.ledger(config.database.as_deref());
            me.running.replace(Some(Running {
                config,
                id,
                chain_id,
                node: None,
                store,
                gate: Gate::default(),
                reporter: Reporter::default(),
                jobs: BTreeMap::new(),
                wakes: 0,
                reports: 0,
                life: 0,
                stopped: false,
                _identity: identity,
            }));
            me.launch(setup);
            me.report(FromNode::Started);
            me.serve_waiting();
        });
    }

    /// Makes the state machine from the ledger.
    fn launch(&self, setup: Setup) {
        let (mut out, now) = (Outbox::new(), self.world.clock.reading());
        let started = self.with(|it| {
            let snapshot = ready(it.store.load()).ok();
            it.life += 1;
            it.jobs.clear();
            it.reporter.rest();
            it.node = Node::start(setup, snapshot, now, &mut out).ok();
            it.node.is_some()
        });
        assert_eq!(started, Some(true), "the app gives valid parameters");
        self.carry_out(out);
        self.report_in_time();
    }

    fn serve_waiting(&self) {
        for message in self.waiting.take() {
            self.receive(message);
        }
    }

    fn obey(&self, order: Order) {
        match order {
            Order::Start(_) => panic!("the app starts a node once"),
            Order::Input(input) => self.feed(input),
            Order::Ask(id, request) => self.ask(id, request),
            Order::Query(id, query) => self.query(id, &query),
            Order::Wipe(id) => self.wipe(id),
            Order::Workload(workload) => {
                self.with(|it| it.config.workload = workload);
                self.feed(Input::SetWorkload(workload));
            }
            // No page is drawn here that could be slow.
            Order::Yield => {}
            Order::Links(table) => drop(self.with(|it| it.gate.set(table))),
            Order::Events(least) => drop(self.with(|it| it.reporter.set_least(least))),
        }
    }

    fn ask(&self, id: RequestId, request: Request) {
        let (mut out, now) = (Outbox::new(), self.world.clock.reading());
        let answer = self.with(|it| match &mut it.node {
            Some(node) => node.answer(now, request, &mut out),
            None => Err(NodeError::Stopped.into()),
        });
        self.carry_out(out);
        match answer {
            Some(Ok(answer)) => self.post(FromNode::Answer { id, answer }),
            Some(Err(error)) => self.post(FromNode::Refusal { id, error }),
            None => {}
        }
        self.report_in_time();
    }

    fn query(&self, id: RequestId, query: &Query) {
        if let Err(error) = query.check() {
            let error = error.into();
            return self.post(FromNode::Refusal { id, error });
        }
        if let Some(Ok(page)) = self.with(|it| ready(it.store.query(query))) {
            let answer = Answer::Page(page);
            self.post(FromNode::Answer { id, answer });
        }
    }

    fn wipe(&self, id: RequestId) {
        let emptied = self.with(|it| {
            it.node = None;
            it.wakes += 1;
            ready(it.store.wipe()).map(|()| it.config.clone())
        });
        let Some(Ok(config)) = emptied else { return };
        let session = [self.world.draw(), self.world.draw()];
        let setup = Setup::of(&config, session[0], session[1]).expect("it was started by it");
        let setup = Setup {
            is_first: false,
            ..setup
        };
        self.launch(setup);
        self.post(FromNode::Answer {
            id,
            answer: Answer::Wiped,
        });
        self.serve_waiting();
    }

    /// A frame comes from the medium.
    fn arrive(&self, bytes: &[u8]) {
        let now = self.world.clock.instant();
        let arrivals = self.with(|it| it.gate.carry(bytes, &it.id, &it.chain_id, now));
        let Some(arrivals) = arrivals else { return };
        for at in [arrivals.copy, arrivals.first].into_iter().flatten() {
            let bytes = bytes.to_vec();
            if at <= now {
                self.feed(Input::Frame(bytes));
            } else if self.with(|it| it.gate.enter(bytes.len())) == Some(true) {
                self.after(until(at, now), move |me| {
                    me.with(|it| it.gate.leave(bytes.len()));
                    me.feed(Input::Frame(bytes));
                });
            }
        }
    }

    fn feed(&self, input: Input) {
        let (mut out, now) = (Outbox::new(), self.world.clock.reading());
        self.with(|it| {
            if let Some(node) = &mut it.node {
                node.handle(now, input, &mut out);
            }
        });
        self.carry_out(out);
        self.report_in_time();
    }

    fn carry_out(&self, out: Outbox) {
        for output in out {
            match output {
                Output::Broadcast(frame) => self.send(None, &frame),
                Output::Send { to, frame } => self.send(Some(&to), &frame),
                Output::Persist {
                    id,
                    batch,
                    durability,
                } => self.persist(id, batch, durability),
                Output::Miner { worker, message } => self.to_miner(worker, message),
                Output::WakeAt(at) => self.wake_at(at),
                Output::Notice(notice) => {
                    let now = self.world.clock.now();
                    let due = self.with(|it| {
                        let event = it.reporter.event(&notice, &it.config.name, now)?;
                        it.reporter.add(event)
                    });
                    self.report_at(due.flatten());
                }
                Output::Stopped => {
                    self.report(FromNode::Report);
                    self.with(|it| (it.node, it.stopped) = (None, true));
                    self.post(FromNode::Stopped);
                }
            }
        }
    }

    /// Puts a frame on the medium: for one node, or for all others.
    fn send(&self, to: Option<&NodeId>, frame: &[u8]) {
        let Some(chain_id) = self.with(|it| it.chain_id) else {
            return;
        };
        for worker in self.world.workers() {
            if !std::ptr::eq(&*worker, self) && worker.is(&chain_id, to) {
                let (worker, frame) = (Rc::downgrade(&worker), frame.to_vec());
                self.world.clock.after(MESSAGE_MS, move || {
                    if let Some(worker) = worker.upgrade() {
                        worker.arrive(&frame);
                    }
                });
            }
        }
    }

    fn persist(&self, id: BatchId, batch: Batch, durability: Durability) {
        self.after(COMMIT_MS, move |me| {
            let outcome = me.with(|it| {
                if me.world.is_full(&me.name) {
                    return Err(StoreError::Quota);
                }
                if me.stranded.get() {
                    return Err(StoreError::Gone);
                }
                ready(it.store.commit(&batch, durability))
            });
            match outcome {
                Some(Ok(())) => me.feed(Input::Persisted(id)),
                Some(Err(error)) => me.feed(Input::PersistFailed(id, error)),
                None => {}
            }
        });
    }

    /// One timer: a later wish replaces an earlier one.
    fn wake_at(&self, at: Instant) {
        let number = self.with(|it| {
            it.wakes += 1;
            it.wakes
        });
        self.after(until(at, self.world.clock.instant()), move |me| {
            if me.with(|it| it.wakes) == number {
                me.feed(Input::Wake);
            }
        });
    }

    fn to_miner(&self, worker: u32, message: ToMiner) {
        match message {
            ToMiner::Search(job) => self.search(worker, job),
            ToMiner::Cancel => drop(self.with(|it| it.jobs.remove(&worker))),
            ToMiner::Yield => {}
        }
    }

    /// Searches at once, and finds when a miner of this rate would.
    fn search(&self, worker: u32, job: SearchJob) {
        let rate = match job.limit {
            Limit::Rate(rate) => rate,
            Limit::Share(share) => MACHINE_RATE * share.fraction(),
        };
        let mut search = Search::new(&job).expect("a node gives jobs that can be searched");
        let number = job.job;
        self.with(|it| it.jobs.insert(worker, job));
        if rate <= 0.0 {
            return;
        }
        let found = search.step(MAX_HASHES);
        let hashes = search.hashes();
        self.progress(worker, number, rate, 1.0);
        let Step::Found(nonce) = found else { return };
        let elapsed_ms = float(hashes) / rate * 1_000.0;
        self.after(elapsed_ms, move |me| {
            if me.searches(worker, number) {
                me.with(|it| it.jobs.remove(&worker));
                let found = FromMiner::Found {
                    job: number,
                    nonce,
                    hashes,
                    elapsed_ms,
                    hash_rate: rate,
                };
                me.feed(Input::Miner(worker, found));
            }
        });
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "hashes of a test"
    )]
    fn progress(&self, worker: u32, job: u64, rate: f64, seconds: f64) {
        self.after(PROGRESS_MS, move |me| {
            if me.searches(worker, job) {
                let progress = FromMiner::Progress {
                    job,
                    hashes: (rate * seconds) as u64,
                    hash_rate: rate,
                    nonce: (rate * seconds) as u64,
                    best_hash: String::new(),
                    tries: Vec::new(),
                };
                me.feed(Input::Miner(worker, progress));
                me.progress(worker, job, rate, seconds + 1.0);
            }
        });
    }

    fn searches(&self, worker: u32, job: u64) -> bool {
        self.with(|it| it.jobs.get(&worker).is_some_and(|it| it.job == job)) == Some(true)
    }

    /// What its miners were ordered last.
    pub(super) fn workload(&self) -> Option<Workload> {
        self.with(|it| it.config.workload)
    }

    fn report_in_time(&self) {
        let due = self.with(|it| it.reporter.in_time()).flatten();
        self.report_at(due);
    }

    fn report_at(&self, due: Option<f64>) {
        let Some(due) = due else { return };
        let number = self.with(|it| {
            it.reports += 1;
            it.reports
        });
        self.after(due - self.world.clock.monotonic(), move |me| {
            if me.with(|it| it.reports) == number {
                me.with(|it| it.reporter.rest());
                me.report(FromNode::Report);
                me.report_in_time();
            }
        });
    }

    fn report(&self, message: fn(crate::ipc::Report) -> FromNode) {
        let (now, monotonic) = (self.world.clock.reading(), self.world.clock.monotonic());
        let report = self.with(|it| {
            let node = it.node.as_ref()?;
            Some(it.reporter.report(node, now, monotonic))
        });
        if let Some(report) = report.flatten() {
            self.post(message(report));
        }
    }
}

/// The outcome of an operation on a ledger in memory, which waits for nothing.
fn ready<T>(operation: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    operation
        .now_or_never()
        .expect("a ledger in memory waits for nothing")
}

fn until(at: Instant, now: Instant) -> f64 {
    float(at.since(now).0)
}

#[expect(clippy::cast_precision_loss, reason = "a test lasts minutes")]
fn float(number: u64) -> f64 {
    number as f64
}
