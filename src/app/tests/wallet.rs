//! Users, their keys, and the nonces of those who send.

use futures_util::future::{join, join_all};

use crate::app::testing::{Page, World};
use crate::command::{Draft, What, parse_tx};
use crate::ipc::{Refusal, TransactionInfo};

const LINK: &str = "?pow=1&poa=1&test_tx=0&pace=1";

/// Sends drafts at the same time.
fn send_all(page: &Page, drafts: Vec<Draft>) -> Vec<Result<TransactionInfo, Refusal>> {
    page.wait(|app| async move { join_all(drafts.into_iter().map(|draft| app.send(draft))).await })
}

fn draft(words: &str) -> Draft {
    parse_tx(words).expect("a transfer")
}

fn nonces(sent: &[Result<TransactionInfo, Refusal>]) -> Vec<u64> {
    let mut nonces: Vec<u64> = sent
        .iter()
        .map(|sent| sent.as_ref().expect("it is accepted").nonce)
        .collect();
    nonces.sort_unstable();
    nonces
}

#[test]
fn transactions_that_one_sender_sends_at_once_get_nonces_in_a_row() {
    let world = World::new(1);
    let page = world.ready(LINK);
    let drafts = (1..=8).map(|n| draft(&format!("{n} alice to bob")));
    let sent = send_all(&page, drafts.collect());
    assert_eq!(nonces(&sent), [0, 1, 2, 3, 4, 5, 6, 7]);
    world.until("all of them committed", || {
        page.command("user bob").contains("balance 10,036")
    });
}

#[test]
fn two_tabs_that_send_for_one_sender_wait_for_each_other() {
    let world = World::new(2);
    let first = world.ready(LINK);
    let second = world.ready(LINK);
    world.run(3_000.0);
    let (a, b) = (first.app.clone(), second.app.clone());
    let drafts = |offset: u64| (0..3).map(move |n| draft(&format!("{} alice to bob", offset + n)));
    let (a, b) = world.wait(async move {
        join(
            join_all(drafts(1).map(|draft| a.send(draft))),
            join_all(drafts(10).map(|draft| b.send(draft))),
        )
        .await
    });
    // A node that has not received the other tab's transaction yet may refuse: that is a refusal,
    // not a loss.
    let accepted = a.iter().chain(&b).flatten().count();
    assert!(accepted >= 3, "{a:?} {b:?}");
    world.run(5_000.0);
    first.expect(
        "user alice",
        &[&format!("{accepted} transactions committed")],
    );
}

#[test]
fn a_nonce_is_not_used_again_on_another_node_that_has_not_received_it() {
    let world = World::new(3);
    let page = world.ready("?pow=1&poa=2&test_tx=0&pace=600");
    world.run(3_000.0);
    page.command("links latency=2000");
    let sent = send_all(&page, vec![draft("1 alice to bob")]);
    page.command("kill pow-1");
    let again = send_all(&page, vec![draft("2 alice to bob")]);
    assert_eq!((nonces(&sent), nonces(&again)), (vec![0], vec![1]));
}

#[test]
fn a_refused_transaction_uses_no_nonce() {
    let world = World::new(4);
    let page = world.ready(LINK);
    page.expect("tx 5 alice to bob", &["nonce 0"]);
    let refused = page.refusal("tx 999999 alice to bob");
    assert!(!refused.is_empty());
    page.expect("tx 6 alice to bob", &["nonce 1"]);
}

#[test]
fn a_sender_whose_key_is_not_here_is_refused() {
    let world = World::new(5);
    let page = world.ready(LINK);
    assert_eq!(page.refusal("tx 5 mallory to bob"), "unknown_user");
    page.expect(
        "tx 5 mallory to bob",
        &["(alice, bob, carol, dave, operator), found \"mallory\""],
    );
}

#[test]
fn a_receiver_is_a_user_an_address_or_a_registered_name() {
    let world = World::new(6);
    let page = world.ready(LINK);
    let users = page.app.wallet_users();
    let dave = &users
        .iter()
        .find(|user| user.name == "dave")
        .expect("dave")
        .address;
    page.expect("tx 5 alice to bob", &["to bob"]);
    page.expect(&format!("tx 6 alice to {dave}"), &["to dave"]);
    assert_eq!(page.refusal("tx 7 alice to nobody"), "unknown_user");
    let by_address = Draft::new(
        &users[0].address,
        What::Message {
            text: "hello".to_owned(),
            to: None,
        },
    );
    assert!(
        send_all(&page, vec![by_address])[0].is_ok(),
        "a sender by address"
    );
}

