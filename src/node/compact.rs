//! Compact blocks whose transactions are not all here.
//!
//! Bounds: [`MAX_COMPACT`] blocks, of these [`MAX_COMPACT_OF_ONE`] of one sender, so that a flood
//! drives out only itself; [`MAX_SENDERS`] senders of each.

use std::collections::BTreeMap;

use crate::gossip::CompactBlock;
use crate::primitives::{Block, BlockHash, Body, Instant, Millis, NodeId, Transaction, TxId};

/// Compact blocks that wait for their transactions.
pub(super) const MAX_COMPACT: usize = 16;
/// Of these, blocks of one sender.
pub(super) const MAX_COMPACT_OF_ONE: usize = 4;
/// Senders of a waiting block that are remembered, to fetch it from another than the first.
const MAX_SENDERS: usize = 3;
/// How long a compact block waits for its transactions before its body is fetched.
const COMPACT_WAIT: Millis = Millis(1_000);

/// A compact block whose transactions are not all here.
#[derive(Clone, Debug)]
pub(super) struct WaitingCompact {
    pub(super) block: CompactBlock,
    /// Who sent it, the first first; never empty.
    senders: Vec<NodeId>,
    pub(super) until: Instant,
    /// Transactions of it that came, whether they may wait by themselves or not.
    fetched: BTreeMap<TxId, Transaction>,
}

impl WaitingCompact {
    /// A block that came from `from` at `now`.
    pub(super) fn new(block: CompactBlock, from: NodeId, now: Instant) -> Self {
        Self {
            block,
            senders: vec![from],
            until: now.plus(COMPACT_WAIT),
            fetched: BTreeMap::new(),
        }
    }

    /// Who sent it first.
    pub(super) fn first_sender(&self) -> NodeId {
        self.senders[0]
    }

    /// Who sent it last: the first may be the one who keeps its transactions back.
    pub(super) fn last_sender(&self) -> NodeId {
        self.senders[self.senders.len() - 1]
    }

    /// Whether a peer is remembered as one who sent it.
    pub(super) fn is_sender(&self, peer: &NodeId) -> bool {
        self.senders.contains(peer)
    }

    /// Transactions of it that are neither `here` nor fetched for it.
    pub(super) fn missing(&self, here: impl Fn(&TxId) -> bool) -> Vec<TxId> {
        let ids = self.block.transactions.iter();
        ids.filter(|id| !self.fetched.contains_key(id) && !here(id))
            .copied()
            .collect()
    }

    /// Rebuilds the block from what was fetched for it and what `find` finds.
    pub(super) fn rebuild(&mut self, find: impl Fn(&TxId) -> Option<Transaction>) -> Block {
        let (fetched, ids) = (&mut self.fetched, self.block.transactions.iter());
        let transactions = ids.filter_map(|id| fetched.remove(id).or_else(|| find(id)));
        Block {
            header: self.block.header,
            seal: self.block.seal,
            body: Body {
                data: self.block.data.clone(),
                transactions: transactions.collect(),
            },
        }
    }
}

/// The compact blocks that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct CompactBlocks {
    waiting: BTreeMap<BlockHash, WaitingCompact>,
}

impl CompactBlocks {
    /// A block that waits.
    pub(super) fn get(&self, id: &BlockHash) -> Option<&WaitingCompact> {
        self.waiting.get(id)
    }

    /// Whether a block waits.
    pub(super) fn contains(&self, id: &BlockHash) -> bool {
        self.waiting.contains_key(id)
    }

    /// Records one more sender of a block that waits; whether it does.
    pub(super) fn add_sender(&mut self, id: &BlockHash, from: NodeId) -> bool {
        let Some(waiting) = self.waiting.get_mut(id) else {
            return false;
        };
        if waiting.senders.len() < MAX_SENDERS && !waiting.senders.contains(&from) {
            waiting.senders.push(from);
        }
        true
    }

