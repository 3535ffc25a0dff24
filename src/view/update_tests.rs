//! Tests of [`super`]: a tab with nodes, another tab's nodes seen through them, and bounds.

use super::*;
use crate::view::testing::{block, event, peer, report, start, status};

fn model() -> Model {
    let mut model = Model::new("test");
    for name in ["pow-1", "poa-1"] {
        start(&mut model, name);
    }
    model
}

fn running(model: &mut Model, name: &str, head: &str, height: u64) {
    model.apply(Update::Report(report(status(name, head, height))));
}

#[test]
fn nodes_agree_only_when_all_that_run_have_the_same_head_and_state() {
    let mut model = model();
    assert!(!Model::new("empty").in_consensus);
    assert!(!model.in_consensus);
    running(&mut model, "pow-1", "aa", 5);
    assert!(!model.in_consensus, "poa-1 is still starting");
    running(&mut model, "poa-1", "bb", 4);
    assert!(!model.in_consensus);
    assert_eq!(
        model
            .tips
            .iter()
            .map(|tip| tip.hash.as_str())
            .collect::<Vec<_>>(),
        ["aa", "bb"]
    );
    running(&mut model, "poa-1", "aa", 5);
    assert!(model.in_consensus);
    assert_eq!(
        model.tips,
        [Tip {
            hash: "aa".into(),
            height: 5,
            nodes: vec!["pow-1".into(), "poa-1".into()]
        }]
    );

    let other_state = NodeStatus {
        state_root: "other".into(),
        ..status("poa-1", "aa", 5)
    };
    model.apply(Update::Report(report(other_state)));
    assert!(!model.in_consensus, "the state differs");

    model.apply(Update::State {
        name: "poa-1".into(),
        state: NodeState::Killed,
    });
    assert!(model.in_consensus, "a killed node has no say");
    model.apply(Update::State {
        name: "pow-1".into(),
        state: NodeState::Stopped,
    });
    assert!(!model.in_consensus, "nobody is left");
    assert!(model.tips.is_empty());
}

#[test]
fn a_node_that_does_not_run_shows_no_measurements_and_keeps_its_head() {
    let mut model = model();
    running(&mut model, "pow-1", "aa", 5);
    assert!(model.nodes[0].status.hash_rate > 0.0);
    model.apply(Update::State {
        name: "pow-1".into(),
        state: NodeState::Killed,
    });
    let node = &model.nodes[0];
    assert_eq!(
        (node.status.hash_rate, node.status.peers, node.status.height),
        (0.0, 0, 5)
    );
    assert!(node.miners.is_empty() && node.peers.is_empty());
}

#[test]
fn nodes_of_other_tabs_come_and_go_with_what_own_nodes_hear() {
    let mut model = model();
    running(&mut model, "poa-1", "aa", 5);
    let mut told = report(status("pow-1", "aa", 5));
    told.peers = vec![
        peer("poa-1", "aa", 5, true),
        peer("pow-9", "bb", 4, true),
        peer("pow-8", "aa", 5, false),
    ];
    model.apply(Update::Report(told.clone()));
    assert_eq!(
        model.nodes.len(),
        3,
        "own nodes once, the silent one not at all"
    );
    let remote = &model.nodes[2];
    assert_eq!(
        (remote.status.name.as_str(), remote.status.state, remote.own),
        ("pow-9", NodeState::Remote, false)
    );
    assert!(!model.in_consensus, "pow-9 has another head");
    assert_eq!(model.tips.len(), 2);
    assert_eq!(
        model.names.get("id-pow-9").map(String::as_str),
        Some("pow-9")
    );

    told.peers = vec![peer("pow-9", "aa", 5, true)];
    model.apply(Update::Report(told));
    assert!(model.in_consensus);
    model.apply(Update::State {
        name: "pow-1".into(),
        state: NodeState::Stopped,
    });
    assert_eq!(model.nodes.len(), 2, "nobody here hears of it any more");
}

