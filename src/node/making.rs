//! Making blocks: candidates for the miners of a proof-of-work node, and the slots of an authority.
//!
//! An authority never seals a slot twice: the slot is written to the ledger, flushed to the disk, before
//! it is sealed; and a node that was started seals no slot that had begun before, so that even a ledger
//! that could not be written cannot make it repeat one. Only a ledger that is new may seal at once, in the
//! network's first slot.

use crate::consensus::{slots, work};
use crate::ipc::{FromMiner, Limit, Pace, SearchJob, ToMiner, Workload};
use crate::ledger::{Row, Table};
use crate::primitives::{Block, Body, Header, Kind, MAX_EXACT, Millis, NodeKind, Seal, Slot, Timestamp};
use crate::state::{Template, assemble};

use super::start::sealed_slot_row;
use super::timers::Timer;
use super::{BatchId, Node, Notice, Outbox, Output, Source};

/// A candidate is built again after this time even if nothing changed, so that its time stays true.
const CANDIDATE_EVERY: Millis = Millis(10_000);
/// A miner's progress is told to people this often.
const TELL_EVERY: Millis = Millis(5_000);
/// A measured hash rate is told for so long.
const RATED_FOR: Millis = Millis(1_500);
/// The slot in which a network is made, and in which a node with a new ledger may seal at once.
const FIRST_SLOT: u64 = 1;

/// The search of a proof-of-work node.
#[derive(Debug)]
pub(super) struct Mining {
    pace: Pace,
    share: f64,
    pub(super) miners: Vec<Miner>,
    job: Option<Job>,
    jobs: u64,
    /// Nonce ranges that were used up: it goes into the data, so that no header is searched twice.
    used_up: u64,
    not_before: Timestamp,
}

#[derive(Debug)]
struct Job {
    number: u64,
    header: Header,
    body: Body,
    since: Timestamp,
}

/// One miner worker as the node knows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Miner {
    pub(super) hashes: u64,
    pub(super) hash_rate: f64,
    pub(super) nonce: u64,
    pub(super) best_hash: String,
    pub(super) blocks_found: u64,
    told: Timestamp,
    rated: Timestamp,
}

impl Miner {
    /// Measured hashes per second; none once nothing was measured for a while.
    pub(super) fn rate(&self, now: Timestamp) -> f64 {
        if now.since(self.rated) < RATED_FOR { self.hash_rate } else { 0.0 }
    }
}

/// The duty of an authority.
#[derive(Debug, Default)]
pub(super) struct Authority {
    /// The first slot that it may still seal.
    pub(super) first_open: Slot,
    reserved: Option<(Slot, BatchId)>,
}

impl Mining {
    pub(super) fn new(workload: Workload, kind: NodeKind, not_before: Timestamp) -> Self {
        let mut mining =
            Self { pace: workload.pace, share: 1.0, miners: Vec::new(), job: None, jobs: 0, used_up: 0, not_before };
        mining.set_workload(workload, kind);
        mining
    }

    /// What its miners are to do from now on.
    pub(super) fn set_workload(&mut self, workload: Workload, kind: NodeKind) {
        let miners = if kind == NodeKind::Pow { workload.miners } else { 0 };
        (self.pace, self.share) = (workload.pace, workload.share);
        self.miners.resize_with(usize::try_from(miners).unwrap_or(0), Miner::default);
    }

    pub(super) fn is_paused(&self) -> bool {
        self.pace == Pace::Paused
    }

    /// The share of the time that each miner hashes; `None` with a budget.
    pub(super) const fn share(&self) -> Option<f64> {
        match self.pace {
            Pace::Interval { .. } | Pace::Paused => None,
            Pace::Full => Some(self.share),
            Pace::Max => Some(1.0),
        }
    }

    pub(super) fn job(&self) -> Option<(u64, &Header, Timestamp)> {
        self.job.as_ref().map(|job| (job.number, &job.header, job.since))
    }

    /// The nonces of one miner: the whole range is cut into equal parts. Both ends can be told exactly.
    pub(super) fn range(&self, worker: u32) -> (u64, u64) {
        let count = u64::try_from(self.miners.len()).unwrap_or(1).max(1);
        let part = MAX_EXACT / count;
        let start = part * u64::from(worker);
        (start, start + part)
    }
}

impl Authority {
    /// The duty of a node that starts in slot `current`, with the slot that its ledger says it sealed
    /// last (0 for none), or with a new ledger.
    pub(super) fn new(sealed: Option<Slot>, current: Slot) -> Self {
        let first_open = match sealed.filter(|_| !mutant!(ForgetSealedSlot)) {
            _ if mutant!(SealSlotAgain) => current,
            Some(slot) => Slot(slot.max(current).0.saturating_add(1)),
            None if current.0 <= FIRST_SLOT => Slot(1),
            None => Slot(current.0.saturating_add(1)),
        };
        Self { first_open, reserved: None }
    }
}

