//! What a hostile one pretends for a while: to have a chain that outweighs all others. Who believes
//! it and asks gets answers that come just before they are late and lead nowhere, or none.

use crate::gossip::{HeadInfo, Message};
use crate::primitives::{BlockHash, Height, Millis, NodeId, Weight};

use crate::sim::event::{Cue, Event};
use crate::sim::world::World;

use super::Hostile;
use super::boast::{Answers, Pretence};
use super::liar::ping;
use super::private::{PrivateChain, heaviest};

/// Time between two boasts.
const BOAST_EVERY: Millis = Millis(1_500);
/// Answers that are on their way at the most.
const MAX_LATER: usize = 64;
/// Most time until an answer leaves: a node waits for two seconds at first.
const JUST_IN_TIME: (u64, u64) = (1_000, 1_900);

/// How long it pretends under names that change, in milliseconds.
const HURRIED: (u64, u64) = (30_000, 150_000);
/// How long under one: as nodes learn to wait longer and longer for who was late, it has to be
/// patient.
const PATIENT: (u64, u64) = (150_000, 900_000);

impl Hostile {
    /// Begins to pretend.
    pub(super) fn pretend(&mut self, world: &mut World) {
        if self.pretence.is_some() {
            return;
        }
        let answers = *world.rng.pick(&[
            Answers::Nothing,
            Answers::NoHeaders,
            Answers::NoBodies,
            Answers::NoBodies,
            Answers::EmptyBodies,
            Answers::Drip,
        ]);
        // Who keeps its name does nothing else, so most do not.
        let many_names = !world.rng.one_in(4);
        let (least, most) = if many_names { HURRIED } else { PATIENT };
        self.pretence = Some(Pretence {
            answers,
            until: world.now.plus(world.rng.span(least, most)),
            many_names,
            later: Vec::new(),
        });
        self.boast(world);
    }

    /// Whether it does nothing else meanwhile: who is ignored keeps nobody waiting.
    pub(super) fn keeps_its_name(&self) -> bool {
        self.pretence
            .as_ref()
            .is_some_and(|pretence| !pretence.many_names)
    }

    /// Tells all once more of the chain that it pretends to have.
    pub(in crate::sim) fn boast(&mut self, world: &mut World) {
        let Some(pretence) = &self.pretence else {
            return;
        };
        if pretence.until <= world.now || !self.is_present(world) {
            self.pretence = None;
            return;
        }
        let (answers, many_names) = (pretence.answers, pretence.many_names);
        if many_names && world.rng.one_in(4) {
            self.rename(world);
        }
        let heaviest = heaviest(world);
        let head = match answers {
            Answers::Nothing | Answers::NoHeaders => HeadInfo {
                id: BlockHash([u8::try_from(world.rng.below(256)).unwrap_or(0); 32]),
                height: Height(9),
                weight: Weight(u128::MAX),
            },
            Answers::NoBodies | Answers::EmptyBodies | Answers::Drip => {
                let private = self
                    .private
                    .get_or_insert_with(|| PrivateChain::new(&world.scenario.params));
                private.outweigh(heaviest, self.id, world.date());
                private.head()
            }
        };
        let ping = ping(0, head);
        self.send(world, None, &ping);
        world.after(BOAST_EVERY, Event::Cue(Cue::Boast(self.number)));
    }

    /// Answers one who asks for what it boasts of; whether it has to do with the pretence.
    pub(super) fn keep_waiting(
        &mut self,
        world: &mut World,
        from: NodeId,
        question: &Message,
    ) -> bool {
        let (Some(pretence), private) = (&mut self.pretence, &self.private) else {
            return false;
        };
        let span = world.rng.span(JUST_IN_TIME.0, JUST_IN_TIME.1);
        let answer = match (pretence.answers, question, private) {
            (Answers::NoHeaders, Message::GetHeaders(_), _) => {
                Some((span, Message::Headers(Vec::new())))
            }
            (
                Answers::NoBodies | Answers::EmptyBodies | Answers::Drip,
                Message::GetHeaders(locator),
                Some(private),
            ) => Some((Millis(0), Message::Headers(private.headers_after(locator)))),
            (Answers::EmptyBodies, Message::GetBodies(_), _) => {
                Some((span, Message::Bodies(Vec::new())))
            }
            (Answers::Drip, Message::GetBodies(ids), Some(private)) => {
                Some((span, Message::Bodies(private.first_body(ids))))
            }
            (_, Message::GetHeaders(_) | Message::GetBodies(_), _) => None,
            _ => return false,
        };
        if let Some((span, message)) = answer
            && pretence.later.len() < MAX_LATER
        {
            pretence.later.push((world.now.plus(span), from, message));
            world.after(span, Event::Cue(Cue::Reply(self.number)));
        }
        true
    }

    /// Sends the answers whose time has come.
    pub(in crate::sim) fn reply(&mut self, world: &mut World) {
        let Some(pretence) = &mut self.pretence else {
            return;
        };
        let all = std::mem::take(&mut pretence.later).into_iter();
        let (due, later): (Vec<_>, _) = all.partition(|(at, ..)| *at <= world.now);
        pretence.later = later;
        for (_, to, message) in due {
            self.send(world, Some(to), &message);
        }
    }
}
