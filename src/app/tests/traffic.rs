//! Traffic: payments and messages that the page sends by itself.

use crate::app::testing::{Page, World};
use crate::view::traffic::{Traffic, TrafficState};

const LINK: &str = "?pow=1&poa=1&test_tx=0&pace=1";
const MINUTE: f64 = 60_000.0;

fn traffic(page: &Page) -> Traffic {
    page.app.fresh_model().traffic.clone()
}

/// Transactions in the blocks of a page's picture.
fn committed(page: &Page) -> u32 {
    let model = page.app.fresh_model();
    let blocks = model.blocks.values().filter(|block| block.on_best_chain);
    blocks.map(|block| block.transactions_count).sum()
}

#[test]
fn nothing_is_sent_unless_it_is_switched_on() {
    let world = World::new(1);
    let page = world.ready(LINK);
    world.run(MINUTE);
    assert_eq!((traffic(&page).sent, committed(&page)), (0, 0));
    page.expect("status", &["Traffic is off."]);
}

#[test]
fn a_minute_has_as_many_payments_as_were_asked_for_and_blocks_hold_them() {
    let world = World::new(2);
    let page = world.ready(LINK);
    page.expect(
        "traffic 60",
        &["This tab sends 60 payments and messages a minute between the users that have coins."],
    );
    world.run(MINUTE);
    let found = traffic(&page);
    assert!((59..=61).contains(&found.sent), "{found:?}");
    assert_eq!((found.refused, found.slowed), (0, 1));
    assert!(committed(&page) > 40, "{}", committed(&page));
    page.expect("status", &["Traffic: 60 payments and messages a minute;"]);
    let kinds = page.command("ledger transactions");
    assert!(kinds.contains("transfer") && kinds.contains("message"));
    for user in ["alice", "bob", "carol", "dave"] {
        let text = page.command(&format!("user {user}"));
        assert!(!text.contains(" 0 transactions committed"), "{text}");
    }
    page.expect("user operator", &["balance 1,000"]);
}

#[test]
fn off_stops_it_at_once() {
    let world = World::new(3);
    let page = world.ready("?pow=1&poa=1&test_tx=0&pace=1&traffic=600");
    world.until("traffic", || traffic(&page).sent > 20);
    page.expect("traffic off", &["Traffic is off"]);
    let before = traffic(&page).sent;
    world.run(MINUTE);
    assert!(traffic(&page).sent <= before + 1, "one may be on its way");
    page.expect("traffic 60", &["sends 60"]);
    assert_eq!(traffic(&page).sent, 0, "counts begin again");
}

#[test]
fn a_wrong_rate_is_refused_with_what_was_expected_and_changes_nothing() {
    let world = World::new(4);
    let page = world.ready(LINK);
    page.expect("traffic 60", &["sends 60"]);
    for (line, code) in [
        ("traffic", "argument_missing"),
        ("traffic 0", "argument_wrong"),
        ("traffic 601", "argument_wrong"),
        ("traffic fast", "argument_wrong"),
        ("traffic 6 7", "argument_unexpected"),
    ] {
        assert_eq!(page.refusal(line), code, "{line}");
    }
    assert_eq!(page.app.settings().traffic, 60);
}

#[test]
fn it_survives_a_reload_and_the_link_of_the_page_has_it() {
    let world = World::new(5);
    let page = world.ready(LINK);
    page.expect("traffic 120", &["sends 120"]);
    assert!(page.app.page_link().contains("traffic=120"));
    page.close();
    let page = world.ready(LINK);
    assert_eq!(page.app.settings().traffic, 120);
    world.until("traffic", || traffic(&page).sent > 5);
    page.close();
    let page = world.ready("?pow=1&poa=1&test_tx=0&pace=1&traffic=off");
    assert_eq!(page.app.settings().traffic, 0, "a link counts more");
    assert!(!page.app.page_link().contains("traffic"));
}

#[test]
fn a_wrong_rate_in_a_link_is_named_and_the_page_opens_without_traffic() {
    let world = World::new(6);
    let page = world.ready("?pow=1&poa=1&traffic=9999");
    assert!(
        page.sentences()
            .contains("1 to 600 payments a minute, or `off`"),
        "{}",
        page.sentences()
    );
    assert_eq!(page.app.settings().traffic, 0);
}

#[test]
fn of_two_tabs_one_sends_whoever_switches_it_on_and_a_take_over_goes_on() {
    let world = World::new(7);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    second.expect("traffic 60", &["The tab that runs the nodes sends 60"]);
    world.run(MINUTE);
    assert!((58..=61).contains(&traffic(&first).sent));
    assert_eq!(traffic(&second).sent, 0);
    assert_eq!(traffic(&second).state, TrafficState::Elsewhere);
    second.expect("status", &["sent by the tab that runs the nodes"]);
    first.close();
    world.run(MINUTE);
    let found = traffic(&second);
    assert_eq!(found.state, TrafficState::Here);
    assert!((45..=61).contains(&found.sent), "{found:?}");
    second.expect("status", &["Traffic: 60 payments and messages a minute;"]);
}

#[test]
fn it_waits_while_no_node_runs_and_goes_on_afterwards() {
    let world = World::new(8);
    let page = world.ready(LINK);
    page.expect("traffic 60", &["sends 60"]);
    page.expect("stop all", &["stopped cleanly"]);
    world.run(5_000.0);
    let before = traffic(&page);
    page.expect("status", &["It waits, as no node runs."]);
    world.run(MINUTE);
    assert_eq!(traffic(&page).sent, before.sent);
    page.expect("start all", &["runs at height"]);
    world.run(MINUTE);
    let found = traffic(&page);
    assert!(found.sent > before.sent + 50, "{found:?}");
}

#[test]
fn users_without_coins_are_left_out() {
    let world = World::new(9);
    let page = world.ready(LINK);
    page.wait(|app| async move { app.create_user("erin").await })
        .expect("a new name");
    for user in ["bob", "carol", "dave"] {
        page.expect(&format!("tx 9999 {user} to alice"), &["Sent "]);
    }
    world.until("all coins of alice", || {
        page.command("user alice").contains("balance 39,997")
    });
    page.expect("traffic 60", &["sends 60"]);
    world.run(20_000.0);
    assert!(traffic(&page).sent >= 18);
    assert_eq!(traffic(&page).refused, 0);
    page.expect("user alice", &["transactions committed"]);
}

#[test]
fn a_full_queue_of_a_sender_slows_it_and_says_so() {
    let world = World::new(10);
    let page = world.ready("?pow=1&poa=0&test_tx=0&pace=pause&traffic=600");
    world.run(2.0 * MINUTE);
    let found = traffic(&page);
    assert!(found.slowed > 1 && found.refused > 0, "{found:?}");
    assert!((60..=256).contains(&found.sent), "{found:?}");
    assert!(found.refused < 300, "it slows down: {found:?}");
    page.expect("status", &[" refused, the last because: ", "Slowed to "]);
    page.command("pace 1");
    world.until("room again", || {
        let now = traffic(&page);
        now.sent > found.sent + 20 && now.slowed < found.slowed
    });
}
