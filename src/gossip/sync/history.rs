//! How each peer answered so far: a peer that let fetches down is asked again after a pause, and as
//! it may only be slow, it gets more time for its answer and is asked for fewer bodies.
//!
//! Bounds: [`MAX_PEERS`] peers are remembered; the one that may be asked soonest is forgotten
//! first.

use std::collections::BTreeMap;

use crate::gossip::peers::MAX_PEERS;
use crate::primitives::{Instant, Millis, NodeId};

/// How long an answer may take, if the peer has not been slower before.
pub(super) const ANSWER_WITHIN: Millis = Millis(2_000);
/// The longest that a peer's last answer is held to have taken: it may have been this node that
/// slept meanwhile.
pub(super) const MAX_TOOK: Millis = Millis(8_000);
/// The longest time that an answer may take.
const MAX_PATIENCE: Millis = Millis(64_000);
/// The first pause before a peer that let a fetch down is asked again; it doubles up to 64 times
/// this.
pub(super) const FIRST_PAUSE: Millis = Millis(250);
/// Most doublings of pauses, of patience, and most halvings of requests.
const MAX_DOUBLINGS: u32 = 6;

/// What is remembered of all peers.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    peers: BTreeMap<NodeId, Record>,
}

/// How one peer answered so far.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    /// Fetches that it let down in a row.
    failures: u32,
    /// It is not asked before.
    not_before: Instant,
    /// How long its last answer with headers took.
    took: Millis,
}

impl History {
    /// Whether the pause is over since a peer let a fetch down.
    pub(super) fn may_ask(&self, peer: &NodeId, now: Instant) -> bool {
        self.peers
            .get(peer)
            .is_none_or(|record| now >= record.not_before)
    }

    /// Fetches that a peer let down in a row.
    pub(super) fn failures_of(&self, peer: &NodeId) -> u32 {
        self.peers.get(peer).map_or(0, |record| record.failures)
    }

    /// How long an answer of a peer may take: longer after each failure, as its link may be slow.
    pub(super) fn patience(&self, peer: &NodeId) -> Millis {
        let Record { failures, took, .. } = self.peers.get(peer).copied().unwrap_or_default();
        let patience =
            ANSWER_WITHIN.0.max(took.0.min(MAX_TOOK.0) * 2) << failures.min(MAX_DOUBLINGS);
        Millis(patience.min(MAX_PATIENCE.0))
    }

    /// Records how long an answer took, if it was slow or the peer was slow before.
    pub(super) fn answered(&mut self, peer: NodeId, took: Millis) {
        if took.0 > ANSWER_WITHIN.0 / 2 || self.peers.contains_key(&peer) {
            self.record(peer).took = took;
        }
    }

    /// Records that a peer let a fetch down.
    pub(super) fn fail(&mut self, peer: NodeId, now: Instant) {
        let record = self.record(peer);
        record.not_before = now.plus(Millis(FIRST_PAUSE.0 << record.failures.min(MAX_DOUBLINGS)));
        record.failures = record.failures.saturating_add(1);
    }

    /// Records that a peer is not to be asked before a time, through no fault of its own.
    pub(super) fn put_off(&mut self, peer: NodeId, until: Instant) {
        let record = self.record(peer);
        record.not_before = record.not_before.max(until);
    }

    /// Records that a peer has done what it was asked for.
    pub(super) fn succeed(&mut self, peer: &NodeId) {
        if let Some(record) = self.peers.get_mut(peer) {
            record.failures = 0;
        }
    }

    /// Forgets a peer.
    pub(super) fn forget(&mut self, peer: &NodeId) {
        self.peers.remove(peer);
    }

    /// Number of peers that are remembered.
    pub(super) fn len(&self) -> usize {
        self.peers.len()
    }

    fn record(&mut self, peer: NodeId) -> &mut Record {
        if self.peers.len() >= MAX_PEERS && !self.peers.contains_key(&peer) {
            let soonest = self
                .peers
                .iter()
                .min_by_key(|(_, record)| record.not_before)
                .map(|(peer, _)| *peer);
            soonest.and_then(|soonest| self.peers.remove(&soonest));
        }
        self.peers.entry(peer).or_default()
    }
}

/// As many as `most`, halved for each failure.
pub(super) fn fewer(most: usize, failures: u32) -> usize {
    most >> failures.min(MAX_DOUBLINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000);
    const A: NodeId = NodeId([1; 32]);

    #[test]
    fn pauses_double_up_to_a_bound_and_end_with_a_success() {
        let mut history = History::default();
        for pause in [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000] {
            history.fail(A, NOW);
            assert!(!history.may_ask(&A, NOW.plus(Millis(pause - 1))));
            assert!(history.may_ask(&A, NOW.plus(Millis(pause))));
        }
        history.succeed(&A);
        history.fail(A, NOW);
        assert!(history.may_ask(&A, NOW.plus(Millis(250))));
    }

    #[test]
    fn a_slow_peer_gets_twice_the_time_of_its_last_answer_and_a_failing_one_twice_as_much_each_time()
     {
        let mut history = History::default();
        assert_eq!(history.patience(&A), ANSWER_WITHIN);
        history.answered(A, Millis(900));
        assert_eq!(history.len(), 0, "what is quick is not worth remembering");
        history.answered(A, Millis(3_000));
        assert_eq!(history.patience(&A), Millis(6_000));
        history.fail(A, NOW);
        assert_eq!(history.patience(&A), Millis(12_000));
        history.answered(A, Millis(u64::MAX));
        (0..10).for_each(|_| history.fail(A, NOW));
        assert_eq!(history.patience(&A), MAX_PATIENCE);
    }

    #[test]
    fn the_peer_that_may_be_asked_soonest_is_forgotten_first() {
        let mut history = History::default();
        for number in 0..=MAX_PEERS {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_le_bytes());
            history.fail(NodeId(id), Instant(number as u64));
        }
        assert_eq!(history.len(), MAX_PEERS);
        assert_eq!(history.failures_of(&NodeId([0; 32])), 0);
    }
}
