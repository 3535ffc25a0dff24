//! When an authority votes, for what, and what it must not sign.
//!
//! The rule of monotone signing (after EIP-3076): the target's epoch above that of every earlier
//! target, the source's epoch not below that of the last source. It excludes both offences, and as
//! sources only rise it never keeps an honest authority from a vote that is due. What is signed is
//! written to the disk before it is sent: [`VoteSigner::propose`] returns the record to be made
//! durable, [`VoteSigner::commit`] the vote to be sent.
//!
//! An authority that lost its ledger does not know what it signed. The same rule helps: it takes
//! what its peers can prove to be justified for its last source, the epoch of their heads for its
//! last target, and every vote of its own that somebody still has.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Blocks, CheckedVote, Checkpoint, Epoch, SignedVote, SigningError, Vote, VoteLink};
use crate::primitives::{BlockHash, Height, Keypair};

/// Blocks on a checkpoint before it is voted for: tips still fork.
const DEPTH: u64 = 2;

/// What must survive a power cut: it is flushed to the disk before a vote is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SigningRecord {
    /// Highest epoch of a source that was signed.
    pub source: Epoch,
    /// Highest epoch of a target that was signed.
    pub target: Epoch,
    /// The vote with that target, to be sent again.
    pub last: Option<SignedVote>,
}

/// The memory of an authority's votes, which decides what it may sign (rule 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteSigner {
    record: SigningRecord,
    memory: Memory,
}

/// What the record is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// It holds all that was signed.
    Whole,
    /// It is lost, and no peer reported yet.
    Lost,
    /// It is lost, and holds what peers reported instead.
    Reported,
}

/// What to do about a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It was signed and may be sent again.
    Again(SignedVote),
    /// It may be signed: make the record durable, then commit.
    New(Proposal),
}

/// A vote that is not yet durable and must not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal(SignedVote);

impl Proposal {
    /// What must be durable before the vote is committed.
    #[must_use]
    pub const fn record(&self) -> SigningRecord {
        let link = self.0.vote.link;
        SigningRecord {
            source: link.source.epoch,
            target: link.target.epoch,
            last: Some(self.0),
        }
    }
}

impl VoteSigner {
    /// With a record that holds all that was ever signed.
    #[must_use]
    pub const fn restored(record: SigningRecord) -> Self {
        Self {
            record,
            memory: Memory::Whole,
        }
    }

    /// Without one: the ledger is new, or lost. It signs nothing until a peer reported how far the
    /// network is.
    #[must_use]
    pub const fn forgetful() -> Self {
        Self {
            record: SigningRecord {
                source: Epoch(0),
                target: Epoch(0),
                last: None,
            },
            memory: Memory::Lost,
        }
    }

    /// Takes in how far the network is, as peers reported it at the start: sources below `source`
    /// and targets up to `target` may have been signed. Later reports must not come here: the
    /// network goes on, and an authority that chased it would never vote. Who remembers needs none.
    pub fn report(&mut self, source: Epoch, target: Epoch) {
        if self.memory == Memory::Whole {
            return;
        }
        self.record.source = self.record.source.max(source);
        self.record.target = self.record.target.max(target);
        self.memory = Memory::Reported;
    }

    /// Takes in a vote of its own that a peer still had, at any time: its signature proves it.
    pub fn remember(&mut self, vote: &CheckedVote) {
        let link = vote.link();
        self.record.source = self.record.source.max(link.source.epoch);
        if link.target.epoch > self.record.target {
            self.record.target = link.target.epoch;
            self.record.last = Some(*vote.get());
        }
    }

