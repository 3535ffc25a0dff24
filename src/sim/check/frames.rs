//! Each frame of an honest node counts, in whatever order they come: none is refused as one that
//! was heard before, if it was not. Excused is what comes after so many later ones that a node need
//! not remember whether it was heard. And a block that one announces waits for nothing that others
//! made up.

use std::collections::{BTreeMap, BTreeSet};

use crate::gossip::{CompactBlock, Envelope, Message};
use crate::node::Node;
use crate::primitives::NodeId;
use crate::sim::event::Heard;
use crate::sim::world::World;

/// Later frames that may come before one.
const REMEMBERED: u64 = 64;

/// What each node heard of each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    heard: BTreeMap<(usize, NodeId), Session>,
}

/// The frames of a sender since it started.
#[derive(Clone, Debug, Default)]
struct Session {
    number: u64,
    sequences: BTreeSet<u64>,
}

impl Frames {
    /// Remembers a frame that the node of a seat took, and looks at what became of the block in it.
    pub(super) fn on_received(
        &mut self,
        world: &World,
        seat: usize,
        heard: &Heard,
    ) -> Result<(), String> {
        let Some(frame) = envelope(world, seat, heard) else {
            return Ok(());
        };
        let session = self.heard.entry((seat, frame.from)).or_default();
        if session.number != frame.session {
            let (number, sequences) = (frame.session, BTreeSet::new());
            *session = Session { number, sequences };
        }
        session.sequences.insert(frame.sequence);
        let last = session.sequences.last().copied().unwrap_or(0);
        let forgotten = last.saturating_sub(REMEMBERED);
        session
            .sequences
            .retain(|sequence| *sequence > forgotten || *sequence == last);
        if let (Some(node), "BLOCK_FOUND") = (&world.seats[seat].node, frame.kind.name())
            && let Ok(Message::BlockFound(block)) = frame.message()
        {
            return check_list(node, &block);
        }
        Ok(())
    }

    /// Looks at a frame that the node of a seat refused as one that it had heard before.
    pub(super) fn check_replay(
        &self,
        world: &World,
        seat: usize,
        heard: &Heard,
    ) -> Result<(), String> {
        let Some(frame) = envelope(world, seat, heard) else {
            return Ok(());
        };
        let session = self.heard.get(&(seat, frame.from));
        let Some(session) = session.filter(|session| session.number == frame.session) else {
            return Ok(());
        };
        let last = session.sequences.last().copied().unwrap_or(0);
        let is_old = last.saturating_sub(frame.sequence) >= REMEMBERED;
        if is_old || session.sequences.contains(&frame.sequence) {
            return Ok(());
        }
        Err(format!(
            "expected to take frame {} of {}, found it refused after frame {last}",
            frame.sequence, frame.from
        ))
    }

    /// The node of a seat has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.heard.retain(|(of, _), _| *of != seat);
    }
}

/// Whether a block that an honest node has just announced waits although all of its list is here.
fn check_list(node: &Node, block: &CompactBlock) -> Result<(), String> {
    let id = block.header.id();
    let is_here = |id| node.mempool().get(id).is_some() || node.chain().block_of(id).is_some();
    if node.waits_for_transactions(&id) && block.transactions.iter().all(is_here) {
        return Err(format!(
            "expected block {id} to be looked at, as all its transactions are here, found it waiting"
        ));
    }
    Ok(())
}

/// A frame of an honest node.
fn envelope<'a>(world: &World, seat: usize, heard: &'a Heard) -> Option<Envelope<'a>> {
    let chain_id = world.seats[seat].node.as_ref()?.chain_id();
    let frame = Envelope::parse(&heard.frame, &chain_id).ok()?;
    let mut honest = world.seats.iter().map(|seat| seat.id);
    honest.any(|id| id == frame.from).then_some(frame)
}
