//! One node and one peer that does not keep to the rules: known failures of other networks, by
//! name.

use super::compact::{MAX_COMPACT, MAX_COMPACT_OF_ONE};
use super::deferred::{MAX_DEFERRED, MAX_DEFERRED_OF_ONE};
use super::exchange::MAX_ASKED;
use super::source::Source;
use super::testing::{Duel, compact, head_of, ping, three_blocks};
use super::*;
use crate::chain::MAX_LOCATOR;
use crate::gossip::{CompactBlock, HeadInfo, Message, seal_frame};
use crate::ipc::Request;
use crate::primitives::{
    Block, BlockHash, Body, ClockReading, Difficulty, Header, Height, Millis, Transaction, TxId,
    Weight,
};
use crate::testkit::{GENESIS_TIME, Grower, key, mine, params};

/// Work blocks whose parents nobody knows, each of valid work.
fn strays(count: u64) -> impl Iterator<Item = Block> {
    let good = Grower::new(params()).work_block("miner", 1_000, Vec::new());
    (0..count).map(move |number| {
        let mut block = good.clone();
        block.header.parent.0[..8].copy_from_slice(&number.to_le_bytes());
        block.header = mine(block.header);
        block
    })
}

#[test]
fn requests_at_genesis_are_answered_with_what_there_is() {
    let mut duel = Duel::new();
    let genesis = duel.node.chain_id();
    let nothing = [Message::Headers(Vec::new())];
    assert_eq!(duel.hear("liar", &Message::GetHeaders(Vec::new())), nothing);
    assert_eq!(
        duel.hear("liar", &Message::GetHeaders(vec![genesis])),
        nothing
    );
    assert_eq!(
        duel.hear(
            "liar",
            &Message::GetHeaders(vec![BlockHash([7; 32]); MAX_LOCATOR])
        ),
        nothing
    );
    let body = Body {
        data: duel
            .node
            .chain
            .get(&genesis)
            .unwrap()
            .block
            .body
            .data
            .clone(),
        transactions: Vec::new(),
    };
    assert_eq!(
        duel.hear("liar", &Message::GetBodies(vec![genesis])),
        [Message::Bodies(vec![(genesis, body)])]
    );
    assert_eq!(
        duel.hear("liar", &Message::GetBodies(Vec::new())),
        [Message::Bodies(Vec::new())]
    );
    assert_eq!(
        duel.hear("liar", &Message::GetBodies(vec![BlockHash([7; 32])])),
        [Message::Bodies(Vec::new())]
    );
    assert!(duel.listens_to("liar"), "a question is no fault");
}

#[test]
fn a_locator_of_unknown_ids_is_answered_from_the_first_block_on() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    grower.grow("miner", 3);
    for height in 1..=3 {
        let block = grower
            .chain
            .get(&grower.chain.at(Height(height)).unwrap())
            .unwrap()
            .block
            .clone();
        duel.hear("liar", &compact(&block));
    }
    assert_eq!(duel.node.chain.height(), Height(3));
    for locator in [Vec::new(), vec![BlockHash([7; 32]); MAX_LOCATOR]] {
        let answers = duel.hear("liar", &Message::GetHeaders(locator));
        assert!(
            matches!(&answers[..], [Message::Headers(headers)] if headers.len() == 3),
            "{answers:?}"
        );
    }
}

#[test]
fn empty_lists_from_a_peer_change_nothing() {
    let mut duel = Duel::new();
    for message in [
        Message::NodeList(Vec::new()),
        Message::Inv(Vec::new()),
        Message::GetTransactions(Vec::new()),
        Message::Transactions(Vec::new()),
        Message::Headers(Vec::new()),
        Message::Bodies(Vec::new()),
    ] {
        duel.hear("liar", &message);
        assert!(
            duel.is_at_genesis() && duel.node.mempool.is_empty(),
            "{message:?}"
        );
    }
    assert!(duel.listens_to("liar"));
}

