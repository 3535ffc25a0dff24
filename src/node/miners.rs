//! What a node shows of its miner workers, and their rows.

use crate::ipc::{MAX_MINERS, MinerStatus};
use crate::ledger::{MinerRow, Row, Table};
use crate::primitives::{Instant, NodeKind};
use crate::records::{MinerRecord, MinerState};

use super::Node;
use super::miner::Miner;

impl Node {
    fn state_of(&self, miner: &Miner) -> MinerState {
        if self.stopping {
            MinerState::Stopped
        } else if miner.down {
            MinerState::Restarting
        } else if self.mining.job().is_some() {
            MinerState::Searching
        } else if self.mining.is_paused() {
            MinerState::Paused
        } else {
            MinerState::Idle
        }
    }

    /// Measured hashes per second of all miners.
    pub(super) fn hash_rate(&self, now: Instant) -> f64 {
        self.mining
            .miners
            .iter()
            .map(|miner| miner.rate(self.state_of(miner), now))
            .sum()
    }

    /// The name of a miner worker; they are numbered from 0 here and from 1 for people.
    fn miner_name(&self, worker: u32) -> String {
        format!("{}:{}", self.identity.name, worker.saturating_add(1))
    }

    /// The node's miner workers.
    #[must_use]
    pub fn miners(&self, now: Instant) -> Vec<MinerStatus> {
        let header = self.mining.job().map(|(_, header)| header);
        let budget = self.mining.budget();
        let mut list = Vec::with_capacity(self.mining.miners.len());
        for (worker, miner) in (0_u32..).zip(&self.mining.miners) {
            let (nonce_start, nonce_end) = self.mining.range(worker);
            let state = self.state_of(miner);
            list.push(MinerStatus {
                worker: self.miner_name(worker),
                record: MinerRecord {
                    height: header.map_or(0, |header| header.height.0),
                    nonce_start,
                    nonce_end,
                    hashes: miner.hashes,
                    hash_rate: miner.rate(state, now),
                    best_hash: miner.best_hash.clone(),
                    blocks_found: miner.blocks_found,
                    state,
                },
                difficulty: header.map_or(0, |header| header.difficulty.0),
                uncapped: miner.uncapped,
                budget,
                share: self.mining.share(worker).map(|share| share.fraction()),
                tries: miner.tries.clone(),
                nonce: miner.nonce,
                elapsed_ms: self.mining.searched(now).0,
            });
        }
        list
    }

    /// Deletes the rows of miner workers that an earlier run or setting had and this one has not.
    pub(super) fn forget_miners(&mut self) {
        let first = u32::try_from(self.mining.miners.len()).unwrap_or(MAX_MINERS);
        for worker in first..MAX_MINERS {
            self.books
                .delete(Table::MiningPool, self.miner_name(worker));
        }
    }

    /// Writes the rows of the miner workers if the state of one is another than its row says.
    pub(super) fn write_changed_miners(&mut self) {
        if self
            .mining
            .miners
            .iter()
            .any(|miner| miner.written != Some(self.state_of(miner)))
        {
            self.write_miners();
        }
    }

    /// Writes the rows of the miner workers.
    pub(super) fn write_miners(&mut self) {
        if self.identity.kind != NodeKind::Pow {
            return;
        }
        let states: Vec<MinerState> = self
            .mining
            .miners
            .iter()
            .map(|miner| self.state_of(miner))
            .collect();
        for (miner, state) in self.mining.miners.iter_mut().zip(states) {
            miner.written = Some(state);
        }
        for miner in self.miners(self.now) {
            let row = MinerRow {
                worker_id: miner.worker,
                node_id: self.identity.id.to_string(),
                job: self.mining.job().map_or(0, |(number, _)| number),
                record: miner.record,
                updated: self.clock.date().0,
            };
            self.books.put(Table::MiningPool, Row::Miner(row));
        }
    }
}
