//! Compact blocks whose transactions are not all here.
//!
//! A block's id says nothing about the list of transactions beside its header: each sender gives
//! its own, and a wrong one takes nothing away from the others.
//!
//! Bounds: [`MAX_COMPACT`] blocks, of these [`MAX_COMPACT_OF_ONE`] of one sender, so that a flood
//! drives out only itself; [`MAX_SENDERS`] senders of each, with a list of each.

use std::collections::BTreeMap;

use crate::gossip::CompactBlock;
use crate::primitives::{Block, BlockHash, Body, Instant, Millis, NodeId, Transaction, TxId};

/// Compact blocks that wait for their transactions.
pub(super) const MAX_COMPACT: usize = 16;
/// Of these, blocks of one sender.
pub(super) const MAX_COMPACT_OF_ONE: usize = 4;
/// Senders of a waiting block that are remembered, with what each gave.
const MAX_SENDERS: usize = 3;
/// How long a compact block waits for its transactions before its body is fetched.
const COMPACT_WAIT: Millis = Millis(1_000);

/// A compact block as one sender gave it.
#[derive(Clone, Debug)]
struct Listed {
    sender: NodeId,
    /// `None` where its list is that of another, or has turned out to be wrong.
    block: Option<CompactBlock>,
}

/// A compact block whose transactions are not all here.
#[derive(Clone, Debug)]
pub(super) struct WaitingCompact {
    id: BlockHash,
    /// As each sender gave it, the first first; never empty.
    listed: Vec<Listed>,
    pub(super) until: Instant,
    /// Transactions of it that came, whether they may wait by themselves or not.
    fetched: BTreeMap<TxId, Transaction>,
}

impl WaitingCompact {
    /// A block that came from `from` at `now`.
    pub(super) fn new(block: CompactBlock, from: NodeId, now: Instant) -> Self {
        Self {
            id: block.header.id(),
            listed: vec![Listed {
                sender: from,
                block: Some(block),
            }],
            until: now.plus(COMPACT_WAIT),
            fetched: BTreeMap::new(),
        }
    }

    /// Who sent it first.
    fn first_sender(&self) -> NodeId {
        self.listed[0].sender
    }

    /// Who sent it last: the first may be the one who keeps its transactions back.
    pub(super) fn last_sender(&self) -> NodeId {
        self.listed[self.listed.len() - 1].sender
    }

    /// The block with each list that may be right.
    fn lists(&self) -> impl Iterator<Item = &CompactBlock> {
        self.listed.iter().filter_map(|one| one.block.as_ref())
    }

    /// Transactions of a list that are neither `here` nor fetched for the block.
    fn lacks(
        &self,
        block: &CompactBlock,
        here: impl Fn(&TxId) -> bool,
    ) -> impl Iterator<Item = TxId> {
        let ids = block.transactions.iter();
        ids.filter(move |id| !self.fetched.contains_key(id) && !here(id))
            .copied()
    }

    /// Transactions of the last sender's list that are neither `here` nor fetched.
    pub(super) fn missing(&self, here: impl Fn(&TxId) -> bool) -> Vec<TxId> {
        let last = self.listed.last().and_then(|last| last.block.as_ref());
        last.map(|block| self.lacks(block, here).collect())
            .unwrap_or_default()
    }

    /// The place of a list out of which nothing is missing, given what is `here`.
    fn complete(&self, here: impl Fn(&TxId) -> bool) -> Option<usize> {
        let is_complete = |listed: &Listed| {
            let block = listed.block.as_ref();
            block.is_some_and(|block| self.lacks(block, &here).next().is_none())
        };
        self.listed.iter().position(is_complete)
    }

    /// Takes a list out of which nothing is missing, given what is `here`, with its sender.
    pub(super) fn take_complete(
        &mut self,
        here: impl Fn(&TxId) -> bool,
    ) -> Option<(NodeId, CompactBlock)> {
        let at = self.complete(here)?;
        let listed = &mut self.listed[at];
        Some((listed.sender, listed.block.take()?))
    }

    /// Whether a list is left that may be right.
    pub(super) fn has_lists(&self) -> bool {
        self.lists().next().is_some()
    }

    /// Rebuilds a block as it was listed, from what was fetched for it and what `find` finds.
    pub(super) fn rebuild(
        &self,
        block: &CompactBlock,
        find: impl Fn(&TxId) -> Option<Transaction>,
    ) -> Block {
        let ids = block.transactions.iter();
        let transactions = ids.filter_map(|id| self.fetched.get(id).cloned().or_else(|| find(id)));
        Block {
            header: block.header,
            seal: block.seal,
            body: Body {
                data: block.data.clone(),
                transactions: transactions.collect(),
            },
        }
    }
}

/// What came of one more sender of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Added {
    /// No such block waits.
    NotWaiting,
    /// This sender has given it before, or its list is that of another.
    Known,
    /// What it gave is kept beside what others gave; these transactions are missing.
    Listed { missing: Vec<TxId> },
    /// As many senders as are remembered gave it before, none of them this list.
    Full,
}

