//! Sealing blocks: an authority reserves its slot, and seals it once the reservation is durable.
//! What it must never do, `authority` holds. A ledger that fails makes it wait, one in memory
//! stores at once.

use crate::consensus::slots;
use crate::ledger::{Row, Table};
use crate::primitives::{Block, Kind, Millis, NodeKind, Slot};

use super::authority::sealed_slot_row;
use super::source::Source;
use super::timers::Timer;
use super::{BatchId, Node, Notice, Outbox, Output};

/// How soon it is looked again whether a slot can be reserved.
const RESERVE_AGAIN: Millis = Millis(200);

impl Node {
    /// Seals the reserved slot or reserves the one that is ours, and sets the timer for what comes
    /// next.
    pub(super) fn on_slot_timer(&mut self, out: &mut Outbox) {
        if self.identity.kind != NodeKind::Poa || self.stopping {
            return;
        }
        if self.authority.is_ready() {
            return self.seal_slot(out);
        }
        let slot = slots::slot_at(self.chain.params(), self.clock.date());
        if !self.may_seal(slot) || slots::slot_at(self.chain.params(), self.next_date()) != slot {
            return self.await_next_slot(slot);
        }
        let from = self.make_from(Kind::Authority);
        if self.clock.date() < from {
            return self.timers.set(Timer::Slot, self.clock.instant_of(from));
        }
        if self.lanes.rest_until(self.now).is_some() || self.authority.reserved().is_some() {
            return self.timers.set(Timer::Slot, self.now.plus(RESERVE_AGAIN));
        }
        self.books.put(Table::Meta, Row::Raw(sealed_slot_row(slot)));
        let batch = self.books.strict();
        self.authority.reserve(slot, batch);
        self.await_next_slot(slot);
    }

    fn await_next_slot(&mut self, after: Slot) {
        let next = self.next_slot_at(after);
        let in_time = next.map(|next| self.clock.instant_of(next));
        self.timers.set(
            Timer::Slot,
            in_time.unwrap_or(self.now.plus(self.chain.params().slot)),
        );
    }

    /// Seals the reserved slot, now that the batch with it is durable.
    pub(super) fn on_slot_reserved(&mut self, batch: BatchId, out: &mut Outbox) {
        if self.authority.settle(batch) {
            self.seal_slot(out);
        }
    }

    /// Seals the reserved slot. Where a block that came while the disk was busy is too young to
    /// build on, it is tried again when that is old enough, as long as the slot lasts.
    fn seal_slot(&mut self, out: &mut Outbox) {
        let Some(slot) = self.authority.reserved() else {
            return;
        };
        let (date, from) = (self.clock.date(), self.make_from(Kind::Authority));
        let lasts = |time| slots::slot_at(self.chain.params(), time) == slot;
        if lasts(date) && date < from && lasts(from) {
            return self.timers.set(Timer::Slot, self.clock.instant_of(from));
        }
        self.authority.release();
        let in_time = lasts(date) && date >= from && lasts(self.next_date());
        self.await_next_slot(slot);
        if in_time && !self.stopping {
            self.seal(slot, out);
        }
    }

    fn seal(&mut self, slot: Slot, out: &mut Outbox) {
        let Some((header, body)) = self.candidate(Kind::Authority) else {
            return;
        };
        let seal = self.identity.seal(&self.chain.chain_id(), &header);
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
