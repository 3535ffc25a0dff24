//! A disk that fails: the ledger of one simulated node. A batch takes time; it is stored, or
//! refused as a browser refuses it, or its node dies before or after the commit. What was stored
//! without being flushed is lost when the power goes, the latest first; a flush brings everything
//! before it to safety.

use std::collections::{BTreeSet, VecDeque};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::consensus::finality::{Epoch, SigningRecord};
use crate::ledger::{
    Batch, BlockRow, Durability, MemoryStore, Page, Query, Row, SCHEMA_VERSION, Snapshot,
    Store as _, StoreError, Table, meta_key,
};
use crate::node::BatchId;
use crate::primitives::{BlockHash, Height, Millis, Slot, Timestamp};

use super::rng::Rng;

/// Batches that the system keeps before it writes them by itself.
const CACHE: usize = 8;
/// Longer than any run.
const NEVER: Millis = Millis(1_000_000_000);

/// How a disk behaves for a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
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
    /// Whatever it is given, it never answers.
    Silent,
    /// The database was deleted; it stays gone until the node starts again.
    Gone,
}

/// What happens to a disk when its node ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The process ends: what was stored stays; what is under way is stored or not.
    Process,
    /// The power goes: some of what was not flushed is lost.
    Power,
    /// A bit of a row flips.
    BitFlip,
    /// The database is deleted.
    Deleted,
}

/// What the next start must find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Nothing is promised.
    #[default]
    Nothing,
    /// This head.
    Head(BlockHash),
    /// One of these blocks as head, or the genesis block.
    OneOf(BTreeSet<String>),
}

/// A batch that is being stored.
#[derive(Clone, Debug)]
struct UnderWay {
    id: BatchId,
    batch: Batch,
    durability: Durability,
    /// What the node will be told.
    told: Result<(), StoreError>,
    /// Whether it is stored, whatever the node is told: a connection may be lost after the commit.
    kept: bool,
}

/// Rows that are copied with their disk: the handles of one [`MemoryStore`] share theirs, two disks
/// do not.
#[derive(Debug, Default)]
struct Rows(MemoryStore);

impl Clone for Rows {
    fn clone(&self) -> Self {
        Self(self.0.fork())
    }
}

/// A node's disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    store: Rows,
    cache: VecDeque<Batch>,
    under_way: Option<UnderWay>,
    /// The head and the sealed slot that are safe from a power cut.
    head: Option<BlockHash>,
    slot: Option<Slot>,
    /// The highest epoch for which a vote is safe from a power cut.
    voted: Option<Epoch>,
    /// How it behaves until when.
    mood: Mood,
    until: Timestamp,
    /// What the next start must find, as the last ending allows.
    pub(crate) promised: Promise,
    /// Whether rows are damaged that no stored batch has repaired.
    pub(crate) damaged: bool,
    /// The repair of damaged rows may still be lost with the power.
    repair_at_risk: bool,
    /// Somebody changed rows while the node ran, which notices when it reads them again.
    tampered: bool,
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a ledger in memory waits for nothing"),
    }
}

/// The bytes of a single value that a batch sets.
fn meta_of<'a>(batch: &'a Batch, name: &str) -> Option<&'a [u8]> {
    batch.iter().find_map(|(table, key, row)| match row {
        Some(Row::Raw(row)) if table == Table::Meta && key == name => Some(row.raw.as_slice()),
        _ => None,
    })
}

fn is_older(schema: &[u8]) -> bool {
    let found = schema.try_into().map_or(0, u32::from_le_bytes);
    (1..SCHEMA_VERSION).contains(&found)
}

fn head_of(batch: &Batch) -> Option<BlockHash> {
    Some(BlockHash(meta_of(batch, meta_key::HEAD)?.try_into().ok()?))
}

fn slot_of(batch: &Batch) -> Option<Slot> {
    Some(Slot(u64::from_le_bytes(
        *meta_of(batch, meta_key::SEALED_SLOT)?.first_chunk()?,
    )))
}

