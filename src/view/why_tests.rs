//! What the page adds to what the nodes say.

use std::rc::Rc;

use super::super::testing::{event, miner, status};
use super::*;
use crate::ipc::Level;
use crate::records::MinerState;

const NOW: u64 = 100_000;

fn hash() -> String {
    "0123456789".to_owned()
}

fn answer(node: &str, reasons: &[Reason]) -> WhyInfo {
    WhyInfo {
        about: Subject::Transaction(hash()),
        node: node.to_owned(),
        reasons: reasons.iter().map(|reason| reason.explained(NOW)).collect(),
    }
}

fn node(name: &str, state: NodeState) -> NodeView {
    let mut view = NodeView {
        status: status(name, "a", 1),
        miners: vec![miner(MinerState::Searching)],
        peers: Vec::new(),
        own: true,
    };
    view.status.state = state;
    view
}

fn codes(why: &Why) -> Vec<&str> {
    why.reasons.iter().map(|one| one.code.as_str()).collect()
}

#[test]
fn nodes_that_say_the_same_are_named_together_and_who_knows_nothing_is_left_out() {
    let answers = vec![
        answer("pow-1", &[Reason::Next]),
        answer("pow-2", &[Reason::Unknown]),
        answer("poa-1", &[Reason::Next]),
    ];
    let why = joined(Subject::Transaction(hash()), answers, &Model::new("main"));
    assert_eq!(why.reasons.len(), 1);
    assert!(
        why.text()
            .starts_with("pow-1, poa-1: Nothing is in its way"),
        "{}",
        why.text()
    );
    let none = joined(
        Subject::Block(hash()),
        vec![answer("pow-1", &[Reason::Unknown])],
        &Model::new("main"),
    );
    assert!(!known(&none) && known(&why));
}

#[test]
fn the_page_adds_who_has_not_got_a_transaction_and_that_nobody_makes_blocks() {
    let mut model = Model::new("main");
    model.nodes = vec![
        node("pow-1", NodeState::Running),
        node("pow-2", NodeState::Running),
    ];
    let answers = || {
        vec![
            answer("pow-1", &[Reason::Next]),
            answer("pow-2", &[Reason::Unknown]),
        ]
    };
    let why = transaction(answers(), &hash(), &model, NOW);
    assert_eq!(codes(&why), ["next", "not_seen"]);
    assert!(why.text().contains("not come to pow-2"), "{}", why.text());
    for node in &mut model.nodes {
        node.miners = vec![miner(MinerState::Paused)];
    }
    let why = transaction(answers(), &hash(), &model, NOW);
    assert_eq!(codes(&why), ["next", "nobody_makes", "not_seen"]);
}

#[test]
fn what_only_a_stopped_node_had_heard_of_waits_for_it() {
    let mut model = Model::new("main");
    model.nodes = vec![
        node("pow-1", NodeState::Running),
        node("pow-2", NodeState::Stopped),
    ];
    let none = || vec![answer("pow-1", &[Reason::Unknown])];
    assert!(!known(&transaction(none(), &hash(), &model, NOW)));
    let mut took = event("pow-2", 5, Level::Info);
    took.tx_hash = Some(hash());
    model.log.push_back(Rc::new(took.clone()));
    let why = transaction(none(), &hash(), &model, NOW);
    let says_it = why.text().contains("does not run: pow-2");
    assert!(
        known(&why) && codes(&why).contains(&"holder_down") && says_it,
        "{why:?}"
    );
    assert_eq!(why.event, Some(took), "the event is shown with it");
}

#[test]
fn a_node_that_cannot_be_asked_has_a_reason_of_the_page() {
    let states = [
        NodeState::Starting,
        NodeState::Stopped,
        NodeState::Killed,
        NodeState::Failed,
    ];
    for state in states {
        assert_eq!(unasked(&node("pow-1", state)), Some(Reason::Down { state }));
    }
    assert_eq!(unasked(&node("pow-1", NodeState::Running)), None);
    let remote = unasked(&node("pow-1", NodeState::Remote));
    assert_eq!(remote, Some(Reason::Elsewhere { tab: "tab".into() }));
}

#[test]
fn a_refused_block_leads_to_the_event_that_tells_of_it() {
    let mut model = Model::new("main");
    let mut refused = event("pow-1", 5, Level::Warn);
    refused.block_hash = Some(hash());
    model.log.push_back(Rc::new(refused.clone()));
    model.log.push_back(Rc::new(event("pow-1", 6, Level::Info)));
    let reason = Reason::Refused {
        rule: 4,
        error: "x".into(),
        text: "y".into(),
    };
    let why = joined(
        Subject::Block(hash()),
        vec![answer("pow-1", &[reason])],
        &model,
    );
    assert_eq!(why.event, Some(refused));
    assert!(!why.is_well());
    let well = joined(
        Subject::Block("b".into()),
        vec![answer("pow-1", &[Reason::OnChain { confirmations: 1 }])],
        &model,
    );
    assert!(well.is_well() && well.event.is_none());
}
