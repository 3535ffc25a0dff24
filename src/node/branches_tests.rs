//! Two long branches and somebody who flips between them.

use super::testing::Duel;
use super::*;
use crate::ledger::Table;
use crate::primitives::{Block, ClockReading, Millis};
use crate::testkit::{Grower, params};

/// Blocks of each branch at first.
const LENGTH: usize = 200;

/// Rows of blocks and of undo records that a node writes while it handles what `act` gives it.
fn written(out: &mut Outbox, node: &mut Node, reading: ClockReading) -> usize {
    let mut rows = 0;
    while let Some(output) = out.pop() {
        if let Output::Persist { id, batch, .. } = output {
            let of_blocks = |table: Table| table == Table::Blocks;
            rows += batch.iter().filter(|(table, ..)| of_blocks(*table)).count();
            node.handle(reading, Input::Persisted(id), out);
        }
    }
    rows
}

fn branch(name: &str) -> (Grower, Vec<Block>) {
    let mut grower = Grower::new(params());
    let ids = grower.grow(name, LENGTH);
    let block = |id| Block::clone(&grower.chain.get(id).unwrap().block);
    let blocks = ids.iter().map(block).collect();
    (grower, blocks)
}

#[test]
fn who_flips_between_two_long_branches_has_neither_written_again_each_time() {
    let mut duel = Duel::new();
    let (mut one, first) = branch("one");
    let (mut other, second) = branch("other");
    let mut out = Outbox::new();
    for block in first.into_iter().chain(second) {
        duel.node
            .import(block, super::source::Source::Own, &mut out);
    }
    duel.pass(Millis(100));
    duel.node.settle(false, &mut out);
    let reading = ClockReading::steady(duel.now);
    written(&mut out, &mut duel.node, reading);
    let (mut rows, mut flips) = (0, 0);
    for round in 0..20 {
        let grower = if round % 2 == 0 { &mut one } else { &mut other };
        // By one block more than the other branch.
        for _ in 0..if round == 0 { 1 } else { 2 } {
            let block = grower.work_block("flipper", 1_000, Vec::new());
            grower.import(block.clone()).unwrap();
            let before = duel.node.chain.head();
            duel.node
                .import(block, super::source::Source::Own, &mut out);
            let parent = duel.node.chain.head_header().parent;
            flips += usize::from(duel.node.chain.head() != before && parent != before);
        }
        duel.now = duel.now.plus(Millis(500));
        let reading = ClockReading::steady(duel.now);
        duel.node.handle(reading, Input::Wake, &mut out);
        rows += written(&mut out, &mut duel.node, reading);
    }
    assert!(flips >= 19, "{flips} flips");
    // Three times in ten seconds all of both, instead of each time.
    assert!(rows < 4 * 2 * LENGTH, "{rows} rows for {flips} flips");
    duel.now = duel.now.plus(Millis(5_000));
    duel.node
        .handle(ClockReading::steady(duel.now), Input::Wake, &mut out);
    assert!(
        duel.node.books.take_to_restamp().is_empty(),
        "in the end all rows are true"
    );
}
