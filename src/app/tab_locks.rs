//! The lock under which one tab sends for a sender: a lock of the machine. A tab keeps it for a
//! moment after it has sent, and with it what it knows of the sender's account at a node: who sends
//! in a row neither asks for the lock nor for the nonce each time. While the lock was kept no other
//! tab can have signed for the sender.
//!
//! Bounds: it is kept for [`LINGER_MS`] after the last transaction, and for [`MOST_MS`] in all, so
//! that other tabs come to theirs, and not by a hidden page; what is known of the account
//! serves [`MOST_GUESSES`] times.

use std::cell::{Cell, RefCell};

use super::platform::Lock;
use crate::primitives::Address;

/// So long a lock is kept after a transaction.
pub(super) const LINGER_MS: f64 = 50.0;
/// So long it is kept in all.
const MOST_MS: f64 = 1_000.0;
/// So many times what is sent follows what was sent before, before the node is asked again what is
/// in blocks.
const MOST_GUESSES: u32 = 16;

/// As many as a mempool lets wait of one account.
const MOST_WAITING: usize = 64;

/// A sender's lock among the tabs, until it is dropped.
#[derive(Debug)]
pub(super) struct TabLock {
    since: f64,
    /// None without locks: then another tab may sign as well.
    lock: Option<Lock>,
    known: Option<Known>,
}

/// What a tab knows of an account, while nobody else signs for it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The node that has everything that was signed.
    pub(super) node: String,
    /// The nonce after the last of that.
    pub(super) next_nonce: u64,
    /// The nonce that the node's chain had reached when it was asked.
    pub(super) committed: u64,
    guesses: u32,
}

impl Known {
    /// What a node has just said of an account.
    pub(super) fn asked(node: &str, next_nonce: u64, committed: u64) -> Self {
        Self {
            node: node.to_owned(),
            next_nonce,
            committed,
            guesses: 0,
        }
    }

    /// How many more the node's mempool has room for, as far as is known: with each block there is
    /// more.
    pub(super) fn room(&self) -> usize {
        let waiting = self.next_nonce.saturating_sub(self.committed);
        let waiting = usize::try_from(waiting).unwrap_or(usize::MAX);
        MOST_WAITING.saturating_sub(waiting)
    }
}

impl TabLock {
    /// A lock that was taken at a time; without one of the machine another tab may sign as well.
    pub(super) const fn begun(since: f64, lock: Option<Lock>) -> Self {
        Self {
            since,
            lock,
            known: None,
        }
    }

    /// Whether it is of use to whoever sends next here, and not yet due to another tab.
    pub(super) fn may_stay(&self, now: f64) -> bool {
        self.known.is_some() && now - self.since < MOST_MS
    }

    /// What is known of the account at a node. Whoever takes it gives it back with [`Self::learn`].
    pub(super) fn take_known(&mut self, node: &str) -> Option<Known> {
        let known = self.known.take();
        known.filter(|known| known.node == node && known.guesses < MOST_GUESSES && known.room() > 0)
    }

    /// Remembers what was known, and the nonce of the last transaction that the node has taken
    /// since.
    pub(super) fn learn(&mut self, known: Known, nonce: u64) {
        self.known = self.lock.as_ref().map(|_| Known {
            next_nonce: nonce.saturating_add(1),
            guesses: known.guesses.saturating_add(1),
            ..known
        });
    }
}

/// The locks that are kept for a moment.
#[derive(Debug, Default)]
pub(super) struct TabLocks {
    kept: RefCell<Vec<(Address, u64, TabLock)>>,
    count: Cell<u64>,
}

impl TabLocks {
    /// Takes the lock of a sender that is kept.
    pub(super) fn take(&self, of: &Address) -> Option<TabLock> {
        let mut kept = self.kept.borrow_mut();
        let at = kept.iter().position(|(owner, ..)| owner == of)?;
        Some(kept.swap_remove(at).2)
    }

    /// Keeps a lock; its number.
    pub(super) fn keep(&self, of: Address, lock: TabLock) -> u64 {
        let number = self.count.get().wrapping_add(1);
        self.count.set(number);
        self.kept.borrow_mut().push((of, number, lock));
        number
    }

    /// Drops all of them: a page that is hidden now may come to nothing for long.
    pub(super) fn release_all(&self) {
        self.kept.take();
    }

    /// Drops a lock that nobody took meanwhile.
    pub(super) fn release(&self, number: u64) {
        self.kept
            .borrow_mut()
            .retain(|(_, other, _)| *other != number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mempool::MAX_PER_ACCOUNT;

    /// Who hands over more than a mempool takes hears a refusal for each that is too many.
    #[test]
    fn there_is_room_for_what_a_mempool_takes_of_one_account() {
        assert_eq!(MOST_WAITING, MAX_PER_ACCOUNT);
        let known = Known::asked("pow-1", 45, 5);
        assert_eq!(known.room(), MAX_PER_ACCOUNT - 40);
        assert_eq!(Known::asked("pow-1", 205, 5).room(), 0);
    }

    /// Then the node is asked again: blocks may have made room.
    #[test]
    fn what_is_known_serves_until_there_is_no_room_and_not_too_often() {
        let begun = || TabLock::begun(0.0, Some(Lock::new(())));
        let mut lock = begun();
        lock.learn(Known::asked("pow-1", 5, 5), 67);
        assert!(lock.take_known("pow-1").is_some(), "there is room for one");
        lock.learn(Known::asked("pow-1", 5, 5), 68);
        assert!(lock.take_known("pow-1").is_none(), "there is no room");
        lock.learn(Known::asked("pow-1", 5, 5), 5);
        assert!(lock.take_known("poa-1").is_none(), "of another nothing");
        let mut known = Known::asked("pow-1", 5, 5);
        for _ in 1..MOST_GUESSES {
            lock.learn(known, 5);
            known = lock.take_known("pow-1").expect("it serves again");
        }
        lock.learn(known, 5);
        assert!(lock.take_known("pow-1").is_none(), "it served often");
    }
}
