//! Transactions on their way: which were seen, which are asked for, which are to be passed on, and
//! which did not go on waiting.
//!
//! Bounds: [`MAX_ASKED`] asked for, of these [`MAX_ASKED_OF_OTHERS`] of peers that gave nothing
//! yet, [`MAX_IDS`] to be passed on, [`MAX_DROPPED`] dropped ones, and those of [`Seen`].

use std::collections::{BTreeMap, BTreeSet};

use crate::gossip::{MAX_IDS, Seen};
use crate::mempool::DropReason;
use crate::primitives::{Instant, Millis, Transaction, TxId};

/// Transactions that are asked for at a time.
pub(super) const MAX_ASKED: usize = 4_096;
/// Of these, transactions of peers that have given no block of the best chain.
const MAX_ASKED_OF_OTHERS: usize = MAX_ASKED / 2;
/// Dropped transactions that are remembered, to answer why.
pub(super) const MAX_DROPPED: usize = 256;
/// How long an asked transaction may take before it is asked of another.
const ASK_AGAIN: Millis = Millis(2_000);

/// Transactions on their way between this node and its peers.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange {
    pub(super) seen: Seen<TxId>,
    asked: BTreeMap<TxId, Asked>,
    inventory: BTreeSet<TxId>,
    dropped: BTreeMap<TxId, Dropped>,
}

/// A transaction that is asked for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    until: Instant,
    /// Whether of a peer that has given a block of the best chain.
    of_useful: bool,
}

/// A transaction that did not go on waiting.
#[derive(Clone, Debug)]
pub(super) struct Dropped {
    pub(super) reason: DropReason,
    pub(super) transaction: Transaction,
    pub(super) at: Instant,
}

impl Exchange {
    /// Whether a transaction was neither seen nor is asked for.
    pub(super) fn is_wanted(&self, id: &TxId, now: Instant) -> bool {
        !self.seen.contains(id) && self.asked.get(id).is_none_or(|asked| asked.until <= now)
    }

    /// Marks transactions as asked for, as many as may be at a time; which they are. `of_useful`
    /// says that the peer has given a block of the best chain: all others, whose names and
    /// transactions cost nothing, share one half.
    pub(super) fn ask(&mut self, mut ids: Vec<TxId>, of_useful: bool, now: Instant) -> Vec<TxId> {
        if self.room(of_useful) < ids.len() {
            self.expire(now);
            ids.truncate(self.room(of_useful));
        }
        let until = now.plus(ASK_AGAIN);
        let asked = Asked { until, of_useful };
        self.asked.extend(ids.iter().map(|id| (*id, asked)));
        ids
    }

    /// How many more may be asked for.
    fn room(&self, of_useful: bool) -> usize {
        let left = MAX_ASKED.saturating_sub(self.asked.len());
        if of_useful || mutant!(AskForInvented) {
            return left;
        }
        left.min(MAX_ASKED_OF_OTHERS.saturating_sub(self.asked_of_others()))
    }

    fn asked_of_others(&self) -> usize {
        self.asked.values().filter(|asked| !asked.of_useful).count()
    }

    /// Marks a transaction as come; whether it was asked for.
    pub(super) fn receive(&mut self, id: &TxId) -> bool {
        self.asked.remove(id).is_some()
    }

    /// Forgets requests that came to nothing.
    pub(super) fn expire(&mut self, now: Instant) {
        self.asked.retain(|_, asked| asked.until > now);
    }

    /// Queues an id to be passed on. What does not fit is offered again later.
    pub(super) fn queue(&mut self, id: TxId) {
        if self.inventory.len() < MAX_IDS {
            self.inventory.insert(id);
        }
    }

    /// Whether ids are to be passed on.
    pub(super) fn has_queue(&self) -> bool {
        !self.inventory.is_empty()
    }

    /// Takes the ids that are to be passed on.
    pub(super) fn take_queue(&mut self) -> BTreeSet<TxId> {
        std::mem::take(&mut self.inventory)
    }

