//! One sender's transactions in a row: all are taken, in their order, whichever node they go to,
//! and none is lost.

use std::rc::Rc;

use futures_util::future::join_all;

use super::{APART, alone, link_all, taker};
use crate::app::orders::Order;
use crate::app::tab_locks::Known;
use crate::app::testing::{Page, World};
use crate::command::{Draft, parse_tx};
use crate::ipc::{Refusal, TransactionInfo};
use crate::primitives::{Amount, Height, Payload};

/// Sends drafts at the same time, as a script or a form that is clicked again and again does.
fn send_all(page: &Page, drafts: Vec<Draft>) -> Vec<Result<TransactionInfo, Refusal>> {
    page.wait(|app| async move { join_all(drafts.into_iter().map(|draft| app.send(draft))).await })
}

/// The same, while a node is killed so many milliseconds later.
fn send_all_and_kill(
    page: &Page,
    drafts: Vec<Draft>,
    node: String,
    after_ms: f64,
) -> Vec<Result<TransactionInfo, Refusal>> {
    page.wait(|app| async move {
        let sending = join_all(drafts.into_iter().map(|draft| app.send(draft)));
        let killing = async {
            app.platform.sleep(after_ms).await;
            app.command(&format!("kill {node}")).await
        };
        futures_util::future::join(sending, killing).await.0
    })
}

fn payments(count: usize) -> Vec<Draft> {
    let draft = parse_tx("1 alice to bob").expect("a transfer");
    vec![draft; count]
}

/// The nonces in the order in which the transactions were sent.
fn nonces(sent: &[Result<TransactionInfo, Refusal>]) -> Vec<u64> {
    let nonce = |sent: &Result<TransactionInfo, Refusal>| match sent {
        Ok(sent) => sent.nonce,
        Err(error) => panic!("expected that it is taken, found {error}"),
    };
    sent.iter().map(nonce).collect()
}

/// Ends that node with what it alone has; what the page says of it is there then.
fn end_alone(world: &World, page: &Page, node: &str) {
    page.command(&format!("kill {node}"));
    link_all(page, "heal", node);
    world.run(2_000.0);
}

fn in_a_row(count: u64) -> Vec<u64> {
    (0..count).collect()
}

fn await_committed(world: &World, page: &Page, count: u64) {
    let noun = if count == 1 {
        "transaction"
    } else {
        "transactions"
    };
    let words = format!("{count} {noun} committed");
    world.until("all of them committed", || {
        page.command("user alice").contains(&words)
    });
}

#[test]
fn fifty_test_transactions_are_all_taken() {
    let world = World::new(1);
    let page = world.ready("?pow=3&poa=2&test_tx=50&pace=1");
    await_committed(&world, &page, 20);
    assert!(!page.log().contains("was refused"), "{}", page.log());
}

/// More than a mempool holds of one account: the page waits until there is room.
#[test]
fn two_hundred_in_a_row_are_all_taken_in_their_order() {
    let world = World::new(2);
    let page = world.ready("?pow=1&poa=2&test_tx=0&pace=1");
    world.run(3_000.0);
    assert_eq!(nonces(&send_all(&page, payments(200))), in_a_row(200));
    await_committed(&world, &page, 200);
}

/// Each on its own would wait for a writing of its own: some thirty a second.
#[test]
fn what_one_sends_in_a_row_is_written_together() {
    let world = World::new(12);
    let page = world.ready("?pow=1&poa=2&test_tx=0&pace=1");
    world.run(3_000.0);
    let before = page.writings();
    assert_eq!(nonces(&send_all(&page, payments(40))), in_a_row(40));
    let writings = page.writings() - before;
    assert!(
        writings <= 2,
        "expected that all go together, found {writings} writings"
    );
}

/// Those behind it were signed for its nonce and the next ones: they are signed anew.
#[test]
fn one_that_is_refused_leaves_its_nonce_to_those_that_were_sent_with_it() {
    let world = World::new(13);
    let page = world.ready("?pow=1&poa=2&test_tx=0&pace=1");
    world.run(3_000.0);
    let mut drafts = payments(12);
    for at in [5, 7] {
        drafts[at] = parse_tx("999999999 alice to bob").expect("a transfer");
    }
    let mut sent = send_all(&page, drafts);
    for at in [7, 5] {
        let refused = sent.remove(at).expect_err("so much nobody has");
        assert_eq!(refused.code(), "balance", "{refused}");
    }
    assert_eq!(nonces(&sent), in_a_row(10));
    await_committed(&world, &page, 10);
    assert_eq!(page.sentences(), "", "nothing is left of the refused ones");
}

