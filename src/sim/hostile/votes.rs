//! What hostile ones do about votes. With the key of a traitor among the authorities: it votes as
//! it should, twice, around its own votes, late, for blocks that do not exist, or for very many of
//! them. Without it: votes in the name of others, claims without proof, certificates and evidence
//! that prove nothing.

use crate::consensus::finality::{
    Blocks as _, Certificate, Checkpoint, Epoch, Evidence, SignedVote, Vote, VoteLink, due,
};
use crate::gossip::{MAX_VOTES, Message, Progress};
use crate::primitives::{BlockHash, Digest, Keypair, Millis};
use crate::sim::digest::What;
use crate::sim::event::{Cue, Event};
use crate::sim::scenario::key;
use crate::sim::world::World;

use super::Hostile;

/// Mean time between two tricks: several in an epoch.
const TRICK_EVERY: Millis = Millis(6_000);
/// Votes that are kept for later at the most.
const MAX_KEPT: usize = 16;

fn sign(world: &World, link: VoteLink, key: &Keypair) -> Option<SignedVote> {
    let chain_id = world.chain_id()?;
    Some(Vote { chain_id, link }.sign(key))
}

/// The vote that an honest authority would cast at a seat's node now.
fn due_at(world: &World, seat: usize) -> Option<VoteLink> {
    let chain = world.seats[seat].node.as_ref()?.chain();
    due(&chain.head(), chain.decided().highest_justified(), chain)
}

fn made_up(world: &mut World) -> BlockHash {
    let number = world.rng.next();
    let mut id = [5; 32];
    id[..8].copy_from_slice(&number.to_le_bytes());
    BlockHash(id)
}

impl Hostile {
    /// A hostile one does something about votes.
    pub(in crate::sim) fn next_vote_trick(&mut self, world: &mut World) {
        if world.healed {
            return;
        }
        let next = world.rng.wait(TRICK_EVERY);
        world.after(next, Event::Cue(Cue::Votes(self.number)));
        let seat = world.rng.index(world.seats.len());
        if world.seats[seat].node.is_none() {
            return;
        }
        let trick = world.rng.below(16);
        world.log.push(world.now, seat, What::Hostile, 100 + trick);
        // One hostile one alone talks for the traitor.
        let traitor = world.scenario.traitor.clone().filter(|_| self.number == 0);
        match (trick, traitor) {
            (0..4, Some(traitor)) => self.vote_well(world, seat, &traitor),
            (4..7, Some(traitor)) => self.vote_twice(world, &traitor),
            (7, Some(traitor)) => self.vote_around(world, seat, &traitor),
            (8 | 9, Some(traitor)) => self.withhold_vote(world, seat, &traitor),
            (10, Some(traitor)) => self.vote_for_nothing(world, &traitor),
            (11, Some(traitor)) => self.flood_votes(world, seat, &traitor),
            (12, _) => self.forge_vote(world, seat),
            (13, _) => self.claim_votes(world, seat),
            (14, _) => self.forge_certificate(world, seat),
            (15, _) => self.accuse_falsely(world, seat),
            _ => {}
        }
    }

    fn send_votes(&mut self, world: &mut World, votes: Vec<SignedVote>) {
        self.send(world, None, &Message::Votes(votes));
    }

    fn vote_well(&mut self, world: &mut World, seat: usize, traitor: &Keypair) {
        let vote = due_at(world, seat).and_then(|link| sign(world, link, traitor));
        if let Some(vote) = vote {
            self.send_votes(world, vec![vote]);
        }
    }

    /// Each node gets the vote that it would cast itself: on two branches these contradict each
    /// other.
    fn vote_twice(&mut self, world: &mut World, traitor: &Keypair) {
        for seat in 0..world.seats.len() {
            let to = world.seats[seat].id;
            let Some(mut link) = due_at(world, seat) else {
                continue;
            };
            if world.rng.one_in(4) {
                link.source = world.chain_id().map_or(link.source, Checkpoint::genesis);
            }
            if let Some(vote) = sign(world, link, traitor) {
                self.send(world, Some(to), &Message::Votes(vec![vote]));
            }
        }
    }

    /// A vote from genesis to the head around all that it voted before.
    fn vote_around(&mut self, world: &mut World, seat: usize, traitor: &Keypair) {
        let (Some(link), Some(chain_id)) = (due_at(world, seat), world.chain_id()) else {
            return;
        };
        let source = Checkpoint::genesis(chain_id);
        let votes = [link, VoteLink { source, ..link }].map(|link| sign(world, link, traitor));
        self.send_votes(world, votes.into_iter().flatten().collect());
    }

