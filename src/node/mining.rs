//! The search of a proof-of-work node: its miners, the job they work on, and when the head became
//! it.

use crate::ipc::{Limit, SearchJob, Speed, TimeShare, Workload};
use crate::primitives::{Body, Header, Instant, MAX_EXACT, Millis, NodeKind};

use super::miner::Miner;

/// Who searched for so long had its chance, although it found nothing.
const CHANCE: Millis = Millis(2_000);

/// The search of a proof-of-work node.
#[derive(Clone, Debug)]
pub(super) struct Mining {
    speed: Speed,
    share: TimeShare,
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
    /// No search begins before.
    pub(super) not_before: Instant,
    /// When the head became it.
    head_since: Instant,
    /// When the first of an unbroken run of heads came that were dated far ahead.
    early_since: Option<Instant>,
    /// When it last found, or had searched for a [`CHANCE`].
    idle_since: Instant,
    /// Time spent on searches of heads before since then.
    tried_for: Millis,
}

/// The candidate that the miners search.
#[derive(Clone, Debug)]
pub(super) struct Job {
    number: u64,
    pub(super) header: Header,
    pub(super) body: Body,
    since: Instant,
}

impl Mining {
    /// The search of a node that starts at `now` and makes nothing before `not_before`.
    pub(super) fn new(
        workload: Workload,
        kind: NodeKind,
        now: Instant,
        not_before: Instant,
    ) -> Self {
        let mut mining = Self {
            speed: workload.speed,
            share: workload.share,
            miners: Vec::new(),
            job: None,
            jobs: 0,
            search: 0,
            searched: Millis(0),
            busy: false,
            used_up: 0,
            not_before,
            head_since: now,
            early_since: None,
            idle_since: now,
            tried_for: Millis(0),
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
        (self.speed, self.share) = (workload.speed, workload.share);
        self.miners
            .resize_with(usize::try_from(miners).unwrap_or(0), Miner::default);
    }

    pub(super) fn is_paused(&self) -> bool {
        self.speed == Speed::Paused
    }

    /// How much a miner may hash.
    fn limit(&self, worker: u32) -> Limit {
        let rate = Limit::Rate(self.budget().unwrap_or(0.0));
        self.share(worker).map_or(rate, Limit::Share)
    }

    /// The hash budget of each miner per second; `None` without one.
    pub(super) const fn budget(&self) -> Option<f64> {
        match self.speed {
            Speed::Budget(rate) => Some(rate),
            Speed::Full | Speed::Max | Speed::Paused => None,
        }
    }

    /// The share of time of each miner, from the first one's; `None` with a budget.
    pub(super) fn share(&self, worker: u32) -> Option<TimeShare> {
        match self.speed {
            Speed::Budget(_) | Speed::Paused => None,
            Speed::Full => Some(TimeShare {
                position: self.share.position.saturating_add(worker),
                ..self.share
            }),
            Speed::Max => Some(TimeShare::ALL),
        }
    }

    /// Since when makers wait for heads that are dated ahead: such a head wins its maker a moment,
    /// and many in a row no more than one.
    pub(super) fn waiting_since(&self) -> Instant {
        self.early_since.unwrap_or(self.head_since)
    }

    /// Since when there was too little time between waits to search.
    pub(super) const fn idle_since(&self) -> Instant {
        self.idle_since
    }

    /// Records that its miners had their chance.
    pub(super) fn had_its_chance(&mut self, now: Instant) {
        (self.idle_since, self.tried_for) = (now, Millis(0));
    }

    /// Begins a search of its own on a new head; `early` says that it is dated further ahead than
    /// honest makers date.
    pub(super) fn begin_head(&mut self, early: bool, now: Instant) {
        self.head_since = now;
        self.early_since = early.then(|| self.early_since.unwrap_or(now));
        self.end_job(now);
        self.tried_for = Millis(self.tried_for.0.saturating_add(self.searched.0));
        if self.tried_for >= CHANCE {
            self.had_its_chance(now);
        }
        self.search = self.search.saturating_add(1);
        self.searched = Millis(0);
        self.miners.iter_mut().for_each(Miner::begin_search);
    }

    /// Begins a job on a candidate: what each miner is to search.
    pub(super) fn begin_job(
        &mut self,
        (header, body): (Header, Body),
        now: Instant,
    ) -> Vec<(u32, SearchJob)> {
        self.end_job(now);
        self.jobs = self.jobs.saturating_add(1);
        let number = self.jobs;
        self.job = Some(Job {
            number,
            header,
            body,
            since: now,
        });
        self.busy = true;
        let mut jobs = Vec::with_capacity(self.miners.len());
        for worker in self.workers() {
            let (nonce_start, nonce_end) = self.range(worker);
            if let Some(miner) = self.miner(worker) {
                miner.nonce = nonce_start;
            }
            let job = SearchJob {
                job: number,
                search: self.search,
                header: header.to_bytes().to_vec(),
                difficulty: header.difficulty.0,
                nonce_start,
                nonce_end,
                limit: self.limit(worker),
            };
            jobs.push((worker, job));
        }
        jobs
    }

    /// Ends the job; the miners that must be stopped, also those that go on although another one
    /// has found.
    pub(super) fn stop(&mut self, now: Instant) -> std::ops::Range<u32> {
        self.end_job(now);
        if std::mem::take(&mut self.busy) {
            self.workers()
        } else {
            0..0
        }
    }

    /// Records that the nonces of the job are used up.
    pub(super) fn exhaust(&mut self) {
        self.used_up = self.used_up.saturating_add(1);
    }

    /// Nonce ranges that were used up in this run.
    pub(super) const fn used_up(&self) -> u64 {
        self.used_up
    }

    fn workers(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.miners.len()).unwrap_or(0)
    }

