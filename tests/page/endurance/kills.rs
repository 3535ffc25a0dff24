//! Kills without a warning, of workers and of the whole browser, at moments of one seed.

use std::time::Duration;
use std::{env, thread};

use aurex::primitives::SplitMix64;

use super::acknowledged::Acknowledged;
use crate::visit::Visit;

const NODES: [&str; 5] = ["pow-1", "pow-2", "pow-3", "poa-1", "poa-2"];
/// Commits between two kills of a worker, at most: ten on the average.
const MOST_COMMITS: u64 = 20;

/// Counts the commits of all nodes of the tab.
const COUNT: &str = "
    window.commits = 0;
    aurex.on('storage', ({ text }) => { commits += text.includes('rows committed') ? 1 : 0; });";

/// How often to kill: what the environment says, or what the suite has time for.
fn kills(in_the_suite: u32) -> u32 {
    let asked = env::var("AUREX_KILLS").ok();
    let asked = asked.map(|text| text.parse().expect("AUREX_KILLS is a whole number"));
    asked.unwrap_or(in_the_suite)
}

/// Lets less than `ms` milliseconds pass: a moment that nobody chose, and that no event of the page
/// fits.
fn moment(random: &mut SplitMix64, ms: u64) {
    thread::sleep(Duration::from_millis(random.below(ms)));
}

/// No problem but that a transaction ended with the node that had it, which is true of kills.
fn expect_no_problem(visit: &Visit) {
    let mut problems = visit.status().problems;
    problems.retain(|problem| problem.code != "unsent");
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_browser_that_is_killed_again_and_again_loses_nothing_that_was_acknowledged() {
    const QUERY: &str = "?pace=1&traffic=120";
    let (kills, mut random) = (kills(4), SplitMix64::new(20));
    let (mut visit, mut promised) = (Visit::open(QUERY), Acknowledged::default());
    visit.wait("a first block", 30, |visit| {
        (visit.status().height() > 0).then_some(())
    });
    for kill in 1..=kills {
        promised.take_down(&visit);
        moment(&mut random, if kill == 1 { 300 } else { 1_000 });
        visit.browser.kill_and_start_again();
        // What is on the disk, before the program can mend anything.
        visit.browser.go(&visit.server.other_page());
        promised.expect_stored(&visit);
        visit.go(QUERY);
        if random.below(4) == 0 && kill < kills {
            // Some are killed while they open.
            moment(&mut random, 1_500);
            visit.browser.kill_and_start_again();
            visit.go(QUERY);
        }
        let status = visit.agreed(5, 1, 60);
        for node in NODES {
            promised.expect_resumed(&status, node);
        }
        promised.expect_stored(&visit);
        expect_no_problem(&visit);
        moment(&mut random, 4_000);
    }
    promised.expect_committed(&visit);
    eprintln!(
        "    {kills} kills of the browser lost none of {}",
        promised.figures()
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn workers_that_are_killed_amid_commits_lose_nothing_that_was_acknowledged() {
    let (kills, mut random) = (kills(8), SplitMix64::new(50));
    let (mut visit, mut promised) = (Visit::open("?pace=1&traffic=240"), Acknowledged::default());
    visit.value(COUNT);
    visit.agreed(5, 1, 60);
    let mut wanted = 0;
    for _ in 0..kills {
        wanted += 1 + random.below(MOST_COMMITS);
        visit.wait("commits", 60, |visit| {
            (visit.ask::<u64>("return commits") >= wanted).then_some(())
        });
        promised.take_down(&visit);
        let node = NODES[random.index(NODES.len())];
        moment(&mut random, 500);
        visit.value(&format!("await aurex.kill('{node}')"));
        // Before its peers can give it anything.
        promised.expect_stored(&visit);
        visit.value(&format!("await aurex.start('{node}')"));
        promised.expect_resumed(&visit.status(), node);
        promised.expect_stored(&visit);
    }
    let status = visit.agreed(5, 1, 60);
    promised.expect_committed(&visit);
    expect_no_problem(&visit);
    eprintln!(
        "    {kills} kills of workers within {} commits, up to height {}, lost none of {}",
        visit.ask::<u64>("return commits"),
        status.height(),
        promised.figures()
    );
    visit.expect_quiet();
}
