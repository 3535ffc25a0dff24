//! What an authority signs as a voter: the record of it, the vote that waits for the disk, and what
//! to do when the record is lost.
//!
//! The record is written to the ledger, flushed to the disk, before a vote is sent. Whoever has
//! none (a new ledger, or one that was damaged) may have signed anything: it listens first.
//! Everybody tells what is justified; it fetches the proof of that, or waits in vain for
//! [`PATIENCE`], never longer than [`AT_LONGEST`], as anybody may claim anything. Then it signs
//! nothing with an earlier source, nothing for an epoch that its chain had already reached, and
//! nothing against a vote of its own that somebody still has: until its first vote it asks
//! everybody again and again, and whoever it hears must have had the time to answer. Only in the
//! first slot of a network there is nothing to remember.
//!
//! Bounds: one claim and one time of each peer, at most [`MAX_PEERS`].

use std::collections::BTreeMap;

use crate::consensus::finality::{
    CheckedVote, Checkpoint, Epoch, Proposal, SigningError, SigningRecord, VoteSigner,
};
use crate::gossip::{ALIVE, MAX_PEERS};
use crate::ledger::{RawRow, Snapshot, meta_key};
use crate::primitives::{BlockHash, Instant, Millis, NodeId, sha256};

use super::super::io::BatchId;

/// How long an authority without memory listens, from the first peer that tells it anything: five
/// pings, as frames may be lost.
const LISTEN: Millis = Millis(10_000);
/// How long it waits for the proof of what was claimed, from the last time that more was proven.
const PATIENCE: Millis = Millis(60_000);
/// How long it listens whatever is proven meanwhile: the network goes on and proves something all
/// the time, while what a liar claimed stays open.
const AT_LONGEST: Millis = Millis(300_000);
/// How long a peer that is heard anew keeps the first vote back: it is asked with each of its
/// pings, and frames may be lost.
const ANSWERS: Millis = Millis(6_000);
const SIGNED_DOMAIN: &[u8] = b"aurex/signed-votes/1";

/// The duty of an authority to vote.
#[derive(Clone, Debug)]
pub(in crate::node) struct Duty {
    pub(in crate::node) signer: VoteSigner,
    waiting: Option<(Proposal, BatchId)>,
    claims: BTreeMap<NodeId, Checkpoint>,
    listening: Option<Instant>,
    /// Since when each peer that is still heard was asked for the votes of this authority, and when
    /// it was last.
    asked: BTreeMap<NodeId, (Instant, Instant)>,
    /// The highest epoch that is proven to be justified, and since when.
    proven: (Epoch, Instant),
}

impl Duty {
    /// With what is remembered: all of it, or nothing.
    pub(in crate::node) fn new(memory: Option<SigningRecord>, now: Instant) -> Self {
        let signer = match memory {
            Some(record) => VoteSigner::restored(record),
            None if mutant!(VoteWithoutMemory) => VoteSigner::restored(SigningRecord::default()),
            None => VoteSigner::forgetful(),
        };
        Self {
            signer,
            waiting: None,
            claims: BTreeMap::new(),
            listening: None,
            asked: BTreeMap::new(),
            proven: (Epoch(0), now),
        }
    }

    /// Takes what a peer says to be justified; whether to ask it for the votes of this authority.
    /// What it says after the start does not matter: the network goes on.
    pub(in crate::node) fn hear(
        &mut self,
        peer: NodeId,
        justified: Checkpoint,
        now: Instant,
    ) -> bool {
        if self.signer.is_whole() {
            return false;
        }
        let since = *self.listening.get_or_insert(now);
        let known = self.claims.contains_key(&peer);
        let is_open = self.signer.is_lost() && now.since(since) <= LISTEN;
        if is_open && !known && self.claims.len() < MAX_PEERS {
            self.claims.insert(peer, justified);
        }
        self.asked.retain(|_, (_, last)| now.since(*last) <= ALIVE);
        if self.asked.len() < MAX_PEERS || self.asked.contains_key(&peer) {
            self.asked.entry(peer).or_insert((now, now)).1 = now;
        }
        true
    }

    /// Whether the first vote after a loss waits for the answer of a peer that is heard anew: it
    /// may still have a vote of this authority. As names cost nothing, not for ever.
    pub(in crate::node) fn awaits_answers(&self, now: Instant) -> bool {
        let lately = |(first, last): &(Instant, Instant)| {
            now.since(*last) <= ALIVE && now.since(*first) <= ANSWERS
        };
        let patient = |since| now.since(since) <= AT_LONGEST;
        !self.signer.is_whole()
            && self.listening.is_some_and(patient)
            && self.asked.values().any(lately)
    }

