//! When this node may make a block, and what date it bears.

use crate::consensus::slots;
use crate::primitives::{Kind, Millis, Slot, Timestamp};

use super::Node;

/// Least gaps between blocks that a maker waits at most for the date of a parent that is ahead of
/// its clock.
const PATIENCE: u64 = 2;
/// How long a miner waits at most for the dates of heads that come one after the other, since it
/// had its chance to search.
const WITHOUT_A_SEARCH: Millis = Millis(2_000);

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
        let patience = Millis(gap.0.saturating_mul(PATIENCE));
        // Whoever is quick enough keeps a slower one waiting by dates that honest makers have too:
        // head after head comes before the date of the one before.
        let (from, at_last) = if kind == Kind::Work {
            let idle = self.clock.date_of(self.mining.idle_since());
            (head, idle.plus(WITHOUT_A_SEARCH))
        } else {
            let params = self.chain.params();
            let slot = slots::slot_at(params, self.clock.date());
            let begin = slots::slot_start(params, slot);
            (before(head, gap), begin.plus(patience))
        };
        let since = self.clock.date_of(self.mining.waiting_since());
        from.min(since.plus(patience))
            .min(at_last)
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
    use super::super::Input;
    use super::super::testing::{Duel, compact};
    use super::*;
    use crate::ipc::Workload;
    use crate::primitives::{Height, NodeKind};
    use crate::testkit::{GENESIS_TIME, Grower, params};

    /// A peer dates each block so far ahead, one in each least gap, for a minute: how long the
    /// miners of the node searched, and in how many of the slots an authority might have sealed.
    fn beside_a_hasty_peer(ahead: Millis) -> (Millis, usize) {
        let mut duel = Duel::new();
        duel.node.identity.kind = NodeKind::Pow;
        duel.handle(Input::SetWorkload(Workload {
            miners: 1,
            ..Duel::setup().workload
        }));
        let mut grower = Grower::new(params());
        let gap = params().min_gap;
        let (mut searched, mut open) = (0, std::collections::BTreeSet::new());
        for _ in 0..60_000 / gap.0 {
            let parent = grower.chain.head_header().time;
            let time = duel.now.plus(ahead);
            let block = grower.work_block("hasty", time.since(parent).0, Vec::new());
            grower.import(block.clone()).unwrap();
            duel.hear("hasty", &compact(&block));
            assert_eq!(duel.node.chain.head(), grower.chain.head());
            duel.pass(Millis(gap.0 - 1));
            if duel.node.make_from(Kind::Authority) <= duel.now {
                open.insert(slots::slot_at(&params(), duel.now));
            }
            searched += duel.node.mining.searched(duel.instant()).0;
            duel.pass(Millis(1));
        }
        (Millis(searched), open.len())
    }

    #[test]
    fn who_dates_each_block_a_little_ahead_and_is_quick_keeps_nobody_from_making_for_long() {
        for ahead in [250, 300, 490, 500, 600] {
            let (searched, slots) = beside_a_hasty_peer(Millis(ahead));
            assert!(
                searched >= Millis(24_000),
                "{ahead} ms ahead: {searched:?} of a minute"
            );
            assert!(slots >= 11, "{ahead} ms ahead: {slots} of twelve slots");
        }
    }

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
