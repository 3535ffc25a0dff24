//! Valid blocks that are ahead of the clock (rule 8), until their time has come.
//!
//! Bounds: [`MAX_DEFERRED`] blocks, of these [`MAX_DEFERRED_OF_ONE`] of one sender, and none that
//! is further ahead than [`DEFER_AT_MOST`]. Of too many those stay that are due first.

use std::collections::BTreeMap;

use crate::primitives::{Block, BlockHash, Millis, Timestamp};

use super::source::Source;

/// Blocks ahead of the clock that are kept: more than honest clocks can cause.
pub(super) const MAX_DEFERRED: usize = 32;
/// Of these, blocks of one sender.
pub(super) const MAX_DEFERRED_OF_ONE: usize = 4;
/// A block that is further ahead of the clock is not kept.
pub(super) const DEFER_AT_MOST: Millis = Millis(60_000);

/// The blocks that wait for their time.
#[derive(Clone, Debug, Default)]
pub(super) struct DeferredBlocks {
    waiting: BTreeMap<(Timestamp, BlockHash), (Block, Source)>,
}

impl DeferredBlocks {
    /// Whether a block waits.
    pub(super) fn contains(&self, id: &BlockHash) -> bool {
        self.waiting.keys().any(|(_, waiting)| waiting == id)
    }

    /// The blocks that wait, each with when it is due.
    pub(super) fn iter(&self) -> impl Iterator<Item = (BlockHash, Timestamp)> + '_ {
        self.waiting.keys().map(|(until, id)| (*id, *until))
    }

    /// Keeps a block until its time, unless it is too far ahead or its sender has its share;
    /// whether it does.
    pub(super) fn insert(
        &mut self,
        until: Timestamp,
        block: Block,
        source: Source,
        date: Timestamp,
    ) -> bool {
        let all = self.waiting.values();
        let of_sender = all
            .filter(|(_, other)| other.peer() == source.peer())
            .count();
        let far = until > date.plus(DEFER_AT_MOST);
        if (far || of_sender >= MAX_DEFERRED_OF_ONE) && !mutant!(UnboundedDeferred) {
            return false;
        }
        self.waiting.insert((until, block.id()), (block, source));
        if self.waiting.len() > MAX_DEFERRED && !mutant!(UnboundedDeferred) {
            self.waiting.pop_last();
        }
        true
    }

    /// Takes a block whose time has come.
    pub(super) fn pop_due(&mut self, date: Timestamp) -> Option<(Block, Source)> {
        let first = self.waiting.first_entry()?;
        let (due, _) = *first.key();
        (due <= date).then(|| first.remove())
    }

    /// When the next block is due.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(until, _)| *until)
    }

    /// Number of blocks that wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::NodeId;
    use crate::testkit::{Grower, params};

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn blocks_leave_in_the_order_of_their_times_and_not_before() {
        let mut deferred = DeferredBlocks::default();
        let mut grower = Grower::new(params());
        for after in [300, 100, 200] {
            let block = grower.work_block("miner", 1_000 + after, Vec::new());
            assert!(deferred.insert(NOW.plus(Millis(after)), block, Source::Own, NOW));
        }
        let mut due = |now: u64| {
            let block = deferred.pop_due(NOW.plus(Millis(now)))?.0;
            Some(block.header.time.since(crate::testkit::GENESIS_TIME).0)
        };
        assert_eq!(
            [due(99), due(250), due(250), due(250)],
            [None, Some(1_100), Some(1_200), None]
        );
        assert_eq!(deferred.deadline(), Some(NOW.plus(Millis(300))));
    }

    #[test]
    fn of_many_senders_those_stay_that_are_due_first() {
        let mut deferred = DeferredBlocks::default();
        let mut grower = Grower::new(params());
        for number in 0..2 * MAX_DEFERRED as u64 {
            let sender = u8::try_from(number / 5).unwrap();
            let block = grower.work_block("miner", 1_000 + number, Vec::new());
            let kept = deferred.insert(
                NOW.plus(Millis(1_000 - number)),
                block,
                Source::Peer(NodeId([sender; 32])),
                NOW,
            );
            assert_eq!(kept, number % 5 < MAX_DEFERRED_OF_ONE as u64, "{number}");
        }
        assert_eq!(deferred.len(), MAX_DEFERRED);
        assert_eq!(deferred.deadline(), Some(NOW.plus(Millis(1_000 - 63))));
    }
}
