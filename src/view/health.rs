//! The health of the network in one sentence. Pure; shown before any number.

use crate::ipc::{NodeKind, NodeState};

use super::figures::{count_of, grouped, span};
use super::{Model, NodeView, TabMode, Tip};

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to worry about.
    Good,
    /// Something is under way, such as a start, or the head is dated ahead of the clock.
    Busy,
    /// Nodes have different heads, and not only while a block is on its way.
    Split,
    /// No node runs, or those of the tab that runs the network do not answer.
    Still,
}

/// The one-line health of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// How it is.
    pub tone: Tone,
    /// The sentence without what changes with each block.
    pub sentence: String,
    /// What changes with each block, such as `at height 42`; may be empty.
    pub detail: String,
}

/// A head that is dated further ahead of the machine's clock is worth a word: no maker whose clock
/// is right dates so.
const AHEAD_MS: u64 = 30_000;

/// Nodes whose heads have differed for no longer than this have a block on its way between them.
const SPREADING_MS: u64 = 5_000;

/// The health of the network in one sentence, at a time of the machine's clock.
#[must_use]
pub fn health(model: &Model, now: u64) -> Health {
    let health = health_of_nodes(model, now);
    match (health.tone, ahead(model, now)) {
        (Tone::Good | Tone::Busy, Some(ahead)) => Health {
            tone: Tone::Busy,
            detail: format!("{}; {ahead}", health.detail),
            ..health
        },
        _ => health,
    }
}

/// What is to be said of a head that is dated ahead of the machine's clock.
fn ahead(model: &Model, now: u64) -> Option<String> {
    let head = model.blocks.get(&model.tips.first()?.hash)?;
    let by = head.record.timestamp.saturating_sub(now);
    (by > AHEAD_MS).then(|| {
        format!(
            "its head is dated {} ahead of this machine's clock, which was set back or was wrong before",
            span(by)
        )
    })
}

/// The height up to which all agree, where the tips differ by no more than a block that is still on
/// its way.
fn spreading(model: &Model, now: u64) -> Option<u64> {
    let [best, _, ..] = model.tips.as_slice() else {
        return None;
    };
    let mut shared = u64::MAX;
    for tip in &model.tips {
        // The head of another tab's node may be heard of before its block comes.
        let Some(mut block) = model.blocks.get(&tip.hash) else {
            continue;
        };
        while !block.on_best_chain {
            block = model.blocks.get(&block.previous_hash)?;
        }
        shared = shared.min(block.height);
    }
    let above = shared.checked_add(1)?;
    let mut blocks = model.blocks.values();
    let next = blocks.find(|block| block.on_best_chain && block.height == above);
    let is_brief = match next {
        Some(next) => {
            let seen = model.measured.first_seen(&next.hash);
            now.saturating_sub(seen.unwrap_or(next.timestamp)) <= SPREADING_MS
        }
        None => best.height.saturating_sub(above) <= 1,
    };
    is_brief.then_some(shared)
}

fn health_of_nodes(model: &Model, now: u64) -> Health {
    let up: Vec<&NodeView> = model.nodes.iter().filter(|node| node.is_up()).collect();
    let height = up.iter().map(|node| node.status.height).max().unwrap_or(0);
    let spreading = spreading(model, now);
    let at = match spreading {
        Some(shared) => format!("up to height {}", grouped(shared)),
        None => format!("at height {}", grouped(height)),
    };
    let says = |tone, sentence: String, detail: String| Health {
        tone,
        sentence,
        detail,
    };
    let starting = model
        .nodes
        .iter()
        .filter(|node| node.status.state == NodeState::Starting)
        .count();
    if up.is_empty() && model.mode == TabMode::Failed {
        let sentence = "No network runs here: the page says above why";
        return says(Tone::Still, sentence.to_owned(), String::new());
    }
    if up.is_empty() {
        return if model.nodes.is_empty() || starting > 0 || model.mode == TabMode::Starting {
            says(
                Tone::Busy,
                "The network is starting".to_owned(),
                String::new(),
            )
        } else {
            says(
                Tone::Still,
                "No node is running: start one to go on".to_owned(),
                String::new(),
            )
        };
    }
    if model.tips.len() > 1 && spreading.is_none() {
        return split(&model.tips);
    }
    if model.mode == TabMode::Viewer && up.iter().all(|node| node.own) {
        let sentence = "Another tab has this network, but its nodes do not answer: the browser may have frozen it or keep \
                        it for its back button. Go to it, or close it: then this tab takes its nodes over";
        return says(Tone::Still, sentence.to_owned(), String::new());
    }
    if height == 0 {
        return says(Tone::Busy, waiting(&up), String::new());
    }
    if !model.in_consensus && spreading.is_none() {
        return says(
            Tone::Busy,
            format!("{} running, not all agree yet", nodes(up.len())),
            at,
        );
    }
    if starting > 0 {
        let sentence = format!("{} agree, {} starting", nodes(up.len()), starting);
        return says(Tone::Good, sentence, at);
    }
    match up.as_slice() {
        [only] => says(Tone::Good, format!("{} runs alone", only.status.name), at),
        all => says(Tone::Good, format!("All {} agree", nodes(all.len())), at),
    }
}

