//! Branches of time: a list of actions with what is known of it, and two of them beside each other.
//!
//! Bounds: [`MAX_KEPT`] of a branch; when there are more, every second goes and the next ones lie
//! further apart.

use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::advance::Course;
use super::facts::running;
use super::layout;
use super::moment::Moment;
use super::scenario::Scenario;

/// Moments that are kept of a branch at the most: each of five nodes after some minutes is a few
/// megabytes.
const MAX_KEPT: usize = 40;
/// Virtual milliseconds between two of them at first.
const APART: u64 = 30_000;

/// The order of moments of one branch: time, and what has happened within it.
pub(super) type Position = (u64, u64, usize);

/// The position of a moment.
pub(super) fn position(moment: &Moment) -> Position {
    (moment.time(), moment.steps, moment.done)
}

/// A branch of time.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) name: String,
    pub(super) course: Course,
    /// The branch that it comes from, and when it left it.
    pub(super) from: Option<(String, u64)>,
    /// As far as it was played.
    pub(super) end: Position,
    kept: Vec<Rc<Moment>>,
    apart: u64,
}

/// What people see of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct BranchInfo {
    /// Its name.
    pub name: String,
    /// The branch that it comes from.
    pub from: Option<String>,
    /// When it left it, in virtual milliseconds.
    pub parted: Option<u64>,
    /// As far as it was played, in virtual milliseconds.
    pub end: u64,
    /// Number of its actions.
    pub actions: u64,
}

/// The state of a branch at a time, as two branches are compared by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Comparison {
    /// The branch.
    pub branch: String,
    /// Virtual time in milliseconds.
    pub at: u64,
    /// Height and head of each node that runs, by name.
    pub heads: Vec<(String, Option<(u64, String)>)>,
    /// Coins of each user on the heaviest chain of those that nodes have.
    pub balances: Vec<(String, u64)>,
    /// Digest of the event log.
    pub digest: String,
}

impl Branch {
    /// A branch that begins with the scenario.
    pub(super) fn new(name: &str, course: Course, begin: &Moment) -> Self {
        Self {
            name: name.to_owned(),
            course,
            from: None,
            end: position(begin),
            kept: vec![Rc::new(begin.clone())],
            apart: APART,
        }
    }

    /// A branch that leaves this one at a moment: what was done up to there, and what the scenario
    /// has for later.
    pub(super) fn fork(&self, name: String, moment: &Moment) -> Self {
        let here = position(moment);
        let mut course = self.course.clone();
        let kept = |number: usize| number < moment.done || course.scripted[number];
        let numbers: Vec<usize> = (0..course.timed.len()).filter(|at| kept(*at)).collect();
        let timed = numbers.iter().map(|at| course.timed[*at].clone()).collect();
        let scripted = numbers.iter().map(|at| course.scripted[*at]).collect();
        (course.timed, course.scripted) = (timed, scripted);
        let kept = self.kept.iter();
        Self {
            name,
            course,
            from: Some((self.name.clone(), moment.time())),
            end: here,
            kept: kept.filter(|one| position(one) <= here).cloned().collect(),
            apart: self.apart,
        }
    }

    /// Takes note of a moment that was reached, and keeps it if it is far from the last.
    pub(super) fn reach(&mut self, moment: &Moment) {
        self.end = self.end.max(position(moment));
        let last = self.kept.last().map_or(0, |last| last.time());
        if moment.time() < last.saturating_add(self.apart) {
            return;
        }
        if self.kept.len() >= MAX_KEPT {
            let mut number = 0_usize;
            self.kept.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.apart = self.apart.saturating_mul(2);
        }
        self.kept.push(Rc::new(moment.clone()));
    }

    /// Keeps no more than the first and the last moment: another branch is looked at now.
    pub(super) fn rest(&mut self) {
        let last = self.kept.pop();
        self.kept.truncate(1);
        self.kept.extend(last);
    }

    /// The latest moment that is kept at a time or before it.
    pub(super) fn before(&self, at: u64) -> Moment {
        let mut kept = self.kept.iter().rev();
        let found = kept.find(|one| one.time() <= at);
        Moment::clone(found.unwrap_or(&self.kept[0]))
    }

    /// What people see of it.
    pub(super) fn info(&self) -> BranchInfo {
        BranchInfo {
            name: self.name.clone(),
            from: self.from.as_ref().map(|(name, _)| name.clone()),
            parted: self.from.as_ref().map(|(_, at)| *at),
            end: self.end.0,
            actions: layout::number(self.course.timed.len() + self.course.conditional.len()),
        }
    }
}

/// What a branch is compared by.
pub(super) fn compare(branch: &str, scenario: &Scenario, moment: &Moment) -> Comparison {
    let heads = moment.world.seats.iter().map(|seat| {
        let head = seat.node.as_ref().map(|node| {
            let chain = node.chain();
            (chain.height().0, chain.head().to_string())
        });
        (seat.plan.name.clone(), head)
    });
    let nodes = running(&moment.world).map(|(_, node)| node);
    let heaviest = nodes.max_by_key(|node| node.chain().weight());
    let balances = scenario.users.iter().map(|user| {
        let address = layout::user_key(scenario, &user.name).address();
        let coins = heaviest.map_or(0, |node| {
            node.chain().head_state().account(&address).balance.0
        });
        (user.name.clone(), coins)
    });
    Comparison {
        branch: branch.to_owned(),
        at: moment.time(),
        heads: heads.collect(),
        balances: balances.collect(),
        digest: moment.world.log.digest().to_string(),
    }
}
