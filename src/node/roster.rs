//! The other nodes: what is known of each, which of them are present, which links are cut, and
//! who is to answer a ping.
//!
//! Bounds: those of [`Peers`]; present, and those with a row in the ledger, are peers that are
//! remembered; cut is up to the person.

use std::collections::BTreeSet;

use crate::gossip::{MAX_RECORDS, NodeRecord, Peers};
use crate::primitives::{Instant, NodeId};

/// So many peers that have proven nothing are asked with each ping; all of a full table within half
/// of the time that they have for it.
const DOUBTED_AT_ONCE: usize = 16;

/// The other nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    pub(super) peers: Peers,
    present: BTreeSet<NodeId>,
    cut: BTreeSet<NodeId>,
    /// Those that have a row in the ledger.
    listed: BTreeSet<NodeId>,
}

impl Roster {
    /// Peers that were heard lately.
    pub(super) fn alive(&self, now: Instant) -> Vec<NodeId> {
        self.peers.alive(now).map(|(node, _)| *node).collect()
    }

    /// Takes the record of the peer that sent it; whether it is genuine and the peer's own.
    pub(super) fn meet(&mut self, from: &NodeId, record: NodeRecord, now: Instant) -> bool {
        let known = self
            .peers
            .get(from)
            .is_some_and(|peer| peer.record.as_ref() == Some(&record));
        if record.id != *from || !(known || record.is_genuine()) {
            return false;
        }
        self.peers.learn(record, now);
        true
    }

    /// Whether a record that others pass on is of a node that is not heard, and newer than what is
    /// known of it.
    pub(super) fn is_news(&self, record: &NodeRecord, now: Instant) -> bool {
        !self.peers.get(&record.id).is_some_and(|peer| {
            let known = peer.record.as_ref();
            peer.alive(now) || known.is_some_and(|known| known.time >= record.time)
        })
    }

    /// Records of the peers that are heard, for another one.
    pub(super) fn records_for(&self, to: &NodeId, now: Instant) -> Vec<NodeRecord> {
        let others = self.peers.alive(now).filter(|(node, _)| *node != to);
        others
            .filter_map(|(_, peer)| peer.record.clone())
            .take(MAX_RECORDS)
            .collect()
    }

    /// Name of a peer, if it has told one.
    pub(super) fn name_of(&self, node: &NodeId) -> Option<&str> {
        let record = self.peers.get(node)?.record.as_ref()?;
        Some(&record.name)
    }

    /// Adds a peer to those present; whether it is new among them.
    pub(super) fn join(&mut self, node: NodeId) -> bool {
        self.present.insert(node)
    }

    /// Takes a peer from those present; whether it was among them.
    pub(super) fn leave(&mut self, node: &NodeId) -> bool {
        self.present.remove(node)
    }

    /// Records that a peer has a row in the ledger, or no longer has one; whether that is new.
    pub(super) fn list(&mut self, node: NodeId, listed: bool) -> bool {
        if listed {
            self.listed.insert(node)
        } else {
            self.listed.remove(&node)
        }
    }

    /// Number of peers with a row in the ledger.
    pub(super) fn listed(&self) -> usize {
        self.listed.len()
    }

    /// Whether a peer is present.
    pub(super) fn is_present(&self, node: &NodeId) -> bool {
        self.present.contains(node)
    }

    /// The peers that are present.
    pub(super) fn present(&self) -> impl ExactSizeIterator<Item = &NodeId> {
        self.present.iter()
    }

    /// Peers that are present and have fallen silent.
    pub(super) fn silent(&self, now: Instant) -> Vec<NodeId> {
        let is_silent = |node: &&NodeId| !self.peers.get(node).is_some_and(|peer| peer.alive(now));
        self.present.iter().filter(is_silent).copied().collect()
    }

    /// Cuts or heals the link from a node; whether that changes it.
    pub(super) fn set_cut(&mut self, from: NodeId, cut: bool) -> bool {
        if cut {
            self.cut.insert(from)
        } else {
            self.cut.remove(&from)
        }
    }

    /// Whether the link from a node is cut.
    pub(super) fn is_cut(&self, from: &NodeId) -> bool {
        self.cut.contains(from)
    }

