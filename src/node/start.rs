//! Starting a node: from nothing, from its ledger, or from what can be saved of its ledger.

use std::rc::Rc;

use crate::consensus::finality::{Checkpoint, SigningRecord};
use crate::consensus::slots;
use crate::gossip::{MAX_PEERS, NodeRecord};
use crate::ledger::{NodeRow, RawRow, Row, Snapshot, StoredBlock, Table, meta_key};
use crate::mempool::{DropReason, Mempool};
use crate::primitives::{
    BlockHash, ClockReading, Height, Millis, NodeKind, SplitMix64, Timestamp, Transaction, TxId,
};
use crate::records::LedgerStart;

use super::authority::{Authority, FIRST_SLOT, sealed_slot};
use super::books::Books;
use super::clock::{Clock, clock_row, kept_ahead};
use super::compact::CompactBlocks;
use super::deferred::DeferredBlocks;
use super::exchange::Exchange;
use super::finality::{Duty, Finality, memory_of};
use super::handle::HOUSEKEEPING_EVERY;
use super::identity::Identity;
use super::lanes::Lanes;
use super::machine::Counters;
use super::mining::Mining;
use super::opening::{Damage, Opened, Opening};
use super::roster::Roster;
use super::source::Source;
use super::timers::{Timer, Timers};
use super::{ClockNotice, Node, Notice, Outbox, Output, Setup, StartError};

/// How long a node listens to its peers before it makes a candidate, so that a late joiner does not
/// mine on an old head.
const LISTEN_FIRST: Millis = Millis(300);

impl Opening {
    /// Starts the node at a moment, now that all blocks of its ledger came; or gives what takes
    /// them all once more.
    ///
    /// # Errors
    /// What takes the blocks once more, as the ledger does not hold together.
    pub fn end(self, reading: ClockReading, out: &mut Outbox) -> Result<Node, Box<Self>> {
        self.conclude()
            .map(|opened| Node::opened(opened, reading, out))
    }

    /// Starts the node at a moment with these blocks, all of its ledger, the lowest first.
    pub fn run(self, blocks: &[StoredBlock], reading: ClockReading, out: &mut Outbox) -> Node {
        let mut opening = self;
        loop {
            opening.take(blocks);
            match opening.end(reading, out) {
                Ok(node) => return node,
                Err(again) => opening = *again,
            }
        }
    }
}

impl Node {
    /// Starts a node at a moment: with a snapshot from its ledger, or without one from genesis.
    ///
    /// # Errors
    /// Parameters that no network can have.
    pub fn start(
        setup: Setup,
        snapshot: Option<Snapshot>,
        reading: ClockReading,
        out: &mut Outbox,
    ) -> Result<Self, StartError> {
        let mut snapshot = snapshot;
        let blocks = snapshot.as_mut().map(|it| std::mem::take(&mut it.blocks));
        let opening = Opening::new(setup, snapshot)?;
        Ok(opening.run(&blocks.unwrap_or_default(), reading, out))
    }

    fn opened(opened: Opened, reading: ClockReading, out: &mut Outbox) -> Self {
        let Opened {
            setup,
            snapshot,
            ballots,
            recovered,
        } = opened;
        let (now, date) = (reading.monotonic, reading.wall);
        let params = Rc::clone(recovered.chain.params());
        let chain_id = ballots.chain_id();
        let is_first = setup.is_first && is_first_slot(&params, date);
        let memory = signed(snapshot.as_ref(), &chain_id, is_first);
        let sealed = snapshot
            .as_ref()
            .map(|snapshot| sealed_slot(snapshot).unwrap_or_default());
        let durable = if recovered.outcome == LedgerStart::Resumed {
            recovered.chain.height()
        } else {
            Height(0)
        };
        let head = recovered.chain.head_header().time;
        let kept = kept_ahead(snapshot.as_ref());
        let clock = Clock::new(reading, head, kept, params.max_future);
        // Dated by the ledger at least, so that this run's frames are newer than the last one's.
        let identity = Identity::new(&setup, clock.date());
        let listen_until = now.plus(LISTEN_FIRST);
        let mut node = Self {
            now,
            clock,
            random: SplitMix64::new(setup.seed),
            chain: recovered.chain,
            cache: recovered.cache,
            mempool: Mempool::default(),
            roster: Roster::default(),
            exchange: Exchange::default(),
            compact: CompactBlocks::default(),
            deferred: DeferredBlocks::default(),
            lanes: Lanes::default(),
            mining: Mining::new(setup.workload, identity.kind, now, listen_until),
            finality: Finality::new(
                ballots,
                Duty::new(memory, now),
                Checkpoint::genesis(chain_id),
                now,
            ),
            authority: Authority::new(sealed, slots::slot_at(&params, clock.date()), is_first),
            books: Books::new(
                durable,
                identity.kind == NodeKind::Viewer,
                recovered.outcome,
            ),
            timers: Timers::default(),
            counters: Counters::default(),
            stopping: false,
            identity,
        };
        node.write_recovered(recovered.stale, recovered.damage, out);
        node.begin_finality();
        node.restamp_stored(recovered.misstamped);
        node.begin(snapshot, out);
        node
    }

