//! The state of a node's shell, the loop that feeds the node, and what is done with its outputs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::Page;
use super::ledger::Ledger;
use super::miners::Slot;
use super::report::Reporter;
use crate::browser::locks::LockGuard;
use crate::browser::{Channel, Senders, js};
use crate::gossip;
use crate::ipc::{ApiError, FromNode, NodeConfig, ToNode, Workload};
use crate::ledger::{Batch, Durability, Store};
use crate::node::{BatchId, Gate, Input, Inputs, Node, Outbox, Output, Setup};
use crate::primitives::{BlockHash, NodeId, Timestamp};
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
    pub(super) miners: RefCell<Vec<Slot>>,
    pub(super) reporter: Reporter,
    pub(super) gate: RefCell<Gate>,
    /// Messages of the page that wait for a node.
    pub(super) waiting: RefCell<Vec<ToNode>>,
    /// Counts the state machines of this shell: what an earlier one asked for is not told to a later one.
    pub(super) life: Cell<u32>,
    /// Whether the node has stopped or failed for good.
    pub(super) ended: Cell<bool>,
    inputs: RefCell<Inputs>,
    pumping: Cell<bool>,
    senders: RefCell<Senders>,
    wake: RefCell<Option<Timeout>>,
}

/// The channels of a node.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) discovery: Channel,
    pub(super) _inbox: Channel,
}

impl Shell {
    pub(super) fn new(page: Page, config: NodeConfig) -> Result<Self, ApiError> {
        // The two random numbers are those of a start: see `start::setup`.
        let Setup { params, key, .. } = Setup::of(&config, 0, 0)?;
        Ok(Self {
            page,
            chain_id: genesis(&params).0.id(),
            id: key.node_id(),
            workload: Cell::new(config.workload),
            config,
            node: RefCell::default(),
            ledger: RefCell::default(),
            network: RefCell::default(),
            lock: RefCell::default(),
            miners: RefCell::default(),
            reporter: Reporter::default(),
            gate: RefCell::default(),
            waiting: RefCell::default(),
            life: Cell::new(0),
            ended: Cell::new(false),
            inputs: RefCell::default(),
            pumping: Cell::new(false),
            senders: RefCell::default(),
            wake: RefCell::default(),
        })
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
                node.handle(js::now(), input, &mut out);
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
                Output::Miner { worker, message } => self.to_miner(worker, message),
                Output::WakeAt(at) => self.wake_at(at),
                Output::Notice(notice) => self.note(&notice),
                Output::Stopped => self.finish(),
            }
        }
        self.senders.borrow_mut().close();
    }

    fn broadcast(&self, frame: &[u8]) {
        if let Some(network) = &*self.network.borrow()
            && let Err(error) = network.discovery.post(frame)
        {
            js::warn(&error.message);
        }
    }

    fn send(&self, to: &NodeId, frame: &[u8]) {
        let inbox = gossip::inbox_channel(&self.chain_id, to);
        if let Err(error) = self.senders.borrow_mut().send(inbox, frame) {
            js::warn(&error.message);
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
    fn wake_at(self: &Rc<Self>, at: Timestamp) {
        let wait = at.since(js::now()).0.min(MAX_TIMER_MS);
        let shell = Rc::downgrade(self);
        let timer = Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX), move || {
            if let Some(shell) = shell.upgrade() {
                shell.feed(Input::Wake);
            }
        });
        *self.wake.borrow_mut() = Some(timer);
    }

    /// The node has said its last word: everything is let go, and the page is told.
    fn finish(&self) {
        self.ended.set(true);
        self.flush();
        self.let_go();
        self.page.tell(&FromNode::Stopped);
    }

    /// The node cannot run.
    pub(super) fn fail(&self, error: ApiError) {
        self.ended.set(true);
        self.let_go();
        self.page.tell(&FromNode::Failed { error });
    }

    fn let_go(&self) {
        self.reporter.rest();
        self.forget_inputs();
        self.node.take();
        self.miners.take();
        self.network.take();
        if let Some(ledger) = self.ledger.take() {
            ledger.close();
        }
        self.lock.take();
    }
}
