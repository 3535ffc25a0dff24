//! The run loop of a miner worker: hashes in slices and listens between them.
//!
//! At full speed a slice lasts at most [`SLICE_MS`] and the next is asked for over a message channel,
//! because nested timers are held back to 4 ms; messages of the node come in between. With a budget the
//! miner tries exactly what is due and sleeps on a timer otherwise; with a share of the time it sleeps between
//! slices. A new job, a cancel and a new limit take effect after the current slice.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessagePort};

use super::js::{monotonic, pack, unpack, warn};
use super::pace::{Budget, Meter, Turns};
use super::spawn;
use crate::ipc::{FromMiner, Limit, SearchJob, ToMiner};
use crate::miner::{Search, Step};

/// Longest slice of hashing in milliseconds; the last step of a slice may pass it by [`STEP_MS`].
const SLICE_MS: f64 = 40.0;
/// A step between two looks at the clock is sized to last about this long.
const STEP_MS: f64 = 4.0;
/// Hashes of the very first step.
const FIRST_STEP: u64 = 1_024;
/// Milliseconds between two reports of progress.
const PROGRESS_MS: f64 = 250.0;
/// A rest between two jobs that is shorter than this counts as search: budget and measured rate go on.
const REST_MS: f64 = 1_000.0;
/// Most hashes of a step, should a clock be so coarse that steps seem to take no time.
const MAX_STEP: u64 = 1 << 18;

struct Miner {
    scope: DedicatedWorkerGlobalScope,
    work: Option<Work>,
    pacing: Option<Pacing>,
    meter: Meter,
    /// Hashes that take about [`STEP_MS`] on this machine.
    step: u64,
    next_slice: MessagePort,
    /// Whether a slice is already asked for over the message channel.
    asked: bool,
    timer: Option<Timeout>,
    /// When progress was told last.
    told: f64,
    /// When the miner had no work last.
    rested: f64,
}

/// How the limit of the job is kept.
enum Pacing {
    Budget(Budget),
    Turns(Turns),
}

struct Work {
    job: u64,
    search: Search,
    began: f64,
}

/// Serves the node that started this worker, until it ends it.
pub(super) fn run(scope: &DedicatedWorkerGlobalScope) {
    let channel = match MessageChannel::new() {
        Ok(channel) => channel,
        Err(_) => return warn("this browser offers no MessageChannel: the miner cannot run"),
    };
    let miner = Rc::new(RefCell::new(Miner {
        scope: scope.clone(),
        work: None,
        pacing: None,
        meter: Meter::default(),
        step: FIRST_STEP,
        next_slice: channel.port2(),
        asked: false,
        timer: None,
        told: 0.0,
        rested: 0.0,
    }));

    let port = channel.port1();
    let slices = EventListener::new(&port, "message", {
        let miner = Rc::clone(&miner);
        move |_| {
            miner.borrow_mut().asked = false;
            slice(&miner);
        }
    });
    port.start();
    // Both live as long as the worker.
    slices.forget();
    match spawn::serve(scope, move |message| receive(&miner, message)) {
        Ok(listener) => listener.forget(),
        Err(error) => warn(&error.message),
    }
}

fn receive(miner: &Rc<RefCell<Miner>>, message: JsValue) {
    match unpack(&message) {
        Ok(ToMiner::Search(job)) => miner.borrow_mut().begin(&job),
        Ok(ToMiner::Cancel) => miner.borrow_mut().rest(),
        Err(error) => return warn(&error.message),
    }
    arrange(miner);
}

/// One slice, and what comes after it.
fn slice(miner: &Rc<RefCell<Miner>>) {
    miner.borrow_mut().hash();
    arrange(miner);
}

/// Sees to the next slice: at once, on a timer, or none.
fn arrange(miner: &Rc<RefCell<Miner>>) {
    let mut this = miner.borrow_mut();
    if this.work.is_none() {
        this.timer = None;
        return;
    }
    let wait = match &this.pacing {
        Some(Pacing::Budget(budget)) => budget.wait(),
        Some(Pacing::Turns(turns)) => turns.wait(monotonic()),
        None => 0.0,
    };
    if wait <= 0.0 {
        this.timer = None;
        this.ask();
        return;
    }
    let weak = Rc::downgrade(miner);
    this.timer = Some(Timeout::new(whole(wait), move || {
        if let Some(miner) = weak.upgrade() {
            slice(&miner);
        }
    }));
}

