//! A ledger that is not durable for long is said on the page, until it is.

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

impl Trouble {
    /// Takes what a node reports at a time; what the page is to say of its ledger from now on, and what no more.
    pub(super) fn follow(
        &mut self,
        status: &NodeStatus,
        now: f64,
    ) -> (Option<ApiError>, Option<ApiError>) {
        let Some(reason) = status.degraded.clone() else {
            return (None, std::mem::take(self).said);
        };
        let since = *self.since.get_or_insert(now);
        if now - since < PATIENCE_MS || self.said.is_some() {
            return (None, None);
        }
        let error = ApiError::from(StartupError::StorageStuck {
            node: status.name.clone(),
            durable: status.durable_height,
            reason,
        });
        self.said = Some(error.clone());
        (Some(error), None)
    }
}
