//! The nodes of this tab: one worker each. Starting, killing, stopping, asking; what they say goes to
//! the bus. A worker that crashes is started again once.
//!
//! Each run of a worker has a number; what an ended worker still says is dropped.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::Host;
use super::wait::{Job, Receiver, Sender, limited, once};
use crate::browser::js::{self, field, sleep, unpack};
use crate::browser::locks::LockGuard;
use crate::browser::{WorkerHandle, node_worker_name, spawn};
use crate::command::NodeEntry;
use crate::ipc::{
    Answer, ApiError, FromNode, Level, NodeConfig, NodeKind, NodeState, Report, Request, RequestId,
    ToNode, Topic, Workload,
};
use crate::primitives::Keypair;
use crate::view::{Update, text};

/// Longest wait for an answer.
const ANSWER_MS: f64 = 10_000.0;
/// Longest wait for a start, in which a ledger may have to be replayed.
const START_MS: f64 = 15_000.0;
/// Longest wait for a clean stop; then the worker is ended.
const STOP_MS: f64 = 5_000.0;
/// Wait before a crashed node is started again.
const RESTART_MS: f64 = 1_000.0;
/// A node that crashes again within this time stays down.
const RESTART_AGAIN_MS: f64 = 60_000.0;
/// Blocks fetched for the picture when a node has started.
const FIRST_BLOCKS: u32 = 60;

/// What a node answers.
#[derive(Debug)]
pub(super) enum Reply {
    Answer(Answer),
    /// A page of a table, `{ total, rows }`.
    Page(JsValue),
}

/// Who waits for an answer.
type Asker = Sender<Result<Reply, ApiError>>;

/// One node of this tab.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) kind: NodeKind,
    pub(super) id: String,
    pub(super) database: Option<String>,
    key: Keypair,
    state: Cell<NodeState>,
    weight: Cell<u64>,
    run: Cell<u32>,
    worker: RefCell<Option<WorkerHandle>>,
    pending: RefCell<Vec<(RequestId, Asker)>>,
    started: RefCell<Vec<Sender<Result<(), ApiError>>>>,
    stopped: RefCell<Vec<Sender<Result<(), ApiError>>>>,
    restarted_at: Cell<f64>,
    /// The lowest level of events that its worker was told is heard.
    events: Cell<Level>,
    /// What its miners were told to do.
    pub(super) workload: Cell<Option<Workload>>,
    /// No other tab runs this node while this one has it.
    _guard: Option<LockGuard>,
}

impl Node {
    pub(super) fn new(
        entry: &NodeEntry,
        key: Keypair,
        database: Option<String>,
        guard: Option<LockGuard>,
    ) -> Self {
        Self {
            name: entry.name.clone(),
            kind: entry.kind,
            id: key.node_id().to_string(),
            database,
            key,
            state: Cell::new(NodeState::Stopped),
            weight: Cell::new(0),
            run: Cell::new(0),
            worker: RefCell::default(),
            pending: RefCell::default(),
            started: RefCell::default(),
            stopped: RefCell::default(),
            restarted_at: Cell::new(f64::NEG_INFINITY),
            events: Cell::new(Level::Info),
            workload: Cell::default(),
            _guard: guard,
        }
    }

    pub(super) fn state(&self) -> NodeState {
        self.state.get()
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight.get()
    }

