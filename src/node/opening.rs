//! Reading a ledger when a node starts: block by block, so that it is never in memory as a whole.
//! First as it was written; where that does not hold together, once more as if peers had sent the
//! blocks.
//!
//! Bounds: those of the tree, which puts old blocks into its archive meanwhile; of a ledger that
//! cannot be used as it is the keys of its rows as well, and [`MAX_MISPLACED`] blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::chain::{Archive, Chain, Restoring};
use crate::consensus::{Params, SignatureCache};
use crate::ledger::{SCHEMA_VERSION, Snapshot, StoredBlock, Table, meta_key};
use crate::primitives::{Block, BlockHash, Height, from_hex, to_hex};
use crate::records::LedgerStart;
use crate::state::{Entry, Key, State};

use super::finality::Ballots;
use super::report::open_undo;
use super::{Setup, StartError};

/// Most blocks that are kept because they come before their parents: a row that says another height
/// than its block stands in a wrong place.
const MAX_MISPLACED: usize = 4_096;

/// A node that reads its ledger.
#[derive(Debug)]
pub struct Opening {
    setup: Setup,
    params: Rc<Params>,
    snapshot: Option<Snapshot>,
    ballots: Ballots,
    archive: Option<(Rc<dyn Archive>, u64)>,
    genesis: GenesisRows,
    reading: Reading,
}

/// What the ledger has as its first block.
#[derive(Clone, Copy, Debug, Default)]
struct GenesisRows {
    is_there: bool,
    is_ours: bool,
}

/// How the blocks are read.
#[derive(Debug)]
enum Reading {
    /// As they were written.
    Resuming(Resuming),
    /// As if peers had sent them.
    Replaying(Replaying),
    /// They are of no use.
    Discarding(LedgerStart, Keys),
}

/// The keys of the blocks' rows.
type Keys = Vec<String>;

#[derive(Debug)]
struct Resuming {
    tree: Restoring,
    damage: Option<Damage>,
    /// The blocks whose rows say that they are beside the best chain.
    beside: BTreeSet<BlockHash>,
}

#[derive(Debug)]
struct Replaying {
    chain: Chain,
    cache: SignatureCache,
    keys: Keys,
    /// Blocks by parents that did not come yet.
    misplaced: BTreeMap<BlockHash, Vec<Block>>,
    waiting: usize,
    damage: Option<Damage>,
    /// The first block that a rule refused.
    refused: Option<String>,
}

/// What is wrong with a ledger.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    /// The rule, what was expected and what was found.
    pub(super) text: String,
    /// The bytes of the block's row that is wrong, if it is one.
    pub(super) bytes: Vec<u8>,
}

impl Damage {
    const fn of(text: String) -> Self {
        let bytes = Vec::new();
        Self { text, bytes }
    }

    fn row(row: &StoredBlock) -> Self {
        Self {
            text: wrong_row(row),
            bytes: row.raw.clone(),
        }
    }
}

/// What became of a ledger that was read.
pub(super) struct Recovered {
    pub(super) chain: Chain,
    pub(super) cache: SignatureCache,
    pub(super) outcome: LedgerStart,
    /// Rows of the old ledger that the new one does not have.
    pub(super) stale: Vec<(Table, String)>,
    /// Blocks whose rows do not say truly whether they are on the best chain, and what they say.
    pub(super) misstamped: Vec<(BlockHash, bool)>,
    /// What the check found.
    pub(super) damage: Option<Damage>,
}

/// A node whose ledger was read.
pub(super) struct Opened {
    pub(super) setup: Setup,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) ballots: Ballots,
    pub(super) recovered: Recovered,
}

impl Opening {
    /// Begins with what a ledger has beside its blocks, or without a ledger.
    ///
    /// # Errors
    /// Parameters that no network can have.
    pub fn new(setup: Setup, snapshot: Option<Snapshot>) -> Result<Self, StartError> {
        setup.params.validate()?;
        let params = Rc::new(setup.params.clone());
        let snapshot = snapshot.filter(|snapshot| !snapshot.meta.is_empty());
        let chain_id = crate::chain::chain_id(&params);
        let ballots = match &snapshot {
            Some(snapshot) => Ballots::restore(chain_id, snapshot),
            None => Ballots::new(chain_id),
        };
        let reading = match &snapshot {
            None => Reading::Discarding(LedgerStart::New, Keys::new()),
            Some(snapshot) => Reading::of(&params, snapshot),
        };
        Ok(Self {
            setup,
            params,
            snapshot,
            ballots,
            archive: None,
            genesis: GenesisRows::default(),
            reading,
        })
    }

