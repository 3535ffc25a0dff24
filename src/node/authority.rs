//! The duty of an authority: which slots it may still seal, the slot it has reserved, and the row
//! that says so.
//!
//! An authority never seals a slot twice: the slot is written to the ledger, flushed to the disk,
//! before it is sealed, and none is sealed while that fails: no clock that is set back can bring a
//! time in which it sealed what the ledger does not know. A node that was started seals no slot
//! that had begun before, so that a run in memory, or a ledger that was deleted, does not make it
//! repeat one either, as long as the clock goes on. Only a ledger that is new may seal at once, in
//! the network's first slot.

use crate::ledger::{RawRow, Snapshot, meta_key};
use crate::primitives::{Slot, sha256};

use super::io::BatchId;

/// The slot in which a network is made, and in which a node with a new ledger may seal at once.
pub(super) const FIRST_SLOT: Slot = Slot(1);

/// The duty of an authority.
#[derive(Clone, Debug, Default)]
pub(super) struct Authority {
    /// The first slot that it may still seal.
    pub(super) first_open: Slot,
    reserved: Option<Reserved>,
}

/// A slot that is written down, and sealed once that is durable.
#[derive(Clone, Copy, Debug)]
struct Reserved {
    slot: Slot,
    batch: BatchId,
    durable: bool,
}

impl Authority {
    /// The duty of a node that starts in slot `current`, with the slot that its ledger says it
    /// sealed last (0 for none), or with a new ledger; `is_first` says that the network's first
    /// slot is not over.
    pub(super) fn new(sealed: Option<Slot>, current: Slot, is_first: bool) -> Self {
        let first_open = match sealed {
            _ if mutant!(SealSlotAgain) => current,
            Some(slot) => Slot(slot.max(current).0.saturating_add(1)),
            None if is_first => FIRST_SLOT,
            None => Slot(current.0.saturating_add(1)),
        };
        Self {
            first_open,
            reserved: None,
        }
    }

    /// The slot that is reserved.
    pub(super) fn reserved(&self) -> Option<Slot> {
        self.reserved.map(|reserved| reserved.slot)
    }

    /// Whether the reservation is durable.
    pub(super) fn is_ready(&self) -> bool {
        self.reserved.is_some_and(|reserved| reserved.durable)
    }

    /// Reserves a slot that `batch` writes down; it and those before are not open any more.
    pub(super) fn reserve(&mut self, slot: Slot, batch: BatchId) {
        self.first_open = Slot(slot.0.saturating_add(1));
        self.reserved = Some(Reserved {
            slot,
            batch,
            durable: false,
        });
    }

    /// Takes the news that `batch` is durable; whether a reservation is with it.
    pub(super) fn settle(&mut self, batch: BatchId) -> bool {
        let reserved = self.reserved.as_mut();
        let Some(reserved) = reserved.filter(|reserved| reserved.batch <= batch) else {
            return false;
        };
        reserved.durable = true;
        true
    }

    /// Gives the reservation up: the slot is sealed, or its time is over.
    pub(super) fn release(&mut self) {
        self.reserved = None;
    }
}

const SEALED_DOMAIN: &[u8] = b"aurex/sealed-slot/1";

/// The row that says which slot was sealed last: with a checksum, as one flipped bit would silence
/// an authority for ages.
pub(super) fn sealed_slot_row(slot: Slot) -> RawRow {
    let bytes = slot.0.to_le_bytes();
    let raw = [bytes.as_slice(), &sha256(&[SEALED_DOMAIN, &bytes]).0].concat();
    RawRow {
        key: meta_key::SEALED_SLOT.to_owned(),
        raw,
    }
}

/// The slot that a ledger says was sealed last, if the row is whole.
pub(super) fn sealed_slot(snapshot: &Snapshot) -> Option<Slot> {
    let raw = snapshot.meta(meta_key::SEALED_SLOT)?;
    let slot = Slot(u64::from_le_bytes(*raw.first_chunk()?));
    (sealed_slot_row(slot).raw == raw).then_some(slot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_open_once_and_ready_when_its_batch_or_a_later_one_is_durable() {
        let mut authority = Authority::new(Some(Slot(4)), Slot(2), false);
        assert_eq!(authority.first_open, Slot(5));
        authority.reserve(Slot(7), BatchId(3));
        assert!(!authority.settle(BatchId(2)) && !authority.is_ready());
        assert!(authority.settle(BatchId(4)) && authority.is_ready());
        authority.release();
        assert_eq!(
            (authority.reserved(), authority.first_open),
            (None, Slot(8))
        );
        assert!(!authority.settle(BatchId(4)));
    }

    #[test]
    fn only_a_new_ledger_may_seal_the_first_slot_at_once() {
        let first = |sealed, current| {
            let is_first = current <= FIRST_SLOT.0;
            Authority::new(sealed, Slot(current), is_first).first_open.0
        };
        assert_eq!([first(None, 0), first(None, 1), first(None, 2)], [1, 1, 3]);
        assert_eq!(first(Some(Slot(0)), 1), 2);
        // By a clock that is set before the network's beginning no slot is known to be the first.
        assert_eq!(Authority::new(None, Slot(0), false).first_open, Slot(1));
        assert_eq!(Authority::new(None, Slot(1), false).first_open, Slot(2));
    }

    #[test]
    fn a_sealed_slot_that_was_changed_on_the_disk_is_not_believed() {
        let with = |row: RawRow| Snapshot {
            meta: vec![row],
            ..Snapshot::default()
        };
        let row = sealed_slot_row(Slot(77));
        assert_eq!(sealed_slot(&with(row.clone())), Some(Slot(77)));
        for bit in 0..row.raw.len() * 8 {
            let mut row = row.clone();
            row.raw[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(sealed_slot(&with(row)), None, "bit {bit}");
        }
    }
}
