//! Difficulty and parameters along a chain: when a change comes into force, and what it leaves
//! alone.

use super::*;
use crate::primitives::{Difficulty, Millis, ParamsChange, Retarget, Timestamp};
use crate::testkit::{GENESIS_TIME, Grower, mine, params};

#[test]
fn the_operator_changes_the_difficulty_at_the_next_epoch() {
    let mut grower = Grower::new(params());
    let change = ParamsChange {
        difficulty: Some(Difficulty(32)),
        ..ParamsChange::default()
    };
    let stranger = grower.order("alice", 0, change.clone());
    let mut block = grower.work_block("miner", 1_000, Vec::new());
    block.body.transactions = vec![stranger];
    block.header.tx_root = block.body.tx_root();
    block.header = mine(block.header);
    assert_eq!(grower.import(block).unwrap_err().code(), "not_operator");
    let order = grower.order("operator", 0, change);
    let block = grower.work_block("miner", 1_000, vec![order]);
    grower.import(block).unwrap();
    grower.grow("miner", 8);
    let difficulties: Vec<u64> = (1..=9)
        .map(|h| {
            grower
                .chain
                .get(&grower.chain.at(Height(h)).unwrap())
                .unwrap()
                .block
                .header
                .difficulty
                .0
        })
        .collect();
    assert_eq!(difficulties, [16, 16, 16, 16, 16, 16, 16, 32, 32]);
    let time = Timestamp(GENESIS_TIME.0 + 15_000);
    let block = grower.authority_block("poa-2", time).unwrap();
    let weight = grower.chain.weight();
    assert_eq!(block.header.difficulty, Difficulty(16), "that of genesis");
    grower.import(block).unwrap();
    assert_eq!(grower.chain.weight(), weight.plus(Difficulty(16)));
}

#[test]
fn the_weight_of_authorities_stays_that_of_genesis_where_the_difficulty_goes_by_itself() {
    let mut grower = Grower::new(params());
    let (min, max) = (Difficulty(1), Difficulty(1 << 20));
    let automatic = ParamsChange {
        difficulty: Some(Difficulty(64)),
        retarget: Some(Retarget::Asert {
            ideal: Millis(5_000),
            half_life: Millis(20_000),
            min,
            max,
        }),
        ..ParamsChange::default()
    };
    let order = grower.order("operator", 0, automatic);
    let block = grower.work_block("miner", 1_000, vec![order]);
    grower.import(block).unwrap();
    let mut slot = 2;
    let mut difficulties = Vec::new();
    for after in [250, 250, 60_000, 60_000] {
        for _ in 0..8 {
            let block = grower.work_block("miner", after, Vec::new());
            difficulties.push(block.header.difficulty.0);
            grower.import(block).unwrap();
        }
        let head = grower.chain.head_header().time;
        slot = slot.max(head.since(GENESIS_TIME).0 / 5_000) + 2;
        let time = Timestamp(GENESIS_TIME.0 + slot * 5_000);
        let leader = ["poa-1", "poa-2"][usize::from(slot % 2 == 1)];
        let block = grower.authority_block(leader, time).unwrap();
        let weight = grower.chain.weight();
        assert_eq!(block.header.difficulty, params().authority_weight);
        grower.import(block).unwrap();
        assert_eq!(
            grower.chain.weight(),
            weight.plus(params().authority_weight)
        );
    }
    let (least, most) = (difficulties.iter().min(), difficulties.iter().max());
    assert!(
        least <= Some(&16) && most > Some(&64),
        "the difficulty moved: {difficulties:?}"
    );
}

/// Difficulties of sixteen blocks, a second apart each, of a network that wants one every five; the
/// first holds these changes of parameters.
fn difficulties(changes: &[ParamsChange]) -> Vec<u64> {
    let mut moving = params();
    let (min, max) = (Difficulty(1), Difficulty(1 << 20));
    moving.retarget = Retarget::Asert {
        ideal: Millis(5_000),
        half_life: Millis(40_000),
        min,
        max,
    };
    let mut grower = Grower::new(moving);
    let orders = (0..)
        .zip(changes)
        .map(|(nonce, change)| grower.order("operator", nonce, change.clone()));
    let orders = orders.collect();
    let first = grower.work_block("miner", 1_000, orders);
    grower.import(first).unwrap();
    grower.grow("miner", 15);
    let of = |height| {
        grower
            .chain
            .get(&grower.chain.at(Height(height)).unwrap())
            .unwrap()
            .block
            .header
            .difficulty
            .0
    };
    (1..=16).map(of).collect()
}

