//! Many nodes and many tabs: fifteen nodes find each other, and a second tab does no harm.

use crate::clock::Clock;
use crate::visit::{Status, Visit};

#[test]
#[ignore = "run by cargo xtask test"]
fn fifteen_nodes_find_each_other_and_agree() {
    let clock = Clock::start();
    let mut visit = Visit::open("?pow=10&poa=5");
    visit.wait("fourteen peers of each of fifteen nodes", 120, |visit| {
        let status = visit.status();
        let met = status.up().filter(|node| node.peers == 14).count();
        (met == 15).then_some(())
    });
    eprintln!("    all had met all {clock} after the browser's start");
    let status = visit.agreed(15, 5, 120);
    eprintln!(
        "    fifteen heads at height {} {clock} after the browser's start",
        status.height()
    );
    assert_eq!(
        (status.of_kind("pow").len(), status.of_kind("poa").len()),
        (10, 5)
    );
    visit.wait("the page in words", 30, |visit| {
        visit
            .text_of("#health")
            .contains("All 15 nodes agree")
            .then_some(())
    });
    visit.expect_quiet();
}

/// A second tab that watches, says so, and refuses what only the first may do.
fn expect_viewer(visit: &Visit, first: &Status) -> Status {
    let seen = visit.wait(
        "a viewer with the head of all five nodes of the other tab",
        60,
        |visit| {
            let status = visit.status();
            let one_head = status
                .nodes
                .iter()
                .all(|node| node.head == status.nodes[0].head);
            (status.nodes.len() == 6 && one_head && status.height() >= first.height())
                .then_some(status)
        },
    );
    assert_eq!(seen.network.mode, "viewer");
    assert_eq!(seen.network.chain_id, first.network.chain_id);
    assert_eq!(
        seen.nodes.iter().filter(|node| node.own).count(),
        1,
        "{seen:?}"
    );
    assert_eq!(
        seen.nodes
            .iter()
            .filter(|node| node.state == "remote")
            .count(),
        5,
        "{seen:?}"
    );
    visit.wait("the page says that it watches", 10, |visit| {
        visit
            .text_of(".status-mode")
            .contains("Another tab runs the network")
            .then_some(())
    });
    assert_eq!(
        visit.refusal("return await aurex.kill('pow-1')").code,
        "other_tab"
    );
    seen
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_second_tab_watches_says_so_and_takes_over_when_the_first_is_closed() {
    let mut visit = Visit::open("?pace=2");
    let first = visit.agreed(5, 3, 60);
    assert_eq!(first.network.mode, "host");
    let host = visit.browser.window();

    let second = visit.browser.new_window();
    visit.go("?pace=2");
    let seen = expect_viewer(&visit, &first);

    visit.browser.switch_to(&host);
    let undisturbed = visit.agreed(5, seen.height() + 2, 60);
    assert_eq!(undisturbed.network.mode, "host");
    assert!(
        undisturbed.problems.is_empty(),
        "{:?}",
        undisturbed.problems
    );
    let refused: u64 = undisturbed.up().map(|node| node.frames_refused).sum();
    assert_eq!(refused, 0, "frames refused because of the second tab");
    visit.browser.close_window();

    visit.browser.switch_to(&second);
    let clock = Clock::start();
    let taken = visit.wait("the second tab runs the five nodes", 60, |visit| {
        let status = visit.status();
        // The viewer may still be there, and one of the five not yet.
        let made = status.up().all(|node| node.kind != "viewer");
        (status.network.mode == "host" && made && status.agree(5)).then_some(status)
    });
    eprintln!("    the second tab had taken over after {clock}");
    assert_eq!(taken.network.chain_id, first.network.chain_id);
    assert!(
        taken.up().all(|node| node.ledger_start == "resumed"),
        "{taken:?}"
    );
    assert!(
        taken.height() >= undisturbed.height(),
        "{} below {}",
        taken.height(),
        undisturbed.height()
    );
    visit.agreed(5, taken.height() + 2, 60);
    visit.expect_quiet();
}
