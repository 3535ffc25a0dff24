//! Floods: a node sends another frames of nonsense, each signed by its own key, so that all of them
//! are its own fault. The node itself stays honest; whoever runs it also runs this.
//!
//! Bounds: one flood of a node; the scenario's bound on frames a second.

use std::rc::Rc;

use crate::gossip::{Envelope, Message, seal_frame, signed_again};
use crate::primitives::{BlockHash, Keypair, Millis, Timestamp, TxId};
use crate::sim::event::{Cue, Event};

use super::error::ActError;
use super::moment::{Flood, Moment};
use super::nodes::runs;

/// The sessions of floods begin here, and each is later than those before it: later than nearly any
/// node's, so that no frame of a flood is an old one.
const SESSIONS: u64 = 0xffff << 48;
/// Bytes of a frame after its payload: the signature.
const SIGNATURE: usize = 64;

/// When the next frame of a flood is sent.
const fn next(flood: &Flood) -> Timestamp {
    let span = flood.sent.saturating_add(1).saturating_mul(1_000) / flood.per_second;
    flood.begun.plus(Millis(span))
}

/// A node floods another from now on, or ends it.
pub(super) fn begin(
    moment: &mut Moment,
    (seat, to): (usize, usize),
    per_second: u64,
) -> Result<(), ActError> {
    runs(moment, seat)?;
    if per_second == 0 {
        moment.floods.remove(&seat);
        return Ok(());
    }
    let flood = Flood {
        to,
        per_second,
        begun: moment.world.now,
        sent: 0,
    };
    moment.floods.insert(seat, flood);
    // Whom others ignore for it they ignore for good reasons.
    moment.checks.on_forged();
    let event = Event::Cue(Cue::Hostile(seat));
    moment.world.at(next(&flood), event);
    Ok(())
}

/// The time of the next frame of a flood has come, unless it is over or another has begun.
pub(super) fn send(moment: &mut Moment, seat: usize) {
    let Some(flood) = moment.floods.get(&seat).copied() else {
        return;
    };
    let (Some(chain_id), true) = (
        moment.world.chain_id(),
        moment.world.seats[seat].node.is_some(),
    ) else {
        moment.floods.remove(&seat);
        return;
    };
    if moment.world.now < next(&flood) {
        return;
    }
    let sent = flood.sent.saturating_add(1);
    let key = &moment.world.seats[seat].plan.key;
    let session = SESSIONS | (flood.begun.0 & !SESSIONS);
    let frame = nonsense(key, &chain_id, (session, sent));
    moment.world.send(seat, flood.to, &frame, false);
    let flood = Flood { sent, ..flood };
    moment.floods.insert(seat, flood);
    let event = Event::Cue(Cue::Hostile(seat));
    moment.world.at(next(&flood), event);
}

/// A frame that is signed as it should be and says nothing: its list has fewer entries than it
/// claims.
fn nonsense(key: &Keypair, chain_id: &BlockHash, number: (u64, u64)) -> Rc<[u8]> {
    let message = Message::Inv(vec![TxId([0; 32])]);
    let mut frame = seal_frame(key, chain_id, number, None, &message);
    let payload = Envelope::parse(&frame, chain_id).map_or(0, |envelope| envelope.payload.len());
    let begins = frame
        .len()
        .saturating_sub(SIGNATURE.saturating_add(payload));
    frame[begins] = u8::MAX;
    signed_again(&frame, key).unwrap_or(frame).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gossip::FrameError;

    #[test]
    fn nonsense_is_signed_by_its_sender_and_is_no_message() {
        let (key, chain_id) = (Keypair::from_secret(&[7; 32]), BlockHash([5; 32]));
        let frame = nonsense(&key, &chain_id, (1, 9));
        let envelope = Envelope::parse(&frame, &chain_id).unwrap();
        assert_eq!((envelope.from, envelope.verify()), (key.node_id(), Ok(())));
        assert!(matches!(
            envelope.message(),
            Err(FrameError::Payload { .. })
        ));
    }
}
