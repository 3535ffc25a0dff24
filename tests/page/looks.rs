//! What a person sees: every place of the page, on a wide screen and on a phone, without an error;
//! and a sentence instead of a blank page where the browser lacks something.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::visit::{Visit, text};

/// What sticks out on the right of the window, if the page scrolls sideways.
const OVERFLOW: &str = "
    const width = document.scrollingElement.scrollWidth;
    if (width <= innerWidth) return null;
    const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    const named = wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120));
    return `${width} px wide in a window of ${innerWidth}: ${named.join(' | ')}`;";

/// An element that a translator of the browser would replace.
const TRANSLATED: &str = "
    const open = [...document.querySelectorAll('body *')].find((element) => element.translate !== false && element.namespaceURI.endsWith('xhtml'));
    return open ? open.outerHTML.slice(0, 120) : null;";

/// Every place of the page, with a text that stands on it.
fn places(block: &str, transaction: &str) -> Vec<(String, &'static str)> {
    let fixed = [
        ("#/", "pow-1"),
        ("#/chain", "height"),
        ("#/charts", "Time between work blocks"),
        ("#/ledger", "blocks"),
        ("#/ledger/blocks", "hash"),
        ("#/ledger/transactions", "tx_hash"),
        ("#/ledger/nodes", "node_id"),
        ("#/ledger/assets", "assets"),
        ("#/ledger/users/alice", "alice"),
        ("#/ledger/mining_pool", "worker"),
        ("#/transact", "alice"),
        ("#/console", "Console"),
        ("#/lab", "A double spend"),
        ("#/lab/double-spend", "Bob runs the shop"),
        ("#/settings", "Difficulty"),
        ("#/no/such/place", "There is no such page"),
    ];
    let mut all: Vec<(String, &str)> = fixed.map(|(route, part)| (route.to_owned(), part)).into();
    all.push(("#/chain/block/1".to_owned(), "transactions"));
    all.push((format!("#/chain/block/{block}"), "state root"));
    all.push((format!("#/tx/{transaction}"), "coins"));
    all
}

/// Goes to every place and looks whether it is there and fits.
fn tour(visit: &Visit, places: &[(String, &str)]) {
    for (route, part) in places {
        visit.value(&format!("location.hash = {}", text(route)));
        let wanted = part.to_lowercase();
        visit.wait(&format!("\"{part}\" on {route}"), 15, |visit| {
            visit
                .text_of("#content")
                .to_lowercase()
                .contains(&wanted)
                .then_some(())
        });
        let overflow: Option<String> = visit.ask(OVERFLOW);
        assert_eq!(overflow, None, "{route}");
        let translated: Option<String> = visit.ask(TRANSLATED);
        assert_eq!(
            translated, None,
            "a translator's copy of a figure never changes again: {route}"
        );
    }
}

