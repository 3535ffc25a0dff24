//! Time in a person's hands: playing, stepping, seeking, acting, branches. The moments that are
//! kept are a cache: with none of them everything would be the same, only later.
//!
//! Bounds: [`MAX_BRANCHES`]; the scenario's bounds on actions and length hold for what a person
//! does too.

use crate::ipc::{Answer, Refusal, Report, Request};
use crate::node::{Node, Outbox, Reporter};
use crate::primitives::{Digest, Keypair, to_hex};
use crate::refusal::{LabRefusal, NodeError};
use crate::sim::seat::Seat;

use super::action::{Action, Timed};
use super::advance::{Course, Passed};
use super::branch::{Branch, BranchInfo, Comparison, compare, position};
use super::error::{ActError, LabError, Place, ScenarioError};
use super::facts::Reorganised;
use super::frames::{FrameInfo, list};
use super::goal::Predicate;
use super::happening::Happening;
use super::layout;
use super::moment::Moment;
use super::scenario::{MAX_ACTIONS, MAX_LENGTH, Scenario};
use super::until::{Mark, Stop, Until};

/// Branches at the most.
const MAX_BRANCHES: usize = 16;
/// The name of the first branch.
const FIRST: &str = "main";

/// A laboratory: a scenario, what was done, and the moment that is looked at.
#[derive(Debug)]
pub struct Lab {
    branches: Vec<Branch>,
    current: usize,
    pub(super) moment: Moment,
}

/// A way through time that has begun: it may be gone in parts.
#[derive(Clone, Debug)]
pub struct Way {
    /// How far it goes at the most, in virtual milliseconds.
    to: u64,
    until: Option<Until>,
    before: Mark,
    /// Whether a rule that stops time stops here.
    stops: bool,
    /// Within the last millisecond it goes no further than after so many events of the whole run.
    after: Option<u64>,
}

impl Way {
    /// Has it go as far as this at the most, in virtual milliseconds.
    pub fn reach(&mut self, to: u64) {
        self.to = to.min(MAX_LENGTH);
    }
}

impl Lab {
    /// Opens a scenario at its beginning.
    ///
    /// # Errors
    /// What in it is out of its bounds.
    pub fn open(scenario: Scenario) -> Result<Self, ScenarioError> {
        scenario.check()?;
        let moment = Moment::begin(&scenario);
        let first = Branch::new(FIRST, Course::new(scenario), &moment);
        Ok(Self {
            branches: vec![first],
            current: 0,
            moment,
        })
    }

    /// Opens a text.
    ///
    /// # Errors
    /// See [`Scenario::parse`].
    pub fn open_text(text: &str) -> Result<Self, ScenarioError> {
        Self::open(Scenario::parse(text)?)
    }

    pub(super) fn branch(&self) -> &Branch {
        &self.branches[self.current]
    }

    /// Lets time go on to a moment, in virtual milliseconds, or to what comes first of what is
    /// waited for.
    ///
    /// # Errors
    /// [`LabError::TooLate`].
    pub fn play(&mut self, to: u64, until: Option<Until>) -> Result<Stop, LabError> {
        let way = self.begin_to_play(to, until)?;
        Ok(self.go_on(&way, &mut || true).unwrap_or(Stop::End))
    }

    /// As [`Lab::play`], to be gone in parts.
    ///
    /// # Errors
    /// [`LabError::TooLate`].
    pub fn begin_to_play(&self, to: u64, until: Option<Until>) -> Result<Way, LabError> {
        check_time(to)?;
        let (before, stops) = (Mark::of(&self.moment), true);
        Ok(Way {
            to,
            until,
            before,
            stops,
            after: None,
        })
    }

