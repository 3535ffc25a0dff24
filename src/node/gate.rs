//! Where frames come in: what the simulated links do to each, before the node sees it.
//!
//! Bounds: at most [`MAX_WAITING`] frames of [`MAX_WAITING_BYTES`] are delayed at a time; what comes then is lost, as
//! on a router whose buffer is full. At most [`MAX_LINES`] senders are known, as anybody can claim a name.

use std::collections::BTreeMap;

use crate::gossip::Envelope;
use crate::links::{Arrivals, Line, Link, LinkTable};
use crate::primitives::{BlockHash, Millis, NodeId, Timestamp};

use super::inputs::{MAX_WAITING, MAX_WAITING_BYTES};

/// Most senders whose links are remembered.
const MAX_LINES: usize = 256;

/// The links to one node.
#[derive(Debug)]
pub struct Gate {
    to: NodeId,
    chain_id: BlockHash,
    table: LinkTable,
    lines: BTreeMap<NodeId, Line>,
    delayed: usize,
    bytes: usize,
}

/// A frame that gets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It arrives now.
    Now(Vec<u8>),
    /// It arrives later, which [`Gate::arrive`] is told then.
    Later(Vec<u8>, Millis),
}

impl Gate {
    /// Plain links to a node of a network.
    #[must_use]
    pub fn new(to: NodeId, chain_id: BlockHash) -> Self {
        Self {
            to,
            chain_id,
            table: LinkTable::default(),
            lines: BTreeMap::new(),
            delayed: 0,
            bytes: 0,
        }
    }

    /// Sets the links; what is under way arrives as it was to.
    pub fn set(&mut self, table: LinkTable) {
        self.table = table;
        self.lines = BTreeMap::new();
    }

    /// Decides what becomes of a frame: it is lost, arrives, or arrives twice.
    pub fn pass(&mut self, bytes: Vec<u8>, now: Timestamp) -> Vec<Passage> {
        let arrivals = self.carry(&bytes, now);
        let mut passages = Vec::new();
        if let Some(at) = arrivals.copy {
            passages.extend(self.admit(bytes.clone(), at, now));
        }
        if let Some(at) = arrivals.first {
            passages.extend(self.admit(bytes, at, now));
        }
        passages
    }

    /// Records that a delayed frame of `length` bytes has arrived.
    pub fn arrive(&mut self, length: usize) {
        self.delayed = self.delayed.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(length);
    }

    /// When a frame arrives. A plain link delays nothing, and what is no frame the node refuses itself.
    fn carry(&mut self, bytes: &[u8], now: Timestamp) -> Arrivals {
        let at_once = Arrivals {
            first: Some(now),
            copy: None,
        };
        if self.table.default == Link::default() {
            return at_once;
        }
        let Ok(frame) = Envelope::parse(bytes, &self.chain_id) else {
            return at_once;
        };
        if self.lines.len() >= MAX_LINES && !self.lines.contains_key(&frame.from) {
            self.lines = BTreeMap::new();
        }
        let line = self.lines.entry(frame.from).or_default();
        let ends = (&frame.from, &self.to);
        self.table
            .carry(line, ends, frame.sequence, bytes.len(), now)
    }

    fn admit(&mut self, bytes: Vec<u8>, at: Timestamp, now: Timestamp) -> Option<Passage> {
        if at <= now {
            return Some(Passage::Now(bytes));
        }
        let total = self.bytes.saturating_add(bytes.len());
        if self.delayed >= MAX_WAITING || total > MAX_WAITING_BYTES {
            return None;
        }
        self.delayed = self.delayed.saturating_add(1);
        self.bytes = total;
        Some(Passage::Later(bytes, at.since(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gossip::{Message, seal_frame};
    use crate::links::PerMille;
    use crate::testkit::key;

    const NOW: Timestamp = Timestamp(1_000);
    const CHAIN: BlockHash = BlockHash([1; 32]);

    fn gate(link: Link) -> Gate {
        let mut gate = Gate::new(NodeId([7; 32]), CHAIN);
        gate.set(LinkTable::new(1, link));
        gate
    }

    fn frame(sequence: u64) -> Vec<u8> {
        seal_frame(&key("pow-1"), &CHAIN, (1, sequence), None, &Message::Bye)
    }

    #[test]
    fn plain_links_and_what_is_no_frame_are_delayed_by_nothing() {
        let slow = Link {
            latency: Millis(50),
            ..Link::default()
        };
        let now = |bytes: Vec<u8>| vec![Passage::Now(bytes)];
        assert_eq!(gate(Link::default()).pass(frame(1), NOW), now(frame(1)));
        assert_eq!(gate(slow).pass(vec![1, 2], NOW), now(vec![1, 2]));
        let later = vec![Passage::Later(frame(1), Millis(50))];
        assert_eq!(gate(slow).pass(frame(1), NOW), later);
    }

    #[test]
    fn copies_arrive_besides_and_lost_frames_not_at_all() {
        let mut link = Link {
            duplication: PerMille(1_000),
            ..Link::default()
        };
        assert_eq!(gate(link).pass(frame(1), NOW).len(), 2);
        link.loss = PerMille(1_000);
        assert_eq!(gate(link).pass(frame(1), NOW), []);
    }

    #[test]
    fn a_full_buffer_loses_frames_until_some_have_arrived() {
        let mut gate = gate(Link {
            latency: Millis(50),
            ..Link::default()
        });
        let length = frame(1).len();
        let room = MAX_WAITING.min(MAX_WAITING_BYTES / length);
        for number in 1..=room as u64 {
            assert_eq!(gate.pass(frame(number), NOW).len(), 1, "{number}");
        }
        assert_eq!(gate.pass(frame(9_999), NOW), []);
        gate.arrive(length);
        assert_eq!(gate.pass(frame(10_000), NOW).len(), 1);
    }
}
