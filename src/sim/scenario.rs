//! What a seed says before time begins: the network, its nodes, its links, and how hard a time it
//! will have.

use crate::consensus::{Allocation, Params};
use crate::links::{Link, PerMille, Topology};
use crate::primitives::{Amount, Difficulty, Keypair, Millis, Name, NodeId, NodeKind, Timestamp};

use super::rng::Rng;

/// Time 0 of simulated networks.
pub(crate) const GENESIS_TIME: Timestamp = Timestamp(1_700_000_000_000);
/// Expected hashes of a block at first: few, as each is searched for real.
pub(crate) const DIFFICULTY: Difficulty = Difficulty(16);
/// Within this time after healing the network must be well again.
pub const LIVENESS_WITHIN: Millis = Millis(120_000);
/// Users with coins and a name; `stranger` ones come to them by transfers.
pub(crate) const USERS: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

/// What a person may choose of a simulation beside its seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Simulated time with faults; healing comes after it.
    pub span: Millis,
    /// Number of honest nodes; the seed chooses without it.
    pub nodes: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            span: Millis(20 * 60_000),
            nodes: None,
        }
    }
}

/// One honest node.
#[derive(Clone, Debug)]
pub(crate) struct SeatPlan {
    /// Name.
    pub(crate) name: String,
    /// Work.
    pub(crate) kind: NodeKind,
    /// Key.
    pub(crate) key: Keypair,
    /// How far its clock is ahead in milliseconds.
    pub(crate) clock: i64,
}

/// A whole run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    /// The seed.
    pub(crate) seed: u64,
    /// How long faults happen.
    pub(crate) faulty: Millis,
    /// The network.
    pub(crate) params: Params,
    /// The honest nodes.
    pub(crate) seats: Vec<SeatPlan>,
    /// An authority that seals whatever it likes, if the network has one.
    pub(crate) traitor: Option<Keypair>,
    /// Keys of those who are no nodes and send what they like.
    pub(crate) hostiles: Vec<Keypair>,
    /// Time between work blocks, all miners together.
    pub(crate) interval: Millis,
    /// The links without bad weather.
    pub(crate) link: Link,
    /// Who is linked.
    pub(crate) topology: Topology,
    /// Mean time between faults.
    pub(crate) fault_every: Millis,
    /// Mean time between transactions.
    pub(crate) work_every: Millis,
    /// Longest partition.
    pub(crate) longest_split: Millis,
}

/// The key of a role in a simulated network.
#[must_use]
pub(crate) fn key(seed: u64, role: &str, name: &str) -> Keypair {
    Keypair::derive(&seed_of(seed), role, name)
}

/// What all keys of a run follow from.
pub(crate) fn seed_of(seed: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes
}

fn name(text: &str) -> Name {
    text.parse()
        .unwrap_or_else(|error| unreachable!("a literal: {error}"))
}

impl Scenario {
    /// The run of a seed.
    #[must_use]
    pub(crate) fn new(seed: u64, options: Options) -> Self {
        let mut rng = Rng::new(seed, 0);
        let count = options
            .nodes
            .unwrap_or(*rng.pick(&[2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 9, 12, 15]));
        let seats = seats(seed, count, &mut rng);
        let traitor = rng.one_in(5).then(|| key(seed, "node", "traitor"));
        let hostiles = match rng.below(10) {
            0..5 => 0,
            5..9 => 1,
            _ => 3,
        };
        // The traitor has others talk for it.
        let hostiles = if traitor.is_some() {
            hostiles.max(1)
        } else {
            hostiles
        };
        let hostiles = (0..hostiles)
            .map(|number| key(seed, "hostile", &number.to_string()))
            .collect();
        let fast = rng.one_in(8);
        let params = params(seed, &seats, traitor.as_ref(), &mut rng);
        let link = Link {
            cut: false,
            latency: rng.span(1, 150),
            jitter: rng.span(0, 60),
            loss: PerMille(*rng.pick(&[0, 0, 0, 10, 30])),
            duplication: PerMille(*rng.pick(&[0, 0, 10])),
            reordering: PerMille(*rng.pick(&[0, 0, 10])),
            bandwidth: *rng.pick(&[None, None, Some(200_000), Some(1_000_000)]),
        };
        Self {
            seed,
            faulty: options.span,
            params,
            traitor,
            hostiles,
            interval: if fast {
                Millis(1_200)
            } else {
                rng.span(3_500, 8_000)
            },
            link,
            topology: match rng.below(6) {
                0 => Topology::Ring,
                1 => Topology::Star,
                2 => Topology::Random { degree: 3 },
                _ => Topology::FullMesh,
            },
            fault_every: *rng.pick(&[
                Millis(8_000),
                Millis(20_000),
                Millis(40_000),
                Millis(90_000),
            ]),
            work_every: rng.span(2_000, 12_000),
            longest_split: if fast {
                Millis(540_000)
            } else {
                Millis(150_000)
            },
            seats,
        }
    }

    /// Ids of the honest nodes.
    #[must_use]
    pub(crate) fn ids(&self) -> Vec<NodeId> {
        self.seats.iter().map(|seat| seat.key.node_id()).collect()
    }
}

fn seats(seed: u64, count: usize, rng: &mut Rng) -> Vec<SeatPlan> {
    // Mostly both kinds; at times only one, as a network may be.
    let only = rng.below(10);
    let mut seats = Vec::new();
    for number in 0..count {
        let kind = match (only, number) {
            (0, 0..2) | (_, 1) if only != 1 => NodeKind::Poa,
            (1, _) | (_, 0) => NodeKind::Pow,
            (0, _) => *rng.pick(&[NodeKind::Poa, NodeKind::Viewer]),
            _ => *rng.pick(&[
                NodeKind::Pow,
                NodeKind::Pow,
                NodeKind::Pow,
                NodeKind::Poa,
                NodeKind::Poa,
                NodeKind::Viewer,
            ]),
        };
        let clock = i64::try_from(rng.below(1_600)).unwrap_or(0) - 800;
        let name = format!("{}-{number}", kind.word());
        seats.push(SeatPlan {
            key: key(seed, "node", &name),
            name,
            kind,
            clock,
        });
    }
    seats
}

fn params(seed: u64, seats: &[SeatPlan], traitor: Option<&Keypair>, rng: &mut Rng) -> Params {
    let mut salt = [1; 32];
    salt[..8].copy_from_slice(&seed.to_le_bytes());
    let operator = key(seed, "user", "operator").address();
    let mut params = Params::playground(name("sim"), salt, GENESIS_TIME, operator);
    params.difficulty = DIFFICULTY;
    params.authority_weight = DIFFICULTY;
    params.authority_reward = Amount(rng.below(3));
    let authorities = seats
        .iter()
        .filter(|seat| seat.kind == NodeKind::Poa)
        .map(|seat| seat.key.address());
    params.authorities = authorities.chain(traitor.map(Keypair::address)).collect();
    let users = USERS.iter().map(|user| Allocation {
        address: key(seed, "user", user).address(),
        amount: Amount(10_000),
        name: Some(name(user)),
    });
    let operator = Allocation {
        address: operator,
        amount: Amount(10_000),
        name: None,
    };
    params.allocation = users.chain([operator]).collect();
    params
}
