//! The state of a node's shell, the loop that feeds the node, and what is done with its outputs.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo::timers::callback::Timeout;

use super::ledger::Ledger;
use super::miners::{MinerEvent, Miners};
use super::page::Page;
use crate::browser::js::monotonic;
use crate::browser::locks::LockGuard;
use crate::browser::{Channel, FileArchive, Senders, js, miner_worker_name};
use crate::gossip;
use crate::ipc::{
    Event, FromMiner, FromNode, Level, NodeConfig, NodeKind, Refusal, Report, ToNode, Topic,
    Workload,
};
use crate::ledger::{Batch, Durability, Store};
use crate::node::{BatchId, Gate, Input, Inputs, Node, Notice, Outbox, Output, Reporter, Setup};
use crate::primitives::{BlockHash, Instant, NodeId};
use crate::state::genesis;

/// Longest timer of a browser.
const MAX_TIMER_MS: u64 = i32::MAX as u64;

/// A node and everything around it in this worker.
#[derive(Debug)]
pub(super) struct Shell {
    pub(super) page: Page,
    pub(super) config: NodeConfig,
    pub(super) id: NodeId,
    pub(super) chain_id: BlockHash,
    /// What was asked of the miners last: a node that starts again keeps it.
    pub(super) workload: Cell<Workload>,
    /// None while it starts, while its ledger is wiped, and after it stopped.
    pub(super) node: RefCell<Option<Node>>,
    pub(super) ledger: RefCell<Option<Rc<Ledger>>>,
    pub(super) network: RefCell<Option<Network>>,
    pub(super) lock: RefCell<Option<LockGuard>>,
    /// Where the node puts its old blocks, if the browser gives it a file.
    pub(super) archive: RefCell<Option<Rc<FileArchive>>>,
    pub(super) miners: RefCell<Miners>,
    pub(super) reporter: RefCell<Reporter>,
    pub(super) gate: RefCell<Gate>,
    /// Messages of the page that wait for a node.
    pub(super) waiting: RefCell<Vec<ToNode>>,
    /// Counts the state machines of this shell: what an earlier one asked for is not told to a
    /// later one.
    pub(super) life: Cell<u32>,
    /// Whether the node has stopped or failed for good.
    pub(super) ended: Cell<bool>,
    inputs: RefCell<Inputs>,
    pumping: Cell<bool>,
    senders: RefCell<Senders>,
    wake: RefCell<Option<Timeout>>,
    /// Until the next report.
    report_timer: RefCell<Option<Timeout>>,
}

/// The channels of a node.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) discovery: Channel,
    pub(super) _inbox: Channel,
}

impl Shell {
    /// Reads the configuration.
    pub(super) fn new(page: Page, config: NodeConfig) -> Result<Rc<Self>, Refusal> {
        // The two random numbers are those of a start: see `start::setup`.
        let Setup { params, key, .. } = Setup::of(&config, 0, 0)?;
        let (id, chain_id) = (key.node_id(), genesis(&params).0.id());
        Ok(Rc::new_cyclic(|shell: &Weak<Self>| {
            let shell = Weak::clone(shell);
            let on_miner = move |worker, event| {
                if let Some(shell) = shell.upgrade() {
                    shell.on_miner(worker, event);
                }
            };
            let miners = Miners::new(config.name.clone(), Rc::new(on_miner));
            Self {
                page,
                chain_id,
                id,
                workload: Cell::new(config.workload),
                config,
                node: RefCell::default(),
                ledger: RefCell::default(),
                network: RefCell::default(),
                lock: RefCell::default(),
                archive: RefCell::default(),
                miners: RefCell::new(miners),
                reporter: RefCell::default(),
                gate: RefCell::default(),
                waiting: RefCell::default(),
                life: Cell::new(0),
                ended: Cell::new(false),
                inputs: RefCell::default(),
                pumping: Cell::new(false),
                senders: RefCell::default(),
                wake: RefCell::default(),
                report_timer: RefCell::default(),
            }
        }))
    }

    /// Gives the node an input, now or as soon as there is a node that can take it.
    pub(super) fn feed(self: &Rc<Self>, input: Input) {
        if self.ended.get() {
            return;
        }
        self.inputs.borrow_mut().push(input);
        self.pump();
    }

    /// Forgets what waits for a node that is no more.
    pub(super) fn forget_inputs(&self) {
        self.inputs.borrow_mut().clear();
        self.wake.take();
    }

