//! What the votes have decided: justified and final checkpoints, and the alarms.
//!
//! * A link is **confirmed** when two thirds of each set that counts signed it
//!   ([`Sets`](super::Sets)).
//! * A checkpoint is **justified** when it is genesis or the target of a confirmed link from a
//!   justified one.
//! * It is **final** when it is genesis, or justified with a confirmed link to a checkpoint of the
//!   next epoch; its ancestors are final with it.
//!
//! All of it is the least fixpoint of these sentences over a set of blocks and a set of votes,
//! computed from them alone: the order of arrival cannot matter, and more votes only add to it. The
//! one thing that belongs to a node itself is the [`Base`]: the final checkpoint that it never
//! gives up.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::{Blocks, Checkpoint, Epoch, Signers, VoteLink};
use crate::primitives::BlockHash;

/// Where a node begins to count: what it holds for final and never gives up, and what was justified
/// when it forgot the votes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    finalised: Checkpoint,
    justified: BTreeSet<Checkpoint>,
}

/// Proof that a third of the authorities is guilty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Two checkpoints of one epoch are justified.
    TwoJustified(Checkpoint, Checkpoint),
    /// Two checkpoints are final of which neither is an ancestor of the other: the node's own, then
    /// the other.
    TwoFinal(Checkpoint, Checkpoint),
}

/// How far the votes have decided a block, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Weight alone holds it: a heavier branch may replace it.
    Plain,
    /// The highest justified checkpoint is above it, or it.
    Justified,
    /// The last final checkpoint is above it, or it: it is never given up.
    Final,
}

/// What a set of votes has decided over a set of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    justified: BTreeSet<Checkpoint>,
    finalised: BTreeSet<Checkpoint>,
    confirmed: BTreeSet<VoteLink>,
    last_final: Checkpoint,
    highest: Checkpoint,
    alarms: BTreeSet<Alarm>,
}

impl Base {
    /// Of a node that holds nothing but the genesis block for final.
    #[must_use]
    pub fn genesis(chain_id: BlockHash) -> Self {
        let genesis = Checkpoint::genesis(chain_id);
        Self {
            finalised: genesis,
            justified: BTreeSet::from([genesis]),
        }
    }

    /// Of a node that starts again and held this checkpoint for final: it counts all votes anew,
    /// and never gives that up.
    #[must_use]
    pub fn restored(chain_id: BlockHash, finalised: Checkpoint) -> Self {
        let mut base = Self::genesis(chain_id);
        base.finalised = finalised;
        base.justified.insert(finalised);
        base
    }

    /// The final checkpoint that this node never gives up.
    #[must_use]
    pub const fn finalised(&self) -> Checkpoint {
        self.finalised
    }

    /// Epoch of the lowest checkpoint from which links still count.
    #[must_use]
    pub fn lowest(&self) -> Epoch {
        self.justified
            .first()
            .map_or(self.finalised.epoch, |one| one.epoch)
    }
}

impl View {
    /// What is decided without any vote: the base alone.
    #[must_use]
    pub fn without_votes(base: &Base) -> Self {
        Self {
            justified: base.justified.clone(),
            finalised: BTreeSet::from([base.finalised]),
            confirmed: BTreeSet::new(),
            last_final: base.finalised,
            highest: base.finalised,
            alarms: BTreeSet::new(),
        }
    }

    /// The least fixpoint over `votes`, from `base` on.
    #[must_use]
    pub fn of(base: &Base, blocks: &impl Blocks, votes: &BTreeMap<VoteLink, Signers>) -> Self {
        let mut view = Self::without_votes(base);
        // Links come by source, so those into a checkpoint before those out of it: one pass settles
        // all but the demands that a new final checkpoint drops. Those from below the base count
        // for nothing and are not looked at.
        let least = Checkpoint {
            epoch: base.lowest(),
            id: BlockHash::ZERO,
        };
        let least = VoteLink {
            source: least,
            target: least,
        };
        #[cfg(feature = "mutants")]
        let by_target = by_target(votes);
        #[cfg(feature = "mutants")]
        let votes = by_target.as_ref().unwrap_or(votes);
        let mut open: Vec<(&VoteLink, &Signers)> = votes.range(least..).collect();
        loop {
            let before = open.len();
            open.retain(|(link, signers)| !view.confirm(link, signers, blocks));
            if open.len() == before {
                break;
            }
        }
        view.conclude(blocks);
        view
    }

