//! Runs simulated networks on this machine: many seeds over all processors, one seed to look at, or
//! the deliberate bugs; or a scenario of the laboratory, or the results of a learner. `cargo xtask
//! sim` builds and starts it.
#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]
#![expect(
    clippy::disallowed_types,
    reason = "it measures how fast the simulation is; the simulation itself has no clock"
)]

mod results;
mod scenario;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, thread};

use aurex::primitives::Millis;
use aurex::sim::{ALL, Coverage, Options, Outcome, folded_digest, last_events, run};

/// Seeds and minutes from which on everything that happens sometimes must have happened.
const WHOLE_SUITE: (u64, u64) = (400, 20);
/// Time between two lines of progress.
const BETWEEN_LINES: Duration = Duration::from_secs(15);
/// Violations that are shown in full.
const SHOWN: usize = 10;

/// What is asked for, as numbers by the name of their option.
struct Arguments(BTreeMap<String, u64>);

impl Arguments {
    fn read() -> Result<Self, String> {
        let known = [
            "--seeds",
            "--first",
            "--seed",
            "--minutes",
            "--nodes",
            "--log",
            "--digest",
            "--mutants",
            "--mutant",
        ];
        let mut values = BTreeMap::new();
        let mut words = env::args().skip(1).peekable();
        while let Some(word) = words.next() {
            if !known.contains(&word.as_str()) {
                return Err(format!(
                    "Expected one of {}, found {word:?}.",
                    known.join(", ")
                ));
            }
            let value = words.next_if(|next| !next.starts_with("--"));
            let number = match value {
                Some(text) => text
                    .parse()
                    .map_err(|_| format!("Expected a number after {word}, found {text:?}."))?,
                None if ["--log", "--mutants"].contains(&word.as_str()) => 1,
                None => return Err(format!("Expected a number after {word}, found none.")),
            };
            values.insert(word, number);
        }
        Ok(Self(values))
    }

    fn get(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    fn minutes(&self) -> u64 {
        self.get("--minutes").unwrap_or(20)
    }

    fn options(&self) -> Options {
        let nodes = self
            .get("--nodes")
            .and_then(|nodes| usize::try_from(nodes).ok())
            .map(|nodes| nodes.max(1));
        Options {
            span: Millis(self.minutes().saturating_mul(60_000)),
            nodes,
        }
    }

    /// The command that runs one seed again.
    fn replay(&self, seed: u64) -> String {
        let nodes = self
            .get("--nodes")
            .map(|nodes| format!(" --nodes {nodes}"))
            .unwrap_or_default();
        format!(
            "cargo xtask sim --seed {seed} --minutes {}{nodes} --log",
            self.minutes()
        )
    }
}

/// One run, in which a panic is a violation as well.
fn guarded(seed: u64, options: Options) -> Result<Outcome, String> {
    catch_unwind(AssertUnwindSafe(|| run(seed, options))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_default()
    })
}

fn problem_of(outcome: &Result<Outcome, String>) -> Option<String> {
    match outcome {
        Ok(outcome) => outcome.violation.as_ref().map(ToString::to_string),
        Err(panic) => Some(format!("panic: {panic}")),
    }
}

/// Processors to run on.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Runs seeds on all processors and gives each outcome to `take` as it comes.
fn run_all(
    seeds: std::ops::Range<u64>,
    options: Options,
    mut take: impl FnMut(u64, Result<Outcome, String>),
) {
    let next = AtomicU64::new(seeds.start);
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads() {
            let (sender, next, end) = (sender.clone(), &next, seeds.end);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end || sender.send((seed, guarded(seed, options))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        outcomes
            .into_iter()
            .for_each(|(seed, outcome)| take(seed, outcome));
    });
}

/// What a suite has come to so far.
struct Tally {
    begin: Instant,
    told: Duration,
    threads: usize,
    done: u64,
    simulated_ms: u64,
    events: u64,
    coverage: Coverage,
    violations: Vec<(u64, String)>,
}

impl Tally {
    fn new() -> Self {
        Self {
            begin: Instant::now(),
            told: Duration::ZERO,
            threads: threads(),
            done: 0,
            simulated_ms: 0,
            events: 0,
            coverage: Coverage::default(),
            violations: Vec::new(),
        }
    }

    fn take(&mut self, seed: u64, outcome: Result<Outcome, String>) {
        self.done = self.done.saturating_add(1);
        if let Some(problem) = problem_of(&outcome) {
            println!("  seed {seed}: {problem}");
            self.violations.push((seed, problem));
        }
        if let Ok(outcome) = outcome {
            self.simulated_ms = self.simulated_ms.saturating_add(outcome.simulated.0);
            self.events = self.events.saturating_add(outcome.events);
            self.coverage.add(&outcome.coverage);
        }
    }

    fn line(&self) -> String {
        let (simulated, real) = (
            self.simulated_ms as f64 / 1_000.0,
            self.begin.elapsed().as_secs_f64(),
        );
        let times = simulated / real.max(0.001);
        format!(
            "{} seeds, {:.1} simulated hours, {} events, {real:.0} s, {times:.0} times real time \
             ({:.0} on each of {} processors), {} violations",
            self.done,
            simulated / 3_600.0,
            self.events,
            times / self.threads as f64,
            self.threads,
            self.violations.len()
        )
    }

    fn tell(&mut self, of: u64) {
        if self.begin.elapsed().saturating_sub(self.told) >= BETWEEN_LINES {
            self.told = self.begin.elapsed();
            println!("  of {of}: {}", self.line());
        }
    }
}

