//! The nodes of this tab: each with its worker, its run, the requests that wait for an answer, and
//! the policy of its restarts.
//!
//! Each run of a worker has a number; what an ended worker still posts is dropped by it.
//!
//! Invariant: no cell is borrowed while a worker is dropped or a waiter is woken.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use futures_channel::oneshot;

use super::platform::{Lock, Worker};
use super::record::NodeEntry;
use super::trouble::Trouble;
use crate::ipc::{
    Answer, Level, NodeKind, NodeState, NodeStatus, Refusal, RequestId, ToNode, Workload,
};
use crate::primitives::{Difficulty, Keypair};
use crate::refusal::{NodeError, StartupError};

/// A node that crashes again within this time stays down.
const RESTART_AGAIN_MS: f64 = 60_000.0;

/// How a start or a stop went.
pub(super) type Outcome = Result<(), Refusal>;
type Waiters = RefCell<Vec<oneshot::Sender<Outcome>>>;

/// All nodes of this tab, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Roster {
    nodes: RefCell<Vec<Rc<Member>>>,
    requests: Cell<u32>,
}

impl Roster {
    /// All nodes.
    pub(super) fn all(&self) -> Vec<Rc<Member>> {
        self.nodes.borrow().clone()
    }

    /// The node of a name, in any case, or of an id.
    pub(super) fn find(&self, name: &str) -> Option<Rc<Member>> {
        let nodes = self.nodes.borrow();
        nodes
            .iter()
            .find(|node| node.name.eq_ignore_ascii_case(name) || node.id.eq_ignore_ascii_case(name))
            .cloned()
    }

    /// Whether a node has exactly this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.nodes.borrow().iter().any(|node| node.name == name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        let nodes = self.nodes.borrow();
        nodes.iter().map(|node| node.name.clone()).collect()
    }

    /// The nodes that follow the chain, heaviest chain first; among equals the first that was made,
    /// so that a miner comes first.
    pub(super) fn up(&self) -> Vec<Rc<Member>> {
        let mut up: Vec<Rc<Member>> = Vec::new();
        for node in self.all().into_iter().filter(|node| node.is_up()) {
            let at = up.partition_point(|other| other.weight.get() >= node.weight.get());
            up.insert(at, node);
        }
        up
    }

    /// The nodes that run and whose ledgers have failed for long.
    pub(super) fn stuck(&self) -> Vec<Rc<Member>> {
        let all = self.all().into_iter();
        all.filter(|node| node.is_up() && node.trouble.borrow().is_stuck())
            .collect()
    }

    pub(super) fn add(&self, node: &Rc<Member>) {
        self.nodes.borrow_mut().push(Rc::clone(node));
    }

    pub(super) fn remove(&self, name: &str) {
        self.nodes.borrow_mut().retain(|node| node.name != name);
    }

    /// A number for the next request.
    pub(super) fn next_request(&self) -> RequestId {
        let next = self.requests.get().wrapping_add(1);
        self.requests.set(next);
        RequestId(next)
    }
}

/// A node of the roster: what this tab keeps of it.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: NodeKind,
    pub(super) id: String,
    pub(super) database: Option<String>,
    pub(super) key: Keypair,
    pub(super) state: Cell<NodeState>,
    pub(super) weight: Cell<u64>,
    pub(super) restarts: Restarts,
    /// The lowest level of events that its worker was asked for.
    pub(super) events: Cell<Level>,
    /// The difficulty that its budget is derived from, once it reported one.
    pub(super) difficulty: Cell<Option<Difficulty>>,
    /// The workload that its miners were given.
    pub(super) workload: Cell<Option<Workload>>,
    /// Whether one of its miners was down when it reported last.
    pub(super) miners_fail: Cell<bool>,
    /// Since when its ledger is not durable, and what the page says of it.
    pub(super) trouble: RefCell<Trouble>,
    run: Cell<u32>,
    worker: RefCell<Option<Box<dyn Worker>>>,
    pending: RefCell<Vec<(RequestId, Asker)>>,
    starting: Waiters,
    stopping: Waiters,
    /// No other tab runs this node while this one has it.
    _lock: Option<Lock>,
}

