//! What a person signed survives a reload: a later page says what no node has, sends it again or
//! gives it up.

use std::rc::Rc;

use super::{APART, alone, taker};
use crate::app::signed::from_text;
use crate::app::testing::{Page, World};

const KEY: &str = "aurex:network:pow1-poa2-d2:signed";

/// A page whose transaction of nonce 0 went to that node alone, which is gone with its ledger.
fn lost(world: &Rc<World>) -> (Page, String) {
    let (page, node) = alone(world);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    page.command(&format!("kill {node}"));
    page.command(&format!("wipe {node}"));
    (page, node)
}

/// A person sends something, and nobody waits for the answer.
fn begin(page: &Page, line: &'static str) {
    let app = Rc::clone(&page.app);
    let sending = Rc::clone(&app);
    app.spawn(async move { drop(sending.command(line).await) });
}

/// How much of what was signed is written.
fn written(world: &World, page: &Page) -> usize {
    let chain = page.app.chain_id().expect("it is open");
    let records = world.records_of(KEY).into_iter();
    let read = records.filter_map(|(_, text)| from_text(&text, &chain));
    read.map(|written| written.len()).sum()
}

fn expect_missing(page: &Page, node: &str) {
    let said = page.sentences();
    assert!(
        said.contains("nonce 0 of alice") && said.contains(node),
        "{said}"
    );
    assert_eq!(page.offers().len(), 2);
}

fn await_committed(world: &World, page: &Page, count: usize) {
    world.until("the commit", || {
        page.command("user alice")
            .contains(&format!("{count} transaction"))
    });
}

/// The page was closed before the node had it.
#[test]
fn what_a_page_had_signed_and_no_node_has_is_said_by_the_next_and_sent_again() {
    let world = World::new(1);
    let page = world.ready(APART);
    world.run(3_000.0);
    let node = taker(&page);
    page.fault(|faults| faults.slow_records_ms = 1_000.0);
    begin(&page, "tx 5 alice to bob");
    world.run(500.0);
    world.silence(&node);
    world.run(600.0);
    assert_eq!(written(&world, &page), 1);
    page.close();
    world.unsilence(&node);
    let page = world.ready(APART);
    world.run(3_000.0);
    expect_missing(&page, &node);
    page.expect("resend alice", &["nonce 0 of alice", "again"]);
    await_committed(&world, &page, 1);
    assert_eq!(page.sentences(), "");
    page.close();
    let page = world.ready(APART);
    world.run(3_000.0);
    assert_eq!(page.sentences(), "");
}

/// The node had taken it, and its ledger is gone.
#[test]
fn what_a_killed_and_wiped_node_had_is_said_by_the_next_page() {
    let world = World::new(2);
    let (page, node) = lost(&world);
    page.close();
    let page = world.ready(APART);
    world.run(3_000.0);
    expect_missing(&page, &node);
    // The next one takes the missing one along.
    page.expect("tx 6 alice to bob", &["nonce 1"]);
    await_committed(&world, &page, 2);
    world.run(6_000.0);
    assert_eq!(page.sentences(), "");
}

/// Its node has it on its disk and brings it back: the next page has nothing to say, at no time.
#[test]
fn nothing_is_said_of_what_a_node_has_on_its_disk() {
    let world = World::new(3);
    let page = world.ready(APART);
    world.run(3_000.0);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    world.run(300.0);
    page.close();
    let page = world.ready(APART);
    for _ in 0..40 {
        world.run(100.0);
        assert_eq!(page.sentences(), "");
    }
}

#[test]
fn what_is_given_up_does_not_come_back() {
    let world = World::new(4);
    let (page, _) = lost(&world);
    page.close();
    let page = world.ready(APART);
    world.run(3_000.0);
    page.expect("forget alice", &["nonce 0 of alice"]);
    page.close();
    let page = world.ready(APART);
    world.run(3_000.0);
    assert_eq!(page.sentences(), "");
    page.expect("tx 7 alice to carol", &["nonce 0"]);
}