#[test]
fn the_newest_word_about_another_tab_counts() {
    let mut model = model();
    let old = PeerStatus {
        last_seen: 1,
        ..peer("pow-9", "aa", 5, true)
    };
    let new = PeerStatus {
        last_seen: 2,
        ..peer("pow-9", "bb", 6, true)
    };
    for (name, peer) in [("pow-1", new), ("poa-1", old)] {
        let told = Report {
            peers: vec![peer],
            ..report(status(name, "aa", 5))
        };
        model.apply(Update::Report(told));
    }
    assert_eq!(model.nodes[2].status.head, "bb");
}

#[test]
fn the_best_chain_is_that_of_the_heaviest_tip() {
    let mut model = model();
    let blocks = vec![
        block("g", "", 0),
        block("a1", "g", 1),
        block("b1", "g", 1),
        block("b2", "b1", 2),
    ];
    model.apply(Update::Blocks(blocks));
    running(&mut model, "pow-1", "a1", 1);
    let best = |model: &Model| {
        model
            .blocks
            .values()
            .filter(|block| block.on_best_chain)
            .map(|block| block.hash.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(best(&model), ["a1", "g"]);
    running(&mut model, "poa-1", "b2", 2);
    assert_eq!(best(&model), ["b1", "b2", "g"]);
}

#[test]
fn a_head_that_a_stranger_made_up_takes_the_best_chain_from_nobody() {
    let mut model = model();
    model.apply(Update::Blocks(vec![block("g", "", 0), block("a1", "g", 1)]));
    let mut told = report(status("pow-1", "a1", 1));
    told.peers = vec![PeerStatus {
        weight: u64::MAX,
        ..peer("pow-9", "made up", 9_000, true)
    }];
    model.apply(Update::Report(told));
    assert!(model.blocks.values().all(|block| block.on_best_chain));
}

#[test]
fn log_blocks_problems_and_names_are_bounded() {
    let mut model = model();
    for height in 0..600 {
        model.apply(Update::Blocks(vec![
            block(&format!("a{height}"), "", height),
            block(&format!("b{height}"), "", height),
        ]));
    }
    assert_eq!(model.blocks.len(), MAX_BLOCKS);
    assert!(model.blocks.values().all(|block| block.height >= 400));
    for at in 0..3_000 {
        model.apply(Update::Event(event("pow-1", at, Level::Info)));
        let message = format!("problem {at}");
        model.apply(Update::Problem(Problem {
            code: "test".into(),
            message,
            offers: Vec::new(),
        }));
        model.apply(Update::Name {
            key: format!("key {at}"),
            name: "x".into(),
        });
    }
    assert_eq!(
        (model.log.len(), model.problems.len(), model.names.len()),
        (MAX_LOG, MAX_PROBLEMS, MAX_NAMES)
    );
    assert_eq!(model.log.back().map(|event| event.at), Some(2_999));
    let read = model.problems[0].clone();
    model.apply(Update::Dismiss(read.clone()));
    model.apply(Update::Dismiss(read));
    assert_eq!(
        model.problems.len(),
        MAX_PROBLEMS - 1,
        "a second click takes no other problem away"
    );
}

#[test]
fn the_log_level_filters_lines_and_never_blocks() {
    let mut model = model();
    let with_block = Event {
        block: Some(block("aa", "", 1)),
        ..event("pow-1", 1, Level::Debug)
    };
    let mut told = report(status("pow-1", "aa", 1));
    told.events = vec![with_block, event("pow-1", 2, Level::Warn)];
    told.events_dropped = 7;
    model.apply(Update::Report(told));
    assert_eq!(model.blocks.len(), 1);
    assert_eq!(
        model.log.len(),
        2,
        "the warning, and that seven were left out"
    );
    model.apply(Update::LogLevel(Level::Debug));
    model.apply(Update::Event(event("pow-1", 3, Level::Debug)));
    assert_eq!(model.log.len(), 3);
}

#[test]
fn one_comes_back_from_full_speed_and_from_a_pause_to_the_pace_before() {
    let mut model = model();
    for pace in [Pace::Interval { ms: 20_000 }, Pace::Full, Pace::Paused] {
        model.apply(Update::Pace(pace));
    }
    assert_eq!(
        (model.limited, model.resumed),
        (Pace::Interval { ms: 20_000 }, Pace::Full)
    );
    model.apply(Update::Pace(model.limited));
    assert_eq!(model.resumed, Pace::Interval { ms: 20_000 });
}

#[test]
fn another_chain_of_the_same_name_starts_with_an_empty_picture() {
    let mut model = model();
    model.apply(Update::Network {
        name: "test".into(),
        chain_id: "one".into(),
    });
    model.apply(Update::Blocks(vec![block("aa", "", 1)]));
    model.apply(Update::Network {
        name: "test".into(),
        chain_id: "one".into(),
    });
    assert_eq!(model.blocks.len(), 1);
    model.apply(Update::Network {
        name: "test".into(),
        chain_id: "two".into(),
    });
    assert!(model.blocks.is_empty());
}

/// Strangers choose names and hosts, and sentences repeat them: none of them turns a line around.
#[test]
fn what_strangers_choose_is_shown_with_its_hidden_characters_as_escapes() {
    let mut model = model();
    running(&mut model, "pow-1", "a", 1);
    let stranger = crate::ipc::PeerStatus {
        name: "po\u{202E}w-9".into(),
        host: "\u{200B}".into(),
        ..peer("pow-9", "a", 1, true)
    };
    model.apply(Update::Report(crate::ipc::Report {
        peers: vec![stranger],
        events: vec![crate::ipc::Event {
            text: "a block of po\u{202E}w-9".into(),
            ..event("pow-1", 1, Level::Info)
        }],
        ..report(status("pow-1", "a", 1))
    }));
    assert_eq!(
        model.log.back().map(|line| line.text.as_str()),
        Some("a block of po[U+202E]w-9")
    );
    assert_eq!(
        model.names.get("id-pow-9").map(String::as_str),
        Some("po[U+202E]w-9")
    );
    let remote = model
        .nodes
        .iter()
        .find(|node| !node.own)
        .expect("the stranger");
    assert_eq!(remote.status.name, "po[U+202E]w-9");
    assert_eq!(remote.status.host, "[U+200B]");
}

/// A copy of the log is read line by line.
#[test]
fn nobody_writes_a_line_of_his_own_into_the_log() {
    let mut model = model();
    running(&mut model, "pow-1", "a", 1);
    let stranger = crate::ipc::PeerStatus {
        name: "x\n12:00:00 info pow-1".into(),
        ..peer("pow-9", "a", 1, true)
    };
    model.apply(Update::Report(crate::ipc::Report {
        peers: vec![stranger],
        events: vec![crate::ipc::Event {
            text: "x\r\n12:00:00 info pow-1\tis a peer.".into(),
            ..event("pow-1", 1, Level::Info)
        }],
        ..report(status("pow-1", "a", 1))
    }));
    let texts = model.log.iter().map(|line| line.text.clone());
    let names = model.names.values().cloned();
    for text in texts.chain(names) {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

#[test]
fn what_goes_on_over_time_is_measured_while_a_node_runs() {
    let mut model = Model::new("lab");
    model.apply(Update::Moment(1_000));
    assert!(model.measured.samples().is_empty(), "no node runs");
    let mut model = self::model();
    running(&mut model, "pow-1", "b", 7);
    (0..10).for_each(|tick| model.apply(Update::Moment(1_000 + tick * 500)));
    let samples = model.measured.samples();
    assert_eq!(samples.len(), 5);
    assert_eq!((samples[0].pending, samples[0].lag), (1, None));
}
