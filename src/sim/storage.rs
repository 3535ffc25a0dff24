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
    /// Whether rows are damaged that no stored batch has repaired.
    pub(super) damaged: bool,
    /// The repair of damaged rows may still be lost with the power.
    repair_at_risk: bool,
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
            self.repair_at_risk |= self.damaged;
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
                self.damaged |= self.repair_at_risk && lost > 0;
                self.write_down_to(0);
            }
            Ending::BitFlip => {
                self.write_down_to(0);
                self.flip_a_bit(rng);
                (self.promised, self.damaged) = (None, true);
            }
            Ending::Deleted => self.delete(),
        }
        self.repair_at_risk = false;
        self.mood = Mood::Well;
        (under_way, lost)
    }

    /// Somebody deletes the database.
    pub(super) fn delete(&mut self) {
        self.cache.clear();
        if let Some((.., outcome)) = &mut self.under_way {
            *outcome = Err(StoreError::Gone);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn batch(value: u8) -> Batch {
        let mut batch = Batch::default();
        batch.put(Table::State, Row::Raw(RawRow { key: value.to_string(), raw: vec![value] }));
        batch.put(Table::Meta, Row::Raw(RawRow { key: meta_key::HEAD.to_owned(), raw: vec![value; 32] }));
        batch
    }

    /// A disk that was told to store batches 1 to `count`, the one numbered `strict` flushed.
    fn disk(count: u8, strict: u8, rng: &mut Rng) -> Disk {
        let mut disk = Disk::default();
        for number in 1..=count {
            let durability = if number == strict { Durability::Strict } else { Durability::Relaxed };
            let id = BatchId(u64::from(number));
            disk.begin((id, batch(number), durability), NOW, rng);
            assert_eq!(disk.finish(id), Some(Ok(())));
        }
        disk
    }

    fn stored(disk: &Disk) -> Vec<u8> {
        let mut values: Vec<u8> = disk.load().state.iter().map(|row| row.raw[0]).collect();
        values.sort_unstable();
        values
    }

    #[test]
    fn a_killed_process_finds_everything_that_it_was_told_is_stored() {
        let mut rng = Rng::new(1, 1);
        let mut disk = disk(5, 2, &mut rng);
        disk.end(Ending::Process, &mut rng);
        assert_eq!(stored(&disk), [1, 2, 3, 4, 5]);
        assert_eq!(disk.promised, Some(BlockHash([5; 32])));
    }

    #[test]
    fn a_power_cut_loses_the_latest_first_and_nothing_before_a_flush() {
        let mut lost_some = false;
        for seed in 0..50 {
            let mut rng = Rng::new(seed, 1);
            let mut disk = disk(6, 3, &mut rng);
            let (_, lost) = disk.end(Ending::Power, &mut rng);
            let left = u8::try_from(6 - lost).unwrap();
            assert_eq!(stored(&disk), (1..=left).collect::<Vec<_>>());
            assert!(left >= 3);
            lost_some |= left == 3;
        }
        assert!(lost_some, "all that was not flushed is lost at times");
    }

    #[test]
    fn a_batch_under_way_is_stored_whole_or_not_at_all_when_its_node_is_killed() {
        let outcome = |seed| {
            let mut rng = Rng::new(seed, 1);
            let mut disk = disk(1, 1, &mut rng);
            disk.begin((BatchId(2), batch(2), Durability::Relaxed), NOW, &mut rng);
            assert!(disk.end(Ending::Process, &mut rng).0);
            assert_eq!(disk.finish(BatchId(2)), None, "the answer reaches nobody");
            stored(&disk).len()
        };
        let outcomes: Vec<usize> = (0..20).map(outcome).collect();
        assert!(outcomes.contains(&1) && outcomes.contains(&2));
    }

    #[test]
    fn a_full_disk_stores_nothing_until_it_is_well_and_a_deleted_one_never() {
        let mut rng = Rng::new(1, 1);
        let mut disk = Disk::default();
        let mut store = |disk: &mut Disk, id: u64, now| {
            disk.begin((BatchId(id), batch(1), Durability::Strict), now, &mut rng);
            disk.finish(BatchId(id))
        };
        disk.set_mood(Mood::Full, NOW.plus(Millis(10)));
        assert_eq!(store(&mut disk, 1, NOW), Some(Err(StoreError::Quota)));
        assert!(stored(&disk).is_empty() && disk.acknowledged.is_none());
        assert_eq!(store(&mut disk, 2, NOW.plus(Millis(10))), Some(Ok(())));
        disk.delete();
        assert_eq!(store(&mut disk, 3, NOW.plus(Millis(20))), Some(Err(StoreError::Gone)));
        assert!(stored(&disk).is_empty());
    }
}
