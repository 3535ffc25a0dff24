//! The life of the nodes of this tab: starting, killing, stopping, asking; their reports go to the
//! bus. A worker that crashes is started again once.

use std::rc::Rc;

use futures_channel::oneshot;

use super::machine::App;
use super::platform::{WorkerEvent, within};
use super::release::is_failing;
use super::roster::{Member, Outcome};
use super::trouble::TroubleChange;
use crate::ipc::{FromNode, Level, NodeConfig, NodeState, NodeStatus, Report, ToNode, Topic, ask};
use crate::refusal::{NodeError, PlatformError, Refusal, StartupError};
use crate::view::Update;

/// Longest wait for a start, in which a ledger may have to be replayed.
const START_MS: f64 = 15_000.0;
/// Longest wait for a clean stop; then the worker is ended.
const STOP_MS: f64 = 5_000.0;
/// Wait before a crashed node is started again.
const RESTART_MS: f64 = 1_000.0;
/// Blocks fetched for the picture when a node has started.
const FIRST_BLOCKS: u32 = 60;

impl App {
    pub(super) fn set_state(&self, node: &Member, state: NodeState) {
        node.state.set(state);
        self.bus.push(Update::State {
            name: node.name.clone(),
            state,
        });
        self.share_out();
    }

    /// Takes a node into this tab and shows it.
    pub(super) fn adopt(&self, node: Member) -> Rc<Member> {
        let node = Rc::new(node);
        self.bus.push(Update::Node {
            id: node.id.clone(),
            name: node.name.clone(),
            kind: node.kind,
            host: self.tab.clone(),
            state: NodeState::Stopped,
        });
        self.roster.add(&node);
        node
    }

    /// Ends a node and forgets it.
    pub(super) fn abandon(&self, node: &Member) {
        node.end_worker();
        self.roster.remove(&node.name);
        self.bus.push(Update::Gone {
            name: node.name.clone(),
        });
    }

