//! The votes that a node keeps, the base that it counts from, and their rows in its ledger.
//!
//! A row holds the votes for one link, one piece of evidence, or the final checkpoint, each with a
//! checksum: it was checked before it was written. What cannot be read is left out; peers have it.
//!
//! Bounds: those of [`Votes`]; links into epochs that are [`KEPT`] below the final one and were
//! never confirmed are forgotten; [`MAX_OFFENCES`] pieces of evidence.

use std::collections::{BTreeMap, BTreeSet};

use crate::consensus::finality::{
    Base, Blocks, Checkpoint, Epoch, Evidence, Offence, SignedVote, Signers, View, VoteLink, Votes,
    check_quorum,
};
use crate::gossip::MAX_VOTES;
use crate::ledger::{RawRow, Snapshot};
use crate::primitives::{BlockHash, Digest, sha256, to_hex};

/// Pieces of evidence: one for each authority that ever was and each kind of offence.
pub(in crate::node) const MAX_OFFENCES: usize = 256 * 3;
/// Epochs below the final one whose links are counted anew each time.
const KEPT: u64 = 32;
const ROW_DOMAIN: &[u8] = b"aurex/finality-row/1";
const FINAL_KEY: &str = "final";

/// The votes of a node and where it counts from.
#[derive(Clone, Debug)]
pub(in crate::node) struct Ballots {
    pub(in crate::node) votes: Votes,
    chain_id: BlockHash,
    base: Base,
    /// While the certificates do not show the way from the genesis block to the final checkpoint,
    /// because a ledger lost some: what they justify from there on.
    gap: Option<BTreeSet<Checkpoint>>,
}

impl Ballots {
    /// None yet.
    pub(in crate::node) fn new(chain_id: BlockHash) -> Self {
        Self {
            votes: Votes::new(chain_id),
            chain_id,
            base: Base::genesis(chain_id),
            gap: None,
        }
    }

    /// The network whose votes they are.
    pub(in crate::node) const fn chain_id(&self) -> BlockHash {
        self.chain_id
    }

    /// Those of a ledger; whether they are whole, [`Ballots::look_for_gap`] finds.
    pub(in crate::node) fn restore(chain_id: BlockHash, snapshot: &Snapshot) -> Self {
        let mut ballots = Self::new(chain_id);
        for row in &snapshot.finality {
            ballots.read(row);
        }
        ballots.gap = Some(BTreeSet::new());
        ballots
    }

    fn read(&mut self, row: &RawRow) -> Option<()> {
        let payload = open_row(row)?;
        match row.key.split(':').next()? {
            "link" => {
                let (link, signers): (VoteLink, Signers) = borsh::from_slice(payload).ok()?;
                self.votes.restore(link, signers);
            }
            "evidence" => {
                // Who was an authority when it was taken in is one for ever.
                let evidence = Evidence::from_bytes(payload).ok()?;
                self.votes.accuse(&evidence, |_| true).ok()?;
            }
            FINAL_KEY => {
                let finalised: Checkpoint = borsh::from_slice(payload).ok()?;
                self.base = Base::restored(self.chain_id, finalised);
            }
            _ => {}
        }
        Some(())
    }

    /// What the votes decide over a tree. A final block that a damaged tree lacks is final again
    /// when it comes.
    pub(in crate::node) fn view(&self, blocks: &impl Blocks) -> View {
        let finalised = self.base.finalised();
        if blocks.height(&finalised.id) == Some(finalised.height()) {
            View::of(&self.base, blocks, self.votes.links())
        } else {
            View::of(&Base::genesis(self.chain_id), blocks, self.votes.links())
        }
    }

    /// Finds which links of a ledger are certificates, and whether they prove what is final: the
    /// final checkpoint is kept without proof, but newcomers need all of it.
    pub(in crate::node) fn look_for_gap(&mut self, blocks: &impl Blocks) {
        if self.gap.is_none() {
            return;
        }
        let is_certificate = |(link, signers): &(&VoteLink, &Signers)| {
            let sets = blocks.sets(&link.target.id);
            sets.is_some_and(|sets| check_quorum(link, signers, &sets).is_ok())
                && link.check_position(blocks).is_ok()
        };
        let links = self.votes.links().iter().filter(is_certificate);
        let links: Vec<VoteLink> = links.map(|(link, _)| *link).collect();
        self.votes.certify_all(&links);
        let view = View::of(&Base::genesis(self.chain_id), blocks, self.votes.links());
        let is_whole = view.finalised().contains(&self.base.finalised());
        self.gap = (!is_whole).then(|| view.justified().clone());
    }

    /// What the certificates justify from the genesis block on, while they do not prove the final
    /// checkpoint.
    pub(in crate::node) const fn gap(&self) -> Option<&BTreeSet<Checkpoint>> {
        self.gap.as_ref()
    }

