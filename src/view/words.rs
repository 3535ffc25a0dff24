//! Sentences about the network's pace, its nodes and what is sent. Pure; shown before any number.

use crate::ipc::{NodeKind, NodeState, NodeStatus, Pace};
use crate::primitives::visible;
use crate::records::{MinerState, PayloadKind};

use super::figures::{self, compact, count_of, grouped, interval, span};
use super::{Model, NodeView, TabMode};

/// The pace of the miners in one sentence; it says what is measured and what is a limit.
#[must_use]
pub fn pace(model: &Model) -> String {
    let working = model
        .nodes
        .iter()
        .filter(|node| node.status.kind == NodeKind::Pow);
    let miners: Vec<_> = working
        .flat_map(|node| &node.miners)
        .filter(|m| m.state != MinerState::Stopped)
        .collect();
    let count = f64::from(u32::try_from(miners.len()).unwrap_or(u32::MAX));
    let rate = miners.iter().map(|miner| miner.hash_rate).sum::<f64>() / count.max(1.0);
    let budget = miners.iter().filter_map(|miner| miner.budget).sum::<f64>() / count.max(1.0);
    match model.pace {
        Pace::Paused => "Mining is paused".to_owned(),
        Pace::Full | Pace::Max if miners.is_empty() => "Full speed".to_owned(),
        Pace::Full => format!(
            "Full speed with one core free: {} hashes/s per miner",
            compact(rate)
        ),
        Pace::Max => format!(
            "Full speed on all cores: {} hashes/s per miner",
            compact(rate)
        ),
        Pace::Interval { ms } if miners.is_empty() => {
            format!("Paced: a work block about every {}", interval(ms))
        }
        Pace::Interval { .. } => format!(
            "Paced: {} of {} hashes/s per miner",
            compact(rate),
            compact(budget)
        ),
    }
}

/// The difficulty of the next work block, and whether the network moves it.
#[must_use]
pub fn difficulty(status: &NodeStatus) -> String {
    let value = figures::difficulty(status.difficulty);
    match status.automatic {
        Some(ms) => format!(
            "{value}, automatic: a work block about every {}",
            interval(ms)
        ),
        None => value,
    }
}

/// A work block that takes longer than the slowest pace that can be chosen, 600 s, is far away.
const FAR_MS: f64 = 600_000.0;

/// A warning, as a further sentence, where no authority makes blocks and the next work block of
/// this difficulty is far away: a change that takes it back waits for such blocks too.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a span of time for people; a float becomes the nearest integer and never wraps"
)]
pub fn far_away(model: &Model, difficulty: u64) -> Option<String> {
    let makes_blocks = |node: &NodeView| {
        node.status.kind == NodeKind::Poa && node.is_up() && (node.status.is_authority || !node.own)
    };
    // What miners reach without a budget, as a budget grows with the difficulty.
    let rate: f64 = model
        .nodes
        .iter()
        .flat_map(|node| &node.miners)
        .map(|miner| miner.uncapped.max(miner.hash_rate))
        .sum();
    let ms = difficulty as f64 * 1_000.0 / rate;
    if rate <= 0.0 || ms <= FAR_MS || model.nodes.iter().any(makes_blocks) {
        return None;
    }
    Some(format!(
        " Warning: no authority runs, so each block then takes about {} at the {} hashes/s that the miners reach, and the \
         way back is as long: a change of the difficulty is in force some blocks after it was sent. A smaller one, or \
         `difficulty auto`, that is committed before this one is in force comes in its place.",
        span(ms as u64),
        compact(rate)
    ))
}

/// What the tab does, in one sentence.
#[must_use]
pub const fn tab(mode: TabMode) -> &'static str {
    match mode {
        TabMode::Starting => "This tab is starting",
        TabMode::Failed => "The network is not open in this tab",
        TabMode::Host => "This tab runs the network",
        TabMode::Viewer => {
            "Another tab runs the network; this tab watches with its own validating node"
        }
    }
}

/// A kind of node in words.
#[must_use]
pub const fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Pow => "proof of work",
        NodeKind::Poa => "proof of authority",
        NodeKind::Viewer => "viewer",
    }
}

/// A state of a node in one word.
#[must_use]
pub const fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Starting => "starting",
        NodeState::Syncing => "syncing",
        NodeState::Running => "running",
        NodeState::Stopped => "stopped",
        NodeState::Killed => "killed",
        NodeState::Failed => "failed",
        NodeState::Remote => "in another tab",
    }
}

/// What a node does now, in one sentence.
#[must_use]
pub fn node(node: &NodeView, now: u64) -> String {
    let status = &node.status;
    let (name, next) = (&status.name, grouped(status.height.saturating_add(1)));
    match (status.state, status.kind) {
        (NodeState::Starting, _) => {
            format!("{name} is starting: its worker comes up and reads its ledger.")
        }
        (NodeState::Stopped, _) => {
            format!("{name} was stopped cleanly. Its ledger is kept; start it to go on.")
        }
        (NodeState::Killed, _) => {
            format!(
                "{name} was killed: its worker was ended at once. Started again, it goes on from its ledger."
            )
        }
        (NodeState::Failed, _) => format!("{name} failed. The log says why."),
        (NodeState::Syncing, _) => {
            format!("{name} fetches blocks that it lacks before it goes on.")
        }
        (NodeState::Running | NodeState::Remote, NodeKind::Pow) if node.is_paused() => {
            format!("{name} rests, as mining is paused, and checks every block of the others.")
        }
        (NodeState::Running | NodeState::Remote, NodeKind::Pow) => {
            format!(
                "{name} tries nonces for work block {next} and checks every block of the others."
            )
        }
        (NodeState::Running | NodeState::Remote, NodeKind::Poa) if !status.is_authority => {
            format!(
                "{name} checks every block. It seals none, as it is not among the network's authorities."
            )
        }
        (NodeState::Running | NodeState::Remote, NodeKind::Poa) => match status.next_slot_at {
            Some(at) if at > now => format!(
                "{name} seals an authority block in its next slot, in {}.",
                span(at - now)
            ),
            _ => format!("{name} seals an authority block in each slot that is its turn."),
        },
        (NodeState::Running | NodeState::Remote, NodeKind::Viewer) => {
            format!("{name} checks every block and makes none.")
        }
    }
}

