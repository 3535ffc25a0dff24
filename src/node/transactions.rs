//! Transactions on their way: into the mempool, to the peers, and out of it.

use crate::consensus::{CheckedTransaction, TxError};
use crate::gossip::{ANSWER_BYTES, Fault, MAX_IDS, Message};
use crate::mempool::{DropReason, MempoolError, Waiting};
use crate::primitives::SortedSet;
use crate::primitives::{Address, Millis, NodeId, Payload, Transaction, TxId};

use super::timers::Timer;
use super::{MAX_DROPPED, Node, Notice, Outbox, Output, Source};

/// How long ids are gathered before they are passed on together.
const GATHER: Millis = Millis(150);
/// How long an asked transaction may take before it is asked of another.
const ASK_AGAIN: Millis = Millis(2_000);
/// A transaction that has waited for longer may have been lost on its way to others.
const OFFER_AGAIN: Millis = Millis(10_000);
/// A candidate is not built again for new transactions more often than this.
const CANDIDATE_AFTER: Millis = Millis(500);

impl Node {
    /// Checks a transaction and lets it wait.
    ///
    /// # Errors
    /// Why it may not wait; a peer that sent something no honest node sends is blamed.
    pub(super) fn take_transaction(
        &mut self,
        transaction: Transaction,
        source: Source,
        out: &mut Outbox,
    ) -> Result<TxId, MempoolError> {
        let id = transaction.id();
        if self.chain.block_of(&id).is_some() || self.mempool.get(&id).is_some() {
            return Ok(id);
        }
        let kind = transaction.body.payload.kind();
        let outcome = self.admit(transaction, Some(source), out);
        let from = self.name_of_source(source);
        match &outcome {
            Ok(()) => {
                self.seen.insert(id);
                self.dropped.remove(&id);
                self.write_pending(&id);
                out.push(Output::Notice(Notice::Waiting { id, kind, from }));
                self.pass_on(id, source, out);
                self.timers.set_earlier(Timer::Candidate, self.now.plus(CANDIDATE_AFTER));
            }
            Err(error) => {
                if let (Source::Peer(peer), MempoolError::Invalid(TxError::Signature { .. })) = (source, error) {
                    self.peers.blame(&peer, Fault::Invalid, self.now);
                }
                out.push(Output::Notice(Notice::TransactionRefused { id, error: error.clone(), from }));
            }
        }
        outcome.map(|()| id)
    }