    /// Whether the record is lost and no peer reported yet.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.memory == Memory::Lost
    }

    /// Whether the record holds all that was signed, not what peers reported instead.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.memory == Memory::Whole
    }

    /// Whether a link may be signed, and how to go about it (rule 24).
    ///
    /// # Errors
    /// What forbids it.
    pub fn propose(
        &self,
        link: VoteLink,
        chain_id: &BlockHash,
        key: &Keypair,
    ) -> Result<Decision, SigningError> {
        link.check_form()?;
        if let Some(last) = self.record.last.filter(|last| last.vote.link == link) {
            return Ok(Decision::Again(last));
        }
        self.check(&link)?;
        let vote = Vote {
            chain_id: *chain_id,
            link,
        };
        Ok(Decision::New(Proposal(vote.sign(key))))
    }

    /// The vote to be sent, once its record is durable.
    ///
    /// # Errors
    /// What forbids it since it was proposed.
    pub fn commit(&mut self, proposal: Proposal) -> Result<CheckedVote, SigningError> {
        let vote = CheckedVote::check(proposal.0, &proposal.0.vote.chain_id)?;
        self.check(&vote.link())?;
        *self = Self::restored(proposal.record());
        Ok(vote)
    }

    /// What was signed so far, or what peers reported instead where that is lost.
    #[must_use]
    pub const fn record(&self) -> &SigningRecord {
        &self.record
    }

    fn check(&self, link: &VoteLink) -> Result<(), SigningError> {
        if self.memory == Memory::Lost {
            return Err(SigningError::Amnesia);
        }
        let (last, found) = (self.record.target, link.target.epoch);
        if found <= last && !mutant!(ForgetTheVote) {
            return Err(SigningError::Target { last, found });
        }
        let (last, found) = (self.record.source, link.source.epoch);
        if found < last {
            return Err(SigningError::Source { last, found });
        }
        Ok(())
    }
}

