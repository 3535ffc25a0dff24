//! A disk that fails: the ledger of one simulated node. A batch takes time; it is stored, or refused as a
//! browser refuses it, or its node dies before or after the commit. What was stored without being flushed
//! is lost when the power goes, the latest first; a flush brings everything before it to safety.

use std::collections::VecDeque;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::ledger::{Batch, Durability, MemoryStore, RawRow, Row, Snapshot, Store as _, StoreError, Table, meta_key};
use crate::node::BatchId;
use crate::primitives::{BlockHash, Millis, Timestamp};

use super::rng::Rng;

/// Batches that the system keeps before it writes them by itself.
const CACHE: usize = 8;

/// How a disk behaves for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    /// Everything is stored.
    #[default]
    Well,
    /// The quota is used up.
    Full,
    /// Transactions are aborted now and then.
    Flaky,
    /// The connection is lost now and then.
    Lost,
    /// Everything is stored, late.
    Slow,
    /// The database was deleted; it stays gone until the node starts again.
    Gone,
}

/// What happens to a disk when its node ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The process ends: what was stored stays; what is under way is stored or not.
    Process,
    /// The power goes: some of what was not flushed is lost.
    Power,
    /// A bit of a row flips.
    BitFlip,
    /// The database is deleted.
    Deleted,
}

/// A node's disk.
#[derive(Debug, Default)]
pub(super) struct Disk {
    store: MemoryStore,
    cache: VecDeque<Batch>,
    under_way: Option<(BatchId, Batch, Durability, Result<(), StoreError>)>,
    /// How it behaves until when.
    mood: Mood,
    until: Timestamp,
    /// The head of the last batch that the node was told is stored.
    pub(super) acknowledged: Option<BlockHash>,
    /// The head that a start must find at the least, as the last ending allows.
    pub(super) promised: Option<BlockHash>,
    /// Whether rows were damaged since the last start.
    pub(super) damaged: bool,
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a ledger in memory waits for nothing"),
    }
}

fn head_of(batch: &Batch) -> Option<BlockHash> {
    batch.iter().find_map(|(table, key, row)| match row {
        Some(Row::Raw(row)) if table == Table::Meta && key == meta_key::HEAD => {
            Some(BlockHash(row.raw.as_slice().try_into().ok()?))
        }
        _ => None,
    })
}

impl Disk {
    /// Behaves so until that time.
    pub(super) const fn set_mood(&mut self, mood: Mood, until: Timestamp) {
        self.mood = mood;
        self.until = until;
    }

    /// How it behaves.
    pub(super) const fn mood(&self) -> Mood {
        self.mood
    }

    /// Begins to store a batch; how long it takes.
    pub(super) fn begin(
        &mut self,
        (id, batch, durability): (BatchId, Batch, Durability),
        now: Timestamp,
        rng: &mut Rng,
    ) -> Millis {
        if now >= self.until && self.mood != Mood::Gone {
            self.mood = Mood::Well;
        }
        let outcome = match self.mood {
            Mood::Well | Mood::Slow => Ok(()),
            Mood::Full => Err(StoreError::Quota),
            Mood::Flaky => {
                if rng.one_in(2) {
                    Err(StoreError::Aborted)
                } else {
                    Ok(())
                }
            }
            Mood::Lost => {
                if rng.one_in(2) {
                    Err(StoreError::Gone)
                } else {
                    Ok(())
                }
            }
            Mood::Gone => Err(StoreError::Gone),
        };
        self.under_way = Some((id, batch, durability, outcome));
        match (self.mood, durability) {
            (Mood::Slow, _) => rng.span(200, 4_000),
            (_, Durability::Strict) => rng.span(2, 20),
            (_, Durability::Relaxed) => rng.span(1, 4),
        }
    }

    /// Ends the batch under way, if it is still that one; what the node is told.
    pub(super) fn finish(&mut self, id: BatchId) -> Option<Result<(), StoreError>> {
        let (_, batch, durability, outcome) = self.under_way.take_if(|(under_way, ..)| *under_way == id)?;
        if outcome.is_ok() {
            self.acknowledged = head_of(&batch).or(self.acknowledged);
            self.damaged = false;
            self.keep(batch, durability);
        }
        Some(outcome)
    }

    fn keep(&mut self, batch: Batch, durability: Durability) {
        self.cache.push_back(batch);
        let left = if durability == Durability::Strict { 0 } else { CACHE };
        self.write_down_to(left);
    }

    fn write_down_to(&mut self, left: usize) {
        while self.cache.len() > left {
            if let Some(batch) = self.cache.pop_front() {
                write(&self.store, &batch);
            }
        }
    }

    /// The node ends; whether a batch was under way, and how many stored ones are lost.
    pub(super) fn end(&mut self, ending: Ending, rng: &mut Rng) -> (bool, usize) {
        let under_way = self.under_way.is_some();
        let mut lost = 0;
        self.promised = self.acknowledged.take();
        if let Some((_, batch, durability, Ok(()))) = self.under_way.take()
            && rng.one_in(2)
        {
            // Killed after the commit, before its answer.
            self.promised = head_of(&batch).or(self.promised);
            self.keep(batch, durability);
        }
        match ending {
            Ending::Process => self.write_down_to(0),
            Ending::Power => {
                lost = rng.index(self.cache.len().saturating_add(1));
                self.cache.truncate(self.cache.len().saturating_sub(lost));
                self.promised = None;
                self.write_down_to(0);
            }
            Ending::BitFlip => {
                self.write_down_to(0);
                self.flip_a_bit(rng);
                (self.promised, self.damaged) = (None, true);
            }
            Ending::Deleted => self.delete(),
        }
        self.mood = Mood::Well;
        (under_way, lost)
    }

    /// Somebody deletes the database.
    pub(super) fn delete(&mut self) {
        self.cache.clear();
        self.store = MemoryStore::default();
        self.mood = Mood::Gone;
        (self.acknowledged, self.promised) = (None, None);
    }

    fn flip_a_bit(&self, rng: &mut Rng) {
        let mut snapshot = ready(self.store.load()).unwrap_or_default();
        let mut batch = Batch::default();
        let flip = |raw: &mut Vec<u8>, rng: &mut Rng| {
            if !raw.is_empty() {
                let at = rng.index(raw.len());
                raw[at] ^= 1 << rng.below(8);
            }
        };
        let mut flip_raw = |table: Table, rows: &mut Vec<RawRow>, rng: &mut Rng| {
            if !rows.is_empty() {
                let mut row = rows.swap_remove(rng.index(rows.len()));
                flip(&mut row.raw, rng);
                batch.put(table, Row::Raw(row));
            }
        };
        match rng.below(8) {
            0 => flip_raw(Table::Meta, &mut snapshot.meta, rng),
            1 | 2 => flip_raw(Table::State, &mut snapshot.state, rng),
            3 => flip_raw(Table::Undo, &mut snapshot.undo, rng),
            _ if snapshot.blocks.is_empty() => {}
            _ => {
                let mut row = snapshot.blocks.swap_remove(rng.index(snapshot.blocks.len()));
                flip(&mut row.raw, rng);
                batch.put(Table::Blocks, Row::Block(row));
            }
        }
        write(&self.store, &batch);
    }

    /// What a node that starts reads.
    #[must_use]
    pub(super) fn load(&self) -> Snapshot {
        ready(self.store.load()).unwrap_or_default()
    }
}

fn write(store: &MemoryStore, batch: &Batch) {
    ready(store.commit(batch, Durability::Strict)).unwrap_or_else(|error| unreachable!("nothing fails it: {error}"));
}