    /// Goes on from what is decided: what is confirmed stays, and what is far below the final
    /// checkpoint and was never confirmed is forgotten.
    pub(in crate::node) fn advance(&mut self, decided: &View) {
        self.votes.certify_all(decided.confirmed());
        let finalised = decided.last_final().epoch;
        let below = Epoch(finalised.0.saturating_sub(KEPT));
        self.base = decided.base(below);
        if finalised.0.is_multiple_of(KEPT) {
            self.votes.prune(below);
        }
    }

    /// The votes from the justified checkpoint on that may still justify another, those of the
    /// lowest epochs first.
    pub(in crate::node) fn open(&self, decided: &View, blocks: &impl Blocks) -> Vec<SignedVote> {
        let source = decided.highest_justified();
        let from = VoteLink {
            source,
            target: source,
        };
        let links = self.votes.links().range(from..);
        links
            .take_while(|(link, _)| link.source == source)
            .filter(|(link, _)| link.check_position(blocks).is_ok())
            .flat_map(|(link, signers)| signers.iter().map(move |(signer, _)| (link, signer)))
            .filter_map(|(link, signer)| self.votes.signed(link, signer))
            .collect()
    }

    /// The latest of these votes, as many as a message holds: the last, as links are ordered by
    /// their targets.
    pub(in crate::node) fn latest(mut open: Vec<SignedVote>) -> Vec<SignedVote> {
        open.split_off(open.len().saturating_sub(MAX_VOTES))
    }

    /// Of the votes of one signer that with the highest source and that with the highest target.
    /// Mostly they are the same; they differ once it signed without memory, and then either alone
    /// would let it sign against the other.
    pub(in crate::node) fn binding(votes: Vec<SignedVote>) -> Vec<SignedVote> {
        let by_source = |vote: &&SignedVote| {
            let link = vote.vote.link;
            (link.source.epoch, link.target.epoch)
        };
        let source = votes.iter().max_by_key(by_source).copied();
        let target = votes.iter().max_by_key(|vote| vote.vote.link.target.epoch);
        let target = target.copied().filter(|target| source != Some(*target));
        source.into_iter().chain(target).collect()
    }

    /// What tells two sets of votes apart.
    pub(in crate::node) fn digest(open: &[SignedVote]) -> Digest {
        let parts = open.iter().map(|vote| (vote.vote.link, vote.signer));
        let mut all = BTreeSet::new();
        all.extend(parts);
        sha256(&[&borsh::to_vec(&all).unwrap_or_default()])
    }

    /// The confirmed links that take somebody who knows what is justified up to `known`, and
    /// `named` of it, to all that is. Two checkpoints of one epoch may be justified where
    /// authorities signed twice: the way to a source that was not named goes along.
    pub(in crate::node) fn proof(
        &self,
        known: Epoch,
        named: &[Checkpoint],
    ) -> impl Iterator<Item = (&VoteLink, &Signers)> {
        let certified = self.votes.certified();
        let is_later = |link: &&VoteLink| {
            link.target.epoch > known || (link.source.epoch >= known && link.finalises())
        };
        let mut needed: BTreeSet<VoteLink> = BTreeSet::new();
        needed.extend(certified.iter().filter(is_later));
        let mut into: BTreeMap<Checkpoint, Vec<VoteLink>> = BTreeMap::new();
        for link in certified.iter().filter(|link| link.target.epoch <= known) {
            into.entry(link.target).or_default().push(*link);
        }
        let mut sources: Vec<Checkpoint> = needed.iter().map(|link| link.source).collect();
        while let Some(source) = sources.pop() {
            let links = into.remove(&source).filter(|_| !named.contains(&source));
            for link in links.into_iter().flatten() {
                needed.insert(link);
                sources.push(link.source);
            }
        }
        let links = self.votes.links();
        needed
            .into_iter()
            .filter_map(|link| links.get_key_value(&link))
    }

    /// The rows that changed since the last time: of each key the row, or that it is gone.
    pub(in crate::node) fn take_rows(&mut self) -> Vec<(String, Option<RawRow>)> {
        let changed = self.votes.take_changed();
        let row = |link: VoteLink| {
            let signers = self.votes.links().get(&link);
            (link_key(&link), signers.map(|it| link_row(&link, it)))
        };
        changed.into_iter().map(row).collect()
    }

    /// All rows, for a ledger that is written anew.
    pub(in crate::node) fn all_rows(&self) -> Vec<RawRow> {
        let links = self.votes.links().iter();
        let links = links.map(|(link, signers)| link_row(link, signers));
        let offences = self.votes.offences().iter();
        links
            .chain(offences.map(|(_, _, evidence)| evidence_row(evidence)))
            .chain([final_row(self.base.finalised())])
            .collect()
    }
}