    /// Lets a transaction wait if it can be committed. One's own must apply as things stand; of another's
    /// the node may not yet have heard what makes it apply, so only what is wrong for good is refused.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub(super) fn admit(
        &mut self,
        transaction: Transaction,
        source: Option<Source>,
        out: &mut Outbox,
    ) -> Result<(), MempoolError> {
        let chain_id = self.chain.chain_id();
        let checked = CheckedTransaction::check(transaction, &self.params, &chain_id, &mut self.cache)?;
        let height = self.chain.height().next();
        let state = self.chain.head_state();
        let (from, nonce) = (checked.get().body.from, checked.get().body.nonce);
        if let Err(error) = state.try_after(&self.params, height, self.mempool.earlier(&from, nonce), &checked)
            && (error.is_final() || matches!(source, Some(Source::Own)))
        {
            return Err(error.into());
        }
        let gone = self.mempool.admit(checked, state, height, self.now)?;
        self.drop_all(gone, out);
        Ok(())
    }

    fn pass_on(&mut self, id: TxId, source: Source, out: &mut Outbox) {
        let Some(waiting) = self.mempool.get(&id) else { return };
        match source {
            Source::Own => {
                let message = Message::NewTransaction(waiting.transaction.get().clone());
                self.send_to_mesh(&message, out);
            }
            Source::Peer(_) | Source::Relay(_) => {
                self.inventory.insert(id);
                self.timers.set_earlier(Timer::Inventory, self.now.plus(GATHER));
            }
        }
    }

    /// Passes the ids of new transactions on: whoever lacks one asks for it.
    pub(super) fn send_inventory(&mut self, out: &mut Outbox) {
        let waiting = std::mem::take(&mut self.inventory);
        let ids: Vec<TxId> = waiting.into_iter().filter(|id| self.mempool.get(id).is_some()).take(MAX_IDS).collect();
        if !ids.is_empty() {
            self.broadcast(&Message::Inv(ids), out);
        }
    }

    /// Offers some of the transactions again that have waited for long: whoever lost them asks.
    pub(super) fn offer_again(&mut self, out: &mut Outbox) {
        let old = |waiting: &&Waiting| self.now.since(waiting.since) > OFFER_AGAIN;
        let mut ids: Vec<TxId> = self.mempool.iter().filter(old).map(|waiting| waiting.transaction.id()).collect();
        if ids.is_empty() || mutant!(NeverTellAgain) {
            return;
        }
        let count = u64::try_from(ids.len()).unwrap_or(1);
        ids.rotate_left(usize::try_from(self.next_random() % count).unwrap_or(0));
        ids.truncate(MAX_IDS);
        self.broadcast(&Message::Inv(ids), out);
    }

    pub(super) fn on_inventory(&mut self, from: NodeId, ids: Vec<TxId>, out: &mut Outbox) {
        if ids.len() > MAX_IDS {
            return self.peers.blame(&from, Fault::Oversize, self.now);
        }
        let now = self.now;
        let unknown = |id: &TxId| {
            !self.seen.contains(id)
                && self.mempool.get(id).is_none()
                && self.chain.block_of(id).is_none()
                && self.asked.get(id).is_none_or(|until| *until <= now)
        };
        let mut wanted: Vec<TxId> = ids.into_iter().filter(unknown).collect();
        // What is above the peer's rate is offered again, by it or by another.
        wanted.truncate(self.peers.take_transactions(&from, wanted.len(), now));
        self.ask_transactions(from, wanted, out);
    }

    /// Asks a peer for transactions.
    pub(super) fn ask_transactions(&mut self, from: NodeId, ids: Vec<TxId>, out: &mut Outbox) {
        if ids.is_empty() {
            return;
        }
        let until = self.now.plus(ASK_AGAIN);
        self.peers.ask(&from, self.now);
        self.asked.extend(ids.iter().map(|id| (*id, until)));
        self.send(from, &Message::GetTransactions(ids), out);
    }

    pub(super) fn on_new_transaction(&mut self, from: NodeId, transaction: Transaction, out: &mut Outbox) {
        let id = transaction.id();
        if !self.seen.contains(&id) && self.peers.take_transactions(&from, 1, self.now) > 0 {
            // The outcome is a notice already; a peer is not told.
            let _ = self.take_transaction(transaction, Source::Peer(from), out);
            self.complete_compact(out);
        }
    }

    pub(super) fn on_get_transactions(&mut self, from: NodeId, ids: &[TxId], out: &mut Outbox) {
        if ids.len() > MAX_IDS {
            return self.peers.blame(&from, Fault::Oversize, self.now);
        }
        let mut answer = Vec::new();
        let mut size = 0_usize;
        for id in ids {
            if let Some(transaction) = self.transaction(id) {
                size = size.saturating_add(transaction.to_bytes().len());
                answer.push(transaction);
            }
            if size > ANSWER_BYTES {
                break;
            }
        }
        self.send(from, &Message::Transactions(answer), out);
    }

    pub(super) fn on_transactions(&mut self, from: NodeId, transactions: Vec<Transaction>, out: &mut Outbox) {
        for transaction in transactions {
            let id = transaction.id();
            if self.asked.remove(&id).is_none() {
                self.peers.blame(&from, Fault::Unsolicited, self.now);
                continue;
            }
            let _ = self.take_transaction(transaction, Source::Peer(from), out);
        }
        self.complete_compact(out);
    }

    /// A transaction that waits or is committed.
    pub(super) fn transaction(&self, id: &TxId) -> Option<Transaction> {
        if let Some(waiting) = self.mempool.get(id) {
            return Some(waiting.transaction.get().clone());
        }
        let entry = self.chain.get(&self.chain.block_of(id)?)?;
        let at = entry.tx_ids.iter().position(|found| found == id)?;
        entry.block.body.transactions.get(at).cloned()
    }

    /// Drops what has waited too long.
    pub(super) fn expire_transactions(&mut self, out: &mut Outbox) {
        let gone = self.mempool.expire(self.chain.height().next(), self.now);
        self.drop_all(gone, out);
    }

    /// Drops what a new head made impossible; `touched` are the accounts whose transactions it committed.
    pub(super) fn drop_impossible(&mut self, touched: &SortedSet<Address>, out: &mut Outbox) {
        for account in touched.iter() {
            let nonce = self.chain.head_state().account(account).nonce;
            let gone = self.mempool.settle(account, nonce);
            self.drop_all(gone, out);
        }
        for id in self.blocked() {
            let gone = self.mempool.remove(&id).map(|waiting| (waiting, DropReason::Conflict));
            self.drop_all(gone, out);
        }
    }

    fn drop_all(&mut self, gone: impl IntoIterator<Item = (Waiting, DropReason)>, out: &mut Outbox) {
        for (waiting, reason) in gone {
            self.drop_transaction(waiting.transaction.get().clone(), reason, out);
        }
    }

    /// Transactions that would hold up all later ones of their accounts, because what they want was taken
    /// by somebody else meanwhile. Only names can be taken.
    fn blocked(&self) -> Vec<TxId> {
        let (state, height) = (self.chain.head_state(), self.chain.height().next());
        let names = self.mempool.iter().map(|waiting| &waiting.transaction).filter(|transaction| {
            let body = &transaction.get().body;
            matches!(body.payload, Payload::RegisterUser { .. }) && body.nonce == state.account(&body.from).nonce
        });
        let blocked = names.filter(|transaction| {
            let outcome = state.try_after(&self.params, height, std::iter::empty(), transaction);
            outcome.is_err_and(|error| error.is_final())
        });
        blocked.map(CheckedTransaction::id).collect()
    }

    /// Remembers why a transaction is gone, and says so.
    pub(super) fn drop_transaction(&mut self, transaction: Transaction, reason: DropReason, out: &mut Outbox) {
        let id = transaction.id();
        // Another branch may need it yet: then it is asked for again.
        self.seen.remove(&id);
        if self.dropped.len() >= MAX_DROPPED {
            self.dropped.pop_first();
        }
        self.dropped.insert(id, (reason, transaction));
        self.write_dropped(&id, reason);
        if !mutant!(DropSilently) {
            out.push(Output::Notice(Notice::Dropped { id, reason }));
        }
    }
}
