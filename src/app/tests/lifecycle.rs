//! Killing, stopping, starting, wiping and adding nodes, and quitting.

use crate::app::testing::World;
use crate::ipc::{NodeKind, NodeState};

const LINK: &str = "?pow=1&poa=1&test_tx=0&pace=1";

#[test]
fn a_killed_node_comes_back_from_its_ledger_and_catches_up() {
    let world = World::new(1);
    let page = world.ready(LINK);
    page.grow(4);
    page.expect("kill poa-1", &["poa-1 was killed", "`start poa-1`"]);
    assert_eq!(page.status("poa-1").state, NodeState::Killed);
    assert_eq!(page.up(), ["pow-1"]);
    let durable = page.status("poa-1").height;
    world.run(10_000.0);
    page.expect("start poa-1", &["poa-1 runs at height", "resumed"]);
    assert!(page.status("poa-1").height >= durable.saturating_sub(2));
    page.grow(page.status("pow-1").height);
}

#[test]
fn a_node_is_stopped_cleanly_and_started_again() {
    let world = World::new(2);
    let page = world.ready(LINK);
    page.grow(2);
    page.expect("stop pow-1", &["pow-1 stopped cleanly."]);
    assert_eq!(page.status("pow-1").state, NodeState::Stopped);
    page.expect("start pow-1", &["pow-1 runs at height", "resumed"]);
    page.grow(5);
}

#[test]
fn what_cannot_be_done_to_a_node_is_refused_by_name() {
    let world = World::new(3);
    let page = world.ready(LINK);
    world.run(200.0);
    assert_eq!(page.refusal("start pow-1"), "already_running");
    assert_eq!(page.refusal("kill pow-9"), "unknown_node");
    page.expect(
        "kill nobody",
        &["expected one of pow-1, poa-1, found \"nobody\""],
    );
    page.command("kill pow-1");
    for line in ["kill pow-1", "stop pow-1"] {
        assert_eq!(page.refusal(line), "not_running");
    }
}

#[test]
fn all_nodes_are_stopped_and_started_together() {
    let world = World::new(4);
    let page = world.ready("?pow=2&poa=1&test_tx=0&pace=1");
    page.grow(2);
    let text = page.command("stop all");
    assert_eq!(text.lines().count(), 3, "{text}");
    assert_eq!(page.up(), [""; 0]);
    page.expect("stop all", &["There is no node to stop in this tab."]);
    assert_eq!(page.refusal("mempool"), "no_node");
    let text = page.command("start all");
    assert_eq!(text.matches(" runs at height").count(), 3, "{text}");
    page.expect("start all", &["There is no node to start in this tab."]);
    page.expect("kill all", &["pow-1 was killed", "poa-1 was killed"]);
}

#[test]
fn quit_stops_all_and_start_all_brings_them_back() {
    let world = World::new(5);
    let page = world.ready(LINK);
    page.grow(3);
    page.expect(
        "quit",
        &[
            "pow-1 stopped cleanly.",
            "poa-1 stopped cleanly.",
            "`start all` starts them again.",
        ],
    );
    page.expect("start all", &["pow-1 runs", "poa-1 runs"]);
    page.grow(5);
}

#[test]
fn a_node_that_is_wiped_fetches_the_chain_again() {
    let world = World::new(6);
    let page = world.ready(LINK);
    page.grow(6);
    let chain = page.app.chain_id();
    page.expect("wipe poa-1", &["The ledger of poa-1 was emptied"]);
    page.grow(7);
    assert_eq!(page.app.chain_id(), chain);
}

#[test]
fn the_ledger_of_a_node_that_does_not_run_is_deleted() {
    let world = World::new(7);
    let page = world.ready(LINK);
    page.grow(3);
    page.command("kill poa-1");
    let ledger = page.app.database("poa-1").expect("it has one");
    assert!(world.ledgers().contains(&ledger));
    page.expect("wipe poa-1", &["was deleted", "`start poa-1`"]);
    assert!(!world.ledgers().contains(&ledger));
    page.expect("start poa-1", &["its ledger: new"]);
    page.grow(4);
}

#[test]
fn wiping_all_begins_another_chain_with_the_same_nodes() {
    let world = World::new(8);
    let page = world.ready("?pow=1&poa=1&test_tx=2&pace=1");
    page.wait(|app| async move { app.create_user("erin").await })
        .expect("a new name");
    page.expect("cut pow-1 poa-1", &["is cut"]);
    page.expect("links latency=50", &["latency 50 ms"]);
    let chain = page.app.chain_id();
    let id = page.status("pow-1").id;
    page.expect(
        "wipe",
        &["All ledgers were deleted", "begins again as chain"],
    );
    assert_ne!(page.app.chain_id(), chain);
    assert_ne!(page.status("pow-1").id, id, "keys are new too");
    assert_eq!(page.up(), ["pow-1", "poa-1"]);
    assert_eq!(page.app.cuts(), []);
    page.expect("links", &["deliver every frame at once"]);
    assert!(
        page.app
            .wallet_users()
            .iter()
            .all(|user| user.name != "erin")
    );
    page.grow(3);
    page.expect("user alice", &["1 transaction committed"]);
    assert_eq!(world.ledgers().len(), 2, "{:?}", world.ledgers());
}