fn row(key: String, payload: &[u8]) -> RawRow {
    let sum = sha256(&[ROW_DOMAIN, key.as_bytes(), payload]).0;
    let raw = [payload, &sum].concat();
    RawRow { key, raw }
}

/// The payload of a row that is whole.
fn open_row(row: &RawRow) -> Option<&[u8]> {
    let (payload, sum) = row.raw.split_last_chunk::<32>()?;
    (sha256(&[ROW_DOMAIN, row.key.as_bytes(), payload]).0 == *sum).then_some(payload)
}

fn link_key(link: &VoteLink) -> String {
    let id = sha256(&[&borsh::to_vec(link).unwrap_or_default()]);
    format!("link:{:016x}:{}", link.target.epoch.0, to_hex(&id.0[..16]))
}

fn link_row(link: &VoteLink, signers: &Signers) -> RawRow {
    let payload = borsh::to_vec(&(link, signers)).unwrap_or_default();
    row(link_key(link), &payload)
}

/// The row of the final checkpoint that is never given up.
pub(in crate::node) fn final_row(finalised: Checkpoint) -> RawRow {
    let payload = borsh::to_vec(&finalised).unwrap_or_default();
    row(FINAL_KEY.to_owned(), &payload)
}

/// The row of evidence.
pub(in crate::node) fn evidence_row(evidence: &Evidence) -> RawRow {
    let payload = borsh::to_vec(evidence).unwrap_or_default();
    let charge = evidence.charge().ok();
    let kind = charge.map_or("none", |charge| match charge.offence {
        Offence::DoubleVote => "double_vote",
        Offence::SurroundVote => "surround_vote",
        Offence::TwoBlocks => "two_blocks",
    });
    let guilty = charge.map(|charge| charge.guilty.to_string());
    let key = format!("evidence:{}:{kind}", guilty.unwrap_or_default());
    row(key, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Chain;
    use crate::consensus::finality::{CheckedVote, Vote};
    use crate::testkit::{Grower, key, params};

    fn checkpoint(chain: &Chain, epoch: u64) -> Checkpoint {
        let epoch = Epoch(epoch);
        let id = chain.at(epoch.height()).unwrap();
        Checkpoint { epoch, id }
    }

    fn vote(chain: &Chain, name: &str, source: u64, target: u64) -> SignedVote {
        let link = VoteLink {
            source: checkpoint(chain, source),
            target: checkpoint(chain, target),
        };
        let chain_id = chain.chain_id();
        Vote { chain_id, link }.sign(&key(name))
    }

    fn grown() -> (Chain, Ballots) {
        let mut grower = Grower::new(params());
        grower.grow("one", 26);
        let chain = grower.chain;
        let mut ballots = Ballots::new(chain.chain_id());
        for (source, target) in [(0, 1), (1, 2), (2, 3)] {
            for name in ["poa-1", "poa-2"] {
                let vote = vote(&chain, name, source, target);
                let checked = CheckedVote::check(vote, &chain.chain_id()).unwrap();
                ballots.votes.add(&checked, &chain).unwrap();
            }
        }
        (chain, ballots)
    }

    #[test]
    fn what_binds_a_signer_most_is_its_highest_source_and_its_highest_target() {
        let (chain, _) = grown();
        let vote = |source, target| vote(&chain, "poa-1", source, target);
        assert_eq!(Ballots::binding(vec![vote(0, 1), vote(1, 2)]), [vote(1, 2)]);
        // Signed after a loss: the last votes alone do not tell of the source.
        let votes = vec![vote(1, 2), vote(0, 2), vote(0, 3)];
        assert_eq!(Ballots::binding(votes), [vote(1, 2), vote(0, 3)]);
        assert!(Ballots::binding(Vec::new()).is_empty());
    }

    #[test]
    fn the_way_to_a_source_that_was_not_named_is_part_of_the_proof() {
        let (chain, mut ballots) = grown();
        let links = [(0, 1), (1, 2), (2, 3)].map(|(source, target)| VoteLink {
            source: checkpoint(&chain, source),
            target: checkpoint(&chain, target),
        });
        ballots.votes.certify_all(&links);
        let proof = |named: &[Checkpoint]| -> Vec<VoteLink> {
            let proof = ballots.proof(Epoch(2), named);
            proof.map(|(link, _)| *link).collect()
        };
        assert_eq!(proof(&[checkpoint(&chain, 2)]), links[2..]);
        // Whoever holds another checkpoint of epoch 2 for justified.
        let other = Checkpoint {
            epoch: Epoch(2),
            id: BlockHash([7; 32]),
        };
        assert_eq!(proof(&[other, checkpoint(&chain, 1)]), links[1..]);
        assert_eq!(proof(&[other, checkpoint(&chain, 0)]), links);
    }

    fn snapshot(rows: Vec<RawRow>) -> Snapshot {
        Snapshot {
            finality: rows,
            ..Snapshot::default()
        }
    }

    #[test]
    fn what_is_stored_decides_the_same_and_a_changed_row_is_left_out() {
        let (chain, mut ballots) = grown();
        let decided = ballots.view(&chain);
        assert_eq!(decided.last_final(), checkpoint(&chain, 2));
        ballots.advance(&decided);
        let written = ballots.take_rows().into_iter();
        let mut rows: Vec<RawRow> = written.filter_map(|(_, row)| row).collect();
        rows.push(final_row(decided.last_final()));
        assert_eq!(rows.len(), 4);
        assert!(ballots.take_rows().is_empty(), "each is written once");
        let mut all = ballots.all_rows();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(all, rows);
        let again = Ballots::restore(chain.chain_id(), &snapshot(rows.clone()));
        let view = again.view(&chain);
        assert_eq!(
            (view.last_final(), view.highest_justified()),
            (decided.last_final(), decided.highest_justified())
        );
        for at in 0..rows.len() {
            let mut spoilt = rows.clone();
            spoilt[at].raw[3] ^= 1;
            let view = Ballots::restore(chain.chain_id(), &snapshot(spoilt)).view(&chain);
            assert!(view.highest_justified() <= decided.highest_justified());
        }
    }

    #[test]
    fn all_certificates_of_a_ledger_are_passed_on_and_a_lost_one_is_a_gap() {
        let (chain, mut ballots) = grown();
        let decided = ballots.view(&chain);
        ballots.advance(&decided);
        let rows = ballots.all_rows();
        let restored = |rows: Vec<RawRow>| {
            let mut again = Ballots::restore(chain.chain_id(), &snapshot(rows));
            again.look_for_gap(&chain);
            again
        };
        let whole = restored(rows.clone());
        assert_eq!(whole.gap(), None);
        assert_eq!(whole.proof(Epoch(0), &[]).count(), 3);
        let first = rows.iter().position(|row| {
            let id = format!("link:{:016x}", 1);
            row.key.starts_with(&id)
        });
        let mut spoilt = rows;
        spoilt.remove(first.unwrap());
        let mut again = restored(spoilt);
        let genesis = Checkpoint::genesis(chain.chain_id());
        assert_eq!(again.gap(), Some(&BTreeSet::from([genesis])));
        assert_eq!(again.proof(Epoch(0), &[]).count(), 2, "those that it has");
        // The votes for the lost link come again.
        for name in ["poa-1", "poa-2"] {
            let vote = CheckedVote::check(vote(&chain, name, 0, 1), &chain.chain_id());
            again.votes.add(&vote.unwrap(), &chain).unwrap();
        }
        again.look_for_gap(&chain);
        assert_eq!(again.gap(), None);
    }

    #[test]
    fn a_final_checkpoint_that_the_tree_lost_is_final_again_when_it_comes() {
        let (chain, mut ballots) = grown();
        let decided = ballots.view(&chain);
        ballots.advance(&decided);
        let again = Ballots::restore(chain.chain_id(), &snapshot(ballots.all_rows()));
        let short = Grower::new(params()).chain;
        let genesis = Checkpoint::genesis(chain.chain_id());
        assert_eq!(again.view(&short).last_final(), genesis);
        assert_eq!(again.view(&chain).last_final(), decided.last_final());
    }

    #[test]
    fn a_newcomer_gets_the_way_to_what_is_justified_and_the_votes_after_it() {
        let (mut chain, mut ballots) = grown();
        let decided = ballots.view(&chain);
        ballots.advance(&decided);
        assert_eq!(ballots.proof(Epoch(0), &[]).count(), 3);
        assert_eq!(ballots.proof(Epoch(2), &[checkpoint(&chain, 2)]).count(), 1);
        assert_eq!(ballots.proof(Epoch(3), &[]).count(), 0);
        chain.follow(decided);
        assert_eq!(ballots.open(chain.decided(), &chain), []);
        let none = Ballots::digest(&[]);
        let mut grower = Grower {
            chain,
            cache: Default::default(),
        };
        grower.grow("one", 16);
        let chain = grower.chain;
        let [first, last] = [4, 5].map(|target| vote(&chain, "poa-2", 3, target));
        for vote in [last, first] {
            let checked = CheckedVote::check(vote, &chain.chain_id()).unwrap();
            ballots.votes.add(&checked, &chain).unwrap();
        }
        let open = ballots.open(chain.decided(), &chain);
        assert_eq!(open, [first, last]);
        assert_ne!(Ballots::digest(&open), none);
        let mut many = vec![first; MAX_VOTES + 3];
        many.push(last);
        let latest = Ballots::latest(many);
        assert_eq!((latest.len(), latest.last()), (MAX_VOTES, Some(&last)));
    }
}