/// The compact blocks that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct CompactBlocks {
    waiting: BTreeMap<BlockHash, WaitingCompact>,
    /// Another block has come since it was looked which of them are complete.
    is_due: bool,
}

impl CompactBlocks {
    /// Whether a block waits.
    pub(super) fn contains(&self, id: &BlockHash) -> bool {
        self.waiting.contains_key(id)
    }

    /// Records what one more sender gave of a block that waits, given what is `here`.
    pub(super) fn add(
        &mut self,
        block: CompactBlock,
        sender: NodeId,
        here: impl Fn(&TxId) -> bool,
    ) -> Added {
        let Some(waiting) = self.waiting.get_mut(&block.header.id()) else {
            return Added::NotWaiting;
        };
        let is_known = waiting.listed.iter().any(|listed| listed.sender == sender);
        if is_known || mutant!(FirstListCounts) {
            return Added::Known;
        }
        let has_room = waiting.listed.len() < MAX_SENDERS;
        let is_same = |kept: &CompactBlock| kept.transactions == block.transactions;
        let is_repeated = waiting.lists().any(is_same);
        if is_repeated {
            // What it lacks is asked for already.
            if has_room {
                waiting.listed.push(Listed {
                    sender,
                    block: None,
                });
            }
            return Added::Known;
        }
        let missing: Vec<TxId> = waiting.lacks(&block, here).collect();
        // Out of which nothing is missing is tried at once, and then kept no longer.
        if !has_room && !missing.is_empty() {
            return Added::Full;
        }
        let block = Some(block);
        waiting.listed.push(Listed { sender, block });
        Added::Listed { missing }
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

    /// Has a block wait, with as many senders as are remembered.
    pub(super) fn insert(&mut self, mut waiting: WaitingCompact) {
        waiting.listed.truncate(MAX_SENDERS);
        self.waiting.insert(waiting.id, waiting);
    }

    /// Takes a block out.
    pub(super) fn remove(&mut self, id: &BlockHash) -> Option<WaitingCompact> {
        self.waiting.remove(id)
    }

    /// A block has come, whichever way, and with it perhaps what others lack.
    pub(super) fn arrived(&mut self, id: &BlockHash) {
        self.waiting.remove(id);
        self.is_due = !self.waiting.is_empty();
    }

    /// Whether some block may be complete now by what came with another.
    pub(super) const fn take_due(&mut self) -> bool {
        std::mem::replace(&mut self.is_due, false)
    }

    /// Keeps a fetched transaction with the blocks that lack it.
    pub(super) fn add_transaction(&mut self, transaction: &Transaction) {
        let id = transaction.id();
        for waiting in self.waiting.values_mut() {
            let is_listed = waiting
                .lists()
                .any(|block| block.transactions.contains(&id));
            if is_listed {
                waiting.fetched.insert(id, transaction.clone());
            }
        }
    }

    /// Blocks of which some sender's list misses nothing any more, given what is `here`.
    pub(super) fn complete(&self, here: impl Fn(&TxId) -> bool) -> Vec<BlockHash> {
        let all = self.waiting.iter();
        all.filter(|(_, waiting)| waiting.complete(&here).is_some())
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
        // Each sender has a list of its own.
        let of = |number, sender: u8| {
            let mut block = compact(number);
            block.transactions.push(TxId([sender; 32]));
            block
        };
        let added = |blocks: &mut CompactBlocks, number, sender, is_here| {
            blocks.add(of(number, sender), NodeId([sender; 32]), |_| is_here)
        };
        assert_eq!(added(&mut blocks, 0, 1, false), Added::Known);
        let missing = of(0, 2).transactions;
        assert_eq!(added(&mut blocks, 0, 2, false), Added::Listed { missing });
        assert_eq!(added(&mut blocks, 9, 2, false), Added::NotWaiting);
        assert_eq!(blocks.late(NOW), []);
        assert_eq!(blocks.late(blocks.deadline().unwrap()), [id]);
        assert_eq!(blocks.complete(|id| *id == TxId([1; 32])), []);
        assert_eq!(blocks.complete(|_| true), [id]);
        let none = Added::Listed { missing: vec![] };
        assert_eq!(added(&mut blocks, 0, 3, true), none);
        assert_eq!(added(&mut blocks, 0, 4, false), Added::Full);
        assert_eq!(added(&mut blocks, 0, 4, true), none);
        let same = blocks.add(of(0, 4), NodeId([5; 32]), |_| false);
        assert_eq!(same, Added::Known, "it waits for what is asked for already");
        let waiting = blocks.remove(&id).unwrap();
        assert_eq!(waiting.last_sender(), NodeId([4; 32]));
        let here = |id: &TxId| *id == TxId([1; 32]);
        assert_eq!(waiting.missing(here), of(0, 4).transactions[1..]);
        blocks.insert(waiting);
        let mut waiting = blocks.remove(&id).unwrap();
        for sender in 1..=3 {
            assert!(waiting.has_lists());
            let (taken, _) = waiting.take_complete(|_| true).unwrap();
            assert_eq!(taken, NodeId([sender; 32]), "each once, the first first");
        }
        assert!(!waiting.has_lists() && waiting.take_complete(|_| true).is_none());
    }
}
