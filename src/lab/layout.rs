//! What a scenario is for the simulator: parameters, keys, seats and links. All keys follow from
//! the seed.

use std::num::TryFromIntError;

use crate::consensus::{Allocation, Params};
use crate::links::{Link, LinkTable, Topology};
use crate::primitives::{
    Amount, Difficulty, Keypair, Millis, Name, NodeId, NodeKind, Retarget, Transaction, from_hex,
};
use crate::sim::scenario::{GENESIS_TIME, Scenario as Plan, SeatPlan, key, seed_of};

use super::scenario::Scenario;

/// Hashes a second of a miner of which nothing is said.
const USUAL_RATE: u64 = 50;
/// Least and most difficulty of an automatic retarget.
const RETARGET_RANGE: (u64, u64) = (8, 65_536);

/// The parameters of a scenario's network.
pub(super) fn params(scenario: &Scenario) -> Params {
    let plan = &scenario.network;
    let mut salt = [2; 32];
    salt[..8].copy_from_slice(&scenario.seed.to_le_bytes());
    let operator = user_key(scenario, "operator").address();
    let mut params = Params::playground(name("lab"), salt, GENESIS_TIME, operator);
    params.difficulty = Difficulty(plan.difficulty);
    params.authority_weight = Difficulty(plan.authority_weight);
    params.slot = Millis(plan.slot);
    params.pow_reward = Amount(plan.work_reward);
    params.authority_reward = Amount(plan.authority_reward);
    if let Some(retarget) = plan.retarget {
        params.retarget = Retarget::Asert {
            ideal: Millis(retarget.ideal),
            half_life: Millis(retarget.half_life),
            min: Difficulty(RETARGET_RANGE.0),
            max: Difficulty(RETARGET_RANGE.1),
        };
    }
    let authorities = scenario
        .nodes
        .iter()
        .filter(|node| node.kind == NodeKind::Poa);
    params.authorities = authorities
        .map(|node| node_key(scenario, &node.name).address())
        .collect();
    let users = scenario.users.iter().map(|user| Allocation {
        address: user_key(scenario, &user.name).address(),
        amount: Amount(user.coins),
        name: Some(name(&user.name)),
    });
    params.allocation = users.collect();
    params
}

/// What all keys follow from.
pub(super) fn seed_of_keys(scenario: &Scenario) -> [u8; 32] {
    seed_of(scenario.seed)
}

/// Canonical bytes of the parameters.
pub(super) fn network_params(scenario: &Scenario) -> Vec<u8> {
    params(scenario).to_bytes()
}

/// The key of a user.
pub(super) fn user_key(scenario: &Scenario, name: &str) -> Keypair {
    key(scenario.seed, "user", name)
}

/// The key of a node.
pub(super) fn node_key(scenario: &Scenario, name: &str) -> Keypair {
    key(scenario.seed, "node", name)
}

/// The simulator's plan: nobody lies, and nothing goes wrong by itself.
pub(super) fn plan(scenario: &Scenario) -> Plan {
    let seats = scenario.nodes.iter().map(|node| SeatPlan {
        name: node.name.clone(),
        kind: node.kind,
        key: node_key(scenario, &node.name),
        clock: node.clock,
    });
    Plan {
        seed: scenario.seed,
        faulty: Millis(0),
        params: params(scenario),
        seats: seats.collect(),
        traitor: None,
        hostiles: Vec::new(),
        // Every miner has a rate of its own, so nothing is drawn by it.
        interval: Millis(1_000),
        link: scenario.link.on(Link::default()),
        topology: Topology::FullMesh,
        fault_every: Millis(0),
        work_every: Millis(0),
        longest_split: Millis(0),
    }
}

/// The links as the scenario says.
pub(super) fn links(scenario: &Scenario) -> LinkTable {
    let default = scenario.link.on(Link::default());
    let mut table = LinkTable::new(scenario.seed, default);
    for plan in &scenario.links {
        let ends = [&plan.from, &plan.to].map(|name| id_of(scenario, name));
        let link = plan.set.on(table.link(&ends[0], &ends[1]));
        table.set(ends[0], ends[1], link);
    }
    table
}

/// The id of a node.
pub(super) fn id_of(scenario: &Scenario, name: &str) -> NodeId {
    node_key(scenario, name).node_id()
}

/// Hashes a second of each seat.
pub(super) fn rates(scenario: &Scenario) -> impl Iterator<Item = u64> {
    let rate = |rate: Option<u64>| rate.unwrap_or(USUAL_RATE);
    scenario.nodes.iter().map(move |node| rate(node.hash_rate))
}

/// The seat of a node.
pub(super) fn seat_of(scenario: &Scenario, name: &str) -> Option<usize> {
    scenario.nodes.iter().position(|node| node.name == name)
}

/// A transaction from its canonical bytes in hexadecimal.
pub(super) fn signed_elsewhere(hex: &str) -> Option<Transaction> {
    Transaction::from_bytes(&from_hex(hex).ok()?).ok()
}

fn name(text: &str) -> Name {
    text.parse()
        .unwrap_or_else(|error| unreachable!("names are checked: {error}"))
}

/// A number that is shown to people.
pub(super) fn number(count: usize) -> u64 {
    let count: Result<u64, TryFromIntError> = count.try_into();
    count.unwrap_or(u64::MAX)
}
