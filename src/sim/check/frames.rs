//! Each frame of an honest node counts, in whatever order they come: none is refused as one that
//! was heard before, if it was not. Excused is what comes after so many later ones that a node need
//! not remember whether it was heard.

use std::collections::{BTreeMap, BTreeSet};

use crate::gossip::Envelope;
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
    /// Remembers a frame that the node of a seat took.
    pub(super) fn on_received(&mut self, world: &World, seat: usize, heard: &Heard) {
        let Some(frame) = envelope(world, seat, heard) else {
            return;
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

/// A frame of an honest node.
fn envelope<'a>(world: &World, seat: usize, heard: &'a Heard) -> Option<Envelope<'a>> {
    let chain_id = world.seats[seat].node.as_ref()?.chain_id();
    let frame = Envelope::parse(&heard.frame, &chain_id).ok()?;
    let mut honest = world.seats.iter().map(|seat| seat.id);
    honest.any(|id| id == frame.from).then_some(frame)
}