#[test]
fn a_heavy_head_with_no_headers_behind_it_is_not_believed() {
    let mut duel = Duel::new();
    let head = HeadInfo {
        id: BlockHash([9; 32]),
        height: Height(u64::MAX),
        weight: Weight(u128::MAX),
    };
    let asked = duel.hear(
        "liar",
        &Message::Ping {
            token: 0,
            head,
            answer_by: None,
            progress: None,
        },
    );
    assert!(matches!(&asked[..], [Message::GetHeaders(_)]), "{asked:?}");
    duel.hear("liar", &Message::Headers(Vec::new()));
    assert!(duel.is_at_genesis() && duel.node.lanes.is_idle());
}

#[test]
fn a_body_that_is_not_the_headers_is_refused_and_the_block_is_taken_from_another() {
    let mut duel = Duel::new();
    duel.introduce("honest");
    let mut grower = Grower::new(params());
    let transfer = grower.transfer("alice", 0, "bob", 1);
    let block = grower.work_block("miner", 1_000, vec![transfer]);
    grower.import(block.clone()).unwrap();
    let ping = Message::Ping {
        token: 0,
        head: head_of(&grower),
        answer_by: None,
        progress: None,
    };
    let headers = Message::Headers(vec![(block.header, block.seal)]);
    duel.hear("liar", &ping);
    let asked = duel.hear("liar", &headers);
    assert_eq!(asked, [Message::GetBodies(vec![block.id()])]);
    duel.hear(
        "liar",
        &Message::Bodies(vec![(block.id(), Body::default())]),
    );
    assert!(duel.is_at_genesis() && !duel.listens_to("liar"));
    // Within half a minute the other one is asked, who answers.
    for _ in 0..30 {
        duel.pass(Millis(1_000));
        let mut open = duel.taken("honest");
        open.extend(duel.hear("honest", &ping));
        while let Some(asked) = open.pop() {
            if matches!(asked, Message::GetHeaders(_)) {
                open.extend(duel.hear("honest", &headers));
            } else if matches!(asked, Message::GetBodies(_)) {
                open.extend(duel.hear(
                    "honest",
                    &Message::Bodies(vec![(block.id(), block.body.clone())]),
                ));
            }
        }
    }
    assert_eq!(
        duel.node.chain.head(),
        block.id(),
        "the id was not condemned"
    );
}

#[test]
fn a_flood_of_blocks_without_parents_keeps_nothing() {
    let mut duel = Duel::new();
    for block in strays(500) {
        duel.hear("liar", &compact(&block));
    }
    assert!(duel.is_at_genesis() && duel.node.compact.len() == 0 && duel.node.deferred.len() == 0);
}

/// Blocks on genesis of valid work, each with a transaction that nobody has.
fn lacking(count: u64) -> impl Iterator<Item = Message> {
    let block = Grower::new(params()).work_block("miner", 1_000, Vec::new());
    (0..count).map(move |number| {
        let header = mine(Header {
            time: GENESIS_TIME.plus(Millis(1_000 + number)),
            ..block.header
        });
        let transactions = vec![TxId([1; 32]); 200];
        Message::BlockFound(CompactBlock {
            header,
            seal: block.seal,
            data: Vec::new(),
            transactions,
        })
    })
}

#[test]
fn a_flood_of_blocks_with_unknown_transactions_drives_out_only_its_own() {
    let mut duel = Duel::new();
    duel.introduce("honest");
    let mut grower = Grower::new(params());
    let transfer = grower.transfer("alice", 0, "bob", 1);
    let block = grower.work_block("miner", 1_000, vec![transfer.clone()]);
    let asked = duel.hear("honest", &compact(&block));
    assert_eq!(asked, [Message::GetTransactions(vec![transfer.id()])]);
    for message in lacking(200) {
        duel.hear("liar", &message);
    }
    assert!(duel.is_at_genesis() && duel.node.compact.len() == MAX_COMPACT_OF_ONE + 1);
    duel.hear("honest", &Message::Transactions(vec![transfer]));
    assert_eq!(duel.node.chain.head(), block.id());
    let mut floods = lacking(100);
    for number in 0..20 {
        let peer = format!("liar-{number}");
        duel.introduce(&peer);
        floods
            .by_ref()
            .take(MAX_COMPACT_OF_ONE)
            .for_each(|message| drop(duel.hear(&peer, &message)));
    }
    assert_eq!(duel.node.compact.len(), MAX_COMPACT);
}

