//! Every set of votes of four authorities over two branches of four epochs, against a naive reading
//! of the definitions.
//!
//! What is covered. The votes decide by the set of confirmed links alone, and each link is
//! confirmed or not by its own signers. So all 2^80 sets of votes (20 links, 4 authorities) are
//! covered by
//!
//! * all 2^4 sets of signers of a link, for each link: confirmed exactly by three or more;
//! * all 2^20 sets of confirmed links where the branches part at genesis, 2^19, 2^17 and 2^14 where
//!   they part in a later epoch: justified and final checkpoints, the highest justified one, the
//!   last final one and the alarms are those of the naive reading; one more link never takes
//!   anything back; and where two final checkpoints conflict, two confirmed links are an offence,
//!   of at least 2q - n = 2 of the authorities, as each has three. Of two sets that are mirror
//!   images (A and B exchanged) one is evaluated.
//!
//! The order of arrival cannot matter beyond the bound of two votes for an epoch, as the evaluation
//! starts from the set each time; the tests of `votes.rs` run that bound through in every order,
//! and offences in every order of two votes.

use std::collections::{BTreeMap, BTreeSet};

use super::testing::Fork;
use super::{Alarm, Base, Blocks, Checkpoint, Evidence, Signers, View, VoteLink};

/// A tree in numbers: checkpoints and links are bits.
struct Table {
    fork: Fork,
    checkpoints: Vec<Checkpoint>,
    links: Vec<VoteLink>,
    /// For each link the numbers of source and target.
    ends: Vec<(usize, usize)>,
    /// For each checkpoint those that are its descendants, itself included.
    above: Vec<u16>,
    /// For each link the links that are an offence together with it.
    offences: Vec<u32>,
}

/// What a set of confirmed links leads to, as bits over the checkpoints.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Verdict {
    justified: u16,
    finalised: u16,
}

impl Table {
    fn new(shared: u64) -> Self {
        let fork = Fork::new(4, shared, 4);
        let (checkpoints, links) = (fork.checkpoints(), fork.links());
        let number = |one: &Checkpoint| checkpoints.iter().position(|it| it == one).unwrap();
        let ends = links
            .iter()
            .map(|link| (number(&link.source), number(&link.target)))
            .collect();
        let bits = |is: &dyn Fn(&Checkpoint) -> bool| {
            let set = checkpoints.iter().enumerate().filter(|(_, one)| is(one));
            set.fold(0, |bits, (at, _)| bits | 1 << at)
        };
        let above = checkpoints
            .iter()
            .map(|low| bits(&|high| fork.descends(&high.id, &low.id)))
            .collect();
        let offend = |one: &VoteLink, other: &VoteLink| {
            let double = one != other && one.target.epoch == other.target.epoch;
            let around = |one: &VoteLink, other: &VoteLink| {
                one.source.epoch < other.source.epoch && other.target.epoch < one.target.epoch
            };
            double || around(one, other) || around(other, one)
        };
        let offences = links
            .iter()
            .map(|one| {
                let set = links
                    .iter()
                    .enumerate()
                    .filter(|(_, other)| offend(one, other));
                set.fold(0, |bits, (at, _)| bits | 1 << at)
            })
            .collect();
        Self {
            fork,
            checkpoints,
            links,
            ends,
            above,
            offences,
        }
    }

    /// The definitions, sentence by sentence.
    fn naive(&self, confirmed: u32) -> Verdict {
        let is_confirmed = |at: usize| confirmed >> at & 1 == 1;
        let mut justified = 1;
        for _ in &self.checkpoints {
            for (at, (source, target)) in self.ends.iter().enumerate() {
                if is_confirmed(at) && justified >> source & 1 == 1 {
                    justified |= 1 << target;
                }
            }
        }
        let mut finalised = 1;
        for (at, (source, _)) in self.ends.iter().enumerate() {
            let link = &self.links[at];
            let next = link.source.epoch.0 + 1 == link.target.epoch.0;
            if is_confirmed(at) && next && justified >> source & 1 == 1 {
                finalised |= 1 << source;
            }
        }
        Verdict {
            justified,
            finalised,
        }
    }

    fn conflict(&self, one: usize, other: usize) -> bool {
        let on_line = |low: usize, high: usize| self.above[low] >> high & 1 == 1;
        !on_line(one, other) && !on_line(other, one)
    }

    fn members(&self, bits: u16) -> Vec<usize> {
        (0..self.checkpoints.len())
            .filter(|at| bits >> at & 1 == 1)
            .collect()
    }

