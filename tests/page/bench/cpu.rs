//! What the page costs when nobody touches it: the processor time of the browser's processes. All workers of a page
//! run in its renderer process. Only Linux says it in `/proc`; elsewhere nothing is measured.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use std::{fs, thread};

use super::{Wanted, measured};
use crate::clock::Clock;
use crate::visit::Visit;

/// Seconds of measuring.
const SECONDS: u64 = 40;
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(250);
/// Looks from a block on that do not count as between blocks: one second.
const AFTER: usize = 4;
/// In the command line of a page's process.
const RENDERER: &str = "--type=renderer";
/// Clock ticks of `/proc` in a second, on every Linux.
const TICKS: f64 = 100.0;

#[test]
#[ignore = "run by cargo xtask bench page"]
fn a_page_with_the_default_budget_rests_between_blocks() {
    if !Path::new("/proc/self/stat").exists() {
        return println!("No /proc here: the processor time of the page is not measured.");
    }
    let visit = Visit::open("?net=idle");
    visit.agreed(5, 3, 60);
    visit.value("window.blocks = 0; aurex.on('block', () => { window.blocks += 1; })");
    thread::sleep(Duration::from_secs(20));
    let [mut spent, mut between] = [(0.0, 0.0); 2];
    let driver = visit.browser.driver_process();
    let (before, all) = (ticks(driver, RENDERER), ticks(driver, ""));
    let (mut ticks_then, mut then, whole) = (before, Clock::start(), Clock::start());
    let first: u64 = visit.ask("return window.blocks");
    let (mut blocks, mut quiet) = (first, 0);
    while !whole.is_past(SECONDS) {
        thread::sleep(LOOK);
        let now: u64 = visit.ask("return window.blocks");
        quiet = if now > blocks { 0 } else { quiet + 1 };
        blocks = now;
        let ticks_now = ticks(driver, RENDERER);
        let part = (ticks_now - ticks_then, then.seconds());
        (ticks_then, then) = (ticks_now, Clock::start());
        spent = (spent.0 + part.0, spent.1 + part.1);
        if quiet > AFTER {
            between = (between.0 + part.0, between.1 + part.1);
        }
    }
    assert!(blocks > first, "expected blocks while measuring, found none");
    let percent = |(ticks, seconds): (f64, f64)| ticks / TICKS / seconds * 100.0;
    eprintln!("    {} s of {} s were more than a second after any block", between.1, spent.1);
    measured("one core for the page, between blocks", "%", percent(between), Wanted::AtMost(15.0));
    measured("one core for the page, with blocks", "%", percent(spent), Wanted::Any);
    let browser = percent((ticks(driver, "") - all, whole.seconds()));
    measured("one core for the whole browser", "%", browser, Wanted::Any);
}

/// Ticks of processor time that the descendants of a process used whose command line contains a word.
fn ticks(ancestor: u32, word: &str) -> f64 {
    let mut family = BTreeSet::from([ancestor]);
    let mut sum = 0.0;
    // A child may have a lower number than its parent, so as long as there are more.
    let all: Vec<Process> = processes();
    while let Some(child) = all.iter().find(|child| family.contains(&child.parent) && !family.contains(&child.id)) {
        family.insert(child.id);
        // The browser draws its own window in a renderer too.
        if child.command.contains(word) && !(word == RENDERER && child.command.contains("--top-chrome-webui")) {
            sum += child.ticks;
        }
    }
    sum
}

struct Process {
    id: u32,
    parent: u32,
    ticks: f64,
    command: String,
}

fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("the list of processes");
    let one = |entry: fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let command = fs::read_to_string(entry.path().join("cmdline")).ok()?;
        // The name before the last bracket may contain anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: [f64; 2] = [fields.get(11)?.parse().ok()?, fields.get(12)?.parse().ok()?];
        Some(Process { id, parent: fields.get(1)?.parse().ok()?, ticks: ticks.iter().sum(), command })
    };
    entries.flatten().filter_map(one).collect()
}