    /// A vote that is kept, and released when it may turn the choice over.
    fn withhold_vote(&mut self, world: &mut World, seat: usize, traitor: &Keypair) {
        if self.kept.len() >= MAX_KEPT || (!self.kept.is_empty() && world.rng.one_in(2)) {
            let votes = std::mem::take(&mut self.kept);
            return self.send_votes(world, votes);
        }
        let vote = due_at(world, seat).and_then(|link| sign(world, link, traitor));
        self.kept.extend(vote);
    }

    fn vote_for_nothing(&mut self, world: &mut World, traitor: &Keypair) {
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let target = Checkpoint {
            epoch: Epoch(world.rng.within(1, 40)),
            id: made_up(world),
        };
        let source = Checkpoint::genesis(chain_id);
        let vote = sign(world, VoteLink { source, target }, traitor);
        self.send_votes(world, vote.into_iter().collect());
    }

    fn flood_votes(&mut self, world: &mut World, seat: usize, traitor: &Keypair) {
        let Some(link) = due_at(world, seat) else {
            return;
        };
        let first = world.rng.below(400);
        let mut votes = Vec::new();
        for number in 0..MAX_VOTES as u64 {
            let target = Checkpoint {
                epoch: Epoch(link.target.epoch.0 + first + number),
                id: made_up(world),
            };
            votes.extend(sign(world, VoteLink { target, ..link }, traitor));
        }
        self.send_votes(world, votes);
    }

    /// A vote in the name of an honest authority, or of one who is none.
    fn forge_vote(&mut self, world: &mut World, seat: usize) {
        let Some(link) = due_at(world, seat) else {
            return;
        };
        let Some(mut vote) = sign(world, link, &self.key) else {
            return;
        };
        let authorities = &world.scenario.params.authorities;
        if !authorities.is_empty() && world.rng.one_in(2) {
            vote.signer = *world.rng.pick(authorities);
        }
        self.send_votes(world, vec![vote]);
    }

    /// Much is said to be justified.
    fn claim_votes(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let chain = node.chain();
        let epoch = Epoch::of(chain.height());
        let id = chain.ancestor(&chain.head(), epoch.height());
        let known = Checkpoint {
            epoch,
            id: id.unwrap_or(chain.head()),
        };
        let unknown = Checkpoint {
            epoch: Epoch(1_000),
            id: made_up(world),
        };
        let justified = if world.rng.one_in(2) { known } else { unknown };
        let message = Message::Checkpoints(Progress {
            justified,
            finalised: justified,
            open: Digest([6; 32]),
        });
        self.send(world, None, &message);
    }

    fn forge_certificate(&mut self, world: &mut World, seat: usize) {
        let (Some(link), Some(chain_id)) = (due_at(world, seat), world.chain_id()) else {
            return;
        };
        let signature = match sign(world, link, &self.key) {
            Some(vote) => vote.signature,
            None => return,
        };
        let certificate = Certificate {
            chain_id,
            link,
            marks: vec![0b11],
            signatures: vec![signature; 2],
        };
        let to = world.seats[seat].id;
        self.claim_votes(world, seat);
        self.send(world, Some(to), &Message::Certificates(vec![certificate]));
    }

    /// Evidence against an honest authority, or against somebody who is none.
    fn accuse_falsely(&mut self, world: &mut World, seat: usize) {
        let (Some(link), Some(chain_id)) = (due_at(world, seat), world.chain_id()) else {
            return;
        };
        let somebody = key(world.scenario.seed, "stranger", "accused");
        let target = Checkpoint {
            id: made_up(world),
            ..link.target
        };
        let other = VoteLink { target, ..link };
        let votes = [link, other].map(|link| sign(world, link, &somebody));
        let [Some(mut one), Some(mut other)] = votes else {
            return;
        };
        let authorities = &world.scenario.params.authorities;
        if !authorities.is_empty() && world.rng.one_in(2) {
            let victim = *world.rng.pick(authorities);
            (one.signer, other.signer) = (victim, victim);
        }
        debug_assert_eq!(one.vote.chain_id, chain_id);
        if let Some(evidence) = Evidence::of_votes(one, other) {
            self.send(world, None, &Message::Evidence(Box::new(evidence)));
        }
    }
}