#[test]
fn a_block_whose_transactions_the_first_sender_keeps_back_is_fetched_from_another() {
    let mut duel = Duel::new();
    duel.introduce("honest");
    let mut grower = Grower::new(params());
    let transfer = grower.transfer("alice", 0, "bob", 1);
    let block = grower.work_block("miner", 1_000, vec![transfer]);
    duel.hear("liar", &compact(&block));
    duel.hear("honest", &compact(&block));
    duel.pass(Millis(1_000));
    assert!(matches!(duel.taken("honest")[..], [Message::GetHeaders(_)]));
}

#[test]
fn a_block_is_rebuilt_with_transactions_that_could_not_wait_by_themselves() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    let gift = grower.transfer("alice", 0, "carol", 100);
    let spent = grower.transfer("carol", 0, "bob", 50);
    let block = grower.work_block("miner", 1_000, vec![gift.clone(), spent.clone()]);
    duel.hear("liar", &compact(&block));
    // Carol has nothing yet.
    duel.hear("liar", &Message::Transactions(vec![spent]));
    assert!(duel.node.mempool.is_empty());
    duel.hear("liar", &Message::Transactions(vec![gift]));
    assert_eq!(duel.node.chain.head(), block.id());
}

#[test]
fn a_flood_of_blocks_from_the_future_keeps_an_early_honest_one() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    let mut early = |after: u64| compact(&grower.work_block("miner", after, Vec::new()));
    let now = duel.now.since(GENESIS_TIME).0;
    for year in 0..8 {
        duel.hear("liar", &early(now + 31_536_000_000 * (year + 1)));
    }
    assert!(
        duel.node.deferred.len() == 0,
        "what is far ahead is not kept"
    );
    for number in 0..2 * MAX_DEFERRED {
        let peer = format!("liar-{}", number / 2 / MAX_DEFERRED_OF_ONE);
        duel.introduce(&peer);
        duel.hear(&peer, &early(now + 60_000 + u64::try_from(number).unwrap()));
    }
    assert_eq!(duel.node.deferred.len(), MAX_DEFERRED);
    assert!(duel.listens_to("liar"), "a clock that is ahead is no fault");
    duel.introduce("honest");
    let block = grower.work_block("miner", now + 3_000, Vec::new());
    duel.hear("honest", &compact(&block));
    assert!(duel.is_at_genesis() && duel.node.deferred.len() == MAX_DEFERRED);
    let head = HeadInfo {
        id: block.id(),
        height: Height(1),
        weight: Weight(16),
    };
    let asked = duel.hear(
        "honest",
        &Message::Ping {
            token: 0,
            head,
            answer_by: None,
            progress: None,
        },
    );
    assert_eq!(asked, [], "it is here already, but for its time");
    duel.pass(Millis(1_000));
    assert_eq!(duel.node.chain.head(), block.id());
}

#[test]
fn what_a_header_shows_is_held_against_whoever_sends_it() {
    for spoil in [
        |header: &mut Header| header.difficulty = Difficulty(1),
        |header: &mut Header| header.height = Height(9),
        |header: &mut Header| header.time = GENESIS_TIME.plus(Millis(249)),
    ] {
        let mut duel = Duel::new();
        let mut block = Grower::new(params()).work_block("miner", 1_000, Vec::new());
        spoil(&mut block.header);
        block.header = mine(block.header);
        duel.hear("liar", &compact(&block));
        assert!(
            duel.is_at_genesis() && !duel.listens_to("liar"),
            "{:?}",
            block.header
        );
    }
}

