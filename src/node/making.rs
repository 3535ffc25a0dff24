//! Making blocks: candidates for the miners of a proof-of-work node, what they report, and what they find.

use crate::consensus::work;
use crate::ipc::{FromMiner, Limit, Pace, SearchJob, ToMiner, Turns, Workload};
use crate::primitives::{Block, Body, Header, Kind, MAX_EXACT, Millis, NodeKind, Seal, Timestamp};
use crate::state::{Template, assemble};

use super::miners::Miner;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output, Source};

/// A candidate is built again after this time even if nothing changed, so that its time stays true.
const CANDIDATE_EVERY: Millis = Millis(10_000);
/// A miner's progress is told to people this often.
const TELL_EVERY: Millis = Millis(5_000);
/// Least gaps between blocks that a maker waits at most for the date of a parent that is ahead of its clock.
const PATIENCE: u64 = 2;

/// The search of a proof-of-work node.
#[derive(Debug)]
pub(super) struct Mining {
    pace: Pace,
    turns: Turns,
    pub(super) miners: Vec<Miner>,
    job: Option<Job>,
    jobs: u64,
    /// Number of the search on this head.
    search: u64,
    /// Time spent on this search in jobs before.
    searched: Millis,
    /// Whether the miners were told to search and not yet to rest.
    busy: bool,
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

impl Mining {
    pub(super) fn new(workload: Workload, kind: NodeKind, not_before: Timestamp) -> Self {
        let mut mining = Self {
            pace: workload.pace,
            turns: workload.turns,
            miners: Vec::new(),
            job: None,
            jobs: 0,
            search: 0,
            searched: Millis(0),
            busy: false,
            used_up: 0,
            not_before,
        };
        mining.set_workload(workload, kind);
        mining
    }

    /// What its miners are to do from now on.
    pub(super) fn set_workload(&mut self, workload: Workload, kind: NodeKind) {
        let miners = if kind == NodeKind::Pow {
            workload.miners
        } else {
            0
        };
        (self.pace, self.turns) = (workload.pace, workload.turns);
        self.miners
            .resize_with(usize::try_from(miners).unwrap_or(0), Miner::default);
    }

    pub(super) fn is_paused(&self) -> bool {
        self.pace == Pace::Paused
    }

    /// The turns of each miner, from the first one's; `None` with a budget.
    pub(super) fn turns(&self, worker: u32) -> Option<Turns> {
        match self.pace {
            Pace::Interval { .. } | Pace::Paused => None,
            Pace::Full => Some(Turns {
                place: self.turns.place.saturating_add(worker),
                ..self.turns
            }),
            Pace::Max => Some(Turns::ALL),
        }
    }

    /// Number and header of the job.
    pub(super) fn job(&self) -> Option<(u64, &Header)> {
        self.job.as_ref().map(|job| (job.number, &job.header))
    }

    /// Time spent on the search of this head.
    pub(super) fn searched(&self, now: Timestamp) -> Millis {
        let current = self
            .job
            .as_ref()
            .map_or(Millis(0), |job| now.since(job.since));
        Millis(self.searched.0.saturating_add(current.0))
    }

    /// Takes the job; its time stays with the search.
    fn end_job(&mut self, now: Timestamp) -> Option<Job> {
        self.searched = self.searched(now);
        self.job.take()
    }

    /// The nonces of one miner: the whole range is cut into equal parts. Both ends can be told exactly.
    pub(super) fn range(&self, worker: u32) -> (u64, u64) {
        let count = u64::try_from(self.miners.len()).unwrap_or(1).max(1);
        let part = MAX_EXACT / count;
        let start = part * u64::from(worker);
        (start, start + part)
    }

