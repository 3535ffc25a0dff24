//! What happens, put into the [`Model`]: nodes' reports, their workers' states, and what the page
//! learns by itself. What can be derived is derived here once per batch: nodes of other tabs, tips,
//! the best chain, whether all agree.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::measured::Sample;
use super::model::{MAX_BLOCKS, MAX_LOG};
use super::traffic::Traffic;
use super::{Model, NodeView, Problem, TabMode, Tip};
use crate::ipc::{
    BlockSummary, Event, FinalityStatus, Level, NodeKind, NodeState, NodeStatus, Pace, PeerStatus,
    Report, Topic,
};
use crate::primitives::visible;
use crate::records::LedgerStart;

/// Most names kept: far more than nodes and users of a playground.
const MAX_NAMES: usize = 2_000;
/// Most problems kept; later ones are in the log.
const MAX_PROBLEMS: usize = 20;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// The network is known: its name and chain id. Blocks of another chain are forgotten.
    Network {
        /// Name.
        name: String,
        /// Id of the genesis block, in hexadecimal.
        chain_id: String,
    },
    /// The tab's part changed.
    Mode(TabMode),
    /// The pace changed.
    Pace(Pace),
    /// Traffic goes otherwise than before.
    Traffic(Traffic),
    /// The lowest level of a log line changed.
    LogLevel(Level),
    /// This tab has a node now.
    Node {
        /// Node id, in hexadecimal.
        id: String,
        /// Name.
        name: String,
        /// Kind.
        kind: NodeKind,
        /// Name of this tab.
        host: String,
        /// What it is doing.
        state: NodeState,
    },
    /// The state of one of this tab's nodes changed without a report of it.
    State {
        /// The node's name.
        name: String,
        /// Its state.
        state: NodeState,
    },
    /// This tab no longer has a node.
    Gone {
        /// The node's name.
        name: String,
    },
    /// Time went back, or another way: what happened is told again.
    Again,
    /// A node's report.
    Report(Report),
    /// Blocks that a node was asked for.
    Blocks(Vec<BlockSummary>),
    /// A node took the transaction of this id, which a person asked for.
    Sent(String),
    /// The tour was asked for.
    Tour,
    /// This much time it is, in milliseconds, while a node of this tab runs: what is measured over
    /// time is measured.
    Moment(u64),
    /// Something happened outside a node.
    Event(Event),
    /// Something a person should know.
    Problem(Problem),
    /// A person has read a problem.
    Dismiss(Problem),
    /// An address or node id has a name.
    Name {
        /// Address or node id in hexadecimal.
        key: String,
        /// The name.
        name: String,
    },
}

impl Model {
    /// Puts one update in.
    pub fn apply(&mut self, update: Update) {
        self.apply_all([update]);
    }

    /// Puts updates in, in their order, and derives the rest once.
    pub fn apply_all(&mut self, updates: impl IntoIterator<Item = Update>) {
        for update in updates {
            self.put(update);
        }
        while self.log.len() > MAX_LOG {
            self.log.pop_front();
        }
        self.derive_remote();
        self.derive_tips();
        self.derive_best_chain();
        self.in_consensus = self.agrees();
    }

    fn put(&mut self, update: Update) {
        match update {
            Update::Network { name, chain_id } => {
                if self.chain_id != chain_id {
                    self.blocks = BTreeMap::new();
                    Rc::make_mut(&mut self.measured).forget();
                    self.nodes.retain(|node| node.own);
                }
                (self.network, self.chain_id) = (name, chain_id);
            }
            Update::Again => {
                self.blocks = BTreeMap::new();
                self.log.clear();
            }
            Update::Mode(mode) => self.mode = mode,
            Update::Pace(pace) => self.put_pace(pace),
            Update::Traffic(traffic) => self.traffic = traffic,
            Update::LogLevel(level) => self.log_level = level,
            Update::Node {
                id,
                name,
                kind,
                host,
                state,
            } => self.put_node(id, name, kind, host, state),
            Update::State { name, state } => {
                if let Some(node) = self.own_mut(&name) {
                    node.put_state(state);
                }
            }
            Update::Gone { name } => self
                .nodes
                .retain(|node| !node.own || node.status.name != name),
            Update::Report(report) => self.put_report(report),
            Update::Blocks(blocks) => blocks.into_iter().for_each(|block| self.put_block(block)),
            Update::Moment(at) => self.measure(at),
            Update::Sent(id) => self.sent = Some(id),
            Update::Tour => self.tours = self.tours.wrapping_add(1),
            Update::Event(event) => self.put_event(event),
            Update::Problem(problem) => {
                if !self.problems.contains(&problem) && self.problems.len() < MAX_PROBLEMS {
                    self.problems.push(problem);
                }
            }
            Update::Dismiss(read) => self.problems.retain(|problem| *problem != read),
            Update::Name { key, name } => self.put_name(&key, &name),
        }
    }

    fn put_pace(&mut self, pace: Pace) {
        self.pace = pace;
        match pace {
            Pace::Interval { .. } => (self.limited, self.resumed) = (pace, pace),
            Pace::Full | Pace::Max => self.resumed = pace,
            Pace::Paused => {}
        }
    }

