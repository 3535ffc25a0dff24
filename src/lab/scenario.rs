//! Scenarios: what the parts of the JSON text are. How it is read, `reading` holds.
//!
//! Bounds: [`MAX_NODES`], [`MAX_USERS`], [`MAX_ACTIONS`], [`MAX_LENGTH`].

use serde::{Deserialize, Serialize};

use crate::primitives::NodeKind;

use super::action::Timed;
use super::goal::Goal;
use super::setting::LinkSetting;

/// The version of the format.
pub const VERSION: u64 = 1;
/// Most nodes: more than one thread plays at ten times the speed of time.
pub const MAX_NODES: usize = 16;
/// Most users.
pub const MAX_USERS: usize = 16;
/// Most actions.
pub const MAX_ACTIONS: usize = 2_048;
/// Longest span of a scenario in virtual milliseconds: two hours.
pub const MAX_LENGTH: u64 = 2 * 60 * 60 * 1_000;
/// A whole scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// [`VERSION`].
    pub version: u64,
    /// For people.
    pub title: String,
    /// All chance follows from it.
    pub seed: u64,
    /// The nodes, in the order of the authorities' turns.
    pub nodes: Vec<NodePlan>,
    /// Users with coins.
    #[serde(default = "users")]
    pub users: Vec<UserPlan>,
    /// The parameters.
    #[serde(default)]
    pub network: NetworkPlan,
    /// All links at the beginning, and after healing.
    #[serde(default)]
    pub link: LinkSetting,
    /// Links that are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkPlan>,
    /// Sentences that tell what it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub story: Vec<String>,
    /// From the faintest to the clearest, at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// What is to be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// What was learnt when it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub learnt: String,
    /// How long it lasts in virtual milliseconds, where nobody says otherwise.
    #[serde(default = "length")]
    pub length: u64,
    /// What happens when, in the order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Timed>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodePlan {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
    /// Hashes a second of a miner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_rate: Option<u64>,
    /// How far its clock is ahead in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock: i64,
    /// It is started by an action only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPlan {
    /// The registered name.
    pub name: String,
    /// Coins at the beginning.
    pub coins: u64,
}

/// The network's parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkPlan {
    /// Expected hashes of a work block.
    pub difficulty: u64,
    /// How the difficulty follows the power; fixed without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retarget: Option<RetargetPlan>,
    /// Weight of an authority's block.
    pub authority_weight: u64,
    /// Length of a slot in milliseconds.
    pub slot: u64,
    /// New coins for a work block.
    pub work_reward: u64,
    /// New coins for an authority's block.
    pub authority_reward: u64,
}

/// How the difficulty follows the power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetargetPlan {
    /// Intended milliseconds between work blocks.
    pub ideal: u64,
    /// Lead over the schedule, in milliseconds, that doubles the difficulty.
    pub half_life: u64,
}

/// A directed link that is another than most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkPlan {
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// What it is.
    pub set: LinkSetting,
}

impl Default for NetworkPlan {
    fn default() -> Self {
        Self {
            difficulty: 256,
            retarget: None,
            authority_weight: 256,
            slot: 5_000,
            work_reward: 50,
            authority_reward: 0,
        }
    }
}

fn users() -> Vec<UserPlan> {
    ["alice", "bob", "carol", "dave"]
        .map(|name| UserPlan {
            name: name.to_owned(),
            coins: 1_000,
        })
        .to_vec()
}

const fn length() -> u64 {
    5 * 60_000
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for it; where addresses are short it is no fault"
)]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}