/// The epoch of the last vote whose record a batch holds.
fn voted_of(batch: &Batch) -> Option<Epoch> {
    let (payload, _) = meta_of(batch, meta_key::SIGNED)?.split_last_chunk::<32>()?;
    let record: Option<SigningRecord> = borsh::from_slice(payload).ok()?;
    Some(record?.target)
}

impl Disk {
    /// Behaves so until that time.
    pub(crate) const fn set_mood(&mut self, mood: Mood, until: Timestamp) {
        self.mood = mood;
        self.until = until;
    }

    /// How it behaves.
    pub(crate) const fn mood(&self) -> Mood {
        self.mood
    }

    /// Begins to store a batch; how long it takes.
    pub(crate) fn begin(
        &mut self,
        (id, batch, durability): (BatchId, Batch, Durability),
        now: Timestamp,
        rng: &mut Rng,
    ) -> Millis {
        if now >= self.until && self.mood != Mood::Gone {
            self.mood = Mood::Well;
        }
        let told = match self.mood {
            Mood::Full => Err(StoreError::Quota),
            Mood::Flaky if rng.one_in(2) => Err(StoreError::Aborted),
            Mood::Lost if rng.one_in(2) => Err(StoreError::Gone),
            Mood::Gone => Err(StoreError::Gone),
            Mood::Well | Mood::Slow | Mood::Silent | Mood::Flaky | Mood::Lost => Ok(()),
        };
        let kept = told.is_ok() || (self.mood == Mood::Lost && rng.one_in(2));
        self.under_way = Some(UnderWay {
            id,
            batch,
            durability,
            told,
            kept,
        });
        match (self.mood, durability) {
            (Mood::Slow, _) => rng.span(200, 4_000),
            (Mood::Silent, _) => NEVER,
            (_, Durability::Strict) => rng.span(2, 20),
            (_, Durability::Relaxed) => rng.span(1, 4),
        }
    }

    /// Whether it takes batches and never answers.
    pub(crate) fn is_silent(&self) -> bool {
        self.mood == Mood::Silent
    }

    /// Ends the batch under way, if it is still that one; what the node is told.
    pub(crate) fn finish(&mut self, id: BatchId) -> Option<Result<(), StoreError>> {
        let done = self.under_way.take_if(|under_way| under_way.id == id)?;
        if done.kept {
            self.repair_at_risk |= self.damaged;
            self.damaged = false;
            self.keep(done.batch, done.durability);
        }
        Some(done.told)
    }

    /// The slot that a start finds noted as the last that was sealed.
    pub(crate) const fn slot(&self) -> Option<Slot> {
        self.slot
    }

    /// The highest epoch for which a start finds a vote noted.
    pub(crate) const fn voted(&self) -> Option<Epoch> {
        self.voted
    }

    fn keep(&mut self, batch: Batch, durability: Durability) {
        self.cache.push_back(batch);
        let left = if durability == Durability::Strict {
            0
        } else {
            CACHE
        };
        self.write_down_to(left);
    }

    fn write_down_to(&mut self, left: usize) {
        while self.cache.len() > left {
            if let Some(batch) = self.cache.pop_front() {
                self.head = head_of(&batch).or(self.head);
                self.slot = slot_of(&batch).or(self.slot);
                self.voted = voted_of(&batch).or(self.voted);
                self.store.0.take_over(batch);
            }
        }
    }

