//! The page of the network: each sentence and each line for the states of a network.

use std::rc::Rc;

use super::*;
use crate::records::MinerState;
use crate::view::Tip;
use crate::view::testing::{block, miner, peer, status};

fn node(name: &str) -> NodeView {
    NodeView {
        status: status(name, "aabbccddee", 1_234),
        miners: vec![miner(MinerState::Searching)],
        peers: Vec::new(),
        own: true,
    }
}

fn in_state(name: &str, state: NodeState) -> NodeView {
    let mut node = node(name);
    node.status.state = state;
    node
}

fn network(nodes: Vec<NodeView>) -> Model {
    let mut model = Model::new("main");
    model.nodes = nodes;
    model
}

fn tip(hash: &str, height: u64) -> Tip {
    Tip {
        hash: hash.into(),
        height,
        nodes: vec!["pow-1".into()],
    }
}

/// A chain `g - b1 - b2 ...` of so many blocks above the first, one a second.
fn with_chain(mut model: Model, blocks: u64) -> Model {
    let name = |height: u64| {
        if height == 0 {
            "g".into()
        } else {
            format!("b{height}")
        }
    };
    for height in 0..=blocks {
        let parent = if height == 0 {
            "none".into()
        } else {
            name(height - 1)
        };
        let block = block(&name(height), &parent, height);
        model.blocks.insert(name(height), Rc::new(block));
    }
    model.tips = vec![tip(&name(blocks), blocks)];
    model
}

#[test]
fn all_have_ended_only_when_there_is_one_and_none_runs() {
    let stopped = || in_state("pow-1", NodeState::Stopped);
    assert!(!all_ended(&network(Vec::new())));
    assert!(all_ended(&network(vec![
        stopped(),
        in_state("pow-2", NodeState::Failed)
    ])));
    assert!(!all_ended(&network(vec![stopped(), node("pow-2")])));
    let mut foreign = node("pow-9");
    foreign.own = false;
    assert!(
        all_ended(&network(vec![stopped(), foreign])),
        "another tab's nodes do not count"
    );
}

#[test]
fn each_pace_offers_the_way_to_the_others() {
    let words = |pace| {
        let mut model = network(Vec::new());
        model.pace = pace;
        paces(&model)
            .into_iter()
            .map(|(word, _)| word)
            .collect::<Vec<_>>()
    };
    assert_eq!(words(Pace::DEFAULT), ["Full speed", "Pause mining"]);
    assert_eq!(words(Pace::Full), ["Slow down", "Pause mining"]);
    assert_eq!(words(Pace::Max), ["Slow down", "Pause mining"]);
    assert_eq!(words(Pace::Paused), ["Mine again"]);
}

#[test]
fn slowing_down_and_mining_again_lead_to_the_pace_before() {
    let mut model = network(Vec::new());
    (model.limited, model.resumed) = (Pace::Interval { ms: 2_000 }, Pace::Max);
    model.pace = Pace::Full;
    assert_eq!(paces(&model)[0].1, Pace::Interval { ms: 2_000 });
    model.pace = Pace::Paused;
    assert_eq!(paces(&model)[0].1, Pace::Max);
}

#[test]
fn an_automatic_difficulty_is_offered_only_at_full_speed_with_a_block_each_second() {
    let model = |rate: f64, automatic: Option<u64>, pace| {
        let mut node = node("pow-1");
        (node.status.hash_rate, node.status.automatic) = (rate, automatic);
        let mut model = network(vec![node]);
        model.pace = pace;
        model
    };
    assert!(is_too_easy(&model(257.0, None, Pace::Full)));
    assert!(!is_too_easy(&model(256.0, None, Pace::Full)));
    assert!(!is_too_easy(&model(257.0, Some(5_000), Pace::Full)));
    assert!(!is_too_easy(&model(257.0, None, Pace::DEFAULT)));
    assert!(!is_too_easy(&network(Vec::new())));
}

