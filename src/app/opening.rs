//! How the opening of the network went, and what this tab does in the network since.
//!
//! Invariant: a tab that runs a node is open, whatever failed before or fails later; of two
//! failures the first counts.

use std::cell::{Cell, RefCell};

use futures_channel::oneshot;

use super::platform::Lock;
use crate::ipc::Refusal;
use crate::refusal::NetworkError;
use crate::view::TabMode;

/// The outcome of an opening.
pub(super) type Outcome = Result<(), Refusal>;

/// The state of the opening, and those who wait for it.
#[derive(Debug)]
pub(super) struct Opening {
    mode: Cell<TabMode>,
    /// Held while this tab hosts the network.
    role: RefCell<Option<Lock>>,
    outcome: RefCell<Option<Outcome>>,
    waiters: RefCell<Vec<oneshot::Sender<Outcome>>>,
}

impl Opening {
    pub(super) fn new() -> Self {
        Self {
            mode: Cell::new(TabMode::Starting),
            role: RefCell::default(),
            outcome: RefCell::default(),
            waiters: RefCell::default(),
        }
    }

    pub(super) fn mode(&self) -> TabMode {
        self.mode.get()
    }

    pub(super) fn set_mode(&self, mode: TabMode) {
        self.mode.set(mode);
    }

    /// Keeps the role of the host until the tab closes; nothing to keep where there are no locks.
    pub(super) fn hold_role(&self, lock: Option<Lock>) {
        self.role.replace(lock);
    }

    /// Waits for the outcome.
    pub(super) async fn outcome(&self) -> Outcome {
        let receiver = {
            if let Some(outcome) = &*self.outcome.borrow() {
                return outcome.clone();
            }
            let (sender, receiver) = oneshot::channel();
            self.waiters.borrow_mut().push(sender);
            receiver
        };
        let closed = |_| Err(NetworkError::ClosedEarly.into());
        receiver.await.unwrap_or_else(closed)
    }

    /// Settles the outcome, if nothing settled it before, or if a node runs in the end; gives the
    /// failure that counts no more.
    pub(super) fn settle(&self, outcome: Outcome) -> Option<Refusal> {
        let is_better = |before: &Outcome| before.is_err() && outcome.is_ok();
        if self
            .outcome
            .borrow()
            .as_ref()
            .is_some_and(|before| !is_better(before))
        {
            return None;
        }
        let before = self.outcome.replace(Some(outcome.clone()));
        for waiter in self.waiters.take() {
            // A waiter that is gone needs no outcome.
            let _ = waiter.send(outcome.clone());
        }
        before.and_then(Result::err)
    }

    /// The refusal of what needs an open network.
    pub(super) fn not_open(&self) -> Refusal {
        match &*self.outcome.borrow() {
            Some(Err(error)) => error.clone(),
            Some(Ok(())) | None => NetworkError::Starting.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn refusal() -> Refusal {
        crate::refusal::PlatformError::NoWorkers.into()
    }

    #[test]
    fn a_node_that_runs_after_all_makes_up_for_a_failure() {
        let opening = Opening::new();
        assert_eq!(opening.settle(Err(refusal())), None);
        assert_eq!(
            opening.settle(Err(crate::refusal::NodeError::Busy.into())),
            None
        );
        assert_eq!(opening.outcome().now_or_never(), Some(Err(refusal())));
        assert_eq!(opening.settle(Ok(())), Some(refusal()));
        assert_eq!(opening.outcome().now_or_never(), Some(Ok(())));
    }

    #[test]
    fn the_first_outcome_counts_for_those_who_wait_and_those_who_come_later() {
        let opening = Opening::new();
        let mut early = Box::pin(opening.outcome());
        assert_eq!(early.as_mut().now_or_never(), None);
        opening.settle(Ok(()));
        opening.settle(Err(refusal()));
        assert_eq!(early.now_or_never(), Some(Ok(())));
        assert_eq!(opening.outcome().now_or_never(), Some(Ok(())));
    }

    #[test]
    fn a_failed_opening_is_the_refusal_of_everything_later() {
        let opening = Opening::new();
        assert_eq!(opening.not_open().code(), "starting");
        opening.settle(Err(refusal()));
        assert_eq!(opening.not_open(), refusal());
    }
}
