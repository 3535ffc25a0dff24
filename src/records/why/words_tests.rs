//! Each reason as a sentence.

use super::*;
use crate::records::NodeState;

const NOW: u64 = 100_000;

fn explained(reason: Reason) -> Explained {
    reason.explained(NOW)
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
            "“start” brings it back from its ledger",
        ),
        (Reason::Elsewhere { tab: "t".into() }, "another tab (t)"),
        (Reason::HearsNobody, "hears no other node"),
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
            "none of the authorities of its chain (2)",
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

#[test]
fn a_reason_has_its_name_and_its_sentence_for_scripts() {
    let gap = Reason::NonceGap {
        missing: 3,
        nonce: 5,
    };
    let gap = serde_json::to_value(explained(gap)).unwrap();
    assert_eq!(gap["code"], "nonce_gap");
    assert_eq!(
        (&gap["expected"], &gap["found"]),
        (&"nonce 3".into(), &"nonce 5".into())
    );
    let about = serde_json::to_value(Subject::Block("ab".into())).unwrap();
    assert_eq!(about, serde_json::json!({ "kind": "block", "name": "ab" }));
}