    /// Writes a ledger that did not resume anew, says what its check found, and keeps the damaged
    /// bytes to look at.
    fn write_recovered(
        &mut self,
        stale: Vec<(Table, String)>,
        damage: Option<Damage>,
        out: &mut Outbox,
    ) {
        if self.books.ledger_start != LedgerStart::Resumed {
            for (table, key) in stale {
                self.books.delete(table, key);
            }
            self.write_everything();
            self.write_all_votes();
        }
        let Some(Damage { text, bytes: raw }) = damage else {
            return;
        };
        if !raw.is_empty() {
            let key = meta_key::QUARANTINE.to_owned();
            self.books.put(Table::Meta, Row::Raw(RawRow { key, raw }));
        }
        out.push(Output::Notice(Notice::Damaged { text }));
    }

    fn begin(&mut self, snapshot: Option<Snapshot>, out: &mut Outbox) {
        out.push(Output::Notice(Notice::Started {
            height: self.chain.height(),
            ledger: self.books.ledger_start,
        }));
        if self.clock.ahead().0 > 0 {
            let by = self.clock.ahead();
            self.books.put(Table::Meta, Row::Raw(clock_row(by)));
            out.push(Output::Notice(Notice::Clock(ClockNotice::DatedAhead {
                by,
            })));
        }
        self.broadcast_hello(out);
        self.forget_miners();
        if let Some(snapshot) = snapshot {
            self.restore_nodes(&snapshot);
            self.restore_pending(&snapshot, out);
        }
        self.write_nodes();
        self.send_ping(out);
        self.timers
            .set(Timer::Housekeeping, self.now.plus(HOUSEKEEPING_EVERY));
        self.timers
            .set(Timer::Candidate, self.now.plus(LISTEN_FIRST));
        let listen = if self.chain.height().0 == 0 {
            Millis(0)
        } else {
            LISTEN_FIRST
        };
        self.timers.set(Timer::Slot, self.now.plus(listen));
        self.settle(false, out);
    }

    /// Takes back the peers that were heard latest, as many as are remembered; the rows of others
    /// are deleted.
    fn restore_nodes(&mut self, snapshot: &Snapshot) {
        let own = self.identity.id.to_string();
        let mut rows: Vec<&NodeRow> = snapshot.nodes.iter().collect();
        rows.retain(|row| row.node_id != own);
        rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.last_seen), &row.node_id));
        for (place, row) in rows.into_iter().enumerate() {
            let record = borsh::from_slice::<NodeRecord>(&row.raw).ok();
            // Each record costs a signature to verify.
            let record = record.filter(|record| {
                place < MAX_PEERS && record.id.to_string() == row.node_id && record.is_genuine()
            });
            if let Some(record) = record {
                self.roster.list(record.id, true);
                self.roster.peers.learn(record, self.now);
            } else {
                self.books.delete(Table::Nodes, row.node_id.clone());
            }
        }
    }

    fn restore_pending(&mut self, snapshot: &Snapshot, out: &mut Outbox) {
        let mut waiting: Vec<(TxId, Transaction)> = Vec::new();
        for row in &snapshot.pending {
            match Transaction::from_bytes(&row.raw) {
                Ok(read) => waiting.push((read.id(), read)),
                // No row says that it waits where nothing can be sent.
                Err(_) => self.books.delete(Table::Transactions, row.tx_hash.clone()),
            }
        }
        waiting.sort_unstable_by_key(|(id, transaction)| (transaction.body.nonce, *id));
        for (id, transaction) in waiting {
            // The row of a committed one is right, or is corrected when it is seen committed.
            if self.chain.block_of(&id).is_some() {
                continue;
            }
            let kind = transaction.body.payload.kind();
            // As one that comes back from a block: what it depends on may wait as well, and is
            // restored after it.
            match self.admit(transaction.clone(), None, out) {
                Ok(()) => self.tell_waiting(id, kind, Source::Own, out),
                // No row says that it waits where none does.
                Err(error) => self.drop_transaction(transaction, DropReason::from(&error), out),
            }
        }
    }
}

/// What a node has signed, as far as it can know.
fn signed(
    snapshot: Option<&Snapshot>,
    chain_id: &BlockHash,
    is_first: bool,
) -> Option<SigningRecord> {
    match snapshot {
        // Whatever became of the rest, a whole record of this network counts.
        Some(snapshot) => memory_of(snapshot, chain_id),
        // In the first slot of a network nobody can have signed anything.
        None if is_first => Some(SigningRecord::default()),
        None => None,
    }
}

/// Whether a network's first slot is not over. By a clock that shows a time before the network was
/// made, it may be.
fn is_first_slot(params: &crate::consensus::Params, date: Timestamp) -> bool {
    date >= params.genesis_time && slots::slot_at(params, date) <= FIRST_SLOT
}