    /// Counts a link if it is confirmed from a justified source.
    fn confirm(&mut self, link: &VoteLink, signers: &Signers, blocks: &impl Blocks) -> bool {
        let VoteLink { source, target } = *link;
        if !self.justified.contains(&source) {
            return false;
        }
        let Some(sets) = blocks.sets(&target.id) else {
            return false;
        };
        let known = sets.changes().iter();
        let settled = known
            .take_while(|change| change.height <= source.height())
            .take_while(|change| self.is_final_block(&change.block, blocks))
            .count();
        if !sets.agree(settled, |one| signers.contains(one))
            || link.check_form().is_err()
            || link.check_position(blocks).is_err()
        {
            return false;
        }
        self.confirmed.insert(*link);
        self.justified.insert(target);
        if link.finalises() {
            self.finalised.insert(source);
        }
        true
    }

    fn is_final_block(&self, id: &BlockHash, blocks: &impl Blocks) -> bool {
        self.finalised
            .iter()
            .rev()
            .any(|one| blocks.descends(&one.id, id))
    }

    /// Chooses among what is justified and final, and looks for contradictions.
    fn conclude(&mut self, blocks: &impl Blocks) {
        for one in &self.finalised {
            if one.epoch > self.last_final.epoch && blocks.descends(&one.id, &self.last_final.id) {
                self.last_final = *one;
            }
        }
        let last_final = self.last_final;
        self.highest = last_final;
        for one in &self.justified {
            // Of one epoch the smaller id, which comes first.
            if one.epoch > self.highest.epoch && blocks.descends(&one.id, &last_final.id) {
                self.highest = *one;
            }
        }
        for (one, next) in self.justified.iter().zip(self.justified.iter().skip(1)) {
            if one.epoch == next.epoch {
                self.alarms.insert(Alarm::TwoJustified(*one, *next));
            }
        }
        for one in &self.finalised {
            let (low, high) = if *one < last_final {
                (one, &last_final)
            } else {
                (&last_final, one)
            };
            if !blocks.descends(&high.id, &low.id) {
                self.alarms.insert(Alarm::TwoFinal(last_final, *one));
            }
        }
    }

    /// The justified checkpoint of the highest epoch on the node's final one; of two the smaller
    /// id. The head is chosen among the leaves above it.
    #[must_use]
    pub const fn highest_justified(&self) -> Checkpoint {
        self.highest
    }

    /// The highest checkpoint that is final here.
    #[must_use]
    pub const fn last_final(&self) -> Checkpoint {
        self.last_final
    }

    /// All justified checkpoints from the base on, on every branch, by epoch and then by id.
    #[must_use]
    pub const fn justified(&self) -> &BTreeSet<Checkpoint> {
        &self.justified
    }

    /// All final checkpoints, without their ancestors.
    #[must_use]
    pub const fn finalised(&self) -> &BTreeSet<Checkpoint> {
        &self.finalised
    }

    /// The links that two thirds confirmed from a justified checkpoint.
    #[must_use]
    pub const fn confirmed(&self) -> &BTreeSet<VoteLink> {
        &self.confirmed
    }

    /// The contradictions, which only guilty authorities can bring about.
    #[must_use]
    pub const fn alarms(&self) -> &BTreeSet<Alarm> {
        &self.alarms
    }

    /// Whether a block may be the head: it is the highest justified checkpoint or one above it.
    pub fn is_eligible(&self, id: &BlockHash, blocks: &impl Blocks) -> bool {
        blocks.descends(id, &self.highest.id)
    }

    /// How far a block is decided: [`Standing::Plain`] also for one that is not known.
    pub fn standing(&self, id: &BlockHash, blocks: &impl Blocks) -> Standing {
        if blocks.descends(&self.last_final.id, id) {
            Standing::Final
        } else if blocks.descends(&self.highest.id, id) {
            Standing::Justified
        } else {
            Standing::Plain
        }
    }

    /// The confirmed links that take somebody from the justified checkpoints up to `known` to all
    /// that this view holds, in an order in which each is understood by what came before.
    pub fn proof(&self, known: Epoch) -> impl Iterator<Item = &VoteLink> {
        self.confirmed.iter().filter(move |link| {
            link.target.epoch > known || (link.source.epoch >= known && link.finalises())
        })
    }

    /// The base to go on from without the votes into epochs below `below`, which must not be above
    /// the final one.
    #[must_use]
    pub fn base(&self, below: Epoch) -> Base {
        let least = Checkpoint {
            epoch: below.min(self.last_final.epoch),
            id: BlockHash::ZERO,
        };
        let from = (Bound::Included(least), Bound::Unbounded);
        Base {
            finalised: self.last_final,
            justified: self.justified.range(from).copied().collect(),
        }
    }
}