    /// Number and header of the job.
    pub(super) fn job(&self) -> Option<(u64, &Header)> {
        self.job.as_ref().map(|job| (job.number, &job.header))
    }

    /// Time spent on the search of this head.
    pub(super) fn searched(&self, now: Instant) -> Millis {
        let current = self
            .job
            .as_ref()
            .map_or(Millis(0), |job| now.since(job.since));
        Millis(self.searched.0.saturating_add(current.0))
    }

    /// Takes the job; its time stays with the search.
    pub(super) fn end_job(&mut self, now: Instant) -> Option<Job> {
        self.searched = self.searched(now);
        self.job.take()
    }

    /// The nonces of one miner: the whole range is cut into equal parts. Both ends can be told
    /// exactly.
    pub(super) fn range(&self, worker: u32) -> (u64, u64) {
        let count = u64::try_from(self.miners.len()).unwrap_or(1).max(1);
        let part = MAX_EXACT / count;
        let start = part * u64::from(worker);
        (start, start + part)
    }

    pub(super) fn miner(&mut self, worker: u32) -> Option<&mut Miner> {
        self.miners
            .get_mut(usize::try_from(worker).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Grower, params};

    const NOW: Instant = Instant(1_000);

    fn mining(speed: Speed, miners: u32) -> Mining {
        let workload = Workload {
            speed,
            share: TimeShare::ALL,
            miners,
        };
        Mining::new(workload, NodeKind::Pow, NOW, NOW)
    }

    fn candidate() -> (Header, Body) {
        let block = Grower::new(params()).work_block("miner", 1_000, Vec::new());
        (block.header, block.body)
    }

    #[test]
    fn miners_get_ranges_that_do_not_meet_and_are_stopped_once() {
        let mut mining = mining(Speed::Max, 3);
        let jobs = mining.begin_job(candidate(), NOW);
        let mut end = 0;
        for (_, job) in &jobs {
            assert!(job.nonce_start >= end && job.nonce_end > job.nonce_start);
            end = job.nonce_end;
        }
        assert!(jobs.len() == 3 && end <= MAX_EXACT);
        assert_eq!(mining.stop(NOW), 0..3);
        assert_eq!(mining.stop(NOW), 0..0);
        assert!(mining.job().is_none());
    }

    #[test]
    fn time_is_counted_over_the_jobs_of_one_head() {
        let mut mining = mining(Speed::Max, 1);
        mining.begin_job(candidate(), NOW);
        let later = NOW.plus(Millis(40));
        mining.begin_job(candidate(), later);
        assert_eq!(mining.searched(later.plus(Millis(2))), Millis(42));
        mining.begin_head(false, later);
        assert_eq!(mining.searched(later), Millis(0));
        assert_eq!(mining.waiting_since(), later);
    }
}
