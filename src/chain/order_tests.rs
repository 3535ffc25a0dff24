//! What does not depend on the order of arrival: made-up trees of both kinds of block, brought in
//! in many orders; and that a block taken back leaves what was before it.

use std::collections::BTreeMap;

use super::choice::winner;
use super::tests::{restore, snapshot};
use super::*;
use crate::consensus::slots::{leader, slot_at, slot_start};
use crate::primitives::{
    Amount, AssetId, Difficulty, Digest, Millis, ParamsChange, Payload, Slot, SplitMix64,
    Transaction,
};
use crate::testkit::{Grower, key, params};

/// Numbers that look like chance and are the same each time.
struct Chance(SplitMix64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0.index(bound)
    }

    fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
        items
    }
}

/// A tree that holds only the branch down to `tip`.
fn branch(blocks: &BTreeMap<BlockHash, Block>, tip: BlockHash) -> Grower {
    let mut path = Vec::new();
    let mut at = tip;
    while let Some(block) = blocks.get(&at) {
        path.push(block.clone());
        at = block.header.parent;
    }
    let mut grower = Grower::new(params());
    for block in path.into_iter().rev() {
        grower.import(block).unwrap();
    }
    grower
}

/// A valid block on one of these or on genesis: work with a transfer, or that of an authority in
/// one of the next slots.
fn another(chance: &mut Chance, blocks: &BTreeMap<BlockHash, Block>) -> Block {
    let tips: Vec<BlockHash> = blocks.keys().copied().collect();
    let at = chance.below(tips.len() + 1);
    let mut grower = branch(blocks, tips.get(at).copied().unwrap_or(BlockHash::ZERO));
    if chance.below(2) == 0 {
        let nonce = grower
            .chain
            .head_state()
            .account(&key("alice").address())
            .nonce;
        let transfer = grower.transfer("alice", nonce, "bob", 1 + chance.below(3) as u64);
        return grower.work_block(
            ["one", "two"][chance.below(2)],
            250 + chance.below(9_000) as u64,
            vec![transfer],
        );
    }
    let parent = grower.chain.head_header();
    let slot = Slot(slot_at(grower.chain.params(), parent.time).0 + 1 + chance.below(3) as u64);
    let turn = leader(&grower.chain.context().rules.current.authorities, slot);
    let name = ["poa-1", "poa-2"]
        .into_iter()
        .find(|name| turn == Some(key(name).address()))
        .unwrap();
    let time = slot_start(grower.chain.params(), slot).plus(Millis(500));
    grower.authority_block(name, time).unwrap()
}

/// Brings blocks in in this order, those without a parent again until it has come.
fn grown(order: &[Block]) -> Chain {
    let mut grower = Grower::new(params());
    let mut waiting = order.to_vec();
    while !waiting.is_empty() {
        waiting.retain(|block| matches!(grower.import(block.clone()), Ok(Import::Orphan { .. })));
    }
    grower.chain
}

/// What nodes must agree on: the head, the root over the state, and where each transaction is
/// committed.
fn agreed(chain: &Chain) -> (BlockHash, Digest, Vec<(TxId, BlockHash)>) {
    let committed = chain
        .committed
        .keys()
        .map(|id| (*id, chain.block_of(id).unwrap()))
        .collect();
    (chain.head(), chain.head_state().root(), committed)
}

#[test]
fn trees_of_work_and_turns_have_one_head_and_one_state_in_every_order() {
    let (mut kinds, mut ties) = (BTreeMap::new(), 0);
    for seed in 0..24 {
        let mut chance = Chance(SplitMix64::new(seed));
        let mut blocks = BTreeMap::new();
        while blocks.len() < 10 {
            let block = another(&mut chance, &blocks);
            blocks.insert(block.id(), block);
        }
        let all: Vec<Block> = blocks.values().cloned().collect();
        let first = grown(&all);
        let naive = blocks.iter().map(|(id, block)| {
            let mut weight = 0;
            let mut at = Some(block);
            while let Some(block) = at {
                weight += block.header.difficulty.0;
                at = blocks.get(&block.header.parent);
            }
            (weight, *id)
        });
        let weights: Vec<(u64, BlockHash)> = naive.collect();
        let most = weights.iter().map(|(weight, _)| *weight).max();
        let tied = weights.iter().filter(|(weight, _)| Some(*weight) == most);
        let tied: Vec<BlockHash> = tied.map(|(_, id)| *id).collect();
        assert_eq!(first.head(), winner(&tied), "seed {seed}");
        ties += usize::from(tied.len() > 1);
        assert_eq!(first.head_state().root(), first.head_header().state_root);
        *kinds.entry(first.head_header().kind).or_insert(0) += 1;
        for _ in 0..6 {
            assert_eq!(
                agreed(&grown(&chance.shuffled(&all))),
                agreed(&first),
                "seed {seed}"
            );
        }
    }
    assert!(kinds.len() == 2, "heads of both kinds: {kinds:?}");
    assert!(ties > 3, "{ties} ties");
}

