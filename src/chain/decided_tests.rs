//! Votes and the tree: what they justify is never left, whatever weighs more, and the head follows
//! from blocks and votes alone.

use std::collections::{BTreeMap, BTreeSet};

use super::choice::winner;
use super::tests::{restoring, snapshot};
use super::*;
use crate::consensus::finality::{
    Blocks as _, Checkpoint, Epoch, Signers, Standing, Vote, VoteLink,
};
use crate::primitives::{Address, ParamsChange, SplitMix64};
use crate::testkit::{Grower, key, params};

type Votes = BTreeMap<VoteLink, Signers>;

/// Two branches that share `shared` blocks: the first with `ours` more, the second with `theirs`.
fn fork(shared: usize, ours: usize, theirs: usize) -> (Grower, Vec<Block>, [BlockHash; 2]) {
    let branch = |miner: &str, count: usize| {
        let mut grower = Grower::new(params());
        grower.grow("shared", shared);
        grower.grow(miner, count);
        grower
    };
    let (mut first, second) = (branch("ours", ours), branch("theirs", theirs));
    let tips = [first.chain.head(), second.chain.head()];
    let mut blocks: Vec<Block> = second.chain.blocks().map(Rc::unwrap_or_clone).collect();
    blocks.sort_by_key(|block| block.header.height);
    for block in blocks {
        first.import(block).unwrap();
    }
    let blocks = Chain::in_order(first.chain.blocks().map(Rc::unwrap_or_clone));
    (first, blocks, tips)
}

fn checkpoint(chain: &Chain, tip: BlockHash, epoch: u64) -> Checkpoint {
    let epoch = Epoch(epoch);
    let id = chain.ancestor(&tip, epoch.height()).unwrap();
    Checkpoint { epoch, id }
}

/// A link between two checkpoints of the branch of a tip, signed by both authorities.
fn link(chain: &Chain, tip: BlockHash, (source, target): (u64, u64)) -> (VoteLink, Signers) {
    let [source, target] = [source, target].map(|epoch| checkpoint(chain, tip, epoch));
    let link = VoteLink { source, target };
    let chain_id = chain.chain_id();
    let sign = |name| Vote { chain_id, link }.sign(&key(name));
    let signers = ["poa-1", "poa-2"].map(sign);
    (
        link,
        signers
            .map(|it| (it.signer, it.signature))
            .into_iter()
            .collect(),
    )
}

fn decide(chain: &mut Chain, base: &Base, votes: &Votes) -> Option<HeadChange> {
    let view = View::of(base, chain, votes);
    chain.follow(view)
}

#[test]
fn a_justified_checkpoint_is_followed_to_a_lighter_branch_and_nothing_heavier_leads_away() {
    let (mut grower, _, [ours, theirs]) = fork(4, 30, 14);
    assert_eq!(grower.chain.head(), ours);
    let base = Base::genesis(grower.chain.chain_id());
    let mut votes = Votes::from([link(&grower.chain, theirs, (0, 1))]);
    let change = decide(&mut grower.chain, &base, &votes).unwrap();
    assert_eq!((change.reverted.len(), change.applied.len()), (30, 14));
    assert_eq!(grower.chain.head(), theirs);
    let first = checkpoint(&grower.chain, theirs, 1).id;
    assert_eq!(grower.chain.standing(&first), Standing::Justified);
    votes.extend([link(&grower.chain, theirs, (1, 2))]);
    assert_eq!(decide(&mut grower.chain, &base, &votes), None);
    assert_eq!(grower.chain.standing(&first), Standing::Final);
    assert_eq!(grower.chain.standing(&theirs), Standing::Plain);
    let before = grower.chain.head();
    let heavy = Grower::new(params()).grow("heavy", 1);
    let mut heavier = Grower::new(params());
    heavier.grow("heavy", 60);
    for block in Chain::in_order(heavier.chain.blocks().map(Rc::unwrap_or_clone)) {
        assert!(matches!(
            grower.import(block),
            Ok(Import::SideChain | Import::AlreadyKnown)
        ));
    }
    assert!(grower.chain.contains(&heavy[0]));
    assert_eq!(grower.chain.head(), before);
    grower.grow("ours", 1);
    assert!(
        grower.chain.standing(&before) == Standing::Plain,
        "above the final block everything goes on by weight"
    );
}

#[test]
fn what_was_final_here_stays_whatever_else_becomes_final() {
    let (mut grower, _, [ours, theirs]) = fork(4, 20, 30);
    let genesis = Base::genesis(grower.chain.chain_id());
    let mut votes = Votes::from([(0, 1), (1, 2)].map(|ends| link(&grower.chain, ours, ends)));
    decide(&mut grower.chain, &genesis, &votes);
    let base = grower.chain.decided().base(Epoch(0));
    assert_eq!(base.finalised(), checkpoint(&grower.chain, ours, 1));
    votes.extend([(0, 1), (1, 2), (2, 3)].map(|ends| link(&grower.chain, theirs, ends)));
    decide(&mut grower.chain, &base, &votes);
    assert_eq!(grower.chain.head(), ours);
    assert!(!grower.chain.decided().alarms().is_empty());
}

#[test]
fn a_tree_that_is_restored_with_its_votes_has_the_head_that_it_had() {
    let (mut grower, _, [ours, theirs]) = fork(4, 30, 14);
    let base = Base::genesis(grower.chain.chain_id());
    let votes = Votes::from([link(&grower.chain, theirs, (0, 1))]);
    decide(&mut grower.chain, &base, &votes);
    let chain = &grower.chain;
    let restored = |votes: &Votes| {
        let (blocks, head) = (snapshot(chain), chain.head());
        let state = chain.head_state().clone();
        restoring(Rc::clone(chain.params()), blocks)?
            .finish((head, state), |chain| View::of(&base, chain, votes))
    };
    let again = restored(&votes).unwrap();
    assert_eq!((again.head(), again.decided()), (theirs, chain.decided()));
    let without = restored(&Votes::new()).unwrap_err();
    let (expected, found) = (ours, theirs);
    assert_eq!(without, RestoreError::Head { expected, found });
}

