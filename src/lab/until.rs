//! How far time is to go, and why it stood still.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::facts::running;
use super::moment::Moment;
use crate::chain::Chain;

/// What time goes on until.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Until {
    /// The next event of any kind, or action.
    Event,
    /// The next frame that arrives.
    Message,
    /// The next block that a node makes.
    Block,
    /// The next reorganisation.
    Reorganisation,
    /// The next refusal.
    Refusal,
    /// A node's head of this height or a higher one.
    Height(u64),
    /// All nodes run and have one head.
    Agreement,
    /// The goal is reached.
    Goal,
    /// A promise is broken.
    Violation,
    /// This moment, in virtual milliseconds: everything up to then has happened.
    Time(u64),
}

/// Why time stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// What it went on until is there.
    Reached,
    /// A rule stops time.
    Break,
    /// A promise was broken: time does not go on.
    Violation,
    /// As far as it was asked to go.
    End,
}

/// What a moment is compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    steps: u64,
    done: usize,
    arrived: u64,
    blocks: u64,
    reorganised: u64,
    refusals: u64,
    pub(super) breaks: u64,
}

impl Mark {
    /// The mark of a moment.
    pub(super) const fn of(moment: &Moment) -> Self {
        Self {
            steps: moment.steps,
            done: moment.done,
            arrived: moment.arrived,
            blocks: moment.facts.blocks,
            reorganised: moment.facts.reorganised,
            refusals: moment.facts.refusals,
            breaks: moment.breaks,
        }
    }
}

impl Until {
    /// Whether it is there, given the mark of the moment where time began to go on.
    pub(super) fn is_reached(self, before: &Mark, moment: &Moment) -> bool {
        let now = Mark::of(moment);
        let nodes = || running(&moment.world).map(|(_, node)| node.chain());
        match self {
            Self::Event => (now.steps, now.done) != (before.steps, before.done),
            Self::Message => now.arrived != before.arrived,
            Self::Block => now.blocks != before.blocks,
            Self::Reorganisation => now.reorganised != before.reorganised,
            Self::Refusal => now.refusals != before.refusals,
            Self::Height(least) => nodes().any(|chain| chain.height().0 >= least),
            Self::Agreement => {
                let first = nodes().next().map(Chain::head);
                let all_run = moment.world.seats.len() == nodes().count();
                all_run && nodes().all(|chain| Some(chain.head()) == first)
            }
            Self::Goal => moment.goal_at.is_some(),
            Self::Violation => moment.violation.is_some(),
            // More may happen in that millisecond: the way ends there.
            Self::Time(_) => false,
        }
    }
}