    /// Goes on along a way as long as `may_go_on` says so; why time stands still at its end, `None`
    /// before that.
    pub fn go_on(&mut self, way: &Way, may_go_on: &mut dyn FnMut() -> bool) -> Option<Stop> {
        while may_go_on() {
            let course = &self.branch().course;
            if (way.after).is_some_and(|after| self.moment.is_after(after, course, way.to)) {
                return Some(Stop::End);
            }
            let passed = self.pass(way.to);
            let is_reached = |until: Until| until.is_reached(&way.before, &self.moment);
            if way.until.is_some_and(is_reached) {
                return Some(Stop::Reached);
            }
            if self.moment.violation.is_some() {
                return Some(Stop::Violation);
            }
            if way.stops && Mark::of(&self.moment).breaks != way.before.breaks {
                return Some(Stop::Break);
            }
            if passed.is_none() {
                let is_asked = way.until == Some(Until::Time(way.to));
                return Some(if is_asked { Stop::Reached } else { Stop::End });
            }
        }
        None
    }

    /// Lets one thing happen.
    fn pass(&mut self, to: u64) -> Option<Passed> {
        let branch = &mut self.branches[self.current];
        let passed = self.moment.advance(&branch.course, to);
        branch.reach(&self.moment);
        passed
    }

    /// Goes to a moment, forward or back, in virtual milliseconds: everything up to then has
    /// happened.
    ///
    /// # Errors
    /// [`LabError::TooLate`].
    pub fn seek(&mut self, to: u64) -> Result<Stop, LabError> {
        let way = self.begin_to_seek(to)?;
        Ok(self.go_on(&way, &mut || true).unwrap_or(Stop::End))
    }

    /// As [`Lab::seek`], to be gone in parts.
    ///
    /// # Errors
    /// [`LabError::TooLate`].
    pub fn begin_to_seek(&mut self, to: u64) -> Result<Way, LabError> {
        let way = self.begin_to_play(to, None)?;
        let cached = self.branch().before(to);
        // From here it is nearer, unless the moment is later or a kept moment lies between.
        if self.moment.time() > to || cached.time() > self.moment.time() {
            self.moment = cached;
        }
        Ok(Way {
            stops: false,
            ..way
        })
    }

    /// As [`Lab::begin_to_seek`], to a moment within a millisecond: after so many events of the
    /// whole run.
    ///
    /// # Errors
    /// [`LabError::TooLate`].
    pub fn begin_to_return(&mut self, to: u64, after: u64) -> Result<Way, LabError> {
        check_time(to)?;
        let before = self.begin_to_seek(to.saturating_sub(1))?;
        Ok(Way {
            to,
            after: Some(after),
            ..before
        })
    }

    /// Lets everything happen that belongs to this millisecond, unless a promise is broken in it.
    pub fn settle(&mut self) {
        let now = self.time();
        while self.pass(now).is_some() {}
    }

    /// If not everything of this millisecond has happened: how many events of the whole run have.
    #[must_use]
    pub fn after(&self) -> Option<u64> {
        (!self.moment.is_quiet()).then_some(self.moment.steps)
    }

    /// Does something now. In the past of what was played, a branch begins, and the old future
    /// stays as it was.
    ///
    /// # Errors
    /// Why it cannot be done; nothing has changed then.
    pub fn act(&mut self, action: Action) -> Result<(), LabError> {
        let scenario = &self.branch().course.scenario;
        let place = Place::Action(self.moment.done.saturating_add(1));
        let checked = scenario.check_new_action(place, &action, &self.branch().course.timed);
        checked.map_err(ActError::from)?;
        let limit = MAX_ACTIONS;
        let count = self.branch().course.timed.len() + self.branch().course.conditional.len();
        if count >= limit {
            return Err(LabError::TooManyActions { limit });
        }
        let is_past = self.branch().end > position(&self.moment);
        if is_past && self.branches.len() >= MAX_BRANCHES {
            let limit = MAX_BRANCHES;
            return Err(LabError::TooManyBranches { limit });
        }
        let timed = Timed {
            after: self.after(),
            ..Timed::at(self.moment.time(), action)
        };
        let mut moment = self.moment.clone();
        moment.try_act(&self.branch().course, &timed.action)?;
        if is_past {
            let name = format!("branch-{}", self.branches.len());
            let fork = self.branch().fork(name, &self.moment);
            self.branches[self.current].rest();
            self.branches.push(fork);
            self.current = self.branches.len() - 1;
        }
        let course = &mut self.branches[self.current].course;
        course.timed.insert(moment.done, timed);
        course.scripted.insert(moment.done, false);
        moment.done += 1;
        moment.follow(&self.branches[self.current].course);
        self.moment = moment;
        self.branches[self.current].reach(&self.moment);
        Ok(())
    }

