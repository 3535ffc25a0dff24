//! How steadily three work nodes make blocks, and whether each makes its share of them.
//!
//! Only blocks of the best chain count: a stale block is nobody's share. By chance alone one share
//! test in a hundred fails, and the mean of 200 intervals without an automatic difficulty is off by
//! 15 % or more in one run of thirty.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use super::{Wanted, full_speed, measured};
use crate::clock::Clock;
use crate::visit::Visit;

/// Blocks whose intervals are measured.
const COUNT: u64 = 200;
/// Seconds between two blocks that the pace aims at, and the automatic difficulty after it.
const TARGET: f64 = 1.0;
/// Chi-squared of two degrees of freedom that chance exceeds once in a hundred times.
const CRITICAL: f64 = 9.21;

#[test]
#[ignore = "run by cargo xtask bench page"]
fn paced_blocks_come_in_time_and_in_shares() {
    let visit = Visit::undisturbed("?pow=3&poa=0&pace=1&test_tx=0&net=paced");
    visit.agreed(3, 20, 120);
    measure(&visit, "paced");
}

#[test]
#[ignore = "run by cargo xtask bench page"]
fn blocks_at_full_speed_come_in_time_and_in_shares() {
    let visit = Visit::undisturbed("?pow=3&poa=0&pace=1&test_tx=0&net=full");
    visit.agreed(3, 3, 60);
    full_speed(&visit);
    let caught_up = visit.status().height();
    visit.agreed(3, caught_up + 60, 300);
    measure(&visit, "full speed");
}

fn measure(visit: &Visit, how: &str) {
    let first = visit.status().height();
    let stored: u64 = visit.ask(STORED);
    let rates = RefCell::new(BTreeMap::<String, f64>::new());
    let clock = Clock::start();
    visit.wait("200 blocks", 900, |visit| {
        let status = visit.status();
        for node in status.up() {
            *rates.borrow_mut().entry(node.name.clone()).or_default() += node.hash_rate;
        }
        thread::sleep(Duration::from_millis(500));
        (status.height() >= first + COUNT).then_some(())
    });
    eprintln!("    {how}: 200 blocks in {clock}");
    let stored = visit.ask::<u64>(STORED) - stored;
    let made = visit.status().height() - first;

    let mut blocks = visit.chain("pow-1", 500);
    blocks.retain(|block| (first..=first + COUNT).contains(&block.height) && block.kind == "work");
    assert_eq!(
        blocks.len() as u64,
        COUNT + 1,
        "expected the blocks from height {first} on"
    );
    let took = blocks[blocks.len() - 1].timestamp - blocks[0].timestamp;
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    let (interval, stale) = (
        took as f64 / 1_000.0 / COUNT as f64,
        100.0 * stored.saturating_sub(made) as f64 / made as f64,
    );
    measured(
        format_args!("interval of work blocks, {how}"),
        "s",
        interval,
        Wanted::About(TARGET),
    );

    let mut made = BTreeMap::<&str, u32>::new();
    for block in &blocks[1..] {
        *made.entry(&block.miner).or_default() += 1;
    }
    let rates = rates.into_inner();
    eprintln!("    {how}: blocks {made:?}, hash rates (sums of samples) {rates:?}");
    assert_eq!(rates.len(), 3, "expected three miners' rates: {rates:?}");
    let all: f64 = rates.values().sum();
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let deviation = |(name, rate): (&String, &f64)| {
        let expected = COUNT as f64 * rate / all;
        (f64::from(made.get(name.as_str()).copied().unwrap_or(0)) - expected).powi(2) / expected
    };
    let chi_squared = rates.iter().map(deviation).sum();
    measured(
        format_args!("chi-squared of the miners' shares, {how}"),
        "",
        chi_squared,
        Wanted::AtMost(CRITICAL),
    );
    measured(format_args!("stale blocks, {how}"), "%", stale, Wanted::Any);
}

const STORED: &str =
    "return (await aurex.ledger({ table: 'blocks', node: 'pow-1', limit: 1 })).total";