    /// Whether it follows the chain.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state.get(), NodeState::Running | NodeState::Syncing)
    }

    /// Whether it has miners: proof-of-work nodes have, while their worker runs.
    pub(super) fn mines(&self) -> bool {
        self.kind == NodeKind::Pow && self.has_worker()
    }

    /// Whether it has a worker.
    pub(super) fn has_worker(&self) -> bool {
        self.worker.borrow().is_some()
    }

    /// Posts to the worker.
    ///
    /// # Errors
    /// `not_running`, or what the browser says.
    pub(super) fn post(&self, message: &ToNode) -> Result<(), ApiError> {
        match &*self.worker.borrow() {
            Some(worker) => worker.post(message),
            None => Err(self.not_running()),
        }
    }

    fn not_running(&self) -> ApiError {
        let (name, state) = (&self.name, text::state(self.state.get()));
        ApiError::new(
            "not_running",
            format!("{name}: expected a running node, found it {state}; `start {name}` starts it"),
        )
    }

    /// Ends the worker at once. Whoever waits for an answer is told.
    fn end_worker(&self) {
        self.run.set(self.run.get().wrapping_add(1));
        drop(self.worker.take());
        let gone = || {
            ApiError::new(
                "node_gone",
                format!("{} ended before it answered", self.name),
            )
        };
        let pending = self.pending.take();
        pending
            .into_iter()
            .for_each(|(_, answer)| answer.send(Err(gone())));
        tell(&self.started, &Err(gone()));
        tell(&self.stopped, &Ok(()));
    }

    /// Takes the one who waits for this answer.
    fn waiting(&self, id: RequestId) -> Option<Asker> {
        let mut pending = self.pending.borrow_mut();
        let at = pending.iter().position(|(other, _)| *other == id)?;
        Some(pending.swap_remove(at).1)
    }

    fn settle(&self, id: RequestId, answer: Result<Reply, ApiError>) {
        // An answer after the time limit finds nobody.
        if let Some(waiting) = self.waiting(id) {
            waiting.send(answer);
        }
    }
}

/// Tells all who wait how it went.
fn tell(waiting: &RefCell<Vec<Sender<Result<(), ApiError>>>>, outcome: &Result<(), ApiError>) {
    for waiting in waiting.take() {
        waiting.send(outcome.clone());
    }
}

impl Host {
    fn set_state(&self, node: &Node, state: NodeState) {
        node.state.set(state);
        self.bus.push(Update::State {
            name: node.name.clone(),
            state,
        });
        self.share_out();
    }

    /// Takes a node into this tab and shows it.
    pub(super) fn adopt(&self, node: Node) -> Rc<Node> {
        let node = Rc::new(node);
        self.bus.push(Update::Node {
            id: node.id.clone(),
            name: node.name.clone(),
            kind: node.kind,
            host: self.tab.clone(),
            state: NodeState::Stopped,
        });
        self.nodes.borrow_mut().push(Rc::clone(&node));
        node
    }

    /// Ends a node and forgets it.
    pub(super) fn abandon(&self, node: &Node) {
        node.end_worker();
        self.nodes
            .borrow_mut()
            .retain(|other| other.name != node.name);
        self.bus.push(Update::Gone {
            name: node.name.clone(),
        });
    }

    /// Starts a node from its ledger and waits until it runs.
    ///
    /// # Errors
    /// `already_running`, what the worker or the node says, or no answer in time.
    pub(super) fn start_node<'a>(&'a self, node: &'a Rc<Node>) -> Job<'a, Result<(), ApiError>> {
        Box::pin(async move {
            let receiver = self.begin_node(node)?;
            let late = || {
                Err(ApiError::new(
                    "timeout",
                    format!("{} did not start within 15 seconds", node.name),
                ))
            };
            limited(receiver, START_MS).await.unwrap_or_else(late)
        })
    }

    fn begin_node(&self, node: &Rc<Node>) -> Result<Receiver<Result<(), ApiError>>, ApiError> {
        if node.has_worker() {
            let (name, state) = (&node.name, text::state(node.state()));
            let text = format!("{name}: expected a node that does not run, found it {state}");
            return Err(ApiError::new("already_running", text));
        }
        let config = self.config(node)?;
        let run = node.run.get().wrapping_add(1);
        node.run.set(run);
        let (listener, watcher) = (
            (self.me.clone(), Rc::downgrade(node)),
            (self.me.clone(), Rc::downgrade(node)),
        );
        let worker = spawn(
            &node_worker_name(&node.name),
            move |message| {
                if let (Some(host), Some(node)) = (listener.0.upgrade(), listener.1.upgrade()) {
                    host.hear(&node, run, message);
                }
            },
            move |error| {
                if let (Some(host), Some(node)) = (watcher.0.upgrade(), watcher.1.upgrade())
                    && node.run.get() == run
                {
                    host.crashed(&node, &ApiError::new("worker_failed", error));
                }
            },
        )?;
        worker.post(&ToNode::Start(config))?;
        *node.worker.borrow_mut() = Some(worker);
        let (sender, receiver) = once();
        node.started.borrow_mut().push(sender);
        self.set_state(node, NodeState::Starting);
        node.events.set(Level::Info);
        self.post_events(node);
        self.post_cuts(node);
        if self.quality.get() != crate::links::Link::default() {
            self.post_quality(node)?;
        }
        Ok(receiver)
    }