    fn own_mut(&mut self, name: &str) -> Option<&mut NodeView> {
        self.nodes
            .iter_mut()
            .find(|node| node.own && node.status.name == name)
    }

    fn put_node(
        &mut self,
        id: String,
        name: String,
        kind: NodeKind,
        host: String,
        state: NodeState,
    ) {
        self.put_name(&id, &name);
        if let Some(node) = self.own_mut(&name) {
            node.put_state(state);
            (node.status.id, node.status.host) = (id, host);
            return;
        }
        let status = NodeStatus {
            state,
            host,
            ..blank(id, name, kind)
        };
        let at = self.nodes.iter().take_while(|node| node.own).count();
        self.nodes.insert(
            at,
            NodeView {
                status,
                miners: Vec::new(),
                peers: Vec::new(),
                own: true,
            },
        );
    }

    fn put_report(&mut self, report: Report) {
        let Report {
            status,
            miners,
            mut peers,
            events,
            events_dropped,
        } = report;
        for peer in &mut peers {
            // Strangers choose these two.
            (peer.name, peer.host) = (one_line(&peer.name), one_line(&peer.host));
            self.put_name(&peer.id, &peer.name);
        }
        let name = status.name.clone();
        let at = events.last().map(|event| event.at);
        for event in events {
            self.put_event(event);
        }
        if let (true, Some(at)) = (events_dropped > 0, at) {
            let text =
                format!("{events_dropped} more events were left out: there were too many at once");
            let node = name.clone();
            let (level, topic) = (Level::Info, Topic::Network);
            self.put_event(Event::plain(node, at, level, topic, text));
        }
        if let Some(node) = self.own_mut(&name) {
            node.status = status;
            node.miners = miners;
            node.peers = peers;
        }
    }

    fn put_event(&mut self, mut event: Event) {
        event.text = one_line(&event.text);
        if let Some(block) = &event.block {
            Rc::make_mut(&mut self.measured).see(&block.hash, &event.node, event.at);
            self.put_block(block.clone());
        }
        if event.level >= self.log_level {
            self.log.push_back(Rc::new(event));
        }
    }

    fn measure(&mut self, at: u64) {
        if !self.measured.is_due(at) {
            return;
        }
        let own = || self.nodes.iter().filter(|node| node.own && node.is_up());
        let pending = own().map(|node| node.status.pending).max();
        let heaviest = own()
            .map(|node| &node.status)
            .max_by_key(|status| status.weight);
        let (Some(pending), Some(heaviest)) = (pending, heaviest) else {
            return;
        };
        let decided = &heaviest.finality;
        let lag =
            (decided.authorities > 0).then(|| heaviest.height.saturating_sub(decided.final_height));
        Rc::make_mut(&mut self.measured).sample(Sample { at, pending, lag });
    }

    /// Which blocks are on the best chain follows from all of them, whatever one node says.
    fn put_block(&mut self, mut block: BlockSummary) {
        block.record.on_best_chain = self
            .blocks
            .get(&block.hash)
            .is_some_and(|known| known.on_best_chain);
        block.miner = one_line(&block.miner);
        self.blocks.insert(block.hash.clone(), Rc::new(block));
    }

    fn put_name(&mut self, key: &str, name: &str) {
        let room = self.names.len() < MAX_NAMES || self.names.contains_key(key);
        if room && !name.is_empty() && self.names.get(key).is_none_or(|old| old != name) {
            Rc::make_mut(&mut self.names).insert(key.to_owned(), name.to_owned());
        }
    }

    /// Nodes of other tabs: what this tab's nodes have lately heard of, as the one who heard last
    /// tells it.
    fn derive_remote(&mut self) {
        let (own, _): (Vec<NodeView>, Vec<NodeView>) =
            self.nodes.drain(..).partition(|node| node.own);
        let mut remote: Vec<&PeerStatus> = Vec::new();
        let heard = own
            .iter()
            .filter(|node| node.is_up())
            .flat_map(|node| &node.peers);
        for peer in
            heard.filter(|peer| peer.alive && own.iter().all(|node| node.status.id != peer.id))
        {
            match remote.iter_mut().find(|known| known.id == peer.id) {
                Some(known) if (peer.last_seen, peer.weight) > (known.last_seen, known.weight) => {
                    *known = peer
                }
                Some(_) => {}
                None => remote.push(peer),
            }
        }
        let mut views: Vec<NodeView> = remote
            .into_iter()
            .map(|peer| self.remote_view(peer))
            .collect();
        views.sort_unstable_by(|a, b| {
            a.status
                .name
                .cmp(&b.status.name)
                .then_with(|| a.status.id.cmp(&b.status.id))
        });
        self.nodes = own;
        self.nodes.append(&mut views);
    }

    fn remote_view(&self, peer: &PeerStatus) -> NodeView {
        let state_root = self
            .blocks
            .get(&peer.head)
            .map(|block| block.state_root.clone())
            .unwrap_or_default();
        let status = NodeStatus {
            state: NodeState::Remote,
            height: peer.height,
            head: peer.head.clone(),
            state_root,
            weight: peer.weight,
            host: peer.host.clone(),
            ..blank(peer.id.clone(), peer.name.clone(), peer.kind)
        };
        NodeView {
            status,
            miners: Vec::new(),
            peers: Vec::new(),
            own: false,
        }
    }