#[test]
fn the_tab_that_takes_over_says_what_the_closed_one_had_signed() {
    let world = World::new(5);
    let (first, node) = alone(&world);
    let second = world.ready(APART);
    world.run(3_000.0);
    let viewer = second.up().remove(0);
    second.expect(&format!("cut {node} {viewer}"), &["The link"]);
    first.expect("tx 5 alice to bob", &["nonce 0"]);
    first.command(&format!("kill {node}"));
    first.command(&format!("wipe {node}"));
    world.run(10_000.0);
    expect_missing(&first, &node);
    assert_eq!(second.sentences(), "", "one of the two says it");
    first.close();
    world.run(10_000.0);
    expect_missing(&second, &node);
    second.expect("resend alice", &["nonce 0 of alice", "again"]);
    await_committed(&world, &second, 1);
}

#[test]
fn a_transaction_is_on_the_disk_before_a_node_has_it() {
    let world = World::new(6);
    let page = world.ready(APART);
    world.run(3_000.0);
    page.fault(|faults| faults.slow_records_ms = 5_000.0);
    begin(&page, "tx 5 alice to bob");
    world.run(4_900.0);
    assert_eq!(written(&world, &page), 0);
    page.expect("mempool", &["Nothing waits"]);
    world.run(300.0);
    assert_eq!(written(&world, &page), 1);
}

/// Each writing costs the page as much as all of them together.
#[test]
fn what_several_senders_sign_during_a_writing_is_written_together() {
    let world = World::new(13);
    let page = world.ready(APART);
    world.run(3_000.0);
    page.fault(|faults| faults.slow_records_ms = 1_000.0);
    let before = page.writings();
    for line in [
        "tx 5 alice to bob",
        "tx 5 bob to carol",
        "tx 5 carol to dave",
    ] {
        begin(&page, line);
    }
    world.run(2_500.0);
    assert_eq!((written(&world, &page), page.writings() - before), (3, 2));
}

#[test]
fn what_a_block_has_is_forgotten_without_a_question() {
    let world = World::new(7);
    let page = world.ready(APART);
    world.run(3_000.0);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    assert_eq!(written(&world, &page), 1);
    let sent = page.height();
    page.grow(sent + 3);
    world.run(6_000.0);
    assert_eq!(written(&world, &page), 0);
}

#[test]
fn a_disk_that_takes_nothing_is_said_once_and_keeps_nobody_from_sending() {
    let world = World::new(8);
    let page = world.ready(APART);
    world.run(3_000.0);
    page.fault(|faults| faults.full = true);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    page.expect("tx 6 alice to bob", &["nonce 1"]);
    assert_eq!(page.problems(), ["storage_write"]);
    page.fault(|faults| faults.full = false);
    page.expect("tx 7 alice to bob", &["nonce 2"]);
    world.run(100.0);
    assert_eq!(page.problems(), [""; 0]);
    assert_eq!(written(&world, &page), 3);
}

#[test]
fn another_chain_begins_with_nothing_signed() {
    let world = World::new(9);
    let (page, _) = lost(&world);
    page.expect("wipe all", &["begins again"]);
    page.close();
    let page = world.ready(APART);
    world.run(3_000.0);
    assert_eq!(page.sentences(), "");
    page.expect("tx 5 alice to bob", &["nonce 0"]);
}

/// The text of a later release, or one that something else wrote.
#[test]
fn a_text_that_cannot_be_read_is_forgotten_and_said() {
    let world = World::new(10);
    world.put_record(KEY, "7 secret");
    let page = world.ready(APART);
    assert!(page.log().contains("cannot be read"), "{}", page.log());
    world.run(3_000.0);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    assert_eq!(written(&world, &page), 1);
}

/// An earlier release kept all that was signed in one text.
#[test]
fn what_an_earlier_release_wrote_is_taken_apart() {
    let world = World::new(12);
    let (page, node) = lost(&world);
    let records = world.records_of(KEY);
    let [(key, text)] = &records[..] else {
        panic!("{records:?}")
    };
    world.forget_record(key);
    world.put_record(KEY, text);
    page.close();
    let page = world.ready(APART);
    world.run(3_000.0);
    expect_missing(&page, &node);
    assert_eq!(world.records_of(KEY), records);
}

/// The name of a node that runs is no proof: it may have lost what it had.
#[test]
fn a_node_that_comes_back_without_it_has_not_got_it() {
    let world = World::new(11);
    let (page, node) = alone(&world);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    page.command(&format!("wipe {node}"));
    world.run(2_000.0);
    expect_missing(&page, &node);
    page.command(&format!("kill {node}"));
    page.command(&format!("start {node}"));
    world.run(3_000.0);
    expect_missing(&page, &node);
}