    fn config(&self, node: &Node) -> Result<NodeConfig, ApiError> {
        let network = self.network()?;
        let workload = self.workload(node)?;
        node.workload.set(Some(workload));
        Ok(NodeConfig {
            params: network.params.to_bytes(),
            name: node.name.clone(),
            kind: node.kind,
            secret: node.key.secret().to_vec(),
            host: self.tab.clone(),
            database: node.database.clone(),
            workload,
        })
    }

    /// Ends a node's worker at once.
    ///
    /// # Errors
    /// `not_running`.
    pub(super) fn kill_node(&self, node: &Node) -> Result<(), ApiError> {
        if !node.has_worker() {
            return Err(node.not_running());
        }
        node.end_worker();
        self.set_state(node, NodeState::Killed);
        self.bus.say(
            Level::Info,
            Topic::Network,
            format!("{} was killed: its worker was ended at once", node.name),
        );
        Ok(())
    }

    /// Lets a node say goodbye and close its ledger; `false` if it had to be ended.
    ///
    /// # Errors
    /// `not_running`.
    pub(super) async fn stop_node(&self, node: &Rc<Node>) -> Result<bool, ApiError> {
        let (sender, receiver) = once();
        node.post(&ToNode::Stop)?;
        node.stopped.borrow_mut().push(sender);
        let run = node.run.get();
        let clean = limited(receiver, STOP_MS).await.is_some();
        if node.run.get() == run {
            node.end_worker();
            self.set_state(node, NodeState::Stopped);
            let how = if clean {
                "stopped cleanly"
            } else {
                "did not answer within 5 seconds and was ended"
            };
            self.bus
                .say(Level::Info, Topic::Network, format!("{} {how}", node.name));
        }
        Ok(clean)
    }

