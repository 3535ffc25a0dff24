//! What junk and questions cost a node. The limits are asserted by counts; the times are printed
//! only (`cargo test --lib load_tests -- --nocapture`), as they are those of the machine.

#![expect(clippy::disallowed_types, reason = "times are measured here")]

use std::time::Instant as Stopwatch;

use super::source::Source;
use super::testing::Duel;
use super::*;
use crate::consensus::Allocation;
use crate::gossip::{
    FrameError, HeadInfo, MAX_BODIES, MAX_HEADERS, MAX_RECORDS, Message, NodeRecord, seal_frame,
};
use crate::ipc::Request;
use crate::primitives::{
    Amount, BlockHash, ClockReading, Height, MAX_EXACT, Millis, NodeKind, Weight,
};
use crate::state::take_walked;
use crate::testkit::{GENESIS_TIME, Grower, key, params};

/// Frames of one flood, which come within a second.
const FRAMES: u64 = 4_000;

/// Has a node judge a flood; how many frames passed its limits.
fn flood(name: &str, frames: Vec<Vec<u8>>) -> u64 {
    let mut duel = Duel::new();
    let reading = ClockReading::steady(duel.now);
    let before = duel.node.counters;
    let mut out = Outbox::new();
    let begin = Stopwatch::now();
    for frame in frames {
        duel.node.handle(reading, Input::Frame(frame), &mut out);
        out.clear();
    }
    let took = begin.elapsed();
    let refused = duel.node.counters.frames_refused - before.frames_refused;
    let cost = took.as_secs_f64() * 1e6 / FRAMES as f64;
    println!(
        "junk of {name}: {:.1} us a frame, {:.0} frames a second of a whole core, {refused} of {FRAMES} refused",
        cost,
        1e6 / cost
    );
    FRAMES - refused
}

#[test]
fn junk_is_dropped_before_it_costs_a_signature_whatever_keys_it_has() {
    let chain_id = Duel::new().node.chain_id();
    let seal = |name: &str, number: u64| {
        let message = Message::Inv(Vec::new());
        seal_frame(&key(name), &chain_id, (1, number + 1), None, &message)
    };
    let many = |keys: u64| -> Vec<Vec<u8>> {
        let name = |number| format!("key-{}", number % keys);
        (0..FRAMES)
            .map(|number| seal(&name(number), number))
            .collect()
    };
    let unsigned = |number: u64| {
        let mut frame = seal("nobody", number);
        frame[13..21].copy_from_slice(&number.to_le_bytes());
        frame
    };
    assert_eq!(flood("nobody", (0..FRAMES).map(unsigned).collect()), 0);
    // Four seconds of the rate of one, or of all who have proven nothing.
    assert!(flood("one key", many(1)) <= 800);
    assert!(flood("128 keys", many(128)) <= 1_600);
    assert!(flood("a key for each frame", many(FRAMES)) <= 1_600);
}

#[test]
fn what_a_stranger_claims_is_told_as_a_number_that_a_page_can_hold() {
    let mut duel = Duel::new();
    let record = NodeRecord::sign(&key("liar"), "liar", NodeKind::Pow, "tab", duel.now);
    let head = HeadInfo {
        id: BlockHash([7; 32]),
        height: Height(u64::MAX),
        weight: Weight(u128::MAX),
    };
    duel.hear("liar", &Message::Hello { record, head });
    let peers = duel.node.peers(duel.instant());
    let claims = peers.iter().map(|peer| (peer.height, peer.weight));
    assert_eq!(claims.collect::<Vec<_>>(), [(MAX_EXACT, MAX_EXACT)]);
}

#[test]
fn frames_in_the_name_of_another_cost_no_more_than_their_rate_and_old_ones_no_signature() {
    let mut duel = Duel::new();
    duel.introduce("victim");
    let (chain_id, victim) = (duel.node.chain_id(), key("victim"));
    duel.pass(Millis(2_000));
    let now = duel.instant();
    let seal = |number: u64| {
        let message = Message::Inv(Vec::new());
        seal_frame(&victim, &chain_id, (1, 1_000 + number), None, &message)
    };
    let mut checked = |frames: &mut dyn Iterator<Item = Vec<u8>>| {
        let mut count = 0;
        for frame in frames {
            let mut out = Outbox::new();
            let reading = ClockReading::steady(duel.now);
            duel.node.handle(reading, Input::Frame(frame), &mut out);
            let is_forged = |output: &&Output| {
                let Output::Notice(Notice::FrameRefused { error, .. }) = output else {
                    return false;
                };
                matches!(error, FrameError::Signature { .. })
            };
            count += out.iter().filter(is_forged).count();
        }
        count
    };
    let forged = |number: u64| {
        let mut frame = seal(number);
        let last = frame.len() - 1;
        frame[last] ^= 1;
        frame
    };
    // Four seconds of the rate.
    let flood = checked(&mut (1..=FRAMES).map(forged));
    assert!((400..=2_000).contains(&flood), "{flood}");
    let peers = &duel.node.roster.peers;
    let soon = now.plus(Millis(1_000));
    assert!(
        !peers.admits(&victim.node_id(), true, now),
        "also what is waited for"
    );
    assert!(
        peers.admits(&victim.node_id(), false, soon),
        "and for no longer"
    );
}