    /// The node ends; whether a batch was under way, and how many stored ones are lost.
    pub(crate) fn end(&mut self, ending: Ending, rng: &mut Rng) -> (bool, usize) {
        let under_way = self.under_way.is_some();
        let mut lost = 0;
        if let Some(last) = self.under_way.take_if(|under_way| under_way.kept)
            && rng.one_in(2)
        {
            // Killed after the commit, before its answer.
            self.keep(last.batch, last.durability);
        }
        self.under_way = None;
        self.damaged |= std::mem::take(&mut self.tampered);
        let was_damaged = self.damaged;
        match ending {
            Ending::Process => self.write_down_to(0),
            Ending::Power => {
                lost = rng.index(self.cache.len().saturating_add(1));
                self.cache.truncate(self.cache.len().saturating_sub(lost));
                self.damaged |= self.repair_at_risk && lost > 0;
                self.write_down_to(0);
            }
            Ending::BitFlip => {
                self.write_down_to(0);
                self.damaged = true;
            }
            Ending::Deleted => self.delete(),
        }
        self.promised = match ending {
            _ if was_damaged => Promise::Nothing,
            Ending::BitFlip => self.flip_a_bit(rng),
            Ending::Power if self.damaged => Promise::Nothing,
            Ending::Process | Ending::Power | Ending::Deleted => {
                self.head.map_or(Promise::Nothing, Promise::Head)
            }
        };
        self.repair_at_risk = false;
        self.mood = Mood::Well;
        (under_way, lost)
    }

    /// Somebody deletes the database.
    pub(crate) fn delete(&mut self) {
        self.cache.clear();
        if let Some(under_way) = &mut self.under_way {
            (under_way.told, under_way.kept) = (Err(StoreError::Gone), false);
        }
        self.store = Rows::default();
        self.mood = Mood::Gone;
        (self.head, self.slot, self.voted) = (None, None, None);
        self.promised = Promise::Nothing;
    }

    /// Flips a bit of a row; what can be promised then. Everything but the blocks follows from the
    /// blocks.
    fn flip_a_bit(&mut self, rng: &mut Rng) -> Promise {
        let snapshot = ready(self.store.0.begin()).unwrap_or_default();
        let head = self.head.map_or(Promise::Nothing, Promise::Head);
        let (table, rows) = match rng.below(9) {
            0 => (Table::Meta, snapshot.meta),
            1 | 2 => (Table::State, snapshot.state),
            3 => {
                self.flip_an_undo_record(self.store.0.block_rows(), rng);
                return head;
            }
            4 if !snapshot.finality.is_empty() => (Table::Finality, snapshot.finality),
            _ => return self.flip_a_block(self.store.0.block_rows(), rng),
        };
        if rows.is_empty() {
            return head;
        }
        let mut row = rows[rng.index(rows.len())].clone();
        flip(&mut row.raw, rng);
        let promise = match row.key.as_str() {
            // It then looks like one of an older schema, which is made anew from its blocks.
            meta_key::SCHEMA if table == Table::Meta && is_older(&row.raw) => head,
            meta_key::SCHEMA | meta_key::PARAMS if table == Table::Meta => {
                Promise::OneOf(BTreeSet::new())
            }
            // Without some votes another branch may be the best.
            _ if table == Table::Finality => Promise::Nothing,
            _ => head,
        };
        if table == Table::Meta && row.key == meta_key::SEALED_SLOT {
            self.slot = None;
        }
        if table == Table::Meta && row.key == meta_key::SIGNED {
            self.voted = None;
        }
        let mut batch = Batch::default();
        batch.put(table, Row::Raw(row));
        self.store.0.take_over(batch);
        promise
    }

    fn flip_an_undo_record(&self, mut blocks: Vec<BlockRow>, rng: &mut Rng) {
        if blocks.is_empty() {
            return;
        }
        let mut row = blocks.swap_remove(rng.index(blocks.len()));
        flip(&mut row.undo, rng);
        let mut batch = Batch::default();
        batch.put(Table::Blocks, Row::Block(row));
        self.store.0.take_over(batch);
    }

    fn flip_a_block(&self, mut blocks: Vec<BlockRow>, rng: &mut Rng) -> Promise {
        if blocks.is_empty() {
            return Promise::Nothing;
        }
        let mut row = blocks.swap_remove(rng.index(blocks.len()));
        flip(&mut row.raw, rng);
        let mut batch = Batch::default();
        batch.put(Table::Blocks, Row::Block(row));
        self.store.0.take_over(batch);
        Promise::OneOf(blocks.into_iter().map(|row| row.record.hash).collect())
    }

