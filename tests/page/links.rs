//! Simulated links: a partition of two minutes that heals, and slow, lossy links in another shape.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::visit::{Status, Visit};

/// How long the halves are apart.
const APART: Duration = Duration::from_secs(120);
/// The smaller half.
const FEW: [&str; 2] = ["pow-1", "poa-1"];

/// Cuts all links between the halves, both ways.
const CUT: &str = "
    const few = ['pow-1', 'poa-1'];
    const all = (await aurex.status()).nodes.map((node) => node.name);
    const apart = (a, b) => a !== b && few.includes(a) !== few.includes(b);
    const links = all.flatMap((from) => all.filter((to) => apart(from, to)).map((to) => ({ from, to })));
    return (await aurex.links(links)).length;";

fn heads(status: &Status, of_the_few: bool) -> Vec<String> {
    let half = status
        .nodes
        .iter()
        .filter(|node| FEW.contains(&node.name.as_str()) == of_the_few);
    half.map(|node| node.head.clone()).collect()
}

#[test]
#[ignore = "run by cargo xtask test"]
fn two_nodes_cut_off_from_three_for_two_minutes_end_on_one_chain_and_no_transaction_is_lost() {
    let mut visit = Visit::open("?pace=2");
    visit.agreed(5, 2, 60);
    assert_eq!(
        visit.value(CUT),
        Value::from(12),
        "directed links between two and three nodes"
    );
    let send = "return (await aurex.tx('100 alice to bob')).id";
    let mut sent: Vec<String> = Vec::new();
    for _ in 0..6 {
        sent.push(visit.ask(send));
        thread::sleep(APART / 6);
    }
    let apart = visit.status();
    assert!(
        heads(&apart, true)
            .iter()
            .all(|head| !heads(&apart, false).contains(head)),
        "the halves grew apart"
    );
    assert!(!apart.in_consensus);
    let highest = apart.height();
    assert_eq!(
        visit.value("return (await aurex.links([])).length"),
        Value::from(0)
    );
    visit.agreed(5, highest, 60);
    for id in sent {
        let find = format!("return await aurex.transaction('{id}')");
        let found = visit.value(&find);
        let status = found["status"].as_str().unwrap_or("lost");
        let told = status == "dropped"
            && found["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty());
        assert!(
            ["committed", "pending"].contains(&status) || told,
            "{id}: {found}"
        );
    }
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn slow_and_lossy_links_in_a_ring_are_said_and_the_network_still_agrees() {
    let mut visit = Visit::open("?pace=4");
    let before = visit.agreed(5, 1, 60);
    let said = visit.command("links ring latency=150 jitter=100 loss=10 copies=5");
    assert!(
        said.contains("latency 150 ms")
            && said.contains("10 % lost")
            && said.contains("10 directed links"),
        "{said}"
    );
    visit.agreed(5, before.height() + 3, 90);
    let refused = visit.command("links loss=101");
    assert!(
        refused.starts_with("Refused") && refused.contains("loss=101"),
        "{refused}"
    );
    let plain = visit.command("links reset");
    assert!(
        plain.contains("at once") && plain.contains("0 directed links"),
        "{plain}"
    );
    visit.expect_quiet();
}
