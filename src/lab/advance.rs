//! How time passes: one thing after the other, an action or an event of the world, each followed by
//! what it leads to. The order is decided here and nowhere else, so that every way to a moment is
//! the same.

use std::rc::Rc;

use crate::primitives::{Millis, Timestamp, sha256};
use crate::sim::digest::What;
use crate::sim::event::{Cue, Event};

use super::action::{Action, Timed};
use super::clock::begin;
use super::error::ActError;
use super::happening::Happened;
use super::judge::Judge;
use super::moment::{CHECK_EVERY, Moment};
use super::scenario::Scenario;
use super::{acts, flood, hand, misdeeds, nodes, orders};

/// Time between two looks at conditions when nothing else calls for one.
const LOOK_EVERY: u64 = 1_000;

/// A scenario with the actions of one branch, those with a condition apart.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) scenario: Rc<Scenario>,
    pub(super) timed: Vec<Timed>,
    pub(super) conditional: Vec<Timed>,
    /// Actions with a time that the scenario had from the beginning.
    pub(super) scripted: Vec<bool>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// An action.
    Action,
    /// A frame arrived.
    Frame,
    /// Something else.
    Event,
}

impl Course {
    pub(super) fn new(scenario: Scenario) -> Self {
        let has_time = |timed: &&Timed| timed.at.is_some();
        let all = scenario.actions.iter();
        let timed: Vec<Timed> = all.clone().filter(has_time).cloned().collect();
        Self {
            conditional: all.filter(|timed| !has_time(timed)).cloned().collect(),
            scripted: vec![true; timed.len()],
            timed,
            scenario: Rc::new(scenario),
        }
    }

    /// The scenario with all actions of the branch.
    pub(super) fn export(&self) -> Scenario {
        let mut scenario = Scenario::clone(&self.scenario);
        scenario.actions = self.conditional.clone();
        scenario.actions.extend(self.timed.iter().cloned());
        scenario
    }
}

impl Moment {
    /// Lets the next thing happen, if there is one up to `end`, in virtual milliseconds; else the
    /// clock shows `end`.
    pub(super) fn advance(&mut self, course: &Course, end: u64) -> Option<Passed> {
        if self.violation.is_some() {
            return None;
        }
        if let Some(timed) = course.timed.get(self.done)
            && self.is_due(timed, end)
        {
            self.done = self.done.saturating_add(1);
            self.go_on_to(timed.at.unwrap_or(0));
            self.act(course, &timed.action);
            self.follow(course);
            return Some(Passed::Action);
        }
        let Some(event) = self.world.next_event(begin().plus(Millis(end))) else {
            self.go_on_to(end);
            return None;
        };
        self.steps = self.steps.saturating_add(1);
        let passed = if let Event::Frame { .. } = event {
            Passed::Frame
        } else {
            Passed::Event
        };
        self.happen(&course.scenario, event);
        self.follow(course);
        Some(passed)
    }

    /// Whether an action comes before the next event.
    fn is_due(&self, timed: &Timed, end: u64) -> bool {
        let Some((at, after)) = timed.position() else {
            return false;
        };
        let is_last = self.next_event().is_none_or(|next| next > at);
        at <= end && (is_last || (at <= self.time() && self.steps >= after))
    }

    /// Whether this is the moment of this millisecond after so many events of the whole run, its
    /// actions done.
    pub(super) fn is_after(&self, steps: u64, course: &Course, at: u64) -> bool {
        let next = course.timed.get(self.done);
        let acts = next.is_some_and(|timed| self.is_due(timed, at));
        self.time() >= at && self.steps >= steps && !acts
    }

    fn go_on_to(&mut self, at: u64) {
        let at: Timestamp = begin().plus(Millis(at));
        self.world.now = self.world.now.max(at);
    }

    /// Does an action of the scenario; one that cannot be done is told.
    fn act(&mut self, course: &Course, action: &Action) {
        if let Err(error) = self.try_act(course, action) {
            let text = format!("{error}.");
            self.facts.note(&self.world, Happened::NotDone, text);
        }
    }

