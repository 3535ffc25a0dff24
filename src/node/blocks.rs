//! Blocks on their way: announced, rebuilt from the mempool, imported, and what a new head changes.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::chain::{HeadChange, Import};
use crate::consensus::check_header;
use crate::gossip::{CompactBlock, Fault, Message};
use crate::primitives::{Block, BlockHash, Body, MAX_TRANSACTIONS, Millis, NodeId, Transaction, TxId};

use super::timers::Timer;
use super::{MAX_COMPACT, MAX_DEFERRED, Node, Notice, Outbox, Output, Source, WaitingCompact};
use crate::mempool::DropReason;

/// A new head is told after this time, so that several in a row are told once.
const ANNOUNCE_AFTER: Millis = Millis(50);
/// How long a compact block waits for its transactions before its body is fetched.
const COMPACT_WAIT: Millis = Millis(1_000);

impl Node {
    /// Sends a block of this node to all peers.
    pub(super) fn announce_block(&mut self, id: &BlockHash, out: &mut Outbox) {
        let Some(entry) = self.chain.get(id) else { return };
        let message = Message::BlockFound(CompactBlock {
            header: entry.block.header,
            seal: entry.block.seal,
            data: entry.block.body.data.clone(),
            transactions: entry.tx_ids.to_vec(),
        });
        self.send_to_mesh(&message, out);
    }

    pub(super) fn on_block_found(&mut self, from: NodeId, block: CompactBlock, out: &mut Outbox) {
        let id = block.header.id();
        if self.chain.contains(&id) || self.compact.contains_key(&id) {
            return;
        }
        let checked = check_header(&block.header, &block.seal, &self.params, &self.chain.chain_id());
        if let Err(error) = checked {
            self.peers.blame(&from, Fault::Invalid, self.now);
            let (height, from) = (block.header.height, self.name_of_node(&from));
            return out.push(Output::Notice(Notice::BlockRefused { id, height, error, from }));
        }
        if block.transactions.len() > MAX_TRANSACTIONS {
            return self.peers.blame(&from, Fault::Malformed, self.now);
        }
        if !self.chain.contains(&block.header.parent) {
            return self.fetch_from(from, out);
        }
        match self.rebuild(&block) {
            Ok(block) => self.import_from(from, block, out),
            Err(missing) => {
                if self.compact.len() >= MAX_COMPACT {
                    self.compact.pop_first();
                }
                let until = self.now.plus(COMPACT_WAIT);
                self.compact.insert(id, WaitingCompact { block, from, until });
                self.timers.set_earlier(Timer::Compact, until);
                self.ask_transactions(from, missing, out);
            }
        }
    }

    /// The whole block, or the transactions that are not here.
    fn rebuild(&self, compact: &CompactBlock) -> Result<Block, Vec<TxId>> {
        let found: Vec<(TxId, Option<Transaction>)> =
            compact.transactions.iter().map(|id| (*id, self.transaction(id))).collect();
        let missing: Vec<TxId> = found.iter().filter(|(_, found)| found.is_none()).map(|(id, _)| *id).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let transactions = found.into_iter().filter_map(|(_, found)| found).collect();
        let body = Body { data: compact.data.clone(), transactions };
        Ok(Block { header: compact.header, seal: compact.seal, body })
    }

    /// Imports the compact blocks whose transactions have come.
    pub(super) fn complete_compact(&mut self, out: &mut Outbox) {
        let ready: Vec<(BlockHash, NodeId, Block)> = self
            .compact
            .iter()
            .filter_map(|(id, waiting)| Some((*id, waiting.from, self.rebuild(&waiting.block).ok()?)))
            .collect();
        for (id, from, block) in ready {
            self.compact.remove(&id);
            self.import_from(from, block, out);
        }
    }