/// The votes with those of other sources added up, for the deliberate bug that counts by target
/// alone.
#[cfg(feature = "mutants")]
fn by_target(votes: &BTreeMap<VoteLink, Signers>) -> Option<BTreeMap<VoteLink, Signers>> {
    mutant!(CountByTarget).then(|| {
        let into = |target: Checkpoint| {
            let same = votes.iter().filter(move |(link, _)| link.target == target);
            same.flat_map(|(_, signers)| signers.iter().map(|(who, it)| (*who, *it)))
        };
        let all = votes
            .keys()
            .map(|link| (*link, into(link.target).collect()));
        all.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::testing::Fork;

    type Case<'a> = (Checkpoint, Checkpoint, &'a [usize]);

    fn votes(fork: &Fork, cases: &[Case]) -> BTreeMap<VoteLink, Signers> {
        let case = |(source, target, signers): &Case| {
            let link = VoteLink {
                source: *source,
                target: *target,
            };
            (link, fork.signers(link, signers))
        };
        cases.iter().map(case).collect()
    }

    fn view(fork: &Fork, cases: &[Case]) -> View {
        View::of(&Base::genesis(fork.chain_id()), fork, &votes(fork, cases))
    }

    const ALL: &[usize] = &[0, 1, 2];

    #[test]
    fn without_authorities_nothing_but_genesis_is_final() {
        let fork = Fork::new(0, 0, 4);
        let view = view(&fork, &[(fork.genesis(), fork.a(1), ALL)]);
        assert_eq!(view.last_final(), fork.genesis());
        assert_eq!(view.highest_justified(), fork.genesis());
    }

    #[test]
    fn a_vote_for_a_block_that_is_not_known_counts_when_the_block_comes() {
        let (short, long) = (Fork::new(3, 0, 1), Fork::new(3, 0, 4));
        let cases: [Case; 2] = [
            (long.genesis(), long.a(1), ALL),
            (long.a(1), long.a(2), ALL),
        ];
        assert_eq!(view(&short, &cases).last_final(), long.genesis());
        assert_eq!(view(&long, &cases).last_final(), long.a(1));
    }

    #[test]
    fn a_misplaced_link_counts_for_nothing_though_it_was_kept_before_its_block_came() {
        let fork = Fork::new(3, 0, 4);
        let view = view(
            &fork,
            &[
                (fork.genesis(), fork.a(1), ALL),
                (fork.a(1), fork.b(2), ALL),
            ],
        );
        assert_eq!(view.highest_justified(), fork.a(1));
    }

    #[test]
    fn rule_10_of_the_design_a_change_counts_alone_once_its_block_is_final() {
        let mut fork = Fork::new(3, 0, 6);
        // The block at height 12 names three others; 0 stays.
        fork.change(0, 12, &[0, 3, 4], &[]);
        let (old, new): (&[usize], &[usize]) = (&[1, 2], &[3, 4]);
        let both: &[usize] = &[1, 2, 3, 4];
        let first: Case = (fork.genesis(), fork.a(1), old);
        let highest = |second, third: &[usize]| {
            let cases = [
                first,
                (fork.a(1), fork.a(2), second),
                (fork.a(2), fork.a(3), third),
                (fork.a(3), fork.a(4), new),
            ];
            view(&fork, &cases).highest_justified()
        };
        assert_eq!(highest(old, both), fork.a(1), "the link across needs both");
        assert_eq!(highest(new, both), fork.a(1), "the link across needs both");
        assert_eq!(highest(both, old), fork.a(2), "the change is not final yet");
        assert_eq!(highest(both, new), fork.a(2), "the change is not final yet");
        assert_eq!(highest(both, both), fork.a(4), "final: the new set alone");
    }

    #[test]
    fn a_change_that_is_final_through_the_other_branch_is_final_for_both() {
        let mut fork = Fork::new(3, 2, 6);
        for branch in [0, 1] {
            fork.change(branch, 12, &[0, 3, 4], &[]);
        }
        let both: &[usize] = &[1, 2, 3, 4];
        let cases: [Case; 4] = [
            (fork.genesis(), fork.a(1), &[1, 2]),
            (fork.a(1), fork.a(2), both),
            (fork.a(2), fork.b(4), &[3, 4]),
            (fork.a(2), fork.a(3), both),
        ];
        assert_eq!(view(&fork, &cases[..3]).highest_justified(), fork.a(2));
        assert_eq!(view(&fork, &cases).highest_justified(), fork.b(4));
    }

    #[test]
    fn one_of_two_is_lost_and_declared_so_and_finality_goes_on() {
        let mut fork = Fork::new(2, 0, 6);
        fork.change(0, 12, &[0], &[1]);
        let (source, second): (&[usize], &[usize]) = (&[0, 1], &[0]);
        let cases: [Case; 3] = [
            (fork.genesis(), fork.a(1), source),
            (fork.a(1), fork.a(2), second),
            (fork.a(2), fork.a(3), second),
        ];
        assert_eq!(view(&fork, &cases).last_final(), fork.a(2));
        let plain: [Case; 1] = [(fork.genesis(), fork.b(2), second)];
        assert_eq!(view(&fork, &plain).highest_justified(), fork.genesis());
    }

    #[test]
    fn a_node_never_gives_up_its_final_block_whatever_else_becomes_final() {
        let fork = Fork::new(4, 0, 4);
        let (a, b): (&[usize], &[usize]) = (&[0, 1, 2], &[0, 1, 3]);
        let ours: [Case; 2] = [(fork.genesis(), fork.b(1), b), (fork.b(1), fork.b(2), b)];
        let base = view(&fork, &ours).base(Epoch(0));
        assert_eq!(base.finalised(), fork.b(1));
        let theirs: [Case; 3] = [
            (fork.genesis(), fork.a(1), a),
            (fork.a(1), fork.a(2), a),
            (fork.a(2), fork.a(3), a),
        ];
        let all = votes(&fork, &[&ours[..], &theirs].concat());
        let view = View::of(&base, &fork, &all);
        assert_eq!(view.last_final(), fork.b(1));
        assert_eq!(view.highest_justified(), fork.b(2));
        assert!(view.is_eligible(&fork.block_b(17), &fork));
        assert!(!view.is_eligible(&fork.a(4).id, &fork));
        let alarms = BTreeSet::from([
            Alarm::TwoJustified(fork.a(1), fork.b(1)),
            Alarm::TwoJustified(fork.a(2), fork.b(2)),
            Alarm::TwoFinal(fork.b(1), fork.a(1)),
            Alarm::TwoFinal(fork.b(1), fork.a(2)),
        ]);
        assert_eq!(*view.alarms(), alarms);
    }

    #[test]
    fn standing_goes_from_plain_over_justified_to_final() {
        let fork = Fork::new(3, 1, 4);
        let view = view(
            &fork,
            &[
                (fork.genesis(), fork.b(1), ALL),
                (fork.b(1), fork.b(2), ALL),
            ],
        );
        let standing = |height| view.standing(&fork.block_b(height), &fork);
        assert_eq!([7, 8].map(standing), [Standing::Final; 2]);
        assert_eq!([9, 16].map(standing), [Standing::Justified; 2]);
        assert_eq!(standing(17), Standing::Plain);
        assert_eq!(view.standing(&fork.a(2).id, &fork), Standing::Plain);
    }

    /// A chain on which every epoch but the third is justified.
    fn chain(fork: &Fork) -> BTreeMap<VoteLink, Signers> {
        votes(
            fork,
            &[
                (fork.genesis(), fork.a(1), ALL),
                (fork.a(1), fork.a(2), ALL),
                (fork.a(2), fork.a(4), ALL),
                (fork.a(4), fork.a(5), ALL),
                (fork.a(5), fork.a(6), ALL),
            ],
        )
    }

    #[test]
    fn what_is_forgotten_below_the_final_checkpoint_is_not_missed() {
        let fork = Fork::new(3, 0, 7);
        let mut votes = chain(&fork);
        let whole = View::of(&Base::genesis(fork.chain_id()), &fork, &votes);
        assert_eq!(whole.last_final(), fork.a(5));
        for below in 0..=6 {
            let base = whole.base(Epoch(below));
            votes.retain(|link, _| link.target.epoch >= Epoch(below));
            let view = View::of(&base, &fork, &votes);
            assert_eq!(view.last_final(), whole.last_final());
            assert_eq!(view.highest_justified(), whole.highest_justified());
            assert_eq!(view.alarms(), whole.alarms());
        }
    }

    #[test]
    fn a_newcomer_reaches_the_same_verdict_from_the_proof_alone() {
        let fork = Fork::new(3, 0, 7);
        let votes = chain(&fork);
        let whole = View::of(&Base::genesis(fork.chain_id()), &fork, &votes);
        for known in 0..=6 {
            let earlier = votes
                .iter()
                .filter(|(link, _)| link.target.epoch <= Epoch(known));
            let earlier = earlier.map(|(link, signers)| (*link, signers.clone()));
            let mut theirs: BTreeMap<VoteLink, Signers> = earlier.collect();
            for link in whole.proof(Epoch(known)) {
                theirs.insert(*link, votes[link].clone());
                let view = View::of(&Base::genesis(fork.chain_id()), &fork, &theirs);
                assert!(
                    view.justified().contains(&link.target),
                    "understood at once"
                );
            }
            let view = View::of(&Base::genesis(fork.chain_id()), &fork, &theirs);
            assert_eq!(view, whole);
        }
    }
}
