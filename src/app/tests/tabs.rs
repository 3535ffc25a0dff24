//! Two tabs and three: one hosts the network, the others watch, and the next takes over.

use crate::app::testing::{Page, World};
use crate::ipc::{NodeKind, NodeState, Pace};
use crate::view::TabMode;

const LINK: &str = "?pow=1&poa=1&test_tx=0&pace=1";

fn mode(page: &Page) -> TabMode {
    page.app.fresh_model().mode
}

/// Whether a tab runs the network's nodes and nothing else.
fn hosts(page: &Page) -> bool {
    mode(page) == TabMode::Host && page.up() == ["pow-1", "poa-1"]
}

#[test]
fn a_second_tab_watches_with_a_node_of_its_own() {
    let world = World::new(1);
    let first = world.ready(LINK);
    first.grow(2);
    let second = world.ready(LINK);
    assert_eq!(
        (mode(&first), mode(&second)),
        (TabMode::Host, TabMode::Viewer)
    );
    assert!(second.log().contains("another tab runs the nodes"));
    let [viewer] = &second.up()[..] else {
        panic!("one node, found {:?}", second.up());
    };
    assert_eq!(second.status(viewer).kind, NodeKind::Viewer);
    second.grow(first.height());
    world.until("the other tab's nodes", || {
        let model = second.app.fresh_model();
        model.nodes.len() == 3
    });
    assert_eq!(second.status("pow-1").state, NodeState::Remote);
}

#[test]
fn a_viewer_refuses_what_only_the_host_can_do() {
    let world = World::new(2);
    let _first = world.ready(LINK);
    let second = world.ready(LINK);
    world.run(5_000.0);
    for line in [
        "kill pow-1",
        "stop poa-1",
        "wipe pow-1",
        "wipe all",
        "start pow-1",
    ] {
        assert_eq!(second.refusal(line), "other_tab", "{line}");
    }
    let id = second.status("pow-1").id;
    assert_eq!(second.refusal(&format!("kill {id}")), "other_tab");
}

#[test]
fn a_viewer_sends_and_both_tabs_see_it() {
    let world = World::new(3);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    world.run(3_000.0);
    second.expect("tx 5 alice to bob", &["Sent "]);
    world.until("a committed transfer", || {
        first.command("user bob").contains("balance 10,005")
    });
}

#[test]
fn when_the_host_closes_the_viewer_takes_over() {
    let world = World::new(4);
    let first = world.ready(LINK);
    first.grow(4);
    let (height, chain) = (first.height(), first.app.chain_id());
    let second = world.ready(LINK);
    world.run(1_000.0);
    first.close();
    world.until("the take-over", || hosts(&second));
    assert!(second.log().contains("this tab takes them over"));
    assert_eq!(second.app.chain_id(), chain);
    second.grow(height + 2);
    let model = second.app.fresh_model();
    assert!(
        model
            .nodes
            .iter()
            .all(|node| node.status.kind != NodeKind::Viewer)
    );
}

#[test]
fn a_host_that_closes_at_any_moment_is_taken_over_also_while_the_other_opens() {
    for ms in (0..1_200).step_by(37) {
        let world = World::new(5 + ms);
        let first = world.ready(LINK);
        let second = world.open(LINK);
        world.run(f64::from(u32::try_from(ms).expect("small")));
        first.close();
        second
            .opened()
            .unwrap_or_else(|error| panic!("after {ms} ms: {error}"));
        world.until("the take-over", || hosts(&second));
    }
}

#[test]
fn a_host_that_closes_while_it_opens_is_taken_over() {
    for ms in (0..60).step_by(7) {
        let world = World::new(100 + ms);
        let first = world.open(LINK);
        let second = world.open(LINK);
        world.run(f64::from(u32::try_from(ms).expect("small")));
        first.close();
        world.until("the take-over", || hosts(&second));
        second.grow(1);
    }
}

#[test]
fn of_three_tabs_the_one_that_came_next_takes_over() {
    let world = World::new(6);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    let third = world.ready(LINK);
    first.close();
    world.until("the first take-over", || hosts(&second));
    assert_eq!(mode(&third), TabMode::Viewer);
    second.close();
    world.until("the second take-over", || hosts(&third));
    third.grow(2);
}