/// A chain of so many empty blocks, and then of full ones, in a node.
fn grown(empty: usize, full: usize) -> (Duel, Vec<BlockHash>) {
    let (mut duel, mut grower) = (Duel::new(), Grower::new(params()));
    let (mut nonce, mut ids) = (0, Vec::new());
    for number in 0..empty + full {
        let mut transactions = Vec::new();
        while number >= empty && transactions.len() < 250 {
            transactions.push(grower.transfer("alice", nonce, "bob", 1));
            nonce += 1;
        }
        let block = grower.work_block("miner", 1_000, transactions);
        grower.import(block.clone()).unwrap();
        ids.push(block.id());
        assert!(duel.node.import(block, Source::Own, &mut Outbox::new()));
    }
    (duel, ids[empty..].to_vec())
}

#[test]
fn a_question_costs_no_more_than_one_answer_and_all_together_no_more_than_the_rate() {
    let (mut duel, full) = grown(560, 8);
    let record = |number: usize| {
        let name = format!("stranger-{number}");
        NodeRecord::sign(&key(&name), &name, NodeKind::Pow, "tab", GENESIS_TIME)
    };
    let bodies: Vec<BlockHash> = full.iter().copied().cycle().take(MAX_BODIES).collect();
    let questions = [
        ("GET_HEADERS", Message::GetHeaders(Vec::new())),
        ("GET_BODIES", Message::GetBodies(bodies)),
        (
            "NODE_LIST",
            Message::NodeList((0..MAX_RECORDS).map(record).collect()),
        ),
    ];
    for (name, question) in &questions {
        duel.sequence += 1;
        let (chain_id, id) = (duel.node.chain_id(), Some(duel.node.id()));
        let run = (1, duel.sequence);
        let frame = seal_frame(&key("liar"), &chain_id, run, id, question);
        let (asked, mut out) = (frame.len(), Outbox::new());
        let begin = Stopwatch::now();
        duel.node.handle(
            ClockReading::steady(duel.now),
            Input::Frame(frame),
            &mut out,
        );
        let took = begin.elapsed();
        let answers = out.iter().filter_map(|output| {
            if let Output::Send { frame, .. } = output {
                Some(frame.len())
            } else {
                None
            }
        });
        let answered: usize = answers.sum();
        println!(
            "{name}: {asked} bytes, answered with {answered} in {:.2} ms",
            took.as_secs_f64() * 1e3
        );
        assert!(
            (1_000..=crate::gossip::MAX_FRAME).contains(&answered),
            "{name}: {answered}"
        );
    }
    // One peer asks for headers as often as its rate allows: what it gets is the rate of its
    // answers.
    let mut answered = 0;
    for _ in 0..200 {
        let answer = duel.hear("liar", &Message::GetHeaders(Vec::new()));
        answered += answer.len() * MAX_HEADERS * 205;
    }
    println!("200 GET_HEADERS in a second: {answered} bytes");
    assert!(answered <= 9 * 1024 * 1024, "{answered} bytes in a burst");
}

#[test]
fn all_accounts_with_what_they_hold_cost_two_walks_over_the_state_and_one_account_one() {
    let user = |number: usize| Allocation {
        address: key(&format!("user-{number}")).address(),
        amount: Amount(2),
        name: None,
    };
    let mut crowded = params();
    crowded.allocation.extend((0..60).map(user));
    let setup = Setup {
        params: crowded,
        ..Duel::setup()
    };
    let reading = ClockReading::steady(GENESIS_TIME);
    let mut node = Node::start(setup, None, reading, &mut Outbox::new()).unwrap();
    let entries = node.chain.head_state().tree().len();
    assert!(entries > 60, "{entries} entries");
    let mut walked = |question| {
        take_walked();
        let answer = node.answer(reading, question, &mut Outbox::new());
        assert!(answer.is_ok());
        take_walked()
    };
    let all = walked(Request::Accounts);
    assert!(all <= 2 * entries, "{all} of {entries} entries");
    let who = "alice".to_owned();
    let one = walked(Request::Account { who });
    assert!(one <= entries, "{one} of {entries} entries");
}