/// A transaction in one sentence: who does what. Hidden characters of the memo are escapes.
#[must_use]
pub fn transaction(kind: PayloadKind, from: &str, to: &str, amount: u64, memo: &str) -> String {
    let memo = visible(memo);
    match kind {
        PayloadKind::Transfer => {
            format!("{from} sends {} to {to}", count_of(amount, "coin", "coins"))
        }
        PayloadKind::Message if to.is_empty() => format!("{from} writes “{memo}”"),
        PayloadKind::Message => format!("{from} writes “{memo}” to {to}"),
        PayloadKind::RegisterUser => format!("{from} takes the name {memo}"),
        PayloadKind::CreateAsset => format!("{from} creates {} units of {memo}", grouped(amount)),
        PayloadKind::TransferAsset => {
            format!("{from} sends {} units of an asset to {to}", grouped(amount))
        }
        PayloadKind::SetParams => format!("{from} changes the network's parameters"),
    }
}

/// A full-width name stays readable: user names are short, addresses are cut to eight digits.
#[must_use]
pub fn who(name_or_address: &str) -> String {
    if name_or_address.len() == 64 && name_or_address.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        super::figures::short(name_or_address)
    } else {
        name_or_address.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Update;
    use super::super::testing::{miner, model, status};
    use super::*;

    #[test]
    fn a_node_whose_miners_are_all_paused_is_said_to_rest() {
        let mut model = model(&[("pow-1", "a", 1)]);
        let says = |model: &Model| node(&model.nodes[0], 0);
        assert!(says(&model).starts_with("pow-1 tries nonces for work block 2"));
        model.nodes[0].miners = vec![miner(MinerState::Searching), miner(MinerState::Paused)];
        assert!(!model.nodes[0].is_paused());
        model.nodes[0].miners = vec![miner(MinerState::Paused)];
        assert!(says(&model).starts_with("pow-1 rests, as mining is paused"));
    }

    #[test]
    fn a_difficulty_that_the_network_moves_is_said_to_be_automatic() {
        let mut status = status("pow-1", "a", 1);
        assert_eq!(difficulty(&status), "256 (2 leading zero digits)");
        (status.difficulty, status.automatic) = (5_000, Some(5_000));
        assert_eq!(
            difficulty(&status),
            "5,000, automatic: a work block about every 5 s"
        );
    }

    #[test]
    fn a_difficulty_that_leaves_the_next_block_far_away_is_warned_of_unless_an_authority_makes_blocks()
     {
        let mut alone = model(&[("pow-1", "a", 1)]);
        alone.nodes[0].miners = vec![miner(MinerState::Searching), miner(MinerState::Searching)];
        let digits = |count: u32| 16_u64.pow(count);
        assert_eq!(far_away(&alone, digits(7)), None, "about two minutes");
        let text = far_away(&alone, digits(8)).expect("more than half an hour");
        assert!(
            text.contains("takes about 35 min 47 s at the 2.00 M hashes/s"),
            "{text}"
        );
        assert!(text.contains("the way back is as long"), "{text}");
        let mut with = model(&[("pow-1", "a", 1), ("poa-1", "a", 1)]);
        with.nodes[0].miners = alone.nodes[0].miners.clone();
        assert_eq!(
            far_away(&with, digits(8)),
            None,
            "its slots come all the same"
        );
        with.apply(Update::State {
            name: "poa-1".into(),
            state: NodeState::Killed,
        });
        assert!(
            far_away(&with, digits(8)).is_some(),
            "a killed authority makes none"
        );
        alone.nodes[0].miners.clear();
        assert_eq!(
            far_away(&alone, digits(8)),
            None,
            "nothing is known of the speed"
        );
    }

    #[test]
    fn the_pace_says_what_is_measured_and_what_is_allowed() {
        let mut model = model(&[("pow-1", "a", 1)]);
        assert_eq!(pace(&model), "Paced: a work block about every 5 s");
        model.pace = Pace::Full;
        assert_eq!(pace(&model), "Full speed");
    }

    #[test]
    fn a_transaction_reads_as_who_does_what() {
        assert_eq!(
            transaction(PayloadKind::Transfer, "alice", "bob", 1, ""),
            "alice sends 1 coin to bob"
        );
        assert_eq!(
            transaction(PayloadKind::Message, "alice", "", 0, "hello"),
            "alice writes “hello”"
        );
        assert_eq!(
            transaction(PayloadKind::Message, "alice", "", 0, "\u{202E}olleh"),
            "alice writes “[U+202E]olleh”"
        );
        assert_eq!(who(&"ab".repeat(32)), "abababab");
        assert_eq!(who("alice"), "alice");
    }
}