    fn bits(&self, set: &BTreeSet<Checkpoint>) -> u16 {
        let all = self.checkpoints.iter().enumerate();
        all.filter(|(_, one)| set.contains(one))
            .fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// The set of links with the branches exchanged.
    fn mirrored(&self, mirror: &[usize], links: u32) -> u32 {
        let set = (0..self.links.len()).filter(|at| links >> at & 1 == 1);
        set.fold(0, |bits, at| bits | 1 << mirror[at])
    }

    fn mirror(&self) -> Vec<usize> {
        let swap = |one: &Checkpoint| {
            let (a, b) = (self.fork.a(one.epoch.0), self.fork.b(one.epoch.0));
            if *one == a { b } else { a }
        };
        let swapped = |link: &VoteLink| VoteLink {
            source: swap(&link.source),
            target: swap(&link.target),
        };
        let number = |link: VoteLink| self.links.iter().position(|it| *it == link).unwrap();
        self.links
            .iter()
            .map(|link| number(swapped(link)))
            .collect()
    }

    fn check(&self, confirmed: u32, votes: &BTreeMap<VoteLink, Signers>, expected: Verdict) {
        let base = Base::genesis(self.fork.chain_id());
        let view = View::of(&base, &self.fork, votes);
        let found = Verdict {
            justified: self.bits(view.justified()),
            finalised: self.bits(view.finalised()),
        };
        assert_eq!(found, expected, "{confirmed:b}");
        self.check_choice(&view, expected);
        let finals = self.members(expected.finalised);
        let conflict = finals
            .iter()
            .any(|one| finals.iter().any(|other| self.conflict(*one, *other)));
        let alarm = |is: fn(&Alarm) -> bool| view.alarms().iter().any(is);
        assert_eq!(alarm(|one| matches!(one, Alarm::TwoFinal(..))), conflict);
        let epochs = |at: &usize| self.checkpoints[*at].epoch;
        let justified = self.members(expected.justified);
        let twice = justified
            .windows(2)
            .any(|two| epochs(&two[0]) == epochs(&two[1]));
        assert_eq!(alarm(|one| matches!(one, Alarm::TwoJustified(..))), twice);
        let offends = |at: usize| confirmed >> at & 1 == 1 && confirmed & self.offences[at] != 0;
        if conflict || twice {
            assert!(
                (0..self.links.len()).any(offends),
                "{confirmed:b}: nobody is guilty"
            );
        }
    }

    /// The last final checkpoint is the top of a line of final ones, taking the smaller id where
    /// the line parts; the highest justified one is the smallest of the highest epoch above it.
    fn check_choice(&self, view: &View, verdict: Verdict) {
        let mut last = 0;
        for at in self.members(verdict.finalised) {
            if self.above[last] >> at & 1 == 1 {
                last = at;
            }
        }
        assert_eq!(view.last_final(), self.checkpoints[last]);
        let above = self.members(verdict.justified & self.above[last]);
        let top = above.iter().map(|at| self.checkpoints[*at].epoch).max();
        let highest = above
            .iter()
            .map(|at| self.checkpoints[*at])
            .find(|one| Some(one.epoch) == top);
        assert_eq!(Some(view.highest_justified()), highest);
    }
}

#[test]
fn each_link_is_confirmed_by_three_of_four_and_by_no_fewer() {
    let table = Table::new(0);
    let base = Base::genesis(table.fork.chain_id());
    for target in [1, 2, 3, 4].map(|epoch| table.fork.a(epoch)) {
        let link = VoteLink {
            source: table.fork.genesis(),
            target,
        };
        for signers in 0_u32..16 {
            let numbers: Vec<usize> = (0..4).filter(|one| signers >> one & 1 == 1).collect();
            let votes = BTreeMap::from([(link, table.fork.signers(link, &numbers))]);
            let view = View::of(&base, &table.fork, &votes);
            assert_eq!(
                view.justified().contains(&target),
                signers.count_ones() >= 3
            );
        }
    }
}

#[test]
fn the_table_of_offences_is_that_of_the_evidence() {
    let table = Table::new(0);
    for (at, one) in table.links.iter().enumerate() {
        for (number, other) in table.links.iter().enumerate() {
            let vote = |link: &VoteLink| table.fork.vote(0, link.source, link.target);
            let evidence = Evidence::of_votes(vote(one), vote(other));
            let expected = table.offences[at] >> number & 1 == 1;
            assert_eq!(evidence.is_some(), expected, "{one:?} {other:?}");
        }
    }
}

#[test]
fn every_set_of_confirmed_links_over_two_branches_has_the_verdict_of_the_definitions() {
    let mut total = 0_usize;
    for (shared, expected) in [(0, 20), (1, 19), (2, 17), (3, 14)] {
        let table = Table::new(shared);
        assert_eq!(table.links.len(), expected);
        let mirror = table.mirror();
        let signed: Vec<Signers> = table
            .links
            .iter()
            .map(|link| table.fork.signers(*link, &[0, 1, 3]))
            .collect();
        let mut verdicts = vec![Verdict::default(); 1 << expected];
        let mut votes = BTreeMap::new();
        let mut confirmed = 0_u32;
        // In the order of Gray's code one link comes or goes at a time.
        for step in 1..=1_u32 << expected {
            verdicts[usize::try_from(confirmed).unwrap()] = table.naive(confirmed);
            if confirmed <= table.mirrored(&mirror, confirmed) {
                table.check(confirmed, &votes, table.naive(confirmed));
                total += 1;
            }
            let at = usize::try_from(step.trailing_zeros()).unwrap() % expected;
            confirmed ^= 1 << at;
            let link = table.links[at];
            if votes.remove(&link).is_none() {
                votes.insert(link, signed[at].clone());
            }
        }
        for (links, more) in
            (0..verdicts.len()).flat_map(|it| (0..expected).map(move |at| (it, it | 1 << at)))
        {
            let (fewer, more) = (verdicts[links], verdicts[more]);
            assert_eq!(fewer.justified & !more.justified, 0);
            assert_eq!(fewer.finalised & !more.finalised, 0);
        }
    }
    assert!(total > 860_000, "{total} sets of links");
}