impl Node {
    /// The hash budget of each miner per second; `None` at full speed. It follows from the difficulty that the
    /// operator chose: where the network moves the difficulty by itself, that keeps the interval.
    pub(super) fn budget(&self) -> Option<f64> {
        let Pace::Interval { ms } = self.mining.pace else { return None };
        let difficulty = self.chain.context().rules.current.difficulty;
        let peers = self.peers.alive(self.now);
        let others = peers.filter(|(_, peer)| peer.record.as_ref().is_some_and(|it| it.kind == NodeKind::Pow)).count();
        let miners = (others + 1) * self.mining.miners.len().max(1);
        // A budget is a choice of this node and enters nothing that is hashed: floats are fine here.
        Some(difficulty.0 as f64 * 1_000.0 / (ms.max(1) as f64) / miners as f64)
    }

    /// Builds a candidate on the head and has the miners search it.
    pub(super) fn search_candidate(&mut self, out: &mut Outbox) {
        self.timers.clear(Timer::Candidate);
        if self.kind != NodeKind::Pow || self.mining.miners.is_empty() || self.stopping {
            return;
        }
        if self.now < self.mining.not_before {
            return self.timers.set(Timer::Candidate, self.mining.not_before);
        }
        if self.mining.is_paused() {
            return self.cancel_search(out);
        }
        if let Some(until) = self.sync.rest_until(self.now) {
            self.timers.set(Timer::Candidate, until);
            return self.cancel_search(out);
        }
        self.timers.set(Timer::Candidate, self.now.plus(CANDIDATE_EVERY));
        let Some((header, body)) = self.candidate(Kind::Work) else { return };
        self.mining.jobs = self.mining.jobs.saturating_add(1);
        let number = self.mining.jobs;
        let rate = || Limit::Rate(self.budget().unwrap_or(0.0));
        let limit = self.mining.share().map_or_else(rate, Limit::Share);
        self.mining.job = Some(Job { number, header, body, since: self.now });
        for worker in self.workers() {
            let (nonce_start, nonce_end) = self.mining.range(worker);
            if let Some(miner) = self.mining.miners.get_mut(usize::try_from(worker).unwrap_or(usize::MAX)) {
                *miner = Miner {
                    blocks_found: miner.blocks_found,
                    hash_rate: miner.hash_rate,
                    told: miner.told,
                    rated: miner.rated,
                    nonce: nonce_start,
                    ..Miner::default()
                };
            }
            let message = ToMiner::Search(SearchJob {
                job: number,
                header: header.to_bytes().to_vec(),
                difficulty: header.difficulty.0,
                nonce_start,
                nonce_end,
                limit,
            });
            out.push(Output::Miner { worker, message });
        }
    }

