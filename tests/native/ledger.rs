//! The ledger's promises, kept by memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aurex::ledger::{Batch, Durability, MemoryStore, Store, StoreError, Table};

use crate::support::conformance::{self, Bench};

#[derive(Default)]
struct Memory(RefCell<BTreeMap<String, MemoryStore>>);

impl Bench for Memory {
    type Store = MemoryStore;

    async fn open(&self, name: &str) -> MemoryStore {
        self.0
            .borrow_mut()
            .entry(name.to_owned())
            .or_default()
            .clone()
    }

    fn close(&self, _: MemoryStore) {}

    fn spoil(&self, store: &MemoryStore, _: &mut Batch) {
        store.fail_next(StoreError::Aborted);
    }
}

/// Memory never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory waits for nothing"),
    }
}

#[test]
fn memory_keeps_what_a_ledger_promises() {
    ready(conformance::all(&Memory::default()));
}

#[test]
fn memory_answers_queries_as_a_ledger_promises() {
    ready(conformance::queries(&Memory::default()));
}

#[test]
fn memory_fails_when_told_and_in_order() {
    let store = MemoryStore::default();
    store.fail_next(StoreError::Quota);
    store.fail_next(StoreError::Gone);
    let mut batch = Batch::default();
    batch.put(Table::State, conformance::raw("a", b"1"));
    assert_eq!(
        ready(store.commit(&batch, Durability::Strict)),
        Err(StoreError::Quota)
    );
    assert_eq!(ready(store.load()), Err(StoreError::Gone));
    assert_eq!(ready(store.commit(&batch, Durability::Strict)), Ok(()));
    assert_eq!(store.count(Table::State), 1);
}
