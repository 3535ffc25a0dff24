//! Cuts, heals, shapes and qualities of the links.

use crate::app::testing::World;
use crate::command::LinkChange;

const LINK: &str = "?pow=1&poa=2&test_tx=0&pace=1";

fn pair(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

#[test]
fn a_cut_separates_both_ways_and_a_heal_takes_it_back() {
    let world = World::new(1);
    let page = world.ready("?pow=1&poa=1&test_tx=0&pace=1");
    page.grow(2);
    page.expect(
        "cut pow-1 poa-1",
        &["The link pow-1 to poa-1 and poa-1 to pow-1 is cut."],
    );
    assert_eq!(
        page.app.cuts(),
        [pair("poa-1", "pow-1"), pair("pow-1", "poa-1")]
    );
    world.run(30_000.0);
    assert!(
        !page.app.fresh_model().in_consensus,
        "each has a chain of its own"
    );
    page.expect("heal poa-1 pow-1", &["is healed."]);
    assert_eq!(page.app.cuts(), []);
    page.grow(page.height() + 1);
}

#[test]
fn a_node_that_is_started_again_is_still_cut_off() {
    let world = World::new(2);
    let page = world.ready("?pow=1&poa=1&test_tx=0&pace=1");
    page.grow(2);
    page.command("cut pow-1 poa-1");
    page.command("kill poa-1");
    let height = page.status("poa-1").height;
    page.expect("start poa-1", &["runs"]);
    world.run(20_000.0);
    assert!(!page.app.fresh_model().in_consensus);
    assert_eq!(page.status("poa-1").peers, 0);
    assert!(height > 0);
}

#[test]
fn a_cut_of_a_node_with_itself_or_with_nobody_is_refused() {
    let world = World::new(3);
    let page = world.ready(LINK);
    world.run(200.0);
    assert_eq!(page.refusal("cut pow-1 pow-1"), "same_node");
    assert_eq!(page.refusal("cut pow-1 pow-9"), "unknown_node");
    assert_eq!(page.refusal("heal pow-9 pow-1"), "unknown_node");
    assert_eq!(page.app.cuts(), []);
    let id = page.status("pow-1").id;
    assert_eq!(page.refusal(&format!("cut pow-1 {id}")), "same_node");
}

#[test]
fn a_link_is_meant_by_ids_as_well_as_by_names() {
    let world = World::new(4);
    let page = world.ready(LINK);
    world.run(200.0);
    let (pow, poa) = (page.status("pow-1").id, page.status("poa-1").id);
    page.expect(&format!("cut {pow} {poa}"), &["pow-1 to poa-1"]);
    assert_eq!(page.app.cuts().len(), 2);
    page.expect(&format!("heal POW-1 {poa}"), &["is healed."]);
    let cuts = [(pow, "poa-2".to_owned())];
    page.app.set_cuts(&cuts).expect("both are here");
    assert_eq!(page.app.cuts(), [pair("pow-1", "poa-2")]);
}

#[test]
fn a_list_of_cuts_replaces_the_one_before_or_changes_nothing() {
    let world = World::new(5);
    let page = world.ready(LINK);
    world.run(200.0);
    let set = |cuts: &[(String, String)]| page.app.set_cuts(cuts);
    set(&[pair("pow-1", "poa-1"), pair("poa-1", "poa-2")]).expect("they are here");
    set(&[pair("poa-2", "poa-1"), pair("pow-1", "poa-1")]).expect("they are here");
    let cuts = [pair("poa-2", "poa-1"), pair("pow-1", "poa-1")];
    assert_eq!(page.app.cuts(), cuts);
    let refused = set(&[pair("poa-1", "poa-2"), pair("pow-9", "poa-1")]);
    assert_eq!(refused.unwrap_err().code(), "unknown_node");
    assert_eq!(page.app.cuts(), cuts);
    set(&[]).expect("nothing is wrong");
    assert_eq!(page.app.cuts(), []);
}

#[test]
fn a_shape_cuts_what_it_lacks_and_heals_what_was_cut_before() {
    let world = World::new(6);
    let page = world.ready("?pow=2&poa=2&test_tx=0&pace=1");
    world.run(200.0);
    page.expect("links ring", &["4 directed links are cut."]);
    page.expect("links star", &["6 directed links are cut."]);
    page.command("cut pow-1 poa-1");
    page.expect("links mesh", &["0 directed links are cut."]);
    page.expect("links random", &["0 directed links are cut."]);
    page.expect("links star", &["6 directed"]);
    page.grow(4);
}

#[test]
fn qualities_are_set_one_by_one_and_reset_together() {
    let world = World::new(7);
    let page = world.ready(LINK);
    page.expect("links", &["Links deliver every frame at once, in order."]);
    page.expect(
        "links latency=100 jitter=20",
        &["latency 100 ms, jitter up to 20 ms"],
    );
    page.expect(
        "links loss=10 bandwidth=64",
        &["latency 100 ms", "10 % lost", "64 kB/s"],
    );
    page.grow(2);
    page.expect(
        "links reset",
        &["deliver every frame at once", "0 directed"],
    );
    assert_eq!(page.refusal("links loss=101"), "argument_wrong");
}

#[test]
fn slow_links_delay_what_arrives_also_at_a_node_that_starts_later() {
    let world = World::new(8);
    let page = world.ready("?pow=0&poa=2&test_tx=0");
    page.grow(1);
    page.expect("links latency=800", &["latency 800 ms"]);
    page.command("kill poa-2");
    page.command("start poa-2");
    world.run(12_000.0);
    let peers = page.wait(|app| async move { app.peers(Some("poa-2")).await });
    let peer = peers.expect("it runs").remove(0);
    assert!(
        peer.round_trip_ms.is_some_and(|ms| ms >= 1_600),
        "{:?}",
        peer.round_trip_ms
    );
}

#[test]
fn before_the_network_is_open_links_cannot_be_changed() {
    let world = World::new(9);
    let page = world.open(LINK);
    let changed = page.app.change_links(&LinkChange::reset());
    assert_eq!(changed.unwrap_err().code(), "starting");
}