/// The link that an authority with this head and this justified checkpoint votes for, once the head
/// is two blocks above a checkpoint of a later epoch.
#[must_use]
pub fn due(head: &BlockHash, justified: Checkpoint, blocks: &impl Blocks) -> Option<VoteLink> {
    let height = blocks.height(head)?.0.checked_sub(DEPTH)?;
    let epoch = Epoch::of(Height(height));
    let target = Checkpoint {
        epoch,
        id: blocks.ancestor(head, epoch.height())?,
    };
    #[cfg(feature = "mutants")]
    let justified = if mutant!(VoteFromGenesis) {
        let id = blocks.ancestor(head, Height(0))?;
        Checkpoint::genesis(id)
    } else {
        justified
    };
    let link = VoteLink {
        source: justified,
        target,
    };
    (link.check_form().is_ok() && link.check_position(blocks).is_ok()).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::Evidence;
    use crate::consensus::finality::testing::{Fork, key};

    fn new(decision: Result<Decision, SigningError>) -> Proposal {
        match decision {
            Ok(Decision::New(proposal)) => proposal,
            other => panic!("expected a proposal, found {other:?}"),
        }
    }

    fn sign(
        signer: &mut VoteSigner,
        fork: &Fork,
        link: VoteLink,
    ) -> Result<SignedVote, SigningError> {
        match signer.propose(link, &fork.chain_id(), &key(0))? {
            Decision::Again(vote) => Ok(vote),
            Decision::New(proposal) => signer.commit(proposal).map(|vote| *vote.get()),
        }
    }

    #[test]
    fn rule_24_every_pair_of_votes_that_is_signed_is_harmless_and_the_rule_is_that_of_eip_3076() {
        let fork = Fork::new(1, 0, 4);
        for first in fork.links() {
            for second in fork.links() {
                let mut signer = VoteSigner::restored(SigningRecord::default());
                let one = sign(&mut signer, &fork, first).unwrap();
                let other = sign(&mut signer, &fork, second);
                let [s1, t1, s2, t2] = [first.source, first.target, second.source, second.target]
                    .map(|checkpoint| checkpoint.epoch);
                match other {
                    Ok(other) if first == second => assert_eq!(other, one, "sent again, free"),
                    Ok(other) => {
                        assert!(t2 > t1 && s2 >= s1);
                        assert_eq!(Evidence::of_votes(one, other), None);
                    }
                    Err(error) => {
                        assert!(t2 <= t1 || s2 < s1);
                        assert_eq!(error.rule(), 24);
                    }
                }
            }
        }
    }

    /// Where a signer is stopped.
    #[derive(Clone, Copy, Debug)]
    enum Stop {
        Decided,
        Written,
        Sent,
    }

    #[test]
    fn a_signer_that_is_stopped_anywhere_never_makes_an_offence() {
        let fork = Fork::new(1, 0, 4);
        let links = fork.links();
        for first in &links {
            for stop in [Stop::Decided, Stop::Written, Stop::Sent] {
                for second in &links {
                    let mut sent = Vec::new();
                    let mut disk = SigningRecord::default();
                    let mut signer = VoteSigner::restored(disk);
                    let proposal = new(signer.propose(*first, &fork.chain_id(), &key(0)));
                    if !matches!(stop, Stop::Decided) {
                        disk = proposal.record();
                    }
                    if matches!(stop, Stop::Sent) {
                        sent.push(*signer.commit(proposal).unwrap().get());
                    }
                    let mut again = VoteSigner::restored(disk);
                    sent.extend(disk.last);
                    sent.extend(sign(&mut again, &fork, *second));
                    for one in &sent {
                        for other in &sent {
                            assert_eq!(Evidence::of_votes(*one, *other), None, "{stop:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn of_two_proposals_that_wait_for_the_disk_together_one_is_signed() {
        let fork = Fork::new(1, 0, 4);
        let mut signer = VoteSigner::restored(SigningRecord::default());
        let propose = |signer: &VoteSigner, target| {
            let link = VoteLink {
                source: fork.genesis(),
                target,
            };
            new(signer.propose(link, &fork.chain_id(), &key(0)))
        };
        let (one, other) = (propose(&signer, fork.a(1)), propose(&signer, fork.b(1)));
        assert!(signer.commit(one).is_ok());
        let (last, found) = (Epoch(1), Epoch(1));
        assert_eq!(
            signer.commit(other),
            Err(SigningError::Target { last, found })
        );
    }

    #[test]
    fn who_lost_its_ledger_waits_for_what_peers_reported_and_then_signs_without_offence() {
        let fork = Fork::new(1, 0, 8);
        let chain_id = fork.chain_id();
        let links: Vec<VoteLink> = fork.links();
        let before: Vec<VoteLink> = links
            .iter()
            .copied()
            .filter(|link| link.target.epoch <= Epoch(4))
            .collect();
        for after in &links {
            let mut signer = VoteSigner::forgetful();
            let forgotten = signer.propose(*after, &chain_id, &key(0));
            assert_eq!(forgotten, Err(SigningError::Amnesia));
            [2, 4, 3]
                .into_iter()
                .for_each(|epoch| signer.report(Epoch(epoch), Epoch(epoch)));
            let outcome = sign(&mut signer, &fork, *after);
            assert_eq!(outcome.is_ok(), after.source.epoch >= Epoch(4));
            let Ok(vote) = outcome else { continue };
            signer.report(Epoch(8), Epoch(8));
            assert_eq!(signer.record().target, vote.vote.link.target.epoch);
            for earlier in &before {
                let earlier = fork.vote(0, earlier.source, earlier.target);
                assert_eq!(Evidence::of_votes(earlier, vote), None);
            }
        }
    }

    #[test]
    fn who_hears_a_vote_of_its_own_again_never_signs_against_it() {
        let fork = Fork::new(1, 0, 5);
        let chain_id = fork.chain_id();
        for earlier in fork.links() {
            let vote = fork.vote(0, earlier.source, earlier.target);
            let mut signer = VoteSigner::forgetful();
            signer.report(Epoch(0), Epoch(0));
            signer.remember(&CheckedVote::check(vote, &chain_id).unwrap());
            for link in fork.links() {
                let mut signer = signer;
                if let Ok(signed) = sign(&mut signer, &fork, link) {
                    assert_eq!(Evidence::of_votes(vote, signed), None);
                }
            }
        }
    }

    #[test]
    fn a_vote_is_due_two_blocks_above_a_checkpoint_of_the_own_chain() {
        let fork = Fork::new(1, 1, 4);
        let due = |height, justified| due(&fork.block_b(height), justified, &fork);
        let genesis = fork.genesis();
        let link = |source, target| Some(VoteLink { source, target });
        assert_eq!(due(9, genesis), None);
        assert_eq!(due(10, genesis), link(genesis, fork.b(1)));
        assert_eq!(due(25, genesis), link(genesis, fork.b(2)));
        assert_eq!(due(26, fork.b(1)), link(fork.b(1), fork.b(3)));
        assert_eq!(
            due(26, fork.b(3)),
            None,
            "nothing is later than what is justified"
        );
        assert_eq!(due(26, fork.a(2)), None, "no ancestor");
    }
}