    /// Feeds the node until nothing waits.
    pub(super) fn pump(self: &Rc<Self>) {
        if self.pumping.replace(true) {
            return;
        }
        let mut out = Outbox::new();
        while let Some(input) = self.next_input() {
            if let Some(node) = &mut *self.node.borrow_mut() {
                node.handle(js::read_clocks(), input, &mut out);
            }
            self.carry_out(std::mem::take(&mut out));
        }
        self.pumping.set(false);
        self.report_in_time();
    }

    /// The next input, if there is a node to take it.
    fn next_input(&self) -> Option<Input> {
        if self.node.borrow().is_none() {
            return None;
        }
        self.inputs.borrow_mut().pop()
    }

    /// Starts every output in order and waits for none.
    pub(super) fn carry_out(self: &Rc<Self>, out: Outbox) {
        for output in out {
            match output {
                Output::Broadcast(frame) => self.broadcast(&frame),
                Output::Send { to, frame } => self.send(&to, &frame),
                Output::Persist {
                    id,
                    batch,
                    durability,
                } => self.persist(id, batch, durability),
                Output::Miner { worker, message } => {
                    self.miners.borrow_mut().post(worker, message);
                }
                Output::WakeAt(at) => self.wake_at(at),
                Output::Notice(notice) => self.show(&notice),
                Output::Stopped => self.finish(),
            }
        }
        self.senders.borrow_mut().close();
    }

    fn broadcast(&self, frame: &[u8]) {
        if let Some(network) = &*self.network.borrow()
            && let Err(error) = network.discovery.post(frame)
        {
            js::warn(&error.to_string());
        }
    }

    fn send(&self, to: &NodeId, frame: &[u8]) {
        let inbox = gossip::inbox_channel(&self.chain_id, to);
        if let Err(error) = self.senders.borrow_mut().send(inbox, frame) {
            js::warn(&error.to_string());
        }
    }

    fn persist(self: &Rc<Self>, id: BatchId, batch: Batch, durability: Durability) {
        let Some(ledger) = self.ledger.borrow().clone() else {
            return;
        };
        let (shell, life) = (Rc::clone(self), self.life.get());
        wasm_bindgen_futures::spawn_local(async move {
            let outcome = ledger.commit(&batch, durability).await;
            if shell.life.get() == life {
                shell.feed(match outcome {
                    Ok(()) => Input::Persisted(id),
                    Err(error) => Input::PersistFailed(id, error),
                });
            }
        });
    }

