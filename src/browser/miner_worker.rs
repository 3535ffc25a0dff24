//! The run loop of a miner worker: hashes in slices and listens between them.
//!
//! At full speed a slice lasts at most [`SLICE_MS`] and the next is asked for over a message
//! channel, because nested timers are held back to 4 ms; messages of the node come in between. With
//! a budget the miner tries exactly what is due and sleeps on a timer otherwise; where miners share
//! the time it sleeps until its next share. A new job, a cancel, a new limit and a click on the
//! page take effect after the current slice: at full speed the miner then lets the page go first
//! for a moment.
//!
//! Tries, best hash and time are those of a search, which may be many jobs.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessagePort};

use super::js::{self, monotonic, pack, unpack, warn};
use super::pace::{Budget, Meter};
use super::spawn;
use crate::ipc::{FromMiner, Limit, MAX_TRIES, SearchJob, TimeShare, ToMiner, Try, YIELD_MS};
use crate::miner::{Search, Step, time_share};
use crate::primitives::BlockHash;

/// Longest slice of hashing in milliseconds; the last step of a slice may pass it by [`STEP_MS`].
const SLICE_MS: f64 = 10.0;
/// A step between two looks at the clock is sized to last about this long.
const STEP_MS: f64 = 2.0;
/// Hashes of the very first step.
const FIRST_STEP: u64 = 1_024;
/// Milliseconds between two reports of progress.
const PROGRESS_MS: f64 = 250.0;
/// A rest between two jobs that is shorter than this counts as search: budget and measured rate go
/// on.
const REST_MS: f64 = 1_000.0;
/// With a budget of at most so many hashes a second each try is told.
const FOLLOWED: f64 = 50.0;
/// A miner with a budget measures this often what it could do without, once with each of its first
/// reports: the browser makes its best code of what runs often.
const TRIALS: u32 = 8;
/// How long such a trial takes in milliseconds.
const TRIAL_MS: f64 = 5.0;
/// Most hashes of a step, should a clock be so coarse that steps seem to take no time.
const MAX_STEP: u64 = 1 << 18;

struct Miner {
    scope: DedicatedWorkerGlobalScope,
    work: Option<Work>,
    tally: Tally,
    pacing: Option<Pacing>,
    meter: Meter,
    /// Trials without the budget that are left, and the best of those that were.
    trials: u32,
    uncapped: f64,
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
    /// Until when the page goes first.
    yields_until: f64,
}

/// How the limit of the job is kept, where there is one.
enum Pacing {
    Budget(Budget),
    Share(TimeShare),
}

struct Work {
    job: u64,
    search: Search,
    began: f64,
}

/// What the jobs of a search came to before the current one, and its last tries.
#[derive(Default)]
struct Tally {
    search: u64,
    hashes: u64,
    best: Option<BlockHash>,
    elapsed_ms: f64,
    tries: VecDeque<Try>,
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
        tally: Tally::default(),
        pacing: None,
        meter: Meter::default(),
        trials: TRIALS,
        uncapped: 0.0,
        step: FIRST_STEP,
        next_slice: channel.port2(),
        asked: false,
        timer: None,
        told: 0.0,
        rested: 0.0,
        yields_until: 0.0,
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
        Err(error) => warn(&error.to_string()),
    }
}

