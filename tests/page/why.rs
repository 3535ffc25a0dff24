//! Why something is as it is, and what a reorganisation did: on the pages of the live network and
//! of the laboratory.

use serde_json::Value;

use crate::visit::{Visit, text};

fn says(visit: &Visit, what: &str, selector: &str, words: &[&str]) {
    visit.wait(what, 60, |visit| {
        let found = visit.text_of(selector);
        words.iter().all(|word| found.contains(word)).then_some(())
    });
}

fn go(visit: &Visit, place: &str) {
    visit.value(&format!("location.hash = {}", text(place)));
}

/// Codes of the reasons about something.
fn codes(visit: &Visit, what: &str) -> Vec<String> {
    visit.ask(&format!(
        "return (await aurex.why({})).reasons.map((reason) => reason.code)",
        text(what)
    ))
}

/// Two halves, each with its own branch, that come together again: the event of the node that
/// changed over.
fn reorganised(visit: &Visit) -> Value {
    // Two halves, each with its own branch; what is sent meanwhile is on both, or waits.
    visit.value("await aurex.command('cut pow-1 pow-2')");
    visit.value("await aurex.tx('Transfer 5 coins alice to bob')");
    visit.wait("two branches of three blocks", 90, |visit| {
        let parted: bool = visit.ask(
            "const [a, b] = await Promise.all(['pow-1', 'pow-2'].map((node) => aurex.chain({ node, count: 3 })));
             return a.height > 4 && b.height > 4 && a.blocks[0].hash !== b.blocks[0].hash",
        );
        parted.then_some(())
    });
    visit.value(
        "globalThis.reorgs = []; aurex.on('reorg', (event) => reorgs.push(event));
         await aurex.command('heal pow-1 pow-2')",
    );
    visit.wait("a reorganisation", 60, |visit| {
        let found: bool =
            visit.ask("return reorgs.some((event) => event.old_head && event.block_hash)");
        found.then_some(())
    });
    visit.value("return reorgs.find((event) => event.old_head)")
}

/// From the chain's page to the report of this event.
fn expect_report(visit: &Visit, event: &Value) {
    go(visit, "#/chain");
    visit.wait("the way to the report", 30, |visit| {
        let clicked: bool = visit.ask(
            "const link = document.querySelector('[aria-label=Reorganisations] a[href*=reorganisation]');
             link?.click(); return Boolean(link)",
        );
        clicked.then_some(())
    });
    says(
        visit,
        "the report",
        ".reorganised",
        &[
            "left the best chain",
            "Left:",
            "Joined:",
            "Balances",
            "Before",
            "After",
        ],
    );
    let named = |field: &str| text(event[field].as_str().unwrap());
    let report: Value = visit.value(&format!(
        "return await aurex.reorganised({{ node: {}, before: {}, after: {} }})",
        named("node"),
        named("old_head"),
        named("block_hash")
    ));
    assert!(
        report["joined"]["weight"].as_u64() >= report["left"]["weight"].as_u64(),
        "{report}"
    );
    assert!(
        !report["balances"].as_array().unwrap().is_empty(),
        "{report}"
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_reorganised_block_says_why_and_the_reorganisation_is_reported_in_the_live_network() {
    let mut visit = Visit::open("?pow=2&poa=0&pace=1&test_tx=0");
    visit.agreed(2, 2, 60);
    let event = reorganised(&visit);
    let old = event["old_head"].as_str().unwrap();
    let found = codes(&visit, old);
    assert!(
        found.iter().any(|code| code == "lighter" || code == "tied"),
        "{found:?}"
    );
    go(&visit, &format!("#/chain/block/{old}"));
    says(
        &visit,
        "why the block is beside",
        ".why",
        &["Why it is not on the chain", "above block", "Rule:"],
    );
    expect_report(&visit, &event);
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_node_that_makes_nothing_and_a_transaction_that_waits_say_why() {
    let mut visit = Visit::open("?pow=2&poa=0&pace=1&test_tx=0");
    visit.agreed(2, 2, 60);
    visit.value("await aurex.set({ pace: 'pause' })");
    assert_eq!(codes(&visit, "pow-1"), ["paused"]);
    let id: String = visit.ask("return (await aurex.tx('Transfer 5 coins bob to alice')).id");
    visit.wait("why it waits", 30, |visit| {
        codes(visit, &id)
            .contains(&"nobody_makes".to_owned())
            .then_some(())
    });
    go(&visit, &format!("#/tx/{id}"));
    says(
        &visit,
        "why the transaction waits",
        ".why",
        &["No node that runs makes blocks now."],
    );
    visit.value("await aurex.stop('pow-2')");
    assert_eq!(codes(&visit, "pow-2"), ["down"]);
    let told: String = visit.ask("return await aurex.command('why pow-2')");
    assert!(told.contains("It was stopped"), "{told}");
    let refused = visit.refusal("await aurex.why('nothing')");
    assert!(refused.message.contains("nothing"), "{refused:?}");
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_laboratory_gives_the_same_reasons_and_reports_at_its_moment() {
    let mut visit = Visit::open("?pow=1&poa=0&pace=pause");
    go(&visit, "#/lab/partition");
    visit.wait("an open scenario", 60, |visit| {
        (!visit.text_of("#lab-time").is_empty()).then_some(())
    });
    visit.value(
        "await aurex.lab.seek(5000);
         const nodes = (await aurex.lab.status()).nodes.map((node) => node.name);
         await aurex.lab.act({ partition: { side: nodes.slice(0, 1) } });
         await aurex.lab.seek(60000); await aurex.lab.act('heal'); await aurex.lab.seek(90000)",
    );
    go(&visit, "#/lab/partition");
    visit.wait("a report of a reorganisation", 60, |visit| {
        let opened: bool = visit.ask(
            "const details = document.querySelector('#lab-reorganisations details');
             if (details) details.open = true; return Boolean(details)",
        );
        opened.then_some(())
    });
    says(
        &visit,
        "the report",
        "#lab-reorganisations .reorganised",
        &["left the best chain", "Balances"],
    );
    let node: String = visit.ask("return (await aurex.lab.status()).nodes[0].name");
    let reasons: Value = visit.value(&format!("return await aurex.lab.why({})", text(&node)));
    assert!(
        !reasons["reasons"].as_array().unwrap().is_empty(),
        "{reasons}"
    );
    visit.expect_quiet();
}
