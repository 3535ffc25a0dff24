//! The votes that a node keeps, by link and by signer.
//!
//! Bounds: of each authority two votes for one target epoch (a third adds nothing to the proof that
//! it is guilty) and the latest [`MAX_TARGETS`] target epochs. So whoever floods displaces its own
//! votes only. The votes of a certificate are exempt: otherwise nodes that kept different two votes
//! of a liar would never agree. Of certified links there are at most [`MAX_CERTIFIED`] into one
//! epoch, and any two of them already prove a third of the authorities guilty.
//!
//! Votes of the guilty count like all others: if evidence took them back, justification could
//! shrink.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Blocks, CertificateError, CheckedCertificate, CheckedVote, Epoch, Evidence, EvidenceError,
    Offences, SignedVote, Signers, Vote, VoteError, VoteLink,
};
use crate::primitives::{Address, BlockHash, Signature};

/// Target epochs that are kept of each authority: 2,048 blocks without finality.
pub const MAX_TARGETS: usize = 256;
/// Certified links into one epoch. Honest authorities make one; each further pair needs a third of
/// liars.
pub const MAX_CERTIFIED: usize = 8;
/// Votes of a signer for one target epoch: two are evidence.
const MAX_VOTES: usize = 2;

/// What became of a vote or certificate that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// All of it was there.
    Known,
    /// It is kept, and at least a part of it is new.
    New {
        /// A block that is not known and must be fetched before it counts.
        unknown: Option<BlockHash>,
        /// Offences that it proves, together with votes that were there.
        evidence: Vec<Evidence>,
    },
}

/// The votes that one node keeps of all authorities, and the offences that they prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Votes {
    chain_id: BlockHash,
    links: BTreeMap<VoteLink, Signers>,
    /// The links that each signer confirmed, by the epoch of the target.
    by_signer: BTreeMap<Address, BTreeMap<Epoch, Vec<VoteLink>>>,
    certified: BTreeSet<VoteLink>,
    offences: Offences,
    /// Links whose signers changed since they were taken last.
    changed: BTreeSet<VoteLink>,
}

impl Votes {
    /// None yet.
    #[must_use]
    pub const fn new(chain_id: BlockHash) -> Self {
        Self {
            chain_id,
            links: BTreeMap::new(),
            by_signer: BTreeMap::new(),
            certified: BTreeSet::new(),
            offences: Offences::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Those of an own ledger, which were checked before they were written. Offences that they
    /// prove are found again.
    pub fn restore(&mut self, link: VoteLink, signers: Signers) {
        for (signer, signature) in signers.iter() {
            if !self.holds(&link, signer) {
                self.insert(link, *signer, *signature);
            }
        }
        self.changed.remove(&link);
    }

    /// Keeps these links whatever else comes of their signers: they are confirmed, and newcomers
    /// need them.
    pub fn certify_all<'a>(&mut self, confirmed: impl IntoIterator<Item = &'a VoteLink>) {
        self.certified.extend(confirmed);
    }

    /// Checks evidence of a peer and keeps it; whether it proves anything new.
    ///
    /// # Errors
    /// See [`Evidence::verify`].
    pub fn accuse(
        &mut self,
        evidence: &Evidence,
        is_authority: impl Fn(&Address) -> bool,
    ) -> Result<bool, EvidenceError> {
        self.offences.accept(evidence, &self.chain_id, is_authority)
    }

    /// Takes the links whose signers changed since the last time, or that are kept no more.
    pub fn take_changed(&mut self) -> BTreeSet<VoteLink> {
        std::mem::take(&mut self.changed)
    }

    /// The vote of a signer for a link, `None` if it is not kept.
    #[must_use]
    pub fn signed(&self, link: &VoteLink, signer: &Address) -> Option<SignedVote> {
        let signature = *self.links.get(link)?.get(signer)?;
        let vote = Vote {
            chain_id: self.chain_id,
            link: *link,
        };
        Some(SignedVote {
            vote,
            signer: *signer,
            signature,
        })
    }

    /// All votes that are kept of a signer, by the epoch of their target.
    pub fn of_signer<'a>(&'a self, signer: &'a Address) -> impl Iterator<Item = SignedVote> + 'a {
        let epochs = self.by_signer.get(signer).into_iter().flatten();
        epochs
            .flat_map(|(_, links)| links)
            .filter_map(|link| self.signed(link, signer))
    }

    /// All links with those who signed them, whether two thirds did or not.
    #[must_use]
    pub const fn links(&self) -> &BTreeMap<VoteLink, Signers> {
        &self.links
    }

    /// What was proven so far, by these votes and by evidence of others.
    #[must_use]
    pub const fn offences(&self) -> &Offences {
        &self.offences
    }

    /// Keeps a vote (rules 17 to 20). One for a block that is not known is kept as well and counts
    /// later.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn add(&mut self, vote: &CheckedVote, blocks: &impl Blocks) -> Result<Added, VoteError> {
        let SignedVote {
            vote: Vote { link, .. },
            signer,
            signature,
        } = *vote.get();
        if !self.wants(vote.get(), blocks)? {
            return Ok(Added::Known);
        }
        let unknown = match link.check_position(blocks) {
            Ok(()) => None,
            Err(VoteError::UnknownBlock { id }) => Some(id),
            Err(error) => return Err(error),
        };
        let evidence = self.insert(link, signer, signature);
        self.evict(&signer);
        Ok(Added::New { unknown, evidence })
    }

