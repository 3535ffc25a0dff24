//! The page of the network: what can be done to it, and what each of its parts shows.

use crate::ipc::{BlockFinality, BlockSummary, MinerStatus, NodeKind, NodeState, NodeStatus, Pace};
use crate::records::{BlockKind, MinerState};
use crate::view::figures::{
    ago, chance, compact, count_of, grouped, interval, percent, short, span,
};
use crate::view::words;
use crate::view::{Model, NodeView, TabMode};

/// Most blocks in the row of the latest: more than a wide screen shows.
const MAX_LATEST: usize = 14;
/// Most makers of blocks before it; the rest is counted.
const MAX_MAKERS: usize = 6;
/// Blocks over which the mean time is taken.
const RECENT_BLOCKS: usize = 21;

/// Whether a node's worker has ended, so that it can be started.
#[must_use]
pub const fn has_ended(state: NodeState) -> bool {
    matches!(
        state,
        NodeState::Stopped | NodeState::Killed | NodeState::Failed
    )
}

/// Whether all nodes of this tab have ended.
#[must_use]
pub fn all_ended(model: &Model) -> bool {
    let mut own = model.nodes.iter().filter(|node| node.own).peekable();
    own.peek().is_some() && own.all(|node| has_ended(node.status.state))
}

/// The paces that can be chosen now, with a word for each.
#[must_use]
pub fn paces(model: &Model) -> Vec<(&'static str, Pace)> {
    match model.pace {
        Pace::Paused => vec![("Mine again", model.resumed)],
        Pace::Full | Pace::Max => {
            vec![("Slow down", model.limited), ("Pause mining", Pace::Paused)]
        }
        Pace::Interval { .. } => vec![("Full speed", Pace::Full), ("Pause mining", Pace::Paused)],
    }
}

/// Whether the miners at full speed find a block each second or sooner, which only an automatic
/// difficulty changes.
#[must_use]
pub fn is_too_easy(model: &Model) -> bool {
    let up = model.nodes.iter().filter(|node| node.own && node.is_up());
    let own: Vec<_> = up.map(|node| &node.status).collect();
    let rate: f64 = own.iter().map(|status| status.hash_rate).sum();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let easy = |difficulty: u64| rate > difficulty as f64;
    let all_easy = own
        .iter()
        .all(|status| status.automatic.is_none() && easy(status.difficulty));
    all_easy && rate > 0.0 && matches!(model.pace, Pace::Full | Pace::Max)
}

/// Rates of traffic that can be chosen, payments and messages a minute.
const RATES: [u32; 6] = [0, 10, 30, 60, 120, 600];

/// The rates of traffic that can be chosen, with a word for each; among them the one that holds
/// now.
#[must_use]
pub fn rates(now: u32) -> Vec<(u32, String)> {
    let mut rates = RATES.to_vec();
    if !rates.contains(&now) {
        rates.push(now);
        rates.sort_unstable();
    }
    let word = |rate: u32| match rate {
        0 => "off".to_owned(),
        rate => format!("{} a minute", grouped(rate.into())),
    };
    rates.into_iter().map(|rate| (rate, word(rate))).collect()
}

/// Hashes per second of all nodes that run.
#[must_use]
pub fn hash_rate(model: &Model) -> f64 {
    let up = model.nodes.iter().filter(|node| node.is_up());
    up.map(|node| node.status.hash_rate).sum()
}

/// The pace in a few words.
#[must_use]
pub fn pace(pace: Pace) -> String {
    match pace {
        Pace::Interval { ms } => format!("A work block about every {}", interval(ms)),
        Pace::Full => "Full speed, one core left to the page".to_owned(),
        Pace::Max => "Full speed on all cores".to_owned(),
        Pace::Paused => "Paused".to_owned(),
    }
}

