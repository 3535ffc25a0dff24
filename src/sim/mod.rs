//! A whole network in one thread, from one seed: real nodes under a virtual clock, with links that
//! lose, disks that fail, clocks that are wrong and others who lie; and checkers that watch what
//! the nodes promise. First a phase of faults, in which nothing unsafe may happen; then everything
//! heals, and within [`LIVENESS_WITHIN`] the network must be of one mind again.
//!
//! The same seed gives the same run, natively and in a browser, down to the digest of its event
//! log. A violation is replayed by its seed. Only the feature `sim` has this module.

pub(crate) mod check;
mod coverage;
pub(crate) mod digest;
pub(crate) mod event;
mod faults;
mod hostile;
mod play;
pub(crate) mod rng;
pub(crate) mod scenario;
pub(crate) mod seat;
pub(crate) mod storage;
#[cfg(test)]
mod tests;
pub(crate) mod work;
pub(crate) mod world;

pub use check::{CHECKERS, Violation};
pub use coverage::{ALL, Coverage, Sometimes};
pub use digest::last_events;
pub use scenario::{LIVENESS_WITHIN, Options};

use crate::primitives::{Digest, Millis, Simulated, sha256};

use play::Play;
use scenario::Scenario;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// Simulated time.
    pub simulated: Millis,
    /// Events that happened.
    pub events: u64,
    /// Digest of the event log.
    pub digest: Digest,
    /// Height of the common chain at the end.
    pub height: u64,
    /// What happened of what must happen sometimes.
    pub coverage: Coverage,
    /// The promise that was broken, if one was.
    pub violation: Option<Violation>,
}

/// The digest over the digests of the first `count` seeds: equal wherever they are run. Most runs
/// are short; every eighth has time for restarts, damaged ledgers and long branches.
#[must_use]
pub fn folded_digest(count: u64) -> Digest {
    let span = |seed: u64| Millis(if seed % 8 == 7 { 300_000 } else { 15_000 });
    let digest = |seed| {
        run(
            seed,
            Options {
                span: span(seed),
                nodes: None,
            },
        )
        .digest
    };
    (0..count).fold(Digest::ZERO, |folded, seed| {
        sha256(&[&folded.0, &digest(seed).0])
    })
}

/// Blocks that a node of a seed's network keeps in memory: few, so that most of what it does with
/// older ones goes by its archive.
const KEPT: u64 = 16;

/// Runs the network of a seed: until everything is well at the end, or until the first violation.
#[must_use]
pub fn run(seed: u64, options: Options) -> Outcome {
    // Secret is nothing in a run that its seed tells.
    let _simulated = Simulated::begin();
    let mut play = Play::new(Scenario::new(seed, options));
    play.world.keep = Some(KEPT);
    let begin = play.world.now;
    play.run();
    let world = &play.world;
    let first = world.seats[0].node.as_ref();
    Outcome {
        seed,
        simulated: world.now.since(begin),
        events: world.log.count(),
        digest: world.log.digest(),
        height: first.map_or(0, |node| node.chain().height().0),
        coverage: play.coverage(),
        violation: play.violation,
    }
}
