//! What headers and announcements weigh before their bodies are here: no more than they prove.

use super::testing::{Duel, compact};
use crate::consensus::slots::{slot_at, slot_start};
use crate::gossip::{HeadInfo, Message};
use crate::primitives::{
    Block, BlockHash, Difficulty, Header, Height, Kind, Millis, Seal, Slot, Weight,
};
use crate::testkit::{Grower, key, params};

/// A head that nobody has.
fn boast(weight: u128) -> Message {
    let (id, height) = (BlockHash([9; 32]), Height(90));
    let head = HeadInfo {
        id,
        height,
        weight: Weight(weight),
    };
    Message::Ping {
        token: 0,
        head,
        answer_by: None,
        progress: None,
    }
}

/// Headers of authority blocks after `last`, sealed by somebody whose turn it is not.
fn sealed_by(name: &str, mut last: Header, count: u64) -> Vec<(Header, Seal)> {
    let chain_id = Grower::new(params()).chain.chain_id();
    let seal = |_| {
        let time = slot_start(&params(), Slot(slot_at(&params(), last.time).0 + 1));
        last = Header {
            kind: Kind::Authority,
            height: last.height.next(),
            parent: last.id(),
            time,
            difficulty: params().authority_weight,
            slot: slot_at(&params(), time),
            sealer: key(name).node_id(),
            nonce: 0,
            ..last
        };
        (last, last.seal(&chain_id, &key(name)))
    };
    (0..count).map(seal).collect()
}

#[test]
fn seals_of_those_whose_turn_it_is_not_weigh_nothing_in_a_batch_of_headers() {
    let mut duel = Duel::new();
    let mut ours = Grower::new(params());
    for id in ours.grow("miner", 20) {
        let block = (*ours.chain.get(&id).unwrap().block).clone();
        duel.hear("liar", &compact(&block));
    }
    assert_eq!(duel.node.chain.height(), Height(20));
    // Enough honest work that rules which nobody here knows could be in force, then seals of its
    // own.
    let mut side = Grower::new(params());
    side.grow("side", 16);
    let mut headers = side.chain.headers_after(&[side.chain.chain_id()], 16);
    let last = headers[15].0;
    headers.extend(sealed_by("liar", last, 40));
    assert!(!duel.hear("liar", &boast(1 << 40)).is_empty());
    let asked = duel.hear("liar", &Message::Headers(headers.clone()));
    let mut wanted = Vec::new();
    for message in asked {
        if let Message::GetBodies(ids) = message {
            wanted.extend(ids);
        }
    }
    assert!(
        !wanted.is_empty(),
        "the bodies that can show whose turn it is"
    );
    let mut seals = headers[16..].iter().map(|(header, _)| header.id());
    assert!(!seals.any(|id| wanted.contains(&id)));
}

#[test]
fn a_branch_whose_authorities_changed_on_it_is_followed_by_way_of_its_bodies() {
    // The operator's order replaces the authorities on the branch; the node that knows the old ones
    // sees blocks of strangers there until it has the body that holds the order.
    let mut walk_of = Grower::new(params());
    walk_of.grow("miner", 20);
    let genesis = walk_of.chain.chain_id();
    let mut walk = walk_of.chain.walk_from(&genesis).unwrap();
    let headers = walk_of.chain.headers_after(&[genesis], 20);
    for (header, _) in &headers {
        let proven = walk.step(&params(), header).unwrap();
        assert_eq!(proven, header.difficulty, "work proves itself");
    }
    assert_eq!(walk.claimed(), walk_of.chain.weight());
    let (stranger, _) = sealed_by("stranger", headers[19].0, 1)[0];
    assert_eq!(walk.step(&params(), &stranger), Ok(Difficulty(0)));
    assert_eq!(walk.unproven(), Some(Height(21)));
    assert!(walk.claimed() > walk_of.chain.weight());
}

#[test]
fn a_seal_of_a_stranger_is_refused_where_all_rules_are_known() {
    let grower = Grower::new(params());
    let genesis = grower.chain.chain_id();
    let mut walk = grower.chain.walk_from(&genesis).unwrap();
    let (stranger, _) = sealed_by("stranger", *grower.chain.head_header(), 1)[0];
    assert_eq!(walk.step(&params(), &stranger).unwrap_err().rule(), 10);
}

#[test]
fn an_authority_that_seals_one_slot_a_hundred_times_makes_a_node_keep_two() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    let slot = slot_start(&params(), Slot(1));
    for number in 0..100 {
        let time = slot.plus(Millis(number));
        let Some(block) = grower.authority_block("poa-2", time) else {
            continue;
        };
        duel.hear("liar", &compact(&block));
    }
    assert_eq!(duel.node.chain.len(), 3);
    assert!(
        duel.listens_to("liar"),
        "who passes such blocks on may be honest"
    );
}

#[test]
fn blocks_far_lighter_than_the_head_are_not_executed_as_they_are_announced() {
    let mut duel = Duel::new();
    let mut ours = Grower::new(params());
    for id in ours.grow("miner", 60) {
        let block = (*ours.chain.get(&id).unwrap().block).clone();
        duel.hear("liar", &compact(&block));
    }
    let length = duel.node.chain.len();
    let old = Grower::new(params()).work_block("side", 2_000, Vec::new());
    duel.hear("liar", &compact(&old));
    assert_eq!(duel.node.chain.len(), length);
    let mut near = Grower::new(params());
    for height in 1..=55 {
        let id = ours.chain.at(Height(height)).unwrap();
        let block: Block = (*ours.chain.get(&id).unwrap().block).clone();
        near.import(block).unwrap();
    }
    let near = near.work_block("side", 2_000, Vec::new());
    duel.hear("liar", &compact(&near));
    assert_eq!(duel.node.chain.len(), length + 1);
}
