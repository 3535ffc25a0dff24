//! The node's ledger as the node knows it: what is on its way there, and whether that is a disk or
//! memory only.

use std::collections::BTreeMap;

use crate::ledger::{Row, StoreError, Table};
use crate::primitives::{BlockHash, Height, Instant, Millis};
use crate::records::LedgerStart;

use super::io::{BatchId, Outbox};
use super::writer::Writer;

/// How long the ledger may take over a batch. Some browsers never answer, after the machine slept
/// for instance; what was stored in the end is stored again then.
const ANSWER_WITHIN: Millis = Millis(15_000);
/// Of the time between two looks so much counts at the most, a little more than between two rounds
/// of housekeeping: for the rest the node stood still itself, and the answer may wait behind what
/// it has yet to hear.
const LONGEST_LOOK: Millis = Millis(5_000);

/// The writer and the state of the ledger behind it.
#[derive(Clone, Debug)]
pub(super) struct Books {
    writer: Writer,
    degraded: Option<StoreError>,
    /// Blocks of the tree whose rows may be wrong about the best chain, and what they say of it.
    stamps: BTreeMap<BlockHash, bool>,
    awaited: Option<Awaited>,
    /// The ledger lives in memory only, until the node is started again.
    in_memory: bool,
    /// What became of the ledger when the node started.
    pub(super) ledger_start: LedgerStart,
}

/// The batch that is under way, as it was seen at the last look.
#[derive(Clone, Copy, Debug)]
struct Awaited {
    id: BatchId,
    seen: Instant,
    /// How long the node has waited for its answer.
    waited: Millis,
}

/// A batch that is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Persisted {
    pub(super) rows: usize,
    /// The ledger had failed and has the full difference again.
    pub(super) recovered: bool,
}

impl Books {
    /// Books of a ledger that is durable up to a height.
    pub(super) fn new(durable: Height, in_memory: bool, ledger_start: LedgerStart) -> Self {
        Self {
            writer: Writer::new(durable),
            degraded: None,
            stamps: BTreeMap::new(),
            awaited: None,
            in_memory,
            ledger_start,
        }
    }

    /// Writes a row with the next batch.
    pub(super) fn put(&mut self, table: Table, row: Row) {
        self.writer.put(table, row);
    }

    /// Deletes a row with the next batch.
    pub(super) fn delete(&mut self, table: Table, key: String) {
        self.writer.delete(table, key);
    }

    /// Records that the row of a block says `said` of whether it is on the best chain, which may be
    /// wrong.
    pub(super) fn restamp(&mut self, id: BlockHash, said: bool) {
        self.stamps.entry(id).or_insert(said);
    }

    /// Takes the blocks whose rows may be wrong.
    pub(super) fn take_to_restamp(&mut self) -> BTreeMap<BlockHash, bool> {
        std::mem::take(&mut self.stamps)
    }

    /// Forgets a block that is in the tree no more.
    pub(super) fn forget_stamp(&mut self, id: &BlockHash) {
        self.stamps.remove(id);
    }

    /// Records that the pending changes end at `height`.
    pub(super) fn reach(&mut self, height: Height) {
        self.writer.reach(height);
    }

    /// Has the next batch pressed onto the disk; which it is.
    pub(super) fn strict(&mut self) -> BatchId {
        self.writer.strict()
    }

    /// Sends what is pending; after a failure only at the retry, or at the end.
    pub(super) fn flush(&mut self, at_any_rate: bool, out: &mut Outbox) {
        if at_any_rate || !self.writer.is_failing() {
            self.writer.flush(out);
        }
    }

