//! The first visit: from the navigation to the first block, on a line of 10 Mbit/s and 40 ms, with
//! a processor slowed four times, over a server that compresses, in a browser that never saw the
//! page.
//!
//! The browser's own tools slow both down, as far as they go. They slow every request of the page
//! and the first script of every worker, and the page's main thread. They slow neither what a
//! worker loads itself (the glue script, which is in the cache by then) nor the threads of workers
//! (for workers they refuse: "only supported for pages"), nor the browser's own threads, on which
//! the program is compiled. So starting a node and finding the first block go at full speed here.

use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::{Wanted, measured, quantile};
use crate::browser::Browser;
use crate::clock::Clock;
use crate::server::Server;
use crate::visit::dist;

/// Visits, of which the middle one counts.
const VISITS: usize = 5;
/// Bytes in a second of 10 Mbit/s.
const BYTES_PER_SECOND: u32 = 1_250_000;
/// Least time from a request to its answer.
const LATENCY_MS: u32 = 40;
/// How many times slower the main thread is.
const SLOWED: u32 = 4;
/// Seconds from the navigation to the first block that a visitor may wait.
const WAIT: f64 = 3.0;
/// Thousands of bytes that the first load may have, gzipped.
const SIZE: f64 = 1_000.0;
/// Seconds after which a visit without a block has failed.
const LIMIT: u64 = 120;

/// Runs before the page's own scripts and notes when the scripting API and the first block came.
const WATCH: &str = "
    window.noted = {};
    (function look() {
      if (typeof aurex !== 'object') return setTimeout(look, 10);
      noted.api = performance.now();
      aurex.on('block', () => { noted.block ??= performance.now(); });
    })();";
/// The program itself is there by then, so looking costs it nothing that counts.
const NOTED: &str = "
    const paint = performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    return noted.block ? { ...noted, paint } : null;";

/// Milliseconds since the navigation.
#[derive(Deserialize)]
struct Noted {
    paint: f64,
    api: f64,
    block: f64,
}

#[test]
#[ignore = "run by cargo xtask bench page"]
fn the_first_block_comes_soon_on_a_slow_line_and_a_slow_processor() {
    let (mut blocks, mut apis, mut paints, mut sizes) = (vec![], vec![], vec![], vec![]);
    for _ in 0..VISITS {
        let (noted, bytes) = visit();
        eprintln!(
            "    first paint {:.0} ms, API {:.0} ms, first block {:.0} ms, {bytes} bytes",
            noted.paint, noted.api, noted.block
        );
        blocks.push(noted.block / 1_000.0);
        apis.push(noted.api / 1_000.0);
        paints.push(noted.paint / 1_000.0);
        #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
        sizes.push(bytes as f64 / 1_000.0);
    }
    let rows = [
        (
            "first load to the first block",
            "s",
            &mut blocks,
            Wanted::AtMost(WAIT),
        ),
        (
            "first load to the scripting API",
            "s",
            &mut apis,
            Wanted::Any,
        ),
        (
            "first load to the first paint",
            "s",
            &mut paints,
            Wanted::Any,
        ),
        (
            "size of the first load, gzipped",
            "KB",
            &mut sizes,
            Wanted::AtMost(SIZE),
        ),
    ];
    for (what, unit, values, wanted) in rows {
        measured(what, unit, quantile(values, 0.5), wanted);
    }
}

/// One visit with a new profile; what the page noted, and how many bytes were sent.
fn visit() -> (Noted, usize) {
    let server = Server::compressing(&dist());
    let browser = Browser::start(false);
    browser.devtools("Network.enable", json!({}));
    let conditions = json!({
        "offline": false,
        "latency": LATENCY_MS,
        "downloadThroughput": BYTES_PER_SECOND,
        "uploadThroughput": BYTES_PER_SECOND,
    });
    browser.devtools("Network.emulateNetworkConditions", conditions);
    browser.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": SLOWED }));
    let watch = json!({ "source": WATCH });
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", watch);
    let clock = Clock::start();
    browser.go(&server.page("?net=first"));
    loop {
        let noted = browser.ask(NOTED).expect("the page keeps its notes");
        if !noted.is_null() {
            let bytes = server.requests().iter().map(|request| request.bytes).sum();
            return (serde_json::from_value(noted).expect("three times"), bytes);
        }
        assert!(!clock.is_past(LIMIT), "no block within {LIMIT} s");
        thread::sleep(Duration::from_millis(100));
    }
}
