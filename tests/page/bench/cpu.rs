//! What the page costs when nobody touches it: the processor time of the browser's processes. All
//! workers of a page run in its renderer process. Elsewhere than on Linux nothing is measured.
//!
//! While it is measured nobody asks the page anything: it notes itself when blocks were made.

use std::thread;
use std::time::Duration;

use super::processes::{self, RENDERER, family};
use super::{Wanted, measured};
use crate::clock::Clock;
use crate::visit::Visit;

/// Seconds of measuring.
const SECONDS: u64 = 60;
/// Time between two looks at the processor time.
const LOOK: Duration = Duration::from_millis(250);
/// Seconds from a block on that do not count as between blocks.
const AFTER: f64 = 1.0;
/// Clock ticks of `/proc` in a second, on every Linux.
const TICKS: f64 = 100.0;

#[test]
#[ignore = "run by cargo xtask bench page"]
fn a_page_with_the_default_budget_rests_between_blocks() {
    measure("?net=idle", "");
}

#[test]
#[ignore = "run by cargo xtask bench page"]
fn a_page_without_blocks_rests() {
    measure("?net=still&poa=0&pace=pause&test_tx=0", ", mining paused");
}

/// A part of the measuring: when it ended, its ticks and its seconds.
struct Part {
    end: f64,
    ticks: f64,
    seconds: f64,
}

fn measure(query: &str, how: &str) {
    if !processes::are_seen() {
        return eprintln!("No /proc here: the processor time of the page is not measured.");
    }
    let visit = Visit::undisturbed(query);
    let with_blocks = how.is_empty();
    if with_blocks {
        visit.agreed(5, 3, 60);
    } else {
        visit.value("return await aurex.ready()");
    }
    thread::sleep(Duration::from_secs(20));
    visit.value("window.blocks = []; aurex.on('block', () => { blocks.push(performance.now()); })");
    let (began, whole): (f64, _) = (visit.ask("return performance.now()"), Clock::start());
    let driver = visit.browser.driver_process();
    let (mut before, all) = (ticks(driver, RENDERER), ticks(driver, ""));
    let (mut parts, mut then) = (Vec::new(), Clock::start());
    while !whole.is_past(SECONDS) {
        thread::sleep(LOOK);
        let (now, seconds) = (ticks(driver, RENDERER), then.seconds());
        then = Clock::start();
        parts.push(Part {
            end: whole.seconds(),
            ticks: now - before,
            seconds,
        });
        before = now;
    }
    let browser = (ticks(driver, "") - all) / TICKS / whole.seconds() * 100.0;

    let blocks: Vec<f64> = visit.ask("return blocks");
    let blocks: Vec<f64> = blocks.iter().map(|at| (at - began) / 1_000.0).collect();
    assert_eq!(
        blocks.is_empty(),
        !with_blocks,
        "expected blocks while measuring only where they are made: {blocks:?}"
    );
    let quiet = |part: &&Part| {
        let near = (part.end - part.seconds - AFTER)..=part.end;
        !blocks.iter().any(|at| near.contains(at))
    };
    let (between, seconds) = share(parts.iter().filter(quiet));
    if with_blocks {
        eprintln!("    {seconds:.1} s of {SECONDS} s were more than {AFTER} s after any block");
        measured(
            "one core for the page, between blocks",
            "%",
            between,
            Wanted::AtMost(15.0),
        );
    }
    measured(
        format_args!("one core for the page{how}"),
        "%",
        share(parts.iter()).0,
        Wanted::AtMost(15.0),
    );
    measured(
        format_args!("one core for the whole browser{how}"),
        "%",
        browser,
        Wanted::Any,
    );
}

/// The share of one core in percent, and of how many seconds.
fn share<'a>(parts: impl Iterator<Item = &'a Part>) -> (f64, f64) {
    let sum = |sum: (f64, f64), part: &Part| (sum.0 + part.ticks, sum.1 + part.seconds);
    let (ticks, seconds) = parts.fold((0.0, 0.0), sum);
    (ticks / TICKS / seconds * 100.0, seconds)
}

/// Ticks of processor time that the family of a process used.
fn ticks(ancestor: u32, word: &str) -> f64 {
    family(ancestor, word).iter().map(|it| it.ticks).sum()
}