fn split(tips: &[Tip]) -> Health {
    let named = |tip: &Tip| format!("{} at height {}", named(&tip.nodes), grouped(tip.height));
    let count = tips.len();
    Health {
        tone: Tone::Split,
        sentence: format!("{count} tips, as nodes have different newest blocks:"),
        detail: tips.iter().map(named).collect::<Vec<_>>().join("; "),
    }
}

fn waiting(up: &[&NodeView]) -> String {
    if up.iter().any(|node| node.status.kind != NodeKind::Viewer) {
        format!("{} running, the first block is on its way", nodes(up.len()))
    } else {
        "Waiting for blocks of other nodes".to_owned()
    }
}

fn nodes(count: usize) -> String {
    count_of(u64::try_from(count).unwrap_or(u64::MAX), "node", "nodes")
}

/// Up to three names, then a number.
fn named(names: &[String]) -> String {
    match names {
        [] => "no node".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Update;
    use super::super::testing::{model, peer, report, status};
    use super::super::words::tab;
    use super::*;

    fn sentence(model: &Model) -> String {
        let health = health(model, 0);
        format!("{} {}", health.sentence, health.detail)
            .trim()
            .to_owned()
    }

    #[test]
    fn health_is_one_sentence_in_every_state() {
        assert_eq!(sentence(&Model::new("test")), "The network is starting");
        let agreed = model(&[("pow-1", "a", 42), ("pow-2", "a", 42), ("poa-1", "a", 42)]);
        assert_eq!(sentence(&agreed), "All 3 nodes agree at height 42");
        assert_eq!(
            sentence(&model(&[("pow-1", "a", 7)])),
            "pow-1 runs alone at height 7"
        );
        let young = model(&[("pow-1", "g", 0), ("poa-1", "g", 0)]);
        assert_eq!(
            sentence(&young),
            "2 nodes running, the first block is on its way"
        );
        let split = model(&[("pow-1", "a", 42), ("pow-2", "a", 42), ("poa-1", "b", 41)]);
        assert_eq!(
            sentence(&split),
            "2 tips, as nodes have different newest blocks: pow-1 and pow-2 at height 42; poa-1 at height 41"
        );
        assert_eq!(health(&split, 0).tone, Tone::Split);
    }

    /// Three nodes that agree up to height 40, and then one is behind or on a branch of its own.
    fn parted(poa: (&str, u64), blocks: &[(&str, &str, u64)]) -> Model {
        let mut model = model(&[
            ("pow-1", "a42", 42),
            ("pow-2", "a42", 42),
            ("poa-1", poa.0, poa.1),
        ]);
        let blocks = [
            &[("a40", "", 40), ("a41", "a40", 41), ("a42", "a41", 42)],
            blocks,
        ]
        .concat();
        let block = |(hash, parent, height)| crate::view::testing::block(hash, parent, height);
        model.apply(Update::Blocks(blocks.into_iter().map(block).collect()));
        model
    }

    #[test]
    fn a_block_on_its_way_is_no_disagreement_until_it_takes_too_long() {
        let says = |model: &Model, now| {
            let health = health(model, now);
            (
                health.tone,
                format!("{} {}", health.sentence, health.detail),
            )
        };
        let good = |height: u64| {
            let text = format!("All 3 nodes agree up to height {height}");
            (Tone::Good, text)
        };
        // Blocks are dated by their height in seconds here.
        let behind = parted(("a41", 41), &[]);
        assert_eq!(says(&behind, 42_000 + SPREADING_MS), good(41));
        assert_eq!(says(&behind, 42_001 + SPREADING_MS).0, Tone::Split);
        let beside = parted(("b42", 42), &[("b42", "a41", 42)]);
        assert_eq!(says(&beside, 43_000), good(41));
        let two_beside = parted(("b42", 42), &[("b41", "a40", 41), ("b42", "b41", 42)]);
        assert_eq!(says(&two_beside, 43_000), good(40));
        assert_eq!(
            says(&two_beside, 41_001 + SPREADING_MS).0,
            Tone::Split,
            "each side goes on by itself: new blocks make it no younger"
        );
    }

    #[test]
    fn when_a_block_came_counts_and_not_its_date() {
        let mut model = parted(("a41", 41), &[]);
        std::rc::Rc::make_mut(&mut model.measured).see("a42", "pow-1", 60_000);
        assert_eq!(health(&model, 62_000).tone, Tone::Good);
        assert_eq!(health(&model, 66_000).tone, Tone::Split);
    }

    #[test]
    fn a_head_that_only_another_tabs_node_has_is_on_its_way_while_it_is_near() {
        let ahead = |height| {
            let mut model = parted(("a42", 42), &[]);
            model.apply(Update::Report(report(status("poa-1", "c", height))));
            model
        };
        assert_eq!(health(&ahead(43), 100_000).tone, Tone::Good);
        assert_eq!(health(&ahead(90), 100_000).tone, Tone::Split);
    }

    #[test]
    fn health_says_that_the_head_is_dated_ahead_of_the_machines_clock() {
        let mut model = model(&[("pow-1", "a", 42), ("pow-2", "a", 42)]);
        let mut block = crate::view::testing::block("a", "", 42);
        block.record.timestamp = 4_000_000;
        model.apply(Update::Blocks(vec![block]));
        let at = |now| {
            let health = health(&model, now);
            (health.tone, health.detail)
        };
        let (tone, text) = at(400_000);
        assert_eq!(tone, Tone::Busy);
        assert!(
            text.contains("dated 1 h 0 min ahead of this machine's clock"),
            "{text}"
        );
        assert_eq!(
            at(4_000_000 - AHEAD_MS),
            (Tone::Good, "at height 42".to_owned())
        );
    }

    #[test]
    fn health_says_why_a_tab_that_watches_hears_nothing() {
        let mut model = model(&[("viewer-1", "g", 0)]);
        model.apply(Update::Mode(TabMode::Viewer));
        assert!(sentence(&model).contains("its nodes do not answer"));
        model.apply(Update::Mode(TabMode::Host));
        assert!(!sentence(&model).contains("do not answer"));
    }

    #[test]
    fn health_says_that_no_network_can_run_here() {
        let mut model = Model::new("test");
        model.apply(Update::Mode(TabMode::Failed));
        assert!(sentence(&model).contains("No network runs here"));
        assert_eq!(tab(TabMode::Failed), "The network is not open in this tab");
    }

    #[test]
    fn health_names_what_is_stopped_or_on_its_way() {
        let mut model = model(&[("pow-1", "a", 42), ("pow-2", "a", 42)]);
        model.apply(Update::State {
            name: "pow-1".into(),
            state: NodeState::Killed,
        });
        assert_eq!(sentence(&model), "pow-2 runs alone at height 42");
        model.apply(Update::State {
            name: "pow-2".into(),
            state: NodeState::Stopped,
        });
        assert_eq!(sentence(&model), "No node is running: start one to go on");
        assert_eq!(health(&model, 0).tone, Tone::Still);
    }

    #[test]
    fn many_names_are_cut_to_two_and_a_number() {
        let names: Vec<String> = (1..=5).map(|n| format!("pow-{n}")).collect();
        assert_eq!(named(&names), "pow-1, pow-2 and 3 more");
        assert_eq!(named(&names[..3]), "pow-1, pow-2 and pow-3");
    }

    #[test]
    fn tips_of_other_tabs_count_as_well() {
        let mut model = model(&[("viewer", "a", 42)]);
        let report = crate::ipc::Report {
            peers: vec![peer("pow-1", "b", 43, true)],
            ..report(status("viewer", "a", 42))
        };
        model.apply(Update::Report(report));
        assert_eq!(
            model
                .tips
                .iter()
                .map(|tip: &Tip| tip.height)
                .collect::<Vec<_>>(),
            [43, 42]
        );
        assert_eq!(health(&model, 0).tone, Tone::Split);
    }
}
