//! Starting a node: from nothing, from its ledger, or from what can be saved of its ledger.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::chain::Chain;
use crate::consensus::finality::{Checkpoint, SigningRecord};
use crate::consensus::{SignatureCache, slots};
use crate::gossip::{MAX_PEERS, NodeRecord};
use crate::ledger::{BlockRow, NodeRow, RawRow, Row, SCHEMA_VERSION, Snapshot, Table, meta_key};
use crate::mempool::{DropReason, Mempool};
use crate::primitives::{
    Block, BlockHash, ClockReading, Height, Millis, NodeKind, SplitMix64, Timestamp, Transaction,
    from_hex, to_hex,
};
use crate::records::LedgerStart;
use crate::state::{Entry, Key, State};

use super::authority::{Authority, FIRST_SLOT, sealed_slot};
use super::books::Books;
use super::clock::{Clock, clock_row, kept_ahead};
use super::compact::CompactBlocks;
use super::deferred::DeferredBlocks;
use super::exchange::Exchange;
use super::finality::{Ballots, Duty, Finality, memory_of};
use super::handle::HOUSEKEEPING_EVERY;
use super::identity::Identity;
use super::lanes::Lanes;
use super::machine::Counters;
use super::mining::Mining;
use super::report::open_undo;
use super::roster::Roster;
use super::source::Source;
use super::timers::{Timer, Timers};
use super::{ClockNotice, Node, Notice, Outbox, Output, Setup, StartError};

/// How long a node listens to its peers before it makes a candidate, so that a late joiner does not mine
/// on an old head.
const LISTEN_FIRST: Millis = Millis(300);

/// What became of the ledger at start.
struct Recovered {
    chain: Chain,
    outcome: LedgerStart,
    /// Rows of the old ledger that the new one does not have.
    stale: Vec<(Table, String)>,
    /// What the check found.
    damage: Option<Damage>,
}

/// What is wrong with a ledger.
struct Damage {
    /// The rule, what was expected and what was found.
    text: String,
    /// The bytes of the block's row that is wrong, if it is one.
    bytes: Vec<u8>,
}

impl Damage {
    fn of(text: String) -> Self {
        let bytes = Vec::new();
        Self { text, bytes }
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
        setup.params.validate()?;
        let (now, date) = (reading.monotonic, reading.wall);
        let params = Rc::new(setup.params.clone());
        let snapshot = snapshot.filter(|snapshot| !snapshot.meta.is_empty());
        let mut cache = SignatureCache::default();
        let chain_id = crate::chain::chain_id(&params);
        let ballots = match &snapshot {
            Some(snapshot) => Ballots::restore(chain_id, snapshot),
            None => Ballots::new(chain_id),
        };
        let recovered = recover(&params, snapshot.as_ref(), &ballots, date, &mut cache);
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
            cache,
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
        if let Some(snapshot) = &snapshot {
            node.restamp_stored(snapshot);
        }
        node.begin(snapshot, out);
        Ok(node)
    }

    /// Writes a ledger that did not resume anew, says what its check found, and keeps the damaged bytes to look at.
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