pub(crate) fn window(visit: &Visit, width: u32, height: u32) {
    visit.browser.devtools(
        "Emulation.setDeviceMetricsOverride",
        json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn every_place_fits_a_screen_and_a_phone_without_an_error_or_a_foreign_request() {
    let mut visit = Visit::open("?pace=2");
    visit.agreed(5, 3, 60);
    let id: String = visit.wait("a committed transfer", 60, |visit| {
        visit.ask(
            "const found = await aurex.ledger({ table: 'transactions', index: 'status', key: 'committed' });
             return found.rows.find((row) => row.kind === 'transfer')?.tx_hash",
        )
    });
    let block = visit.chain("pow-1", 1)[0].hash.clone();
    let places = places(&block, &id);
    for (width, height) in [(1_440, 900), (390, 844)] {
        window(&visit, width, height);
        tour(&visit, &places);
        eprintln!("    {} places fit {width} x {height}", places.len());
    }
    visit.expect_quiet();
    let asked = visit.server.requests();
    let files: std::collections::BTreeSet<&str> =
        asked.iter().map(|request| request.path.as_str()).collect();
    eprintln!(
        "    {} requests for {} files of the page's own folder, none elsewhere",
        asked.len(),
        files.len()
    );
}

/// Without this the page does not start at all.
const NEEDED: [(&str, &str, &str); 4] = [
    (
        "BroadcastChannel",
        "delete window.BroadcastChannel",
        "lacks BroadcastChannel",
    ),
    ("Worker", "delete window.Worker", "lacks web workers"),
    (
        "WebAssembly",
        "delete window.WebAssembly",
        "lacks WebAssembly",
    ),
    (
        "SIMD",
        "WebAssembly.validate = () => false",
        "lacks WebAssembly SIMD",
    ),
];

/// Without this it starts, and says what is less.
const USEFUL: [(&str, &str, &str, &str); 3] = [
    (
        "IndexedDB",
        "delete Window.prototype.indexedDB; delete window.indexedDB",
        "no_indexed_db",
        "IndexedDB",
    ),
    (
        "locks",
        "delete Navigator.prototype.locks",
        "no_locks",
        "navigator.locks is missing",
    ),
    (
        "a database for the record",
        "const open = IDBFactory.prototype.open;
         IDBFactory.prototype.open = function (name, version) {
           if (name === 'aurex:networks') throw new DOMException('switched off', 'SecurityError');
           return open.call(this, name, version);
         };",
        "no_record_storage",
        "expected a database for the network's record",
    ),
];

/// Goes to the page in a browser that lacks something.
fn without(visit: &Visit, script: &str, look: impl Fn(&Visit)) {
    let added = visit.browser.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": script }),
    );
    look(visit);
    visit.browser.go("about:blank");
    visit.browser.devtools(
        "Page.removeScriptToEvaluateOnNewDocument",
        json!({ "identifier": added["identifier"] }),
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_browser_that_lacks_something_is_told_so_in_words() {
    let visit = Visit::prepare();
    for (name, script, sentence) in NEEDED {
        without(&visit, script, |visit| {
            visit.browser.go(&visit.server.page(""));
            let shown = visit.wait(&format!("a sentence about {name}"), 30, |visit| {
                Some(visit.text_of("body")).filter(|shown| shown.contains(sentence))
            });
            eprintln!(
                "    without {name}: {}",
                shown
                    .lines()
                    .find(|line| line.contains("lacks"))
                    .unwrap_or_default()
            );
        });
    }
    for (number, (name, script, code, sentence)) in (1..).zip(USEFUL) {
        without(&visit, script, |visit| {
            visit.go(&format!("?net=less-{number}"));
            let status = visit.agreed(5, 1, 60);
            assert!(
                status.problems.iter().any(|problem| problem.code == code),
                "{name}: {:?}",
                status.problems
            );
            visit.wait(
                &format!("a sentence about {name} on the page"),
                10,
                |visit| visit.text_of(".problems").contains(sentence).then_some(()),
            );
            eprintln!("    without {name}: {}", status.problems[0].message);
        });
    }
}

/// Counts the pulses that are drawn, and the blocks that a node took from another.
const COUNT_PULSES: &str = "
    window.seen = { pulses: 0, taken: 0 };
    new MutationObserver((changes) => {
      for (const element of changes.flatMap((change) => [...change.addedNodes])) {
        if (element.className.includes('pulse')) seen.pulses += 1;
      }
    }).observe(document.querySelector('.pulses'), { childList: true });
    aurex.on('block', (event) => { if (event.peer) seen.taken += 1; });";

/// Mines until some blocks were taken, and gives the pulses and the blocks taken once nothing moves
/// any more.
fn mine_and_rest(visit: &Visit) -> (u32, u32) {
    visit.value("seen.pulses = seen.taken = 0; return await aurex.set({ pace: 1 })");
    visit.wait("blocks that nodes take from each other", 60, |visit| {
        (visit.ask::<u32>("return seen.taken") >= 8).then_some(())
    });
    visit.value("return await aurex.set({ pace: 'pause' })");
    thread::sleep(Duration::from_secs(2));
    visit.wait("an end of all motion", 20, |visit| {
        let left = "return document.querySelectorAll('.pulses > *').length + document.getAnimations().length";
        (visit.ask::<u32>(left) == 0).then_some(())
    });
    (
        visit.ask("return seen.pulses"),
        visit.ask("return seen.taken"),
    )
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_block_is_seen_on_its_way_to_each_node_that_takes_it_unless_no_motion_is_wanted() {
    let mut visit = Visit::open("?pow=3&poa=0&pace=1&test_tx=0");
    visit.agreed(3, 1, 60);
    visit.value("return await aurex.set({ pace: 'pause' })");
    thread::sleep(Duration::from_secs(2));
    visit.value(COUNT_PULSES);
    let (pulses, taken) = mine_and_rest(&visit);
    // Two of the same way at once are drawn as one.
    assert!(
        pulses <= taken && 2 * pulses >= taken,
        "{pulses} pulses for {taken}: one for each node that takes a block, none for copies"
    );
    let still = json!([{ "name": "prefers-reduced-motion", "value": "reduce" }]);
    visit
        .browser
        .devtools("Emulation.setEmulatedMedia", json!({ "features": still }));
    let (pulses, taken) = mine_and_rest(&visit);
    assert_eq!(
        pulses, 0,
        "{taken} blocks were taken and no motion is wanted"
    );
    visit.expect_quiet();
}
