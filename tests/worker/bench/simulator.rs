//! The simulator, which runs in the page too. Only this measurement is built with the feature
//! `sim`.
//!
//! Its time is told by event: what happens to the network of a seed changes with every change to
//! the protocol, so a run of another checkout is longer or shorter, and the time of a whole run
//! would compare two different works.

use aurex::browser::js::monotonic;
use aurex::primitives::Millis;
use aurex::sim::{Options, run};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use super::measured;

/// Networks that are run.
const SEEDS: u64 = 20;
/// Events whose time is told.
const EVENTS: u64 = 100_000;
/// Times that all of them are run; the best counts.
const ROUNDS: usize = 3;

#[wasm_bindgen_test]
#[ignore = "run by cargo xtask bench browser"]
fn networks_of_these_seeds_are_simulated() {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begun = monotonic();
        let events: u64 = (0..SEEDS).map(events).sum();
        let milliseconds = monotonic() - begun;
        console_log!("{events} events in {milliseconds:.0} ms");
        best = best.min(milliseconds * EVENTS as f64 / events as f64);
    }
    measured("simulator in the browser, by events", EVENTS, best);
}

/// Events of a seed's network; every eighth has time for restarts, damaged ledgers and long
/// branches.
fn events(seed: u64) -> u64 {
    let span = Millis(if seed % 8 == 7 { 300_000 } else { 15_000 });
    let options = Options { span, nodes: None };
    let outcome = run(seed, options);
    assert!(outcome.violation.is_none());
    outcome.events
}