    fn derive_tips(&mut self) {
        let mut tips: Vec<(u64, Tip)> = Vec::new();
        for NodeView { status, .. } in self
            .nodes
            .iter()
            .filter(|node| node.is_up() && !node.status.head.is_empty())
        {
            let name = status.name.clone();
            match tips.iter_mut().find(|(_, tip)| tip.hash == status.head) {
                Some((_, tip)) => tip.nodes.push(name),
                None => {
                    let tip = Tip {
                        hash: status.head.clone(),
                        height: status.height,
                        nodes: vec![name],
                    };
                    tips.push((status.weight, tip));
                }
            }
        }
        tips.sort_unstable_by(|(a_weight, a), (b_weight, b)| {
            (b_weight, b.nodes.len(), &a.hash).cmp(&(a_weight, a.nodes.len(), &b.hash))
        });
        self.tips = tips.into_iter().map(|(_, tip)| tip).collect();
    }

    /// Marks the blocks of the branch of the heaviest tip that is here, and keeps only the highest
    /// blocks.
    fn derive_best_chain(&mut self) {
        while self.blocks.len() > MAX_BLOCKS {
            let lowest = self
                .blocks
                .values()
                .min_by_key(|block| block.height)
                .map(|block| block.hash.clone());
            if lowest.is_none_or(|hash| self.blocks.remove(&hash).is_none()) {
                break;
            }
        }
        // A head that a stranger claims may be made up: only one that is here has a branch.
        let mut heads = self.tips.iter();
        let Some(head) = heads.find_map(|tip| self.blocks.get(&tip.hash)) else {
            return;
        };
        let parent = |block: &&Rc<BlockSummary>| {
            self.blocks
                .get(&block.previous_hash)
                .filter(|parent| parent.height + 1 == block.height)
        };
        let branch: Vec<&Rc<BlockSummary>> = std::iter::successors(Some(head), parent).collect();
        let is_on = |block: &Rc<BlockSummary>| {
            let below = head
                .height
                .checked_sub(block.height)
                .and_then(|below| usize::try_from(below).ok());
            below
                .and_then(|below| branch.get(below))
                .is_some_and(|on| Rc::ptr_eq(on, block))
        };
        let wrong = |block: &&Rc<BlockSummary>| block.on_best_chain != is_on(block);
        let wrong: Vec<String> = self
            .blocks
            .values()
            .filter(wrong)
            .map(|block| block.hash.clone())
            .collect();
        for hash in wrong {
            if let Some(block) = self.blocks.get_mut(&hash) {
                let block = Rc::make_mut(block);
                block.record.on_best_chain = !block.on_best_chain;
            }
        }
    }

    /// Whether every node that runs here or elsewhere has the same head and state. A node that is
    /// starting or catching up is not there yet.
    fn agrees(&self) -> bool {
        let live = || {
            self.nodes
                .iter()
                .filter(|node| node.is_up() || node.status.state == NodeState::Starting)
        };
        let Some(first) = live().next() else {
            return false;
        };
        let root = live()
            .map(|node| node.status.state_root.as_str())
            .find(|root| !root.is_empty())
            .unwrap_or_default();
        live().all(|NodeView { status, .. }| {
            matches!(status.state, NodeState::Running | NodeState::Remote)
                && !status.head.is_empty()
                && status.head == first.status.head
                && (status.state_root.is_empty() || status.state_root == root)
        })
    }
}

impl NodeView {
    /// What is measured of a node that does not run is nothing; its head stays where it was.
    fn put_state(&mut self, state: NodeState) {
        self.status.state = state;
        if !self.is_up() {
            self.miners.clear();
            self.peers.clear();
            self.status.peers = 0;
            self.status.hash_rate = 0.0;
            self.status.hash_budget = None;
            self.status.next_slot_at = None;
        }
    }
}

fn blank(id: String, name: String, kind: NodeKind) -> NodeStatus {
    NodeStatus {
        id,
        name,
        kind,
        state: NodeState::Starting,
        height: 0,
        head: String::new(),
        state_root: String::new(),
        weight: 0,
        peers: 0,
        pending: 0,
        hash_rate: 0.0,
        hash_budget: None,
        next_slot_at: None,
        durable_height: 0,
        written_bytes: 0,
        degraded: None,
        difficulty: 0,
        automatic: None,
        authorities: 0,
        is_authority: kind == NodeKind::Poa,
        blocks_made: 0,
        frames_in: 0,
        frames_out: 0,
        frames_refused: 0,
        host: String::new(),
        ledger_start: LedgerStart::New,
        finality: FinalityStatus::default(),
    }
}

/// What others wrote, as it is safe to show within a sentence or a line: characters that hide are
/// escapes, and ends of lines are blanks, so that nobody writes a line of his own into the log.
fn one_line(text: &str) -> String {
    visible(text).replace(['\n', '\r', '\t'], " ")
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