    /// Has old blocks go to an archive, from the first on: see [`Chain::archive_to`].
    pub fn archive_to(&mut self, archive: Rc<dyn Archive>, keep: u64) {
        self.archive = Some((archive, keep));
        self.use_archive();
    }

    fn use_archive(&mut self) {
        let Some((archive, keep)) = self.archive.clone() else {
            return;
        };
        match &mut self.reading {
            Reading::Resuming(it) => it.tree.archive_to(archive, keep),
            Reading::Replaying(it) => it.chain.archive_to(archive, keep),
            Reading::Discarding(..) => {}
        }
    }

    /// Takes the next blocks of the ledger, the lowest first.
    pub fn take(&mut self, blocks: &[StoredBlock]) {
        for row in blocks {
            if row.height == 0 {
                self.genesis.is_there = true;
                self.genesis.is_ours |= row.hash == self.ballots.chain_id().to_string();
            }
            match &mut self.reading {
                Reading::Resuming(it) => it.take(row),
                Reading::Replaying(it) => it.take(row),
                Reading::Discarding(_, keys) => keys.push(row.hash.clone()),
            }
        }
    }

    /// What became of the ledger, now that all of its blocks came; or what takes them all once
    /// more.
    pub(super) fn conclude(self) -> Result<Opened, Box<Self>> {
        let is_outdated = self.is_outdated();
        let params = Rc::clone(&self.params);
        let anew = |outcome, keys: &[String]| {
            Recovered::new(Chain::new(Rc::clone(&params)), outcome)
                .without(self.snapshot.as_ref(), keys)
        };
        let read = match self.reading {
            Reading::Resuming(_) if is_outdated => {
                Err(Reading::Discarding(LedgerStart::Outdated, Keys::new()))
            }
            Reading::Resuming(it) => it
                .end(self.snapshot.as_ref(), &self.ballots)
                .map_err(|damage| Reading::Replaying(Replaying::new(&params, Some(damage)))),
            Reading::Replaying(Replaying { keys, .. }) if is_outdated => {
                Ok(anew(LedgerStart::Outdated, &keys))
            }
            Reading::Replaying(it) => Ok(it.end(self.snapshot.as_ref(), &self.ballots)),
            Reading::Discarding(_, keys) if is_outdated => Ok(anew(LedgerStart::Outdated, &keys)),
            Reading::Discarding(outcome, keys) => Ok(anew(outcome, &keys)),
        };
        match read {
            Ok(mut recovered) => {
                if let Some((archive, keep)) = self.archive {
                    // A tree that was begun just now has none yet.
                    recovered.chain.archive_to(archive, keep);
                }
                Ok(Opened {
                    setup: self.setup,
                    snapshot: self.snapshot,
                    ballots: self.ballots,
                    recovered,
                })
            }
            Err(reading) => {
                let mut again = Self { reading, ..self };
                again.use_archive();
                Err(Box::new(again))
            }
        }
    }

    /// Whether the ledger begins with another genesis block though the parameters are the same: the
    /// rule set is hashed with them. Of one that is of an older schema too, this says more.
    fn is_outdated(&self) -> bool {
        let is_of_network = |snapshot| is_same_network(&self.params, snapshot);
        self.genesis.is_there
            && !self.genesis.is_ours
            && self.snapshot.as_ref().is_some_and(is_of_network)
    }
}

fn is_same_network(params: &Params, snapshot: &Snapshot) -> bool {
    snapshot.meta(meta_key::PARAMS) == Some(&params.to_bytes())
}