    fn workers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.mining.miners.len()).unwrap_or(0)
    }

    fn candidate(&self, kind: Kind) -> Option<(Header, Body)> {
        let state = self.chain.head_state();
        let mut data = format!("{} {}", self.name, kind_word(kind));
        if self.mining.used_up > 0 {
            data.push_str(&format!(" {}", self.mining.used_up));
        }
        let template = Template {
            parent: self.chain.head_header(),
            parent_id: self.chain.head(),
            kind,
            sealer: self.id,
            time: self.now,
            data: data.as_bytes(),
        };
        assemble(&self.params, state, template, self.mempool.selection(state))
    }

    pub(super) fn cancel_search(&mut self, out: &mut Outbox) {
        if self.mining.job.take().is_some() {
            out.extend(self.workers().map(|worker| Output::Miner { worker, message: ToMiner::Cancel }));
        }
    }

    pub(super) fn on_miner(&mut self, worker: u32, message: FromMiner, out: &mut Outbox) {
        let Some(current) = self.mining.job.as_ref().map(|job| job.number) else { return };
        let index = usize::try_from(worker).unwrap_or(usize::MAX);
        let now = self.now;
        let Some(miner) = self.mining.miners.get_mut(index) else { return };
        match message {
            FromMiner::Progress { job, hashes, hash_rate, nonce, best_hash } if job == current => {
                let told = miner.told;
                *miner = Miner { hashes, hash_rate, nonce, best_hash, rated: now, ..miner.clone() };
                if now.since(told) >= TELL_EVERY {
                    miner.told = now;
                    let best = miner.best_hash.clone();
                    let height = self.chain.height().next();
                    out.push(Output::Notice(Notice::Searching { worker, height, hashes, hash_rate, best }));
                }
            }
            FromMiner::Found { job, nonce, hashes, elapsed_ms, hash_rate } if job == current => {
                // A block may be found before the first progress is told.
                (miner.hashes, miner.hash_rate, miner.rated) = (hashes, hash_rate, now);
                self.on_found(worker, nonce, hashes, elapsed_ms, out);
            }
            FromMiner::Exhausted { job, .. } if job == current => {
                self.mining.used_up = self.mining.used_up.saturating_add(1);
                self.search_candidate(out);
            }
            FromMiner::Progress { .. } | FromMiner::Found { .. } | FromMiner::Exhausted { .. } => {}
        }
    }

    /// Checks a found nonce with the plain hash and imports the block.
    fn on_found(&mut self, worker: u32, nonce: u64, hashes: u64, elapsed_ms: f64, out: &mut Outbox) {
        let Some(job) = self.mining.job.take() else { return };
        let header = Header { nonce, ..job.header };
        let id = header.id();
        if nonce > MAX_EXACT || !work::meets(&id, header.difficulty) {
            out.push(Output::Notice(Notice::FalseFind { worker, nonce }));
            return self.search_candidate(out);
        }
        if self.import(Block { header, seal: Seal::Work, body: job.body }, Source::Own, out) {
            self.counters.blocks_made = self.counters.blocks_made.saturating_add(1);
            if let Some(miner) = self.mining.miners.get_mut(usize::try_from(worker).unwrap_or(usize::MAX)) {
                miner.blocks_found = miner.blocks_found.saturating_add(1);
            }
            if let Some(block) = self.summary(&id) {
                out.push(Output::Notice(Notice::Found { block: Box::new(block), hashes, elapsed_ms }));
            }
            self.announce_block(&id, out);
        }
        self.timers.set_earlier(Timer::Candidate, self.now);
    }

    /// Reserves the slot if it is ours, and sets the timer for the next that may be.
    pub(super) fn on_slot_timer(&mut self, out: &mut Outbox) {
        if self.kind != NodeKind::Poa || self.stopping {
            return;
        }
        let slot = slots::slot_at(&self.params, self.now);
        let earliest = self.chain.head_header().time.plus(self.params.min_gap);
        if !self.may_seal(slot) {
            return self.await_next_slot(slot);
        }
        if self.now < earliest {
            return self.timers.set(Timer::Slot, earliest);
        }
        if self.sync.rest_until(self.now).is_some() || self.authority.reserved.is_some() {
            return self.timers.set(Timer::Slot, self.now.plus(Millis(200)));
        }
        self.authority.first_open = Slot(slot.0.saturating_add(1));
        self.writer.put(Table::Meta, Row::Raw(sealed_slot_row(slot)));
        let batch = self.writer.strict();
        self.authority.reserved = Some((slot, batch));
        if self.degraded.is_some() {
            // There is no disk to wait for; see the module's first lines for what protects the slot.
            self.seal_reserved(batch, out);
        }
        self.await_next_slot(slot);
    }

    fn may_seal(&self, slot: Slot) -> bool {
        let context = self.chain.context();
        let unused = slot > context.tally.last_slot;
        let leader = slots::leader(&context.rules.current.authorities, slot);
        slot >= self.authority.first_open && unused && leader == Some(self.id.into())
    }

    fn await_next_slot(&mut self, after: Slot) {
        self.timers.set(Timer::Slot, self.next_slot_at(after).unwrap_or(self.now.plus(self.params.slot)));
    }

    /// When the next slot of this authority begins, after slot `after`.
    pub(super) fn next_slot_at(&self, after: Slot) -> Option<Timestamp> {
        let tunable = &self.chain.context().rules.current;
        let first = after.0.saturating_add(1).max(self.authority.first_open.0);
        let turns = u64::try_from(tunable.authorities.len()).ok()?;
        let mine = |slot: &u64| slots::leader(&tunable.authorities, Slot(*slot)) == Some(self.id.into());
        (first..first.saturating_add(turns)).find(mine).map(|slot| slots::slot_start(&self.params, Slot(slot)))
    }

    /// Seals the reserved slot, now that the batch with it is durable.
    pub(super) fn seal_reserved(&mut self, batch: BatchId, out: &mut Outbox) {
        let Some((slot, _)) = self.authority.reserved.take_if(|(_, reserved)| *reserved <= batch) else { return };
        if slots::slot_at(&self.params, self.now) != slot || self.stopping {
            return;
        }
        // A block that came while the disk was busy may be too young to build on: the slot goes by.
        let Some((header, body)) = self.candidate(Kind::Authority) else { return };
        let seal = header.seal(&self.chain.chain_id(), &self.key);
        if self.import(Block { header, seal, body }, Source::Own, out) {
            self.counters.blocks_made = self.counters.blocks_made.saturating_add(1);
            let id = header.id();
            if let Some(block) = self.summary(&id) {
                out.push(Output::Notice(Notice::Sealed { block: Box::new(block), slot }));
            }
            self.announce_block(&id, out);
        }
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Work => "work",
        Kind::Authority => "authority",
    }
}
