//! What the miners report, and what they find.

use crate::consensus::work;
use crate::ipc::FromMiner;
use crate::primitives::{Block, Header, MAX_EXACT, Millis, Seal};

use super::source::Source;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output};

/// A miner's progress is shown to people this often.
const REPORT_EVERY: Millis = Millis(5_000);

impl Node {
    /// Takes what a miner reports of the current job; what it reports of an earlier one counts for
    /// nothing.
    pub(super) fn on_miner(&mut self, worker: u32, message: FromMiner, out: &mut Outbox) {
        let current = self.mining.job().map(|(number, _)| number);
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
                if now.since(miner.reported) >= REPORT_EVERY {
                    miner.reported = now;
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
                // A block may be found before the first progress is reported.
                miner.progress(hashes, String::new());
                miner.rate_at(hash_rate, now);
                self.on_found(worker, nonce, elapsed_ms, out);
            }
            FromMiner::Exhausted { job, .. } if Some(job) == current => {
                self.mining.exhaust();
                self.search_candidate(out);
            }
            FromMiner::Uncapped(hash_rate) => miner.uncapped = hash_rate,
            FromMiner::Progress { .. } | FromMiner::Found { .. } | FromMiner::Exhausted { .. } => {}
        }
    }

    /// Records that a miner worker failed or is running again.
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
        self.mining.had_its_chance(self.now);
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
