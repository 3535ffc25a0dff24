//! Reads scenarios strictly: what is not understood is refused with its place, and nothing is
//! guessed.
//!
//! Bounds: a text of [`MAX_TEXT_BYTES`], and ranges for every number, so that no scenario costs
//! more than a page can bear.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each part checks what it is about"
)]

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::primitives::{Name, NodeKind};

use super::action::{Action, Effect, Rule, Timed};
use super::error::{Given, Place, ScenarioError};
use super::goal::{Predicate, Subject};
use super::layout;
use super::scenario::{MAX_ACTIONS, MAX_LENGTH, MAX_NODES, MAX_USERS, Scenario, VERSION};
use super::setting::LinkSetting;

/// Longest text in bytes: some hours of a person's work.
pub const MAX_TEXT_BYTES: usize = 256 * 1024;
/// Most sentences of a story, and most bytes of each.
const MAX_SENTENCES: usize = 32;
const MAX_SENTENCE_BYTES: usize = 600;
/// Hints of the ladder, at the most.
const MAX_HINTS: usize = 3;
/// Predicates in one goal or condition.
const MAX_PREDICATES: usize = 64;
const MAX_NESTING: usize = 8;
/// Expected hashes of a work block at the most: each is searched for real.
const MAX_DIFFICULTY: u64 = 65_536;
/// Hashes a second of a miner at the most.
const MAX_RATE: u64 = 1_000_000;
/// Longest delay of a link in milliseconds.
const MAX_DELAY: u64 = 60_000;
/// Coins of a user at the most.
const MAX_COINS: u64 = 1_000_000_000;
/// A clock is wrong by so many milliseconds at the most: an hour.
const MAX_CLOCK: u64 = 3_600_000;
/// Frames of nonsense a second at the most: each is signed, and twice as many as a peer may send.
const MAX_FLOOD: u64 = 400;
/// Payments a minute at random at the most.
const MAX_TRAFFIC: u64 = 600;

/// The version alone, whatever else the text says.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of results"
)]
pub(super) fn json(error: serde_json::Error) -> ScenarioError {
    ScenarioError::Json {
        line: error.line(),
        column: error.column(),
        problem: error.to_string(),
    }
}

/// Reads a JSON text of at most [`MAX_TEXT_BYTES`].
pub(super) fn from_json<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, ScenarioError> {
    let (limit, found) = (MAX_TEXT_BYTES, text.len());
    if found > limit {
        return Err(ScenarioError::TooLarge { limit, found });
    }
    serde_json::from_str(text).map_err(json)
}

fn range(place: Place, found: u64, least: u64, most: u64) -> Result<(), ScenarioError> {
    if (least..=most).contains(&found) {
        Ok(())
    } else {
        Err(ScenarioError::Range {
            place,
            least,
            most,
            found,
        })
    }
}

fn count(place: Place, found: usize, least: usize, most: usize) -> Result<(), ScenarioError> {
    let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
    range(place, number(found), number(least), number(most))
}

impl Scenario {
    /// Reads a text.
    ///
    /// # Errors
    /// The first thing in it that is not understood or out of its bounds, with its place.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let Versioned { version: found } = from_json(text)?;
        if found != VERSION {
            let expected = VERSION;
            return Err(ScenarioError::Version { expected, found });
        }
        let scenario: Self = from_json(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The text, which [`Scenario::parse`] reads again as the same scenario.
    ///
    /// # Panics
    /// Never: no map in it has keys that are no texts.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("every part has a form in JSON")
    }

