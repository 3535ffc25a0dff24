//! Transactions on their way: into the mempool, to the peers, and out of it.

use std::collections::BTreeSet;

use crate::consensus::{CheckedTransaction, TxError};
use crate::gossip::{ANSWER_BYTES, Fault, MAX_IDS, Message};
use crate::mempool::{DropReason, MempoolError, Waiting};
use crate::primitives::{Millis, NodeId, Transaction, TxId};

use super::source::Source;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output};

/// How long ids are gathered before they are passed on together.
const GATHER: Millis = Millis(150);
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
        match &outcome {
            Ok(()) => {
                self.write_pending(&id);
                self.tell_waiting(id, kind, source, out);
                self.timers
                    .set_earlier(Timer::Candidate, self.now.plus(CANDIDATE_AFTER));
            }
            Err(error) => {
                if let (Source::Peer(peer), MempoolError::Invalid(TxError::Signature { .. })) =
                    (source, error)
                {
                    self.roster.peers.blame(&peer, Fault::Invalid, self.now);
                }
                out.push(Output::Notice(Notice::TransactionRefused {
                    id,
                    error: error.clone(),
                    from: self.name_of_source(source),
                }));
            }
        }
        outcome.map(|()| id)
    }

    /// Lets a transaction wait if it can be committed. One's own must apply as things stand; of
    /// another's the node may not yet have heard what makes it apply, so only what is wrong for
    /// good is refused. Without a source it comes back from a block.
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
        let checked = CheckedTransaction::check(
            transaction,
            self.chain.params(),
            &chain_id,
            &mut self.cache,
        )?;
        let height = self.chain.height().next();
        let state = self.chain.head_state();
        let (from, nonce) = (checked.get().body.from, checked.get().body.nonce);
        if let Err(error) = state.try_after(
            self.chain.params(),
            height,
            self.mempool.earlier(&from, nonce),
            &checked,
        ) && (error.is_final() || matches!(source, Some(Source::Own)))
        {
            return Err(error.into());
        }
        let gone = match source {
            Some(_) => self.mempool.admit(checked, state, height, self.now)?,
            None => self.mempool.take_back(checked, state, height, self.now)?,
        };
        self.drop_all(gone, out);
        Ok(())
    }

    /// Tells that a transaction waits from now on, and passes it on.
    pub(super) fn tell_waiting(
        &mut self,
        id: TxId,
        kind: &'static str,
        source: Source,
        out: &mut Outbox,
    ) {
        self.exchange.keep(id);
        let (from, peer) = (self.name_of_source(source), source.peer());
        out.push(Output::Notice(Notice::Waiting {
            id,
            kind,
            from,
            peer,
        }));
        self.pass_on(id, source, out);
    }

    fn pass_on(&mut self, id: TxId, source: Source, out: &mut Outbox) {
        let Some(waiting) = self.mempool.get(&id) else {
            return;
        };
        match source {
            Source::Own => {
                let message = Message::NewTransaction(waiting.transaction.get().clone());
                self.send_to_mesh(&message, out);
            }
            Source::Peer(_) | Source::Relay(_) => {
                self.exchange.queue(id);
                self.timers
                    .set_earlier(Timer::Inventory, self.now.plus(GATHER));
            }
        }
    }

    /// Passes the ids of new transactions on: whoever lacks one asks for it.
    pub(super) fn send_inventory(&mut self, out: &mut Outbox) {
        let queued = self.exchange.take_queue();
        let ids: Vec<TxId> = queued
            .into_iter()
            .filter(|id| self.mempool.get(id).is_some())
            .collect();
        if !ids.is_empty() {
            self.broadcast(&Message::Inv(ids), out);
        }
    }

    /// Offers some of the transactions again that have waited for long: whoever lost them asks.
    pub(super) fn offer_again(&mut self, out: &mut Outbox) {
        let old = |waiting: &&Waiting| self.now.since(waiting.since) > OFFER_AGAIN;
        let mut ids: Vec<TxId> = self
            .mempool
            .hopeful()
            .filter(old)
            .map(|waiting| waiting.transaction.id())
            .collect();
        if ids.is_empty() || mutant!(NeverTellAgain) {
            return;
        }
        let first = self.random.index(ids.len());
        ids.rotate_left(first);
        ids.truncate(MAX_IDS);
        self.broadcast(&Message::Inv(ids), out);
    }

    pub(super) fn on_inventory(&mut self, from: NodeId, ids: Vec<TxId>, out: &mut Outbox) {
        if ids.len() > MAX_IDS {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        let now = self.now;
        let unknown = |id: &TxId| {
            self.exchange.is_wanted(id, now)
                && self.mempool.get(id).is_none()
                && self.chain.block_of(id).is_none()
        };
        let mut wanted: Vec<TxId> = ids.into_iter().filter(unknown).collect();
        // What is above the peer's rate is offered again, by it or by another.
        wanted.truncate(
            self.roster
                .peers
                .take_transactions(&from, wanted.len(), now),
        );
        self.ask_transactions(from, wanted, out);
    }

    /// Asks a peer for transactions, as many as may be asked for at a time.
    pub(super) fn ask_transactions(&mut self, from: NodeId, ids: Vec<TxId>, out: &mut Outbox) {
        let peer = self.roster.peers.get(&from);
        let is_useful = peer.is_some_and(crate::gossip::Peer::is_useful);
        let ids = self.exchange.ask(ids, is_useful, self.now);
        if ids.is_empty() {
            return;
        }
        self.roster.peers.ask(&from, self.now);
        self.send(from, &Message::GetTransactions(ids), out);
    }

    /// Takes a transaction that a peer announces; whether it was looked at.
    pub(super) fn on_new_transaction(
        &mut self,
        from: NodeId,
        transaction: Transaction,
        out: &mut Outbox,
    ) -> bool {
        // One that was seen and given up is taken: somebody has handed it in again.
        let known = self.transaction(&transaction.id()).is_some();
        let taken = !known && self.roster.peers.take_transactions(&from, 1, self.now) > 0;
        if taken {
            // The outcome is a notice already; the peer gets no answer.
            let _ = self.take_transaction(transaction, Source::Peer(from), out);
        }
        taken
    }

    pub(super) fn on_get_transactions(&mut self, from: NodeId, ids: &[TxId], out: &mut Outbox) {
        if ids.len() > MAX_IDS {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        let answer = |node: &mut Self| Message::Transactions(node.transactions_of(ids));
        self.answer_peer(from, answer, out);
    }

    /// These transactions, as many as one answer may have.
    fn transactions_of(&self, ids: &[TxId]) -> Vec<Transaction> {
        let mut answer = Vec::new();
        let mut size = 0_usize;
        let mut told = BTreeSet::new();
        for id in ids.iter().filter(|id| told.insert(**id)) {
            if let Some(transaction) = self.transaction(id) {
                size = size.saturating_add(transaction.to_bytes().len());
                answer.push(transaction);
            }
            if size > ANSWER_BYTES {
                break;
            }
        }
        answer
    }

    pub(super) fn on_transactions(
        &mut self,
        from: NodeId,
        transactions: Vec<Transaction>,
        out: &mut Outbox,
    ) {
        let mut unsolicited = false;
        for transaction in transactions {
            if !self.exchange.receive(&transaction.id()) {
                unsolicited = true;
                continue;
            }
            self.compact.add_transaction(&transaction);
            let _ = self.take_transaction(transaction, Source::Peer(from), out);
        }
        if unsolicited {
            // Once for all of an answer: it may have come late, to a node that was asleep or is
            // started again.
            self.roster.peers.blame(&from, Fault::Unsolicited, self.now);
        }
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

    /// Drops what a new head made impossible.
    pub(super) fn drop_impossible(&mut self, out: &mut Outbox) {
        let height = self.chain.height().next();
        let gone = self.mempool.judge(
            self.chain.params(),
            self.chain.head_state(),
            height,
            self.now,
        );
        self.drop_all(gone, out);
    }

    fn drop_all(
        &mut self,
        gone: impl IntoIterator<Item = (Waiting, DropReason)>,
        out: &mut Outbox,
    ) {
        for (waiting, reason) in gone {
            if mutant!(LoseSilently) && reason == DropReason::NonceUsed {
                continue;
            }
            self.drop_transaction(waiting.transaction.get().clone(), reason, out);
        }
    }

    /// Remembers why a transaction is gone, and says so.
    pub(super) fn drop_transaction(
        &mut self,
        transaction: Transaction,
        reason: DropReason,
        out: &mut Outbox,
    ) {
        let id = transaction.id();
        self.exchange.drop(transaction, reason, self.now);
        self.write_dropped(&id, reason);
        out.push(Output::Notice(Notice::Dropped { id, reason }));
    }
}
