//! Tests of [`super`].

use super::*;
use crate::ipc::{NodeState, Report};
use crate::records::{PayloadKind, TransactionRecord, TransactionStatus};
use crate::view::Update;
use crate::view::testing::{block as summary, report, status as row};

fn chain_of(node: &str, hashes: &[&str]) -> ChainInfo {
    let blocks: Vec<_> = (0..)
        .zip(hashes)
        .map(|(height, hash)| summary(hash, "", height))
        .collect();
    let height = blocks.last().map_or(0, |block| block.height);
    let head = (*hashes.last().unwrap_or(&"")).to_owned();
    ChainInfo {
        node: node.into(),
        height,
        head,
        blocks,
    }
}

fn transaction(kind: PayloadKind) -> TransactionInfo {
    TransactionInfo {
        record: TransactionRecord {
            tx_hash: "cd".repeat(32),
            status: TransactionStatus::Pending,
            block_id: String::new(),
            height: None,
            from_user: "alice".into(),
            to_user: "bob".into(),
            from_address: "ab".repeat(32),
            amount: 100,
            fee: 1,
            nonce: 0,
            kind,
            memo: "hi\nthere".into(),
            timestamp: 0,
            reason: String::new(),
        },
        confirmations: 0,
        finality: crate::records::BlockFinality::Plain,
        seen_by: 1,
        signature: String::new(),
        raw: String::new(),
    }
}

#[test]
fn ages_are_short() {
    assert_eq!(age(10_000, 10_400), "now");
    assert_eq!(age(10_000, 5_000), "5 s ago");
    assert_eq!(age(10_000, 13_000), "in 3 s");
    assert_eq!(age(200_000, 0), "3 min ago");
    assert_eq!(age(7_200_000, 0), "2 h ago");
    assert_eq!(age(2 * 86_400_000, 0), "2 d ago");
}

#[test]
fn status_lists_every_node_and_says_whether_they_agree() {
    let mut model = Model::new("lab");
    model.mode = TabMode::Host;
    for name in ["pow-1", "poa-1"] {
        let told: Report = report(row(name, "00ab12cd34", 1_234));
        let (id, name, kind, host) = (
            told.status.id.clone(),
            name.to_owned(),
            told.status.kind,
            "tab".to_owned(),
        );
        model.apply_all([
            Update::Node {
                id,
                name,
                kind,
                host,
                state: NodeState::Starting,
            },
            Update::Report(told),
        ]);
    }
    let text = status(&model, 0);
    assert!(
        text.starts_with("Network lab (this tab runs its nodes)"),
        "{text}"
    );
    assert!(
        text.contains("pow-1  pow   running   1,234  00ab12cd"),
        "{text}"
    );
    assert!(text.contains("no slot"), "{text}");
    assert!(
        text.contains("In consensus: yes. Difficulty: 256 (2 leading zero digits).\n"),
        "{text}"
    );
    assert!(
        text.ends_with(
            "\nFinal: There are no authorities: nothing is ever final, and depth is all there is.\nTraffic is off."
        ),
        "{text}"
    );
    assert!(status(&Model::new("x"), 0).contains("In consensus: no."));
}

#[test]
fn chain_says_where_nodes_differ() {
    let (one, two) = (
        chain_of("pow-1", &["g", "a", "b"]),
        chain_of("pow-2", &["g", "a"]),
    );
    let text = chain(&[one.clone(), two], 10_000);
    assert!(
        text.ends_with("All 2 nodes have the same blocks up to height 1; 1 node still below 2."),
        "{text}"
    );
    let text = chain(&[one.clone(), chain_of("poa-1", &["g", "x"])], 10_000);
    assert!(
        text.ends_with("poa-1 has other blocks from height 1: its head is x at 1"),
        "{text}"
    );
    assert!(chain(&[one], 0).ends_with("1 node has the same blocks up to height 2."));
    assert_eq!(chain(&[], 0), "No node runs in this tab.");
}

#[test]
fn a_sent_transaction_and_a_mempool_read_as_sentences() {
    let text = sent(&transaction(PayloadKind::Transfer), "pow-1");
    assert!(
        text.contains("(100 coins from alice to bob, fee 1, nonce 0) to pow-1: pending."),
        "{text}"
    );
    let info = MempoolInfo {
        node: "pow-1".into(),
        count: 1,
        bytes: 200,
        transactions: vec![transaction(PayloadKind::Transfer)],
    };
    let text = mempool(&info, 1_000);
    assert!(
        text.starts_with("1 transaction (200 B) in the mempool of pow-1:"),
        "{text}"
    );
    assert!(
        text.contains("hi there"),
        "control characters do not break the table: {text}"
    );
    let empty = MempoolInfo {
        count: 0,
        transactions: Vec::new(),
        ..info
    };
    assert_eq!(mempool(&empty, 0), "Nothing waits in the mempool of pow-1.");
}

#[test]
fn long_lists_are_cut() {
    let list: Vec<_> = (0..60).map(|_| transaction(PayloadKind::Message)).collect();
    assert!(transactions(&list, 0).ends_with("and 10 more"));
}
