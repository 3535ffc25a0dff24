//! A block enters the tree, and everything that follows from a new head.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::chain::{HeadChange, Import};
use crate::consensus::BlockError;
use crate::gossip::Fault;
use crate::mempool::DropReason;
use crate::primitives::{Block, BlockHash, Header, Millis, Timestamp, TxId};

use super::source::Source;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output};

/// A new head is announced after this time, so that several in a row are announced once.
const ANNOUNCE_AFTER: Millis = Millis(50);

impl Node {
    /// Imports a block and sees to everything that follows; whether it is in the tree.
    pub(super) fn import(&mut self, block: Block, source: Source, out: &mut Outbox) -> bool {
        let header = block.header;
        // Kept for the case that the clock is behind.
        let early = self.is_early(&header).then(|| block.clone());
        let outcome = self.chain.import(block, self.clock.date(), &mut self.cache);
        self.after_import(outcome, &header, early, source, out)
    }

    pub(super) fn after_import(
        &mut self,
        outcome: Result<Import, BlockError>,
        header: &Header,
        early: Option<Block>,
        source: Source,
        out: &mut Outbox,
    ) -> bool {
        let id = header.id();
        match outcome {
            Err(error) => {
                // What only execution shows, who passed it on could not know; its maker could.
                let hidden = matches!(
                    error,
                    BlockError::Transaction { .. } | BlockError::StateRoot { .. }
                );
                let to_blame = match source {
                    Source::Relay(peer) => (header.sealer == peer || !hidden).then_some(peer),
                    Source::Own | Source::Peer(_) => source.peer(),
                };
                if let Some(peer) = to_blame {
                    self.roster.peers.blame(&peer, Fault::Invalid, self.now);
                }
                self.refuse_block(header, error, source, out);
                return false;
            }
            Ok(Import::AlreadyKnown) => return true,
            Ok(Import::Orphan { .. }) => {
                if let Some(peer) = source.peer() {
                    self.fetch_from(peer, out);
                }
                return false;
            }
            Ok(Import::Deferred { until }) => {
                if let Some(block) = early {
                    self.defer(until, block, source, out);
                }
                return false;
            }
            // No credit: a block beside the best chain may cost its maker nothing.
            Ok(Import::SideChain) => {
                self.write_block(&id);
                self.note_arrival(id);
                self.note_block(&id, source, false, out);
                if let Some(peer) = source.peer().filter(|_| mutant!(CreditAnyBlock)) {
                    self.roster.peers.credit(&peer, self.now);
                }
                return true;
            }
            Ok(Import::Extended(change)) => self.on_new_head(&change, source, out),
            Ok(Import::Reorganised(change)) => {
                if change.applied.last() != Some(&id) {
                    // It lost the tie itself, and made another block win.
                    self.write_block(&id);
                    self.note_block(&id, source, false, out);
                }
                self.on_reorganised(&change, source, out);
            }
        }
        self.note_arrival(id);
        if let Some(peer) = source.peer() {
            self.roster.peers.credit(&peer, self.now);
        }
        true
    }

    /// Follows a change of the head that took blocks back, and tells of it.
    pub(super) fn on_reorganised(&mut self, change: &HeadChange, source: Source, out: &mut Outbox) {
        self.on_new_head(change, source, out);
        out.push(Output::Notice(Notice::Reorganised {
            reverted: change.reverted.len(),
            applied: change.applied.len(),
            before: change.reverted.first().copied().unwrap_or_default(),
            head: self.chain.head(),
            height: self.chain.height(),
        }));
    }

    /// Has the votes looked at, now that a block is in the tree; it waits for nothing any more, and
    /// what it committed or took back may be what others wait for.
    fn note_arrival(&mut self, id: BlockHash) {
        self.compact.arrived(&id);
        self.finality.arrived.insert(id);
        self.timers.set(Timer::Votes, self.now);
    }

    pub(super) fn refuse_block(
        &self,
        header: &Header,
        error: BlockError,
        source: Source,
        out: &mut Outbox,
    ) {
        let (id, height, from) = (header.id(), header.height, self.name_of_source(source));
        out.push(Output::Notice(Notice::BlockRefused {
            id,
            height,
            error,
            from,
        }));
    }

