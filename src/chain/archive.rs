//! A place outside the tree's memory for what it needs seldom: blocks of the best chain far below
//! the head.
//!
//! An archive is no ledger. It lasts as long as its node runs, nothing in it has to be durable, and
//! nothing is read from it that this run did not put there. So a tree can read from it at once, in
//! the middle of an import, which no database of a browser allows.
//!
//! Invariant: what was appended is read back as it was, or the node ends: a tree that has lost
//! blocks cannot judge any.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// A place for bytes that are written once, one after another, and read again at any time.
pub trait Archive: fmt::Debug {
    /// Puts bytes behind all others; where they lie. `None` if it takes no more: nothing was put
    /// then, and the caller keeps them.
    fn append(&self, bytes: &[u8]) -> Option<u64>;

    /// Reads back bytes that were appended; `None` if they cannot be had any more.
    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>>;
}

/// An archive in memory, for simulations and tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryArchive {
    bytes: Rc<RefCell<Vec<u8>>>,
}

impl Archive for MemoryArchive {
    fn append(&self, bytes: &[u8]) -> Option<u64> {
        let mut all = self.bytes.borrow_mut();
        let at = u64::try_from(all.len()).ok()?;
        all.extend_from_slice(bytes);
        Some(at)
    }

    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let from = usize::try_from(at).ok()?;
        let all = self.bytes.borrow();
        all.get(from..from.checked_add(length)?).map(<[u8]>::to_vec)
    }
}