    /// Asks a node and waits for its answer.
    ///
    /// # Errors
    /// The node's refusal, `not_running`, `node_gone` or `timeout`.
    pub(super) fn reply_of<'a>(
        &'a self,
        node: &'a Node,
        request: Request,
    ) -> Job<'a, Result<Reply, ApiError>> {
        Box::pin(async move {
            let id = RequestId(
                self.next_request
                    .replace(self.next_request.get().wrapping_add(1)),
            );
            let (sender, receiver) = once();
            node.post(&ToNode::Request { id, request })?;
            node.pending.borrow_mut().push((id, sender));
            match limited(receiver, ANSWER_MS).await {
                Some(answer) => answer,
                None => {
                    drop(node.waiting(id));
                    Err(ApiError::new(
                        "timeout",
                        format!("{} did not answer within 10 seconds", node.name),
                    ))
                }
            }
        })
    }

    /// Asks a node for anything but a page of a table.
    ///
    /// # Errors
    /// See [`Host::reply_of`].
    pub(super) fn ask_node<'a>(
        &'a self,
        node: &'a Node,
        request: Request,
    ) -> Job<'a, Result<Answer, ApiError>> {
        let reply = self.reply_of(node, request);
        Box::pin(async move {
            match reply.await? {
                Reply::Answer(answer) => Ok(answer),
                Reply::Page(_) => Err(Answer::mixed_up()),
            }
        })
    }

    /// A message of a node's worker.
    fn hear(&self, node: &Rc<Node>, run: u32, message: JsValue) {
        if node.run.get() != run {
            return;
        }
        // A page of a table stands beside its id and is not read here.
        if let Some(id) = field(&message, "id").as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it was a u32"
            )]
            let id = RequestId(id as u32);
            return node.settle(id, Ok(Reply::Page(field(&message, "value"))));
        }
        match unpack(&message) {
            Ok(FromNode::Started(report)) => {
                let (name, how, height) = (
                    &report.status.name,
                    &report.status.ledger_start,
                    report.status.height,
                );
                let text = format!("{name} started at height {height}, its ledger: {how}");
                self.bus.say(Level::Info, Topic::Storage, text);
                self.take_report(node, report);
                tell(&node.started, &Ok(()));
                self.fetch_first_blocks(node);
                self.settle_opening(Ok(()));
                self.begin_tests();
            }
            Ok(FromNode::Report(report)) => self.take_report(node, report),
            Ok(FromNode::Answer { id, answer }) => node.settle(id, Ok(Reply::Answer(answer))),
            Ok(FromNode::Refusal { id, error }) => node.settle(id, Err(error)),
            Ok(FromNode::Stopped) => tell(&node.stopped, &Ok(())),
            Ok(FromNode::Failed { error }) => self.crashed(node, &error),
            Err(error) => {
                let text = format!(
                    "a message of {} cannot be read: {}",
                    node.name, error.message
                );
                self.bus.say(Level::Error, Topic::Network, text);
            }
        }
    }

    /// Tells all workers which events somebody hears.
    pub(super) fn share_events(&self) {
        self.nodes
            .borrow()
            .iter()
            .for_each(|node| self.post_events(node));
    }

    /// Tells a node's worker which events somebody hears, if that has changed.
    fn post_events(&self, node: &Node) {
        let logged = self
            .record
            .borrow()
            .as_ref()
            .map_or(Level::Info, |record| record.log);
        let least = logged.min(self.bus.least_heard());
        if node.has_worker() && node.events.replace(least) != least {
            // A worker that is gone is told when it starts again.
            let _ = node.post(&ToNode::SetEvents(least));
        }
    }

    fn take_report(&self, node: &Node, report: Report) {
        self.post_events(node);
        node.state.set(report.status.state);
        node.weight.set(report.status.weight);
        self.bus.push(Update::Report(report));
    }

    fn fetch_first_blocks(&self, node: &Rc<Node>) {
        let (host, node) = (self.me.clone(), Rc::clone(node));
        spawn_local(async move {
            let Some(host) = host.upgrade() else { return };
            let request = Request::Chain {
                from: None,
                count: FIRST_BLOCKS,
            };
            // The picture fills up with new blocks anyway.
            if let Ok(Answer::Chain(chain)) = host.ask_node(&node, request).await {
                host.bus.push(Update::Blocks(chain.blocks));
            }
        });
    }

    /// A worker that cannot go on: it is started again, but not over and over.
    fn crashed(&self, node: &Rc<Node>, error: &ApiError) {
        tell(&node.started, &Err(error.clone()));
        node.end_worker();
        self.set_state(node, NodeState::Failed);
        let since = js::monotonic() - node.restarted_at.get();
        let again = since > RESTART_AGAIN_MS && error.code != "identity_in_use";
        let then = if again {
            "; it is started again in 1 second"
        } else {
            ""
        };
        let text = format!("{} failed: {}{then}", node.name, error.message);
        self.bus.say(Level::Error, Topic::Network, text.clone());
        if !again {
            self.bus.problem(ApiError::new("node_failed", text));
            return;
        }
        node.restarted_at.set(js::monotonic());
        let (host, node, run) = (self.me.clone(), Rc::clone(node), node.run.get());
        spawn_local(async move {
            sleep(RESTART_MS).await;
            let Some(host) = host.upgrade() else { return };
            if node.run.get() == run
                && let Err(error) = host.start_node(&node).await
            {
                host.bus.say(
                    Level::Error,
                    Topic::Network,
                    format!("{} was not started again: {error}", node.name),
                );
            }
        });
    }
}