/// Whether the node took them nobody knows: the same bytes go to another, in their order.
#[test]
fn those_that_were_sent_together_to_a_node_that_ends_go_to_another() {
    let world = World::new(14);
    let page = world.ready(APART);
    world.run(3_000.0);
    let node = taker(&page);
    let (silenced, silencing) = (node.clone(), Rc::clone(&world));
    let sent = page.wait(|app| async move {
        // The node is known to have this one: those behind it are posted without a question.
        let first = app.send(payments(1).remove(0)).await;
        silencing.silence(&silenced);
        let alice = app.key_of("alice").expect("a user").address();
        let turn = app.queues.enter(alice).expect("few wait").turn().await;
        let others = payments(10).into_iter().map(|draft| app.send(draft));
        let killing = async {
            app.platform.sleep(1.0).await;
            drop(turn);
            app.platform.sleep(100.0).await;
            app.command(&format!("kill {silenced}")).await
        };
        let (mut sent, _) = futures_util::future::join(join_all(others), killing).await;
        sent.insert(0, first);
        sent
    });
    assert_eq!(nonces(&sent), in_a_row(11));
    let known = page.wait(|app| async move {
        let alice = app.key_of("alice").expect("a user").address();
        app.signed.signed_from(&alice, 0).len()
    });
    assert_eq!(known, 11, "none is signed twice");
    await_committed(&world, &page, 11);
}

/// It may be on its way from another tab: what follows waits for it at the node.
#[test]
fn one_that_nobody_here_has_is_waited_for_by_those_behind_it() {
    let world = World::new(15);
    let page = world.ready("?pow=1&poa=2&test_tx=0&pace=1");
    world.run(3_000.0);
    let behind = page.wait(|app| async move {
        let (node, key) = (app.node_for(None)?, app.key_of("alice")?);
        let payload = Payload::Transfer {
            to: key.address(),
            amount: Amount(1),
            memo: String::new(),
        };
        let (fee, valid_until, patience_ms) = (Amount(1), Height(0), 0.0);
        let order = Order {
            fee,
            valid_until,
            payload,
            patience_ms,
        };
        app.sign(&node, &key, &order, 1)
    });
    assert_eq!(behind.expect("it is signed").0, 1);
    assert_eq!(nonces(&send_all(&page, payments(2))), [2, 3]);
    world.run(10_000.0);
    assert_eq!(nonces(&send_all(&page, payments(1))), [0]);
    await_committed(&world, &page, 4);
}

/// A receiver that is looked up on the chain takes longer to send to than one that the page knows.
#[test]
fn the_order_is_that_in_which_they_were_sent() {
    let world = World::new(3);
    let page = world.ready("?pow=1&poa=1&test_tx=0&pace=1");
    let user = page.wait(|app| async move { app.create_user("erin").await });
    user.expect("a new name");
    page.expect("tx 100 alice to erin", &["nonce 0"]);
    await_committed(&world, &page, 1);
    let viewer = world.ready("?pow=1&poa=1&test_tx=0&pace=1");
    world.run(3_000.0);
    let drafts = ["2 alice to erin", "3 alice to bob", "4 alice to carol"];
    let drafts = drafts.map(|words| parse_tx(words).expect("a transfer"));
    assert_eq!(nonces(&send_all(&viewer, drafts.to_vec())), [1, 2, 3]);
}

/// The node that takes the next one has not heard of those before it: the page hands them over.
#[test]
fn a_node_that_lacks_the_earlier_ones_gets_them() {
    let world = World::new(4);
    let (page, node) = alone(&world);
    // As many as may wait of one account.
    assert_eq!(nonces(&send_all(&page, payments(16))), in_a_row(16));
    page.command(&format!("kill {node}"));
    let last = send_all(&page, payments(1)).remove(0);
    assert_eq!(last.expect("it is taken").nonce, 16);
    await_committed(&world, &page, 17);
}

#[test]
fn one_whose_node_ends_before_it_answers_goes_to_another() {
    let world = World::new(5);
    let page = world.ready(APART);
    world.run(3_000.0);
    let node = taker(&page);
    world.silence(&node);
    let sent = send_all_and_kill(&page, payments(1), node, 100.0);
    assert_eq!(nonces(&sent), [0]);
    await_committed(&world, &page, 1);
}

