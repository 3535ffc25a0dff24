//! Opening the page is enough: the workers run, the first block comes at once, the test
//! transactions are committed everywhere, nothing is missing and nothing leaves the origin.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::visit::Visit;

/// Resolves to the milliseconds from the navigation to the first block.
const FIRST_BLOCK: &str = "
    for (;;) {
      const status = await aurex.status();
      if (status.nodes.some((node) => node.height >= 1)) return Math.round(performance.now());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }";

/// Nodes' workers, and for each its nested workers, from the browser's own list of targets.
fn workers(visit: &Visit) -> Vec<(String, usize)> {
    let answer = visit.browser.devtools("Target.getTargets", json!({}));
    let targets = answer["targetInfos"].as_array().expect("a list of targets");
    let of_kind = |kind: &'static str| targets.iter().filter(move |target| target["type"] == kind);
    let home = visit.server.page("");
    let is_here = |target: &&Value| {
        target["url"]
            .as_str()
            .is_some_and(|address| address.starts_with(&home))
    };
    let page = of_kind("page")
        .find(is_here)
        .expect("the page among the targets");
    let children = |parent: &Value| {
        of_kind("worker")
            .filter(|worker| worker["parentId"] == *parent)
            .collect::<Vec<_>>()
    };
    let title = |worker: &Value| worker["title"].as_str().unwrap_or_default().to_owned();
    let nodes = children(&page["targetId"]);
    nodes
        .into_iter()
        .map(|worker| (title(worker), children(&worker["targetId"]).len()))
        .collect()
}

#[test]
#[ignore = "run by cargo xtask test"]
fn every_node_is_a_worker_and_every_work_node_has_nested_miners() {
    let mut visit = Visit::open("?miners=2");
    visit.agreed(5, 1, 60);
    let wanted = [
        ("node:poa-1", 0),
        ("node:poa-2", 0),
        ("node:pow-1", 2),
        ("node:pow-2", 2),
        ("node:pow-3", 2),
    ];
    let wanted = wanted.map(|(name, nested)| (name.to_owned(), nested));
    // The miners of a node come up beside its first blocks.
    let found = visit.wait(
        "five node workers with two miners for each of the work nodes",
        30,
        |visit| {
            let mut found = workers(visit);
            found.sort();
            (found == wanted).then_some(found)
        },
    );
    eprintln!("    the browser's targets: {found:?}");
    visit.command("kill pow-1");
    let last = RefCell::new(found);
    visit.wait(
        "no worker is left of a killed node, and no miner",
        30,
        |visit| {
            let found = workers(visit);
            let is_done =
                found.len() == 4 && found.iter().map(|(_, nested)| nested).sum::<usize>() == 4;
            if last.replace(found.clone()) != found {
                eprintln!("    the browser's targets: {found:?}");
            }
            is_done.then_some(())
        },
    );
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_first_block_is_there_within_seconds_of_the_navigation() {
    let mut visit = Visit::open("?net=cold");
    let cold: u64 = visit.ask(FIRST_BLOCK);
    visit.browser.go("about:blank");
    visit.go("?net=warm");
    let warm: u64 = visit.ask(FIRST_BLOCK);
    eprintln!("    first block after {cold} ms with a cold cache, {warm} ms with a warm one");
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_test_transactions_are_committed_on_every_node_and_all_agree() {
    let mut visit = Visit::open("");
    let mut makers = BTreeSet::new();
    let status = visit.wait(
        "five transactions on five nodes, and blocks of both kinds",
        60,
        |visit| {
            let status = visit.status();
            if !status.agree(5) || status.height() < 3 || !status.in_consensus {
                return None;
            }
            let kinds: BTreeSet<String> = visit
                .chain("pow-1", 100)
                .into_iter()
                .skip(1)
                .map(|b| b.kind)
                .collect();
            let committed = |node: &String| committed(visit, node).len() == 5;
            let names: Vec<String> = status.up().map(|node| node.name.clone()).collect();
            (kinds.len() == 2 && names.iter().all(committed)).then_some(status)
        },
    );
    let ids: BTreeSet<Vec<String>> = status
        .up()
        .map(|node| committed(&visit, &node.name))
        .collect();
    assert_eq!(
        ids.len(),
        1,
        "every ledger holds the same five transactions: {ids:?}"
    );
    for id in ids.iter().flatten() {
        let info = visit.committed(id, 5, 30);
        assert!(info.confirmations >= 1 && info.height.is_some(), "{info:?}");
    }
    for block in visit.chain("poa-1", 100).into_iter().skip(1) {
        makers.insert((block.kind, block.miner));
    }
    eprintln!(
        "    height {} after {} ms; makers: {makers:?}",
        status.height(),
        milliseconds(&visit)
    );
    assert_eq!(status.of_kind("pow"), ["pow-1", "pow-2", "pow-3"]);
    assert_eq!(status.of_kind("poa"), ["poa-1", "poa-2"]);
    assert_eq!(status.network.mode, "host");
    assert!(status.network.persistent, "the network's record is kept");
    assert!(
        status
            .up()
            .all(|node| node.degraded.is_none() && node.ledger_start == "new"),
        "{status:?}"
    );
    visit.wait("the page's own words", 10, |visit| {
        visit
            .text_of("#health")
            .contains("All 5 nodes agree")
            .then_some(())
    });
    visit.expect_quiet();
}

/// Ids of the transactions that a node's ledger holds as committed.
fn committed(visit: &Visit, node: &str) -> Vec<String> {
    visit.ask(&format!(
        "const found = await aurex.ledger({{ node: '{node}', table: 'transactions', index: 'status', key: 'committed' }});
         return found.rows.map((row) => row.tx_hash).sort()"
    ))
}

fn milliseconds(visit: &Visit) -> u64 {
    visit.ask("return Math.round(performance.now())")
}

/// The watch that all tests keep is watched itself: what must not happen would be seen.
#[test]
#[ignore = "run by cargo xtask test"]
fn foreign_requests_inline_scripts_and_missing_files_would_be_seen() {
    let mut visit = Visit::open("");
    visit.agreed(5, 1, 60);
    visit.expect_quiet();
    for (attempt, sign) in [
        (
            "await fetch('http://example.com/').catch(() => 0)",
            "Content Security Policy",
        ),
        (
            "document.head.append(Object.assign(document.createElement('script'), { text: '1' }))",
            "inline script",
        ),
        (
            "new Worker('worker.js?glue=http://example.com/x.js', { type: 'module' }).postMessage({})",
            "example.com/x.js",
        ),
        ("await fetch('no-such-file')", "no-such-file"),
    ] {
        visit.value(attempt);
        let mut seen = false;
        for _ in 0..50 {
            seen = seen
                || visit
                    .browser
                    .console()
                    .iter()
                    .any(|line| line.starts_with("SEVERE") && line.contains(sign));
            if !seen {
                visit.value("await new Promise((resolve) => setTimeout(resolve, 100))");
            }
        }
        assert!(
            seen,
            "{attempt} left no trace of \"{sign}\":\n{}",
            visit.browser.console().join("\n")
        );
    }
    let missing = visit
        .server
        .requests()
        .into_iter()
        .find(|request| request.status == 404)
        .expect("a missing file");
    assert!(missing.path.ends_with("/no-such-file"), "{missing:?}");
}
