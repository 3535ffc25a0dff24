//! Each reason as a sentence, and what the page adds to what the nodes say.

use std::rc::Rc;

use super::super::testing::{event, miner, status};
use super::*;
use crate::ipc::Level;
use crate::records::MinerState;

const NOW: u64 = 100_000;

fn explained(reason: Reason) -> Explained {
    Explained::of(reason, Vec::new(), NOW)
}

fn hash() -> String {
    "0123456789".to_owned()
}

fn names() -> Vec<String> {
    vec!["pow-1".to_owned(), "poa-1".to_owned()]
}

type Case = (Reason, &'static str);

/// One of each reason, with what its line must say.
fn all() -> Vec<Case> {
    [
        about_blocks(),
        about_transactions(),
        about_nodes(),
        about_authorities(),
        about_disks_and_votes(),
    ]
    .concat()
}

fn about_blocks() -> Vec<Case> {
    vec![
        (Reason::OnChain { confirmations: 3 }, "with 3 confirmations"),
        (
            Reason::Lighter {
                fork: 7,
                weight: 512,
                best: 1_792,
                head: hash(),
            },
            "lighter by 1,280: above block 7, which both have, it weighs 512, and the best chain 1,792. Rule: the heaviest \
             chain is the best. Expected a weight of more than 1,792 above block 7, found 512.",
        ),
        (
            Reason::Tied {
                fork: 7,
                weight: 512,
                head: hash(),
            },
            "lost the tie",
        ),
        (
            Reason::BesideFinal {
                height: 8,
                hash: hash(),
            },
            "final block 8 (01234567): no weight brings it back",
        ),
        (
            Reason::BesideJustified {
                height: 16,
                hash: hash(),
            },
            "comes before weight",
        ),
        (
            Reason::Deferred { until: NOW + 2_500 },
            "looked at again in 2.5 s. Rule: 8",
        ),
        (
            Reason::Refused {
                rule: 4,
                error: "insufficient_work".into(),
                text: "expected a, found b".into(),
            },
            "refused by rule 4 (insufficient_work): expected a, found b.",
        ),
        (
            Reason::NotFetched {
                peers: names(),
                missing: 0,
            },
            "the head of pow-1, poa-1, and has not come here",
        ),
        (
            Reason::NotFetched {
                peers: names(),
                missing: 1,
            },
            "1 block is being fetched",
        ),
        (Reason::Unknown, "never heard"),
    ]
}

fn about_transactions() -> Vec<Case> {
    vec![
        (
            Reason::Committed {
                height: 4,
                block: hash(),
            },
            "at height 4",
        ),
        (
            Reason::Dropped {
                text: "it was late".into(),
            },
            "dropped: it was late.",
        ),
        (
            Reason::NonceGap {
                missing: 4,
                nonce: 6,
            },
            "with nonce 4 is missing. Rule: an account's transactions are committed in the order of their nonces. Expected \
             nonce 4, found nonce 6.",
        ),
        (
            Reason::Behind {
                id: hash(),
                nonce: 4,
            },
            "Transaction 01234567",
        ),
        (
            Reason::NotNow {
                error: "balance".into(),
                text: "expected a".into(),
            },
            "(balance): expected a.",
        ),
        (
            Reason::NoRoom {
                before: 600,
                fits: 512,
                fee: 1,
            },
            "600 transactions that pay more for their bytes come first, and 512 fit",
        ),
        (Reason::Next, "the next block"),
        (
            Reason::NotSeen { nodes: names() },
            "not come to pow-1, poa-1",
        ),
        (
            Reason::HolderDown { nodes: names() },
            "does not run: pow-1, poa-1",
        ),
        (Reason::NobodyMakes, "No node that runs makes blocks"),
    ]
}

fn about_nodes() -> Vec<Case> {
    vec![
        (
            Reason::Down {
                state: NodeState::Killed,
            },
            "`start` brings it back from its ledger",
        ),
        (Reason::Elsewhere { tab: "t".into() }, "another tab (t)"),
        (Reason::Watches, "viewer"),
        (
            Reason::CatchesUp {
                missing: 1,
                rest: 1_500,
            },
            "1 block is to come, and it rests for 1.5 s",
        ),
        (Reason::Paused, "paused"),
        (Reason::NoMiner, "no miner"),
        (Reason::HeadAhead { wait: 700 }, "for 0.7 s"),
        (Reason::JustStarted { wait: 700 }, "just started"),
        (
            Reason::Searches {
                difficulty: 256,
                rate: 51,
                budget: Some(51),
            },
            "paced at 51 hashes/s: a block takes 256 tries",
        ),
        (
            Reason::Searches {
                difficulty: 256,
                rate: 0,
                budget: None,
            },
            "at full speed",
        ),
    ]
}

fn about_authorities() -> Vec<Case> {
    vec![
        (Reason::NoAuthority { authorities: 0 }, "no authorities"),
        (
            Reason::NoAuthority { authorities: 2 },
            "not among the 2 authorities",
        ),
        (
            Reason::NotItsTurn {
                slot: 9,
                leader: "poa-2".into(),
                next: Some(NOW + 4_000),
            },
            "Slot 9 is the turn of poa-2. Its next one begins in 4.0 s.",
        ),
        (
            Reason::SlotUsed {
                slot: 9,
                next: None,
            },
            "Its slot 9 is used already. Rule",
        ),
        (
            Reason::SlotBeforeStart { first: 10 },
            "it begins with slot 10",
        ),
        (Reason::Seals { slot: 9 }, "seals slot 9"),
    ]
}

fn about_disks_and_votes() -> Vec<Case> {
    vec![
        (Reason::AwaitsDisk { failure: None }, "not on its disk yet"),
        (
            Reason::AwaitsDisk {
                failure: Some("full".into()),
            },
            "Its disk fails: full.",
        ),
        (
            Reason::NoMemory {
                failure: "full".into(),
            },
            "does not vote: its disk fails (full)",
        ),
        (Reason::Listens, "listens"),
        (
            Reason::VotesMissing {
                silent: vec![("poa-2".into(), NOW - 40_500)],
                needed: 2,
                authorities: 2,
            },
            "Finality stands still: poa-2 has not voted for 40 s; 2 of 2 are needed.",
        ),
        (
            Reason::VotesMissing {
                silent: Vec::new(),
                needed: 2,
                authorities: 2,
            },
            "different blocks",
        ),
        (Reason::NoAuthorities, "nothing is ever final"),
        (Reason::Decides { lag: 9 }, "9 blocks below the head"),
    ]
}

#[test]
fn every_reason_is_a_sentence_with_its_values() {
    for (reason, expected) in all() {
        let line = explained(reason.clone()).line();
        assert!(line.contains(expected), "{reason:?}: {line}");
    }
}

#[test]
fn no_two_reasons_read_the_same() {
    let lines = all()
        .into_iter()
        .map(|(reason, _)| explained(reason).line());
    let lines: Vec<String> = lines.collect();
    let different: std::collections::BTreeSet<&String> = lines.iter().collect();
    assert_eq!(different.len(), lines.len());
}

fn answer(node: &str, reasons: &[Reason]) -> WhyInfo {
    WhyInfo {
        about: Subject::Transaction(hash()),
        node: node.to_owned(),
        reasons: reasons.to_vec(),
    }
}

fn node(name: &str, state: NodeState) -> NodeView {
    let mut view = NodeView {
        status: status(name, "a", 1),
        miners: vec![miner(MinerState::Searching)],
        peers: Vec::new(),
        own: true,
    };
    view.status.state = state;
    view
}

fn codes(why: &Why) -> Vec<&Reason> {
    why.reasons.iter().map(|one| &one.reason).collect()
}

#[test]
fn nodes_that_say_the_same_are_named_together_and_who_knows_nothing_is_left_out() {
    let answers = vec![
        answer("pow-1", &[Reason::Next]),
        answer("pow-2", &[Reason::Unknown]),
        answer("poa-1", &[Reason::Next]),
    ];
    let why = joined(
        Subject::Transaction(hash()),
        answers,
        &Model::new("main"),
        NOW,
    );
    assert_eq!(why.reasons.len(), 1);
    assert!(
        why.text()
            .starts_with("pow-1, poa-1: Nothing is in its way"),
        "{}",
        why.text()
    );
    let none = joined(
        Subject::Block(hash()),
        vec![answer("pow-1", &[Reason::Unknown])],
        &Model::new("main"),
        NOW,
    );
    assert!(!known(&none) && known(&why));
}

#[test]
fn the_page_adds_who_has_not_got_a_transaction_and_that_nobody_makes_blocks() {
    let mut model = Model::new("main");
    model.nodes = vec![
        node("pow-1", NodeState::Running),
        node("pow-2", NodeState::Running),
    ];
    let answers = || {
        vec![
            answer("pow-1", &[Reason::Next]),
            answer("pow-2", &[Reason::Unknown]),
        ]
    };
    let why = transaction(answers(), &hash(), &model, NOW);
    let not_seen = Reason::NotSeen {
        nodes: vec!["pow-2".into()],
    };
    assert_eq!(codes(&why), [&Reason::Next, &not_seen]);
    for node in &mut model.nodes {
        node.miners = vec![miner(MinerState::Paused)];
    }
    let why = transaction(answers(), &hash(), &model, NOW);
    assert_eq!(
        codes(&why),
        [&Reason::Next, &Reason::NobodyMakes, &not_seen]
    );
}

#[test]
fn what_only_a_stopped_node_had_heard_of_waits_for_it() {
    let mut model = Model::new("main");
    model.nodes = vec![
        node("pow-1", NodeState::Running),
        node("pow-2", NodeState::Stopped),
    ];
    let none = || vec![answer("pow-1", &[Reason::Unknown])];
    assert!(!known(&transaction(none(), &hash(), &model, NOW)));
    let mut took = event("pow-2", 5, Level::Info);
    took.tx_hash = Some(hash());
    model.log.push_back(Rc::new(took.clone()));
    let why = transaction(none(), &hash(), &model, NOW);
    let holder = Reason::HolderDown {
        nodes: vec!["pow-2".into()],
    };
    assert!(known(&why) && codes(&why).contains(&&holder), "{why:?}");
    assert_eq!(why.event, Some(took), "the event is shown with it");
}

#[test]
fn a_node_that_cannot_be_asked_has_a_reason_of_the_page() {
    let states = [
        NodeState::Starting,
        NodeState::Stopped,
        NodeState::Killed,
        NodeState::Failed,
    ];
    for state in states {
        assert_eq!(unasked(&node("pow-1", state)), Some(Reason::Down { state }));
    }
    assert_eq!(unasked(&node("pow-1", NodeState::Running)), None);
    let remote = unasked(&node("pow-1", NodeState::Remote));
    assert_eq!(remote, Some(Reason::Elsewhere { tab: "tab".into() }));
}

#[test]
fn a_refused_block_leads_to_the_event_that_tells_of_it() {
    let mut model = Model::new("main");
    let mut refused = event("pow-1", 5, Level::Warn);
    refused.block_hash = Some(hash());
    model.log.push_back(Rc::new(refused.clone()));
    model.log.push_back(Rc::new(event("pow-1", 6, Level::Info)));
    let reason = Reason::Refused {
        rule: 4,
        error: "x".into(),
        text: "y".into(),
    };
    let why = joined(
        Subject::Block(hash()),
        vec![answer("pow-1", &[reason])],
        &model,
        NOW,
    );
    assert_eq!(why.event, Some(refused));
    assert!(!why.is_well());
    let well = joined(
        Subject::Block("b".into()),
        vec![answer("pow-1", &[Reason::OnChain { confirmations: 1 }])],
        &model,
        NOW,
    );
    assert!(well.is_well() && well.event.is_none());
}