/// The wait for room goes on at another node.
#[test]
fn what_waits_for_room_at_a_node_that_ends_goes_to_another() {
    let world = World::new(10);
    let page = world.ready("?pow=3&poa=1&test_tx=0&pace=2");
    world.run(3_000.0);
    let node = taker(&page);
    let sent = send_all_and_kill(&page, payments(40), node, 300.0);
    assert_eq!(nonces(&sent), in_a_row(40));
    await_committed(&world, &page, 40);
}

/// What the page says of one that is lost with the node that took it.
#[test]
fn what_only_a_killed_node_had_is_said_and_sent_again() {
    let world = World::new(6);
    let (page, node) = alone(&world);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    end_alone(&world, &page, &node);
    let said = page.sentences();
    assert!(
        said.contains("nonce 0 of alice") && said.contains(&node),
        "{said}"
    );
    assert_eq!(page.offers().len(), 2);
    page.expect("resend alice", &["nonce 0 of alice", "again"]);
    await_committed(&world, &page, 1);
    assert_eq!(page.sentences(), "");
}

#[test]
fn what_is_given_up_leaves_its_nonce_to_the_next() {
    let world = World::new(7);
    let (page, node) = alone(&world);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    end_alone(&world, &page, &node);
    page.expect("forget alice", &["nonce 0 of alice"]);
    assert_eq!(page.sentences(), "");
    page.expect("tx 7 alice to carol", &["nonce 0"]);
    await_committed(&world, &page, 1);
    page.expect("user carol", &["10,007"]);
    assert_eq!(page.refusal("resend alice"), "nothing_unsent");
}

/// Its node has it on its disk: what was said is taken back when the node runs again.
#[test]
fn a_node_that_comes_back_brings_what_it_had() {
    let world = World::new(8);
    let (page, node) = alone(&world);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    world.run(200.0);
    end_alone(&world, &page, &node);
    assert!(page.sentences().contains("nonce 0 of alice"));
    page.command(&format!("start {node}"));
    world.run(3_000.0);
    assert_eq!(page.sentences(), "");
}

#[test]
fn nothing_is_said_of_what_others_have() {
    let world = World::new(9);
    let page = world.ready(APART);
    world.run(3_000.0);
    let node = taker(&page);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    world.run(100.0);
    page.command(&format!("kill {node}"));
    world.run(3_000.0);
    assert_eq!(page.sentences(), "");
}

/// Otherwise who sends in a row waits for the lock each time; but another tab must come to its
/// turn.
#[test]
fn the_lock_among_tabs_is_kept_for_a_moment_and_no_longer() {
    let world = World::new(8);
    let page = world.ready(APART);
    world.run(3_000.0);
    let is_kept = || world.locked().iter().any(|name| name.contains("sender:"));
    let sent = send_all(&page, payments(3));
    assert_eq!(nonces(&sent), in_a_row(3));
    assert!(is_kept());
    world.run(100.0);
    assert!(!is_kept());
    // A hidden page's timers may be late by a minute.
    send_all(&page, payments(1)).remove(0).expect("it is taken");
    assert!(is_kept());
    page.hide(true);
    assert!(!is_kept());
    send_all(&page, payments(1)).remove(0).expect("it is taken");
    assert!(!is_kept());
    page.hide(false);
    let other = world.ready(APART);
    world.run(3_000.0);
    let long = [send_all(&page, payments(40)), send_all(&other, payments(4))];
    assert_eq!(nonces(&long.concat()), (5..49).collect::<Vec<_>>());
}

/// What is known of an account is a guess: a node may have dropped what it had.
#[test]
fn a_nonce_that_was_guessed_wrongly_is_asked_for_and_signed_again() {
    let world = World::new(9);
    let page = world.ready(APART);
    world.run(3_000.0);
    let node = taker(&page);
    let alice = page.app.key_of("alice").expect("a user").address();
    page.wait(|app| async move {
        let mut lock = app.tab_lock(&alice).await;
        lock.learn(Known::asked(&node, 0, 0), 6);
        app.keep_tab_lock(alice, lock);
    });
    assert_eq!(nonces(&send_all(&page, payments(2))), in_a_row(2));
    world.run(10_000.0);
    assert_eq!(page.sentences(), "", "nothing is left of the wrong one");
}