impl Reading {
    /// The way to read a ledger that has this beside its blocks.
    fn of(params: &Rc<Params>, snapshot: &Snapshot) -> Self {
        let schema = snapshot.meta(meta_key::SCHEMA);
        let schema = schema.and_then(|raw| raw.try_into().ok());
        let schema = schema.map(u32::from_le_bytes);
        let is_known = schema.is_some_and(|schema| (1..=SCHEMA_VERSION).contains(&schema));
        if !is_known || !is_same_network(params, snapshot) {
            Self::Discarding(LedgerStart::Wiped, Keys::new())
        } else if schema == Some(SCHEMA_VERSION) {
            Self::Resuming(Resuming::new(params))
        } else {
            // One of an older schema is made anew from its blocks.
            Self::Replaying(Replaying::new(params, None))
        }
    }
}

impl Recovered {
    fn new(chain: Chain, outcome: LedgerStart) -> Self {
        Self {
            chain,
            cache: SignatureCache::default(),
            outcome,
            stale: Vec::new(),
            misstamped: Vec::new(),
            damage: None,
        }
    }

    /// Has the rows of the old ledger go that belong to nothing any more; `keys` are those of its
    /// blocks.
    fn without(mut self, old: Option<&Snapshot>, keys: &[String]) -> Self {
        let Some(old) = old else { return self };
        let mut kept = BTreeSet::new();
        self.chain.head_state().tree().for_each(|key, _| {
            kept.insert(to_hex(&key.to_bytes()));
        });
        let state = old.state.iter().filter(|row| !kept.contains(&row.key));
        let in_tree = |id: BlockHash| self.chain.contains(&id);
        let blocks = keys.iter().filter(|key| !key.parse().is_ok_and(in_tree));
        // Votes that are still good are written again.
        let votes = old.finality.iter();
        self.stale = state
            .map(|row| (Table::State, row.key.clone()))
            .chain(votes.map(|row| (Table::Finality, row.key.clone())))
            .chain(blocks.map(|key| (Table::Blocks, key.clone())))
            .collect();
        self
    }
}

impl Resuming {
    fn new(params: &Rc<Params>) -> Self {
        Self {
            tree: Restoring::new(Rc::clone(params)),
            damage: None,
            beside: BTreeSet::new(),
        }
    }

    /// Takes a block as it was written, if its bytes and undo record are those that were. A row
    /// that is wrong says more than that another block lacks its parent.
    fn take(&mut self, row: &StoredBlock) {
        let block = decode(row).filter(|block| block.header.height.0 == row.height);
        match (block, open_undo(row), &self.damage) {
            (Some(block), Some(undo), None) => {
                if !row.on_best_chain {
                    self.beside.insert(block.id());
                }
                if let Err(error) = self.tree.add(block, undo, row.on_best_chain) {
                    self.damage = Some(Damage::of(error.to_string()));
                }
            }
            (None, _, None) | (_, None, None) => self.damage = Some(Damage::row(row)),
            (None, _, Some(known)) | (_, None, Some(known)) if known.bytes.is_empty() => {
                self.damage = Some(Damage::row(row));
            }
            (_, _, Some(_)) => {}
        }
    }

    /// The chain as it was, if ids, links, undo records and the state root hold; else what does
    /// not.
    fn end(self, snapshot: Option<&Snapshot>, ballots: &Ballots) -> Result<Recovered, Damage> {
        if let Some(damage) = self.damage {
            return Err(damage);
        }
        let head = snapshot.and_then(|snapshot| snapshot.meta(meta_key::HEAD));
        let head = head.unwrap_or_default();
        let head: [u8; 32] = head.try_into().map_err(|_| {
            let found = head.len();
            Damage::of(format!(
                "the head: expected a hash of 32 bytes, found {found}"
            ))
        })?;
        let state = State::from_entries(entries(snapshot)?);
        let chain = self
            .tree
            .finish((BlockHash(head), state), |chain| ballots.view(chain))
            .map_err(|error| Damage::of(error.to_string()))?;
        let misstamped = misstamped(&chain, &self.beside);
        Ok(Recovered {
            misstamped,
            ..Recovered::new(chain, LedgerStart::Resumed)
        })
    }
}

/// The entries of a state as they are stored.
fn entries(snapshot: Option<&Snapshot>) -> Result<Vec<(Key, Entry)>, Damage> {
    let rows = snapshot.into_iter().flat_map(|snapshot| &snapshot.state);
    rows.map(|row| {
        let key = from_hex(&row.key).ok();
        let key = key.and_then(|key| Key::from_bytes(&key).ok());
        let entry = key.zip(Entry::from_bytes(&row.raw).ok());
        entry.ok_or_else(|| Damage::of(format!("entry {} of the state cannot be read", row.key)))
    })
    .collect()
}

