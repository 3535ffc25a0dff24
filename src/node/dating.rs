//! When this node may make a block, and what date it bears.

use crate::consensus::slots;
use crate::primitives::{Kind, Millis, Slot, Timestamp};

use super::Node;

/// Least gaps between blocks that a maker waits at most for the date of a parent that is ahead of
/// its clock.
const PATIENCE: u64 = 2;

impl Node {
    /// The date of a block that is made now: the clock's, or the earliest that may follow the head.
    pub(super) fn next_date(&self) -> Timestamp {
        self.clock.date().max(
            self.chain
                .head_header()
                .time
                .plus(self.chain.params().min_gap),
        )
    }

    /// When the next block may be made. A miner waits until the head's date has come, so that
    /// miners who find at once do not run ahead of the clock, where others would have to defer
    /// their blocks. An authority, which makes one block in its slot, may be ahead by one more, or
    /// such miners would always be there before it. A head far ahead was dated by a wrong clock, or
    /// by one who wants to be the only maker: it must not win its maker more than a moment, and
    /// many in a row no more than one; but what this node itself would defer is never made.
    pub(super) fn make_from(&self, kind: Kind) -> Timestamp {
        let (head, gap) = (self.chain.head_header().time, self.chain.params().min_gap);
        let before = |time: Timestamp, span: Millis| Timestamp(time.0.saturating_sub(span.0));
        let from = if kind == Kind::Work {
            head
        } else {
            before(head, gap)
        };
        let since = self.clock.date_of(self.mining.waiting_since());
        let patience = since.plus(Millis(gap.0.saturating_mul(PATIENCE)));
        from.min(patience)
            .max(before(head.plus(gap), self.chain.params().max_future))
    }

    /// Whether the head is dated further ahead than a maker dates whose clock is right.
    pub(super) fn is_dated_ahead(&self) -> bool {
        let gap = self.chain.params().min_gap;
        let furthest = self
            .clock
            .date()
            .plus(Millis(gap.0.saturating_mul(PATIENCE)));
        self.chain.head_header().time > furthest
    }

    /// When the next slot of this authority begins, after slot `after`.
    pub(super) fn next_slot_at(&self, after: Slot) -> Option<Timestamp> {
        let tunable = &self.chain.context().rules.current;
        let first = after.0.saturating_add(1).max(self.authority.first_open.0);
        let turns = u64::try_from(tunable.authorities.len()).ok()?;
        let mine = |slot: &u64| {
            slots::leader(&tunable.authorities, Slot(*slot)) == Some(self.identity.id.into())
        };
        (first..first.saturating_add(turns))
            .find(mine)
            .map(|slot| slots::slot_start(self.chain.params(), Slot(slot)))
    }

    /// Whether this node may seal a slot on the head.
    pub(super) fn may_seal(&self, slot: Slot) -> bool {
        let context = self.chain.context();
        let unused = slot > context.tally.last_slot;
        let leader = slots::leader(&context.rules.current.authorities, slot);
        slot >= self.authority.first_open && unused && leader == Some(self.identity.id.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Duel, compact};
    use super::*;
    use crate::primitives::Height;
    use crate::testkit::{GENESIS_TIME, Grower, params};

    #[test]
    fn who_dates_every_block_ahead_keeps_others_from_making_only_once() {
        let mut duel = Duel::new();
        let mut grower = Grower::new(params());
        let mut waited = Millis(0);
        for _ in 0..10 {
            let time = duel.now.plus(Millis(1_900));
            let parent = grower.chain.head_header().time;
            let block = grower.work_block("liar", time.since(parent).0, Vec::new());
            assert_eq!(block.header.time, time);
            grower.import(block.clone()).unwrap();
            duel.hear("liar", &compact(&block));
            assert_eq!(duel.node.chain.head(), grower.chain.head());
            waited = duel.node.make_from(Kind::Work).since(duel.now);
            duel.pass(Millis(400));
        }
        assert_eq!(duel.node.chain.height(), Height(10));
        assert!(duel.now > GENESIS_TIME);
        // As long as rule 8 asks for, and no longer.
        assert!(waited <= Millis(150), "{} ms", waited.0);
    }
}
