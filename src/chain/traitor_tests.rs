//! What one traitor among the authorities must not be able to do: rewrite the past with orders of
//! the operator that everybody has seen.

use crate::consensus::slots::slot_start;
use crate::primitives::{Difficulty, ParamsChange, Payload, Slot, Transaction};
use crate::testkit::{Grower, params};

fn order(grower: &Grower, nonce: u64, difficulty: u64) -> Transaction {
    let change = ParamsChange {
        difficulty: Some(Difficulty(difficulty)),
        ..ParamsChange::default()
    };
    grower.sign("operator", nonce, Payload::SetParams(change))
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
