//! The state of a run at one moment: the world and its checkers, the facts, and what a person holds
//! in their hand. It can be cloned, and kept; it follows from the scenario and the actions alone.
//!
//! Bounds: [`MAX_RULES`] standing rules; held frames are as many as the nodes sent.

use std::collections::{BTreeMap, BTreeSet};

use crate::links::LinkTable;
use crate::primitives::{Digest, Millis, Timestamp};
use crate::sim::check::{Checks, Violation};
use crate::sim::event::{Cue, Event};
use crate::sim::rng::Rng;
use crate::sim::world::World;

use super::action::{DiskState, Rule};
use super::clock::{begin, elapsed};
use super::facts::Facts;
use super::layout;
use super::scenario::Scenario;

/// Standing rules at the most.
pub(super) const MAX_RULES: usize = 32;
/// Time between two rounds of the checks that must always hold.
pub(super) const CHECK_EVERY: Millis = Millis(30_000);
/// Time between the starts of two nodes.
const START_EVERY: u64 = 7;
/// A purpose of chance that the simulator has not.
const PURPOSE: u64 = 7;

/// What an authority is made to do: once, but for the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misdeed {
    SealTwice,
    VoteTwice,
    VoteBothSides,
}

/// What a node sends to another, and how much of it it has sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flood {
    pub(super) to: usize,
    pub(super) per_second: u64,
    pub(super) begun: Timestamp,
    pub(super) sent: u64,
}

/// A run at one moment.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) world: World,
    pub(super) checks: Checks,
    pub(super) facts: Facts,
    pub(super) rules: Vec<Rule>,
    /// Nodes that flood another, by their seats.
    pub(super) floods: BTreeMap<usize, Flood>,
    pub(super) misdeeds: Vec<(usize, Misdeed)>,
    /// Seats that sleep from a time on until another.
    pub(super) sleeps: Vec<(usize, Timestamp, Timestamp)>,
    /// Disks that were set, which a restart does not mend.
    pub(super) disks: BTreeMap<usize, DiskState>,
    /// Frames that wait in a person's hand, by their ids.
    pub(super) held: BTreeMap<u64, Event>,
    /// The links before they were parted, which healing brings back.
    pub(super) whole: LinkTable,
    /// Events that have happened.
    pub(super) steps: u64,
    /// Actions with a time that are done.
    pub(super) done: usize,
    /// Actions with a condition that are done.
    pub(super) fired: BTreeSet<usize>,
    /// The state of the facts at which conditions were looked at last, and the second.
    pub(super) judged: (u64, u64),
    /// When the goal was reached, in virtual milliseconds.
    pub(super) goal_at: Option<u64>,
    /// The digest of the event log then.
    pub(super) goal_digest: Option<Digest>,
    /// How often a rule that stops time was met.
    pub(super) breaks: u64,
    /// Frames that arrived.
    pub(super) arrived: u64,
    /// Payments a minute at random, and whether the next is on its way.
    pub(super) traffic: (u64, bool),
    pub(super) rng: Rng,
    pub(super) violation: Option<Violation>,
}

impl Moment {
    /// The beginning of a scenario.
    pub(super) fn begin(scenario: &Scenario) -> Self {
        let mut world = World::new(layout::plan(scenario));
        world.links = layout::links(scenario);
        world.news = Some(Vec::new());
        for (seat, rate) in layout::rates(scenario).enumerate() {
            world.seats[seat].rate = Some(rate);
        }
        for (seat, node) in scenario.nodes.iter().enumerate() {
            if !node.later {
                let after = Millis(START_EVERY.saturating_mul(layout::number(seat)));
                world.after(after, Event::Start { seat });
            }
        }
        world.after(CHECK_EVERY, Event::Cue(Cue::Check));
        Self {
            whole: world.links.clone(),
            world,
            checks: Checks::default(),
            facts: Facts::default(),
            rules: Vec::new(),
            floods: BTreeMap::new(),
            misdeeds: Vec::new(),
            sleeps: Vec::new(),
            disks: BTreeMap::new(),
            held: BTreeMap::new(),
            steps: 0,
            done: 0,
            fired: BTreeSet::new(),
            judged: (0, 0),
            goal_at: None,
            goal_digest: None,
            breaks: 0,
            arrived: 0,
            traffic: (0, false),
            rng: Rng::new(scenario.seed, PURPOSE),
            violation: None,
        }
    }

    /// Virtual milliseconds since the beginning.
    pub(super) fn time(&self) -> u64 {
        elapsed(&self.world)
    }

    /// When the next event of the world is due, in virtual milliseconds.
    pub(super) fn next_event(&self) -> Option<u64> {
        let ((at, _), _) = self.world.queue.first_key_value()?;
        Some(at.since(begin()).0)
    }

    /// The name of the node that sends from a place, or that a frame goes to.
    pub(super) fn name(&self, seat: usize) -> &str {
        let place = self.world.seats.get(seat);
        place.map_or("", |place| place.plan.name.as_str())
    }

    /// Whether all events of this millisecond have happened.
    pub(super) fn is_quiet(&self) -> bool {
        self.next_event().is_none_or(|next| next > self.time())
    }
}
