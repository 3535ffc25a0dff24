//! Blocks on their way: announced, rebuilt from the mempool, imported, and what a new head changes.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::chain::{HeadChange, Import};
use crate::consensus::{BlockError, CheckedBlock, check_header};
use crate::gossip::{CompactBlock, Fault, Message, Peer};
use crate::primitives::{
    Block, BlockHash, Body, Header, MAX_TRANSACTIONS, Millis, NodeId, Timestamp, Transaction, TxId,
};

use super::timers::Timer;
use super::{
    DEFER_AT_MOST, MAX_COMPACT, MAX_COMPACT_OF_ONE, MAX_DEFERRED, MAX_DEFERRED_OF_ONE, MAX_SENDERS,
    Node, Notice, Outbox, Output, Source, WaitingCompact,
};
use crate::mempool::DropReason;

/// A new head is told after this time, so that several in a row are told once.
const ANNOUNCE_AFTER: Millis = Millis(50);
/// How long a compact block waits for its transactions before its body is fetched.
const COMPACT_WAIT: Millis = Millis(1_000);

/// Peers that a block is passed on to: with the node it came from, each has a few ways to hear of it.
const RELAY_TO: usize = 3;

impl Node {
    /// Sends a block of this node to all peers.
    pub(super) fn announce_block(&mut self, id: &BlockHash, out: &mut Outbox) {
        let Some(entry) = self.chain.get(id) else {
            return;
        };
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
        if let Some(waiting) = self.compact.get_mut(&id) {
            if waiting.senders.len() < MAX_SENDERS && !waiting.senders.contains(&from) {
                waiting.senders.push(from);
            }
            return;
        }
        if self.chain.contains(&id) || self.chain.refusal(&id).is_some() || self.is_deferred(&id) {
            return;
        }
        if block.transactions.len() > MAX_TRANSACTIONS {
            return self.peers.blame(&from, Fault::Oversize, self.now);
        }
        let chain_id = self.chain.chain_id();
        if let Err(error) = check_header(
            &block.header,
            &block.seal,
            &self.params,
            &chain_id,
            &mut self.cache,
        ) {
            return self.refuse_compact(from, &block.header, error, out);
        }
        if !self.chain.contains(&block.header.parent) {
            return self.fetch_from(from, out);
        }
        if let Err(error) = self.chain.check_next(&block.header) {
            return self.refuse_compact(from, &block.header, error, out);
        }
        let until = self.now.plus(COMPACT_WAIT);
        let waiting = WaitingCompact {
            block,
            senders: vec![from],
            until,
            fetched: BTreeMap::new(),
        };
        let missing = self.missing_of(&waiting);
        if missing.is_empty() {
            return self.import_compact(waiting, out);
        }
        self.make_room_for_compact(&from, out);
        self.compact.insert(id, waiting);
        self.timers.set_earlier(Timer::Compact, until);
        self.ask_transactions(from, missing, out);
    }

    /// Makes room for one more waiting compact block: of a sender that has its share the oldest goes, else the oldest of
    /// all, which is fetched instead.
    fn make_room_for_compact(&mut self, from: &NodeId, out: &mut Outbox) {
        let of_sender = |waiting: &WaitingCompact| waiting.senders.first() == Some(from);
        let crowds = self
            .compact
            .values()
            .filter(|waiting| of_sender(waiting))
            .count()
            >= MAX_COMPACT_OF_ONE;
        if !crowds && self.compact.len() < MAX_COMPACT {
            return;
        }
        let candidates = self
            .compact
            .iter()
            .filter(|(_, waiting)| !crowds || of_sender(waiting));
        let oldest = candidates
            .min_by_key(|(_, waiting)| waiting.until)
            .map(|(id, _)| *id);
        if let Some(gone) = oldest.and_then(|id| self.compact.remove(&id)) {
            self.fetch_late(&gone, out);
        }
    }

    /// Fetches a block whose transactions did not come from the last who sent it: the first may be the one who
    /// keeps them back.
    fn fetch_late(&mut self, waiting: &WaitingCompact, out: &mut Outbox) {
        if let Some(sender) = waiting.senders.last() {
            self.fetch_from(*sender, out);
        }
    }