    /// Flips the lowest bit of a byte of the stored block of this height that comes first by its
    /// key; whether there is one, and such a byte.
    pub(crate) fn tamper(&mut self, height: Height, offset: usize, runs: bool) -> bool {
        self.write_down_to(0);
        let mut rows = self.store.0.block_rows().into_iter();
        let Some(mut row) = rows.find(|row| row.record.height == height.0) else {
            return false;
        };
        let Some(byte) = row.raw.get_mut(offset) else {
            return false;
        };
        *byte ^= 1;
        let mut batch = Batch::default();
        batch.put(Table::Blocks, Row::Block(row));
        self.store.0.take_over(batch);
        if runs {
            self.tampered = true;
        } else {
            self.damaged = true;
        }
        self.promised = Promise::Nothing;
        true
    }

    /// What a question to the ledger finds, with what the system has yet to write.
    pub(crate) fn page(&self, query: &Query) -> Result<Page, StoreError> {
        let whole = self.store.0.fork();
        self.cache
            .iter()
            .for_each(|batch| whole.take_over(batch.clone()));
        ready(whole.query(query))
    }

    /// What a node that starts reads.
    #[must_use]
    pub(crate) fn load(&self) -> Snapshot {
        ready(self.store.0.load()).unwrap_or_default()
    }
}

fn flip(raw: &mut [u8], rng: &mut Rng) {
    if !raw.is_empty() {
        raw[rng.index(raw.len())] ^= 1 << rng.below(8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RawRow;

    const NOW: Timestamp = Timestamp(1_000);

    fn batch(value: u8) -> Batch {
        let mut batch = Batch::default();
        batch.put(
            Table::State,
            Row::Raw(RawRow {
                key: value.to_string(),
                raw: vec![value],
            }),
        );
        batch.put(
            Table::Meta,
            Row::Raw(RawRow {
                key: meta_key::HEAD.to_owned(),
                raw: vec![value; 32],
            }),
        );
        batch
    }

    /// A disk that was told to store batches 1 to `count`, the one numbered `strict` flushed.
    fn disk(count: u8, strict: u8, rng: &mut Rng) -> Disk {
        let mut disk = Disk::default();
        for number in 1..=count {
            let durability = if number == strict {
                Durability::Strict
            } else {
                Durability::Relaxed
            };
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
        assert_eq!(disk.promised, Promise::Head(BlockHash([5; 32])));
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
            assert_eq!(disk.promised, Promise::Head(BlockHash([left; 32])));
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
    fn a_connection_may_be_lost_before_the_commit_or_after_it() {
        let outcome = |seed| {
            let (mut rng, mut disk) = (Rng::new(seed, 1), Disk::default());
            disk.set_mood(Mood::Lost, NOW.plus(Millis(10)));
            disk.begin((BatchId(1), batch(1), Durability::Strict), NOW, &mut rng);
            (disk.finish(BatchId(1)) == Some(Ok(())), stored(&disk).len())
        };
        let outcomes: Vec<_> = (0..40).map(outcome).collect();
        assert!(
            [(true, 1), (false, 0), (false, 1)]
                .iter()
                .all(|one| outcomes.contains(one))
        );
        assert!(
            !outcomes.contains(&(true, 0)),
            "what is told to be stored is stored"
        );
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
        assert!(stored(&disk).is_empty() && disk.head.is_none());
        assert_eq!(store(&mut disk, 2, NOW.plus(Millis(10))), Some(Ok(())));
        disk.delete();
        assert_eq!(
            store(&mut disk, 3, NOW.plus(Millis(20))),
            Some(Err(StoreError::Gone))
        );
        assert!(stored(&disk).is_empty());
    }
}