    /// Whether everything in it is within its bounds, and all names are somebody's.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), ScenarioError> {
        self.check_texts()?;
        self.check_nodes()?;
        self.check_users()?;
        self.check_network()?;
        self.link.check(Place::Link)?;
        for (number, plan) in (1..).zip(&self.links) {
            let place = Place::LinkOf(number);
            self.check_link(place, &plan.from, &plan.to)?;
            plan.set.check(place)?;
        }
        count(Place::Links, self.links.len(), 0, MAX_NODES * MAX_NODES)?;
        range(Place::Length, self.length, 1, MAX_LENGTH)?;
        count(Place::Actions, self.actions.len(), 0, MAX_ACTIONS)?;
        let mut payments = BTreeSet::new();
        for (number, timed) in (1..).zip(&self.actions) {
            if let Action::Pay { name, .. } = &timed.action {
                let place = Place::Action(number);
                check_name(place, name)?;
                if !payments.insert(name.as_str()) {
                    let found = name.clone();
                    return Err(ScenarioError::Twice { place, found });
                }
            }
        }
        let mut last = 0;
        for (number, timed) in (1..).zip(&self.actions) {
            self.check_timed(Place::Action(number), timed, &mut last)?;
        }
        match &self.goal {
            Some(goal) => self.check_predicate(Place::Goal, &goal.when),
            None => Ok(()),
        }
    }

    fn check_texts(&self) -> Result<(), ScenarioError> {
        count(Place::Title, self.title.len(), 1, MAX_SENTENCE_BYTES)?;
        count(Place::Story, self.story.len(), 0, MAX_SENTENCES)?;
        count(Place::Hints, self.hints.len(), 0, MAX_HINTS)?;
        count(Place::Learnt, self.learnt.len(), 0, MAX_SENTENCE_BYTES)?;
        let sentences = self.story.iter().map(|text| (Place::Story, text));
        let hints = self.hints.iter().map(|text| (Place::Hints, text));
        let goal = self.goal.iter().map(|goal| (Place::Goal, &goal.text));
        for (place, text) in sentences.chain(hints).chain(goal) {
            count(place, text.len(), 1, MAX_SENTENCE_BYTES)?;
        }
        Ok(())
    }

    fn check_nodes(&self) -> Result<(), ScenarioError> {
        count(Place::Nodes, self.nodes.len(), 1, MAX_NODES)?;
        let mut names = BTreeSet::new();
        for (number, node) in (1..).zip(&self.nodes) {
            let place = Place::Node(number);
            check_name(place, &node.name)?;
            if !names.insert(&node.name) {
                let found = node.name.clone();
                return Err(ScenarioError::Twice { place, found });
            }
            range(place, node.clock.unsigned_abs(), 0, MAX_CLOCK)?;
            if let Some(rate) = node.hash_rate {
                self.check_kind(place, &node.name, NodeKind::Pow)?;
                range(place, rate, 0, MAX_RATE)?;
            }
        }
        Ok(())
    }

    fn check_users(&self) -> Result<(), ScenarioError> {
        count(Place::Users, self.users.len(), 0, MAX_USERS)?;
        let mut names = BTreeSet::new();
        for (number, user) in (1..).zip(&self.users) {
            let place = Place::User(number);
            check_name(place, &user.name)?;
            if !names.insert(&user.name) {
                let found = user.name.clone();
                return Err(ScenarioError::Twice { place, found });
            }
            range(place, user.coins, 0, MAX_COINS)?;
        }
        Ok(())
    }

    fn check_network(&self) -> Result<(), ScenarioError> {
        let network = &self.network;
        range(Place::Network, network.difficulty, 1, MAX_DIFFICULTY)?;
        range(Place::Network, network.authority_weight, 1, MAX_DIFFICULTY)?;
        if let Some(retarget) = network.retarget {
            range(Place::Network, retarget.ideal, 500, 600_000)?;
            range(Place::Network, retarget.half_life, 1_000, 3_600_000)?;
        }
        Ok(layout::params(self).validate()?)
    }

    fn check_timed(
        &self,
        place: Place,
        timed: &Timed,
        last: &mut u64,
    ) -> Result<(), ScenarioError> {
        let wrong = |found| Err(ScenarioError::When { place, found });
        match (timed.at, timed.after, &timed.when) {
            (None, _, None) => return wrong(Given::Neither),
            (Some(_), _, Some(_)) => return wrong(Given::Both),
            (None, Some(_), Some(_)) => return wrong(Given::AfterWithoutAt),
            (Some(at), _, None) => {
                range(place, at, 0, MAX_LENGTH)?;
                if at < *last {
                    let (least, found) = (*last, at);
                    return Err(ScenarioError::Order {
                        place,
                        least,
                        found,
                    });
                }
                *last = at;
            }
            (None, None, Some(when)) => self.check_predicate(place, when)?,
        }
        self.check_action(place, &timed.action)
    }

    fn check_predicate(&self, place: Place, when: &Predicate) -> Result<(), ScenarioError> {
        count(place, when.size(), 1, MAX_PREDICATES)?;
        count(place, when.nesting(), 1, MAX_NESTING)?;
        for subject in when.subjects() {
            match subject {
                Subject::Node(name) => self.check_node(place, name)?,
                Subject::User(name) => self.check_user(place, name)?,
                Subject::Payment(name) => self.check_payment(place, name)?,
            }
        }
        Ok(())
    }

    fn check_node(&self, place: Place, found: &str) -> Result<(), ScenarioError> {
        known(place, self.nodes.iter().map(|node| &node.name), found)
    }

    fn check_user(&self, place: Place, found: &str) -> Result<(), ScenarioError> {
        known(place, self.users.iter().map(|user| &user.name), found)
    }

    /// Whether a payment is one of the scenario's. A goal may speak of one that a person has yet to
    /// make.
    fn check_payment(&self, place: Place, found: &str) -> Result<(), ScenarioError> {
        if place == Place::Goal {
            return check_name(place, found);
        }
        let names = self.actions.iter().filter_map(|timed| match &timed.action {
            Action::Pay { name, .. } => Some(name),
            _ => None,
        });
        known(place, names, found)
    }

    fn check_kind(
        &self,
        place: Place,
        name: &str,
        expected: NodeKind,
    ) -> Result<(), ScenarioError> {
        self.check_node(place, name)?;
        let node = self.nodes.iter().find(|node| node.name == name);
        match node.map(|node| node.kind) {
            Some(found) if found != expected => Err(ScenarioError::Kind {
                place,
                name: name.to_owned(),
                expected,
                found,
            }),
            Some(_) | None => Ok(()),
        }
    }

    fn check_link(&self, place: Place, from: &str, to: &str) -> Result<(), ScenarioError> {
        self.check_node(place, from)?;
        self.check_node(place, to)?;
        if from == to {
            let name = from.to_owned();
            return Err(ScenarioError::ToItself { place, name });
        }
        Ok(())
    }

    fn check_side(&self, place: Place, side: &[String]) -> Result<(), ScenarioError> {
        count(place, side.len(), 0, MAX_NODES)?;
        side.iter()
            .try_for_each(|name| self.check_node(place, name))
    }

    /// Whether an action that a person adds to those before it is well formed.
    pub(super) fn check_new_action(
        &self,
        place: Place,
        action: &Action,
        before: &[Timed],
    ) -> Result<(), ScenarioError> {
        let made = before.iter().chain(&self.actions);
        let names = made.filter_map(|timed| match &timed.action {
            Action::Pay { name, .. } => Some(name),
            _ => None,
        });
        match action {
            Action::Pay { name, .. } => {
                check_name(place, name)?;
                if names.clone().any(|other| other == name) {
                    let found = name.clone();
                    return Err(ScenarioError::Twice { place, found });
                }
            }
            Action::Again { payment, node }
            | Action::Forge { payment, node, .. }
            | Action::Prove { payment, node, .. } => {
                known(place, names, payment)?;
                return self.check_node(place, node);
            }
            _ => {}
        }
        self.check_action(place, action)
    }

    /// Whether an action is about nodes and users that are there, and its numbers are within their
    /// bounds.
    pub(super) fn check_action(&self, place: Place, action: &Action) -> Result<(), ScenarioError> {
        match action {
            Action::Kill { node, .. }
            | Action::Start { node }
            | Action::Freeze { node }
            | Action::Thaw { node }
            | Action::Disk { node, .. }
            | Action::LoseDisk { node }
            | Action::FlipByte { node, .. } => self.check_node(place, node),
            Action::Clock { node, ahead } => {
                self.check_node(place, node)?;
                range(place, ahead.unsigned_abs(), 0, MAX_CLOCK)
            }
            Action::HashRate { node, rate } => {
                self.check_kind(place, node, NodeKind::Pow)?;
                range(place, *rate, 0, MAX_RATE)
            }
            Action::Miss { node }
            | Action::SealTwice { node }
            | Action::VoteTwice { node }
            | Action::VoteBothSides { node } => self.check_kind(place, node, NodeKind::Poa),
            Action::Flood {
                node,
                to,
                per_second,
            } => {
                self.check_link(place, node, to)?;
                range(place, *per_second, 0, MAX_FLOOD)
            }
            Action::Link { from, to, set } => {
                self.check_link(place, from, to)?;
                set.check(place)
            }
            Action::Links { set } => set.check(place),
            Action::Partition { side } | Action::Mute { side } => self.check_side(place, side),
            Action::Rule(rule) => self.check_rule(place, rule),
            Action::ReleaseAll { filter } => {
                self.check_side(place, &filter.from)?;
                self.check_side(place, &filter.to)
            }
            Action::Unrule { name } => check_name(place, name),
            Action::Delay { by, .. } => range(place, *by, 0, MAX_LENGTH),
            Action::Submit { node, bytes } => {
                self.check_node(place, node)?;
                let found = bytes.len();
                match layout::signed_elsewhere(bytes) {
                    Some(_) => Ok(()),
                    None => Err(ScenarioError::Transaction { place, found }),
                }
            }
            Action::Pay { .. } | Action::Message { .. } => self.check_order(place, action),
            Action::Again { payment, node }
            | Action::Forge { payment, node, .. }
            | Action::Prove { payment, node, .. } => {
                self.check_node(place, node)?;
                self.check_payment(place, payment)
            }
            Action::Traffic { per_minute } => range(place, *per_minute, 0, MAX_TRAFFIC),
            Action::Heal
            | Action::Hold { .. }
            | Action::Release { .. }
            | Action::Drop { .. }
            | Action::Double { .. }
            | Action::Edit { .. } => Ok(()),
        }
    }

    fn check_rule(&self, place: Place, rule: &Rule) -> Result<(), ScenarioError> {
        check_name(place, &rule.name)?;
        self.check_side(place, &rule.filter.from)?;
        self.check_side(place, &rule.filter.to)?;
        match rule.effect {
            Effect::Delay { by } => range(place, by, 0, MAX_LENGTH),
            _ => Ok(()),
        }
    }

    fn check_order(&self, place: Place, action: &Action) -> Result<(), ScenarioError> {
        match action {
            Action::Pay {
                from,
                to,
                amount,
                fee,
                node,
                ..
            } => {
                self.check_user(place, from)?;
                self.check_user(place, to)?;
                self.check_node(place, node)?;
                range(place, *amount, 0, MAX_COINS)?;
                range(place, *fee, 0, MAX_COINS)
            }
            Action::Message {
                from,
                to,
                text,
                node,
            } => {
                self.check_user(place, from)?;
                to.iter().try_for_each(|to| self.check_user(place, to))?;
                self.check_node(place, node)?;
                count(place, text.len(), 0, MAX_SENTENCE_BYTES)
            }
            _ => Ok(()),
        }
    }
}

impl LinkSetting {
    fn check(&self, place: Place) -> Result<(), ScenarioError> {
        range(place, self.latency.unwrap_or(0), 0, MAX_DELAY)?;
        range(place, self.jitter.unwrap_or(0), 0, MAX_DELAY)?;
        range(place, u64::from(self.loss.unwrap_or(0)), 0, 1_000)
    }
}

fn check_name(place: Place, found: &str) -> Result<(), ScenarioError> {
    match found.parse::<Name>() {
        Ok(_) if found.len() <= 32 => Ok(()),
        Ok(_) | Err(_) => {
            let found = found.to_owned();
            Err(ScenarioError::Name { place, found })
        }
    }
}

fn known<'a>(
    place: Place,
    names: impl Iterator<Item = &'a String> + Clone,
    found: &str,
) -> Result<(), ScenarioError> {
    if names.clone().any(|name| name == found) {
        return Ok(());
    }
    Err(ScenarioError::Unknown {
        place,
        known: names.cloned().collect(),
        found: found.to_owned(),
    })
}
