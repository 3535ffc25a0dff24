//! The miner workers of a proof-of-work node. A worker that fails is started again, later each time,
//! and gets the job that it had.

use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::shell::Shell;
use crate::browser::js::{unpack, warn};
use crate::browser::{WorkerHandle, miner_worker_name, spawn};
use crate::ipc::{FromMiner, Level, NodeKind, ToMiner, Topic};
use crate::node::Input;

/// Wait before the first new start of a failed miner; it doubles each time.
const FIRST_RESTART_MS: u32 = 500;
/// Longest wait before a new start.
const LAST_RESTART_MS: u32 = 30_000;

/// The place of one miner worker.
#[derive(Debug, Default)]
pub(super) struct Slot {
    handle: Option<WorkerHandle>,
    /// What it searches, for a worker that takes its place.
    search: Option<ToMiner>,
    /// Failures in a row.
    failures: u32,
    restart: Option<Timeout>,
}

impl Shell {
    /// Starts the miners anew; workers from before are ended, so that none of their answers is taken
    /// for one to a new job.
    pub(super) fn start_miners(self: &Rc<Self>) {
        self.miners.borrow_mut().clear();
        self.fit_miners();
    }

    /// Has as many miners as the workload says: starts those that lack, and ends the last ones that are too many.
    pub(super) fn fit_miners(self: &Rc<Self>) {
        let number = if self.config.kind == NodeKind::Pow {
            self.workload.get().miners
        } else {
            0
        };
        let lacking = {
            let mut miners = self.miners.borrow_mut();
            let have = u32::try_from(miners.len()).unwrap_or(number);
            miners.resize_with(usize::try_from(number).unwrap_or_default(), Slot::default);
            have..number
        };
        for worker in lacking {
            self.start_miner(worker);
        }
    }

    fn start_miner(self: &Rc<Self>, worker: u32) {
        let (listener, watcher) = (Rc::downgrade(self), Rc::downgrade(self));
        let started = spawn(
            &miner_worker_name(&self.config.name, worker),
            move |message| {
                if let Some(shell) = listener.upgrade() {
                    match unpack(&message) {
                        Ok(message) => shell.from_miner(worker, message),
                        Err(error) => warn(&format!("a message of a miner: {error}")),
                    }
                }
            },
            move |error| {
                if let Some(shell) = watcher.upgrade() {
                    shell.miner_failed(worker, &error);
                }
            },
        );
        match started {
            Ok(handle) => self.with_slot(worker, |slot| {
                if let Some(search) = &slot.search {
                    post(&handle, search);
                }
                slot.handle = Some(handle);
                slot.restart = None;
            }),
            Err(error) => self.miner_failed(worker, &error.to_string()),
        }
    }

    /// Passes an order of the node on to a miner.
    pub(super) fn to_miner(&self, worker: u32, message: ToMiner) {
        self.with_slot(worker, |slot| {
            if let Some(handle) = &slot.handle {
                post(handle, &message);
            }
            slot.search = if message == ToMiner::Cancel {
                None
            } else {
                Some(message)
            };
        });
    }

    /// Has all miners rest for a moment.
    pub(super) fn let_page_go_first(&self) {
        for handle in self
            .miners
            .borrow()
            .iter()
            .filter_map(|slot| slot.handle.as_ref())
        {
            post(handle, &ToMiner::Yield);
        }
    }

    fn from_miner(self: &Rc<Self>, worker: u32, message: FromMiner) {
        let mut is_back = false;
        self.with_slot(worker, |slot| {
            is_back = std::mem::take(&mut slot.failures) > 0;
            if matches!(
                message,
                FromMiner::Found { .. } | FromMiner::Exhausted { .. }
            ) {
                slot.search = None;
            }
        });
        if is_back {
            self.feed(Input::MinerState { worker, up: true });
        }
        self.feed(Input::Miner(worker, message));
    }

    fn miner_failed(self: &Rc<Self>, worker: u32, error: &str) {
        let shell = Rc::downgrade(self);
        let mut wait = 0;
        self.with_slot(worker, |slot| {
            wait = FIRST_RESTART_MS
                .saturating_mul(1 << slot.failures.min(16))
                .min(LAST_RESTART_MS);
            slot.failures = slot.failures.saturating_add(1);
            slot.handle = None;
            slot.restart = Some(Timeout::new(wait, move || {
                if let Some(shell) = shell.upgrade() {
                    shell.start_miner(worker);
                }
            }));
        });
        self.feed(Input::MinerState { worker, up: false });
        let name = miner_worker_name(&self.config.name, worker);
        self.say(
            Level::Error,
            Topic::Mining,
            format!("{name} failed ({error}); it starts again in {wait} ms"),
        );
    }

    fn with_slot(&self, worker: u32, change: impl FnOnce(&mut Slot)) {
        let mut miners = self.miners.borrow_mut();
        if let Some(slot) = usize::try_from(worker)
            .ok()
            .and_then(|at| miners.get_mut(at))
        {
            change(slot);
        }
    }
}

fn post(handle: &WorkerHandle, message: &ToMiner) {
    if let Err(error) = handle.post(message) {
        warn(&format!("a miner cannot be told: {error}"));
    }
}