    /// Takes back the peers that were heard latest, as many as are remembered; the rows of others are deleted.
    fn restore_nodes(&mut self, snapshot: &Snapshot) {
        let own = self.identity.id.to_string();
        let mut rows: Vec<&NodeRow> = snapshot.nodes.iter().collect();
        rows.retain(|row| row.node_id != own);
        rows.sort_by_key(|row| std::cmp::Reverse(row.last_seen));
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
        let mut waiting: Vec<Transaction> = snapshot
            .pending
            .iter()
            .filter_map(|row| Transaction::from_bytes(&row.raw).ok())
            .collect();
        waiting.sort_by_key(|transaction| transaction.body.nonce);
        for transaction in waiting {
            let id = transaction.id();
            // The row of a committed one is right, or is corrected when it is seen committed.
            if self.chain.block_of(&id).is_some() {
                continue;
            }
            let kind = transaction.body.payload.kind();
            // As one that comes back from a block: what it depends on may wait as well, and is restored after it.
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

/// Whether a network's first slot is not over. By a clock that shows a time before the network was made, it may be.
fn is_first_slot(params: &crate::consensus::Params, date: Timestamp) -> bool {
    date >= params.genesis_time && slots::slot_at(params, date) <= FIRST_SLOT
}

fn recover(
    params: &Rc<crate::consensus::Params>,
    snapshot: Option<&Snapshot>,
    ballots: &Ballots,
    now: Timestamp,
    cache: &mut SignatureCache,
) -> Recovered {
    let Some(snapshot) = snapshot else {
        return Recovered {
            chain: Chain::new(Rc::clone(params)),
            outcome: LedgerStart::New,
            stale: Vec::new(),
            damage: None,
        };
    };
    let same_network = snapshot.meta(meta_key::PARAMS) == Some(&params.to_bytes());
    let schema = snapshot
        .meta(meta_key::SCHEMA)
        .and_then(|raw| raw.try_into().ok());
    let schema = schema.map(u32::from_le_bytes);
    let is_known = schema.is_some_and(|schema| (1..=SCHEMA_VERSION).contains(&schema));
    // Of a ledger of an older rule set and of an older schema at once, the rules say more.
    let unusable = if same_network && is_outdated(snapshot, &ballots.chain_id()) {
        Some(LedgerStart::Outdated)
    } else {
        (!same_network || !is_known).then_some(LedgerStart::Wiped)
    };
    if let Some(outcome) = unusable {
        let chain = Chain::new(Rc::clone(params));
        return Recovered {
            stale: stale_rows(snapshot, &chain),
            chain,
            outcome,
            damage: None,
        };
    }
    // One of an older schema is made anew from its blocks.
    let is_of_today = schema == Some(SCHEMA_VERSION);
    let mut damage = None;
    if is_of_today {
        match resume(params, snapshot, ballots) {
            Ok(chain) => {
                return Recovered {
                    chain,
                    outcome: LedgerStart::Resumed,
                    stale: Vec::new(),
                    damage: None,
                };
            }
            Err(found) => damage = Some(found),
        }
    }
    let (mut chain, refused) = replay(params, snapshot, now, cache);
    if let (Some(damage), Some(refused)) = (&mut damage, refused) {
        damage.text = format!("{}; {refused}", damage.text);
    }
    chain.follow(ballots.view(&chain));
    let head = snapshot.meta(meta_key::HEAD);
    let complete = head == Some(chain.head().as_bytes());
    Recovered {
        stale: stale_rows(snapshot, &chain),
        chain,
        outcome: if complete {
            LedgerStart::Rebuilt
        } else {
            LedgerStart::Truncated
        },
        damage,
    }
}

/// Whether the ledger begins with another genesis block though the parameters are the same: the rule set
/// is hashed with them.
fn is_outdated(snapshot: &Snapshot, chain_id: &BlockHash) -> bool {
    let genesis = chain_id.to_string();
    let mut first = snapshot
        .blocks
        .iter()
        .filter(|row| row.height == 0)
        .peekable();
    first.peek().is_some() && first.all(|row| row.hash != genesis)
}

/// The chain as it was, if ids, links, undo records and the state root hold; else what does not.
fn resume(
    params: &Rc<crate::consensus::Params>,
    snapshot: &Snapshot,
    ballots: &Ballots,
) -> Result<Chain, Damage> {
    let head = snapshot.meta(meta_key::HEAD).unwrap_or_default();
    let head: [u8; 32] = head.try_into().map_err(|_| {
        let found = head.len();
        Damage::of(format!(
            "the head: expected a hash of 32 bytes, found {found}"
        ))
    })?;
    let mut blocks = Vec::with_capacity(snapshot.blocks.len());
    let mut wrong: Option<&BlockRow> = None;
    for row in &snapshot.blocks {
        match (decode(row), open_undo(row)) {
            (Some(block), Some(undo)) => blocks.push((block, undo.to_vec())),
            _ if wrong.is_none_or(|lowest| row.height < lowest.height) => wrong = Some(row),
            _ => {}
        }
    }
    if let Some(row) = wrong {
        return Err(Damage {
            text: wrong_row(row),
            bytes: row.raw.clone(),
        });
    }
    let mut entries = Vec::with_capacity(snapshot.state.len());
    for row in &snapshot.state {
        let key = from_hex(&row.key)
            .ok()
            .and_then(|key| Key::from_bytes(&key).ok());
        let entry = key.zip(Entry::from_bytes(&row.raw).ok());
        entries.push(
            entry.ok_or_else(|| {
                Damage::of(format!("entry {} of the state cannot be read", row.key))
            })?,
        );
    }
    Chain::restore(
        Rc::clone(params),
        blocks,
        (BlockHash(head), State::from_entries(entries)),
        |chain| ballots.view(chain),
    )
    .map_err(|error| Damage::of(error.to_string()))
}

/// What is wrong with the row of a block.
fn wrong_row(row: &BlockRow) -> String {
    let place = format!("block {} at height {}", row.hash, row.height);
    match Block::from_bytes(&row.raw) {
        Err(error) => format!("{place}: {error}"),
        Ok(block) if block.id().to_string() != row.hash => {
            let found = block.id();
            format!("{place}: expected bytes with the hash of the row, found those of {found}")
        }
        Ok(_) => {
            format!("{place}: expected the checksum over its bytes and undo record, found another")
        }
    }
}

/// The block of a row, if its bytes have the id that the row says.
fn decode(row: &BlockRow) -> Option<Block> {
    let block = Block::from_bytes(&row.raw).ok()?;
    (block.id().to_string() == row.hash).then_some(block)
}

/// The chain that the readable blocks make, each checked as if a peer had sent it, and the first that is refused.
fn replay(
    params: &Rc<crate::consensus::Params>,
    snapshot: &Snapshot,
    now: Timestamp,
    cache: &mut SignatureCache,
) -> (Chain, Option<String>) {
    let mut refused = None;
    let mut chain = Chain::new(Rc::clone(params));
    for block in Chain::in_order(snapshot.blocks.iter().filter_map(decode)) {
        let time = now.max(block.header.time);
        let (id, height) = (block.id(), block.header.height);
        // A block that is not valid, and all that stands on it, stays out.
        if let Err(error) = chain.import(block, time, cache) {
            let rule = error.rule();
            let said = || format!("block {id} at height {height} breaks rule {rule}: {error}");
            refused.get_or_insert_with(said);
        }
    }
    (chain, refused)
}

/// Rows of the old ledger that belong to nothing any more.
fn stale_rows(snapshot: &Snapshot, chain: &Chain) -> Vec<(Table, String)> {
    let mut kept = BTreeSet::new();
    chain.head_state().tree().for_each(|key, _| {
        kept.insert(to_hex(&key.to_bytes()));
    });
    let state = snapshot.state.iter().filter(|row| !kept.contains(&row.key));
    let gone = |hash: &str| {
        !hash
            .parse::<BlockHash>()
            .is_ok_and(|id| chain.contains(&id))
    };
    let blocks = snapshot.blocks.iter().filter(|row| gone(&row.hash));
    // Those that are still good are written again.
    let votes = snapshot.finality.iter();
    state
        .map(|row| (Table::State, row.key.clone()))
        .chain(votes.map(|row| (Table::Finality, row.key.clone())))
        .chain(blocks.map(|row| (Table::Blocks, row.hash.clone())))
        .collect()
}
