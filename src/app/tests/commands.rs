//! Every word of the console once, with its output and its refusals; events, pictures and problems.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::app::testing::World;
use crate::command::WORDS;
use crate::ipc::{Level, Topic};
use crate::ledger::{Query, Row, Table};

const LINK: &str = "?pow=1&poa=1&test_tx=0&pace=1";
/// The header of Bitcoin's first block.
const BITCOIN: &str = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

#[test]
fn every_word_that_asks_is_answered() {
    let world = World::new(1);
    let page = world.ready(LINK);
    page.expect("tx hello world", &["Sent ", "hello world"]);
    page.grow(3);
    page.expect("status", &["pow-1", "poa-1", "height", "In consensus: "]);
    page.expect("chain 3", &["height", "state root", "2 nodes"]);
    page.expect("block 1", &["at height 1", "state root", "proof: "]);
    page.expect("why pow-1", &["."]);
    page.expect("why 1", &["on the best chain with"]);
    page.expect("why finality", &["Finality goes on"]);
    page.expect("why nothing", &["Refused (", "nothing"]);
    page.expect("finality", &["final up to height", "justified up to"]);
    page.expect("finality poa-1", &["poa-1: final up to"]);
    page.expect(
        "authority add poa-1",
        &["Nothing changes", "is one already"],
    );
    page.expect("authority add pow-1", &["no_authority"]);
    page.expect("authority remove poa-1", &["last_authority"]);
    page.expect("authority remove poa-9", &["unknown_node"]);
    page.expect("user alice", &["alice, address", "1 transaction committed"]);
    page.expect("mempool", &["mempool of"]);
    page.expect(
        "ledger",
        &["blocks", "transactions", "users", "mining_pool"],
    );
    page.expect("ledger blocks 1", &["hash", "previous"]);
    page.expect("ledger transactions alice", &["hello world"]);
    page.expect("ledger users alice", &["alice"]);
    page.expect("ledger nodes", &["pow-1", "poa-1"]);
    page.expect("ledger mining_pool", &["pow-1:1"]);
    page.expect("help", &["status", "difficulty <1-8|auto>", "quit"]);
    page.expect("help tx", &["Transfer 100 coins alice to bob"]);
    page.expect(
        &format!("inspect {BITCOIN}"),
        &["000000000019d6689c085ae165831e93", "Valid work."],
    );
}

#[test]
fn a_node_that_was_killed_says_so_when_it_is_asked_why() {
    let world = World::new(3);
    let page = world.ready(LINK);
    page.grow(2);
    let running = page.command("why poa-1");
    assert!(!running.starts_with("Refused"), "{running}");
    page.expect("kill pow-1", &["was killed"]);
    page.expect("why pow-1", &["It was killed: “start” brings it back"]);
    page.expect("why poa-9", &["Refused (", "poa-9"]);
}

#[test]
fn every_word_is_understood_or_asks_for_what_is_missing() {
    let world = World::new(2);
    let page = world.ready(LINK);
    for word in WORDS {
        let answer = page.command(word.name);
        assert!(!answer.is_empty(), "{}", word.name);
        assert!(
            !answer.contains("unknown_command"),
            "{}: {answer}",
            word.name
        );
    }
}

#[test]
fn what_is_no_command_is_refused_with_the_nearest_word() {
    let world = World::new(3);
    let page = world.ready(LINK);
    page.expect("stats", &["Refused (", "status"]);
    page.expect("", &["Refused ("]);
    page.expect("kill", &["Refused (", "a node's name or `all`"]);
    page.expect("kill pow-1 pow-2", &["Refused ("]);
    page.expect(
        "block 999999",
        &["Refused (unknown_block)", "no node has it"],
    );
    page.expect("user nobody", &["Refused (unknown_user)"]);
    page.expect(
        "inspect 0102",
        &["Refused (bitcoin_length)", "found 2 bytes"],
    );
    page.expect("ledger rocks", &["Refused ("]);
    page.expect("tx", &["Refused (transaction_empty)"]);
    page.expect(
        "tx transfer 5 coins alice bob",
        &["Refused (transfer_words)"],
    );
    page.expect(
        &format!("tx {}", "x".repeat(2_000)),
        &["Refused (message_too_long)"],
    );
    page.expect("<script>alert(1)</script>", &["Refused ("]);
    page.expect("\u{1F600}\u{0}\u{202E}", &["Refused ("]);
}

#[test]
fn before_a_node_runs_every_word_that_needs_one_says_so() {
    let world = World::new(4);
    let page = world.open(LINK);
    for line in ["mempool", "tx hello", "start all", "add pow", "pace 3"] {
        let answer = page.app.command(line);
        let answer = futures_util::FutureExt::now_or_never(answer);
        let answer = answer.unwrap_or_else(|| panic!("{line} waits for the opening"));
        assert!(answer.starts_with("Refused (starting)"), "{line}: {answer}");
    }
    page.expect("help", &["status"]);
    page.opened().expect("it opens all the same");
}