    /// Notes which batch is under way; one that has been for too long is as good as failed.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<BatchId> {
        let (id, allowance) = self.writer.under_way()?;
        let first = Awaited {
            id,
            seen: now,
            waited: Millis(0),
        };
        let awaited = self.awaited.filter(|awaited| awaited.id == id);
        let mut awaited = awaited.unwrap_or(first);
        let passed = now.since(awaited.seen).min(LONGEST_LOOK);
        awaited.waited = Millis(awaited.waited.0.saturating_add(passed.0));
        awaited.seen = now;
        self.awaited = Some(awaited);
        (awaited.waited.0 >= ANSWER_WITHIN.0.saturating_add(allowance.0)).then_some(id)
    }

    /// Whether everything is written.
    pub(super) fn is_idle(&self) -> bool {
        self.writer.is_idle()
    }

    /// Takes the news that a batch is durable.
    pub(super) fn persisted(&mut self, id: BatchId) -> Option<Persisted> {
        let rows = self.writer.persisted(id)?;
        let recovered = !self.in_memory && self.degraded.take().is_some();
        Some(Persisted { rows, recovered })
    }

    /// Takes the news that a batch failed: its number of rows and the pause before the retry.
    pub(super) fn failed(&mut self, id: BatchId, error: StoreError) -> Option<(usize, Millis)> {
        let failed = self.writer.failed(id, &error)?;
        self.degraded = Some(error);
        Some(failed)
    }

    /// The ledger was deleted: nothing is durable any more.
    pub(super) fn lose(&mut self) {
        self.writer.lose();
    }

    /// Goes on in memory: the ledger cannot be used in this run.
    pub(super) fn degrade(&mut self, error: StoreError) {
        self.degraded = Some(error);
        self.in_memory = true;
    }

    /// Why the ledger is not durable at the moment.
    pub(super) const fn degraded(&self) -> Option<&StoreError> {
        self.degraded.as_ref()
    }

    /// Height up to which the ledger was written.
    pub(super) const fn written(&self) -> Height {
        self.writer.durable()
    }

    /// Bytes of the rows that were written since the start.
    pub(super) const fn written_bytes(&self) -> u64 {
        self.writer.written()
    }

    /// Height up to which a restart finds the chain again.
    pub(super) const fn durable(&self) -> Height {
        if self.in_memory {
            Height(0)
        } else {
            self.writer.durable()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RawRow;
    use crate::node::Output;

    fn write(books: &mut Books) -> BatchId {
        write_rows(books, 1)
    }

    fn write_rows(books: &mut Books, count: u32) -> BatchId {
        for number in 0..count {
            let (key, raw) = (number.to_string(), Vec::new());
            books.put(Table::Meta, Row::Raw(RawRow { key, raw }));
        }
        let mut out = Outbox::new();
        books.flush(true, &mut out);
        let Some(Output::Persist { id, .. }) = out.pop() else {
            panic!("no batch")
        };
        id
    }

    #[test]
    fn a_failed_ledger_recovers_with_the_next_durable_batch_and_waits_for_its_retry() {
        let mut books = Books::new(Height(3), false, LedgerStart::Resumed);
        let id = write(&mut books);
        assert!(books.failed(id, StoreError::Quota).is_some());
        assert_eq!(books.degraded(), Some(&StoreError::Quota));
        let mut out = Outbox::new();
        books.flush(false, &mut out);
        assert!(out.is_empty(), "the retry has its own time");
        let id = write(&mut books);
        let persisted = Persisted {
            rows: 1,
            recovered: true,
        };
        assert_eq!(books.persisted(id), Some(persisted));
        assert_eq!((books.degraded(), books.durable()), (None, Height(3)));
    }

    #[test]
    fn a_batch_without_an_answer_fails_in_the_end_and_is_written_again() {
        let mut books = Books::new(Height(3), false, LedgerStart::Resumed);
        let id = write(&mut books);
        let begin = Instant(1_000);
        let late = begin.plus(ANSWER_WITHIN).plus(Millis(1));
        for at in (begin.0..late.0).step_by(1_000) {
            assert_eq!(books.overdue(Instant(at)), None);
        }
        assert_eq!(books.overdue(late), Some(id));
        assert!(books.failed(id, StoreError::Silent).is_some());
        assert_eq!(books.overdue(late), None);
        assert!(books.persisted(id).is_none(), "its answer comes too late");
        let id = write(&mut books);
        assert!(books.persisted(id).unwrap().recovered);
    }

    #[test]
    fn a_whole_ledger_that_is_written_anew_has_the_time_that_its_rows_take() {
        let mut books = Books::new(Height(3), false, LedgerStart::Resumed);
        let id = write_rows(&mut books, 20_000);
        let late = 1_000 + ANSWER_WITHIN.0 + 20_000;
        for at in (1_000..late).step_by(1_000) {
            assert_eq!(books.overdue(Instant(at)), None);
        }
        assert_eq!(books.overdue(Instant(late)), Some(id));
    }

    #[test]
    fn a_node_that_stood_still_itself_gives_its_ledger_the_time_to_answer() {
        let mut books = Books::new(Height(3), false, LedgerStart::Resumed);
        let id = write(&mut books);
        assert_eq!(books.overdue(Instant(1_000)), None);
        // The answer may wait behind what was heard meanwhile.
        assert_eq!(books.overdue(Instant(100_000)), None);
        assert_eq!(books.overdue(Instant(104_000)), None);
        assert!(books.persisted(id).is_some());
    }

    #[test]
    fn a_ledger_in_memory_is_never_durable_and_stays_degraded() {
        let mut books = Books::new(Height(3), false, LedgerStart::Resumed);
        books.degrade(StoreError::Aborted);
        let id = write(&mut books);
        assert!(!books.persisted(id).unwrap().recovered);
        assert_eq!(books.durable(), Height(0));
        assert!(books.degraded().is_some());
    }
}
