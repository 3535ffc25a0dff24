//! What a hostile one does: at times a trick of its own, and answers to those who ask it.

use crate::gossip::{Envelope, MAX_HEADERS, Message};
use crate::primitives::{Body, Millis};

use crate::sim::digest::What;
use crate::sim::event::{Cue, Event};
use crate::sim::world::World;

use super::Hostile;
use super::liar::crowds_come;

/// Frames that a hostile one keeps, to play them again.
const HEARD: usize = 32;
/// Mean time between two tricks.
const TRICK_EVERY: Millis = Millis(9_000);

impl Hostile {
    /// A hostile one hears a frame: it keeps it, answers some questions, and spoils news.
    pub(in crate::sim) fn receive(&mut self, world: &mut World, frame: &[u8]) {
        if self.heard.len() >= HEARD {
            self.heard.pop_front();
        }
        self.heard.push_back(frame.into());
        if !self.is_present(world) {
            return;
        }
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let Ok(envelope) = Envelope::parse(frame, &chain_id) else {
            return;
        };
        let (from, message) = (envelope.from, envelope.message());
        // Who does not answer is soon taken for a recording.
        if let Ok(Message::Ping {
            token,
            answer_by,
            head,
            ..
        }) = &message
            && *answer_by == Some(self.id)
        {
            let (token, head) = (*token, *head);
            self.send(world, Some(from), &Message::Pong { token, head });
        }
        if let Ok(message) = &message
            && (self.keep_waiting(world, from, message) || self.keeps_its_name())
        {
            return;
        }
        match message {
            Ok(Message::GetHeaders(_)) if !self.withheld.is_empty() => {
                let blocks = self.withheld.iter().take(MAX_HEADERS);
                let headers = blocks.map(|block| (block.header, block.seal)).collect();
                self.send(world, Some(from), &Message::Headers(headers));
            }
            Ok(Message::GetBodies(ids)) if world.rng.one_in(2) => {
                let bodies = ids.into_iter().map(|id| {
                    (
                        id,
                        Body {
                            data: vec![1],
                            transactions: Vec::new(),
                        },
                    )
                });
                self.send(world, Some(from), &Message::Bodies(bodies.collect()));
            }
            Ok(Message::BlockFound(mut block)) if world.rng.one_in(3) => {
                if world.rng.one_in(2) {
                    block.data.push(7);
                    self.send(world, None, &Message::BlockFound(block));
                } else {
                    self.other_list(world, block);
                }
                if world.rng.one_in(6) {
                    self.rename(world);
                }
            }
            _ => {}
        }
    }

    /// A hostile one does something.
    pub(in crate::sim) fn next_trick(&mut self, world: &mut World) {
        if !self.is_present(world) {
            return;
        }
        let next = world.rng.wait(TRICK_EVERY);
        world.after(next, Event::Cue(Cue::Hostile(self.number)));
        if self.keeps_its_name() {
            return;
        }
        if self.names == 0 || world.rng.one_in(4) {
            self.rename(world);
        }
        let seat = world.rng.index(world.seats.len());
        if world.seats[seat].node.is_none() {
            return;
        }
        let tricks = if crowds_come(world) { 31 } else { 24 };
        let trick = world.rng.below(tricks);
        world.log.push(world.now, seat, What::Hostile, trick);
        let all = if world.rng.one_in(2) {
            None
        } else {
            Some(world.seats[seat].id)
        };
        match trick {
            0..3 => self.spoil_bytes(world, trick),
            3 => self.forge_sender(world, seat),
            4 => self.wrong_seal(world, seat, all),
            5 => self.withhold(world, seat),
            6 => self.flood(world, seat, all),
            7 => self.spam_headers(world, seat),
            8 | 9 => self.bad_transactions(world, seat, all),
            10 => self.unsolicited(world, seat, all),
            11 => self.strangers(world, all),
            12 | 13 => self.double_seal(world, seat),
            14 => self.flood_seals(world, seat),
            16 => self.claim_weight(world, seat),
            17 => self.drown(world, seat, all),
            18..21 => self.pretend(world),
            21 => self.crowd(world, seat),
            24 => self.lists_of_many(world, seat),
            25 => self.invent_transactions(world, seat),
            26 | 27 => self.begin_flips(world, seat),
            28 => self.forge_many(world, seat),
            29 => self.drown_in_names(world, seat),
            30 => self.ask_without_end(world, seat),
            _ => self.bad_block(world, seat, all),
        }
    }
}