    /// Chooses by `token` the peer that is to answer the next ping.
    pub(super) fn choose_ping(&mut self, token: u64, now: Instant) -> Option<NodeId> {
        let alive = self.alive(now);
        let count = u64::try_from(alive.len()).unwrap_or(1).max(1);
        let chosen = usize::try_from(token % count).ok();
        let to = chosen.and_then(|chosen| alive.get(chosen)).copied()?;
        self.peers.get_mut(&to)?.challenge(token, now);
        Some(to)
    }

    /// Peers that have yet to prove that they are there and are to be asked now, a few at a time:
    /// first those who have given a block of the best chain.
    pub(super) fn doubted(&self, now: Instant) -> Vec<NodeId> {
        let doubted = self.peers.iter().filter(|(_, peer)| peer.is_doubted(now));
        let (useful, others): (Vec<_>, Vec<_>) = doubted.partition(|(_, peer)| peer.is_useful());
        let all = useful.into_iter().chain(others);
        all.map(|(node, _)| *node).take(DOUBTED_AT_ONCE).collect()
    }

    /// Takes a peer's answer to a ping.
    pub(super) fn on_pong(&mut self, from: &NodeId, token: u64, now: Instant) {
        if let Some(peer) = self.peers.get_mut(from) {
            peer.answered(token, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::{Millis, NodeKind, Timestamp};
    use crate::testkit::key;

    const NOW: Instant = Instant(1_000_000);

    fn record(name: &str, time: Instant) -> NodeRecord {
        NodeRecord::sign(&key(name), name, NodeKind::Pow, "tab", Timestamp(time.0))
    }

    fn id(name: &str) -> NodeId {
        key(name).node_id()
    }

    #[test]
    fn a_record_counts_only_from_its_own_node() {
        let mut roster = Roster::default();
        assert!(!roster.meet(&id("bob"), record("alice", NOW), NOW));
        let mut forged = record("alice", NOW);
        forged.name = "mallory".to_owned();
        assert!(!roster.meet(&id("alice"), forged, NOW));
        assert_eq!(roster.name_of(&id("alice")), None);
        assert!(roster.meet(&id("alice"), record("alice", NOW), NOW));
        assert_eq!(roster.name_of(&id("alice")), Some("alice"));
    }

    #[test]
    fn only_a_newer_record_of_a_silent_node_is_news() {
        let mut roster = Roster::default();
        assert!(roster.is_news(&record("alice", NOW), NOW));
        roster.meet(&id("alice"), record("alice", NOW), NOW);
        assert!(!roster.is_news(&record("alice", NOW), NOW));
        let later = NOW.plus(Millis(1));
        assert!(roster.is_news(&record("alice", later), NOW));
        roster.peers.get_mut(&id("alice")).unwrap().last_seen = NOW;
        assert!(!roster.is_news(&record("alice", later), NOW));
    }

    #[test]
    fn only_the_awaited_answer_measures_a_round_trip_and_only_once() {
        let mut roster = Roster::default();
        for name in ["alice", "bob"] {
            roster.meet(&id(name), record(name, NOW), NOW);
            roster.peers.get_mut(&id(name)).unwrap().last_seen = NOW;
        }
        let to = roster.choose_ping(7, NOW).unwrap();
        let other = if to == id("bob") {
            id("alice")
        } else {
            id("bob")
        };
        roster.on_pong(&other, 7, NOW.plus(Millis(1)));
        roster.on_pong(&to, 8, NOW.plus(Millis(2)));
        roster.on_pong(&to, 7, NOW.plus(Millis(30)));
        roster.on_pong(&to, 7, NOW.plus(Millis(90)));
        let measured = |node| roster.peers.get(node).unwrap().round_trip;
        assert_eq!((measured(&to), measured(&other)), (Some(Millis(30)), None));
    }

    #[test]
    fn a_cut_or_a_departure_counts_once() {
        let mut roster = Roster::default();
        assert!(roster.set_cut(id("bob"), true) && !roster.set_cut(id("bob"), true));
        assert!(roster.is_cut(&id("bob")) && roster.set_cut(id("bob"), false));
        assert!(roster.join(id("bob")) && !roster.join(id("bob")));
        assert_eq!(roster.silent(NOW), [id("bob")]);
        assert!(roster.leave(&id("bob")) && !roster.leave(&id("bob")));
    }
}