    /// Whether a vote is news, before its signature is looked at: so nobody who is no authority can
    /// make a node verify anything.
    ///
    /// # Errors
    /// Rule 19 or 20.
    pub fn wants(&self, vote: &SignedVote, blocks: &impl Blocks) -> Result<bool, VoteError> {
        let (link, signer) = (vote.vote.link, vote.signer);
        if self.holds(&link, &signer) {
            return Ok(false);
        }
        let sets = blocks
            .sets(&link.target.id)
            .unwrap_or_else(|| blocks.best_sets());
        if !sets.contains(&signer) {
            return Err(VoteError::Stranger { found: signer });
        }
        self.check_bounds(&signer, link.target.epoch)?;
        Ok(true)
    }

    /// The links that are certified, in an order in which each is understood by those before.
    #[must_use]
    pub const fn certified(&self) -> &BTreeSet<VoteLink> {
        &self.certified
    }

    /// Keeps the votes of a certificate, whatever was kept of its signers.
    ///
    /// # Errors
    /// [`CertificateError::Crowd`].
    pub fn certify(&mut self, certificate: &CheckedCertificate) -> Result<Added, CertificateError> {
        let link = certificate.link();
        if !self.certified.contains(&link) {
            let epoch = link.target.epoch;
            let into = |one: &&VoteLink| one.target.epoch == epoch;
            if self.certified.iter().filter(into).count() >= MAX_CERTIFIED {
                return Err(CertificateError::Crowd {
                    limit: MAX_CERTIFIED,
                    epoch,
                });
            }
            self.certified.insert(link);
        }
        let mut evidence = Vec::new();
        let mut news = false;
        for (signer, signature) in certificate.signers().iter() {
            if !self.holds(&link, signer) {
                news = true;
                evidence.extend(self.insert(link, *signer, *signature));
            }
        }
        Ok(if news {
            Added::New {
                unknown: None,
                evidence,
            }
        } else {
            Added::Known
        })
    }

    /// Blocks that votes name and the tree lacks.
    pub fn missing(&self, blocks: &impl Blocks) -> BTreeSet<BlockHash> {
        let named = self
            .links
            .keys()
            .flat_map(|link| [link.source, link.target]);
        named
            .map(|checkpoint| checkpoint.id)
            .filter(|id| blocks.height(id).is_none())
            .collect()
    }

    /// Forgets the links into epochs below this one that are not certified. What is certified stays
    /// for ever: newcomers need the way to it, and it proves offences however late they show.
    pub fn prune(&mut self, below: Epoch) {
        let certified = &self.certified;
        let stays = |link: &VoteLink| link.target.epoch >= below || certified.contains(link);
        let gone = self.links.keys().filter(|link| !stays(link));
        self.changed.extend(gone.copied());
        self.links.retain(|link, _| stays(link));
        for epochs in self.by_signer.values_mut() {
            epochs.retain(|_, links| {
                links.retain(stays);
                !links.is_empty()
            });
        }
        self.by_signer.retain(|_, epochs| !epochs.is_empty());
    }

    fn holds(&self, link: &VoteLink, signer: &Address) -> bool {
        self.links
            .get(link)
            .is_some_and(|signers| signers.contains(signer))
    }

