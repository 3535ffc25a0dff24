//! One miner worker as the node knows it.

use crate::ipc::Try;
use crate::primitives::{Instant, Millis};
use crate::records::MinerState;

/// A measured hash rate is told for so long.
const RATED_FOR: Millis = Millis(1_500);

/// One miner worker as the node knows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Miner {
    /// Tries of this search, those of a worker that failed included.
    pub(super) hashes: u64,
    /// The tries of a worker that failed.
    lost: u64,
    hash_rate: f64,
    pub(super) uncapped: f64,
    pub(super) nonce: u64,
    pub(super) best_hash: String,
    pub(super) tries: Vec<Try>,
    pub(super) blocks_found: u64,
    pub(super) down: bool,
    /// The state that its row says.
    pub(super) written: Option<MinerState>,
    /// When its progress was last shown.
    pub(super) reported: Instant,
    rated: Instant,
}

impl Miner {
    /// Begins a search on another head.
    pub(super) fn begin_search(&mut self) {
        (self.hashes, self.lost) = (0, 0);
        self.best_hash.clear();
        self.tries.clear();
    }

    /// Takes the progress that a worker reports.
    pub(super) fn progress(&mut self, hashes: u64, best: String) {
        self.hashes = self.lost.saturating_add(hashes);
        if !best.is_empty() && (self.best_hash.is_empty() || best < self.best_hash) {
            self.best_hash = best;
        }
    }

    /// Records a measured rate.
    pub(super) fn rate_at(&mut self, hash_rate: f64, now: Instant) {
        (self.hash_rate, self.rated) = (hash_rate, now);
    }

    /// Its worker failed, or is there again. A new worker counts from 0.
    pub(super) fn set_up(&mut self, up: bool) {
        self.down = !up;
        self.lost = self.hashes;
    }

    /// Measured hashes per second; none once nothing was measured for a while.
    pub(super) fn rate(&self, state: MinerState, now: Instant) -> f64 {
        let hashes = state.hashes() && now.since(self.rated) < RATED_FOR;
        if hashes { self.hash_rate } else { 0.0 }
    }
}