    /// Virtual milliseconds since the beginning.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.moment.time()
    }

    /// Digest of the event log up to now: the same for every way to this moment.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.moment.world.log.digest()
    }

    /// Number of events in that log.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.moment.world.log.count()
    }

    /// The scenario with everything that was done on this branch.
    #[must_use]
    pub fn export(&self) -> Scenario {
        self.branch().course.export()
    }

    /// When the goal was reached, if it was, in virtual milliseconds.
    #[must_use]
    pub const fn goal_at(&self) -> Option<u64> {
        self.moment.goal_at
    }

    /// When the goal was reached, if it was, and the digest of the event log at that moment.
    #[must_use]
    pub fn reached(&self) -> Option<(u64, Digest)> {
        self.moment.goal_at.zip(self.moment.goal_digest)
    }

    /// The promise that was broken, with what was expected and found.
    #[must_use]
    pub const fn violation(&self) -> Option<&crate::sim::Violation> {
        self.moment.violation.as_ref()
    }

    /// Whether something is true now.
    #[must_use]
    pub fn holds(&self, predicate: &Predicate) -> bool {
        let scenario = &self.branch().course.scenario;
        self.moment.judge(scenario).holds(predicate)
    }

    /// The frames on their way.
    #[must_use]
    pub fn frames(&self) -> Vec<FrameInfo> {
        list(&self.moment)
    }

    /// What has happened up to now, the oldest first.
    pub fn happenings(&self) -> impl Iterator<Item = &Happening> {
        self.moment.facts.timeline.iter()
    }

    /// Number of all that has happened, also of what is not kept.
    #[must_use]
    pub fn happened(&self) -> u64 {
        self.moment.facts.timeline.count()
    }

    /// The reorganisations up to now, the oldest first.
    pub fn reorganisations(&self) -> impl Iterator<Item = &Reorganised> {
        self.moment.facts.reorganisations.iter().map(|one| &**one)
    }

    /// A node that runs, by its name, to look at.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&Node> {
        let mut seats = self.moment.world.seats.iter();
        seats.find(|seat| seat.plan.name == name)?.node.as_ref()
    }

    /// Asks a node something, without changing it: a copy of it answers, and its disk what is asked
    /// of the ledger. What changes something is an action.
    ///
    /// # Errors
    /// The node's refusal; one where it does not run, and one for an order.
    pub fn ask(&self, name: &str, request: Request) -> Result<Answer, Refusal> {
        let world = &self.moment.world;
        let place = world.seats.iter().position(|seat| seat.plan.name == name);
        let running = place.and_then(|place| Some((place, world.seats[place].node.as_ref()?)));
        let (place, node) = running.ok_or(NodeError::NotStarted)?;
        if let Request::Submit { .. } | Request::SubmitNext { .. } | Request::Wipe = request {
            let what = "what changes something".to_owned();
            return Err(NodeError::NotHere { what }.into());
        }
        if let Request::Ledger(query) = request {
            return Ok(Answer::Page(world.seats[place].disk.page(&query)?));
        }
        let mut node = node.clone();
        node.answer(world.reading_of(place), request, &mut Outbox::new())
    }

    /// Hands a transaction to a node, by its canonical bytes, as an action. A copy of the node
    /// takes it first: what that refuses is no action.
    ///
    /// # Errors
    /// The node's refusal, or why nothing can be done now.
    pub fn submit(&mut self, name: &str, raw: &[u8]) -> Result<Answer, Refusal> {
        let world = &self.moment.world;
        let place = world.seats.iter().position(|seat| seat.plan.name == name);
        let running = place.and_then(|place| Some((place, world.seats[place].node.as_ref()?)));
        let (place, node) = running.ok_or(NodeError::NotStarted)?;
        let request = Request::Submit { raw: raw.to_vec() };
        let answer = node
            .clone()
            .answer(world.reading_of(place), request, &mut Outbox::new())?;
        let (node, bytes) = (name.to_owned(), to_hex(raw));
        let done = self.act(Action::Submit { node, bytes });
        done.map_err(|error| LabRefusal::Action {
            reason: error.to_string(),
        })?;
        Ok(answer)
    }

    /// What the nodes that run report of themselves, without events.
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        let world = &self.moment.world;
        let seats = world.seats.iter().enumerate();
        let report = |(place, seat): (usize, &Seat)| {
            let node = seat.node.as_ref()?;
            Some(Reporter::default().report(node, world.reading_of(place), 0.0))
        };
        seats.filter_map(report).collect()
    }

    /// The key of a user of the scenario.
    #[must_use]
    pub fn user_key(&self, name: &str) -> Option<Keypair> {
        let scenario = &self.branch().course.scenario;
        let mut users = scenario.users.iter();
        users.find(|user| user.name == name)?;
        Some(layout::user_key(scenario, name))
    }

    /// The branches, the first first.
    #[must_use]
    pub fn branches(&self) -> Vec<BranchInfo> {
        self.branches.iter().map(Branch::info).collect()
    }

    /// The name of the branch that is looked at.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.branch().name
    }

    /// Goes to another branch, to the same time of it, or to its end if that is earlier.
    ///
    /// # Errors
    /// [`LabError::Branch`].
    pub fn switch(&mut self, name: &str) -> Result<(), LabError> {
        let at = self.time();
        let number = self.number_of(name)?;
        if number != self.current {
            self.branches[self.current].rest();
            self.current = number;
        }
        let to = at.min(self.branch().end.0);
        self.moment = self.branch().before(to);
        self.seek(to).map(|_| ())
    }

    /// Two branches at the same time.
    ///
    /// # Errors
    /// [`LabError::Branch`], [`LabError::TooLate`].
    pub fn compare(&self, one: &str, other: &str, at: u64) -> Result<[Comparison; 2], LabError> {
        check_time(at)?;
        let [one, other] = [self.number_of(one)?, self.number_of(other)?];
        Ok([one, other].map(|number| {
            let branch = &self.branches[number];
            let mut moment = branch.before(at);
            while moment.advance(&branch.course, at).is_some() {}
            compare(&branch.name, &branch.course.scenario, &moment)
        }))
    }

    fn number_of(&self, name: &str) -> Result<usize, LabError> {
        let mut branches = self.branches.iter();
        branches
            .position(|branch| branch.name == name)
            .ok_or_else(|| LabError::Branch {
                known: self.branches.iter().map(|one| one.name.clone()).collect(),
                found: name.to_owned(),
            })
    }
}

fn check_time(found: u64) -> Result<(), LabError> {
    let limit = MAX_LENGTH;
    if found > limit {
        return Err(LabError::TooLate { limit, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::check::Violation;

    #[test]
    fn a_broken_promise_stops_time_until_one_goes_back_before_it() {
        let exercise = super::super::exercises::find("partition").unwrap();
        let mut lab = Lab::open(exercise.unwrap().scenario).unwrap();
        lab.seek(5_000).unwrap();
        let at = lab.moment.world.now;
        // No deliberate bug is built in here, so the verdict of a checker is.
        lab.moment.hold_to(Err(Violation {
            checker: "coins",
            node: None,
            at,
            what: "expected all coins, found fewer".to_owned(),
        }));
        assert_eq!(lab.play(9_000, None), Ok(Stop::Violation));
        assert_eq!(lab.time(), 5_000);
        assert_eq!(lab.play(9_000, Some(Until::Violation)), Ok(Stop::Reached));
        let told = lab.happenings().filter(|one| {
            one.what == super::super::Happened::Violation && one.text.contains("fewer")
        });
        assert_eq!(told.count(), 1);
        lab.seek(4_000).unwrap();
        assert_eq!(lab.play(9_000, None), Ok(Stop::End));
    }
}