    fn miner(&mut self, worker: u32) -> Option<&mut Miner> {
        self.miners
            .get_mut(usize::try_from(worker).unwrap_or(usize::MAX))
    }
}

impl Node {
    /// The hash budget of each miner per second; `None` at full speed. It follows from the difficulty that the
    /// operator chose: where the network moves the difficulty by itself, that keeps the interval.
    pub(super) fn budget(&self) -> Option<f64> {
        let Pace::Interval { ms } = self.mining.pace else {
            return None;
        };
        let difficulty = self.chain.context().rules.current.difficulty;
        let peers = self.peers.alive(self.now);
        let others = peers
            .filter(|(_, peer)| {
                peer.record
                    .as_ref()
                    .is_some_and(|it| it.kind == NodeKind::Pow)
            })
            .count();
        let miners = (others + 1) * self.mining.miners.len().max(1);
        // A budget is a choice of this node and enters nothing that is hashed: floats are fine here.
        Some(difficulty.0 as f64 * 1_000.0 / (ms.max(1) as f64) / miners as f64)
    }

    /// The date of a block that is made now: the clock's, or the earliest that may follow the head.
    pub(super) fn next_date(&self) -> Timestamp {
        self.now
            .max(self.chain.head_header().time.plus(self.params.min_gap))
    }

    /// When the next block may be made. A miner waits until the head's date has come, so that miners who find at once
    /// do not run ahead of the clock, where others would have to defer their blocks. An authority, which makes one
    /// block in its slot, may be ahead by one more, or such miners would always be there before it. A head far ahead
    /// was dated by a wrong clock, and must not win its maker more than a moment; but what this node itself would
    /// defer is never made.
    pub(super) fn make_from(&self, kind: Kind) -> Timestamp {
        let (head, gap) = (self.chain.head_header().time, self.params.min_gap);
        let before = |time: Timestamp, span: Millis| Timestamp(time.0.saturating_sub(span.0));
        let from = if kind == Kind::Work {
            head
        } else {
            before(head, gap)
        };
        let patience = self.head_since.plus(Millis(gap.0.saturating_mul(PATIENCE)));
        from.min(patience)
            .max(before(head.plus(gap), self.params.max_future))
    }

    /// A new head: a search of its own begins, and the slot may be ours.
    pub(super) fn turn_to_head(&mut self) {
        self.head_since = self.now;
        self.mining.end_job(self.now);
        self.mining.search = self.mining.search.saturating_add(1);
        self.mining.searched = Millis(0);
        self.mining.miners.iter_mut().for_each(Miner::begin_search);
        self.timers.set(Timer::Slot, self.now);
        self.timers.set(Timer::Candidate, self.now);
    }

    /// Builds a candidate on the head and has the miners search it; where there is nothing to search, they rest.
    pub(super) fn search_candidate(&mut self, out: &mut Outbox) {
        self.timers.clear(Timer::Candidate);
        if self.kind != NodeKind::Pow || self.mining.miners.is_empty() || self.stopping {
            return;
        }
        let from = self.make_from(Kind::Work).max(self.mining.not_before);
        if self.mining.is_paused() {
            return self.cancel_search(out);
        }
        if let Some(until) = self.sync.rest_until(self.now) {
            self.timers.set(Timer::Candidate, until);
            return self.cancel_search(out);
        }
        if self.now < from {
            self.timers.set(Timer::Candidate, from);
            return self.cancel_search(out);
        }
        self.timers
            .set(Timer::Candidate, self.now.plus(CANDIDATE_EVERY));
        match self.candidate(Kind::Work) {
            Some((header, body)) => self.search(header, body, out),
            None => self.cancel_search(out),
        }
    }

    fn search(&mut self, header: Header, body: Body, out: &mut Outbox) {
        self.mining.end_job(self.now);
        self.mining.jobs = self.mining.jobs.saturating_add(1);
        let number = self.mining.jobs;
        let rate = Limit::Rate(self.budget().unwrap_or(0.0));
        self.mining.job = Some(Job {
            number,
            header,
            body,
            since: self.now,
        });
        self.mining.busy = true;
        for worker in self.workers() {
            let (nonce_start, nonce_end) = self.mining.range(worker);
            if let Some(miner) = self.mining.miner(worker) {
                miner.nonce = nonce_start;
            }
            let message = ToMiner::Search(SearchJob {
                job: number,
                search: self.mining.search,
                header: header.to_bytes().to_vec(),
                difficulty: header.difficulty.0,
                nonce_start,
                nonce_end,
                limit: self.mining.turns(worker).map_or(rate, Limit::Turns),
            });
            out.push(Output::Miner { worker, message });
        }
    }