    /// The transactions of a compact block that are not here.
    fn missing_of(&self, waiting: &WaitingCompact) -> Vec<TxId> {
        let here = |id: &TxId| {
            waiting.fetched.contains_key(id)
                || self.mempool.get(id).is_some()
                || self.chain.block_of(id).is_some()
        };
        waiting
            .block
            .transactions
            .iter()
            .filter(|id| !here(id))
            .copied()
            .collect()
    }

    /// Keeps a transaction that was asked for beside the compact blocks that lack it.
    pub(super) fn note_fetched(&mut self, transaction: &Transaction) {
        let id = transaction.id();
        for waiting in self
            .compact
            .values_mut()
            .filter(|waiting| waiting.block.transactions.contains(&id))
        {
            waiting.fetched.insert(id, transaction.clone());
        }
    }

    /// Imports the compact blocks whose transactions have come.
    pub(super) fn complete_compact(&mut self, out: &mut Outbox) {
        let complete = self
            .compact
            .iter()
            .filter(|(_, waiting)| self.missing_of(waiting).is_empty());
        let ready: Vec<BlockHash> = complete.map(|(id, _)| *id).collect();
        for id in ready {
            if let Some(waiting) = self.compact.remove(&id) {
                self.import_compact(waiting, out);
            }
        }
    }