#[test]
fn one_more_tied_block_may_bring_another_of_them_back_and_a_restart_finds_the_same_head() {
    let mut turned = 0;
    for seed in 0..16 {
        let mut grower = Grower::new(params());
        let blocks = [1, 2, 3].map(|at| grower.work_block("miner", 1_000 + 10 * seed + at, vec![]));
        let ids = blocks.each_ref().map(Block::id);
        for block in &blocks[..2] {
            grower.import(block.clone()).unwrap();
        }
        let before = winner(&ids[..2]);
        assert_eq!(grower.chain.head(), before);
        let outcome = grower.import(blocks[2].clone()).unwrap();
        let after = winner(&ids);
        assert_eq!(grower.chain.head(), after);
        assert_eq!(
            grower.chain.head_state().root(),
            grower.chain.head_header().state_root
        );
        let expected = if after == before {
            Import::SideChain
        } else {
            Import::Reorganised(HeadChange {
                reverted: vec![before],
                applied: vec![after],
            })
        };
        assert_eq!(outcome, expected);
        turned += usize::from(after != before && after != ids[2]);
        let snapshot = snapshot(&grower.chain);
        let state = grower.chain.head_state().clone();
        let again = restore(Rc::new(params()), snapshot.clone(), after, state.clone());
        assert_eq!(again.unwrap().head(), after);
        let other = ids.into_iter().find(|id| *id != after).unwrap();
        let wrong = restore(Rc::new(params()), snapshot, other, state).unwrap_err();
        assert!(matches!(wrong, RestoreError::Head { expected, .. } if expected == after));
    }
    assert!(
        turned > 0,
        "the third brought back the loser of the first two"
    );
}

/// Transactions of every kind, the last of which changes what the first made.
fn every_kind(grower: &Grower) -> Vec<Transaction> {
    let alice = |nonce, payload| grower.sign("alice", nonce, payload);
    let (symbol, name) = ("GOLD".parse().unwrap(), "Gold".to_owned());
    let creation = alice(
        0,
        Payload::CreateAsset {
            symbol,
            name,
            decimals: 0,
            supply: Amount(100),
        },
    );
    let asset = AssetId(creation.id().0);
    let move_to = |to: &str, amount| Payload::TransferAsset {
        asset,
        to: key(to).address(),
        amount: Amount(amount),
    };
    let change = ParamsChange {
        difficulty: Some(Difficulty(8)),
        ..ParamsChange::default()
    };
    vec![
        creation,
        alice(1, move_to("bob", 40)),
        grower.transfer("alice", 2, "carol", 50),
        grower.sign(
            "carol",
            0,
            Payload::RegisterUser {
                name: "carol".parse().unwrap(),
            },
        ),
        grower.order("operator", 0, change),
        alice(
            3,
            Payload::Message {
                bytes: vec![1],
                to: None,
            },
        ),
        alice(4, move_to("bob", 60)),
    ]
}

#[test]
fn a_block_of_any_kind_of_transaction_taken_back_leaves_the_state_before_it() {
    let all = every_kind(&Grower::new(params()));
    let apart = all.iter().map(|one| vec![one.clone()]).collect();
    for blocks in [vec![all], apart] {
        let mut grower = Grower::new(params());
        for transactions in blocks {
            let count = transactions.len();
            let block = grower.work_block("miner", 1_000, transactions);
            assert_eq!(block.body.transactions.len(), count, "all of them apply");
            grower.import(block).unwrap();
        }
        // Until the change of parameters is in force.
        grower.grow("miner", 8);
        let chain = &grower.chain;
        let root = |height| {
            chain
                .get(&chain.at(Height(height)).unwrap())
                .unwrap()
                .block
                .header
                .state_root
        };
        let mut state = chain.head_state().clone();
        for height in (1..=chain.height().0).rev() {
            assert_eq!(state.root(), root(height));
            state = state.reverted(&chain.undo_of(&chain.at(Height(height)).unwrap()));
            assert_eq!(state.root(), root(height - 1), "height {height}");
        }
    }
}