impl Miner {
    fn begin(&mut self, job: &SearchJob) {
        let now = monotonic();
        let search = match Search::new(job) {
            Ok(search) => search,
            Err(error) => {
                warn(&format!("job {} cannot be searched: {error}", job.job));
                return self.rest();
            }
        };
        if self.work.is_none() && now - self.rested > REST_MS {
            self.meter.restart(now);
            self.pacing = None;
        }
        match (&mut self.pacing, job.limit) {
            (Some(Pacing::Budget(budget)), Limit::Rate(rate)) => budget.set(rate, now),
            (pacing, Limit::Rate(rate)) => *pacing = Some(Pacing::Budget(Budget::new(rate, now))),
            (Some(Pacing::Turns(turns)), Limit::Share(share)) => turns.set(share),
            (pacing, Limit::Share(share)) => *pacing = Some(Pacing::Turns(Turns::new(share, now))),
        }
        self.work = Some(Work { job: job.job, search, began: now });
    }

    fn rest(&mut self) {
        self.work = None;
        self.rested = monotonic();
    }

    fn ask(&mut self) {
        if !self.asked {
            // A plain value over an open port: there is nothing that could fail.
            self.asked = self.next_slice.post_message(&JsValue::UNDEFINED).is_ok();
        }
    }

    /// Hashes until the slice is over, the budget is used up, or there is an outcome.
    fn hash(&mut self) {
        let Some(work) = &mut self.work else { return };
        let began = monotonic();
        let mut now = began;
        let outcome = loop {
            let due = match &mut self.pacing {
                Some(Pacing::Budget(budget)) => budget.due(now),
                Some(Pacing::Turns(_)) | None => u64::MAX,
            };
            if due == 0 || now - began >= SLICE_MS {
                break None;
            }
            let before = work.search.hashes();
            let step = work.search.step(due.min(self.step));
            let tried = work.search.hashes().saturating_sub(before);
            self.meter.add(tried);
            if let Some(Pacing::Budget(budget)) = &mut self.pacing {
                budget.paid(tried);
            }
            let then = std::mem::replace(&mut now, monotonic());
            if tried >= self.step {
                self.step = better_step(self.step, now - then);
            }
            match step {
                Step::Continue => {}
                Step::Found(nonce) => break Some(work.found(nonce, now, self.meter.rate(now))),
                Step::Exhausted => break Some(work.exhausted()),
            }
        };
        if let Some(Pacing::Turns(turns)) = &mut self.pacing {
            turns.worked(began, now);
        }
        match outcome {
            Some(outcome) => {
                self.rest();
                self.tell(&outcome);
            }
            None if now - self.told >= PROGRESS_MS - 1.0 => {
                self.told = now;
                let progress = work.progress(self.meter.rate(now));
                self.tell(&progress);
            }
            None => {}
        }
    }

    fn tell(&self, message: &FromMiner) {
        if self.scope.post_message(&pack(message)).is_err() {
            warn("a miner cannot reach its node");
        }
    }
}

impl Work {
    fn found(&self, nonce: u64, now: f64, hash_rate: f64) -> FromMiner {
        let elapsed_ms = now - self.began;
        FromMiner::Found { job: self.job, nonce, hashes: self.search.hashes(), elapsed_ms, hash_rate }
    }

    fn exhausted(&self) -> FromMiner {
        FromMiner::Exhausted { job: self.job, hashes: self.search.hashes() }
    }

    fn progress(&self, hash_rate: f64) -> FromMiner {
        FromMiner::Progress {
            job: self.job,
            hashes: self.search.hashes(),
            hash_rate,
            nonce: self.search.next_nonce(),
            best_hash: self.search.best().map(|hash| hash.to_string()).unwrap_or_default(),
        }
    }
}

/// Steers the size of a step towards [`STEP_MS`], by at most a factor of two at a time.
fn better_step(step: u64, took_ms: f64) -> u64 {
    if took_ms < STEP_MS / 2.0 {
        (step * 2).min(MAX_STEP)
    } else if took_ms > STEP_MS * 2.0 {
        (step / 2).max(64)
    } else {
        step
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a wait is between 0 and 250")]
fn whole(ms: f64) -> u32 {
    ms.ceil() as u32
}