    fn workers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.mining.miners.len()).unwrap_or(0)
    }

    pub(super) fn candidate(&self, kind: Kind) -> Option<(Header, Body)> {
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
            time: self.next_date(),
            data: data.as_bytes(),
        };
        assemble(&self.params, state, template, self.mempool.selection(state))
    }

    /// Has every miner rest, also those that go on with a job whose outcome another one found.
    pub(super) fn cancel_search(&mut self, out: &mut Outbox) {
        self.mining.end_job(self.now);
        if std::mem::take(&mut self.mining.busy) {
            out.extend(self.workers().map(|worker| Output::Miner {
                worker,
                message: ToMiner::Cancel,
            }));
        }
    }

    pub(super) fn on_miner(&mut self, worker: u32, message: FromMiner, out: &mut Outbox) {
        let current = self.mining.job.as_ref().map(|job| job.number);
        let (now, height) = (self.now, self.chain.height().next());
        let Some(miner) = self.mining.miner(worker) else {
            return;
        };
        match message {
            FromMiner::Progress {
                job,
                hashes,
                hash_rate,
                nonce,
                best_hash,
                tries,
            } if Some(job) == current => {
                miner.progress(hashes, best_hash);
                miner.rate_at(hash_rate, now);
                (miner.nonce, miner.tries) = (nonce, tries);
                if now.since(miner.told) >= TELL_EVERY {
                    miner.told = now;
                    let (hashes, best) = (miner.hashes, miner.best_hash.clone());
                    out.push(Output::Notice(Notice::Searching {
                        worker,
                        height,
                        hashes,
                        hash_rate,
                        best,
                    }));
                }
            }
            FromMiner::Found {
                job,
                nonce,
                hashes,
                elapsed_ms,
                hash_rate,
            } if Some(job) == current => {
                // A block may be found before the first progress is told.
                miner.progress(hashes, String::new());
                miner.rate_at(hash_rate, now);
                self.on_found(worker, nonce, elapsed_ms, out);
            }
            FromMiner::Exhausted { job, .. } if Some(job) == current => {
                self.mining.used_up = self.mining.used_up.saturating_add(1);
                self.search_candidate(out);
            }
            FromMiner::Uncapped(hash_rate) => miner.uncapped = hash_rate,
            FromMiner::Progress { .. } | FromMiner::Found { .. } | FromMiner::Exhausted { .. } => {}
        }
    }

    /// A miner worker failed, or is there again.
    pub(super) fn on_miner_state(&mut self, worker: u32, up: bool) {
        if let Some(miner) = self.mining.miner(worker) {
            miner.set_up(up);
        }
    }

    /// Checks a found nonce with the plain hash and imports the block.
    fn on_found(&mut self, worker: u32, nonce: u64, elapsed_ms: f64, out: &mut Outbox) {
        let Some(job) = self.mining.end_job(self.now) else {
            return;
        };
        let header = Header {
            nonce,
            ..job.header
        };
        let id = header.id();
        if nonce > MAX_EXACT || !work::meets(&id, header.difficulty) {
            out.push(Output::Notice(Notice::FalseFind { worker, nonce }));
            return self.search_candidate(out);
        }
        let hashes = self.mining.miner(worker).map_or(0, |miner| miner.hashes);
        if self.import(
            Block {
                header,
                seal: Seal::Work,
                body: job.body,
            },
            Source::Own,
            out,
        ) {
            self.counters.blocks_made = self.counters.blocks_made.saturating_add(1);
            if let Some(miner) = self.mining.miner(worker) {
                miner.blocks_found = miner.blocks_found.saturating_add(1);
            }
            if let Some(block) = self.summary(&id) {
                out.push(Output::Notice(Notice::Found {
                    block: Box::new(block),
                    hashes,
                    elapsed_ms,
                }));
            }
            self.announce_block(&id, out);
        }
        self.timers.set_earlier(Timer::Candidate, self.now);
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Work => "work",
        Kind::Authority => "authority",
    }
}
