//! The ledger in memory: for viewers, for browsers without a database, and for tests. It answers as
//! the database does, and it can be told to fail.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::query::Value;
use super::{
    Batch, BlockRow, Durability, NodeRow, PART, Page, Part, Query, RawRow, Row, Snapshot, Store,
    StoreError, StoredBlock, Table,
};
use crate::records::{TransactionRow, TransactionStatus};

/// A ledger that lives as long as its last handle: clones share their rows, as two openings of one
/// database do.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    inner: Rc<RefCell<Inner>>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    /// Shared with the copies of the ledger: a row that is put is another one.
    rows: BTreeMap<(Table, String), Rc<Row>>,
    failures: VecDeque<StoreError>,
}

impl MemoryStore {
    /// Lets the next operation that would have worked fail with this error; several are used up in
    /// order.
    pub fn fail_next(&self, error: StoreError) {
        self.inner.borrow_mut().failures.push_back(error);
    }

    /// Writes a batch that nobody else needs.
    pub(crate) fn take_over(&self, batch: Batch) {
        let rows = &mut self.inner.borrow_mut().rows;
        for (place, row) in batch.into_changes() {
            match row {
                Some(row) => rows.insert(place, Rc::new(row)),
                None => rows.remove(&place),
            };
        }
    }

    /// A ledger of its own with the same rows.
    pub(crate) fn fork(&self) -> Self {
        let inner = self.inner.borrow().clone();
        Self {
            inner: Rc::new(RefCell::new(inner)),
        }
    }

    /// The rows of all blocks, by their keys.
    pub(crate) fn block_rows(&self) -> Vec<BlockRow> {
        self.inner.borrow().blocks().cloned().collect()
    }

    /// Number of rows of a table.
    #[must_use]
    pub fn count(&self, table: Table) -> usize {
        self.inner.borrow().table(table).count()
    }
}

impl Inner {
    fn fail(&mut self) -> Result<(), StoreError> {
        self.failures.pop_front().map_or(Ok(()), Err)
    }

    fn table(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.rows
            .range((table, String::new())..)
            .take_while(move |((of, _), _)| *of == table)
            .map(|(_, row)| &**row)
    }

    fn raw(&self, table: Table) -> Vec<RawRow> {
        self.table(table)
            .filter_map(|row| {
                if let Row::Raw(row) = row {
                    Some(row.clone())
                } else {
                    None
                }
            })
            .collect()
    }

    fn snapshot(&self) -> Snapshot {
        let node = |row: &Row| -> Option<NodeRow> {
            if let Row::Node(row) = row {
                Some(row.clone())
            } else {
                None
            }
        };
        let pending = |row: &Row| -> Option<TransactionRow> {
            if let Row::Transaction(row) = row {
                Some(row.clone()).filter(|row| row.status == TransactionStatus::Pending)
            } else {
                None
            }
        };
        Snapshot {
            blocks: Vec::new(),
            state: self.raw(Table::State),
            finality: self.raw(Table::Finality),
            meta: self.raw(Table::Meta),
            nodes: self.table(Table::Nodes).filter_map(node).collect(),
            pending: self
                .table(Table::Transactions)
                .filter_map(pending)
                .collect(),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = &BlockRow> {
        self.table(Table::Blocks).filter_map(|row| {
            if let Row::Block(row) = row {
                Some(row)
            } else {
                None
            }
        })
    }

    /// The blocks from a height on.
    fn part(&self, from: u64) -> Part {
        let mut rows: Vec<&BlockRow> = self.blocks().filter(|row| row.height >= from).collect();
        rows.sort_unstable_by(|a, b| (a.height, &a.hash).cmp(&(b.height, &b.hash)));
        let limit = usize::try_from(PART).unwrap_or(usize::MAX);
        let last = rows.get(limit).map(|row| row.height);
        let end = last.map_or(rows.len(), |last| {
            rows.partition_point(|row| row.height <= last)
        });
        Part {
            next: rows.get(end).map(|row| row.height),
            blocks: rows.into_iter().take(end).map(StoredBlock::from).collect(),
        }
    }

    fn page(&self, query: &Query) -> Page {
        let Ok((field, filter)) = query.check() else {
            return Page {
                total: 0,
                rows: Vec::new(),
            };
        };
        let value =
            |row: &'_ Row| -> Option<bool> { row.value(field).map(|value| filter.admits(value)) };
        let mut rows: Vec<&Row> = self
            .table(query.table)
            .filter(|row| value(row) == Some(true))
            .collect();
        let key = |row| Value::Text(Row::key(row));
        rows.sort_unstable_by(|a, b| {
            let by_field = match (a.value(field), b.value(field)) {
                (Some(a), Some(b)) => a.order(b),
                _ => std::cmp::Ordering::Equal,
            };
            let order = by_field.then_with(|| key(a).order(key(b)));
            if query.descending {
                order.reverse()
            } else {
                order
            }
        });
        let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(query.page_size()).unwrap_or(usize::MAX);
        Page {
            total: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            rows: rows.into_iter().skip(skip).take(take).cloned().collect(),
        }
    }
}

impl Store for MemoryStore {
    async fn begin(&self) -> Result<Snapshot, StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.fail()?;
        Ok(inner.snapshot())
    }

    async fn blocks(&self, from: u64) -> Result<Part, StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.fail()?;
        Ok(inner.part(from))
    }

    async fn commit(&self, batch: &Batch, _: Durability) -> Result<(), StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.fail()?;
        for (table, key, row) in batch.iter() {
            let place = (table, key.to_owned());
            match row {
                Some(row) => inner.rows.insert(place, Rc::new(row.clone())),
                None => inner.rows.remove(&place),
            };
        }
        Ok(())
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.fail()?;
        Ok(inner.page(query))
    }

    async fn wipe(&self) -> Result<(), StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.fail()?;
        inner.rows = BTreeMap::new();
        Ok(())
    }
}
