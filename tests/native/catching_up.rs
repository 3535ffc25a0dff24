//! Catching up, counted: what a node that is a thousand blocks behind asks for, and in how many
//! steps its ledger is written. How long it takes is measured by `cargo xtask bench`.

use std::cell::Cell;
use std::task::{Context, Waker};

use aurex::ledger::{
    Batch, Durability, MemoryStore, Page, Part, Query, Snapshot, Store, StoreError, Table,
};

use crate::support::catching_up::Net;

/// A ledger in memory that counts its commits.
#[derive(Default)]
struct Counting {
    store: MemoryStore,
    commits: Cell<usize>,
}

impl Store for Counting {
    async fn begin(&self) -> Result<Snapshot, StoreError> {
        self.store.begin().await
    }

    async fn blocks(&self, from: u64) -> Result<Part, StoreError> {
        self.store.blocks(from).await
    }

    async fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        self.commits.set(self.commits.get() + 1);
        self.store.commit(batch, durability).await
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        self.store.query(query).await
    }

    async fn wipe(&self) -> Result<(), StoreError> {
        self.store.wipe().await
    }
}

#[test]
fn a_node_a_thousand_blocks_behind_asks_few_times_and_writes_many_blocks_at_once() {
    let mut net = Net::grown(1_000);
    let (ledger, time) = (Counting::default(), Cell::new(0.0));
    // A clock that stands still but for a moment at each look: nothing is late.
    let clock = || time.replace(time.get() + 0.01);
    let done = Box::pin(net.catch_up(&ledger, clock, async || {}))
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(done.is_ready(), "a ledger in memory never waits");
    let requests = net.requests();
    let blocks = ledger.store.count(Table::Blocks);
    assert!(blocks > 1_000, "{blocks}");
    // 512 headers and 64 bodies at a time, and a few for the beginning and the end.
    assert!(
        requests <= blocks.div_ceil(512) + blocks.div_ceil(64) + 10,
        "{requests} requests"
    );
    assert!(
        ledger.commits.get() <= blocks.div_ceil(64) + 10,
        "{} commits",
        ledger.commits.get()
    );
}