#[test]
fn headers_that_claim_a_weight_for_nothing_are_refused_before_any_body_is_asked_for() {
    let mut duel = Duel::new();
    let liar = key("liar");
    let now = duel.now.since(GENESIS_TIME).0;
    let block = Grower::new(params()).work_block("miner", now, Vec::new());
    let slot = crate::consensus::slots::slot_at(&params(), block.header.time);
    let header = Header {
        kind: crate::primitives::Kind::Authority,
        difficulty: Difficulty(1 << 50),
        sealer: liar.node_id(),
        slot,
        nonce: 0,
        ..block.header
    };
    let head = HeadInfo {
        id: header.id(),
        height: Height(1),
        weight: Weight(1 << 50),
    };
    duel.hear(
        "liar",
        &Message::Ping {
            token: 0,
            head,
            answer_by: None,
            progress: None,
        },
    );
    let seal = header.seal(&duel.node.chain_id(), &liar);
    assert_eq!(
        duel.hear("liar", &Message::Headers(vec![(header, seal)])),
        []
    );
    assert!(duel.node.lanes.is_idle() && !duel.listens_to("liar"));
}

#[test]
fn answers_that_nobody_waits_for_count_once_however_much_is_in_them() {
    let mut duel = Duel::new();
    let grower = Grower::new(params());
    let answer: Vec<Transaction> = (0..100)
        .map(|nonce| grower.transfer("alice", nonce, "bob", 1))
        .collect();
    duel.hear("liar", &Message::Transactions(answer));
    assert!(duel.listens_to("liar") && duel.node.mempool.is_empty());
}

#[test]
fn what_is_asked_for_twice_in_a_question_is_answered_once() {
    let mut duel = Duel::new();
    let genesis = duel.node.chain_id();
    let bodies = duel.hear("liar", &Message::GetBodies(vec![genesis; 100]));
    assert!(matches!(&bodies[..], [Message::Bodies(bodies)] if bodies.len() == 1));
    let transfer = Grower::new(params()).transfer("alice", 0, "bob", 1);
    duel.hear("liar", &Message::NewTransaction(transfer.clone()));
    let asked = duel.hear("liar", &Message::GetTransactions(vec![transfer.id(); 100]));
    assert_eq!(asked, [Message::Transactions(vec![transfer])]);
}

#[test]
fn a_node_asks_for_a_bounded_number_of_transactions_at_a_time() {
    let mut duel = Duel::new();
    duel.introduce("maker");
    let now = duel.instant();
    duel.node.roster.peers.credit(&key("maker").node_id(), now);
    // Who gave no block yet gets no more than one half.
    for (name, most) in [("liar", MAX_ASKED / 2), ("maker", MAX_ASKED)] {
        for number in 0..40_u8 {
            let of_name = name.as_bytes()[0];
            let ids = (0..200)
                .map(|at| TxId([number, at, of_name, 2].repeat(8).try_into().unwrap()))
                .collect();
            duel.node
                .ask_transactions(key(name).node_id(), ids, &mut Outbox::new());
        }
        let bounded = duel.node.exchange.bounded();
        let mut asked = bounded
            .iter()
            .filter(|(name, ..)| *name == "transactions asked for");
        assert_eq!(asked.next().map(|(_, asked, _)| *asked), Some(most));
    }
}

#[test]
fn a_reorganisation_takes_everything_back_that_may_yet_be_committed() {
    let mut duel = Duel::new();
    let (mut ours, mut theirs) = (Grower::new(params()), Grower::new(params()));
    let mut transfers: Vec<Transaction> = (0..40)
        .map(|nonce| ours.transfer("alice", nonce, "carol", 1))
        .collect();
    // Carol spends what she got in the same blocks.
    transfers.push(ours.transfer("carol", 0, "bob", 30));
    let block = ours.work_block("one", 1_000, transfers);
    assert_eq!(block.body.transactions.len(), 41);
    let mut out = Outbox::new();
    assert!(duel.node.import(block, Source::Own, &mut out));
    for id in theirs.grow("two", 2) {
        let block = (*theirs.chain.get(&id).unwrap().block).clone();
        assert!(duel.node.import(block, Source::Own, &mut out));
    }
    assert_eq!(
        (duel.node.chain.head(), duel.node.mempool.len()),
        (theirs.chain.head(), 41)
    );
    assert!(
        !out.iter()
            .any(|output| matches!(output, Output::Notice(Notice::Dropped { .. })))
    );
}

