//! Everything that the page shows, in one value. Node workers' reports go in, pictures and tables
//! come out; nothing is shown that is not in here.
//!
//! Bounds: [`MAX_LOG`] log lines, [`MAX_BLOCKS`] blocks (the highest), one entry per node.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use serde::Serialize;

use super::measured::Measured;
use super::traffic::Traffic;
use crate::ipc::{
    BlockSummary, Event, Level, MinerStatus, NodeState, NodeStatus, Pace, PeerStatus,
};
use crate::records::MinerState;

/// Most log lines kept.
pub const MAX_LOG: usize = 2_000;
/// Most blocks kept for the block tree; the lowest go first.
pub const MAX_BLOCKS: usize = 400;

/// The page's picture of the network. What it has much of is shared with the picture before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The network's name.
    pub network: String,
    /// Id of the genesis block, in hexadecimal; empty while the network is not known.
    pub chain_id: String,
    /// What this tab does in the network.
    pub mode: TabMode,
    /// The nodes of this tab in the order they were made, then those of other tabs by name.
    pub nodes: Vec<NodeView>,
    /// Recent blocks of all nodes by hash, on any branch.
    pub blocks: BTreeMap<String, Rc<BlockSummary>>,
    /// Distinct heads of the nodes that take part, heaviest first.
    pub tips: Vec<Tip>,
    /// Whether all running nodes have the same head and the same state root.
    pub in_consensus: bool,
    /// How fast miners hash.
    pub pace: Pace,
    /// The last pace with a limit, to which one comes back from full speed.
    pub limited: Pace,
    /// The last pace at which miners hashed, to which one comes back from a pause.
    pub resumed: Pace,
    /// Payments and messages that the page sends by itself.
    pub traffic: Traffic,
    /// Id of the transaction that was sent last because a person asked for it.
    pub sent: Option<String>,
    /// How often the tour was asked for.
    pub tours: u32,
    /// Lowest level of a line that goes into the log.
    pub log_level: Level,
    /// What is measured over time, for the charts.
    pub measured: Rc<Measured>,
    /// Log lines, oldest first.
    pub log: VecDeque<Rc<Event>>,
    /// What went wrong and a person should know, such as a wrong link parameter or a missing
    /// capability of the browser.
    pub problems: Vec<Problem>,
    /// Names of addresses and node ids, for showing instead of hexadecimal.
    pub names: Rc<BTreeMap<String, String>>,
}

impl Model {
    /// The picture of a network before anything is known of it.
    #[must_use]
    pub fn new(network: &str) -> Self {
        Self {
            network: network.to_owned(),
            chain_id: String::new(),
            mode: TabMode::Starting,
            nodes: Vec::new(),
            blocks: BTreeMap::new(),
            tips: Vec::new(),
            in_consensus: false,
            pace: Pace::DEFAULT,
            limited: Pace::DEFAULT,
            resumed: Pace::DEFAULT,
            traffic: Traffic::default(),
            sent: None,
            tours: 0,
            log_level: Level::Info,
            measured: Rc::default(),
            log: VecDeque::new(),
            problems: Vec::new(),
            names: Rc::default(),
        }
    }

    /// The node of this tab with the heaviest chain: only these tell all of themselves.
    #[must_use]
    pub fn heaviest(&self) -> Option<&NodeStatus> {
        self.nodes
            .iter()
            .filter(|node| node.own)
            .map(|node| &node.status)
            .max_by_key(|status| status.weight)
    }
}

/// One node with its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// Its row of `status`; of a node in another tab only what it tells its peers.
    pub status: NodeStatus,
    /// Its miner workers; none where another tab runs it.
    pub miners: Vec<MinerStatus>,
    /// Its peers; none where another tab runs it.
    pub peers: Vec<PeerStatus>,
    /// Whether this tab runs it, so that it can be stopped here.
    pub own: bool,
}

impl NodeView {
    /// Whether the node takes part now: it runs or syncs here, or is heard from another tab.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(
            self.status.state,
            NodeState::Running | NodeState::Syncing | NodeState::Remote
        )
    }

    /// Whether its miners rest until they are given a pace.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        !self.miners.is_empty()
            && self
                .miners
                .iter()
                .all(|miner| miner.state == MinerState::Paused)
    }
}

/// A head that at least one node has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Block id: 64 lower-case hex digits.
    pub hash: String,
    /// Height.
    pub height: u64,
    /// Names of the nodes that have it.
    pub nodes: Vec<String>,
}

/// What a tab does in its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabMode {
    /// Not yet known.
    Starting,
    /// This tab runs the network's nodes.
    Host,
    /// The network cannot be opened here.
    Failed,
    /// Another tab runs the network's nodes; this one watches with a validating node of its own,
    /// and may add nodes.
    Viewer,
}

/// Something a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Name of the rule or kind of mistake, in snake case.
    pub code: String,
    /// A plain sentence.
    pub message: String,
    /// What the page offers to do about it.
    #[serde(skip)]
    pub offers: Vec<Offer>,
}

/// What the page offers to do about a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// To run a line of the console.
    Run {
        /// What the button says.
        label: &'static str,
        /// The line.
        line: String,
    },
    /// To load the page again.
    Reload,
}
