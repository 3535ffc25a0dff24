//! Where a node keeps its ledger: its database, or memory.

use crate::browser::IndexedDbStore;
use crate::ledger::{
    Batch, Durability, MemoryStore, Page, Part, Query, Snapshot, Store, StoreError,
};

/// The ledger of this node.
#[derive(Debug)]
pub(super) enum Ledger {
    /// In the browser's database.
    Database(IndexedDbStore),
    /// For a viewer, and where the database cannot be used.
    Memory(MemoryStore),
}

impl Ledger {
    /// Empties the ledger, and the database of this name on the disk, whatever it holds: the ledger
    /// that counts from now on, if it is another one.
    pub(super) async fn emptied(&self, database: Option<&str>) -> Result<Option<Self>, StoreError> {
        match (self, database) {
            (Self::Memory(_), Some(name)) => IndexedDbStore::anew(name)
                .await
                .map(Self::Database)
                .map(Some),
            (ledger, _) => ledger.wipe().await.map(|()| None),
        }
    }

    /// Lets go of the database.
    pub(super) fn close(&self) {
        match self {
            Self::Database(store) => store.close(),
            Self::Memory(_) => {}
        }
    }
}

impl Store for Ledger {
    async fn begin(&self) -> Result<Snapshot, StoreError> {
        match self {
            Self::Database(store) => store.begin().await,
            Self::Memory(store) => store.begin().await,
        }
    }

    async fn blocks(&self, from: u64) -> Result<Part, StoreError> {
        match self {
            Self::Database(store) => store.blocks(from).await,
            Self::Memory(store) => store.blocks(from).await,
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