#[test]
fn a_viewer_that_closes_is_passed_over() {
    let world = World::new(7);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    let third = world.ready(LINK);
    second.close();
    world.run(500.0);
    assert!(hosts(&first));
    first.close();
    world.until("the take-over", || hosts(&third));
}

#[test]
fn two_viewers_and_the_host_that_close_at_once_leave_the_network_to_the_next_page() {
    let world = World::new(8);
    let pages = [world.ready(LINK), world.ready(LINK), world.ready(LINK)];
    let height = pages[0].height();
    pages.into_iter().for_each(Page::close);
    assert_eq!(world.locked(), [""; 0]);
    let page = world.ready(LINK);
    world.until("all nodes", || hosts(&page));
    page.grow(height + 1);
}

#[test]
fn a_reload_waits_for_its_former_self() {
    let world = World::new(9);
    let first = world.ready(LINK);
    let second = world.open(LINK);
    world.run(300.0);
    first.close();
    second.opened().expect("it opens");
    assert_eq!(mode(&second), TabMode::Host, "it never watched");
}

#[test]
fn a_pace_that_one_tab_sets_is_that_of_all() {
    let world = World::new(10);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    second.expect("pace full", &["as fast as"]);
    world.run(1_200.0);
    assert_eq!(first.app.settings().pace, Pace::Full);
    assert_eq!(first.app.fresh_model().pace, Pace::Full);
    assert_eq!(first.status("pow-1").hash_budget, None);
}

#[test]
fn a_person_that_one_tab_makes_is_known_to_all() {
    let world = World::new(11);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    second
        .wait(|app| async move { app.create_user("erin").await })
        .expect("a new name");
    world.run(100.0);
    assert!(
        first
            .app
            .wallet_users()
            .iter()
            .any(|user| user.name == "erin")
    );
}

#[test]
fn a_node_that_a_viewer_adds_runs_in_its_tab_and_is_taken_over_with_it() {
    let world = World::new(12);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    second.expect("add pow", &["pow-2 runs."]);
    assert!(second.up().contains(&"pow-2".to_owned()));
    world.run(100.0);
    assert_eq!(first.refusal("kill pow-2"), "other_tab");
    assert_eq!(first.refusal("start pow-2"), "other_tab");
    second.close();
    first.expect("start pow-2", &["pow-2 runs"]);
    assert_eq!(first.up(), ["pow-1", "poa-1", "pow-2"]);
}

#[test]
fn a_network_that_the_host_begins_again_is_watched_anew() {
    let world = World::new(13);
    let first = world.ready(LINK);
    first.grow(2);
    let second = world.ready(LINK);
    first.expect("wipe all", &["begins again"]);
    world.until("the new chain", || {
        second.app.chain_id() == first.app.chain_id() && second.up().len() == 1
    });
    assert!(
        second
            .log()
            .contains("another tab began this network again")
    );
    second.grow(2);
    first.close();
    world.until("the take-over", || hosts(&second));
}

#[test]
fn cuts_reach_only_the_own_tab() {
    let world = World::new(14);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    world.run(3_000.0);
    let viewer = second.up().remove(0);
    second.expect(
        &format!("cut pow-1 {viewer}"),
        &["the way back ends in another tab and stays as it is"],
    );
    assert_eq!(second.app.cuts(), [("pow-1".to_owned(), viewer)]);
    assert_eq!(first.app.cuts(), []);
    assert_eq!(second.refusal("cut pow-1 poa-1"), "other_tab");
}

#[test]
fn wiping_all_leaves_no_ledger_of_the_old_chain_behind_whichever_tab_has_its_node() {
    let world = World::new(20);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    second.expect("add pow", &["pow-2 runs."]);
    first.grow(3);
    for _ in 0..2 {
        first.expect("wipe all", &["begins again"]);
        world.run(5_000.0);
        let chain = first.app.chain_id().expect("it is open").short();
        let ledgers = world.ledgers();
        let of_chain = |name: &&String| name.contains(&chain);
        assert_eq!(
            ledgers.iter().filter(of_chain).count(),
            ledgers.len(),
            "{ledgers:?} of {chain}"
        );
    }
}
