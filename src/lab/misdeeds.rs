//! What an authority is made to do by hand, with its own key: seal a slot twice, vote twice, or
//! vote on both sides of a cut. Its node stays honest; the frames that carry its block or vote say
//! one thing to half of the others, and another to the rest, and where its node is not heard its
//! key signs what others vote for.

use std::rc::Rc;

use crate::consensus::finality::{Checkpoint, SignedVote, Vote};
use crate::gossip::{CompactBlock, Envelope, MAX_VOTES, Message, signed_again, with_message};
use crate::primitives::{Address, BlockHash, Keypair, Kind, sha256};
use crate::sim::event::Event;
use crate::sim::world::QueueKey;

use super::moment::{Misdeed, Moment};

/// Does what authorities are to do with the frames that were just sent.
pub(super) fn spoil(moment: &mut Moment, news: &[QueueKey]) {
    for (seat, misdeed) in moment.misdeeds.clone() {
        if misdeed == Misdeed::VoteBothSides {
            for key in news {
                add_vote(moment, *key, seat);
            }
            continue;
        }
        let mut copies = 0;
        for key in news {
            // Every second receiver gets the other one, the first receiver with them.
            if spoil_frame(moment, *key, seat, (misdeed, copies % 2 == 0)) {
                copies += 1;
            }
        }
        if copies > 0 {
            moment.misdeeds.retain(|other| *other != (seat, misdeed));
            if misdeed == Misdeed::VoteTwice {
                let authority: Address = moment.world.seats[seat].id.into();
                moment.checks.on_traitor(authority);
            }
        }
    }
}

/// Whether a frame carries what is to be done twice; if `swap`, it carries the other one from now
/// on.
fn spoil_frame(
    moment: &mut Moment,
    key: QueueKey,
    seat: usize,
    (misdeed, swap): (Misdeed, bool),
) -> bool {
    let Some(chain_id) = moment.world.chain_id() else {
        return false;
    };
    let Some(Event::Frame { from, frame, .. }) = moment.world.queue.get_mut(&key) else {
        return false;
    };
    if *from != seat {
        return false;
    }
    let secret = &moment.world.seats[seat].plan.key;
    let message = Envelope::parse(frame, &chain_id).and_then(|envelope| envelope.message());
    let other = match (misdeed, message) {
        (Misdeed::SealTwice, Ok(Message::BlockFound(block))) => {
            other_block(block, secret, &chain_id).map(Message::BlockFound)
        }
        (Misdeed::VoteTwice, Ok(Message::Votes(votes))) => {
            other_votes(votes, secret, chain_id).map(Message::Votes)
        }
        _ => None,
    };
    let Some(other) = other else {
        return false;
    };
    if swap {
        let changed = with_message(frame, &other);
        if let Some(bytes) = changed.and_then(|bytes| signed_again(&bytes, secret)) {
            *frame = Rc::from(bytes);
        }
    }
    true
}

/// Adds the vote of an authority to the votes in a frame of one that it is cut off from: for what
/// those are for.
fn add_vote(moment: &mut Moment, key: QueueKey, seat: usize) -> Option<()> {
    let chain_id = moment.world.chain_id()?;
    let Some(Event::Frame { from, frame, .. }) = moment.world.queue.get_mut(&key) else {
        return None;
    };
    let (liar, sender) = (&moment.world.seats[seat], moment.world.seats.get(*from)?);
    let is_cut = |one, other| moment.world.links.link(one, other).cut;
    if *from == seat || !(is_cut(&liar.id, &sender.id) && is_cut(&sender.id, &liar.id)) {
        return None;
    }
    let envelope = Envelope::parse(frame, &chain_id).ok()?;
    let Ok(Message::Votes(mut votes)) = envelope.message() else {
        return None;
    };
    let own = liar.plan.key.address();
    let link = votes.iter().find(|vote| vote.signer != own)?.vote.link;
    let known = |vote: &SignedVote| vote.signer == own && vote.vote.link == link;
    if votes.len() >= MAX_VOTES || votes.iter().any(known) {
        return None;
    }
    votes.push(Vote { chain_id, link }.sign(&liar.plan.key));
    let changed = with_message(frame, &Message::Votes(votes))?;
    *frame = signed_again(&changed, &sender.plan.key)?.into();
    Some(())
}

/// Another block of the same slot: other words in its data.
fn other_block(
    mut block: CompactBlock,
    key: &Keypair,
    chain_id: &BlockHash,
) -> Option<CompactBlock> {
    if block.header.kind != Kind::Authority || block.header.sealer != key.node_id() {
        return None;
    }
    block.data = b"another block for this slot".to_vec();
    block.header.data_hash = sha256(&[&block.data]);
    block.seal = block.header.seal(chain_id, key);
    Some(block)
}

/// Another vote for the same epoch: from genesis, over all that was justified since.
fn other_votes(
    mut votes: Vec<SignedVote>,
    key: &Keypair,
    chain_id: BlockHash,
) -> Option<Vec<SignedVote>> {
    let genesis = Checkpoint::genesis(chain_id);
    let own =
        |vote: &&mut SignedVote| vote.signer == key.address() && vote.vote.link.source != genesis;
    let vote = votes.iter_mut().find(own)?;
    let mut link = vote.vote.link;
    link.source = genesis;
    *vote = Vote { chain_id, link }.sign(key);
    Some(votes)
}