    /// Ends the time of listening if it is over: everything that was claimed is proven here, where
    /// `justified` is the highest checkpoint and `top` the epoch of the head, or it was not for
    /// long.
    pub(in crate::node) fn end_listening(
        &mut self,
        justified: Checkpoint,
        top: Epoch,
        now: Instant,
    ) {
        let Some(since) = self.listening.filter(|_| self.signer.is_lost()) else {
            return;
        };
        if justified.epoch > self.proven.0 {
            self.proven = (justified.epoch, now);
        }
        let open = |claim: &Checkpoint| claim.epoch > justified.epoch;
        let patient =
            now.since(since.max(self.proven.1)) <= PATIENCE && now.since(since) <= AT_LONGEST;
        if now.since(since) > LISTEN && !(patient && self.claims.values().any(open)) {
            self.signer.report(justified.epoch, top);
            self.claims.clear();
        }
    }

    /// Whether a vote waits for the disk.
    pub(in crate::node) const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Keeps a vote until `batch`, which has its record, is durable.
    pub(in crate::node) fn reserve(&mut self, proposal: Proposal, batch: BatchId) {
        self.waiting = Some((proposal, batch));
    }

    /// Takes the news that a batch is durable: the vote that may be sent now.
    pub(in crate::node) fn settle(
        &mut self,
        batch: BatchId,
    ) -> Option<Result<CheckedVote, SigningError>> {
        let (proposal, _) = self.waiting.take_if(|(_, with)| *with <= batch)?;
        self.asked.clear();
        Some(self.signer.commit(proposal))
    }

    /// Gives a vote up whose record could not be written.
    pub(in crate::node) fn release(&mut self) {
        self.waiting = None;
    }

    /// The row of what is remembered: what peers reported is not, and is asked for again after a
    /// restart.
    pub(in crate::node) fn row(&self) -> RawRow {
        let record = self.signer.is_whole().then(|| *self.signer.record());
        signed_row(record)
    }

    /// Number of peers of which anything is remembered.
    pub(in crate::node) fn claims(&self) -> usize {
        self.claims.len().max(self.asked.len())
    }
}

/// The row of a record, or of the fact that there is none, with a checksum: a flipped bit must not
/// make an authority believe that it signed less.
pub(in crate::node) fn signed_row(record: Option<SigningRecord>) -> RawRow {
    let payload = borsh::to_vec(&record).unwrap_or_default();
    let sum = sha256(&[SIGNED_DOMAIN, &payload]).0;
    RawRow {
        key: meta_key::SIGNED.to_owned(),
        raw: [payload.as_slice(), &sum].concat(),
    }
}

