//! The console: a transfer typed into the page ends on every ledger, and every word does what it
//! says.

use std::collections::BTreeMap;

use aurex::command::{CALLS, Call, CallKind, LAB_CALLS};
use serde_json::json;

use crate::visit::Visit;

/// The header of Bitcoin's first block.
const BITCOIN: &str = "0100000000000000000000000000000000000000000000000000000000000000\
     000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

/// Balance of a user on every node.
fn balance(visit: &Visit, user: &str) -> Vec<u64> {
    visit.ask(&format!(
        "const names = (await aurex.status()).nodes.map(({{ name }}) => name);
         const accounts = await Promise.all(names.map((node) => aurex.accounts({{ node }})));
         return accounts.map((list) => list.find(({{ name }}) => name === '{user}').balance)"
    ))
}

fn open_console(visit: &Visit) {
    visit.value("location.hash = '#/console'");
    visit.wait("the console's input", 10, |visit| {
        (visit.value("return !!document.querySelector('#command')") == true).then_some(())
    });
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_transfer_typed_into_the_console_is_committed_and_changes_the_balances() {
    let mut visit = Visit::open("?pace=2&test_tx=0");
    visit.agreed(5, 1, 60);
    let (alice, bob) = (balance(&visit, "alice"), balance(&visit, "bob"));
    open_console(&visit);
    visit
        .browser
        .type_into("#command", "tx Transfer 100 coins alice to bob");
    visit.browser.click(".prompt button[type=submit]");
    let answer = visit.wait("an answer in the console", 20, |visit| {
        Some(visit.text_of(".entry pre")).filter(|text| text.contains("Sent "))
    });
    eprintln!("    {answer}");
    let id = answer
        .split("Sent ")
        .nth(1)
        .and_then(|rest| rest.get(..64))
        .expect("the transaction's id");
    let info = visit.committed(id, 5, 60);
    assert_eq!(
        (
            info.from_user.as_str(),
            info.to_user.as_str(),
            info.amount,
            info.fee
        ),
        ("alice", "bob", 100, 1)
    );
    let less: Vec<u64> = alice.iter().map(|balance| balance - 101).collect();
    let more: Vec<u64> = bob.iter().map(|balance| balance + 100).collect();
    assert_eq!(
        (balance(&visit, "alice"), balance(&visit, "bob")),
        (less, more)
    );
    let rows: u32 = visit.ask(&format!(
        "return (await aurex.ledger({{ table: 'transactions', key: '{id}' }})).total"
    ));
    assert_eq!(rows, 1);
    // A row of the table of transactions leads to the transaction's own page.
    visit.value(&format!("location.hash = '#/tx/{id}'"));
    visit.wait("the transaction's page", 10, |visit| {
        visit.text_of("main").contains("100 coins").then_some(())
    });
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_bitcoin_header_on_the_chain_page_is_explained_while_it_is_typed() {
    let mut visit = Visit::open("?pace=2");
    visit.agreed(5, 1, 60);
    visit.value("location.hash = '#/chain'");
    let box_of = "section[aria-label='Inspect a Bitcoin header']";
    let says = |visit: &Visit, part: &'static str| {
        visit.wait(part, 10, |visit| {
            visit
                .text_of(&format!("{box_of} pre"))
                .contains(part)
                .then_some(())
        });
    };
    visit.wait("the box", 10, |visit| {
        visit
            .text_of(box_of)
            .contains("Bitcoin's first")
            .then_some(())
    });
    visit.browser.click(&format!("{box_of} button"));
    says(&visit, "Valid work.");
    visit.browser.type_into(&format!("{box_of} input"), "00");
    says(
        &visit,
        "Refused: expected 1 to 10 headers of 80 bytes each, found 81 bytes.",
    );
    visit.expect_quiet();
}

fn expect(visit: &Visit, line: &str, parts: &[&str]) -> String {
    let answer = visit.command(line);
    for part in parts {
        assert!(
            answer.contains(part),
            "{line}: expected \"{part}\" in\n{answer}"
        );
    }
    answer
}

#[test]
#[ignore = "run by cargo xtask test"]
fn every_word_that_asks_is_answered() {
    // Work that takes long enough to measure.
    let mut visit = Visit::open("?pace=2&difficulty=4");
    visit.agreed(5, 3, 60);
    expect(
        &visit,
        "status",
        &["pow-1", "poa-2", "height", "In consensus: "],
    );
    expect(
        &visit,
        &format!("inspect {BITCOIN}"),
        &[
            "Block        000000000019d6689c085ae165831e93",
            "Valid work.",
        ],
    );
    expect(
        &visit,
        &format!("inspect {}", BITCOIN.replace("1dac2b7c", "00000000")),
        &["Not valid: expected an id of at most"],
    );
    expect(
        &visit,
        "inspect 0102",
        &["Refused (bitcoin_length)", "found 2 bytes"],
    );
    expect(&visit, "chain 3", &["height", "state root", "5 nodes"]);
    expect(
        &visit,
        "ledger",
        &[
            "blocks",
            "transactions",
            "nodes",
            "assets",
            "users",
            "mining_pool",
        ],
    );
    expect(&visit, "ledger blocks 1", &["hash", "previous"]);
    expect(&visit, "ledger users alice", &["alice"]);
    expect(&visit, "ledger nodes", &["pow-1", "aurex/1/"]);
    expect(&visit, "block 1", &["at height 1", "state root", "proof: "]);
    expect(&visit, "user alice", &["alice, address", "balance"]);
    expect(&visit, "mempool", &["mempool of"]);
    expect(&visit, "help", &["status", "difficulty <1-8|auto>", "quit"]);
    expect(&visit, "help tx", &["Transfer 100 coins alice to bob"]);
    expect(&visit, "log debug", &["level debug"]);
    expect(&visit, "log info", &["level info"]);
    expect(&visit, "tx hello world", &["Sent ", "hello world"]);
    expect(&visit, "cut pow-1 poa-1", &["cut"]);
    let cut: Vec<serde_json::Value> = visit.ask("return await aurex.links()");
    assert_eq!(cut.len(), 2, "{cut:?}");
    expect(&visit, "heal pow-1 poa-1", &["healed"]);
    expect_words_of_mining(&visit);
    visit.agreed(5, 4, 60);
    visit.expect_quiet();
}

/// Pace and miners do what they say: the rates and the rows of the ledger follow.
fn expect_words_of_mining(visit: &Visit) {
    let budget = visit
        .status()
        .node("pow-1")
        .hash_budget
        .expect("a paced miner has a budget");
    expect(visit, "pace full", &["as fast as the machine can"]);
    let fast = visit.wait("a hash rate beyond the budget", 60, |visit| {
        let status = visit.status();
        let node = status.node("pow-1");
        (node.hash_budget.is_none() && node.hash_rate > 2.0 * budget).then_some(node.hash_rate)
    });
    eprintln!("    one node: a budget of {budget:.0} hashes/s, {fast:.0} at full speed");
    expect(visit, "pace 3", &["about every 3"]);
    expect(visit, "miners 2", &["2 miner workers"]);
    visit.wait("the miners' rows in the ledger", 60, |visit| {
        let rows = visit.command("ledger mining_pool");
        (rows.matches("searching").count() == 2 && rows.contains("pow-1:2")).then_some(())
    });
    expect(visit, "pace pause", &["rest"]);
    visit.wait("miners that rest", 60, |visit| {
        let status = visit.status();
        let resting = status.up().all(|node| node.hash_rate == 0.0);
        (resting
            && visit
                .command("ledger mining_pool paused")
                .contains("pow-1:1"))
        .then_some(())
    });
    expect(visit, "pace 3", &["about every 3"]);
    expect(visit, "miners 1", &["1 miner worker now"]);
}

#[test]
#[ignore = "run by cargo xtask test"]
fn an_automatic_difficulty_follows_the_hash_rate() {
    let mut visit = Visit::open("?pow=2&poa=0&pace=1&difficulty=1&test_tx=0");
    visit.agreed(2, 1, 60);
    expect(
        &visit,
        "difficulty auto",
        &["automatic, with a work block about every 1 s"],
    );
    // It is in force at the latest with the second multiple of 8 from here on.
    let height = visit.status().height();
    visit.agreed(2, height + 17, 120);
    let before = visit.status().node("pow-1").difficulty;
    expect(
        &visit,
        "pace full",
        &["as fast as the machine can", "difficulty auto"],
    );
    visit.wait("a difficulty a hundred times as high", 120, |visit| {
        (visit.status().node("pow-1").difficulty > 100 * before).then_some(())
    });
    expect(&visit, "pace 5", &["about every 5"]);
    expect(&visit, "difficulty 1", &["1 leading zero digit"]);
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn nodes_are_stopped_started_wiped_and_quit_and_begin_again() {
    let mut visit = Visit::open("?pace=2");
    let before = visit.agreed(5, 3, 60);
    expect(&visit, "stop pow-2", &["pow-2 stopped cleanly"]);
    assert_eq!(visit.status().node("pow-2").state, "stopped");
    expect(&visit, "stop pow-2", &["Refused (not_running)"]);
    expect(&visit, "start pow-2", &["pow-2 runs at height", "resumed"]);
    expect(&visit, "start pow-2", &["Refused (already_running)"]);
    expect(&visit, "kill poa-2", &["poa-2 was killed"]);
    expect(&visit, "wipe poa-2", &["deleted"]);
    expect(&visit, "start poa-2", &["new"]);
    expect(&visit, "wipe pow-3", &["emptied"]);
    let refilled = visit.agreed(5, before.height() + 1, 60);
    assert_eq!(refilled.network.chain_id, before.network.chain_id);
    for node in ["pow-3", "poa-2"] {
        let first = visit.chain(node, 500);
        assert_eq!(
            (first[0].height, first.len() as u64),
            (0, first[first.len() - 1].height + 1),
            "{node} has all blocks"
        );
    }
    expect(
        &visit,
        "quit",
        &[
            "pow-1 stopped cleanly",
            "poa-2 stopped cleanly",
            "start all",
        ],
    );
    assert_eq!(visit.status().up().count(), 0);
    expect(&visit, "mempool", &["Refused (no_node)"]);
    visit.wait("the page in words", 10, |visit| {
        visit
            .text_of("#health")
            .contains("No node is running")
            .then_some(())
    });
    expect(&visit, "start all", &["pow-1 runs", "poa-2 runs"]);
    let resumed = visit.agreed(5, refilled.height(), 60);
    assert!(
        resumed.up().all(|node| node.ledger_start == "resumed"),
        "{resumed:?}"
    );
    expect(&visit, "wipe all", &["begins again as chain"]);
    let again = visit.agreed(5, 1, 60);
    assert_ne!(again.network.chain_id, before.network.chain_id);
    let ledgers: u32 = visit.ask(
        "return (await indexedDB.databases()).filter(({ name }) => name !== 'aurex:networks').length",
    );
    assert_eq!(ledgers, 5, "the old chain's databases are deleted");
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn new_nodes_join_and_changes_are_in_force_at_the_epoch() {
    let mut visit = Visit::open("?pace=1");
    let before = visit.agreed(5, 2, 60);
    assert!(
        before
            .up()
            .all(|node| node.authorities == 2 && node.difficulty == 256)
    );
    expect(&visit, "add pow", &["pow-4 runs"]);
    expect(&visit, "add poa", &["poa-3 runs", "multiple of 8"]);
    expect(&visit, "difficulty 1", &["was sent", "multiple of 8"]);
    let early = visit.status();
    assert!(
        !early.node("poa-3").is_authority,
        "a new authority waits for its epoch"
    );
    let after = visit.wait(
        "three authorities and the new difficulty on all seven nodes",
        90,
        |visit| {
            let status = visit.status();
            let changed = status
                .up()
                .all(|node| node.authorities == 3 && node.difficulty == 16);
            (changed && status.agree(7) && status.node("poa-3").is_authority).then_some(status)
        },
    );
    let blocks = visit.chain("pow-4", 500);
    let work: Vec<(u64, u64)> = blocks
        .iter()
        .filter(|block| block.height > 0 && block.kind == "work")
        .map(|b| (b.height, b.difficulty))
        .collect();
    for (height, difficulty) in &work {
        let changed = work
            .iter()
            .filter(|(_, difficulty)| *difficulty == 16)
            .map(|(height, _)| *height)
            .min();
        let epoch = changed.map_or(u64::MAX, |height| height / 8 * 8);
        assert_eq!(
            *difficulty,
            if *height < epoch { 256 } else { 16 },
            "work block {height} of {work:?}"
        );
    }
    eprintln!("    in force on all nodes at height {}", after.height());
    let sealed = visit.wait("a block that the new authority sealed", 90, |visit| {
        visit
            .chain("pow-1", 500)
            .into_iter()
            .find(|block| block.miner == "poa-3")
    });
    assert_eq!(sealed.kind, "authority");
    visit.agreed(7, sealed.height, 60);
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_script_that_forgets_how_to_end_its_subscription_goes_on_hearing() {
    let mut visit = Visit::open("?pace=1&test_tx=0");
    visit.agreed(5, 1, 60);
    visit.value("window.heard = 0; aurex.on('block', () => { heard += 1; })");
    visit
        .browser
        .devtools("HeapProfiler.collectGarbage", json!({}));
    // What was collected is told to the page in a task of its own.
    visit.value("await new Promise((resolve) => setTimeout(resolve, 1000)); heard = 0");
    visit.wait(
        "a block heard of after garbage was collected",
        30,
        |visit| (visit.ask::<u64>("return heard") > 0).then_some(()),
    );
    visit.expect_quiet();
}

/// The reference is written from the table of calls: the page must offer these and no other.
#[test]
#[ignore = "run by cargo xtask test"]
fn scripts_find_every_call_of_the_reference_and_no_other() {
    let mut visit = Visit::open("?net=calls");
    let found = |object: &str| -> BTreeMap<String, bool> {
        let entries: Vec<(String, bool)> = visit.ask(&format!(
            "return Object.entries({object}).map(([name, value]) => [name, typeof value === 'function'])"
        ));
        entries.into_iter().collect()
    };
    let wanted = |calls: &[Call]| -> BTreeMap<String, bool> {
        let calls = calls.iter();
        calls
            .map(|call| (call.name.to_owned(), call.kind != CallKind::Value))
            .collect()
    };
    let mut outer = wanted(CALLS);
    outer.insert("lab".to_owned(), false);
    assert_eq!(found("aurex"), outer);
    assert_eq!(found("aurex.lab"), wanted(LAB_CALLS));
    visit.agreed(5, 1, 60);
    visit.expect_quiet();
}

/// While an input method composes a word, Escape, arrows and Enter are its own keys.
#[test]
#[ignore = "run by cargo xtask test"]
fn keys_of_an_input_method_stay_its_own() {
    let mut visit = Visit::open("?pace=2");
    visit.agreed(5, 1, 60);
    open_console(&visit);
    let press = |visit: &Visit, input: &str, key: &str, composes: bool| {
        visit.value(&format!(
            "document.querySelector('{input}').dispatchEvent(new KeyboardEvent('keydown', \
             {{ key: '{key}', isComposing: {composes}, bubbles: true, cancelable: true }}));
             await new Promise((done) => setTimeout(done, 100));
             return [location.hash, document.querySelector('{input}')?.value]"
        ))
    };
    visit.browser.type_into("#command", "stat");
    for key in ["Escape", "ArrowUp", "Tab"] {
        let left = press(&visit, "#command", key, true);
        assert_eq!(left, json!(["#/console", "stat"]), "{key}");
    }
    assert_eq!(press(&visit, "#command", "Escape", false)[1], "");
    visit.browser.type_into("#search", "pow-1");
    for key in ["Escape", "Enter"] {
        let left = press(&visit, "#search", key, true);
        assert_eq!(left, json!(["#/console", "pow-1"]), "{key}");
    }
    assert_eq!(press(&visit, "#search", "Escape", false)[1], "");
    visit.expect_quiet();
}
