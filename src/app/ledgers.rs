//! The ledgers of this tab's nodes: one that is not durable for long is said on the page, until it is.

use super::machine::App;
use super::roster::Member;
use crate::ipc::{ApiError, NodeStatus};
use crate::refusal::StartupError;

/// For so long a ledger may fail before the page says what can be done.
const PATIENCE_MS: f64 = 60_000.0;

/// Since when a ledger is not durable.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    since: Option<f64>,
    /// What the page says of it.
    said: Option<ApiError>,
}

impl App {
    /// Follows whether a node's ledger is durable.
    pub(super) fn follow_ledger(&self, node: &Member, status: &NodeStatus) {
        let mut trouble = node.trouble.borrow_mut();
        let Some(reason) = status.degraded.clone().filter(|_| node.database.is_some()) else {
            if let Some(said) = std::mem::take(&mut *trouble).said {
                self.bus.solved(&said);
            }
            return;
        };
        let now = self.platform.monotonic();
        let since = *trouble.since.get_or_insert(now);
        if now - since >= PATIENCE_MS && trouble.said.is_none() {
            let error = ApiError::from(StartupError::StorageStuck {
                node: node.name.clone(),
                durable: status.durable_height,
                reason,
            });
            self.bus.problem(error.clone());
            trouble.said = Some(error);
        }
    }
}
