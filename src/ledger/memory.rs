//! The ledger in memory: for viewers, for browsers without a database, and for tests.

/// A ledger that lives as long as its value.
#[derive(Debug, Default)]
pub struct MemoryStore {}