#[test]
fn times_between_cannot_lower_the_difficulty() {
    // The time warp of other networks moves the ends of a retarget's window. Here only the last
    // time and the number of blocks count, and no block may be older than its parent.
    let mut moving = params();
    let (min, max) = (Difficulty(1), Difficulty(1 << 20));
    moving.retarget = crate::primitives::Retarget::Asert {
        ideal: Millis(5_000),
        half_life: Millis(20_000),
        min,
        max,
    };
    let required = |spans: [u64; 4]| {
        let mut grower = Grower::new(moving.clone());
        for span in spans {
            let block = grower.work_block("miner", span, Vec::new());
            grower.import(block).unwrap();
        }
        grower.chain.context().required_difficulty()
    };
    let honest = required([1_000; 4]);
    assert_eq!(honest, required([250, 250, 250, 3_250]));
    assert_eq!(honest, required([3_250, 250, 250, 250]));
    assert!(required([250; 4]) > honest && honest > Difficulty(16));
}

#[test]
fn a_text_that_is_no_hash_is_refused_whatever_its_characters() {
    let mut duel = Duel::new();
    for text in [
        "",
        "abc",
        "aaaé",
        "é",
        "💥💥",
        "zzzz",
        "18446744073709551616",
        // Genesis has the height 0, in one form only.
        "+0",
        "0,0",
        "０",
        "\u{0}\u{0}\u{0}\u{0}",
        &"ü".repeat(32),
    ] {
        let mut ask = |request| {
            duel.node
                .answer(ClockReading::steady(duel.now), request, &mut Outbox::new())
                .unwrap_err()
                .code()
        };
        assert_eq!(
            ask(Request::Block {
                which: text.to_owned()
            }),
            "unknown_block",
            "{text:?}"
        );
        assert_eq!(
            ask(Request::Transaction {
                id: text.to_owned()
            }),
            "unknown_transaction",
            "{text:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_transaction_are_refused_by_name_and_nothing_waits() {
    let mut duel = Duel::new();
    let good = Grower::new(params())
        .transfer("alice", 0, "bob", 1)
        .to_bytes();
    for raw in [
        Vec::new(),
        good[..good.len() - 1].to_vec(),
        [good.as_slice(), &[0]].concat(),
        vec![0xff; 5_000],
    ] {
        let refused = duel
            .node
            .answer(
                ClockReading::steady(duel.now),
                Request::Submit { raw },
                &mut Outbox::new(),
            )
            .unwrap_err();
        assert_eq!(refused.code(), "encoding");
        assert!(duel.node.mempool.is_empty());
    }
}

#[test]
fn who_answers_with_nothing_keeps_nobody_from_being_asked() {
    let mut duel = Duel::new();
    duel.introduce("honest");
    let (grower, headers, bodies) = three_blocks();
    let truth = ping(head_of(&grower));
    let lie = ping(HeadInfo {
        id: BlockHash([9; 32]),
        height: Height(9),
        weight: Weight(u128::MAX),
    });
    for _ in 0..120 {
        let asked = duel.hear("liar", &lie);
        let mut open = duel.hear("honest", &truth);
        while let Some(question) = open.pop() {
            if matches!(question, Message::GetHeaders(_)) {
                open.extend(duel.hear("honest", &Message::Headers(headers.clone())));
            } else if matches!(question, Message::GetBodies(_)) {
                open.extend(duel.hear("honest", &Message::Bodies(bodies.clone())));
            }
        }
        duel.pass(Millis(1_000));
        if !asked.is_empty() {
            duel.hear("liar", &Message::Headers(Vec::new()));
        }
    }
    assert_eq!(
        duel.node.chain.head(),
        grower.chain.head(),
        "two minutes beside an honest peer"
    );
}

#[test]
fn answers_that_others_play_again_to_a_restarted_node_cost_their_sender_nothing() {
    let mut duel = Duel::new();
    let (chain_id, to) = (duel.node.chain_id(), Some(duel.node.id()));
    // What anybody on the channel heard the honest one answer before this node was started again.
    let answer = Message::Headers(Vec::new());
    let recorded: Vec<_> = (1..=20)
        .map(|number| seal_frame(&key("honest"), &chain_id, (1, number), to, &answer))
        .collect();
    recorded
        .into_iter()
        .for_each(|frame| duel.handle(Input::Frame(frame)));
    assert!(duel.listens_to("honest"), "it did nothing");
}