fn receive(miner: &Rc<RefCell<Miner>>, message: JsValue) {
    match unpack(&message) {
        Ok(ToMiner::Search(job)) => miner.borrow_mut().begin(&job),
        Ok(ToMiner::Cancel) => miner.borrow_mut().rest(),
        Ok(ToMiner::Yield) => miner.borrow_mut().yields_until = monotonic() + YIELD_MS,
        Err(error) => return warn(&error.to_string()),
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
        Some(Pacing::Share(share)) => wait(*share),
        None => 0.0,
    };
    let wait = wait.max(this.yields_until - monotonic());
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

/// Milliseconds until a miner may hash.
fn wait(share: TimeShare) -> f64 {
    let now = js::now().0;
    if share_left(share, now) > 0.0 {
        0.0
    } else {
        whole_ms(time_share::wait(share, now))
    }
}

/// Milliseconds that are left of a miner's own share, if they are enough for a step.
fn share_left(share: TimeShare, now: u64) -> f64 {
    time_share::left(share, now)
        .map(whole_ms)
        .filter(|left| *left > STEP_MS)
        .unwrap_or(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "a round is short")]
const fn whole_ms(ms: u64) -> f64 {
    ms as f64
}

impl Miner {
    fn begin(&mut self, job: &SearchJob) {
        let now = monotonic();
        let rested = self.work.is_none() && now - self.rested > REST_MS;
        self.rest();
        let search = match Search::new(job) {
            Ok(search) => search,
            Err(error) => return warn(&format!("job {} cannot be searched: {error}", job.job)),
        };
        if rested {
            self.meter.restart(now);
            self.pacing = None;
        }
        if self.tally.search != job.search {
            self.tally = Tally {
                search: job.search,
                ..Tally::default()
            };
        }
        match (&mut self.pacing, job.limit) {
            (Some(Pacing::Budget(budget)), Limit::Rate(rate)) => budget.set(rate, now),
            (pacing, Limit::Rate(rate)) => *pacing = Some(Pacing::Budget(Budget::new(rate, now))),
            (pacing, Limit::Share(share)) => {
                *pacing = (share.fraction() < 1.0).then_some(Pacing::Share(share))
            }
        }
        if !self.is_followed() {
            self.tally.tries.clear();
        }
        self.work = Some(Work {
            job: job.job,
            search,
            began: now,
        });
    }

    /// Ends the job; what it came to stays with its search.
    fn rest(&mut self) {
        let now = monotonic();
        if let Some(work) = self.work.take() {
            self.tally.add(&work, now);
        }
        self.rested = now;
    }

    /// Whether each try is told.
    fn is_followed(&self) -> bool {
        matches!(&self.pacing, Some(Pacing::Budget(budget)) if budget.per_second() <= FOLLOWED)
    }

    fn ask(&mut self) {
        if !self.asked {
            // A plain value over an open port: there is nothing that could fail.
            self.asked = self.next_slice.post_message(&JsValue::UNDEFINED).is_ok();
        }
    }

    /// Hashes until the slice is over, the budget is used up, or there is an outcome.
    fn hash(&mut self) {
        let is_followed = self.is_followed();
        let Some(work) = &mut self.work else { return };
        let began = monotonic();
        if began < self.yields_until {
            return;
        }
        let length = match &self.pacing {
            Some(Pacing::Share(share)) => share_left(*share, js::now().0).min(SLICE_MS),
            Some(Pacing::Budget(_)) | None => SLICE_MS,
        };
        let mut now = began;
        let outcome = loop {
            let due = match &mut self.pacing {
                Some(Pacing::Budget(budget)) => budget.due(now),
                Some(Pacing::Share(_)) | None => u64::MAX,
            };
            if due == 0 || now - began + STEP_MS / 2.0 >= length {
                break None;
            }
            let before = work.search.hashes();
            let step = work
                .search
                .step(if is_followed { 1 } else { due.min(self.step) });
            let tried = work.search.hashes().saturating_sub(before);
            if is_followed {
                self.tally.follow(&mut work.search);
            }
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
                Step::Found(nonce) => {
                    break Some(self.tally.found(work, nonce, now, self.meter.rate(now)));
                }
                Step::Exhausted => break Some(self.tally.exhausted(work)),
            }
        };
        match outcome {
            Some(outcome) => {
                self.rest();
                self.tell(&outcome);
            }
            None if now - self.told >= PROGRESS_MS - 1.0 => {
                self.told = now;
                let progress = self.tally.progress(work, self.meter.rate(now));
                self.tell(&progress);
                self.try_uncapped();
            }
            None => {}
        }
    }

    /// Measures for a moment what the miner could do without its budget. What is hashed for it
    /// counts for nothing.
    fn try_uncapped(&mut self) {
        let (Some(work), Some(Pacing::Budget(_))) = (&self.work, &self.pacing) else {
            return;
        };
        if self.trials == 0 {
            return;
        }
        self.trials -= 1;
        let mut search = work.search.endless();
        let began = monotonic();
        let mut now = began;
        while now - began < TRIAL_MS {
            let then = now;
            search.step(self.step);
            now = monotonic();
            self.step = better_step(self.step, now - then);
        }
        let rate = whole_ms(search.hashes()) / (now - began) * 1_000.0;
        if rate > self.uncapped {
            self.uncapped = rate;
            self.tell(&FromMiner::Uncapped(rate));
        }
    }

    fn tell(&self, message: &FromMiner) {
        if self.scope.post_message(&pack(message)).is_err() {
            warn("a miner cannot reach its node");
        }
    }
}

impl Tally {
    fn hashes(&self, work: &Work) -> u64 {
        self.hashes.saturating_add(work.search.hashes())
    }

    fn best(&self, work: &Work) -> Option<BlockHash> {
        self.best.into_iter().chain(work.search.best()).min()
    }

    fn elapsed_ms(&self, work: &Work, now: f64) -> f64 {
        self.elapsed_ms + now - work.began
    }

    fn add(&mut self, work: &Work, now: f64) {
        self.best = self.best(work);
        self.elapsed_ms = self.elapsed_ms(work, now);
        self.hashes = self.hashes(work);
    }

    /// Notes the nonce that was tried last.
    fn follow(&mut self, search: &mut Search) {
        let nonce = search.next_nonce().saturating_sub(1);
        let hash = search
            .hash_of(nonce)
            .0
            .first_chunk()
            .map_or(0, |start| u64::from_be_bytes(*start));
        if self.tries.len() >= MAX_TRIES {
            self.tries.pop_front();
        }
        self.tries.push_back(Try { nonce, hash });
    }

    fn found(&self, work: &Work, nonce: u64, now: f64, hash_rate: f64) -> FromMiner {
        let elapsed_ms = self.elapsed_ms(work, now);
        FromMiner::Found {
            job: work.job,
            nonce,
            hashes: self.hashes(work),
            elapsed_ms,
            hash_rate,
        }
    }

    fn exhausted(&self, work: &Work) -> FromMiner {
        FromMiner::Exhausted {
            job: work.job,
            hashes: self.hashes(work),
        }
    }

    fn progress(&self, work: &Work, hash_rate: f64) -> FromMiner {
        FromMiner::Progress {
            job: work.job,
            hashes: self.hashes(work),
            hash_rate,
            nonce: work.search.next_nonce(),
            best_hash: self
                .best(work)
                .map(|hash| hash.to_string())
                .unwrap_or_default(),
            tries: self.tries.iter().copied().collect(),
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait is between 0 and a few seconds"
)]
fn whole(ms: f64) -> u32 {
    ms.ceil() as u32
}
