//! What one traitor among the authorities must not be able to do: rewrite the past with orders of
//! the operator that everybody has seen.

use crate::consensus::slots::slot_start;
use crate::primitives::{Difficulty, ParamsChange, Slot, Transaction};
use crate::testkit::{Grower, mine, params};

fn order(grower: &Grower, nonce: u64, difficulty: u64) -> Transaction {
    let change = ParamsChange {
        difficulty: Some(Difficulty(difficulty)),
        ..ParamsChange::default()
    };
    grower.order("operator", nonce, change)
}

fn work(grower: &mut Grower, after: u64, orders: Vec<Transaction>) {
    let block = grower.work_block("miner", after, orders);
    grower.import(block).unwrap();
}

#[test]
fn an_old_order_of_the_operator_makes_no_other_branch_heavy() {
    let mut honest = Grower::new(params());
    (0..100).for_each(|_| work(&mut honest, 6_000, Vec::new()));
    let up = order(&honest, 0, 1_024);
    work(&mut honest, 6_000, vec![up.clone()]);
    (0..4).for_each(|_| work(&mut honest, 6_000, Vec::new()));
    let down = order(&honest, 1, 16);
    work(&mut honest, 6_000, vec![down]);
    (0..24).for_each(|_| work(&mut honest, 6_000, Vec::new()));
    // One of two authorities, alone, with the order that everybody has seen, and without the later
    // one.
    let mut traitor = Grower::new(params());
    work(&mut traitor, 250, vec![up]);
    (0..6).for_each(|_| work(&mut traitor, 250, Vec::new()));
    for slot in (1..120).step_by(2) {
        let start = slot_start(traitor.chain.params(), Slot(slot));
        let block = traitor.authority_block("poa-2", start).unwrap();
        traitor.import(block).unwrap();
    }
    let (ours, theirs) = (honest.chain.weight(), traitor.chain.weight());
    assert!(
        theirs < ours,
        "{theirs} of one authority, {ours} of all others"
    );
}

#[test]
fn an_order_counts_on_chains_with_its_checkpoint_and_for_two_epochs_only() {
    let mut ours = Grower::new(params());
    ours.grow("one", 9);
    let named = order(&ours, 0, 32);
    let refusal = |grower: &mut Grower| {
        let mut block = grower.work_block("miner", 1_000, Vec::new());
        block.body.transactions = vec![named.clone()];
        block.header.tx_root = block.body.tx_root();
        block.header = mine(block.header);
        grower.import(block).unwrap_err()
    };
    // A branch that left ours below the checkpoint at height 8, and is as long.
    let mut theirs = Grower::new(params());
    theirs.grow("two", 9);
    assert_eq!(
        (refusal(&mut theirs).code(), refusal(&mut theirs).rule()),
        ("ancestor", 11)
    );
    let left_out = theirs.work_block("two", 1_000, vec![named.clone()]);
    assert_eq!(
        left_out.body.transactions,
        [],
        "nobody builds a block with it"
    );
    // On our chain it counts from the next block to the one two epochs above.
    let counts = |grower: &mut Grower| {
        let block = grower.work_block("one", 1_000, vec![named.clone()]);
        !block.body.transactions.is_empty()
    };
    for height in 10..=25 {
        assert!(counts(&mut ours), "at height {height}");
        ours.grow("one", 1);
    }
    assert!(
        !counts(&mut ours),
        "two later checkpoints are below height 26"
    );
    assert_eq!(refusal(&mut ours).code(), "expired");
}

#[test]
fn the_first_block_may_hold_an_order_that_names_genesis() {
    let mut grower = Grower::new(params());
    let up = order(&grower, 0, 32);
    work(&mut grower, 1_000, vec![up]);
    assert_eq!(grower.chain.context().rules.announced.len(), 1);
}