#[test]
fn a_person_is_made_registered_and_remembered() {
    let world = World::new(7);
    let page = world.ready(LINK);
    let user = page
        .wait(|app| async move { app.create_user("erin").await })
        .expect("a new name");
    assert!(!user.demo);
    page.expect("tx 100 alice to erin", &["Sent "]);
    world.until("erin's coins", || {
        page.command(&format!("user {}", user.address))
            .contains("balance 100")
    });
    let register = Draft::new(
        "erin",
        What::RegisterUser {
            name: "erin".to_owned(),
        },
    );
    assert!(send_all(&page, vec![register])[0].is_ok());
    world.until("the name", || {
        page.command("user erin").contains("balance 99")
    });
    page.close();
    let page = world.ready(LINK);
    assert!(page.app.wallet_users().contains(&user));
}

#[test]
fn a_name_that_is_taken_or_malformed_makes_no_person() {
    let world = World::new(8);
    let page = world.ready(LINK);
    let create = |name: &'static str| {
        page.wait(|app| async move { app.create_user(name).await })
            .map_err(|error| error.code())
    };
    assert_eq!(create("Erin!"), Err("name_malformed"));
    assert_eq!(create("alice"), Err("name_taken"));
    assert_eq!(create("operator"), Err("name_taken"));
    assert_eq!(create(" Alice "), Err("name_taken"));
}

/// The first coins of a new person may be refused: whoever tries again with fewer must not be told
/// that the name is taken, by himself. Once it is registered, it is.
#[test]
fn a_new_person_whose_first_coins_were_refused_is_the_same_the_next_time() {
    let world = World::new(8);
    let page = world.ready(LINK);
    let create = |name: &'static str| {
        page.wait(|app| async move { app.create_user(name).await })
            .map_err(|error| error.code())
    };
    let erin = create("erin").unwrap();
    assert!(!page.refusal("tx 99999999 alice to erin").is_empty());
    assert_eq!(create("Erin"), Ok(erin.clone()));
    page.expect("tx 100 alice to erin", &["Sent "]);
    world.until("erin's coins", || {
        page.command(&format!("user {}", erin.address))
            .contains("balance 100")
    });
    let name = "erin".to_owned();
    let register = Draft::new("erin", What::RegisterUser { name });
    assert!(send_all(&page, vec![register])[0].is_ok());
    world.until("the name", || {
        page.command("user ERIN").contains("balance 99")
    });
    assert_eq!(create("erin"), Err("name_taken"));
}

/// Of a form and of a script as well as of the console, whose words are in lower case in any case.
#[test]
fn a_name_or_an_address_means_the_same_in_capitals() {
    let world = World::new(8);
    let page = world.ready(LINK);
    let bob = page
        .app
        .wallet_users()
        .iter()
        .find(|user| user.name == "bob")
        .cloned();
    let bob = bob
        .expect("a user of the beginning")
        .address
        .to_ascii_uppercase();
    for to in ["Bob", " BOB ", bob.as_str()] {
        let what = What::Transfer {
            to: to.to_owned(),
            amount: 1,
            memo: String::new(),
        };
        let sent = send_all(&page, vec![Draft::new("Alice", what)]).remove(0);
        assert!(sent.is_ok(), "{to}: {sent:?}");
    }
}

#[test]
fn there_is_a_limit_of_persons() {
    let world = World::new(9);
    let page = world.ready("?pow=0&poa=1&test_tx=0");
    let mut record = page.app.record().expect("it is open");
    record.users = (0..100).map(|number| format!("person-{number}")).collect();
    world.put_record("aurex:network:pow0-poa1-d2", &record.to_text());
    let made = page.wait(|app| async move { app.create_user("erin").await });
    assert_eq!(made.unwrap_err().code(), "too_many_users");
}

#[test]
fn assets_are_created_and_sent() {
    let world = World::new(10);
    let page = world.ready(LINK);
    let create = Draft::new(
        "alice",
        What::CreateAsset {
            symbol: "GOLD".to_owned(),
            name: "Gold".to_owned(),
            decimals: 2,
            supply: 1_000,
        },
    );
    let created = send_all(&page, vec![create])
        .remove(0)
        .expect("it is accepted");
    world.until("the asset", || page.command("user alice").contains("GOLD"));
    let transfer = Draft::new(
        "alice",
        What::TransferAsset {
            asset: created.tx_hash.clone(),
            to: "bob".to_owned(),
            amount: 40,
        },
    );
    assert!(send_all(&page, vec![transfer])[0].is_ok());
    world.until("bob's gold", || page.command("user bob").contains("GOLD"));
}

#[test]
fn a_transaction_is_counted_on_every_node_that_holds_it() {
    let world = World::new(11);
    let page = world.ready("?pow=0&poa=3&test_tx=0");
    world.run(3_000.0);
    let sent = send_all(&page, vec![draft("1 alice to bob")]).remove(0);
    let id = sent.expect("it is accepted").tx_hash.clone();
    let seen = |page: &Page| {
        let id = id.clone();
        page.wait(|app| async move { app.transaction(&id).await })
    };
    world.until("all three", || {
        seen(&page).expect("known").expect("there").seen_by == 3
    });
    let unknown = "0".repeat(64);
    let found = page.wait(|app| async move { app.transaction(&unknown).await });
    assert_eq!(found.expect("no refusal"), None);
}