    /// Fetches the bodies of compact blocks that have waited too long.
    pub(super) fn on_compact_timer(&mut self, out: &mut Outbox) {
        let now = self.now;
        let late: Vec<BlockHash> = self
            .compact
            .iter()
            .filter(|(_, waiting)| waiting.until <= now)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            if let Some(waiting) = self.compact.remove(&id) {
                self.fetch_late(&waiting, out);
            }
        }
        if let Some(next) = self.compact.values().map(|waiting| waiting.until).min() {
            self.timers.set(Timer::Compact, next);
        }
    }

    /// Rebuilds a compact block whose transactions are all here, checks what needs no state, passes it on and
    /// imports it.
    fn import_compact(&mut self, mut waiting: WaitingCompact, out: &mut Outbox) {
        let from = waiting.senders[0];
        let compact = waiting.block;
        let mut take = |id: &TxId| waiting.fetched.remove(id).or_else(|| self.transaction(id));
        let transactions = compact.transactions.iter().filter_map(&mut take).collect();
        let body = Body {
            data: compact.data.clone(),
            transactions,
        };
        let block = Block {
            header: compact.header,
            seal: compact.seal,
            body,
        };
        let header = block.header;
        match CheckedBlock::check(block, &self.params, &self.chain.chain_id(), &mut self.cache) {
            Ok(block) => {
                self.relay(from, compact, out);
                let early = self.is_early(&header).then(|| block.get().clone());
                let outcome = self.chain.import_checked(block, self.now);
                self.after_import(outcome, &header, early, Source::Relay(from), out);
            }
            // The same id with another signature: the mempool's copy is not the block's.
            Err(BlockError::TxRoot { .. }) => self.fetch_from(from, out),
            Err(error) => {
                // What takes signatures to see is remembered; what its header shows is seen again as cheaply.
                self.chain.note_refusal(header.id(), &error);
                self.refuse_compact(from, &header, error, out);
            }
        }
    }

    /// Refuses a compact block for what its sender could know, whoever made it.
    fn refuse_compact(
        &mut self,
        from: NodeId,
        header: &Header,
        error: BlockError,
        out: &mut Outbox,
    ) {
        self.peers.blame(&from, Fault::Invalid, self.now);
        self.refuse_block(header, error, Source::Peer(from), out);
    }

    /// Whether a block is ahead of the clock (rule 8).
    fn is_early(&self, header: &Header) -> bool {
        header.time > self.now.plus(self.params.max_future)
    }

    /// Passes a block on before it is executed, each once, to some peers that may not have it; the others
    /// hear of it with the new head. What cannot be the next block of this node's chain is not passed on: it
    /// would cost its maker nothing.
    fn relay(&mut self, from: NodeId, block: CompactBlock, out: &mut Outbox) {
        let (header, head) = (&block.header, self.chain.head_header());
        let follows = header.parent == self.chain.head()
            && self
                .chain
                .context()
                .check_next(&self.params, head, header)
                .is_ok();
        if self.is_early(header) || !follows {
            return;
        }
        let id = header.id();
        let lacks = |(node, peer): &(&NodeId, &Peer)| {
            **node != from && peer.head.is_none_or(|head| head.id != id)
        };
        let mut others: Vec<NodeId> = self
            .peers
            .alive(self.now)
            .filter(lacks)
            .map(|(node, _)| *node)
            .collect();
        let first = self.random.index(others.len());
        others.rotate_left(first);
        others.truncate(RELAY_TO);
        self.send_to_each(&others, &Message::BlockFound(block), out);
    }

    /// Imports a block and sees to everything that follows; whether it is in the tree.
    pub(super) fn import(&mut self, block: Block, source: Source, out: &mut Outbox) -> bool {
        let header = block.header;
        // Kept for the case that the clock is behind.
        let early = self.is_early(&header).then(|| block.clone());
        let outcome = self.chain.import(block, self.now, &mut self.cache);
        self.after_import(outcome, &header, early, source, out)
    }

    fn after_import(
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
                    self.peers.blame(&peer, Fault::Invalid, self.now);
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
            Ok(Import::SideChain) => {
                self.write_block(&id);
                self.note_block(&id, source, false, out);
            }
            Ok(Import::Extended(change)) => self.on_new_head(&change, source, out),
            Ok(Import::Reorganised(change)) => {
                let (reverted, applied) = (change.reverted.len(), change.applied.len());
                if change.applied.last() != Some(&id) {
                    // It lost the tie itself, and made another win.
                    self.write_block(&id);
                    self.note_block(&id, source, false, out);
                }
                self.on_new_head(&change, source, out);
                let (head, height) = (self.chain.head(), self.chain.height());
                out.push(Output::Notice(Notice::Reorganised {
                    reverted,
                    applied,
                    head,
                    height,
                }));
            }
        }
        if let Some(peer) = source.peer() {
            self.peers.credit(&peer, self.now);
        }
        true
    }

    fn refuse_block(&self, header: &Header, error: BlockError, source: Source, out: &mut Outbox) {
        let (id, height, from) = (header.id(), header.height, self.name_of_source(source));
        out.push(Output::Notice(Notice::BlockRefused {
            id,
            height,
            error,
            from,
        }));
    }

    /// Whether a block waits for its time.
    pub(super) fn is_deferred(&self, id: &BlockHash) -> bool {
        self.deferred.keys().any(|(_, deferred)| deferred == id)
    }

    /// Keeps a block until its time has come: not many of one sender, none that is far ahead, and of too many those that
    /// are due first.
    fn defer(&mut self, until: Timestamp, block: Block, source: Source, out: &mut Outbox) {
        let id = block.id();
        let of_sender = self
            .deferred
            .values()
            .filter(|(_, other)| other.peer() == source.peer())
            .count();
        let far = until > self.now.plus(DEFER_AT_MOST);
        if (far || of_sender >= MAX_DEFERRED_OF_ONE) && !mutant!(UnboundedDeferred) {
            return;
        }
        self.deferred.insert((until, id), (block, source));
        if self.deferred.len() > MAX_DEFERRED && !mutant!(UnboundedDeferred) {
            let last = self.deferred.keys().next_back().copied();
            last.and_then(|last| self.deferred.remove(&last));
        }
        self.timers.set_earlier(Timer::Deferred, until);
        out.push(Output::Notice(Notice::Deferred {
            id,
            wait: until.since(self.now),
        }));
    }

    pub(super) fn on_deferred_timer(&mut self, out: &mut Outbox) {
        while let Some(((until, _), _)) = self.deferred.first_key_value() {
            if *until > self.now {
                return self.timers.set(Timer::Deferred, *until);
            }
            if let Some((_, (block, source))) = self.deferred.pop_first() {
                self.import(block, source, out);
            }
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

    /// Everything that follows from a new head: transactions come and go, rows are written, peers are
    /// told, and miners and authority start from it.
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
        self.turn_to_head();
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
                self.dropped.remove(id);
                self.seen.insert(*id);
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
