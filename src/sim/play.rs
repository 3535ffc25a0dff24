//! A play: the world, who acts in it beside the nodes, and the checkers that watch. It routes the
//! cues of the world's queue to those who act, and what was seen of the nodes to the checkers.

use crate::primitives::{Millis, Timestamp};

use super::check::{Checks, Violation};
use super::coverage::Coverage;
use super::event::{Cue, Event};
use super::faults::{Faults, set_clocks};
use super::hostile::Hostile;
use super::scenario::{LIVENESS_WITHIN, Scenario};
use super::work::Work;
use super::world::World;

/// Time between two rounds of the checks that must always hold.
const CHECK_EVERY: Millis = Millis(30_000);
/// How much longer a slow chain may take for the blocks that finality needs.
const FINALITY_WITHIN: Millis = Millis(20 * 60_000);
/// What is not well for less than this is passing: a block that is under way, or a transaction that
/// has just come back.
const PASSING: Millis = Millis(10_000);
/// How long a network that is well must stay so.
const STAYS_WELL: Millis = Millis(10_000);

/// A run in the making.
pub(crate) struct Play {
    pub(crate) world: World,
    faults: Faults,
    work: Work,
    hostiles: Vec<Hostile>,
    checks: Checks,
    /// The first promise that was broken.
    pub(crate) violation: Option<Violation>,
}

impl Play {
    /// The play of a scenario, before anything has happened.
    pub(crate) fn new(scenario: Scenario) -> Self {
        let keys = scenario.hostiles.iter().cloned();
        let hostiles: Vec<Hostile> = (0..)
            .zip(keys)
            .map(|(number, key)| Hostile::new(number, key))
            .collect();
        let (faults, work) = (Faults::default(), Work::new(&scenario));
        let mut world = World::new(scenario);
        faults.lay_links(&mut world);
        for seat in 0..world.seats.len() {
            let after = world.rng.span(0, 400);
            world.after(after, Event::Start { seat });
        }
        for hostile in 0..hostiles.len() {
            let after = world.rng.span(500, 20_000);
            world.after(after, Event::Cue(Cue::Hostile(hostile)));
            world.after(after, Event::Cue(Cue::Votes(hostile)));
        }
        world.after(Millis(2_000), Event::Cue(Cue::Work));
        world.after(CHECK_EVERY, Event::Cue(Cue::Check));
        let first = world.rng.wait(world.scenario.fault_every);
        world.after(first, Event::Cue(Cue::Fault));
        Self {
            world,
            faults,
            work,
            hostiles,
            checks: Checks::default(),
            violation: None,
        }
    }

    /// Lets the whole run happen: the phase of faults, healing, and recovery.
    pub(crate) fn run(&mut self) {
        let begin = self.world.now;
        self.run_until(begin.plus(self.world.scenario.faulty));
        let growth = self.checks.growth(&self.world, begin);
        self.hold(growth);
        if self.violation.is_none() {
            self.faults.heal(&mut self.world);
            self.watch();
            self.checks.on_healed(&self.world);
            // Where a third and more lied, and two blocks are final, there is no one mind any more.
            if self.checks.is_divided() {
                self.run_until(self.world.now.plus(STAYS_WELL));
                let guilty = self.checks.accountable(&self.world);
                self.hold(guilty);
            } else {
                self.recover();
            }
        }
        if self.violation.is_none() {
            self.check_always();
        }
    }

    /// What happened of what must happen sometimes.
    pub(crate) fn coverage(&self) -> Coverage {
        let mut coverage = self.world.coverage;
        coverage.add(&self.checks.coverage);
        coverage
    }

    /// Lets time pass until `end`, or until a promise is broken.
    pub(crate) fn run_until(&mut self, end: Timestamp) {
        while self.violation.is_none()
            && let Some(event) = self.world.next_event(end)
        {
            self.happen(event);
        }
        self.world.now = self.world.now.max(end);
    }

    fn happen(&mut self, event: Event) {
        if let Event::Thaw { seat } = event {
            for event in self.world.thaw(seat) {
                self.happen(event);
            }
        } else if let Some(cue) = self.world.happen(event) {
            self.follow(cue);
        }
        self.watch();
    }

    fn follow(&mut self, cue: Cue) {
        let world = &mut self.world;
        match cue {
            Cue::Fault => self.faults.next_fault(world),
            Cue::Mend => self.faults.mend(world),
            Cue::Work => self.work.next_work(world),
            Cue::Hostile(hostile) => self.hostiles[hostile].next_trick(world),
            Cue::Votes(hostile) => self.hostiles[hostile].next_vote_trick(world),
            Cue::Boast(hostile) => self.hostiles[hostile].boast(world),
            Cue::Flip(hostile) => self.hostiles[hostile].flip(world),
            Cue::Reply(hostile) => self.hostiles[hostile].reply(world),
            Cue::Started(seat) => {
                let hostiles = self.hostiles.iter_mut();
                hostiles.for_each(|hostile| hostile.play_again(world, seat));
            }
            Cue::Heard { hostile, frame } => self.hostiles[hostile].receive(world, &frame),
            Cue::Check => {
                self.check_always();
                self.world.after(CHECK_EVERY, Event::Cue(Cue::Check));
            }
        }
    }

    /// Has the checkers look at what was seen.
    fn watch(&mut self) {
        for seen in self.world.take_observed() {
            let outcome = self.checks.observe(&self.world, seen);
            self.hold(outcome);
        }
    }

    fn check_always(&mut self) {
        let outcome = self.checks.always(&self.world);
        self.hold(outcome);
    }

    /// Keeps the first violation.
    fn hold(&mut self, outcome: Result<(), Violation>) {
        if let Err(violation) = outcome {
            self.violation.get_or_insert(violation);
        }
    }

    /// Waits for a healed network to be well, sets the clock of its machine, hands a transaction
    /// in, and waits until it is committed everywhere and all is well again.
    fn recover(&mut self) {
        self.become_well();
        if self.violation.is_none() && !self.checks.is_divided() {
            set_clocks(&mut self.world, true);
            if let Some(fresh) = self.work.submit_fresh(&mut self.world) {
                let outcome = self.checks.expect_fresh(&self.world, &fresh);
                self.hold(outcome);
            }
            self.watch();
            self.run_until(self.world.now.plus(STAYS_WELL));
            self.become_well();
        }
    }

    fn become_well(&mut self) {
        let deadline = self.world.now.plus(LIVENESS_WITHIN);
        let last = deadline.plus(FINALITY_WITHIN);
        let mut lived = None;
        while let Some(complaint) = self.checks.complaint(&self.world) {
            if self.violation.is_some() {
                return;
            }
            let now = self.world.now;
            if complaint.checker != "liveness" {
                lived = Some(now);
            }
            let is_passing = lived.is_some_and(|lived| now.since(lived) < PASSING);
            let has_time = is_passing || self.checks.has_time(&self.world, &complaint);
            if now >= last || (now >= deadline && !has_time) {
                self.check_always();
                let outcome = if self.checks.may_differ(&self.world) {
                    Ok(())
                } else if self.checks.is_divided() {
                    self.checks.accountable(&self.world)
                } else {
                    Err(complaint)
                };
                return self.hold(outcome);
            }
            self.run_until(self.world.now.plus(Millis(1_000)));
        }
    }
}