    fn check_bounds(&self, signer: &Address, epoch: Epoch) -> Result<(), VoteError> {
        let Some(epochs) = self.by_signer.get(signer) else {
            return Ok(());
        };
        match epochs.get(&epoch) {
            Some(kept) if kept.len() >= MAX_VOTES => {
                let signer = *signer;
                return Err(VoteError::Third { signer, epoch });
            }
            Some(_) => return Ok(()),
            None => {}
        }
        match lowest_kept(epochs) {
            Some(least) if epoch < least => Err(VoteError::Old {
                least,
                found: epoch,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Inserts a vote and returns the offences that it completes.
    fn insert(&mut self, link: VoteLink, signer: Address, signature: Signature) -> Vec<Evidence> {
        let earlier = self.by_signer.get(&signer).into_iter().flatten();
        let offending: Vec<VoteLink> = earlier
            .flat_map(|(_, links)| links)
            .filter(|earlier| earlier.offends(&link))
            .copied()
            .collect();
        self.links
            .entry(link)
            .or_default()
            .insert(signer, signature);
        self.changed.insert(link);
        let epochs = self.by_signer.entry(signer).or_default();
        let of_epoch = epochs.entry(link.target.epoch).or_default();
        // An honest one has one for ever.
        of_epoch.reserve_exact(1);
        of_epoch.push(link);
        let new = self.signed(&link, &signer);
        let pairs = offending
            .iter()
            .filter_map(|earlier| Evidence::of_votes(self.signed(earlier, &signer)?, new?));
        let evidence: Vec<Evidence> = pairs.collect();
        evidence
            .into_iter()
            .filter(|one| !mutant!(KeepNoEvidence) && self.offences.keep(one))
            .collect()
    }

    /// Drops a signer's target epochs beyond the bound; what is certified stays.
    fn evict(&mut self, signer: &Address) {
        let Some(epochs) = self.by_signer.get_mut(signer) else {
            return;
        };
        let Some(least) = lowest_kept(epochs) else {
            return;
        };
        epochs.retain(|epoch, links| {
            if *epoch >= least || links.iter().any(|link| self.certified.contains(link)) {
                return true;
            }
            for link in links {
                self.changed.insert(*link);
                if let Some(signers) = self.links.get_mut(link) {
                    signers.remove(signer);
                    if signers.is_empty() {
                        self.links.remove(link);
                    }
                }
            }
            false
        });
    }
}

/// The lowest of a signer's latest [`MAX_TARGETS`] target epochs; `None` while there are fewer.
fn lowest_kept(epochs: &BTreeMap<Epoch, Vec<VoteLink>>) -> Option<Epoch> {
    epochs.keys().rev().nth(MAX_TARGETS - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::testing::{Fork, key};
    use crate::consensus::finality::{Certificate, Checkpoint, Offence};

    fn add(fork: &Fork, votes: &mut Votes, vote: SignedVote) -> Result<Added, VoteError> {
        let checked = CheckedVote::check(vote, &fork.chain_id())?;
        votes.add(&checked, fork)
    }

    fn fresh(fork: &Fork) -> Votes {
        Votes::new(fork.chain_id())
    }

    #[test]
    fn rule_19_a_stranger_has_no_vote() {
        let fork = Fork::new(4, 0, 4);
        let vote = fork.vote(4, fork.genesis(), fork.a(1));
        let found = key(4).address();
        assert_eq!(
            add(&fork, &mut fresh(&fork), vote),
            Err(VoteError::Stranger { found })
        );
    }

    #[test]
    fn rule_20_two_votes_of_a_signer_for_one_epoch_are_kept_whatever_their_order() {
        let fork = Fork::new(4, 0, 4);
        let epoch = Epoch(4);
        let into: Vec<VoteLink> = fork
            .links()
            .into_iter()
            .filter(|link| link.target.epoch == epoch)
            .collect();
        assert_eq!(into.len(), 8);
        let vote = |link: &VoteLink| fork.vote(0, link.source, link.target);
        for first in &into {
            for second in into.iter().filter(|link| *link != first) {
                for third in into.iter().filter(|link| ![first, second].contains(link)) {
                    let mut votes = fresh(&fork);
                    add(&fork, &mut votes, vote(first)).unwrap();
                    let Ok(Added::New { evidence, .. }) = add(&fork, &mut votes, vote(second))
                    else {
                        panic!("the second is news")
                    };
                    assert_eq!(evidence.len(), 1);
                    let signer = key(0).address();
                    let refusal = Err(VoteError::Third { signer, epoch });
                    assert_eq!(add(&fork, &mut votes, vote(third)), refusal);
                    assert_eq!(add(&fork, &mut votes, vote(first)), Ok(Added::Known));
                    assert_eq!(votes.links().len(), 2);
                }
            }
        }
    }

    #[test]
    fn certificates_bring_nodes_together_that_kept_different_votes_of_a_liar() {
        let fork = Fork::new(4, 0, 4);
        let link = |source, target| VoteLink { source, target };
        let good = link(fork.a(3), fork.a(4));
        let mut votes = fresh(&fork);
        for source in [fork.a(1), fork.a(2)] {
            add(&fork, &mut votes, fork.vote(0, source, fork.a(4))).unwrap();
        }
        let refused = add(&fork, &mut votes, fork.vote(0, good.source, good.target));
        assert_eq!(refused.unwrap_err().rule(), 20);
        let certificate = fork.certificate(good, &[0, 1, 2]);
        let certificate = CheckedCertificate::check(certificate, &fork.chain_id(), &fork).unwrap();
        let Ok(Added::New { .. }) = votes.certify(&certificate) else {
            panic!("it brings three votes")
        };
        assert_eq!(votes.links()[&good].len(), 3);
        assert_eq!(votes.certify(&certificate), Ok(Added::Known));
    }

    #[test]
    fn who_floods_displaces_its_own_votes_only_and_nothing_certified() {
        let fork = Fork::new(4, 0, 4);
        let mut votes = fresh(&fork);
        add(&fork, &mut votes, fork.vote(1, fork.genesis(), fork.a(1))).unwrap();
        let certified = VoteLink {
            source: fork.genesis(),
            target: fork.a(2),
        };
        let certificate: Certificate = fork.certificate(certified, &[0, 1, 2]);
        let certificate = CheckedCertificate::check(certificate, &fork.chain_id(), &fork).unwrap();
        votes.certify(&certificate).unwrap();
        let junk = |epoch: u64| Checkpoint {
            epoch: Epoch(epoch),
            id: BlockHash([9; 32]),
        };
        let most = u64::try_from(MAX_TARGETS).unwrap();
        for epoch in 10..10 + 2 * most {
            let Ok(Added::New { unknown, .. }) =
                add(&fork, &mut votes, fork.vote(0, fork.a(4), junk(epoch)))
            else {
                panic!("a vote for an unknown block waits")
            };
            assert_eq!(unknown, Some(BlockHash([9; 32])));
        }
        assert_eq!(votes.missing(&fork), BTreeSet::from([BlockHash([9; 32])]));
        assert!(votes.links().len() <= MAX_TARGETS + 2);
        assert_eq!(votes.links()[&certified].len(), 3);
        let honest = VoteLink {
            source: fork.genesis(),
            target: fork.a(1),
        };
        assert!(votes.holds(&honest, &key(1).address()));
        let old = add(&fork, &mut votes, fork.vote(0, fork.genesis(), fork.a(3)));
        let (least, found) = (Epoch(10 + most), Epoch(3));
        assert_eq!(old, Err(VoteError::Old { least, found }));
        votes.prune(Epoch(u64::MAX));
        let left: Vec<&VoteLink> = votes.links().keys().collect();
        assert_eq!(left, [&certified], "what is certified stays");
    }

    #[test]
    fn both_offences_are_found_in_either_order() {
        let fork = Fork::new(4, 0, 4);
        let links = fork.links();
        for first in &links {
            for second in links.iter().filter(|link| *link != first) {
                let mut votes = fresh(&fork);
                add(&fork, &mut votes, fork.vote(2, first.source, first.target)).unwrap();
                add(
                    &fork,
                    &mut votes,
                    fork.vote(2, second.source, second.target),
                )
                .unwrap();
                let [s1, t1, s2, t2] = [first.source, first.target, second.source, second.target]
                    .map(|checkpoint| checkpoint.epoch.0);
                let double = t1 == t2;
                let surround = (s1 < s2 && t2 < t1) || (s2 < s1 && t1 < t2);
                let found: Vec<Offence> = votes.offences().iter().map(|(_, one, _)| one).collect();
                let mut expected = Vec::new();
                expected.extend(double.then_some(Offence::DoubleVote));
                expected.extend(surround.then_some(Offence::SurroundVote));
                assert_eq!(found, expected, "{first:?} {second:?}");
            }
        }
    }
}
