//! More peers than a node can remember: names cost nothing, so whoever takes many gains nothing by
//! it.

use super::testing::{Duel, ThreeBlocks, head_of, ping, three_blocks};
use super::*;
use crate::gossip::{HeadInfo, MAX_PEERS, MAX_RECORDS, Message, NodeRecord};
use crate::ledger::{NodeRow, RawRow, Snapshot, Table, meta_key};
use crate::primitives::{BlockHash, Height, Millis, NodeKind, Weight};
use crate::records::PeerState;
use crate::testkit::{GENESIS_TIME, Grower, key, params};

/// A peer says hello and tells its head, so that it is present.
fn join(duel: &mut Duel, peer: &str) {
    duel.introduce(peer);
    let head = head_of(&Grower::new(params()));
    let ping = Message::Ping {
        token: 0,
        head,
        answer_by: None,
        progress: None,
    };
    duel.hear(peer, &ping);
}

/// What the owner of a chain answers to one who fetches it.
fn answer(question: &Message, (_, headers, bodies): &ThreeBlocks) -> Option<Message> {
    if matches!(question, Message::GetHeaders(_)) {
        return Some(Message::Headers(headers.clone()));
    }
    matches!(question, Message::GetBodies(_)).then(|| Message::Bodies(bodies.clone()))
}

#[test]
fn a_crowd_of_names_leaves_no_more_peers_and_rows_than_are_remembered() {
    let mut duel = Duel::new();
    join(&mut duel, "honest");
    for number in 0..2 * MAX_PEERS {
        join(&mut duel, &format!("name-{number}"));
        for (what, found, bound) in duel.node.bounded() {
            assert!(found <= bound, "{found} {what} after {number} names");
        }
    }
    assert!(duel.node.roster.is_present(&key("honest").node_id()));
}

/// Seen in seed 55: the first frames after a standstill were those of a crowd, and everybody else
/// seemed silent.
#[test]
fn a_crowd_that_comes_while_the_node_stands_still_drives_out_nobody_who_was_heard_before() {
    let mut duel = Duel::new();
    join(&mut duel, "honest");
    join(&mut duel, "silent");
    duel.silence("silent");
    let honest = key("honest").node_id();
    for _ in 0..12 {
        duel.pass(Millis(1_000));
        duel.hear("honest", &ping(head_of(&Grower::new(params()))));
    }
    duel.now = duel.now.plus(Millis(60_000));
    for number in 0..2 * MAX_PEERS {
        join(&mut duel, &format!("name-{number}"));
    }
    assert!(duel.node.roster.is_present(&honest));
    assert!(
        duel.node
            .roster
            .peers
            .get(&key("silent").node_id())
            .is_none()
    );
    // Who says nothing after that is silent.
    duel.silence("honest");
    for _ in 0..15 {
        duel.pass(Millis(1_000));
    }
    assert!(!duel.node.roster.is_present(&honest));
}

#[test]
fn a_start_takes_back_the_peers_heard_latest_and_deletes_the_rows_of_all_others() {
    let row = |number: u64| {
        let name = format!("peer-{number}");
        let record = NodeRecord::sign(&key(&name), &name, NodeKind::Pow, "tab", GENESIS_TIME);
        NodeRow {
            node_id: record.id.to_string(),
            host: "tab".to_owned(),
            port: String::new(),
            node_type: NodeKind::Pow,
            name,
            status: PeerState::Away,
            last_seen: number,
            raw: borsh::to_vec(&record).unwrap(),
        }
    };
    let count = MAX_PEERS as u64 + 40;
    let mut nodes: Vec<NodeRow> = (0..count).map(row).collect();
    nodes[200 - 80].raw.clear();
    let params_row = RawRow {
        key: meta_key::PARAMS.to_owned(),
        raw: params().to_bytes(),
    };
    let snapshot = Snapshot {
        nodes,
        meta: vec![params_row],
        ..Snapshot::default()
    };
    let mut out = Outbox::new();
    let setup = Duel::setup();
    let node = Node::start(
        setup,
        Some(snapshot),
        crate::primitives::ClockReading::steady(GENESIS_TIME.plus(Millis(1))),
        &mut out,
    )
    .unwrap();
    let latest = |number: u64| key(&format!("peer-{number}")).node_id();
    assert!(node.roster.peers.get(&latest(count - 1)).is_some());
    assert!(node.roster.peers.get(&latest(39)).is_none());
    let batch = out.iter().find_map(|output| {
        if let Output::Persist { batch, .. } = output {
            Some(batch)
        } else {
            None
        }
    });
    let deleted = batch
        .unwrap()
        .iter()
        .filter(|(table, _, row)| *table == Table::Nodes && row.is_none());
    assert_eq!(deleted.count(), 41, "too old, or not to be read");
}

#[test]
fn a_stream_of_fresh_names_cuts_no_fetch_from_another_short() {
    let mut duel = Duel::new();
    let mut names = 0..;
    let mut come = |duel: &mut Duel, count: usize| {
        for number in names.by_ref().take(count) {
            duel.now = duel.now.plus(Millis(1));
            join(duel, &format!("name-{number}"));
        }
    };
    come(&mut duel, 2 * MAX_PEERS);
    let chain = three_blocks();
    let grower = &chain.0;
    duel.now = duel.now.plus(Millis(1));
    duel.introduce("honest");
    let mut open = duel.hear("honest", &ping(head_of(grower)));
    while let Some(question) = open.pop() {
        come(&mut duel, 3);
        if let Some(answer) = answer(&question, &chain) {
            open.extend(duel.hear("honest", &answer));
        }
    }
    assert_eq!(duel.node.chain.head(), grower.chain.head());
}