    /// Fetches the bodies of compact blocks that have waited too long.
    pub(super) fn on_compact_timer(&mut self, out: &mut Outbox) {
        let now = self.now;
        let late: Vec<BlockHash> =
            self.compact.iter().filter(|(_, waiting)| waiting.until <= now).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(waiting) = self.compact.remove(&id) {
                self.fetch_from(waiting.from, out);
            }
        }
        if let Some(next) = self.compact.values().map(|waiting| waiting.until).min() {
            self.timers.set(Timer::Compact, next);
        }
    }

    /// Imports a block of a peer; a body that a wrong signature or transaction was swapped into is fetched
    /// whole.
    pub(super) fn import_from(&mut self, from: NodeId, block: Block, out: &mut Outbox) {
        let swapped = block.body.tx_root() != block.header.tx_root;
        if swapped {
            // The same id with another signature: the mempool's copy is not the block's.
            return self.fetch_from(from, out);
        }
        self.import(block, Source::Peer(from), out);
    }

    /// Imports a block and sees to everything that follows.
    pub(super) fn import(&mut self, block: Block, source: Source, out: &mut Outbox) -> bool {
        let (id, height, time) = (block.header.id(), block.header.height, block.header.time);
        // Kept for the case that the clock is behind.
        let late = (time > self.now.plus(self.params.max_future)).then(|| block.clone());
        match self.chain.import(block, self.now, &mut self.cache) {
            Err(error) => {
                let from = self.name_of_source(source);
                if let Source::Peer(peer) = source {
                    self.peers.blame(&peer, Fault::Invalid, self.now);
                }
                out.push(Output::Notice(Notice::BlockRefused { id, height, error, from }));
                return false;
            }
            Ok(Import::AlreadyKnown) => {}
            Ok(Import::Orphan { .. }) => {
                if let Source::Peer(peer) = source {
                    self.fetch_from(peer, out);
                }
                return false;
            }
            Ok(Import::Deferred { until }) => {
                if let Some(block) = late.filter(|_| self.deferred.len() < MAX_DEFERRED || mutant!(UnboundedDeferred)) {
                    self.deferred.insert((until, id), (block, source));
                    self.timers.set_earlier(Timer::Deferred, until);
                    out.push(Output::Notice(Notice::Deferred { id, until }));
                }
                return false;
            }
            Ok(Import::SideChain) => {
                self.write_block(&id);
                self.note_block(&id, source, false, out);
            }
            Ok(Import::Extended(change)) => self.on_new_head(&change, source, out),
            Ok(Import::Reorganised(change)) => {
                let (reverted, applied) = (change.reverted.len(), change.applied.len());
                self.on_new_head(&change, source, out);
                let (head, height) = (self.chain.head(), self.chain.height());
                out.push(Output::Notice(Notice::Reorganised { reverted, applied, head, height }));
            }
        }
        if let Source::Peer(peer) = source {
            self.peers.credit(&peer, self.now);
        }
        true
    }

    pub(super) fn on_deferred_timer(&mut self, out: &mut Outbox) {
        while let Some(entry) = self.deferred.first_entry() {
            let (until, _) = *entry.key();
            if until > self.now {
                self.timers.set(Timer::Deferred, until);
                return;
            }
            let (block, source) = entry.remove();
            self.import(block, source, out);
        }
    }

    fn note_block(&self, id: &BlockHash, source: Source, is_head: bool, out: &mut Outbox) {
        // What this node makes itself is told where it is made.
        let Source::Peer(_) = source else { return };
        if let Some(block) = self.summary(id) {
            let (block, from) = (Box::new(block), self.name_of_source(source));
            out.push(Output::Notice(if is_head {
                Notice::Accepted { block, from }
            } else {
                Notice::SideChain { block, from }
            }));
        }
    }

    /// Everything that follows from a new head: transactions come and go, rows are written, peers are
    /// told, and miners and authority start from it.
    fn on_new_head(&mut self, change: &HeadChange, source: Source, out: &mut Outbox) {
        for id in &change.applied {
            self.note_block(id, source, true, out);
        }
        self.write_head_change(change);
        let committed = self.settle_committed(change, out);
        self.return_reverted(change, &committed, out);
        self.prune_mempool(out);
        self.timers.set_earlier(Timer::Announce, self.now.plus(ANNOUNCE_AFTER));
        self.timers.set(Timer::Slot, self.now);
        // While blocks are being fetched, a candidate would be stale before its first hash.
        if self.sync.missing() == 0 {
            self.timers.set(Timer::Candidate, self.now);
        }
    }

    fn settle_committed(&mut self, change: &HeadChange, out: &mut Outbox) -> BTreeSet<TxId> {
        let mut committed = BTreeSet::new();
        for id in &change.applied {
            let Some(entry) = self.chain.get(id) else { continue };
            let (height, tx_ids) = (entry.block.header.height, entry.tx_ids.clone());
            for id in tx_ids.iter() {
                self.mempool.remove(id);
                self.dropped.remove(id);
                self.seen.insert(*id);
                committed.insert(*id);
                out.push(Output::Notice(Notice::Committed { id: *id, height }));
            }
        }
        committed
    }

    /// Transactions of blocks that left the best chain wait again, or are dropped with the reason.
    fn return_reverted(&mut self, change: &HeadChange, committed: &BTreeSet<TxId>, out: &mut Outbox) {
        if mutant!(DropMempoolOnReorg) {
            return;
        }
        // The oldest block last in the list comes first, so that nonces are in order.
        for id in change.reverted.iter().rev() {
            let Some(entry) = self.chain.get(id) else { continue };
            let block = Rc::clone(&entry.block);
            for transaction in &block.body.transactions {
                let id = transaction.id();
                if committed.contains(&id) {
                    continue;
                }
                if self.admit(transaction.clone(), None).is_ok() {
                    self.write_pending(&id);
                    out.push(Output::Notice(Notice::Returned { id }));
                } else {
                    self.drop_transaction(id, Some(transaction.clone()), DropReason::Conflict, out);
                }
            }
        }
    }
}
