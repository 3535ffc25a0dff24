//! Properties of sets of votes: who is guilty when finality conflicts, and that neither order nor
//! number can take anything back.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use aurex::consensus::finality::{Alarm, Blocks, Checkpoint, Epoch, Quorum, SignedVote, VoteLink};
use aurex::primitives::Address;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use super::tree::Tree;

/// How many cases each property is shown.
const CASES: u32 = 256;
/// Where chance begins: the same cases in every run.
const SEED: u64 = 0x0F1_7A11;

pub(crate) fn run<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(SEED),
        ..Config::default()
    };
    TestRunner::new(config).run(strategy, test).unwrap();
}

/// A tree that grows by chance: each number picks the parent of the next checkpoint, of those that
/// are not too far below the top.
pub(crate) fn grown(authorities: usize, picks: &[usize]) -> Tree {
    let mut tree = Tree::new(authorities);
    let mut all = vec![tree.genesis];
    for (at, pick) in picks.iter().enumerate() {
        let recent = all.len().min(4);
        let parent = all[all.len() - 1 - pick % recent];
        let name = format!("block {at}");
        all.push(tree.grow(&name, &parent.id, parent.epoch.0 + 1));
    }
    tree
}

/// Sets of votes that conflict often: two groups that overlap vote along two branches, and some
/// votes at random.
fn quarrel(tree: &Tree, sizes: (usize, usize), picks: &[(usize, usize)]) -> Vec<SignedVote> {
    let (count, overlap) = sizes;
    let links = tree.links();
    let tops: Vec<Checkpoint> = tree.checkpoints().into_iter().rev().take(2).collect();
    let mut votes = Vec::new();
    for (side, top) in tops.iter().enumerate() {
        let group = (0..count).filter(|one| *one < overlap || one % 2 == side);
        let on_path: Vec<&VoteLink> = links
            .iter()
            .filter(|link| tree.descends(&top.id, &link.target.id))
            .filter(|link| link.target.epoch.0 == link.source.epoch.0 + 1)
            .collect();
        for signer in group {
            votes.extend(on_path.iter().map(|link| tree.vote(signer, **link)));
        }
    }
    votes.extend(picks.iter().map(|(signer, link)| {
        let link = links[link % links.len()];
        tree.vote(signer % count, link)
    }));
    votes
}

fn quarrels() -> impl Strategy<Value = (Tree, Vec<SignedVote>)> {
    let picks = prop::collection::vec(0_usize..8, 3..8);
    let random = prop::collection::vec((any::<usize>(), any::<usize>()), 0..24);
    (1_usize..9, any::<usize>(), picks, random).prop_map(|(count, overlap, picks, random)| {
        let tree = grown(count, &picks);
        let votes = quarrel(&tree, (count, overlap % (count + 1)), &random);
        (tree, votes)
    })
}

#[test]
fn property_1_and_7_conflicts_prove_at_least_two_quorums_less_all_guilty() {
    let (finals, twice) = (Cell::new(0), Cell::new(0));
    run(&quarrels(), |(tree, votes)| {
        let mut pool = tree.pool();
        for vote in votes {
            let _ = tree.add(&mut pool, vote);
        }
        let view = tree.view(&pool);
        let quorum = Quorum::of(tree.authorities.len());
        let guilty = pool.offences().guilty().len();
        for alarm in view.alarms() {
            let (Alarm::TwoFinal(one, other) | Alarm::TwoJustified(one, other)) = alarm;
            prop_assert!(tree.conflict(one, other));
            prop_assert!(guilty >= quorum.guilty(), "{guilty} guilty");
            prop_assert!(3 * quorum.guilty() >= tree.authorities.len());
            let count = match alarm {
                Alarm::TwoFinal(..) => &finals,
                Alarm::TwoJustified(..) => &twice,
            };
            count.set(count.get() + 1);
        }
        Ok(())
    });
    // Not vacuous: conflicts do come up.
    assert!(
        finals.get() > 10 && twice.get() > 10,
        "{finals:?} {twice:?}"
    );
}