#[test]
fn the_log_keeps_lines_from_a_level_on() {
    let world = World::new(5);
    let page = world.ready(LINK);
    page.expect("log debug", &["level debug and above"]);
    world.run(5_000.0);
    let debug = |page: &crate::app::testing::Page| {
        let model = page.app.fresh_model();
        let lines = model.log.iter().filter(|event| event.level == Level::Debug);
        lines.count()
    };
    let lines = debug(&page);
    assert!(lines > 0);
    page.expect("log error", &["level error and above"]);
    world.run(200.0);
    let lines = debug(&page);
    world.run(5_000.0);
    assert_eq!(debug(&page), lines);
    page.close();
    assert_eq!(world.ready(LINK).app.settings().log, Level::Error);
}

#[test]
fn a_listener_gets_events_of_its_topic_until_it_is_dropped() {
    let world = World::new(6);
    let page = world.ready(LINK);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let place = Rc::clone(&heard);
    let subscription = page
        .app
        .listen(Some(Topic::Message), Level::Debug, move |event| {
            place.borrow_mut().push(event.topic);
        });
    world.run(5_000.0);
    let count = heard.borrow().len();
    assert!(count > 0, "frames are reported because somebody listens");
    assert!(heard.borrow().iter().all(|topic| *topic == Topic::Message));
    drop(subscription);
    world.run(5_000.0);
    assert_eq!(heard.borrow().len(), count);
}

#[test]
fn pictures_come_at_most_five_times_a_second_and_none_to_a_hidden_page() {
    let world = World::new(7);
    let page = world.ready("?pow=2&poa=2&test_tx=0&pace=full");
    let drawn = Rc::new(Cell::new(0));
    let count = Rc::clone(&drawn);
    let _subscription = page.app.subscribe(move |_| count.set(count.get() + 1));
    world.run(10_000.0);
    let shown = drawn.replace(0);
    assert!(
        (10..=50).contains(&shown),
        "{shown} pictures in ten seconds"
    );
    page.hide(true);
    world.run(10_000.0);
    assert_eq!(drawn.get(), 0);
    let height = page.app.model().nodes[0].status.height;
    assert!(height > 0, "the model of a hidden page stays up to date");
    page.hide(false);
    world.run(1_000.0);
    assert!(drawn.get() > 0);
}

#[test]
fn a_picture_comes_each_second_though_nothing_happens() {
    let world = World::new(8);
    let page = world.ready("?pow=1&poa=0&test_tx=0&pace=pause");
    world.run(5_000.0);
    let drawn = Rc::new(Cell::new(0));
    let count = Rc::clone(&drawn);
    let _subscription = page.app.subscribe(move |_| count.set(count.get() + 1));
    world.run(20_000.0);
    assert!((18..=22).contains(&drawn.get()), "{} pictures", drawn.get());
}

#[test]
fn a_problem_is_taken_off_by_a_click_and_stays_in_the_log() {
    let world = World::new(9);
    let page = world.ready("?pow=1&poa=0&pace=never");
    let problem = page.app.fresh_model().problems[0].clone();
    page.app.dismiss(problem);
    assert_eq!(page.problems(), [""; 0]);
    assert!(page.log().contains("link parameter pace"));
}

#[test]
fn a_page_of_a_table_has_typed_rows_and_the_total() {
    let world = World::new(10);
    let page = world.ready(LINK);
    page.grow(5);
    let query = Query {
        table: Table::Blocks,
        index: Some("height".to_owned()),
        key: None,
        descending: false,
        offset: 1,
        limit: 2,
    };
    let ask = |node: Option<&'static str>, query: Query| {
        page.wait(|app| async move { app.ledger(node, query).await })
    };
    let found = ask(Some("poa-1"), query.clone()).expect("a page");
    assert!(found.total >= 5);
    let heights = found.rows.iter().map(|row| match row {
        Row::Block(block) => block.height,
        Row::Transaction(_)
        | Row::Node(_)
        | Row::Asset(_)
        | Row::User(_)
        | Row::Miner(_)
        | Row::Raw(_) => panic!("a block, found {row:?}"),
    });
    assert_eq!(heights.collect::<Vec<_>>(), [1, 2]);
    let wrong = Query {
        index: Some("colour".to_owned()),
        ..query.clone()
    };
    assert_eq!(ask(None, wrong).unwrap_err().code(), "bad_query");
    assert_eq!(
        ask(Some("pow-9"), query).unwrap_err().code(),
        "unknown_node"
    );
}
