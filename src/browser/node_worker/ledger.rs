//! Where a node keeps its ledger: its database, or memory.

use crate::browser::IndexedDbStore;
use crate::ledger::{Batch, Durability, MemoryStore, Page, Query, Snapshot, Store, StoreError};

/// The ledger of this node.
#[derive(Debug)]
pub(super) enum Ledger {
    /// In the browser's database.
    Database(IndexedDbStore),
    /// For a viewer, and where the database cannot be used.
    Memory(MemoryStore),
}

impl Ledger {
    /// Lets go of the database.
    pub(super) fn close(&self) {
        match self {
            Self::Database(store) => store.close(),
            Self::Memory(_) => {}
        }
    }
}

impl Store for Ledger {
    async fn load(&self) -> Result<Snapshot, StoreError> {
        match self {
            Self::Database(store) => store.load().await,
            Self::Memory(store) => store.load().await,
        }
    }

    async fn commit(&self, batch: &Batch, durability: Durability) -> Result<(), StoreError> {
        match self {
            Self::Database(store) => store.commit(batch, durability).await,
            Self::Memory(store) => store.commit(batch, durability).await,
        }
    }

    async fn query(&self, query: &Query) -> Result<Page, StoreError> {
        match self {
            Self::Database(store) => store.query(query).await,
            Self::Memory(store) => store.query(query).await,
        }
    }

    async fn wipe(&self) -> Result<(), StoreError> {
        match self {
            Self::Database(store) => store.wipe().await,
            Self::Memory(store) => store.wipe().await,
        }
    }
}