#[test]
fn a_miner_is_added_and_stays_after_a_reload() {
    let world = World::new(9);
    let page = world.ready(LINK);
    page.expect("add pow", &["pow-2 runs."]);
    page.grow(2);
    page.close();
    let page = world.ready(LINK);
    world.until("all nodes", || page.up().len() == 3);
    assert!(page.up().contains(&"pow-2".to_owned()));
}

#[test]
fn an_added_authority_seals_once_the_operators_change_is_in_force() {
    let world = World::new(10);
    let page = world.ready(LINK);
    page.grow(1);
    page.expect(
        "add poa",
        &[
            "poa-2 runs.",
            "change of parameters to 2 authorities was sent",
        ],
    );
    assert!(!page.status("poa-2").is_authority);
    world.until("a second authority", || page.status("poa-2").is_authority);
    assert_eq!(page.status("pow-1").authorities, 2);
}

#[test]
fn orders_about_authorities_add_up_and_who_was_removed_stays_so() {
    let world = World::new(40);
    let page = world.ready("?pow=1&poa=3&test_tx=0&pace=1");
    page.grow(1);
    let id = page.status("poa-2").id;
    page.expect(
        &format!("authority remove {id}"),
        &["to 2 authorities", "poa-2 votes and seals no more"],
    );
    page.expect("authority remove POA-3", &["to 1 authority"]);
    let authorities = |count| page.status("pow-1").authorities == count;
    world.until("one authority", || authorities(1));
    page.expect("add poa", &["poa-4 runs.", "to 2 authorities"]);
    world.until("two authorities", || authorities(2));
    let is_authority =
        ["poa-1", "poa-2", "poa-3", "poa-4"].map(|name| page.status(name).is_authority);
    assert_eq!(is_authority, [true, false, false, true]);
}

#[test]
fn a_node_for_whose_miners_there_are_no_workers_is_not_added_nor_are_more_miners_taken_from_a_link()
{
    let world = World::new(41);
    let page = world.ready("?net=lab&pow=8&poa=0&miners=3&test_tx=0&pace=pause");
    for _ in 0..8 {
        page.expect("add pow", &["runs."]);
    }
    assert_eq!(page.refusal("add pow"), "too_many_workers");
    assert_eq!(page.app.record().expect("it is open").nodes.len(), 16);
    page.close();
    let page = world.ready("?net=lab&miners=8&pace=pause");
    assert_eq!(page.problems(), ["too_many_workers"]);
    assert_eq!(page.app.record().expect("it is open").miners, 3);
}

#[test]
fn there_is_a_limit_of_nodes_and_the_names_stay_free() {
    let world = World::new(11);
    let page = world.ready("?pow=16&poa=1&test_tx=0&pace=pause");
    for _ in 0..3 {
        page.expect("add pow", &["runs."]);
    }
    assert_eq!(page.app.fresh_model().nodes.len(), 20);
    // The record is what counts: nodes of other tabs are in it too.
    let record = page.app.record().expect("it is open");
    let mut full = record.clone();
    while full.nodes.len() < crate::app::MAX_NODES {
        let name = full.free_name(NodeKind::Pow);
        full.nodes.push(crate::app::NodeEntry {
            name,
            kind: NodeKind::Pow,
        });
    }
    let key = "aurex:network:pow16-poa1-d2";
    world.put_record(key, &full.to_text());
    assert_eq!(page.refusal("add pow"), "too_many_nodes");
    assert_eq!(page.refusal("add poa"), "too_many_nodes");
    let mut authorities = record.clone();
    authorities.nodes.truncate(1);
    while authorities.nodes.len() <= crate::consensus::MAX_AUTHORITIES {
        let name = authorities.free_name(NodeKind::Poa);
        authorities.nodes.push(crate::app::NodeEntry {
            name,
            kind: NodeKind::Poa,
        });
    }
    world.put_record(key, &authorities.to_text());
    assert_eq!(page.refusal("add poa"), "too_many_authorities");
}

#[test]
fn a_node_is_meant_by_its_id_as_well_as_by_its_name_in_any_case() {
    let world = World::new(12);
    let page = world.ready(LINK);
    page.grow(2);
    let id = page.status("poa-1").id;
    page.expect(&format!("kill {id}"), &["poa-1 was killed"]);
    page.expect(&format!("start {id}"), &["poa-1 runs"]);
    page.expect(&format!("stop {}", id.to_uppercase()), &["poa-1 stopped"]);
    page.expect("start POA-1", &["poa-1 runs"]);
    page.expect(&format!("wipe {id}"), &["The ledger of poa-1"]);
    let of = |node: String| page.wait(|app| async move { app.peers(Some(&node)).await });
    assert_eq!(of(id.clone()).expect("its peers").len(), 1);
    assert!(page.app.database(&id).is_some());
    let (given, chain) = (id.clone(), page.app.clone());
    let chain = world.wait(async move { chain.chain(Some(&given), None, 1).await });
    assert_eq!(chain.expect("it runs").node, "poa-1");
    assert_eq!(of("f".repeat(64)).unwrap_err().code(), "unknown_node");
}