/// Takes the answer to a request.
type Asker = oneshot::Sender<Result<Answer, Refusal>>;

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("name", &self.name)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Member {
    pub(super) fn new(
        entry: &NodeEntry,
        key: Keypair,
        database: Option<String>,
        lock: Option<Lock>,
    ) -> Self {
        Self {
            name: entry.name.clone(),
            kind: entry.kind,
            id: key.node_id().to_string(),
            database,
            key,
            state: Cell::new(NodeState::Stopped),
            weight: Cell::new(0),
            restarts: Restarts::default(),
            events: Cell::new(Level::Info),
            difficulty: Cell::default(),
            workload: Cell::default(),
            miners_fail: Cell::default(),
            trouble: RefCell::default(),
            run: Cell::new(0),
            worker: RefCell::default(),
            pending: RefCell::default(),
            starting: Waiters::default(),
            stopping: Waiters::default(),
            _lock: lock,
        }
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

    /// Takes the difficulty of its chain for the budget: the operator's, or the one that the
    /// network has found by itself when the node reports first. Where the network goes on moving
    /// it, the budget stays.
    pub(super) fn follow_difficulty(&self, status: &NodeStatus) {
        let moves = status.automatic.is_some() && self.difficulty.get().is_some();
        if status.difficulty > 0 && !moves {
            self.difficulty.set(Some(Difficulty(status.difficulty)));
        }
    }

    /// Posts to the worker.
    ///
    /// # Errors
    /// `not_running`, or the platform's reason.
    pub(super) fn post(&self, message: &ToNode) -> Result<(), Refusal> {
        match &*self.worker.borrow() {
            Some(worker) => worker.post(message),
            None => Err(self.not_running()),
        }
    }

    pub(super) fn not_running(&self) -> Refusal {
        let (node, state) = (self.name.clone(), self.state.get());
        NodeError::NotRunning { node, state }.into()
    }

    /// The number of the current run.
    pub(super) fn run(&self) -> u32 {
        self.run.get()
    }

    /// Begins another run.
    pub(super) fn next_run(&self) -> u32 {
        self.run.set(self.run.get().wrapping_add(1));
        self.run.get()
    }

    /// Takes the worker of the current run.
    pub(super) fn set_worker(&self, worker: Box<dyn Worker>) {
        self.worker.replace(Some(worker));
    }

    /// Ends the worker at once; whoever waits for it gets a refusal.
    pub(super) fn end_worker(&self) {
        self.next_run();
        drop(self.worker.take());
        let gone = || {
            let node = self.name.clone();
            Refusal::from(StartupError::Gone { node })
        };
        for (_, asker) in self.pending.take() {
            // One who does not wait any more needs no answer.
            let _ = asker.send(Err(gone()));
        }
        self.settle_start(&Err(gone()));
        self.settle_stop();
    }

    /// Waits for the answer to a request.
    pub(super) fn expect(&self, id: RequestId) -> oneshot::Receiver<Result<Answer, Refusal>> {
        let (sender, receiver) = oneshot::channel();
        self.pending.borrow_mut().push((id, sender));
        receiver
    }

    /// Does not wait for the answer to a request any more.
    pub(super) fn forget(&self, id: RequestId) {
        drop(self.asker(id));
    }

    fn asker(&self, id: RequestId) -> Option<Asker> {
        let mut pending = self.pending.borrow_mut();
        let at = pending.iter().position(|(other, _)| *other == id)?;
        Some(pending.swap_remove(at).1)
    }

    /// Hands an answer out; after the time limit nobody waits for it.
    pub(super) fn settle(&self, id: RequestId, answer: Result<Answer, Refusal>) {
        if let Some(asker) = self.asker(id) {
            let _ = asker.send(answer);
        }
    }

    /// Waits for the outcome of the start.
    pub(super) fn expect_start(&self) -> oneshot::Receiver<Outcome> {
        expect(&self.starting)
    }

    /// Waits for the end of the node.
    pub(super) fn expect_stop(&self) -> oneshot::Receiver<Outcome> {
        expect(&self.stopping)
    }

    pub(super) fn settle_start(&self, outcome: &Outcome) {
        settle(&self.starting, outcome);
    }

    pub(super) fn settle_stop(&self) {
        settle(&self.stopping, &Ok(()));
    }
}

fn expect(waiters: &Waiters) -> oneshot::Receiver<Outcome> {
    let (sender, receiver) = oneshot::channel();
    waiters.borrow_mut().push(sender);
    receiver
}

fn settle(waiters: &Waiters, outcome: &Outcome) {
    for waiter in waiters.take() {
        let _ = waiter.send(outcome.clone());
    }
}

/// When a node that crashed is started again: once, but not over and over.
#[derive(Debug, Default)]
pub(super) struct Restarts {
    last: Cell<Option<f64>>,
}

impl Restarts {
    /// Whether a node that crashes now may be started again; then that counts as a restart.
    pub(super) fn allow(&self, now: f64) -> bool {
        let allowed = self
            .last
            .get()
            .is_none_or(|last| now - last > RESTART_AGAIN_MS);
        if allowed {
            self.last.set(Some(now));
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    struct Silent;

    impl Worker for Silent {
        fn post(&self, _: &ToNode) -> Result<(), Refusal> {
            Ok(())
        }
    }

    fn node(name: &str, state: NodeState, weight: u64) -> Rc<Member> {
        let entry = NodeEntry {
            name: name.to_owned(),
            kind: NodeKind::Pow,
        };
        let node = Member::new(&entry, crate::testkit::key(name), None, None);
        node.state.set(state);
        node.weight.set(weight);
        Rc::new(node)
    }

    #[test]
    fn the_heaviest_chain_comes_first_and_among_equals_the_first_that_was_made() {
        let roster = Roster::default();
        for node in [
            node("pow-1", NodeState::Running, 5),
            node("pow-2", NodeState::Killed, 9),
            node("poa-1", NodeState::Syncing, 7),
            node("poa-2", NodeState::Running, 7),
        ] {
            roster.add(&node);
        }
        let up: Vec<String> = roster.up().iter().map(|node| node.name.clone()).collect();
        assert_eq!(up, ["poa-1", "poa-2", "pow-1"]);
    }

    #[test]
    fn a_node_is_restarted_once_and_again_only_after_a_minute() {
        let restarts = Restarts::default();
        assert!(restarts.allow(1_000.0));
        assert!(!restarts.allow(61_000.0));
        assert!(restarts.allow(61_001.0));
        assert!(!restarts.allow(61_002.0));
    }

    #[test]
    fn an_ended_worker_refuses_what_waits_and_its_late_answers_reach_nobody() {
        let node = node("pow-1", NodeState::Running, 0);
        node.set_worker(Box::new(Silent));
        let (run, id) = (node.run(), RequestId(7));
        let answer = node.expect(id);
        let (started, stopped) = (node.expect_start(), node.expect_stop());
        node.end_worker();
        assert_ne!(node.run(), run);
        let refusal = answer.now_or_never().unwrap().unwrap().unwrap_err();
        assert_eq!(refusal.code(), "node_gone");
        assert_eq!(
            started.now_or_never().unwrap().unwrap().unwrap_err().code(),
            "node_gone"
        );
        assert_eq!(stopped.now_or_never().unwrap(), Ok(Ok(())));
        node.settle(id, Ok(Answer::Wiped));
        assert_eq!(node.post(&ToNode::Stop).unwrap_err().code(), "not_running");
    }

    #[test]
    fn an_answer_reaches_the_one_who_asked_and_only_once() {
        let node = node("pow-1", NodeState::Running, 0);
        let (first, second) = (node.expect(RequestId(1)), node.expect(RequestId(2)));
        node.settle(RequestId(2), Ok(Answer::Wiped));
        node.settle(RequestId(2), Ok(Answer::Accounts(Vec::new())));
        let reply = second.now_or_never().unwrap().unwrap().unwrap();
        assert!(matches!(reply, Answer::Wiped));
        assert!(first.now_or_never().is_none());
    }
}
