//! Opening a network by a link, and again by the same link.

use crate::app::testing::World;
use crate::ipc::{NodeKind, Pace};
use crate::view::TabMode;

/// Names and ids of a page's nodes.
fn identities(page: &crate::app::testing::Page) -> Vec<(String, String)> {
    let model = page.app.fresh_model();
    let own = model.nodes.iter().filter(|node| node.own);
    own.map(|node| (node.status.name.clone(), node.status.id.clone()))
        .collect()
}

#[test]
fn a_link_opens_a_network_that_grows_and_agrees() {
    let world = World::new(1);
    let page = world.ready("?pow=1&poa=1");
    assert_eq!(page.app.fresh_model().mode, TabMode::Host);
    page.grow(3);
    assert_eq!(page.up(), ["pow-1", "poa-1"]);
    assert_eq!(page.problems(), [""; 0]);
}

#[test]
fn without_parameters_there_are_three_miners_and_two_authorities() {
    let world = World::new(2);
    let page = world.ready("");
    page.grow(1);
    let kinds = |kind| {
        let model = page.app.fresh_model();
        let nodes = model.nodes.iter().filter(|node| node.status.kind == kind);
        nodes.count()
    };
    assert_eq!((kinds(NodeKind::Pow), kinds(NodeKind::Poa)), (3, 2));
    assert_eq!(page.app.fresh_model().network, "pow3-poa2-d2");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let world = World::new(seed);
        let page = world.ready("?pow=2&poa=1&pace=2");
        world.run(20_000.0);
        (page.status("pow-1").head, page.log())
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3).0, run(4).0);
}

#[test]
fn the_same_link_comes_back_to_the_same_keys_chain_pace_and_miners() {
    let world = World::new(5);
    let page = world.ready("?pow=2&poa=1");
    page.expect("pace 3", &["about every 3 s"]);
    page.expect("miners 2", &["2 miner workers"]);
    page.grow(4);
    let (before, height) = (identities(&page), page.height());
    let chain = page.app.chain_id();
    page.close();
    let page = world.ready("?pow=2&poa=1");
    page.grow(height);
    assert_eq!(identities(&page), before);
    assert_eq!(page.app.chain_id(), chain);
    let settings = page.app.settings();
    assert_eq!(
        (settings.pace, settings.miners),
        (Pace::Interval { ms: 3_000 }, 2)
    );
    assert_eq!(page.status("pow-1").ledger_start.to_string(), "resumed");
}

#[test]
fn a_link_with_a_pace_and_miners_changes_those_of_a_network_that_exists() {
    let world = World::new(6);
    world.ready("?pow=1&poa=0").close();
    let page = world.ready("?pow=1&poa=0&pace=full&miners=3");
    let settings = page.app.settings();
    assert_eq!((settings.pace, settings.miners), (Pace::Full, 3));
}

#[test]
fn each_shape_and_each_name_is_a_network_of_its_own() {
    let world = World::new(7);
    let chain = |search| {
        let page = world.ready(search);
        let chain = page.app.chain_id().expect("it is open");
        page.close();
        chain
    };
    let chains = [
        chain("?pow=1&poa=0"),
        chain("?pow=0&poa=1"),
        chain("?pow=1&poa=0&difficulty=1"),
        chain("?pow=1&poa=0&net=lab"),
    ];
    for (at, chain) in chains.iter().enumerate() {
        assert!(!chains[..at].contains(chain));
    }
    assert_eq!(chain("?POA=0&pow=1"), chains[0], "the order is no matter");
}

#[test]
fn a_wrong_parameter_is_named_and_its_default_taken() {
    let world = World::new(8);
    for (search, part) in [
        (
            "?pow=x&poa=1",
            "link parameter pow: expected a whole number",
        ),
        (
            "?poa=99&pow=1",
            "link parameter poa: expected a whole number",
        ),
        ("?pow=1&difficulty=0", "link parameter difficulty: expected"),
        (
            "?pow=1&pace=never",
            "link parameter pace: expected 1 to 600",
        ),
        ("?pow=1&net=Bad%20Name!", "link parameter net: expected"),
        ("?pow=1&test_tx=-1", "link parameter test_tx: expected"),
        ("?pow=1&miners=9", "link parameter miners: expected"),
        ("?pow=1&nodes=3", "\"nodes\": expected one of pow"),
        ("?pow=1&pow=2", "pow: expected it once"),
        ("?pow=0&poa=0", "expected at least one node"),
    ] {
        let page = world.ready(search);
        assert!(
            page.sentences().contains(part),
            "{search}: {}",
            page.sentences()
        );
        assert_eq!(page.problems(), ["link_parameter"], "{search}");
        page.close();
    }
}