/// What the nodes do, in one sentence.
#[must_use]
pub fn lead(model: &Model) -> String {
    let up = |kind: NodeKind, paused: bool| {
        let is_of = |node: &&NodeView| {
            node.is_up() && node.status.kind == kind && node.is_paused() == paused
        };
        u64::try_from(model.nodes.iter().filter(is_of).count()).unwrap_or(u64::MAX)
    };
    let parts = [
        (
            up(NodeKind::Pow, true),
            "node rests",
            "nodes rest",
            ", as mining is paused",
        ),
        (
            up(NodeKind::Pow, false),
            "node mines",
            "nodes mine",
            " by proof of work",
        ),
        (
            up(NodeKind::Poa, false),
            "node seals",
            "nodes seal",
            " in turn by proof of authority",
        ),
        (
            up(NodeKind::Viewer, false),
            "node watches",
            "nodes watch",
            " without making blocks",
        ),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many, how)| format!("{}{how}", count_of(count, one, many)))
        .collect();
    match parts.as_slice() {
        [] if is_starting(model) => "The nodes are starting.".to_owned(),
        [] => "No node is running.".to_owned(),
        [one] => format!("{one}."),
        [head @ .., last] => {
            format!(
                "{}, and {last}. All extend the same chain.",
                head.join(", ")
            )
        }
    }
}

/// Whether nodes are about to run.
fn is_starting(model: &Model) -> bool {
    let mut states = model.nodes.iter().map(|node| node.status.state);
    model.mode == TabMode::Starting || states.any(|state| state == NodeState::Starting)
}

/// Mean time between the latest blocks of the best chain.
#[must_use]
pub fn recent(model: &Model) -> Option<String> {
    let mined = chain(model).filter(|block| block.height > 0);
    let times: Vec<u64> = mined
        .take(RECENT_BLOCKS)
        .map(|block| block.timestamp)
        .collect();
    let (newest, oldest) = (times.first()?, times.last()?);
    let gaps = u64::try_from(times.len()).ok()?.checked_sub(1)?;
    let mean = newest.saturating_sub(*oldest).checked_div(gaps)?;
    Some(format!(
        "{} over {}",
        span(mean),
        count_of(gaps + 1, "block", "blocks")
    ))
}

/// The blocks below the heaviest tip, newest first. While no node runs there is no tip, but the
/// chain is still there.
fn chain(model: &Model) -> impl Iterator<Item = &BlockSummary> {
    let tip = model
        .tips
        .first()
        .and_then(|tip| model.blocks.get(&tip.hash));
    let newest = tip.or_else(|| model.blocks.values().max_by_key(|block| block.weight));
    let parent =
        |block: &&BlockSummary| model.blocks.get(&block.previous_hash).map(|block| &**block);
    std::iter::successors(newest.map(|block| &**block), parent)
}

/// A block in the row of the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its id.
    pub hash: String,
    /// Its height.
    pub height: u64,
    /// Who may make it.
    pub kind: BlockKind,
    /// Its maker's name; `genesis` for the first block.
    pub maker: String,
    /// Transactions in it.
    pub transactions: u32,
    /// How long ago it was made, in words such as `12 s ago`.
    pub age: String,
    /// How far it is decided.
    pub decided: BlockFinality,
}

/// How far a block of the heaviest chain is decided at a height.
#[must_use]
pub fn decided(status: Option<&NodeStatus>, height: u64) -> BlockFinality {
    match status.map(|status| &status.finality) {
        Some(finality) if finality.authorities == 0 => BlockFinality::Plain,
        Some(finality) if height <= finality.final_height => BlockFinality::Final,
        Some(finality) if height <= finality.justified_height => BlockFinality::Justified,
        Some(_) | None => BlockFinality::Plain,
    }
}

