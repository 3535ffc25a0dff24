//! The miner workers of a proof-of-work node. A worker that fails is started again, later each
//! time, and gets the job that it had.
//!
//! Bound: [`MAX_FAILURES`] in a row; one that never comes up, as its file is gone, is not tried for
//! ever.

use std::rc::Rc;

use gloo::timers::callback::Timeout;

use crate::browser::js::{self, unpack, warn};
use crate::browser::{WorkerHandle, miner_worker_name, spawn};
use crate::ipc::{FromMiner, ToMiner};

/// Wait before the first new start of a failed miner; it doubles each time.
const FIRST_RESTART_MS: u32 = 500;
/// Longest wait before a new start.
const LAST_RESTART_MS: u32 = 30_000;

/// So often in a row a miner fails before it is left alone: by then two minutes have passed.
const MAX_FAILURES: u32 = 8;

/// What the shell learns of a miner worker.
#[derive(Debug)]
pub(super) enum MinerEvent {
    /// It reports.
    Message(FromMiner),
    /// It failed, for this reason.
    Failed(String),
    /// Its wait is over: it is to start again.
    Restart,
}

/// Takes what happens to each miner worker.
type Listener = Rc<dyn Fn(u32, MinerEvent)>;

/// The miner workers of one node.
pub(super) struct Miners {
    node: String,
    listener: Listener,
    workers: Vec<MinerWorker>,
}

/// One miner worker, or the gap that it left.
#[derive(Debug, Default)]
struct MinerWorker {
    handle: Option<WorkerHandle>,
    /// What it searches, for a worker that takes its place.
    search: Option<ToMiner>,
    /// Failures in a row.
    failures: u32,
    restart: Option<Timeout>,
}

impl Miners {
    /// No workers yet, for the node of that name.
    pub(super) fn new(node: String, listener: Listener) -> Self {
        Self {
            node,
            listener,
            workers: Vec::new(),
        }
    }

    /// Ends all workers.
    pub(super) fn clear(&mut self) {
        self.workers.clear();
    }

    /// Has so many workers: starts those that lack, and ends the last ones that are too many.
    pub(super) fn fit(&mut self, number: u32) {
        let have = u32::try_from(self.workers.len()).unwrap_or(number);
        self.workers.resize_with(
            usize::try_from(number).unwrap_or_default(),
            MinerWorker::default,
        );
        for worker in have..number {
            self.start(worker);
        }
    }

    /// Starts a worker; a failure to do so is reported as one of the worker.
    pub(super) fn start(&mut self, worker: u32) {
        let (messages, failures) = (Rc::clone(&self.listener), Rc::clone(&self.listener));
        let started = spawn(
            &miner_worker_name(&self.node, worker),
            move |message| match unpack(&message) {
                Ok(message) => messages(worker, MinerEvent::Message(message)),
                Err(error) => warn(&format!("a message of a miner: {error}")),
            },
            move |error| failures(worker, MinerEvent::Failed(error)),
        );
        match started {
            Ok(handle) => {
                if let Some(gap) = self.worker(worker) {
                    if let Some(search) = &gap.search {
                        post(&handle, search);
                    }
                    gap.handle = Some(handle);
                    gap.restart = None;
                }
            }
            Err(error) => {
                let listener = Rc::clone(&self.listener);
                let text = error.to_string();
                let failed = move || listener(worker, MinerEvent::Failed(text));
                js::later(0.0, Box::new(failed));
            }
        }
    }

    /// Passes an order of the node on to a worker.
    pub(super) fn post(&mut self, worker: u32, message: ToMiner) {
        if let Some(worker) = self.worker(worker) {
            if let Some(handle) = &worker.handle {
                post(handle, &message);
            }
            worker.search = (message != ToMiner::Cancel).then_some(message);
        }
    }

    /// Has all workers rest for a moment.
    pub(super) fn rest(&self) {
        let handles = self.workers.iter().filter_map(|it| it.handle.as_ref());
        handles.for_each(|handle| post(handle, &ToMiner::Yield));
    }

    /// Records that a worker reports; whether it had failed before.
    pub(super) fn on_message(&mut self, worker: u32, message: &FromMiner) -> bool {
        let Some(worker) = self.worker(worker) else {
            return false;
        };
        if matches!(
            message,
            FromMiner::Found { .. } | FromMiner::Exhausted { .. }
        ) {
            worker.search = None;
        }
        std::mem::take(&mut worker.failures) > 0
    }

    /// Records that a worker failed; the milliseconds until it starts again, if it does.
    pub(super) fn on_failure(&mut self, worker: u32) -> Option<u32> {
        let listener = Rc::clone(&self.listener);
        let gap = self.worker(worker)?;
        let wait = FIRST_RESTART_MS
            .saturating_mul(1 << gap.failures.min(16))
            .min(LAST_RESTART_MS);
        gap.failures = gap.failures.saturating_add(1);
        gap.handle = None;
        if gap.failures >= MAX_FAILURES {
            return None;
        }
        gap.restart = Some(Timeout::new(wait, move || {
            listener(worker, MinerEvent::Restart);
        }));
        Some(wait)
    }

    fn worker(&mut self, worker: u32) -> Option<&mut MinerWorker> {
        let at = usize::try_from(worker).ok()?;
        self.workers.get_mut(at)
    }
}

impl std::fmt::Debug for Miners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Miners")
            .field("node", &self.node)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

fn post(handle: &WorkerHandle, message: &ToMiner) {
    if let Err(error) = handle.post(message) {
        warn(&format!("a miner cannot be reached: {error}"));
    }
}