/// The head by the definitions: of the blocks with the highest justified checkpoint below them the
/// heaviest, of several the one that the tie rule picks.
fn naive(blocks: &BTreeMap<BlockHash, Block>, genesis: BlockHash, links: &[VoteLink]) -> BlockHash {
    let below = |tip: BlockHash| {
        let mut path = vec![tip];
        let mut at = tip;
        while let Some(block) = blocks.get(&at) {
            at = block.header.parent;
            path.push(at);
        }
        path
    };
    let mut justified = BTreeSet::from([Checkpoint::genesis(genesis)]);
    // As many rounds as there are links are enough for every order.
    for _ in links {
        for link in links {
            let path = below(link.target.id);
            if justified.contains(&link.source) && path.contains(&link.source.id) {
                justified.insert(link.target);
            }
        }
    }
    let epoch = justified.iter().map(|one| one.epoch).max().unwrap();
    let root = *justified.iter().find(|one| one.epoch == epoch).unwrap();
    let weight = |tip: BlockHash| -> u64 {
        let path = below(tip);
        let known = path.iter().filter_map(|id| blocks.get(id));
        known.map(|block| block.header.difficulty.0).sum()
    };
    let tips = blocks.keys().copied().chain([genesis]);
    let able: Vec<BlockHash> = tips.filter(|tip| below(*tip).contains(&root.id)).collect();
    let most = able.iter().map(|tip| weight(*tip)).max().unwrap();
    let tied: Vec<BlockHash> = able
        .into_iter()
        .filter(|tip| weight(*tip) == most)
        .collect();
    winner(&tied)
}

#[test]
fn the_head_is_a_function_of_blocks_and_votes_whatever_their_order() {
    let mut moved = 0;
    for seed in 0..40 {
        let mut chance = SplitMix64::new(seed);
        let mut length = || 9 + chance.index(10);
        let (grower, blocks, tips) = fork(3, length(), length());
        let genesis = grower.chain.chain_id();
        let by_id: BTreeMap<BlockHash, Block> = blocks
            .iter()
            .filter(|block| block.header.height.0 > 0)
            .map(|block| (block.id(), block.clone()))
            .collect();
        let ends = [(0, 1), (1, 2), (0, 2)];
        let all = tips.iter().flat_map(|tip| ends.map(|ends| (*tip, ends)));
        let possible = all.filter(|(tip, (_, to))| {
            let height = grower.chain.get(tip).unwrap().block.header.height;
            height >= Epoch(*to).height()
        });
        let possible: Vec<_> = possible.collect();
        let chosen: Vec<_> = possible.iter().filter(|_| chance.index(3) == 0).collect();
        let votes: Votes = chosen
            .iter()
            .map(|(tip, ends)| link(&grower.chain, *tip, *ends))
            .collect();
        let links: Vec<VoteLink> = votes.keys().copied().collect();
        let expected = naive(&by_id, genesis, &links);
        moved += usize::from(expected != grower.chain.head());
        // Votes come before blocks, between them and after them; a block only after its parent.
        for _ in 0..3 {
            let mut fresh = Grower::new(params());
            let mut arrived = Votes::new();
            let base = Base::genesis(genesis);
            let mut waiting: Vec<_> = votes.iter().collect();
            for block in &blocks {
                let _ = fresh.import(block.clone()).unwrap();
                if !waiting.is_empty() && chance.index(4) == 0 {
                    let (link, signers) = waiting.swap_remove(chance.index(waiting.len()));
                    arrived.insert(*link, signers.clone());
                }
                decide(&mut fresh.chain, &base, &arrived);
            }
            decide(&mut fresh.chain, &base, &votes);
            // Where more than two thirds contradict themselves, the final block seen first counts.
            if fresh.chain.decided().alarms().is_empty() {
                assert_eq!(fresh.chain.head(), expected, "seed {seed}");
            }
        }
    }
    assert!(moved > 5, "votes moved the head {moved} times");
}

#[test]
fn a_change_of_the_authorities_is_known_to_the_blocks_above_it() {
    let mut grower = Grower::new(params());
    grower.grow("one", 9);
    let [first, second, third] = ["poa-1", "poa-2", "poa-3"].map(|name| key(name).address());
    let mut announce = |authorities: Vec<Address>, nonce| {
        let change = ParamsChange {
            authorities: Some(authorities),
            ..ParamsChange::default()
        };
        let order = grower.order("operator", nonce, change);
        let block = grower.work_block("one", 1_000, vec![order]);
        grower.import(block).unwrap();
        grower.grow("one", 7);
        grower.chain.best_sets()
    };
    let turned = announce(vec![second, first], 0);
    assert_eq!(turned.changes(), [], "another order of turns is no change");
    let grown = announce(vec![first, second, third], 1);
    let [change] = grown.changes() else {
        panic!("one change, found {:?}", grown.changes())
    };
    assert_eq!((change.height, change.lost.len()), (Height(23), 0));
    assert_eq!(grown.latest(), [first, second, third]);
    let cut = announce(vec![first, second], 2);
    assert_eq!(cut.changes()[1].lost, [third]);
    let replaced = announce(vec![third], 3);
    assert_eq!(
        replaced.changes()[2].lost,
        [],
        "somebody must be left to agree"
    );
}