    /// Makes room for one more block of a sender: of one that has its share its oldest goes, else
    /// the oldest of all.
    pub(super) fn make_room(&mut self, from: &NodeId) -> Option<WaitingCompact> {
        let of_sender = |waiting: &WaitingCompact| waiting.first_sender() == *from;
        let share = self.waiting.values().filter(|waiting| of_sender(waiting));
        let crowds = share.count() >= MAX_COMPACT_OF_ONE;
        if !crowds && self.waiting.len() < MAX_COMPACT {
            return None;
        }
        let all = self.waiting.iter();
        let oldest = all
            .filter(|(_, waiting)| !crowds || of_sender(waiting))
            .min_by_key(|(_, waiting)| waiting.until)
            .map(|(id, _)| *id);
        oldest.and_then(|id| self.waiting.remove(&id))
    }

    /// Has a block wait.
    pub(super) fn insert(&mut self, waiting: WaitingCompact) {
        self.waiting.insert(waiting.block.header.id(), waiting);
    }

    /// Takes a block out.
    pub(super) fn remove(&mut self, id: &BlockHash) -> Option<WaitingCompact> {
        self.waiting.remove(id)
    }

    /// Keeps a fetched transaction with the blocks that lack it.
    pub(super) fn add_transaction(&mut self, transaction: &Transaction) {
        let id = transaction.id();
        for waiting in self.waiting.values_mut() {
            if waiting.block.transactions.contains(&id) {
                waiting.fetched.insert(id, transaction.clone());
            }
        }
    }

    /// Blocks that miss nothing any more, given what is `here`.
    pub(super) fn complete(&self, here: impl Fn(&TxId) -> bool) -> Vec<BlockHash> {
        let all = self.waiting.iter();
        all.filter(|(_, waiting)| waiting.missing(&here).is_empty())
            .map(|(id, _)| *id)
            .collect()
    }

    /// Blocks that have waited too long.
    pub(super) fn late(&self, now: Instant) -> Vec<BlockHash> {
        let all = self.waiting.iter();
        all.filter(|(_, waiting)| waiting.until <= now)
            .map(|(id, _)| *id)
            .collect()
    }

    /// When the next block will have waited too long.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.waiting.values().map(|waiting| waiting.until).min()
    }

    /// Number of blocks that wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Grower, params};

    const NOW: Instant = Instant(1_000);

    /// A compact block of its own for each number, with two transactions.
    fn compact(number: u64) -> CompactBlock {
        let block = Grower::new(params()).work_block("miner", 1_000 + number, Vec::new());
        CompactBlock {
            header: block.header,
            seal: block.seal,
            data: Vec::new(),
            transactions: vec![TxId([1; 32]), TxId([2; 32])],
        }
    }

    #[test]
    fn one_sender_drives_out_only_its_own() {
        let mut blocks = CompactBlocks::default();
        let (liar, honest) = (NodeId([1; 32]), NodeId([2; 32]));
        assert!(blocks.make_room(&honest).is_none());
        blocks.insert(WaitingCompact::new(compact(0), honest, NOW));
        for number in 1..=2 * MAX_COMPACT_OF_ONE as u64 {
            let gone = blocks.make_room(&liar);
            assert!(gone.is_none_or(|gone| gone.first_sender() == liar));
            blocks.insert(WaitingCompact::new(compact(number), liar, NOW));
        }
        assert_eq!(blocks.len(), MAX_COMPACT_OF_ONE + 1);
        assert!(blocks.contains(&compact(0).header.id()));
    }

    #[test]
    fn a_block_is_late_after_its_time_and_complete_with_its_transactions() {
        let mut blocks = CompactBlocks::default();
        let id = compact(0).header.id();
        blocks.insert(WaitingCompact::new(compact(0), NodeId([1; 32]), NOW));
        assert!(blocks.add_sender(&id, NodeId([2; 32])));
        assert!(!blocks.add_sender(&BlockHash([9; 32]), NodeId([2; 32])));
        assert_eq!(blocks.late(NOW), []);
        assert_eq!(blocks.late(blocks.deadline().unwrap()), [id]);
        assert_eq!(blocks.complete(|id| *id == TxId([1; 32])), []);
        assert_eq!(blocks.complete(|_| true), [id]);
        let waiting = blocks.remove(&id).unwrap();
        assert_eq!(waiting.last_sender(), NodeId([2; 32]));
        assert_eq!(waiting.missing(|id| *id == TxId([1; 32])), [TxId([2; 32])]);
    }
}
