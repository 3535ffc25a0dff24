//! The laboratory: the simulator's world of real nodes in a person's hands. Time is held, messages
//! are things, and what a person does is an [`Action`].
//!
//! **The whole truth of a moment is the scenario, the actions with their times, and the moment.**
//! Nothing else is state: a moment that is kept is a cache, and any way to a moment gives the same
//! digest of the event log, natively and in a browser.
//!
//! - [`Scenario`]: a small JSON text, read strictly.
//! - [`Lab`]: time control, branches, acting.
//! - [`Action`]: all that a person can do, as a value that is part of the scenario.
//! - [`Predicate`]: what goals and conditional actions say about facts.
//! - [`exercises`]: the built-in scenarios with their recorded solutions.
//! - [`results`]: what a person has solved, as a file that is checked by playing it again.
//! - [`desk`]: a laboratory under a page: orders in, views out, time that goes on by itself.
//!
//! It stands on `sim`. It decides nothing about the protocol: it carries events to the
//! nodes, as a shell does.

mod action;
mod acts;
mod advance;
mod branch;
mod clock;
mod control;
pub mod desk;
mod edit;
mod error;
pub mod exercises;
mod facts;
mod fields;
mod filter;
mod flood;
mod frames;
mod goal;
mod hand;
mod happening;
mod judge;
mod layout;
mod light;
mod look;
mod makers;
mod misdeeds;
mod moment;
mod nodes;
mod orders;
mod parting;
mod payments;
mod reading;
#[cfg(test)]
mod reading_tests;
pub mod results;
mod scenario;
mod setting;
#[cfg(test)]
mod tests;
mod until;
pub mod words;

pub use action::{Action, Change, DiskState, Effect, Rule, Timed};
pub use branch::{BranchInfo, Comparison};
pub use clock::wall_clock;
pub use control::{Lab, Way};
pub use error::{ActError, EditError, LabError, Place, ScenarioError};
pub use facts::Reorganised;
pub use filter::{Filter, FrameKind};
pub use frames::{Field, FrameInfo};
pub use goal::{Goal, Predicate, Refused, Restart};
pub use happening::{Happened, Happening};
pub use reading::MAX_TEXT_BYTES;
pub use scenario::{
    LinkPlan, MAX_ACTIONS, MAX_LENGTH, MAX_NODES, MAX_USERS, NetworkPlan, NodePlan, RetargetPlan,
    Scenario, UserPlan, VERSION,
};
pub use setting::LinkSetting;
pub use until::{Stop, Until};
