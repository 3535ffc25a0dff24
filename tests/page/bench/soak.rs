//! Whether a page that is left alone with traffic stays as quick and as small as it was: each
//! minute how long three questions take and what its process keeps in memory, in the end how soon
//! all nodes are there after a reload.
//!
//! Five minutes, or as many as `AUREX_SOAK_MINUTES` says. Memory grows by design until 2,048 blocks
//! are there, then old blocks go to the archive: what is left after half an hour is to stay.

use std::time::Duration;
use std::{env, thread};

use super::processes::{self, RENDERER, family};
use super::{Wanted, measured};
use crate::clock::Clock;
use crate::visit::Visit;

/// Minutes where nothing else is asked for.
const MINUTES: u64 = 5;
/// Reloads in the end.
const RELOADS: usize = 3;
/// Milliseconds that an answer and a reload may take.
const ANSWER: f64 = 100.0;
const RELOAD: f64 = 3_000.0;

/// What is asked, in this order.
const QUESTIONS: [&str; 3] = ["the status", "50 transactions", "50 blocks"];
/// Resolves to the milliseconds that each question took.
const ASK: &str = "
    const took = [];
    for (const question of [
      () => aurex.status(),
      () => aurex.ledger({ table: 'transactions', limit: 50 }),
      () => aurex.ledger({ table: 'blocks', limit: 50 }),
    ]) {
      const began = performance.now();
      await question();
      took.push(performance.now() - began);
    }
    return took;";
/// Resolves to the milliseconds from the navigation until five nodes run.
const ALL_RUN: &str = "
    for (;;) {
      const { nodes } = await aurex.status();
      if (nodes.filter((node) => node.state === 'running').length === 5) return performance.now();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }";

#[test]
#[ignore = "run by cargo xtask bench page"]
fn a_page_left_alone_with_traffic_stays_quick_and_small() {
    let minutes = env::var("AUREX_SOAK_MINUTES").map_or(MINUTES, |text| {
        text.parse()
            .expect("AUREX_SOAK_MINUTES is a whole number of minutes")
    });
    let visit = Visit::undisturbed("?net=soak&pace=1");
    visit.agreed(5, 3, 60);
    visit.command("traffic 60");
    let driver = visit.browser.driver_process();
    let (mut slowest, mut memory) = ([0.0_f64; QUESTIONS.len()], Vec::new());
    let clock = Clock::start();
    for minute in 1..=minutes {
        while !clock.is_past(minute * 60) {
            thread::sleep(Duration::from_millis(100));
        }
        let took: [f64; QUESTIONS.len()] = visit.ask(ASK);
        for (slowest, took) in slowest.iter_mut().zip(took) {
            *slowest = slowest.max(took);
        }
        let renderers = family(driver, RENDERER);
        memory.push(
            renderers
                .iter()
                .map(processes::Process::memory)
                .sum::<f64>(),
        );
        let height = visit.status().height();
        eprintln!(
            "    minute {minute}, height {height}: {took:.0?} ms, {:.0} MB",
            memory[memory.len() - 1]
        );
    }
    visit.agreed(5, visit.status().height(), 60);
    for (question, slowest) in QUESTIONS.iter().zip(slowest) {
        measured(
            format_args!("slowest answer in {minutes} minutes, {question}"),
            "ms",
            slowest,
            Wanted::AtMost(ANSWER),
        );
    }
    for minute in [minutes / 4, minutes].map(|minute| minute.max(1)) {
        let index = usize::try_from(minute - 1).unwrap();
        if let Some(memory) = memory.get(index).filter(|_| processes::are_seen()) {
            measured(
                format_args!("memory of the renderer after {minute} minutes"),
                "MB",
                *memory,
                Wanted::Any,
            );
        }
    }
    measured(
        format_args!("slowest reload after {minutes} minutes"),
        "ms",
        slowest_reload(&visit),
        Wanted::AtMost(RELOAD),
    );
}

/// Milliseconds from the navigation until all nodes run again.
fn slowest_reload(visit: &Visit) -> f64 {
    let reload = |_| {
        visit.browser.reload();
        visit.wait_for_api();
        visit.ask::<f64>(ALL_RUN)
    };
    (0..RELOADS).map(reload).fold(0.0, f64::max)
}