fn suite(arguments: &Arguments) -> Result<(), String> {
    let (count, first) = (
        arguments.get("--seeds").unwrap_or(100),
        arguments.get("--first").unwrap_or(0),
    );
    let mut tally = Tally::new();
    run_all(
        first..first.saturating_add(count),
        arguments.options(),
        |seed, outcome| {
            tally.take(seed, outcome);
            tally.tell(count);
        },
    );
    println!("Sometimes:");
    for what in ALL {
        println!("{:>9}  {}", tally.coverage.count(what), what.words());
    }
    println!("Simulated: {}.", tally.line());
    tally.violations.sort();
    for (seed, problem) in tally.violations.iter().take(SHOWN) {
        println!(
            "Seed {seed}: {problem}\n  replay: {}",
            arguments.replay(*seed)
        );
    }
    let missing: Vec<&str> = tally
        .coverage
        .missing()
        .map(aurex::sim::Sometimes::words)
        .collect();
    if !tally.violations.is_empty() {
        Err(format!(
            "Expected every promise to be kept, found {} seeds with a violation.",
            tally.violations.len()
        ))
    } else if count >= WHOLE_SUITE.0 && arguments.minutes() >= WHOLE_SUITE.1 && !missing.is_empty()
    {
        Err(format!(
            "Expected each of these to happen in some run: {}.",
            missing.join("; ")
        ))
    } else {
        Ok(())
    }
}

fn one(arguments: &Arguments, seed: u64) -> Result<(), String> {
    let outcome = guarded(seed, arguments.options());
    if arguments.get("--log").is_some() {
        last_events().iter().for_each(|line| println!("{line}"));
    }
    let outcome = outcome.map_err(|panic| format!("panic: {panic}"))?;
    println!(
        "Seed {seed}: {} simulated seconds, {} events, height {}, digest {}.",
        outcome.simulated.0 / 1_000,
        outcome.events,
        outcome.height,
        outcome.digest
    );
    match outcome.violation {
        None => Ok(()),
        Some(violation) => Err(violation.to_string()),
    }
}

/// Each deliberate bug must be seen by a checker, and each checker must see one.
#[cfg(feature = "mutants")]
fn mutants(arguments: &Arguments) -> Result<(), String> {
    use std::collections::BTreeSet;

    use aurex::mutants::{self, Mutant};
    use aurex::sim::CHECKERS;
    let options = arguments.options();
    let seeds = arguments.get("--seeds").unwrap_or(200);
    // One by its place in the list, or all.
    let one = arguments.get("--mutant").map(usize::try_from);
    let hunted = match one {
        None => mutants::ALL,
        Some(place) => place
            .ok()
            .and_then(|at| mutants::ALL.get(at..=at))
            .ok_or_else(|| {
                format!(
                    "Expected --mutant from 0 to {}, found {place:?}.",
                    mutants::ALL.len() - 1
                )
            })?,
    };
    // A panic does not count: the code under test is not to find its own bugs.
    let hunt = |mutant: Mutant| {
        mutants::activate(Some(mutant));
        let caught =
            (0..seeds).find_map(|seed| Some((seed, guarded(seed, options).ok()?.violation?)));
        mutants::activate(None);
        caught
    };
    let next = AtomicU64::new(0);
    let outcomes = std::sync::Mutex::new((Vec::new(), BTreeSet::new()));
    thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                while let Some(mutant) = usize::try_from(next.fetch_add(1, Ordering::Relaxed))
                    .ok()
                    .and_then(|at| hunted.get(at))
                {
                    let caught = hunt(*mutant);
                    let Ok(mut outcomes) = outcomes.lock() else {
                        return;
                    };
                    if let Some((seed, violation)) = caught {
                        println!("{mutant:?}: caught at seed {seed} by {violation}");
                        outcomes.1.insert(violation.checker);
                    } else {
                        println!("{mutant:?}: NOT CAUGHT");
                        outcomes.0.push(*mutant);
                    }
                }
            });
        }
    });
    let (survivors, checkers) = outcomes.into_inner().unwrap_or_default();
    let idle: Vec<&str> = CHECKERS
        .into_iter()
        .filter(|checker| !checkers.contains(checker))
        .collect();
    if !survivors.is_empty() {
        return Err(format!(
            "Expected each deliberate bug to be caught, found these alive: {survivors:?}."
        ));
    }
    if one.is_none() && !idle.is_empty() {
        return Err(format!(
            "Expected each checker to catch a deliberate bug, found {} idle.",
            idle.join(", ")
        ));
    }
    println!(
        "All {} deliberate bugs were caught within {seeds} seeds.",
        hunted.len()
    );
    Ok(())
}

#[cfg(not(feature = "mutants"))]
fn mutants(_: &Arguments) -> Result<(), String> {
    Err("Expected to be built with the feature `mutants`, found it built without.".to_owned())
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    if let Some(wanted) = scenario::Wanted::read(&words) {
        return finish(wanted.and_then(|wanted| wanted.play()));
    }
    if let Some(file) = results::file(&words) {
        return finish(file.and_then(|file| results::check(&file)));
    }
    finish(Arguments::read().and_then(|arguments| {
        if arguments
            .get("--mutants")
            .or(arguments.get("--mutant"))
            .is_some()
        {
            mutants(&arguments)
        } else if let Some(count) = arguments.get("--digest") {
            println!("{}", folded_digest(count));
            Ok(())
        } else if let Some(seed) = arguments.get("--seed") {
            one(&arguments, seed)
        } else {
            suite(&arguments)
        }
    }))
}

fn finish(done: Result<(), String>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            println!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