#[test]
fn a_parameter_in_capitals_counts_as_given() {
    let world = World::new(9);
    world.ready("?pow=1&poa=1&net=lab").close();
    let page = world.ready("?POW=5&net=lab");
    assert!(
        page.sentences()
            .contains("network lab exists with pow=1, poa=1, difficulty=2"),
        "{}",
        page.sentences()
    );
}

#[test]
fn a_link_without_a_shape_opens_a_named_network_of_any_shape_in_peace() {
    let world = World::new(10);
    world.ready("?pow=1&poa=0&net=lab").close();
    // `xpow` is no parameter, though its text contains one.
    let page = world.ready("?net=lab&xpow=5");
    assert!(
        !page.sentences().contains("exists with"),
        "{}",
        page.sentences()
    );
    assert_eq!(page.up(), ["pow-1"]);
}

#[test]
fn a_named_network_that_was_added_to_is_compared_with_its_present_shape() {
    let world = World::new(11);
    let page = world.ready("?pow=1&poa=0&net=lab");
    page.expect("add pow", &["pow-2 runs."]);
    page.close();
    let page = world.ready("?pow=1&poa=0&net=lab");
    assert!(page.sentences().contains("exists with pow=2, poa=0"));
    page.close();
    let page = world.ready("?pow=2&poa=0&net=lab");
    assert_eq!(page.problems(), [""; 0]);
}

#[test]
fn a_difficulty_that_a_link_cannot_change_is_named() {
    let world = World::new(17);
    world.ready("?pow=1&poa=0&net=lab").close();
    let page = world.ready("?net=lab&difficulty=4");
    page.grow(1);
    let told = "network lab exists with pow=1, poa=0, difficulty=2";
    assert!(page.sentences().contains(told), "{}", page.sentences());
}

#[test]
fn test_transactions_are_sent_once_in_the_life_of_a_network() {
    let world = World::new(12);
    let page = world.ready("?pow=1&poa=1&test_tx=4&pace=1");
    page.grow(4);
    page.expect("user alice", &["balance 9,90"]);
    page.expect("user dave", &["1 transaction committed"]);
    page.close();
    let page = world.ready("?pow=1&poa=1&test_tx=4&pace=1");
    let height = page.height();
    page.grow(height + 4);
    page.expect("user dave", &["1 transaction committed"]);
}

#[test]
fn no_test_transactions_are_sent_where_none_are_asked_for() {
    let world = World::new(13);
    let page = world.ready("?pow=1&poa=1&test_tx=0&pace=1");
    page.grow(4);
    page.expect(
        "user alice",
        &["balance 10,000", "0 transactions committed"],
    );
}

#[test]
fn the_page_gives_a_link_to_itself() {
    let world = World::new(14);
    let page = world.ready("?pow=1&poa=1&test_tx=0");
    page.grow(1);
    assert_eq!(
        page.app.page_link(),
        "https://aurex.test/?pow=1&poa=1&difficulty=2&test_tx=0"
    );
    page.command("pace full");
    page.command("miners 2");
    page.command("add pow");
    assert_eq!(
        page.app.page_link(),
        "https://aurex.test/?pow=2&poa=1&difficulty=2&pace=full&net=pow1-poa1-d2&test_tx=0&miners=2"
    );
}

#[test]
fn the_link_of_a_network_that_was_changed_comes_back_to_it_in_peace() {
    let world = World::new(16);
    let page = world.ready("?pow=1&poa=1&pace=1");
    page.grow(1);
    page.command("add pow");
    page.expect("difficulty 1", &["was sent"]);
    page.grow(page.height() + 16);
    let (link, chain) = (page.app.page_link(), page.app.chain_id());
    assert!(link.contains("difficulty=1"), "{link}");
    page.close();
    let page = world.ready(link.split_once('?').unwrap().1);
    page.grow(1);
    assert_eq!(page.app.chain_id(), chain);
    assert_eq!(page.problems(), [""; 0], "{link}");
}

#[test]
fn a_page_that_is_closed_while_it_opens_leaves_nothing_behind() {
    for ms in 0..40 {
        let world = World::new(15);
        let page = world.open("?pow=1&poa=1&test_tx=2");
        world.run(f64::from(ms));
        page.close();
        assert_eq!(world.locked(), [""; 0], "closed after {ms} ms");
        let page = world.ready("?pow=1&poa=1&test_tx=2");
        page.grow(1);
    }
}
