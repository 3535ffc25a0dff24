//! The way to the ledger: changes are gathered, one batch is under way at a time, and a batch that
//! fails is put back under the newer changes, so that the ledger always gets the full difference
//! from what is durable.

use crate::ledger::{Batch, Durability, Row, StoreError, Table};
use crate::primitives::{Height, Millis};

use super::io::{BatchId, Outbox, Output};

/// First pause before a failed batch is tried again; it doubles up to 32 times this.
const FIRST_RETRY: Millis = Millis(500);

/// Gathers changes and sends them one batch at a time.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pending: Batch,
    durability: Durability,
    height: Height,
    under_way: Option<UnderWay>,
    next: u64,
    failures: u32,
    durable: Height,
    /// Bytes of all rows that are durable since the start, each time that they were written.
    written: u64,
}

#[derive(Clone, Debug)]
struct UnderWay {
    id: BatchId,
    batch: Batch,
    durability: Durability,
    height: Height,
}

impl Writer {
    /// A writer for a ledger that is durable up to `durable`.
    pub(super) fn new(durable: Height) -> Self {
        Self {
            pending: Batch::default(),
            durability: Durability::Relaxed,
            height: durable,
            under_way: None,
            next: 1,
            failures: 0,
            durable,
            written: 0,
        }
    }

    pub(super) fn put(&mut self, table: Table, row: Row) {
        self.pending.put(table, row);
    }

    pub(super) fn delete(&mut self, table: Table, key: String) {
        self.pending.delete(table, key);
    }

    /// Notes that the pending changes end at `height`.
    pub(super) fn reach(&mut self, height: Height) {
        self.height = height;
    }

    /// The pending changes must be flushed; gives the batch they will be in.
    pub(super) fn strict(&mut self) -> BatchId {
        if !mutant!(SealBeforeFlush) {
            self.durability = Durability::Strict;
        }
        BatchId(self.next)
    }

    /// Height up to which the ledger is durable.
    pub(super) const fn durable(&self) -> Height {
        self.durable
    }

    /// Bytes of the rows that became durable since the start.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Nothing that was written is there any more.
    pub(super) fn lose(&mut self) {
        self.durable = Height(0);
    }

    /// The batch that is under way, and what it may take longer than an empty one.
    pub(super) fn under_way(&self) -> Option<(BatchId, Millis)> {
        let under_way = self.under_way.as_ref()?;
        let allowance = Millis(u64::from(under_way.batch.allowance_ms()));
        Some((under_way.id, allowance))
    }

    /// Whether everything is written.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way.is_none() && self.pending.is_empty()
    }

    /// Whether the last batch failed.
    pub(super) const fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Sends what is pending, if nothing is under way.
    pub(super) fn flush(&mut self, out: &mut Outbox) {
        if self.under_way.is_some() || self.pending.is_empty() {
            return;
        }
        let id = BatchId(self.next);
        self.next = self.next.saturating_add(1);
        #[cfg_attr(
            not(feature = "mutants"),
            expect(unused_mut, reason = "only a deliberate bug changes it")
        )]
        let mut batch = std::mem::take(&mut self.pending);
        #[cfg(feature = "mutants")]
        if mutant!(PersistHeadBeforeBlock) {
            self.pending = batch.split_off_blocks();
        }
        let durability = std::mem::replace(&mut self.durability, Durability::Relaxed);
        out.push(Output::Persist {
            id,
            batch: batch.clone(),
            durability,
        });
        self.under_way = Some(UnderWay {
            id,
            batch,
            durability,
            height: self.height,
        });
    }

    /// A batch is durable: its number of rows.
    pub(super) fn persisted(&mut self, id: BatchId) -> Option<usize> {
        let done = self.under_way.take_if(|under_way| under_way.id == id)?;
        self.failures = 0;
        self.durable = done.height;
        self.written = self.written.saturating_add(done.batch.bytes());
        Some(done.batch.len())
    }

    /// A batch failed: its number of rows and the pause before the next try.
    pub(super) fn failed(&mut self, id: BatchId, _error: &StoreError) -> Option<(usize, Millis)> {
        let mut failed = self.under_way.take_if(|under_way| under_way.id == id)?;
        let rows = failed.batch.len();
        failed.batch.merge(std::mem::take(&mut self.pending));
        self.pending = failed.batch;
        self.durability = self.durability.max(failed.durability);
        let pause = Millis(FIRST_RETRY.0 << self.failures.min(5));
        self.failures = self.failures.saturating_add(1);
        Some((rows, pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::RawRow;

    fn row(key: &str, value: u8) -> Row {
        Row::Raw(RawRow {
            key: key.into(),
            raw: vec![value],
        })
    }

    fn sent(out: &mut Outbox) -> Option<(BatchId, Batch, Durability)> {
        if let Output::Persist {
            id,
            batch,
            durability,
        } = out.pop()?
        {
            Some((id, batch, durability))
        } else {
            None
        }
    }

    #[test]
    fn one_batch_at_a_time_and_a_failed_one_comes_back_under_the_newer_changes() {
        let (mut writer, mut out) = (Writer::new(Height(0)), Outbox::new());
        writer.put(Table::Meta, row("a", 1));
        writer.put(Table::Meta, row("b", 1));
        writer.reach(Height(1));
        writer.flush(&mut out);
        let (first, ..) = sent(&mut out).unwrap();
        writer.put(Table::Meta, row("b", 2));
        writer.flush(&mut out);
        assert!(out.is_empty(), "the first is under way");
        assert_eq!(
            writer.failed(first, &StoreError::Quota),
            Some((2, Millis(500)))
        );
        writer.flush(&mut out);
        let (second, batch, _) = sent(&mut out).unwrap();
        let rows: Vec<_> = batch
            .iter()
            .map(|(_, _, row)| row.cloned().unwrap())
            .collect();
        assert_eq!(rows, [row("a", 1), row("b", 2)]);
        assert_eq!(
            writer.persisted(first),
            None,
            "an old answer counts for nothing"
        );
        assert_eq!(writer.persisted(second), Some(2));
        assert_eq!(writer.durable(), Height(1));
        assert_eq!(
            writer.written(),
            batch.bytes(),
            "what failed was not written"
        );
        assert!(writer.written() > 2);
        assert!(writer.is_idle());
    }

    #[test]
    fn a_strict_change_makes_its_batch_strict_once() {
        let (mut writer, mut out) = (Writer::new(Height(0)), Outbox::new());
        writer.put(Table::Meta, row("a", 1));
        let promised = writer.strict();
        writer.flush(&mut out);
        let (id, _, durability) = sent(&mut out).unwrap();
        assert_eq!((id, durability), (promised, Durability::Strict));
        writer.persisted(id);
        writer.put(Table::Meta, row("a", 2));
        writer.flush(&mut out);
        assert_eq!(sent(&mut out).unwrap().2, Durability::Relaxed);
    }
}
