//! What was signed here and no running node has: said at once. A node that is killed right after it
//! took a transaction takes it along; what its sender sends next would wait behind the gap. A page
//! that is loaded again, or takes the nodes over, says it of what was signed before as well.

use std::rc::Rc;

use super::machine::App;
use super::roster::Member;
use super::side_by_side::side_by_side;
use super::signed::{GAP_PATIENCE_MS, SignedTx, Stage};
use crate::ipc::{NodeState, Refusal, TransactionInfo, ask};
use crate::primitives::Address;
use crate::records::TransactionStatus;
use crate::refusal::StartupError;
use crate::view::TabMode;

/// A frame that is on its way when its sender ends arrives within this time, on a link without
/// latency.
const ON_ITS_WAY_MS: f64 = 500.0;
/// Nodes that start are waited for this long: one of them may have it on its disk.
const STARTS_MS: f64 = 15_000.0;
/// How often is looked at what is remembered, while nodes run.
const LOOK_AGAIN_MS: f64 = 5_000.0;

/// What a person was told of one sender.
type Said = (Address, Refusal);

impl App {
    /// A node has ended, or runs again: looks whether a running node has everything that was signed
    /// here.
    pub(super) fn look_for_unsent(&self) {
        if self.is_laboratory() || self.signed.senders().is_empty() || self.looking.replace(true) {
            return;
        }
        let app = self.me.clone();
        self.spawn(async move {
            let mut waited = 0.0;
            while let Some(app) = app.upgrade() {
                let all = app.roster.all();
                let starts = all
                    .iter()
                    .any(|node| node.state.get() == NodeState::Starting);
                if waited >= ON_ITS_WAY_MS && (!starts || waited >= STARTS_MS) {
                    app.looking.set(false);
                    app.tell_unsent().await;
                    return;
                }
                let wait = app.platform.sleep(ON_ITS_WAY_MS);
                drop((app, all));
                wait.await;
                waited += ON_ITS_WAY_MS;
            }
        });
    }

    /// Nodes go on: what is in blocks is remembered no more, and what is said to be missing, or
    /// should have come from another tab by now, is looked for again.
    pub(super) fn follow_signed(&self) {
        let now = self.platform.monotonic();
        let is_due = now - self.looked.get() >= LOOK_AGAIN_MS;
        if !is_due || self.is_laboratory() || self.signed.senders().is_empty() {
            return;
        }
        self.looked.set(now);
        let app = self.me.clone();
        self.spawn(async move {
            let Some(app) = app.upgrade() else { return };
            app.drop_committed().await;
            let is_said = !app.unsent.borrow().is_empty();
            if is_said || app.opening.mode() == TabMode::Host && app.signed.is_overdue(now) {
                app.look_for_unsent();
            }
        });
    }

    /// Remembers no more what the best chain has.
    async fn drop_committed(&self) {
        let Some(node) = self.roster.up().into_iter().next() else {
            return;
        };
        for sender in self.signed.senders() {
            let who = sender.to_string();
            if let Ok(account) = self.ask_node(&node, ask::Account { who }).await {
                self.signed.committed(&sender, account.nonce);
            }
        }
        self.keep_signed().await;
    }

    /// Says what is missing, and no more of what is not.
    pub(super) async fn tell_unsent(&self) {
        // Where no node runs nothing can be said.
        if self.roster.up().is_empty() || self.opening.mode() == TabMode::Starting {
            return;
        }
        self.drop_committed().await;
        let mut said = Vec::<Said>::new();
        for sender in self.signed.senders() {
            let missing = self.unsent_of(&sender).await;
            if let (Some(first), Some(last)) = (missing.first(), missing.last()) {
                let error = StartupError::Unsent {
                    who: self.wallet.name_of(&sender),
                    first: first.nonce,
                    last: last.nonce,
                    node: first.holder.clone(),
                };
                said.push((sender, error.into()));
            }
        }
        let before = self.unsent.replace(said.clone());
        for old in before.iter().filter(|old| !said.contains(old)) {
            self.bus.solved(&old.1);
        }
        for new in said.into_iter().filter(|new| !before.contains(new)) {
            self.bus.problem(new.1);
        }
        self.keep_signed().await;
    }

    /// What no running node has of a sender's transactions.
    pub(super) async fn unsent_of(&self, sender: &Address) -> Vec<SignedTx> {
        let (mut missing, now) = (Vec::new(), self.platform.monotonic());
        let hosts = self.opening.mode() == TabMode::Host;
        for signed in self.signed.signed_from(sender, 0) {
            let is_looked_for = match signed.stage {
                Stage::InHand => false,
                Stage::Handed => true,
                // Nodes of the tab that signed it may have it: one tab says that it is missing, the
                // one with the nodes.
                Stage::Found => hosts && now - signed.at >= GAP_PATIENCE_MS,
            };
            if !is_looked_for {
                continue;
            }
            match self.holder_of(&signed).await {
                Some((node, false)) => self.signed.held_by(sender, signed.nonce, &node.name),
                Some((_, true)) => self.signed.forget(sender, signed.nonce),
                None => missing.push(signed),
            }
        }
        missing
    }

    /// A running node that has a transaction, and whether in a block.
    async fn holder_of(&self, signed: &SignedTx) -> Option<(Rc<Member>, bool)> {
        let up = self.roster.up();
        let id = || signed.id.clone();
        let asked = up
            .iter()
            .map(|node| self.ask_node(node, ask::Transaction { id: id() }));
        let found = side_by_side(asked.collect()).await;
        let mut found = up.iter().zip(found);
        let (node, info) =
            found.find_map(|(node, found)| Some((node, found.ok().filter(is_held)?)))?;
        Some((Rc::clone(node), info.height.is_some()))
    }
}

/// Whether who knows a transaction has it: one that was dropped is only remembered.
fn is_held(info: &TransactionInfo) -> bool {
    info.record.status != TransactionStatus::Dropped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::pages::transact::tests::transaction;

    #[test]
    fn a_node_that_has_dropped_a_transaction_is_not_one_that_has_it() {
        let held = [
            (TransactionStatus::Pending, true),
            (TransactionStatus::Committed, true),
            (TransactionStatus::Dropped, false),
        ];
        for (status, expected) in held {
            assert_eq!(is_held(&transaction("a", status)), expected, "{status:?}");
        }
    }
}
