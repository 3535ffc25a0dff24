//! What a node shows of its miner workers, and their rows.

use crate::ipc::{MAX_MINERS, MinerStatus};
use crate::ledger::{MinerRow, Row, Table};
use crate::primitives::{NodeKind, Timestamp};

use super::Node;
use super::miner::Miner;

impl Node {
    fn state_of(&self, miner: &Miner) -> &'static str {
        if self.stopping {
            "stopped"
        } else if miner.down {
            "restarting"
        } else if self.mining.job().is_some() {
            "searching"
        } else if self.mining.is_paused() {
            "paused"
        } else {
            "idle"
        }
    }

    /// Measured hashes per second of all miners.
    pub(super) fn hash_rate(&self, now: Timestamp) -> f64 {
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
    pub fn miners(&self, now: Timestamp) -> Vec<MinerStatus> {
        let header = self.mining.job().map(|(_, header)| header);
        let budget = self.mining.budget();
        let mut list = Vec::with_capacity(self.mining.miners.len());
        for (worker, miner) in (0_u32..).zip(&self.mining.miners) {
            let (nonce_start, nonce_end) = self.mining.range(worker);
            let state = self.state_of(miner);
            list.push(MinerStatus {
                worker: self.miner_name(worker),
                height: header.map_or(0, |header| header.height.0),
                difficulty: header.map_or(0, |header| header.difficulty.0),
                hashes: miner.hashes,
                hash_rate: miner.rate(state, now),
                uncapped: miner.uncapped,
                budget,
                share: self.mining.turns(worker).map(|turns| turns.share()),
                best_hash: miner.best_hash.clone(),
                tries: miner.tries.clone(),
                nonce_start,
                nonce_end,
                nonce: miner.nonce,
                elapsed_ms: self.mining.searched(now).0,
                blocks_found: miner.blocks_found,
                state: state.to_owned(),
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
            .any(|miner| miner.written != self.state_of(miner))
        {
            self.write_miners();
        }
    }

    /// Writes the rows of the miner workers.
    pub(super) fn write_miners(&mut self) {
        if self.identity.kind != NodeKind::Pow {
            return;
        }
        let states: Vec<&'static str> = self
            .mining
            .miners
            .iter()
            .map(|miner| self.state_of(miner))
            .collect();
        for (miner, state) in self.mining.miners.iter_mut().zip(states) {
            miner.written = state;
        }
        for miner in self.miners(self.now) {
            let row = MinerRow {
                worker_id: miner.worker,
                node_id: self.identity.id.to_string(),
                job: self.mining.job().map_or(0, |(number, _)| number),
                height: miner.height,
                nonce_start: miner.nonce_start,
                nonce_end: miner.nonce_end,
                hashes: miner.hashes,
                hash_rate: miner.hash_rate,
                best_hash: miner.best_hash,
                blocks_found: miner.blocks_found,
                state: miner.state,
                updated: self.now.0,
            };
            self.books.put(Table::MiningPool, Row::Miner(row));
        }
    }
}