#[test]
fn the_lead_counts_what_the_nodes_do() {
    let mut none = network(Vec::new());
    assert_eq!(lead(&none), "The nodes are starting.");
    none.mode = TabMode::Host;
    assert_eq!(lead(&none), "No node is running.");
    none.nodes = vec![in_state("pow-1", NodeState::Starting)];
    assert_eq!(lead(&none), "The nodes are starting.");
    let one = lead(&network(vec![node("pow-1")]));
    assert_eq!(one, "1 node mines by proof of work.");
    let mut poa = node("poa-1");
    poa.miners.clear();
    let mut resting = node("pow-3");
    resting.miners = vec![miner(MinerState::Paused)];
    let all = vec![
        node("pow-1"),
        node("pow-2"),
        resting,
        poa,
        in_state("pow-4", NodeState::Killed),
    ];
    assert_eq!(
        lead(&network(all)),
        "1 node rests, as mining is paused, 2 nodes mine by proof of work, and 1 node seals in turn by proof of authority. All extend the same chain."
    );
}

#[test]
fn the_mean_time_needs_two_mined_blocks() {
    let recent = |blocks| recent(&with_chain(network(Vec::new()), blocks));
    assert_eq!(recent(1), None);
    assert_eq!(recent(3).as_deref(), Some("1.0 s over 3 blocks"));
    assert_eq!(recent(40).as_deref(), Some("1.0 s over 21 blocks"));
}

#[test]
fn the_latest_blocks_go_down_from_the_heaviest_tip() {
    let mut model = with_chain(network(Vec::new()), 2);
    let side = BlockSummary {
        weight: 10_000,
        ..block("side", "b1", 2)
    };
    model.blocks.insert("side".into(), Rc::new(side));
    let cards = latest(&model, 5_000);
    let shown: Vec<_> = cards
        .iter()
        .map(|card| (card.hash.as_str(), card.maker.as_str()))
        .collect();
    assert_eq!(shown, [("b2", "pow-1"), ("b1", "pow-1"), ("g", "genesis")]);
    assert_eq!(cards[0].age, "3 s ago");
    assert!(
        cards
            .iter()
            .all(|card| card.decided == crate::ipc::BlockFinality::Plain)
    );
    model.tips.clear();
    assert_eq!(
        latest(&model, 0)[0].hash,
        "side",
        "without a tip the heaviest known block"
    );
    assert_eq!(
        latest(&with_chain(network(Vec::new()), 99), 0).len(),
        MAX_LATEST
    );
}

#[test]
fn makers_are_counted_beyond_what_fits() {
    let names: Vec<String> = (1..=8).map(|number| format!("pow-{number}")).collect();
    let (shown, more) = makers(&network(names.iter().map(|name| node(name)).collect()), 0);
    assert_eq!((shown.len(), more), (MAX_MAKERS, 2));
    assert_eq!(shown[0].what, "100 tries, 32 %");
}

#[test]
fn a_nonce_is_told_by_where_the_miners_part_begins() {
    let mut second = miner(MinerState::Searching);
    (second.record.nonce_start, second.nonce) = (4_096, 4_127);
    assert_eq!(nonce(&second), "4,127, in a part that begins at 4,096");
}

#[test]
fn a_maker_says_how_far_it_is() {
    let what = |node: NodeView, now| makers(&network(vec![node]), now).0[0].what.clone();
    let slot = |at| {
        let mut node = node("poa-1");
        (node.miners, node.status.next_slot_at) = (Vec::new(), at);
        node
    };
    assert_eq!(what(slot(Some(4_000)), 1_000), "slot in 3.0 s");
    assert_eq!(what(slot(Some(4_000)), 4_000), "slot now");
    assert_eq!(what(slot(None), 0), "idle");
    let mut foreign = node("pow-1");
    foreign.own = false;
    assert_eq!(what(foreign, 0), "in another tab");
}

#[test]
fn a_line_of_another_tabs_node_leaves_out_what_only_that_tab_knows() {
    let mut foreign = node("pow-1");
    foreign.own = false;
    let line = NodeLine::of(&foreign, 0);
    let known = [line.peers, line.pending, line.durable, line.work];
    assert_eq!(known, ["", "", "", "work"]);
    let own = NodeLine::of(&node("pow-1"), 0);
    let known = [own.peers, own.pending, own.durable, own.work];
    assert_eq!(known, ["4", "1", "1,234", "work, 51 hashes/s"]);
}

