//! What stands on the laboratory's page, as sentences.

use super::timeline::time_text;
use crate::app::lab::Bench;
use crate::lab::desk::{Life, NodeSight, Standing};
use crate::lab::{Happened, Stop, Until};
use crate::view::figures::{count_of, grouped};

/// What time can go on until, with its words.
pub const UNTILS: [(&str, Until); 8] = [
    ("next block", Until::Block),
    ("next message", Until::Message),
    ("next reorganisation", Until::Reorganisation),
    ("next refusal", Until::Refusal),
    ("all agree", Until::Agreement),
    ("goal", Until::Goal),
    ("broken promise", Until::Violation),
    ("next event", Until::Event),
];

/// Whether a node runs, in a word, at a time in virtual milliseconds: at the beginning none runs
/// yet.
#[must_use]
pub const fn life(life: Life, time: u64) -> &'static str {
    match life {
        Life::Runs => "runs",
        Life::Frozen => "frozen",
        Life::Down if time == 0 => "starts with Play",
        Life::Down => "down",
    }
}

/// How a payment stands with a node; on a phone in fewer letters, so that all nodes are in sight.
#[must_use]
pub fn standing(standing: Standing, narrow: bool) -> String {
    match standing {
        Standing::Confirmed(count) if narrow => format!("{} conf.", grouped(count)),
        Standing::Unknown => "–".to_owned(),
        Standing::Waits => "waits".to_owned(),
        Standing::Confirmed(count) => count_of(count, "confirmation", "confirmations"),
        Standing::Never => "another has its place".to_owned(),
        Standing::Down => "down".to_owned(),
    }
}

/// Where the laboratory stands, in one sentence.
#[must_use]
pub fn standing_still(bench: &Bench) -> String {
    let Some(clock) = &bench.clock else {
        return String::new();
    };
    match (clock.playing, clock.seeking, clock.stop) {
        (true, ..) => "Time goes on.".to_owned(),
        (_, true, _) => "On the way…".to_owned(),
        (.., Some(Stop::Reached)) if bench.goal_at == Some(clock.time) => {
            "✓ Goal reached.".to_owned()
        }
        (.., Some(Stop::Reached)) => "Stopped as asked.".to_owned(),
        (.., Some(Stop::Break)) => "Stopped by a rule.".to_owned(),
        (.., Some(Stop::Violation)) => "Stopped: a promise was broken.".to_owned(),
        (.., Some(Stop::End))
            if bench
                .about
                .as_ref()
                .is_some_and(|about| about.length == clock.time) =>
        {
            format!("Stopped after {}. Play goes on.", time_text(clock.time))
        }
        (.., Some(Stop::End) | None) => "Time stands still.".to_owned(),
    }
}

/// How the nodes stand to each other, in one sentence.
#[must_use]
pub fn agreement(bench: &Bench) -> String {
    let up = bench.nodes.iter().filter(|node| node.life != Life::Down);
    let up: Vec<&NodeSight> = up.collect();
    let Some(first) = up.first() else {
        return "No node runs.".to_owned();
    };
    let heads = bench.tips().len();
    if heads == 1 {
        let (count, height) = (up.len(), grouped(first.height));
        return match count {
            1 => format!("One node runs, at height {height}."),
            _ => format!("All {count} nodes that run agree at height {height}."),
        };
    }
    format!(
        "The {} nodes that run have {heads} different heads.",
        up.len()
    )
}

/// The class of a line about something that happened.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others look plain")]
#[must_use]
pub const fn class_of(what: Happened) -> &'static str {
    use crate::records::Topic;
    match what {
        Happened::Made => "lab-line-block",
        Happened::Action => "lab-line-action",
        Happened::Goal => "lab-line-goal",
        Happened::NotDone | Happened::Violation => "lab-line-bad",
        Happened::Node { topic, .. } => match topic {
            Topic::Refused | Topic::Reorg => "lab-line-bad",
            Topic::Block => "lab-line-block",
            Topic::Transaction => "lab-line-transaction",
            _ => "lab-line-plain",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_about_the_nodes_counts_their_heads() {
        let bench = crate::app::pages::lab::testing::bench();
        assert_eq!(
            agreement(&bench),
            "The 3 nodes that run have 2 different heads."
        );
    }
}