#[test]
fn a_change_of_other_parameters_leaves_the_schedule_of_the_difficulty_alone() {
    let plain = difficulties(&[]);
    assert!(plain[7] > 24, "it has risen: {plain:?}");
    let authorities = ParamsChange {
        authorities: Some(Vec::new()),
        ..ParamsChange::default()
    };
    assert_eq!(difficulties(&[authorities]), plain);
}

#[test]
fn a_new_retarget_starts_at_the_difficulty_in_force_and_a_new_difficulty_at_its_own() {
    let plain = difficulties(&[]);
    let fixed = ParamsChange {
        retarget: Some(Retarget::Fixed),
        ..ParamsChange::default()
    };
    let found = difficulties(std::slice::from_ref(&fixed));
    assert_eq!(
        (&found[..7], &found[7..]),
        (&plain[..7], [plain[7]; 9].as_slice())
    );
    let difficulty = ParamsChange {
        difficulty: Some(Difficulty(16)),
        ..ParamsChange::default()
    };
    let found = difficulties(std::slice::from_ref(&difficulty));
    assert_eq!(
        (&found[..7], found[7]),
        (&plain[..7], 16),
        "begun again, though it was 16 at genesis"
    );
    assert!(found[15] > 16, "it goes on rising");
    let found = difficulties(&[difficulty, fixed]);
    assert_eq!(
        (found[7], found[15]),
        (16, 16),
        "two changes of an epoch are one"
    );
}

#[test]
fn work_stands_still_in_a_pause_whether_or_not_authorities_go_on() {
    let mut moving = params();
    let (min, max) = (Difficulty(1), Difficulty(1 << 20));
    moving.retarget = Retarget::Asert {
        ideal: Millis(5_000),
        half_life: Millis(40_000),
        min,
        max,
    };
    let after = |pause: u64, slots: &[(&str, u64)]| {
        let mut grower = Grower::new(moving.clone());
        grower.grow("miner", 10);
        let end = grower.chain.head_header().time.plus(Millis(pause));
        for (authority, slot) in slots {
            let time = Timestamp(GENESIS_TIME.0 + slot * 5_000);
            let block = grower.authority_block(authority, time).unwrap();
            grower.import(block).unwrap();
        }
        let rest = end.since(grower.chain.head_header().time);
        let block = grower.work_block("miner", rest.0, Vec::new());
        let before = block.header.difficulty;
        grower.import(block).unwrap();
        (before, grower.chain.context().required_difficulty())
    };
    let (before, longest) = after(40_000, &[]);
    assert_eq!(after(8 * 3_600_000, &[]), (before, longest));
    assert_eq!(
        after(
            8 * 3_600_000,
            &[("poa-2", 3), ("poa-1", 100), ("poa-2", 4_001)]
        ),
        (before, longest)
    );
    assert!(
        longest.0 * 2 >= before.0 && longest < before,
        "{before}, then {longest}"
    );
}

#[test]
fn a_later_change_of_parameters_does_not_put_off_an_earlier_one() {
    let mut grower = Grower::new(params());
    let order = |grower: &mut Grower, nonce: u64, difficulty: u64| {
        let change = ParamsChange {
            difficulty: Some(Difficulty(difficulty)),
            ..ParamsChange::default()
        };
        let order = grower.order("operator", nonce, change);
        let block = grower.work_block("miner", 1_000, vec![order]);
        grower.import(block).unwrap();
    };
    grower.grow("miner", 4);
    order(&mut grower, 0, 32);
    order(&mut grower, 1, 64);
    // Height 7: height 8 is too soon for this one.
    order(&mut grower, 2, 8);
    grower.grow("miner", 9);
    let of = |height| {
        grower
            .chain
            .get(&grower.chain.at(Height(height)).unwrap())
            .unwrap()
            .block
            .header
            .difficulty
            .0
    };
    assert_eq!([of(7), of(8), of(15), of(16)], [16, 64, 64, 8]);
}