    /// Starts a node from its ledger and waits until it runs.
    ///
    /// # Errors
    /// `already_running`, the refusal of the worker or the node, or no answer in time.
    pub(super) async fn start_node(&self, node: &Rc<Member>) -> Outcome {
        let receiver = self.begin_node(node)?;
        let late = || {
            let node = node.name.clone();
            Err(StartupError::Timeout { node }.into())
        };
        match within(&*self.platform, START_MS, receiver).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) | None => late(),
        }
    }

    fn begin_node(&self, node: &Rc<Member>) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        if node.has_worker() {
            let (node, state) = (node.name.clone(), node.state.get());
            return Err(NodeError::AlreadyRunning { node, state }.into());
        }
        let config = self.config(node)?;
        let run = node.next_run();
        let (app, listener) = (self.me.clone(), Rc::downgrade(node));
        let on_event = move |event| {
            if let (Some(app), Some(node)) = (app.upgrade(), listener.upgrade())
                && node.run() == run
            {
                app.on_worker_event(&node, event);
            }
        };
        let worker = self.platform.spawn_node(&node.name, Box::new(on_event))?;
        worker.post(&ToNode::Start(config))?;
        node.set_worker(worker);
        let receiver = node.expect_start();
        self.set_state(node, NodeState::Starting);
        node.events.set(Level::Info);
        self.post_events(node);
        self.post_cuts(node);
        self.post_first_quality(node)?;
        Ok(receiver)
    }

    /// Puts a node whose worker begins and ends by itself into its place.
    pub(super) fn take_seat(&self, node: &Rc<Member>) -> Result<(), Refusal> {
        let (app, listener) = (self.me.clone(), Rc::downgrade(node));
        let on_event = move |event| {
            if let (Some(app), Some(node)) = (app.upgrade(), listener.upgrade()) {
                app.on_worker_event(&node, event);
            }
        };
        let worker = self.platform.spawn_node(&node.name, Box::new(on_event))?;
        node.set_worker(worker);
        Ok(())
    }

    fn config(&self, node: &Member) -> Result<NodeConfig, Refusal> {
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
            is_first: node.run() == 0,
        })
    }

    /// Ends a node's worker at once.
    ///
    /// # Errors
    /// `not_running`.
    pub(super) fn kill_node(&self, node: &Member) -> Result<(), Refusal> {
        if !node.has_worker() {
            return Err(node.not_running());
        }
        node.end_worker();
        self.set_state(node, NodeState::Killed);
        self.bus.log(
            Level::Info,
            Topic::Network,
            format!("{} was killed: its worker was ended at once", node.name),
        );
        self.look_for_unsent();
        Ok(())
    }

    /// Lets a node say goodbye and close its ledger; `false` if it had to be ended.
    ///
    /// # Errors
    /// `not_running`.
    pub(super) async fn stop_node(&self, node: &Rc<Member>) -> Result<bool, Refusal> {
        node.post(&ToNode::Stop)?;
        let receiver = node.expect_stop();
        let run = node.run();
        let clean = within(&*self.platform, STOP_MS, receiver).await.is_some();
        if node.run() == run {
            node.end_worker();
            self.set_state(node, NodeState::Stopped);
            let how = stopped(clean);
            self.bus
                .log(Level::Info, Topic::Network, format!("{} {how}", node.name));
            self.look_for_unsent();
        }
        Ok(clean)
    }

    /// Takes an event of the worker of a node's current run.
    fn on_worker_event(&self, node: &Rc<Member>, event: WorkerEvent) {
        match event {
            WorkerEvent::Message(FromNode::Started(report)) => self.on_started(node, report),
            WorkerEvent::Message(FromNode::Report(report)) => self.take_report(node, report),
            WorkerEvent::Message(FromNode::Answer { id, answer }) => {
                node.settle(id, Ok(answer));
            }
            WorkerEvent::Message(FromNode::Refusal { id, error }) => node.settle(id, Err(error)),
            WorkerEvent::Message(FromNode::Stopped) => node.settle_stop(),
            WorkerEvent::Message(FromNode::Failed { error }) => self.crashed(node, error),
            WorkerEvent::Crashed(reason) if node.state.get() == NodeState::Starting => {
                self.not_loaded(node, reason);
            }
            WorkerEvent::Crashed(reason) => {
                self.crashed(node, PlatformError::WorkerFailed { reason }.into());
            }
            WorkerEvent::Unreadable(error) => {
                let text = format!("a message of {} cannot be read: {error}", node.name);
                self.bus.log(Level::Error, Topic::Network, text);
            }
        }
    }

    fn on_started(&self, node: &Rc<Member>, report: Report) {
        let status = &report.status;
        let text = format!(
            "{} started at height {}, its ledger: {}",
            status.name, status.height, status.ledger_start
        );
        self.bus.log(Level::Info, Topic::Storage, text);
        self.take_report(node, report);
        node.settle_start(&Ok(()));
        self.fetch_first_blocks(node);
        if let Some(error) = self.opening.settle(Ok(())) {
            self.bus.solved(&error);
        }
        self.begin_tests();
        self.look_for_unsent();
    }

    pub(super) fn take_report(&self, node: &Member, report: Report) {
        self.post_events(node);
        node.state.set(report.status.state);
        node.weight.set(report.status.weight);
        node.follow_difficulty(&report.status);
        self.follow_ledger(node, &report.status);
        self.follow_miners(node, is_failing(&report.miners));
        self.follow_signed();
        self.share_out();
        self.bus.push(Update::Report(report));
    }

    /// Follows whether a node's ledger is durable.
    fn follow_ledger(&self, node: &Member, status: &NodeStatus) {
        if node.database.is_none() {
            return;
        }
        let now = self.platform.monotonic();
        let change = node.trouble.borrow_mut().follow(status, now);
        match change {
            TroubleChange::Same => {}
            TroubleChange::Stuck(error) => self.bus.problem(error),
            TroubleChange::Over(said) => {
                if let Some(error) = said {
                    self.bus.solved(&error);
                }
                self.keep_record_again(None);
            }
        }
    }

    fn fetch_first_blocks(&self, node: &Rc<Member>) {
        let (app, node) = (self.me.clone(), Rc::clone(node));
        self.spawn(async move {
            let Some(app) = app.upgrade() else { return };
            let ask = ask::Chain {
                from: None,
                count: FIRST_BLOCKS,
            };
            // The picture fills up with new blocks anyway.
            if let Ok(chain) = app.ask_node(&node, ask).await {
                app.bus.push(Update::Blocks(chain.blocks));
            }
        });
    }

    /// A worker that failed before its node ran: its file may not be there any more.
    fn not_loaded(&self, node: &Rc<Member>, reason: String) {
        let (app, node, run) = (self.me.clone(), Rc::clone(node), node.run());
        self.spawn(async move {
            let Some(app) = app.upgrade() else { return };
            let error = app.why_not_loaded(reason).await;
            if node.run() == run {
                app.crashed(&node, error);
            }
        });
    }

    /// A worker that cannot go on: it is started again, but not over and over.
    fn crashed(&self, node: &Rc<Member>, error: Refusal) {
        node.settle_start(&Err(error.clone()));
        node.end_worker();
        self.set_state(node, NodeState::Failed);
        self.look_for_unsent();
        let for_good = matches!(
            error,
            Refusal::Startup(
                StartupError::IdentityInUse { .. } | StartupError::IdentityLost { .. }
            ) | Refusal::Platform(PlatformError::OutOfDate)
        );
        let again = !for_good && node.restarts.allow(self.platform.monotonic());
        let then = if again {
            "; it is started again in 1 second"
        } else {
            ""
        };
        let text = format!("{} failed: {error}{then}", node.name);
        self.bus.log(Level::Error, Topic::Network, text);
        if matches!(error, Refusal::Platform(PlatformError::OutOfDate)) {
            // The page has said it already, once for all nodes.
            return;
        }
        if !again {
            let (node, error) = (node.name.clone(), Box::new(error));
            self.bus.problem(StartupError::Failed { node, error });
            return;
        }
        let (app, node, run) = (self.me.clone(), Rc::clone(node), node.run());
        let wait = self.platform.sleep(RESTART_MS);
        self.spawn(async move {
            wait.await;
            let Some(app) = app.upgrade() else { return };
            if node.run() == run
                && let Err(error) = app.start_node(&node).await
            {
                let text = format!("{} was not started again: {error}", node.name);
                app.bus.log(Level::Error, Topic::Network, text);
            }
        });
    }
}

/// How a stop went, in words.
pub(super) const fn stopped(clean: bool) -> &'static str {
    if clean {
        "stopped cleanly"
    } else {
        "did not answer within 5 seconds and was ended"
    }
}