#[test]
fn a_line_says_when_a_ledger_is_in_memory_only_and_when_a_node_does_nothing() {
    let mut degraded = in_state("pow-1", NodeState::Killed);
    degraded.status.degraded = Some("no storage".into());
    let line = NodeLine::of(&degraded, 0);
    assert_eq!(
        (line.durable.as_str(), line.work.as_str(), line.up),
        ("in memory", "nothing now", false)
    );
}

#[test]
fn a_line_changes_only_when_it_reads_differently() {
    let mut later = node("pow-1");
    later.status.frames_in += 100;
    later.miners[0].record.hashes += 100;
    assert_eq!(NodeLine::of(&node("pow-1"), 0), NodeLine::of(&later, 900));
    later.status.pending += 1;
    assert_ne!(NodeLine::of(&node("pow-1"), 0), NodeLine::of(&later, 900));
}

#[test]
fn the_label_of_a_node_begins_with_what_is_written_in_the_picture() {
    let mut model = network(vec![node("pow-1")]);
    let mark = NodeMark::of(&model, &model.nodes[0]);
    assert_eq!(mark.label(), "pow-1 1,234 aabbccdd: proof of work, running");
    model.tips = vec![tip("other", 2), tip("aabbccddee", 1)];
    let mark = NodeMark::of(&model, &model.nodes[0]);
    assert_eq!(mark.tip, Some('B'));
    assert!(
        mark.label().starts_with("pow-1 1,234 aabbccdd B: "),
        "{}",
        mark.label()
    );
    let killed = NodeMark::of(&model, &in_state("poa-1", NodeState::Killed));
    assert_eq!(
        killed.label(),
        "poa-1 1,234 killed: proof of authority, killed"
    );
}

#[test]
fn links_join_nodes_that_hear_each_other_and_those_that_are_cut() {
    let mut nodes = vec![
        node("pow-1"),
        node("pow-2"),
        node("pow-3"),
        in_state("pow-4", NodeState::Killed),
    ];
    nodes[1].peers = vec![peer("pow-1", "a", 1, true), peer("pow-3", "a", 1, false)];
    nodes[0].peers = vec![peer("pow-4", "a", 1, true)];
    let model = network(nodes);
    let joined = LinkRow {
        from: 0,
        to: 1,
        cut: false,
    };
    assert_eq!(links(&model, &[]), [joined]);
    let cuts = [("pow-3".to_owned(), "pow-2".to_owned())];
    let cut = LinkRow {
        from: 1,
        to: 2,
        cut: true,
    };
    assert_eq!(links(&model, &cuts), [joined, cut]);
    assert!(is_cut(&cuts, "pow-2", "pow-3") && !is_cut(&cuts, "pow-1", "pow-2"));
}

#[test]
fn the_latest_blocks_tell_final_justified_and_plain_apart() {
    use crate::ipc::{BlockFinality, FinalityStatus};
    let status = NodeStatus {
        finality: FinalityStatus {
            final_height: 8,
            justified_height: 16,
            authorities: 2,
            ..FinalityStatus::default()
        },
        ..crate::view::testing::status("pow-1", "a", 20)
    };
    let of = |height| decided(Some(&status), height);
    assert_eq!([of(0), of(8)], [BlockFinality::Final; 2]);
    assert_eq!([of(9), of(16)], [BlockFinality::Justified; 2]);
    assert_eq!(of(17), BlockFinality::Plain);
    assert_eq!(decided(None, 0), BlockFinality::Plain);
    let nobody = crate::view::testing::status("pow-1", "a", 20);
    assert_eq!(decided(Some(&nobody), 0), BlockFinality::Plain);
}

#[test]
fn the_rate_of_traffic_that_holds_can_always_be_chosen() {
    let rates = |now| -> Vec<u32> { rates(now).into_iter().map(|(rate, _)| rate).collect() };
    assert_eq!(rates(0), [0, 10, 30, 60, 120, 600]);
    assert_eq!(rates(45), [0, 10, 30, 45, 60, 120, 600]);
}
