//! What others can have a node do in a second has a bound, whatever names they take: signatures
//! that it checks for those who have proven nothing or are not who they say, and bytes that it
//! answers one of them with.

use std::collections::{BTreeMap, VecDeque};

use crate::gossip::Peer;
use crate::primitives::{Millis, NodeId, Timestamp};
use crate::sim::world::World;

/// The time in which all is counted.
const SECOND: Millis = Millis(1_000);
/// Frames in one name that are not of it: 500, and 2,000 more after a time without any.
const FORGED: usize = 2_500;
/// Frames of all who have proven nothing: 400, and 1,600 more after a time without any. Besides
/// them those that were waited for.
const UNPROVEN: usize = 2_000 + 64;
/// Bytes of answers to one peer: 2 MiB, 8 more after a time without any, and one answer.
const ANSWERED: usize = 10 * 1024 * 1024 + 576 * 1024;
/// Messages that answer a question.
const ANSWERS: [&str; 5] = [
    "HEADERS",
    "BODIES",
    "TRANSACTIONS",
    "NODE_LIST",
    "CERTIFICATES",
];

/// Amounts of the last second.
#[derive(Clone, Debug, Default)]
pub(super) struct Lately(VecDeque<(Timestamp, usize)>);

impl Lately {
    /// Adds to it; what it comes to.
    pub(super) fn add(&mut self, amount: usize, now: Timestamp) -> usize {
        self.0.push_back((now, amount));
        while self
            .0
            .front()
            .is_some_and(|(at, _)| now.since(*at) > SECOND)
        {
            self.0.pop_front();
        }
        self.0.iter().map(|(_, amount)| amount).sum()
    }
}

/// What each node did lately, by seat and by whom it was for.
#[derive(Clone, Debug, Default)]
pub(super) struct Rates {
    forged: BTreeMap<(usize, NodeId), Lately>,
    unproven: BTreeMap<usize, Lately>,
    answered: BTreeMap<(usize, NodeId), Lately>,
}

impl Rates {
    /// The node of a seat took a frame.
    pub(super) fn on_received(
        &mut self,
        world: &World,
        seat: usize,
        from: NodeId,
    ) -> Result<(), String> {
        let node = world.seats[seat].node.as_ref();
        let peer = node.and_then(|node| node.peer_table().get(&from));
        if peer.is_some_and(Peer::is_proven) {
            return Ok(());
        }
        let found = self.unproven.entry(seat).or_default().add(1, world.now);
        expect("frames of who has proven nothing", UNPROVEN, found)
    }

    /// The node of a seat has checked a signature that is not of the one who was said to have sent
    /// the frame.
    pub(super) fn on_forged(
        &mut self,
        world: &World,
        seat: usize,
        from: NodeId,
    ) -> Result<(), String> {
        let forged = self.forged.entry((seat, from)).or_default();
        expect(
            "forged frames in one name",
            FORGED,
            forged.add(1, world.now),
        )
    }

    /// The node of a seat sent a message to one alone.
    pub(super) fn on_sent(
        &mut self,
        world: &World,
        seat: usize,
        (kind, to, bytes): (&str, NodeId, usize),
    ) -> Result<(), String> {
        if !ANSWERS.contains(&kind) {
            return Ok(());
        }
        let answered = self.answered.entry((seat, to)).or_default();
        let found = answered.add(bytes, world.now);
        expect("bytes of answers to one peer", ANSWERED, found)
    }

    /// The node of a seat has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.forged.retain(|(of, _), _| *of != seat);
        self.unproven.remove(&seat);
        self.answered.retain(|(of, _), _| *of != seat);
    }
}

fn expect(what: &str, bound: usize, found: usize) -> Result<(), String> {
    if found > bound {
        return Err(format!(
            "expected at most {bound} {what} in a second, found {found}"
        ));
    }
    Ok(())
}