#[test]
fn a_crowd_proves_in_half_of_the_time_that_it_has_for_it_that_it_is_there() {
    let mut duel = Duel::new();
    for number in 1..MAX_PEERS {
        join(&mut duel, &format!("name-{number}"));
    }
    for _ in 0..8 {
        duel.pass(Millis(2_000));
        for number in 1..MAX_PEERS {
            duel.hear(
                &format!("name-{number}"),
                &ping(head_of(&Grower::new(params()))),
            );
        }
    }
    let now = duel.instant();
    let doubted = duel
        .node
        .roster
        .peers
        .iter()
        .filter(|(_, peer)| peer.is_doubted(now));
    let doubted: Vec<_> = doubted
        .map(|(id, _)| duel.node.roster.name_of(id))
        .collect();
    assert!(doubted.is_empty(), "{doubted:?}");
    assert_eq!(duel.node.roster.peers.alive(now).count(), MAX_PEERS);
}

#[test]
fn who_promises_under_a_fresh_name_each_time_keeps_nobody_from_one_that_was_late_once() {
    let mut duel = Duel::new();
    duel.introduce("honest");
    let chain = three_blocks();
    let grower = &chain.0;
    let (id, height, weight) = (BlockHash([9; 32]), Height(9), Weight(u128::MAX));
    let lie = HeadInfo { id, height, weight };
    assert!(!duel.hear("honest", &ping(head_of(grower))).is_empty());
    duel.pass(Millis(2_000));
    for second in 0..60 {
        let name = format!("name-{second}");
        duel.introduce(&name);
        duel.hear(&name, &ping(lie));
        let mut open = duel.hear("honest", &ping(head_of(grower)));
        while let Some(question) = open.pop() {
            if let Some(answer) = answer(&question, &chain) {
                open.extend(duel.hear("honest", &answer));
            }
        }
        duel.pass(Millis(1_000));
    }
    assert_eq!(
        duel.node.chain.head(),
        grower.chain.head(),
        "after a minute"
    );
}

#[test]
fn short_questions_get_no_more_than_a_bounded_number_of_bytes_back() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    for id in grower.grow("miner", 200) {
        let block = (*grower.chain.get(&id).unwrap().block).clone();
        duel.hear("liar", &super::testing::compact(&block));
    }
    let mut answered = 0;
    for _ in 0..20 {
        for _ in 0..190 {
            let answers = duel.hear("liar", &Message::GetHeaders(Vec::new()));
            answered += answers.len();
        }
        duel.pass(Millis(1_000));
    }
    let bytes = answered * 200 * 205;
    assert!(bytes < 60_000_000, "{bytes} bytes in 20 s");
    assert!(answered > 100, "an honest pace is served");
    duel.introduce("honest");
    duel.pass(Millis(1_000));
    let answers = duel.hear("honest", &Message::GetHeaders(Vec::new()));
    assert_eq!(answers.len(), 1, "others are");
}

#[test]
fn frames_of_those_who_have_proven_nothing_share_one_rate() {
    let mut duel = Duel::new();
    let mut admitted = 0;
    for number in 0..4_000_u32 {
        let mut id = [0; 32];
        id[..4].copy_from_slice(&number.to_le_bytes());
        let id = crate::primitives::NodeId(id);
        let now = duel.instant();
        let peers = &mut duel.node.roster.peers;
        if peers.admits(&id, false, now) {
            admitted += 1;
            peers.count_unproven(&id, false, now);
        }
    }
    assert!((1_500..1_700).contains(&admitted), "{admitted} at once");
    let honest = key("honest").node_id();
    assert!(
        !duel
            .node
            .roster
            .peers
            .admits(&honest, false, duel.instant())
    );
    assert!(
        duel.node.roster.peers.admits(&honest, true, duel.instant()),
        "an answer is awaited"
    );
}

#[test]
fn lists_of_records_cost_as_many_signatures_as_one_may_whatever_names_they_come_from() {
    let mut duel = Duel::new();
    let mut strangers = std::collections::BTreeSet::new();
    for sender in 0..16 {
        let name = format!("sender-{sender}");
        duel.introduce(&name);
        let sign = |number: usize| {
            let name = format!("stranger-{sender}-{number}");
            NodeRecord::sign(&key(&name), &name, NodeKind::Pow, "tab", GENESIS_TIME)
        };
        let records: Vec<NodeRecord> = (0..MAX_RECORDS).map(sign).collect();
        strangers.extend(records.iter().map(|record| record.id));
        duel.hear(&name, &Message::NodeList(records));
    }
    let greeted = duel.sent.iter().filter(|(to, _)| strangers.contains(to));
    let greeted = greeted.count();
    assert!((MAX_RECORDS..=600).contains(&greeted), "{greeted} records");
}

#[test]
fn who_makes_up_transactions_for_blocks_keeps_nobody_useful_from_handing_some_in() {
    use crate::primitives::TxId;
    let mut duel = Duel::new();
    duel.introduce("honest");
    let now = duel.instant();
    duel.node.roster.peers.credit(&key("honest").node_id(), now);
    for number in 0..16_u8 {
        let name = format!("liar-{number}");
        duel.introduce(&name);
        let block = Grower::new(params()).work_block(&name, 1_000, Vec::new());
        let Message::BlockFound(mut block) = super::testing::compact(&block) else {
            unreachable!("it makes a compact block")
        };
        let invented = |at: u8| TxId([[number, at, 1, 1]; 8].concat().try_into().unwrap());
        block.transactions = (0..=255).map(invented).collect();
        duel.hear(&name, &Message::BlockFound(block));
    }
    let answer = duel.hear("honest", &Message::Inv(vec![TxId([9; 32])]));
    assert!(
        answer
            .iter()
            .any(|message| matches!(message, Message::GetTransactions(_))),
        "{answer:?}"
    );
}