/// The newest blocks of the heaviest chain, the newest first.
#[must_use]
pub fn latest(model: &Model, now: u64) -> Vec<Card> {
    let status = model.heaviest();
    let card = |block: &BlockSummary| Card {
        hash: block.hash.clone(),
        height: block.height,
        kind: block.kind,
        maker: maker(block).to_owned(),
        transactions: block.transactions_count,
        age: ago(block.timestamp, now),
        decided: decided(status, block.height),
    };
    chain(model).take(MAX_LATEST).map(card).collect()
}

/// Who made a block: nobody made the first.
#[must_use]
pub fn maker(block: &BlockSummary) -> &str {
    if block.height == 0 {
        "genesis"
    } else {
        &block.miner
    }
}

/// A node that makes a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: NodeKind,
    /// How far it is, in words: tries and their chance, the time to its slot, or `idle`.
    pub what: String,
}

/// Who makes a block now, and how many more than are shown.
#[must_use]
pub fn makers(model: &Model, now: u64) -> (Vec<Maker>, usize) {
    let makes = |node: &&NodeView| node.is_up() && node.status.kind != NodeKind::Viewer;
    let all = || model.nodes.iter().filter(makes);
    let maker = |node: &NodeView| Maker {
        id: node.status.id.clone(),
        name: node.status.name.clone(),
        kind: node.status.kind,
        what: making(node, now),
    };
    let shown = all().take(MAX_MAKERS).map(maker).collect();
    (shown, all().count().saturating_sub(MAX_MAKERS))
}

fn making(node: &NodeView, now: u64) -> String {
    let status = &node.status;
    let searching = || {
        node.miners
            .iter()
            .filter(|miner| miner.state == MinerState::Searching)
    };
    let difficulty = searching().next().map(|miner| miner.difficulty);
    match (status.kind, difficulty, status.next_slot_at) {
        _ if !node.own => "in another tab".to_owned(),
        (NodeKind::Pow, Some(difficulty), _) => {
            let hashes = searching().map(|miner| miner.hashes).sum();
            let share = percent(chance(hashes, difficulty));
            format!("{}, {share}", count_of(hashes, "try", "tries"))
        }
        (NodeKind::Poa, _, Some(at)) if at > now => format!("slot in {}", span(at - now)),
        (NodeKind::Poa, _, Some(_)) => "slot now".to_owned(),
        _ => "idle".to_owned(),
    }
}

/// Where a miner is in its part of the nonces. That has no end that anybody sees: a search takes
/// far fewer tries.
#[must_use]
pub fn nonce(miner: &MinerStatus) -> String {
    let (now, first) = (grouped(miner.nonce), grouped(miner.nonce_start));
    format!("{now}, in a part that begins at {first}")
}

/// A line of the table of nodes: what is shown, and nothing else, so that a line is drawn again
/// only when it reads differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: NodeKind,
    /// Its state.
    pub state: NodeState,
    /// Whether it takes part now.
    pub up: bool,
    /// Whether this tab runs it.
    pub own: bool,
    /// Height of its head.
    pub height: u64,
    /// Id of its head.
    pub head: String,
    /// State root of its head.
    pub state_root: String,
    /// Peers; empty where only its own tab knows.
    pub peers: String,
    /// Transactions that wait; empty where only its own tab knows.
    pub pending: String,
    /// How it makes blocks, in words with its hash rate or the time to its slot.
    pub work: String,
    /// How far its ledger is durable; empty where only its own tab knows.
    pub durable: String,
}

impl NodeLine {
    /// The line of a node.
    #[must_use]
    pub fn of(node: &NodeView, now: u64) -> Self {
        let status = &node.status;
        let own = |text: String| if node.own { text } else { String::new() };
        Self {
            id: status.id.clone(),
            name: status.name.clone(),
            kind: status.kind,
            state: status.state,
            up: node.is_up(),
            own: node.own,
            height: status.height,
            head: status.head.clone(),
            state_root: status.state_root.clone(),
            peers: own(status.peers.to_string()),
            pending: own(status.pending.to_string()),
            work: work(node, now),
            durable: own(match status.degraded {
                Some(_) => "in memory".to_owned(),
                None => grouped(status.durable_height),
            }),
        }
    }
}

