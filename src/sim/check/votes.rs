//! An honest authority never signs two votes that are an offence together, across all its restarts,
//! and sends none before the record of it is flushed to its disk. Only what it cannot know excuses
//! it: its ledger was deleted or damaged, and none of those whom it hears, and who hear it, still
//! had the earlier vote for long enough to answer. No evidence names an honest authority but for
//! that.

use std::collections::{BTreeMap, BTreeSet};

use crate::consensus::finality::{Offence, SignedVote, VoteLink};
use crate::node::Node;
use crate::primitives::{Address, Keypair, Millis, Timestamp};
use crate::sim::scenario::GENESIS_TIME;
use crate::sim::world::World;

/// How long a peer has a vote before whoever forgot it must know: it is asked every two seconds,
/// and frames may be lost.
const TIME_TO_TELL: Millis = Millis(6_000);

/// How long an authority without memory listens at least before it votes: ten seconds by a clock
/// that may be fast.
const LISTENS: Millis = Millis(8_000);
/// For so long after its beginning a network may still be in its first slot by the clock of a node.
const BEGINNING: Millis = Millis(60_000);

/// What honest authorities signed.
#[derive(Clone, Debug, Default)]
pub(super) struct Cast {
    votes: BTreeMap<Address, Vec<SignedVote>>,
    /// How many of them each had forgotten when it started last.
    forgotten: BTreeMap<Address, usize>,
    /// When each started last, if it had forgotten all.
    lost: BTreeMap<Address, Timestamp>,
    /// Since when the node of each seat has a vote that its signer has forgotten.
    held: BTreeMap<(usize, Address, VoteLink), Timestamp>,
    /// Who could not know better.
    pub(super) excused: BTreeSet<Address>,
    /// Votes of those who had forgotten all.
    pub(super) after_loss: u64,
}

impl Cast {
    /// Who could not know better, and who had forgotten something of what it signed when it started
    /// last.
    pub(super) fn unreliable(&self) -> BTreeSet<Address> {
        let forgetful = self.forgotten.iter().filter(|(_, count)| **count > 0);
        let forgetful = forgetful.map(|(authority, _)| *authority);
        let lost = self.lost.keys().copied();
        forgetful
            .chain(lost)
            .chain(self.excused.iter().copied())
            .collect()
    }
}

fn offend(one: &VoteLink, other: &VoteLink) -> bool {
    let around = |one: &VoteLink, other: &VoteLink| {
        one.source.epoch < other.source.epoch && other.target.epoch < one.target.epoch
    };
    one != other
        && (one.target.epoch == other.target.epoch || around(one, other) || around(other, one))
}

impl Cast {
    /// Checks a vote that the authority of a seat has sent.
    pub(super) fn on_voted(
        &mut self,
        world: &World,
        seat: usize,
        vote: SignedVote,
    ) -> Result<(), String> {
        let (place, link) = (&world.seats[seat], vote.vote.link);
        if place.disk.voted() < Some(link.target.epoch) {
            return Err(format!(
                "expected the vote for epoch {} to be flushed before it is sent, found {:?}",
                link.target.epoch,
                place.disk.voted()
            ));
        }
        let listened = self.lost.get(&vote.signer).map(|at| world.now.since(*at));
        if let Some(short) = listened.filter(|it| *it < LISTENS) {
            return Err(format!(
                "expected to listen for {} ms before a vote without memory, found {}",
                LISTENS.0, short.0
            ));
        }
        let forgotten = self.forgotten.get(&vote.signer).copied().unwrap_or(0);
        self.after_loss += u64::from(forgotten > 0);
        let earlier = self.votes.get(&vote.signer).map_or(&[][..], Vec::as_slice);
        for (number, before) in earlier.iter().enumerate() {
            if !offend(&before.vote.link, &link) {
                continue;
            }
            if number >= forgotten || self.others_have(world, seat, before) {
                let memory = if number >= forgotten {
                    "it remembered"
                } else {
                    "others still had"
                };
                return Err(format!(
                    "expected no vote against that from {} to {}, which {memory}, found one from {} to {}",
                    before.vote.link.source, before.vote.link.target, link.source, link.target
                ));
            }
            self.excused.insert(vote.signer);
        }
        self.votes.entry(vote.signer).or_default().push(vote);
        Ok(())
    }

