//! More at once than any honest node sends: frames whose signatures are to be checked in vain,
//! questions with long answers, and lists of transactions beside the headers of others.

use crate::gossip::{CompactBlock, HeadInfo, Message, seal_frame};
use crate::primitives::{BlockHash, Height, TxId, Weight};
use crate::sim::scenario::key;
use crate::sim::world::World;

use super::Hostile;
use super::liar::ping;

/// Forged frames in one name: more than a node looks at in a second.
const FORGED: u64 = 4_000;
/// Names that prove nothing, and frames in each: all frames are within the rate of their names.
const NAMES: u64 = 40;
const FRAMES: u64 = 100;
/// Questions under one name: as many as a node takes of it at once.
const QUESTIONS: u64 = 800;
/// Transactions that a made-up list has.
const INVENTED: usize = 3;

/// A ping with a head that nobody may draw.
fn absurd(token: u64) -> Message {
    let head = HeadInfo {
        id: BlockHash::ZERO,
        height: Height(u64::MAX),
        weight: Weight(0),
    };
    ping(token, head)
}

impl Hostile {
    /// Frames in the name of an honest node that it never signed.
    pub(super) fn forge_many(&self, world: &mut World, seat: usize) {
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let to = world.seats[seat].id;
        let others = world.seats.iter().filter(|other| other.id != to);
        let Some(victim) = others.map(|other| other.id).next() else {
            return;
        };
        let mut frame = seal_frame(
            &self.key,
            &chain_id,
            (self.session, 1),
            Some(to),
            &absurd(0),
        );
        frame[13..45].copy_from_slice(&victim.0);
        for number in 0..FORGED {
            // A sequence that none of its own frames has.
            frame[45..53].copy_from_slice(&(u64::MAX - number).to_le_bytes());
            self.post(world, Some(to), frame.as_slice().into(), false);
        }
    }

    /// Frames in many names that never answer, each within the rate of its own.
    pub(super) fn drown_in_names(&self, world: &mut World, seat: usize) {
        let to = world.seats[seat].id;
        let seed = world.scenario.seed;
        let messages: Vec<Message> = (0..FRAMES).map(absurd).collect();
        let first = world.rng.below(1_000);
        for number in first..first.saturating_add(NAMES) {
            let key = key(seed, "drowner", &number.to_string());
            self.send_as(world, &key, to, &messages);
        }
    }

    /// Short questions with long answers.
    pub(super) fn ask_without_end(&mut self, world: &mut World, seat: usize) {
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let to = world.seats[seat].id;
        for _ in 0..QUESTIONS {
            self.send(world, Some(to), &Message::GetHeaders(vec![chain_id]));
        }
    }

    /// A block that somebody else announces, with a list of transactions of its own: invented ones,
    /// or none at all.
    pub(super) fn other_list(&mut self, world: &mut World, mut block: CompactBlock) {
        let invented = |at| {
            let mut id = block.header.id().0;
            id[0] ^= 1_u8.saturating_add(at);
            TxId(id)
        };
        let count = if world.rng.one_in(2) { INVENTED } else { 0 };
        block.transactions = (0_u8..).map(invented).take(count).collect();
        // It comes to some before the honest one, and to others after it.
        self.send(world, None, &Message::BlockFound(block));
    }
}