    /// One timer: a later wish replaces an earlier one.
    fn wake_at(self: &Rc<Self>, at: Instant) {
        let wait = at.since(js::instant()).0.min(MAX_TIMER_MS);
        let shell = Rc::downgrade(self);
        let timer = Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX), move || {
            if let Some(shell) = shell.upgrade() {
                shell.feed(Input::Wake);
            }
        });
        *self.wake.borrow_mut() = Some(timer);
    }

    /// Takes a frame from the medium: the links decide when the node gets it.
    pub(super) fn arrive(self: &Rc<Self>, bytes: Vec<u8>) {
        let now = js::instant();
        let arrivals = self
            .gate
            .borrow_mut()
            .carry(&bytes, &self.id, &self.chain_id, now);
        if let Some(at) = arrivals.copy {
            self.deliver(bytes.clone(), at, now);
        }
        if let Some(at) = arrivals.first {
            self.deliver(bytes, at, now);
        }
    }

    fn deliver(self: &Rc<Self>, bytes: Vec<u8>, at: Instant, now: Instant) {
        if at <= now {
            return self.feed(Input::Frame(bytes));
        }
        if !self.gate.borrow_mut().enter(bytes.len()) {
            return;
        }
        let shell = Rc::downgrade(self);
        let wait = u32::try_from(at.since(now).0).unwrap_or(u32::MAX);
        let arrive = move || {
            if let Some(shell) = shell.upgrade() {
                shell.gate.borrow_mut().leave(bytes.len());
                shell.feed(Input::Frame(bytes));
            }
        };
        js::later(f64::from(wait), Box::new(arrive));
    }

    /// Starts the miners again; workers from before are ended, so that none of their answers is
    /// taken for one to a new job.
    pub(super) fn start_miners(&self) {
        self.miners.borrow_mut().clear();
        self.fit_miners();
    }

    /// Has as many miners as the workload says.
    pub(super) fn fit_miners(&self) {
        let mines = self.config.kind == NodeKind::Pow;
        let number = if mines { self.workload.get().miners } else { 0 };
        self.miners.borrow_mut().fit(number);
    }

    fn on_miner(self: &Rc<Self>, worker: u32, event: MinerEvent) {
        match event {
            MinerEvent::Message(message) => self.on_miner_message(worker, message),
            MinerEvent::Failed(error) => self.on_miner_failure(worker, &error),
            MinerEvent::Restart => self.miners.borrow_mut().start(worker),
        }
    }

    fn on_miner_message(self: &Rc<Self>, worker: u32, message: FromMiner) {
        let is_back = self.miners.borrow_mut().on_message(worker, &message);
        if is_back {
            self.feed(Input::MinerState { worker, up: true });
        }
        self.feed(Input::Miner(worker, message));
    }

    fn on_miner_failure(self: &Rc<Self>, worker: u32, error: &str) {
        let wait = self.miners.borrow_mut().on_failure(worker);
        self.feed(Input::MinerState { worker, up: false });
        let name = miner_worker_name(&self.config.name, worker);
        let then = wait.map_or_else(
            || "it is not started again before its node is".to_owned(),
            |wait| format!("it starts again in {wait} ms"),
        );
        let text = format!("{name} failed ({error}); {then}");
        self.log(Level::Error, Topic::Mining, text);
    }

    /// Puts a notice of the node into the next report, if the page wants it.
    fn show(self: &Rc<Self>, notice: &Notice) {
        let event = self
            .reporter
            .borrow()
            .event(notice, &self.config.name, js::now());
        if let Some(event) = event {
            self.add_event(event);
        }
    }

    /// Puts an event of the shell itself into the next report.
    pub(super) fn log(self: &Rc<Self>, level: Level, topic: Topic, text: String) {
        let node = self.config.name.clone();
        self.add_event(Event::plain(node, js::now().0, level, topic, text));
    }

    fn add_event(self: &Rc<Self>, event: Event) {
        let due = self.reporter.borrow_mut().add(event);
        self.report_at(due);
    }

    /// Has the next report leave within a second of the last.
    fn report_in_time(self: &Rc<Self>) {
        let due = self.reporter.borrow_mut().in_time();
        self.report_at(due);
    }

    /// Sets the timer of the next report, if that is due at another time now.
    fn report_at(self: &Rc<Self>, due: Option<f64>) {
        let Some(due) = due else { return };
        if self.ended.get() || self.node.borrow().is_none() {
            return self.rest_reporter();
        }
        let shell = Rc::downgrade(self);
        let timer = Timeout::new(whole(due - monotonic()), move || {
            if let Some(shell) = shell.upgrade() {
                shell.rest_reporter();
                shell.send_report();
                shell.report_in_time();
            }
        });
        self.report_timer.replace(Some(timer));
    }

    fn rest_reporter(&self) {
        self.report_timer.take();
        self.reporter.borrow_mut().rest();
    }

    fn send_report(&self) {
        if let Ok(report) = self.report() {
            self.page.tell(&FromNode::Report(report));
        }
    }

    /// What the page is to know now; takes the collected events.
    pub(super) fn report(&self) -> Result<Report, Refusal> {
        let mut reporter = self.reporter.borrow_mut();
        match &*self.node.borrow() {
            Some(node) => Ok(reporter.report(node, js::read_clocks(), monotonic())),
            None => Err(crate::refusal::NodeError::NotStarted.into()),
        }
    }

    /// Lets everything go, now that the node has stopped, and tells the page.
    fn finish(&self) {
        self.ended.set(true);
        self.send_report();
        self.let_go();
        self.page.tell(&FromNode::Stopped);
    }

    /// The node cannot run.
    pub(super) fn fail(&self, error: Refusal) {
        self.ended.set(true);
        self.let_go();
        self.page.tell(&FromNode::Failed { error });
    }

    fn let_go(&self) {
        self.rest_reporter();
        self.forget_inputs();
        self.node.take();
        self.archive.take();
        self.miners.borrow_mut().clear();
        self.network.take();
        if let Some(ledger) = self.ledger.take() {
            ledger.close();
        }
        self.lock.take();
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait of at most a second"
)]
fn whole(ms: f64) -> u32 {
    ms.clamp(0.0, 1_000.0).ceil() as u32
}