    /// Notes what an authority that starts cannot know.
    pub(super) fn on_start(&mut self, world: &World, seat: usize) {
        let place = &world.seats[seat];
        let signer: Address = place.id.into();
        self.lost.remove(&signer);
        if place.disk.voted().is_none() {
            if world.now > GENESIS_TIME.plus(BEGINNING) {
                self.lost.insert(signer, world.now);
            }
            let count = self.votes.get(&signer).map_or(0, Vec::len);
            self.forgotten.insert(signer, count);
            // It must not vote before it has asked those who have them now.
            for (other, place) in world.seats.iter().enumerate() {
                if let Some(node) = &place.node {
                    self.note_held(Timestamp(0), other, node);
                }
            }
        }
    }

    /// A seat's node is gone: what it had, it has anew from its next start.
    pub(super) fn forget(&mut self, seat: usize) {
        self.held.retain(|(holder, ..), _| *holder != seat);
    }

    /// Checks whom the evidence of a seat's node names.
    pub(super) fn check(&mut self, world: &World, seat: usize) -> Result<(), String> {
        let Some(node) = &world.seats[seat].node else {
            return Ok(());
        };
        self.note_held(world.now, seat, node);
        check_traitor(world, node)?;
        for (guilty, offence, _) in node.votes().offences().iter() {
            let honest = world.seats.iter().find(|seat| {
                let address: Address = seat.id.into();
                address == guilty
            });
            // Of slots the check of seals says more.
            if let Some(honest) = honest
                && offence != Offence::TwoBlocks
                && !self.excused.contains(&guilty)
            {
                let name = &honest.plan.name;
                return Err(format!(
                    "expected no evidence against {name}, found {offence:?}"
                ));
            }
        }
        Ok(())
    }
}

impl Cast {
    /// Notes which of the votes that their signers have forgotten a node has.
    fn note_held(&mut self, now: Timestamp, seat: usize, node: &Node) {
        for (signer, count) in &self.forgotten {
            let votes = self.votes.get(signer).map_or(&[][..], Vec::as_slice);
            // With the first vote after the loss it is over.
            for vote in votes.iter().filter(|_| votes.len() == *count) {
                let key = (seat, *signer, vote.vote.link);
                if node.votes().signed(&vote.vote.link, signer).is_some() {
                    self.held.entry(key).or_insert(now);
                } else {
                    self.held.remove(&key);
                }
            }
        }
    }

    /// Whether an honest node that a seat's node hears has a vote for long enough to have told it.
    fn others_have(&self, world: &World, seat: usize, vote: &SignedVote) -> bool {
        let Some(node) = &world.seats[seat].node else {
            return false;
        };
        let now = world.instant();
        // Each must hear the other, or neither asks nor is told.
        let has = |id| {
            let place = world.seats.iter().position(|other| other.id == id);
            let other = place.and_then(|place| Some((place, world.seats[place].node.as_ref()?)));
            other.is_some_and(|(place, other)| {
                let hears = other.peer_table().get(&world.seats[seat].id);
                let since = self.held.get(&(place, vote.signer, vote.vote.link));
                hears.is_some_and(|peer| peer.alive(now))
                    && since.is_some_and(|since| world.now.since(*since) >= TIME_TO_TELL)
            })
        };
        let mut peers = node.peer_table().iter();
        peers.any(|(id, peer)| peer.alive(now) && has(*id))
    }
}

/// Whoever keeps two votes of a traitor that are an offence has the evidence of it.
fn check_traitor(world: &World, node: &Node) -> Result<(), String> {
    let Some(traitor) = world.scenario.traitor.as_ref().map(Keypair::address) else {
        return Ok(());
    };
    let offences = node.votes().offences();
    if offences.guilty().contains(&traitor) {
        return Ok(());
    }
    let links: Vec<VoteLink> = node
        .votes()
        .of_signer(&traitor)
        .map(|vote| vote.vote.link)
        .collect();
    let mut pairs = links
        .iter()
        .flat_map(|one| links.iter().map(move |other| (one, other)));
    match pairs.find(|(one, other)| offend(one, other)) {
        None => Ok(()),
        Some((one, other)) => Err(format!(
            "expected evidence of the votes for {} and {}, found none",
            one.target, other.target
        )),
    }
}