    /// Marks a transaction as waiting or committed.
    pub(super) fn keep(&mut self, id: TxId) {
        self.seen.insert(id);
        self.dropped.remove(&id);
    }

    /// Remembers why a transaction did not go on waiting.
    pub(super) fn drop(&mut self, transaction: Transaction, reason: DropReason, now: Instant) {
        let id = transaction.id();
        if reason != DropReason::TooOld {
            // Another branch may need it yet: then it is asked for again. An old one would go round
            // for ever, as nodes give it up at different times.
            self.seen.remove(&id);
        }
        if self.dropped.len() >= MAX_DROPPED {
            let all = self.dropped.iter();
            let oldest = all.min_by_key(|(_, dropped)| dropped.at).map(|(id, _)| *id);
            oldest.and_then(|oldest| self.dropped.remove(&oldest));
        }
        let dropped = Dropped {
            reason,
            transaction,
            at: now,
        };
        self.dropped.insert(id, dropped);
    }

    /// A transaction that did not go on waiting.
    pub(super) fn dropped(&self, id: &TxId) -> Option<&Dropped> {
        self.dropped.get(id)
    }

    /// Ids of the transactions that did not go on waiting.
    pub(super) fn dropped_ids(&self) -> impl Iterator<Item = TxId> {
        self.dropped.keys().copied()
    }

    /// Its bounded collections: name, length now, bound.
    pub(super) fn bounded(&self) -> [(&'static str, usize, usize); 5] {
        let seen = self.seen.generation();
        [
            ("dropped transactions", self.dropped.len(), MAX_DROPPED),
            ("transactions asked for", self.asked.len(), MAX_ASKED),
            (
                "transactions asked of those who gave nothing",
                self.asked_of_others(),
                MAX_ASKED_OF_OTHERS,
            ),
            ("transactions to be told", self.inventory.len(), MAX_IDS),
            ("ids seen", seen, crate::gossip::SEEN_GENERATION),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Grower, params};

    const NOW: Instant = Instant(1_000);

    #[test]
    fn a_transaction_is_asked_for_once_until_the_answer_is_late() {
        let mut exchange = Exchange::default();
        let id = TxId([1; 32]);
        assert_eq!(exchange.ask(vec![id], false, NOW), [id]);
        assert!(!exchange.is_wanted(&id, NOW));
        assert!(exchange.is_wanted(&id, NOW.plus(ASK_AGAIN)));
        assert!(exchange.receive(&id) && !exchange.receive(&id));
        exchange.keep(id);
        assert!(!exchange.is_wanted(&id, NOW.plus(ASK_AGAIN)));
    }

    #[test]
    fn requests_that_came_to_nothing_make_room() {
        let mut exchange = Exchange::default();
        let ids = |first: usize| {
            let id = |number: usize| {
                let mut id = [0; 32];
                id[..8].copy_from_slice(&number.to_le_bytes());
                TxId(id)
            };
            (first..first + MAX_ASKED).map(id).collect::<Vec<_>>()
        };
        assert_eq!(exchange.ask(ids(0), true, NOW).len(), MAX_ASKED);
        assert_eq!(exchange.ask(ids(MAX_ASKED), true, NOW), []);
        let late = NOW.plus(ASK_AGAIN);
        assert_eq!(exchange.ask(ids(MAX_ASKED), true, late).len(), MAX_ASKED);
    }

    #[test]
    fn a_dropped_transaction_may_come_again_unless_it_is_old() {
        let mut exchange = Exchange::default();
        let transfer = Grower::new(params()).transfer("alice", 0, "bob", 1);
        let id = transfer.id();
        exchange.keep(id);
        exchange.drop(transfer.clone(), DropReason::TooOld, NOW);
        assert!(!exchange.is_wanted(&id, NOW));
        exchange.drop(transfer, DropReason::Conflict, NOW);
        assert!(exchange.is_wanted(&id, NOW));
        assert_eq!(exchange.dropped(&id).unwrap().reason, DropReason::Conflict);
        exchange.keep(id);
        assert!(exchange.dropped(&id).is_none());
    }
}