#[test]
fn property_1_holds_across_changes_of_the_authorities() {
    let changes = prop::collection::vec(
        (
            any::<usize>(),
            prop::collection::btree_set(0_usize..6, 1..6),
        ),
        1..4,
    );
    let conflicts = Cell::new(0);
    let random = prop::collection::vec((any::<usize>(), any::<usize>()), 0..12);
    let picks = prop::collection::vec(0_usize..8, 3..8);
    let cases = (picks, changes, any::<usize>(), random);
    run(&cases, |(picks, changes, overlap, random)| {
        let mut tree = grown(3, &picks);
        let all = tree.checkpoints();
        for (at, to) in changes {
            let to: Vec<usize> = to.into_iter().collect();
            tree.change(&all[1 + at % (all.len() - 1)], &to);
        }
        let mut pool = tree.pool();
        for vote in quarrel(&tree, (6, overlap % 7), &random) {
            let _ = tree.add(&mut pool, vote);
        }
        let view = tree.view(&pool);
        let guilty = pool.offences().guilty();
        for alarm in view.alarms() {
            let Alarm::TwoFinal(one, other) = alarm else {
                continue;
            };
            conflicts.set(conflicts.get() + 1);
            // The set that both sides share: that of the last change below the fork.
            let low = one.epoch.min(other.epoch).0;
            let same = |epoch: &u64| {
                let height = Epoch(*epoch).height();
                tree.ancestor(&one.id, height) == tree.ancestor(&other.id, height)
            };
            let fork = (0..=low).rev().find(same).unwrap();
            let fork = tree.ancestor(&one.id, Epoch(fork).height()).unwrap();
            let sets = tree.sets(&fork).unwrap();
            let shared = sets.latest().iter().filter(|one| guilty.contains(*one));
            let quorum = Quorum::of(sets.latest().len());
            prop_assert!(shared.count() >= quorum.guilty());
        }
        Ok(())
    });
    assert!(conflicts.get() > 5, "{conflicts:?}");
}

#[test]
fn property_5_the_order_of_arrival_does_not_matter() {
    let shuffled = quarrels().prop_flat_map(|(tree, votes)| {
        (Just(tree), Just(votes.clone()), Just(votes).prop_shuffle())
    });
    run(&shuffled, |(tree, votes, shuffled)| {
        // Within the bound of two votes for an epoch, beyond which certificates are what brings
        // nodes together.
        let mut kept: BTreeMap<(Address, Epoch), BTreeSet<VoteLink>> = BTreeMap::new();
        for vote in &votes {
            let link = vote.vote.link;
            let into = kept.entry((vote.signer, link.target.epoch)).or_default();
            if into.len() < 2 {
                into.insert(link);
            }
        }
        let is_kept = |vote: &&SignedVote| {
            kept[&(vote.signer, vote.vote.link.target.epoch)].contains(&vote.vote.link)
        };
        let pool = |votes: &[SignedVote]| {
            let mut pool = tree.pool();
            for vote in votes.iter().filter(is_kept) {
                tree.add(&mut pool, *vote).unwrap();
            }
            pool
        };
        let (one, other) = (pool(&votes), pool(&shuffled));
        prop_assert_eq!(tree.view(&one), tree.view(&other));
        prop_assert_eq!(one.links(), other.links());
        prop_assert_eq!(one.offences().guilty(), other.offences().guilty());
        Ok(())
    });
}

#[test]
fn property_6_more_votes_never_take_anything_back() {
    run(&quarrels(), |(tree, votes)| {
        let mut pool = tree.pool();
        let mut before = tree.view(&pool);
        for vote in votes {
            let _ = tree.add(&mut pool, vote);
            let view = tree.view(&pool);
            prop_assert!(view.justified().is_superset(before.justified()));
            prop_assert!(view.finalised().is_superset(before.finalised()));
            prop_assert!(view.alarms().is_empty() || view.alarms().len() >= before.alarms().len());
            before = view;
        }
        Ok(())
    });
}