fn work(node: &NodeView, now: u64) -> String {
    let status = &node.status;
    match (status.kind, status.next_slot_at) {
        _ if !node.is_up() => "nothing now".to_owned(),
        (NodeKind::Pow, _) if !node.own => "work".to_owned(),
        (NodeKind::Poa, _) if !node.own => "authority".to_owned(),
        (NodeKind::Pow, _) => format!("work, {} hashes/s", compact(status.hash_rate)),
        (NodeKind::Poa, Some(at)) => format!("authority, slot in {}", span(at.saturating_sub(now))),
        (NodeKind::Poa, None) => "authority, no slot".to_owned(),
        (NodeKind::Viewer, _) => "none, it watches".to_owned(),
    }
}

/// A node in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeMark {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: NodeKind,
    /// Its state.
    pub state: NodeState,
    /// Whether it takes part now.
    pub up: bool,
    /// Whether this tab runs it.
    pub own: bool,
    /// Its height in groups of three digits.
    pub height: String,
    /// Its head, or its state where it has none to follow.
    pub below: String,
    /// Which of several tips it has; none while there is only one.
    pub tip: Option<char>,
}

impl NodeMark {
    /// What the picture shows of a node.
    #[must_use]
    pub fn of(model: &Model, node: &NodeView) -> Self {
        let (status, up) = (&node.status, node.is_up());
        Self {
            id: status.id.clone(),
            name: status.name.clone(),
            kind: status.kind,
            state: status.state,
            up,
            own: node.own,
            height: grouped(status.height),
            below: if up {
                short(&status.head)
            } else {
                words::state(status.state).to_owned()
            },
            tip: tip_letter(model, node),
        }
    }

    /// Its accessible name: first the visible text in its order, so that speech input finds the
    /// node by what the picture shows (WCAG 2.5.3), then its kind and state.
    #[must_use]
    pub fn label(&self) -> String {
        let tip = self
            .tip
            .map(|letter| format!(" {letter}"))
            .unwrap_or_default();
        let (kind, state) = (words::kind(self.kind), words::state(self.state));
        format!(
            "{} {} {}{tip}: {kind}, {state}",
            self.name, self.height, self.below
        )
    }
}

fn tip_letter(model: &Model, node: &NodeView) -> Option<char> {
    if model.tips.len() < 2 || !node.is_up() {
        return None;
    }
    let mut tips = model.tips.iter();
    let at = tips.position(|tip| tip.hash == node.status.head)?;
    ('A'..='Z').nth(at)
}

/// A link between two nodes of the picture, by their places in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// Index of one end in the list of nodes.
    pub from: usize,
    /// Index of the other end in the list of nodes.
    pub to: usize,
    /// Whether it is cut.
    pub cut: bool,
}

/// The links between each pair of running nodes that hear each other, or whose link is cut.
#[must_use]
pub fn links(model: &Model, cuts: &[(String, String)]) -> Vec<LinkRow> {
    let mut links = Vec::new();
    let up = || {
        model
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.is_up())
    };
    let hears = |x: &NodeView, y: &NodeView| {
        let mut alive = x.peers.iter().filter(|peer| peer.alive);
        alive.any(|peer| peer.id == y.status.id)
    };
    for (from, a) in up() {
        for (to, b) in up().filter(|(to, _)| *to > from) {
            let cut = is_cut(cuts, &a.status.name, &b.status.name);
            if cut || hears(a, b) || hears(b, a) {
                links.push(LinkRow { from, to, cut });
            }
        }
    }
    links
}

/// Whether the link between two nodes is cut, in either direction.
#[must_use]
pub fn is_cut(cuts: &[(String, String)], a: &str, b: &str) -> bool {
    cuts.iter()
        .any(|(from, to)| (from == a && to == b) || (from == b && to == a))
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