    /// Does an action.
    ///
    /// # Errors
    /// Why it cannot be done; nothing has changed then.
    pub(super) fn try_act(&mut self, course: &Course, action: &Action) -> Result<(), ActError> {
        acts::perform(self, &course.scenario, action)?;
        let text = serde_json::to_string(action).unwrap_or_default();
        let part = sha256(&[text.as_bytes()]).0;
        let part = part
            .first_chunk()
            .map_or(0, |part| u64::from_le_bytes(*part));
        let nobody = usize::MAX;
        self.world.log.push(self.world.now, nobody, What::Act, part);
        self.facts.note(&self.world, Happened::Action, text);
        Ok(())
    }

    fn happen(&mut self, scenario: &Scenario, event: Event) {
        if let Event::Frame { .. } = event {
            self.arrived = self.arrived.saturating_add(1);
        }
        if let Event::Thaw { seat } = event {
            for event in self.world.thaw(seat) {
                self.happen(scenario, event);
            }
        } else if let Some(cue) = self.world.happen(event) {
            match cue {
                Cue::Check => {
                    let outcome = self.checks.always(&self.world);
                    self.hold_to(outcome);
                    self.world.after(CHECK_EVERY, Event::Cue(Cue::Check));
                }
                Cue::Work => orders::pay_at_random(self, scenario),
                Cue::Mend => nodes::fall_asleep(self),
                Cue::Hostile(seat) => flood::send(self, seat),
                Cue::Fault
                | Cue::Votes(_)
                | Cue::Boast(_)
                | Cue::Flip(_)
                | Cue::Reply(_)
                | Cue::Started(_)
                | Cue::Heard { .. } => {}
            }
        }
        self.watch();
    }

    /// Has the checkers and the facts look at what was seen.
    fn watch(&mut self) {
        for seen in self.world.take_observed() {
            self.facts.observe(&self.world, &seen);
            let outcome = self.checks.observe(&self.world, seen);
            self.hold_to(outcome);
        }
    }

    /// Keeps the first violation.
    pub(super) fn hold_to(&mut self, outcome: Result<(), crate::sim::Violation>) {
        if let Err(violation) = outcome
            && self.violation.is_none()
        {
            let text = violation.to_string();
            self.facts.note(&self.world, Happened::Violation, text);
            self.violation = Some(violation);
        }
    }

    /// What follows from something that happened: rules on what was sent, facts, conditions, the
    /// goal.
    pub(super) fn follow(&mut self, course: &Course) {
        loop {
            self.watch();
            let news = self.world.news.as_mut().map(std::mem::take);
            let news = news.unwrap_or_default();
            if !news.is_empty() {
                misdeeds::spoil(self, &news);
                hand::obey(self, &news);
            }
            self.facts.look(&self.world);
            let state = (self.facts.version, self.time() / LOOK_EVERY);
            if state == self.judged {
                return;
            }
            self.judged = state;
            self.facts.payments.look(&self.world);
            self.judge_goal(&course.scenario);
            let Some(number) = self.next_condition(course) else {
                return;
            };
            self.fired.insert(number);
            self.act(course, &course.conditional[number].action);
        }
    }

    fn judge_goal(&mut self, scenario: &Scenario) {
        if let Some(goal) = &scenario.goal
            && self.goal_at.is_none()
            && self.judge(scenario).holds(&goal.when)
        {
            self.goal_at = Some(self.time());
            self.goal_digest = Some(self.world.log.digest());
            let text = goal.text.clone();
            self.facts.note(&self.world, Happened::Goal, text);
        }
    }

    /// The first condition that is true for the first time.
    fn next_condition(&self, course: &Course) -> Option<usize> {
        let judge = self.judge(&course.scenario);
        let mut conditions = course.conditional.iter().enumerate();
        let met = conditions.find(|(number, timed)| {
            let is_new = !self.fired.contains(number);
            is_new && timed.when.as_ref().is_some_and(|when| judge.holds(when))
        });
        met.map(|(number, _)| number)
    }

    /// By which predicates are judged now.
    pub(super) fn judge<'a>(&'a self, scenario: &'a Scenario) -> Judge<'a> {
        Judge {
            scenario,
            world: &self.world,
            facts: &self.facts,
        }
    }
}
