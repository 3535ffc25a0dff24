//! Finality as one node knows it. Each part has its own file, fields and bounds; no part knows
//! another:
//!
//! * `ballots`: the votes that it keeps, what they decide, and the rows of its ledger for them;
//! * `duty`: what it signs as an authority, and what it must remember of that;
//! * `errands`: certificates that it fetches, and what it owes to its peers;
//! * `seals`: the first header that each authority sealed in a slot, to see a second one.

mod ballots;
mod duty;
mod errands;
mod seals;

pub(super) use ballots::MAX_OFFENCES;
pub(super) use ballots::{Ballots, evidence_row, final_row};
pub(super) use duty::{Duty, memory_of, signed_row};
pub(super) use errands::Errands;
pub(super) use seals::MAX_SEALS;
pub(super) use seals::Seals;

use std::collections::{BTreeMap, BTreeSet};

use crate::consensus::finality::{Checkpoint, MAX_ROSTER};
use crate::primitives::{Address, BlockHash, Instant};

use super::io::BatchId;

/// The parts, and what waits until they are looked at together.
#[derive(Clone, Debug)]
pub(super) struct Finality {
    pub(super) ballots: Ballots,
    pub(super) duty: Duty,
    pub(super) errands: Errands,
    pub(super) seals: Seals,
    /// Blocks that came into the tree since the votes were counted last.
    pub(super) arrived: BTreeSet<BlockHash>,
    /// Votes came, or blocks that votes were waiting for.
    pub(super) is_stale: bool,
    /// The final checkpoint that people are told of: what it follows from is durable.
    pub(super) told: Checkpoint,
    /// When a new vote of each authority came last.
    heard: BTreeMap<Address, Instant>,
    started: Instant,
    /// A newer one, and the batch with which it is durable.
    pub(super) settling: Option<(Checkpoint, BatchId)>,
}

impl Finality {
    /// Of a node that starts with these votes and this duty.
    pub(super) fn new(ballots: Ballots, duty: Duty, told: Checkpoint, now: Instant) -> Self {
        Self {
            ballots,
            duty,
            errands: Errands::default(),
            seals: Seals::default(),
            arrived: BTreeSet::new(),
            is_stale: true,
            told,
            heard: BTreeMap::new(),
            started: now,
            settling: None,
        }
    }

    /// Notes a new vote of an authority.
    pub(super) fn hear(&mut self, signer: Address, now: Instant) {
        if self.heard.len() < MAX_ROSTER || self.heard.contains_key(&signer) {
            self.heard.insert(signer, now);
        }
    }

    /// When a new vote of an authority came last, or when this node started.
    pub(super) fn heard_at(&self, signer: &Address) -> Instant {
        self.heard.get(signer).copied().unwrap_or(self.started)
    }

    /// Takes the news that a batch is durable; the final checkpoint that is so with it.
    pub(super) fn settle(&mut self, batch: BatchId) -> Option<Checkpoint> {
        let (settled, _) = self.settling.take_if(|(_, with)| *with <= batch)?;
        self.told = settled;
        Some(settled)
    }
}
