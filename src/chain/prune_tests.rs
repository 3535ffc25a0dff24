//! Branches beside the best chain stay within their bound, and what is forgotten can come again.

use super::*;
use crate::primitives::{MAX_BODY_BYTES, MAX_MESSAGE_BYTES, Payload};
use crate::testkit::{Grower, params};

/// A tree of a best chain and `count` blocks beside it that are children of genesis.
fn crowded(count: usize) -> Grower {
    let mut grower = Grower::new(params());
    grower.grow("miner", 3);
    let mut side = Grower::new(params());
    for number in 0..count as u64 {
        let block = side.work_block("side", 1_000 + number, Vec::new());
        grower.import(block).unwrap();
    }
    grower
}

#[test]
fn the_lightest_tips_go_when_there_are_too_many_blocks_beside_the_best_chain() {
    let mut grower = crowded(MAX_SIDE + 40);
    let chain = &mut grower.chain;
    assert_eq!(chain.beside().0, MAX_SIDE);
    let pruned = chain.take_pruned();
    assert_eq!(pruned.len(), 40);
    assert!(pruned.iter().all(|id| !chain.contains(id)));
    assert!(chain.take_pruned().is_empty());
    assert_eq!(
        (chain.height(), chain.on_best(&chain.head())),
        (Height(3), true)
    );
}

#[test]
fn full_blocks_beside_the_best_chain_are_bounded_by_their_bytes() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 3);
    let mut side = Grower::new(params());
    let transaction = |nonce| {
        let bytes = vec![b'm'; MAX_MESSAGE_BYTES];
        side.sign("alice", nonce, Payload::Message { bytes, to: None })
    };
    let transactions: Vec<_> = (0..50).map(transaction).collect();
    let count = MAX_SIDE_BYTES / MAX_BODY_BYTES * 2;
    for number in 0..count as u64 {
        let block = side.work_block("side", 1_000 + number, transactions.clone());
        grower.import(block).unwrap();
    }
    let (blocks, bytes) = grower.chain.beside();
    assert!(
        bytes <= MAX_SIDE_BYTES && blocks < count,
        "{blocks} blocks, {bytes} bytes"
    );
    assert!(bytes > MAX_SIDE_BYTES / 2);
    // What is counted is what is there: also after the best chain has left its blocks.
    let mut heavier = Grower::new(params());
    for id in heavier.grow("other", 5) {
        let block = (*heavier.chain.get(&id).unwrap().block).clone();
        grower.import(block).unwrap();
    }
    let chain = &grower.chain;
    let beside = chain
        .in_memory_from(Height(0))
        .filter(|(id, _)| !chain.on_best(id));
    let counted: usize = beside
        .map(|(_, entry)| entry.block.body.encoded_len())
        .sum();
    assert_eq!(chain.beside().1, counted);
}

#[test]
fn a_flood_of_blocks_that_are_tied_with_the_head_is_bounded_and_what_goes_on_from_one_takes_the_head()
 {
    let mut grower = Grower::new(params());
    let mut side = Grower::new(params());
    let mut blocks = Vec::new();
    for number in 0..MAX_SIDE as u64 + 40 {
        let block = side.work_block("side", 1_000 + number, Vec::new());
        blocks.push(block.clone());
        grower.import(block).unwrap();
    }
    assert_eq!(grower.chain.beside().0, MAX_SIDE);
    let gone = grower.chain.take_pruned();
    assert_eq!(gone.len(), 39);
    // The tree may have forgotten it: it comes again with its child.
    let block = blocks.iter().find(|block| block.id() == gone[0]).unwrap();
    side.import(block.clone()).unwrap();
    side.grow("side", 1);
    grower.import(block.clone()).unwrap();
    grower.import(side.block_at(2)).unwrap();
    assert_eq!(grower.chain.head(), side.chain.head());
}

#[test]
fn what_is_remembered_of_branches_grows_with_the_forks_and_not_with_the_chain() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 200);
    assert!(grower.chain.side.forks.is_empty());
    let mut side = Grower::new(params());
    for number in 0..2 {
        let block = side.work_block("side", 1_000 + number, Vec::new());
        grower.import(block).unwrap();
    }
    let forks = &grower.chain.side.forks;
    assert_eq!(forks.values().copied().collect::<Vec<_>>(), [3]);
    assert_eq!(grower.chain.side.tips.len(), 3);
}

#[test]
fn a_branch_is_pruned_from_its_tip_down_to_its_fork() {
    let mut grower = crowded(0);
    let mut side = Grower::new(params());
    let branch = side.grow("side", 2);
    let mut heavier = Grower::new(params());
    for height in 1..=2 {
        grower.import(side.block_at(height)).unwrap();
        heavier.import(grower.block_at(height)).unwrap();
    }
    for number in 0..MAX_SIDE as u64 {
        let block = heavier.work_block("more", 9_000 + number, Vec::new());
        grower.import(block).unwrap();
    }
    let pruned = grower.chain.take_pruned();
    assert_eq!(pruned, [branch[1], branch[0]]);
    let forks = &grower.chain.side.forks;
    assert_eq!(
        forks.iter().collect::<Vec<_>>(),
        [(&heavier.chain.head(), &(MAX_SIDE + 1))]
    );
}

#[test]
fn the_branch_that_is_fetched_grows_beside_a_crowd_and_takes_the_head() {
    let mut grower = crowded(MAX_SIDE);
    let mut other = Grower::new(params());
    other.grow("other", 5);
    for height in 1..=5 {
        let block = other.block_at(height);
        let id = block.id();
        grower.import(block).unwrap();
        grower.chain.pin(0, Some(id));
        // Others come in between.
        let more = Grower::new(params()).work_block("more", 9_000 + height, Vec::new());
        grower.import(more).unwrap();
    }
    assert_eq!(grower.chain.head(), other.chain.head());
    grower.chain.pin(0, None);
    assert!(grower.chain.beside().0 <= MAX_SIDE);
}

#[test]
fn a_block_that_was_forgotten_can_come_again() {
    let mut grower = crowded(MAX_SIDE + 1);
    let gone = grower.chain.take_pruned()[0];
    let mut side = Grower::new(params());
    let mut times = 0..=MAX_SIDE as u64;
    let block = times
        .find_map(|number| {
            let block = side.work_block("side", 1_000 + number, Vec::new());
            (block.id() == gone).then_some(block)
        })
        .unwrap();
    assert_eq!(grower.import(block), Ok(Import::SideChain));
    assert!(grower.chain.contains(&gone));
}
