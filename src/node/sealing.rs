//! Sealing blocks: the slots of an authority.
//!
//! An authority never seals a slot twice: the slot is written to the ledger, flushed to the disk, before
//! it is sealed; and a node that was started seals no slot that had begun before, so that even a ledger
//! that could not be written cannot make it repeat one. Only a ledger that is new may seal at once, in the
//! network's first slot.

use crate::consensus::slots;
use crate::ledger::{Row, Table};
use crate::primitives::{Block, Kind, Millis, NodeKind, Slot, Timestamp};

use super::start::sealed_slot_row;
use super::timers::Timer;
use super::{BatchId, Node, Notice, Outbox, Output, Source};

/// The slot in which a network is made, and in which a node with a new ledger may seal at once.
const FIRST_SLOT: u64 = 1;
/// How soon it is looked again whether a slot can be reserved.
const RESERVE_AGAIN: Millis = Millis(200);

/// The duty of an authority.
#[derive(Debug, Default)]
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
    /// The duty of a node that starts in slot `current`, with the slot that its ledger says it sealed
    /// last (0 for none), or with a new ledger.
    pub(super) fn new(sealed: Option<Slot>, current: Slot) -> Self {
        let first_open = match sealed {
            _ if mutant!(SealSlotAgain) => current,
            Some(slot) => Slot(slot.max(current).0.saturating_add(1)),
            None if current.0 <= FIRST_SLOT => Slot(1),
            None => Slot(current.0.saturating_add(1)),
        };
        Self {
            first_open,
            reserved: None,
        }
    }
}

impl Node {
    /// Seals the reserved slot or reserves the one that is ours, and sets the timer for what comes next.
    pub(super) fn on_slot_timer(&mut self, out: &mut Outbox) {
        if self.kind != NodeKind::Poa || self.stopping {
            return;
        }
        if self
            .authority
            .reserved
            .is_some_and(|reserved| reserved.durable)
        {
            return self.seal_slot(out);
        }
        let slot = slots::slot_at(&self.params, self.now);
        if !self.may_seal(slot) || slots::slot_at(&self.params, self.next_date()) != slot {
            return self.await_next_slot(slot);
        }
        let from = self.make_from(Kind::Authority);
        if self.now < from {
            return self.timers.set(Timer::Slot, from);
        }
        if self.sync.rest_until(self.now).is_some() || self.authority.reserved.is_some() {
            return self.timers.set(Timer::Slot, self.now.plus(RESERVE_AGAIN));
        }
        self.authority.first_open = Slot(slot.0.saturating_add(1));
        self.writer
            .put(Table::Meta, Row::Raw(sealed_slot_row(slot)));
        let batch = self.writer.strict();
        self.authority.reserved = Some(Reserved {
            slot,
            batch,
            durable: false,
        });
        self.await_next_slot(slot);
        if self.degraded.is_some() {
            // There is no disk to wait for; see the module's first lines for what protects the slot.
            self.on_slot_reserved(batch, out);
        }
    }

    fn may_seal(&self, slot: Slot) -> bool {
        let context = self.chain.context();
        let unused = slot > context.tally.last_slot;
        let leader = slots::leader(&context.rules.current.authorities, slot);
        slot >= self.authority.first_open && unused && leader == Some(self.id.into())
    }

    fn await_next_slot(&mut self, after: Slot) {
        self.timers.set(
            Timer::Slot,
            self.next_slot_at(after)
                .unwrap_or(self.now.plus(self.params.slot)),
        );
    }

    /// When the next slot of this authority begins, after slot `after`.
    pub(super) fn next_slot_at(&self, after: Slot) -> Option<Timestamp> {
        let tunable = &self.chain.context().rules.current;
        let first = after.0.saturating_add(1).max(self.authority.first_open.0);
        let turns = u64::try_from(tunable.authorities.len()).ok()?;
        let mine =
            |slot: &u64| slots::leader(&tunable.authorities, Slot(*slot)) == Some(self.id.into());
        (first..first.saturating_add(turns))
            .find(mine)
            .map(|slot| slots::slot_start(&self.params, Slot(slot)))
    }

    /// Seals the reserved slot, now that the batch with it is durable.
    pub(super) fn on_slot_reserved(&mut self, batch: BatchId, out: &mut Outbox) {
        if let Some(reserved) = self
            .authority
            .reserved
            .as_mut()
            .filter(|reserved| reserved.batch <= batch)
        {
            reserved.durable = true;
            self.seal_slot(out);
        }
    }

    /// Seals the reserved slot. Where a block that came while the disk was busy is too young to build on, it is
    /// tried again when that is old enough, as long as the slot lasts.
    fn seal_slot(&mut self, out: &mut Outbox) {
        let Some(Reserved { slot, .. }) = self.authority.reserved else {
            return;
        };
        let from = self.make_from(Kind::Authority);
        let lasts = |time| slots::slot_at(&self.params, time) == slot;
        if lasts(self.now) && self.now < from && lasts(from) {
            return self.timers.set(Timer::Slot, from);
        }
        self.authority.reserved = None;
        let in_time = lasts(self.now) && self.now >= from && lasts(self.next_date());
        self.await_next_slot(slot);
        if in_time && !self.stopping {
            self.seal(slot, out);
        }
    }

    fn seal(&mut self, slot: Slot, out: &mut Outbox) {
        let Some((header, body)) = self.candidate(Kind::Authority) else {
            return;
        };
        let seal = header.seal(&self.chain.chain_id(), &self.key);
        if self.import(Block { header, seal, body }, Source::Own, out) {
            self.counters.blocks_made = self.counters.blocks_made.saturating_add(1);
            let id = header.id();
            if let Some(block) = self.summary(&id) {
                out.push(Output::Notice(Notice::Sealed {
                    block: Box::new(block),
                    slot,
                }));
            }
            self.announce_block(&id, out);
        }
    }
}
