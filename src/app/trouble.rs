//! A ledger that is not durable for long is said on the page, until it is.

use crate::ipc::{NodeStatus, Refusal};
use crate::refusal::StartupError;

/// For so long a ledger may fail before the page says what can be done.
const PATIENCE_MS: f64 = 60_000.0;

/// Since when a ledger is not durable.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    since: Option<f64>,
    /// What the page says of it.
    said: Option<Refusal>,
    /// Whether the node got a new worker for it.
    renewed: bool,
}

/// What becomes of a ledger with a report.
#[derive(Debug)]
pub(super) enum TroubleChange {
    /// Nothing new.
    Same,
    /// It has not been durable for long: the page is to say so.
    Stuck(Refusal),
    /// It is durable again: the page says no more what it said.
    Over(Option<Refusal>),
}

impl Trouble {
    /// Whether it has failed for long, and the node may get a new worker for it.
    pub(super) const fn is_stuck(&self) -> bool {
        self.said.is_some() && !self.renewed
    }

    /// The node gets a new worker.
    pub(super) const fn note_renewed(&mut self) {
        self.renewed = true;
    }

    /// Takes what a node reports at a time.
    pub(super) fn follow(&mut self, status: &NodeStatus, now: f64) -> TroubleChange {
        let Some(reason) = status.degraded.clone() else {
            let before = std::mem::take(self);
            return match before.since {
                Some(_) => TroubleChange::Over(before.said),
                None => TroubleChange::Same,
            };
        };
        let since = *self.since.get_or_insert(now);
        if now - since < PATIENCE_MS || self.said.is_some() {
            return TroubleChange::Same;
        }
        let error = Refusal::from(StartupError::StorageStuck {
            node: status.name.clone(),
            durable: status.durable_height,
            reason,
        });
        self.said = Some(error.clone());
        TroubleChange::Stuck(error)
    }
}
