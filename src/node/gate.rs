//! What the simulated links do to each frame that arrives, before the node sees it. Pure: the
//! worker around the node sets the timers of what is delayed.
//!
//! Bounds: at most [`MAX_WAITING`] frames of [`MAX_WAITING_BYTES`] are delayed at a time; what
//! comes then is lost, as on a router whose buffer is full. At most [`MAX_LINES`] senders are
//! known, as anybody can claim a name.

use std::collections::BTreeMap;

use crate::gossip::Envelope;
use crate::links::{Arrivals, Line, Link, LinkTable};
use crate::primitives::{BlockHash, Instant, NodeId};

use super::{MAX_WAITING, MAX_WAITING_BYTES};

/// Most senders whose links are remembered.
const MAX_LINES: usize = 256;

/// The links to one node.
#[derive(Debug, Default)]
pub struct Gate {
    table: LinkTable,
    lines: BTreeMap<NodeId, Line>,
    delayed: usize,
    bytes: usize,
}

impl Gate {
    /// The links are these from now on; what is under way arrives as it was to.
    pub fn set(&mut self, table: LinkTable) {
        self.table = table;
        self.lines.clear();
    }

    /// When a frame arrives. A plain link delays nothing, and what is no frame is refused by the
    /// node.
    pub fn carry(
        &mut self,
        bytes: &[u8],
        to: &NodeId,
        chain_id: &BlockHash,
        now: Instant,
    ) -> Arrivals {
        let at_once = Arrivals {
            first: Some(now),
            copy: None,
        };
        if self.table.default == Link::default() {
            return at_once;
        }
        let Ok(frame) = Envelope::parse(bytes, chain_id) else {
            return at_once;
        };
        if self.lines.len() >= MAX_LINES && !self.lines.contains_key(&frame.from) {
            self.lines.clear();
        }
        let line = self.lines.entry(frame.from).or_default();
        self.table
            .carry(line, (&frame.from, to), frame.sequence, bytes.len(), now)
    }

    /// Whether one more frame of `length` bytes may be delayed; then it is.
    pub fn enter(&mut self, length: usize) -> bool {
        let bytes = self.bytes.saturating_add(length);
        let room = self.delayed < MAX_WAITING && bytes <= MAX_WAITING_BYTES;
        if room {
            self.delayed = self.delayed.saturating_add(1);
            self.bytes = bytes;
        }
        room
    }

    /// A delayed frame of `length` bytes has arrived.
    pub fn leave(&mut self, length: usize) {
        self.delayed = self.delayed.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gossip::{Message, seal_frame};
    use crate::primitives::Millis;
    use crate::testkit::key;

    const CHAIN: BlockHash = BlockHash([1; 32]);
    const NOW: Instant = Instant(1_000_000);

    fn frame() -> Vec<u8> {
        seal_frame(&key("pow-1"), &CHAIN, (1, 1), None, &Message::Bye)
    }

    #[test]
    fn a_slow_link_delays_frames_and_never_what_is_no_frame() {
        let (mut gate, to) = (Gate::default(), key("pow-2").node_id());
        let arrival = |gate: &mut Gate, bytes: &[u8]| gate.carry(bytes, &to, &CHAIN, NOW).first;
        assert_eq!(arrival(&mut gate, &frame()), Some(NOW));
        let latency = Millis(100);
        gate.set(LinkTable::new(
            7,
            Link {
                latency,
                ..Link::default()
            },
        ));
        assert_eq!(arrival(&mut gate, &frame()), Some(NOW.plus(latency)));
        assert_eq!(arrival(&mut gate, &[1, 2, 3]), Some(NOW));
    }

    #[test]
    fn a_full_buffer_takes_no_more_until_a_frame_has_arrived() {
        let mut gate = Gate::default();
        assert!(gate.enter(MAX_WAITING_BYTES));
        assert!(!gate.enter(1), "too many bytes");
        gate.leave(MAX_WAITING_BYTES);
        for _ in 0..MAX_WAITING {
            assert!(gate.enter(1));
        }
        assert!(!gate.enter(1), "too many frames");
        gate.leave(1);
        assert!(gate.enter(1));
    }
}