/// The blocks whose rows say wrongly that they are beside the best chain, or on it: those of an
/// earlier run that was to write them again and did not.
fn misstamped(chain: &Chain, beside: &BTreeSet<BlockHash>) -> Vec<(BlockHash, bool)> {
    let on_best = beside.iter().filter(|id| chain.on_best(id));
    // All others of them are in memory.
    let in_memory = chain.in_memory_from(Height(0)).map(|(id, _)| id);
    let others = in_memory.filter(|id| !chain.on_best(id) && !beside.contains(*id));
    let on_best = on_best.map(|id| (*id, false));
    on_best.chain(others.map(|id| (*id, true))).collect()
}

impl Replaying {
    fn new(params: &Rc<Params>, damage: Option<Damage>) -> Self {
        Self {
            chain: Chain::new(Rc::clone(params)),
            cache: SignatureCache::default(),
            keys: Keys::new(),
            misplaced: BTreeMap::new(),
            waiting: 0,
            damage,
            refused: None,
        }
    }

    /// Takes a block, if its row can be read, with those that wait for it.
    fn take(&mut self, row: &StoredBlock) {
        self.keys.push(row.hash.clone());
        let mut next: Vec<Block> = decode(row).into_iter().collect();
        while let Some(block) = next.pop() {
            let (id, parent) = (block.id(), block.header.parent);
            let is_early = !self.chain.contains(&parent) && self.chain.refusal(&parent).is_none();
            if is_early && self.waiting < MAX_MISPLACED && id != self.chain.chain_id() {
                self.waiting = self.waiting.saturating_add(1);
                self.misplaced.entry(parent).or_default().push(block);
                continue;
            }
            self.import(id, block);
            let waited = self.misplaced.remove(&id).unwrap_or_default();
            self.waiting = self.waiting.saturating_sub(waited.len());
            next.extend(waited);
        }
    }

    /// Imports a block. One that is not valid, and all that stands on it, stays out.
    fn import(&mut self, id: BlockHash, block: Block) {
        let (height, time) = (block.header.height, block.header.time);
        if let Err(error) = self.chain.import(block, time, &mut self.cache) {
            let rule = error.rule();
            let said = || format!("block {id} at height {height} breaks rule {rule}: {error}");
            self.refused.get_or_insert_with(said);
        }
    }

    /// The chain that the readable blocks make, each checked as if a peer had sent it.
    fn end(mut self, snapshot: Option<&Snapshot>, ballots: &Ballots) -> Recovered {
        if let (Some(damage), Some(refused)) = (&mut self.damage, self.refused) {
            damage.text = format!("{}; {refused}", damage.text);
        }
        self.chain.follow(ballots.view(&self.chain));
        let head = snapshot.and_then(|snapshot| snapshot.meta(meta_key::HEAD));
        let outcome = if head == Some(self.chain.head().as_bytes()) {
            LedgerStart::Rebuilt
        } else {
            LedgerStart::Truncated
        };
        Recovered {
            cache: self.cache,
            damage: self.damage,
            ..Recovered::new(self.chain, outcome)
        }
        .without(snapshot, &self.keys)
    }
}

/// What is wrong with the row of a block.
fn wrong_row(row: &StoredBlock) -> String {
    let place = format!("block {} at height {}", row.hash, row.height);
    match Block::from_bytes(&row.raw) {
        Err(error) => format!("{place}: {error}"),
        Ok(block) if block.id().to_string() != row.hash => {
            let found = block.id();
            format!("{place}: expected bytes with the hash of the row, found those of {found}")
        }
        Ok(block) if block.header.height.0 != row.height => {
            let expected = block.header.height;
            format!("{place}: expected height {expected}, which its bytes have")
        }
        Ok(_) => {
            format!("{place}: expected the checksum over its bytes and undo record, found another")
        }
    }
}

/// The block of a row, if its bytes have the id that the row says.
fn decode(row: &StoredBlock) -> Option<Block> {
    let block = Block::from_bytes(&row.raw).ok()?;
    (block.id().to_string() == row.hash).then_some(block)
}