    /// Whether a block is ahead of the clock (rule 8).
    pub(super) fn is_early(&self, header: &Header) -> bool {
        header.time > self.clock.date().plus(self.chain.params().max_future)
    }

    /// Keeps a block until its time has come.
    fn defer(&mut self, until: Timestamp, block: Block, source: Source, out: &mut Outbox) {
        let (id, sealer) = (block.id(), block.header.sealer);
        let by = block.header.time.since(self.clock.date());
        self.note_clock(sealer, i64::try_from(by.0).unwrap_or(i64::MAX), out);
        if self
            .deferred
            .insert(until, block, source, self.clock.date())
        {
            self.timers
                .set_earlier(Timer::Deferred, self.clock.instant_of(until));
            out.push(Output::Notice(Notice::Deferred {
                id,
                wait: until.since(self.clock.date()),
            }));
        }
    }

    /// Imports the deferred blocks whose time has come.
    pub(super) fn on_deferred_timer(&mut self, out: &mut Outbox) {
        while let Some((block, source)) = self.deferred.pop_due(self.clock.date()) {
            self.import(block, source, out);
        }
        if let Some(next) = self.deferred.deadline() {
            self.timers
                .set(Timer::Deferred, self.clock.instant_of(next));
        }
    }

    fn note_block(&self, id: &BlockHash, source: Source, is_head: bool, out: &mut Outbox) {
        // What this node makes itself is told where it is made.
        if source == Source::Own {
            return;
        }
        if let Some(block) = self.summary(id) {
            let (block, from, peer) = (Box::new(block), self.name_of_source(source), source.peer());
            out.push(Output::Notice(if is_head {
                Notice::Accepted { block, from, peer }
            } else {
                Notice::SideChain { block, from, peer }
            }));
        }
    }

    /// Everything that follows from a new head: transactions come and go, rows are written, peers
    /// are told, and miners and authority start from it.
    fn on_new_head(&mut self, change: &HeadChange, source: Source, out: &mut Outbox) {
        for id in &change.applied {
            self.note_block(id, source, true, out);
        }
        self.write_head_change(change);
        let committed = self.settle_committed(change, out);
        self.return_reverted(change, &committed, out);
        self.drop_impossible(out);
        self.timers
            .set_earlier(Timer::Announce, self.now.plus(ANNOUNCE_AFTER));
        self.begin_on_head();
    }

    /// Takes committed transactions out of the mempool; gives their ids.
    fn settle_committed(&mut self, change: &HeadChange, out: &mut Outbox) -> BTreeSet<TxId> {
        let mut committed = BTreeSet::new();
        for id in &change.applied {
            let Some(entry) = self.chain.get(id) else {
                continue;
            };
            let (height, tx_ids) = (entry.block.header.height, entry.tx_ids.clone());
            for id in tx_ids.iter() {
                self.mempool.remove(id);
                self.exchange.keep(*id);
                committed.insert(*id);
                out.push(Output::Notice(Notice::Committed { id: *id, height }));
            }
        }
        committed
    }

    /// Transactions of blocks that left the best chain wait again, or are dropped with the reason.
    fn return_reverted(
        &mut self,
        change: &HeadChange,
        committed: &BTreeSet<TxId>,
        out: &mut Outbox,
    ) {
        if mutant!(DropMempoolOnReorg) {
            return;
        }
        // The oldest block last in the list comes first, so that nonces are in order.
        for id in change.reverted.iter().rev() {
            let Some(entry) = self.chain.get(id) else {
                continue;
            };
            let block = Rc::clone(&entry.block);
            for transaction in &block.body.transactions {
                let id = transaction.id();
                if committed.contains(&id) {
                    continue;
                }
                match self.admit(transaction.clone(), None, out) {
                    Ok(()) if mutant!(DropInConflict) => {
                        self.mempool.remove(&id);
                        self.drop_transaction(transaction.clone(), DropReason::Conflict, out);
                    }
                    Ok(()) => {
                        self.write_pending(&id);
                        out.push(Output::Notice(Notice::Returned { id }));
                    }
                    Err(error) => {
                        self.drop_transaction(transaction.clone(), DropReason::from(&error), out)
                    }
                }
            }
        }
    }
}