/// What a ledger of this network remembers. Without a row nothing is known: it is written with the
/// first batch.
pub(in crate::node) fn memory_of(
    snapshot: &Snapshot,
    chain_id: &BlockHash,
) -> Option<SigningRecord> {
    let (payload, sum) = snapshot.meta(meta_key::SIGNED)?.split_last_chunk::<32>()?;
    let whole = sha256(&[SIGNED_DOMAIN, payload]).0 == *sum;
    let record: Option<SigningRecord> = borsh::from_slice(payload).ok()?;
    let of_here = |record: &SigningRecord| {
        let last = record.last.as_ref();
        last.is_none_or(|last| last.vote.chain_id == *chain_id)
    };
    record.filter(|record| whole && of_here(record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::{Decision, Vote, VoteLink};
    use crate::testkit::key;

    const NOW: Instant = Instant(1_000_000);
    const CHAIN: BlockHash = BlockHash([1; 32]);

    fn checkpoint(epoch: u64) -> Checkpoint {
        let id = BlockHash([u8::try_from(epoch).unwrap() + 1; 32]);
        Checkpoint {
            epoch: Epoch(epoch),
            id,
        }
    }

    fn link(source: u64, target: u64) -> VoteLink {
        VoteLink {
            source: checkpoint(source),
            target: checkpoint(target),
        }
    }

    fn signs(duty: &Duty, source: u64, target: u64) -> bool {
        let decision = duty
            .signer
            .propose(link(source, target), &CHAIN, &key("poa-1"));
        decision.is_ok()
    }

    #[test]
    fn who_forgot_waits_until_what_was_claimed_is_proven() {
        let mut duty = Duty::new(None, NOW);
        let later = |ms| NOW.plus(Millis(ms));
        duty.end_listening(checkpoint(9), Epoch(11), later(100_000));
        assert!(!signs(&duty, 9, 12), "nobody told anything yet");
        duty.hear(key("a").node_id(), checkpoint(3), NOW);
        duty.hear(key("b").node_id(), checkpoint(5), later(2_000));
        duty.hear(key("c").node_id(), checkpoint(9), later(LISTEN.0 + 1));
        duty.end_listening(checkpoint(4), Epoch(6), later(LISTEN.0 + 1));
        assert!(!signs(&duty, 4, 7), "epoch 5 is not proven");
        duty.end_listening(checkpoint(5), Epoch(7), later(LISTEN.0 + 1_000));
        assert!(signs(&duty, 5, 8), "what came late does not count");
        assert!(!signs(&duty, 4, 8) && !signs(&duty, 5, 7));
    }

    #[test]
    fn a_claim_that_nobody_proves_silences_an_authority_for_a_minute_only() {
        let mut duty = Duty::new(None, NOW);
        duty.hear(key("liar").node_id(), checkpoint(200), NOW);
        let at = |span: Millis| NOW.plus(span);
        duty.end_listening(checkpoint(2), Epoch(3), at(PATIENCE));
        assert!(!signs(&duty, 2, 4));
        duty.end_listening(checkpoint(2), Epoch(3), at(Millis(2 * PATIENCE.0 + 1)));
        assert!(signs(&duty, 2, 4));
    }

    #[test]
    fn what_a_liar_claims_does_not_outlast_a_network_that_goes_on() {
        let mut duty = Duty::new(None, NOW);
        duty.hear(key("liar").node_id(), checkpoint(200), NOW);
        let mut epoch = 1;
        while duty.signer.is_lost() {
            epoch += 1;
            let at = NOW.plus(Millis(epoch * PATIENCE.0 / 2));
            assert!(at.since(NOW) <= Millis(AT_LONGEST.0 + PATIENCE.0));
            duty.end_listening(checkpoint(epoch), Epoch(epoch), at);
        }
        assert!(signs(&duty, epoch, epoch + 1));
    }

    #[test]
    fn the_first_vote_after_a_loss_waits_for_whoever_is_heard_anew_until_its_answer() {
        let mut duty = Duty::new(None, NOW);
        let later = |ms| NOW.plus(Millis(ms));
        assert!(duty.hear(key("a").node_id(), checkpoint(0), NOW));
        duty.end_listening(checkpoint(0), Epoch(1), later(LISTEN.0 + 1));
        assert!(!duty.signer.is_lost() && !duty.awaits_answers(later(LISTEN.0 + 1)));
        let met = LISTEN.0 + 2;
        assert!(duty.hear(key("b").node_id(), checkpoint(0), later(met)));
        assert!(duty.awaits_answers(later(met + ANSWERS.0)));
        assert!(duty.hear(key("b").node_id(), checkpoint(0), later(met + ANSWERS.0)));
        assert!(!duty.awaits_answers(later(met + ANSWERS.0 + 1)));
        // A crowd of new names does not silence it for ever.
        let end = AT_LONGEST.0 + 1;
        assert!(duty.hear(key("c").node_id(), checkpoint(0), later(end - 1)));
        assert!(duty.awaits_answers(later(end - 1)) && !duty.awaits_answers(later(end)));
        assert_eq!(
            duty.row(),
            signed_row(None),
            "it asks again after a restart"
        );
    }

    #[test]
    fn a_vote_is_signed_once_its_record_is_durable() {
        let mut duty = Duty::new(Some(SigningRecord::default()), NOW);
        let propose = |duty: &Duty| {
            let decision = duty.signer.propose(link(0, 1), &CHAIN, &key("poa-1"));
            let Ok(Decision::New(proposal)) = decision else {
                panic!("expected a proposal, found {decision:?}")
            };
            proposal
        };
        duty.reserve(propose(&duty), BatchId(4));
        assert!(duty.settle(BatchId(3)).is_none() && duty.is_waiting());
        duty.release();
        assert!(duty.settle(BatchId(4)).is_none(), "it was given up");
        duty.reserve(propose(&duty), BatchId(5));
        assert!(duty.settle(BatchId(6)).unwrap().is_ok());
        assert!(!signs(&duty, 0, 1) || duty.signer.record().target == Epoch(1));
    }

    #[test]
    fn a_record_is_believed_only_as_it_was_written_and_of_this_network() {
        let memory = |row: RawRow, chain_id: &BlockHash| {
            let snapshot = Snapshot {
                meta: vec![row],
                ..Snapshot::default()
            };
            memory_of(&snapshot, chain_id)
        };
        let vote = Vote {
            chain_id: CHAIN,
            link: link(3, 4),
        };
        let record = SigningRecord {
            source: Epoch(3),
            target: Epoch(4),
            last: Some(vote.sign(&key("poa-1"))),
        };
        let row = signed_row(Some(record));
        assert_eq!(memory(row.clone(), &CHAIN), Some(record));
        assert_eq!(memory(row.clone(), &BlockHash([2; 32])), None);
        assert_eq!(memory(signed_row(None), &CHAIN), None);
        assert_eq!(memory_of(&Snapshot::default(), &CHAIN), None);
        for byte in 0..row.raw.len() {
            let mut row = row.clone();
            row.raw[byte] ^= 1;
            assert_eq!(memory(row, &CHAIN), None, "byte {byte}");
        }
    }
}
