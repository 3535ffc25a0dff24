//! What is not understood is refused with its place, what was expected, and what was found.

use super::error::Given;
use super::*;
use crate::primitives::NodeKind;

const GOOD: &str = r#"{"version": 1, "title": "t", "seed": 1,
    "nodes": [{"name": "pow-1", "kind": "pow"}, {"name": "poa-1", "kind": "poa"}],
    "actions": [{"at": 5, "do": {"kill": {"node": "pow-1"}}}]}"#;

fn error(text: &str) -> ScenarioError {
    Scenario::parse(text).unwrap_err()
}

fn with(old: &str, new: &str) -> ScenarioError {
    assert!(GOOD.contains(old), "{old}");
    error(&GOOD.replace(old, new))
}

#[test]
fn a_scenario_is_read_as_it_is_written() {
    let scenario = Scenario::parse(GOOD).unwrap();
    assert_eq!(Scenario::parse(&scenario.to_text()), Ok(scenario));
}

#[test]
fn every_truncation_is_refused() {
    for length in 0..GOOD.len() {
        assert!(Scenario::parse(&GOOD[..length]).is_err(), "{length}");
    }
}

#[test]
fn unknown_fields_and_words_are_refused_with_line_and_column() {
    for (old, new, found) in [
        (r#""seed""#, r#""sede""#, "sede"),
        (r#""kind": "pow""#, r#""kind": "pos""#, "pos"),
        (r#""kill""#, r#""stab""#, "stab"),
        (r#"{"node": "pow-1"}"#, r#"{"node": "pow-1", "x": 1}"#, "x"),
    ] {
        let ScenarioError::Json {
            line,
            column,
            problem,
        } = with(old, new)
        else {
            panic!("{new}");
        };
        assert!(
            line > 0 && column > 0 && problem.contains(found),
            "{problem}"
        );
    }
}

#[test]
fn another_version_says_so_whatever_else_it_says() {
    let other = r#"{"version": 2, "something": "new"}"#;
    let (expected, found) = (VERSION, 2);
    assert_eq!(error(other), ScenarioError::Version { expected, found });
}

#[test]
fn too_large_and_too_many_are_refused_with_the_bound() {
    let found = MAX_TEXT_BYTES + 1;
    let limit = MAX_TEXT_BYTES;
    assert_eq!(
        error(&" ".repeat(found)),
        ScenarioError::TooLarge { limit, found }
    );
    let node = |n| format!(r#"{{"name": "n-{n}", "kind": "viewer"}}"#);
    let nodes: Vec<String> = (0..1_000).map(node).collect();
    let text = format!(
        r#"{{"version": 1, "title": "t", "seed": 1, "nodes": [{}]}}"#,
        nodes.join(",")
    );
    assert_eq!(
        error(&text),
        ScenarioError::Range {
            place: Place::Nodes,
            least: 1,
            most: 16,
            found: 1_000
        }
    );
}

#[test]
fn names_that_nobody_has_are_refused_with_those_that_there_are() {
    let found = with(r#"{"node": "pow-1"}"#, r#"{"node": "pow-7"}"#);
    assert_eq!(
        found,
        ScenarioError::Unknown {
            place: Place::Action(1),
            known: vec!["pow-1".to_owned(), "poa-1".to_owned()],
            found: "pow-7".to_owned()
        }
    );
    assert_eq!(
        found.to_string(),
        r#"action 1: expected one of pow-1, poa-1, found "pow-7""#
    );
    let wrong_kind = with(
        r#"{"kill": {"node": "pow-1"}}"#,
        r#"{"seal_twice": {"node": "pow-1"}}"#,
    );
    assert_eq!(
        wrong_kind,
        ScenarioError::Kind {
            place: Place::Action(1),
            name: "pow-1".to_owned(),
            expected: NodeKind::Poa,
            found: NodeKind::Pow
        }
    );
    assert_eq!(
        with(r#""name": "poa-1""#, r#""name": "pow-1""#),
        ScenarioError::Twice {
            place: Place::Node(2),
            found: "pow-1".to_owned()
        }
    );
}

#[test]
fn what_new_actions_are_about_is_somebodys_and_of_the_right_kind() {
    let kill = r#"{"kill": {"node": "pow-1"}}"#;
    for (action, said) in [
        (
            r#"{"vote_both_sides": {"node": "pow-1"}}"#,
            "action 1: expected a node of kind poa, found pow-1 of kind pow",
        ),
        (
            r#"{"flood": {"node": "pow-1", "to": "pow-1", "per_second": 9}}"#,
            "action 1: expected a link between two nodes, found one from pow-1 to itself",
        ),
        (
            r#"{"flood": {"node": "pow-1", "to": "pow-9", "per_second": 9}}"#,
            "action 1: expected one of pow-1, poa-1, found \"pow-9\"",
        ),
        (
            r#"{"prove": {"payment": "gift", "node": "pow-1"}}"#,
            "action 1: expected one of none, found \"gift\"",
        ),
    ] {
        assert_eq!(with(kill, action).to_string(), said);
    }
}

#[test]
fn an_action_has_a_time_or_a_condition_and_times_do_not_go_back() {
    let place = Place::Action(1);
    let found = Given::Neither;
    assert_eq!(
        with(r#""at": 5, "#, ""),
        ScenarioError::When { place, found }
    );
    let found = Given::Both;
    assert_eq!(
        with(r#""at": 5"#, r#""at": 5, "when": "final_conflict""#),
        ScenarioError::When { place, found }
    );
    let second = r#"}}}, {"at": 4, "do": "heal"}]"#;
    assert_eq!(
        with("}}}]", second),
        ScenarioError::Order {
            place: Place::Action(2),
            least: 5,
            found: 4
        }
    );
}

#[test]
fn every_action_is_read_as_it_is_written() {
    let actions = r#"[
        {"kill": {"node": "pow-1", "power": true}}, {"start": {"node": "pow-1"}},
        {"freeze": {"node": "pow-1"}}, {"thaw": {"node": "pow-1"}},
        {"clock": {"node": "pow-1", "ahead": -5}}, {"disk": {"node": "pow-1", "state": "full"}},
        {"lose_disk": {"node": "pow-1"}}, {"flip_byte": {"node": "pow-1", "height": 1, "offset": 2}},
        {"hash_rate": {"node": "pow-1", "rate": 9}}, {"miss": {"node": "poa-1"}},
        {"seal_twice": {"node": "poa-1"}}, {"vote_twice": {"node": "poa-1"}},
        {"vote_both_sides": {"node": "poa-1"}},
        {"flood": {"node": "pow-1", "to": "poa-1", "per_second": 200}},
        {"link": {"from": "pow-1", "to": "poa-1", "set": {"latency": 1, "jitter": 2, "loss": 3,
            "bandwidth": 4, "cut": true}}},
        {"links": {"set": {"latency": 7}}}, {"partition": {"side": ["pow-1"]}},
        {"mute": {"side": ["pow-1"]}}, "heal", {"hold": {"frame": 1}}, {"release": {"frame": 1}},
        {"release_all": {"filter": {"kind": "PING", "from": ["pow-1"], "to": ["poa-1"]}}},
        {"drop": {"frame": 1}}, {"double": {"frame": 1}}, {"delay": {"frame": 1, "by": 2}},
        {"edit": {"frame": 1, "change": {"byte": {"offset": 3, "value": 4}}, "sign": true}},
        {"edit": {"frame": 1, "change": {"field": {"name": "fee", "value": "4"}}}},
        {"rule": {"name": "r", "filter": {}, "effect": {"delay": {"by": 5}}, "once": true}},
        {"unrule": {"name": "r"}},
        {"pay": {"name": "p", "from": "alice", "to": "bob", "amount": 1, "fee": 2,
            "node": "pow-1", "nonce": 3}},
        {"message": {"from": "alice", "to": "bob", "text": "hello", "node": "pow-1"}},
        {"again": {"payment": "p", "node": "pow-1"}},
        {"forge": {"payment": "p", "amount": 9, "node": "pow-1"}},
        {"prove": {"payment": "p", "node": "pow-1", "amount": 9}},
        {"traffic": {"per_minute": 60}}
    ]"#;
    let mut scenario = Scenario::parse(GOOD).unwrap();
    let actions: Vec<Action> = serde_json::from_str(actions).unwrap();
    scenario.actions = (0..)
        .zip(&actions)
        .map(|(at, it)| Timed::at(at, it.clone()))
        .collect();
    let again = Scenario::parse(&scenario.to_text()).unwrap();
    let again: Vec<Action> = again.actions.into_iter().map(|it| it.action).collect();
    assert_eq!(again, actions);
}

#[test]
fn bytes_that_are_no_transaction_are_refused() {
    let (place, found) = (Place::Action(1), 4);
    assert_eq!(
        with(
            r#"{"kill": {"node": "pow-1"}}"#,
            r#"{"submit": {"node": "pow-1", "bytes": "00ff"}}"#
        ),
        ScenarioError::Transaction { place, found }
    );
}

#[test]
fn numbers_out_of_their_range_are_refused_with_the_range() {
    let place = Place::Action(1);
    for (action, most) in [
        (
            r#"{"clock": {"node": "pow-1", "ahead": 3600001}}"#,
            3_600_000,
        ),
        (
            r#"{"hash_rate": {"node": "pow-1", "rate": 1000001}}"#,
            1_000_000,
        ),
        (r#"{"links": {"set": {"latency": 60001}}}"#, 60_000),
        (r#"{"traffic": {"per_minute": 601}}"#, 600),
        (
            r#"{"flood": {"node": "pow-1", "to": "poa-1", "per_second": 401}}"#,
            400,
        ),
    ] {
        let found = most + 1;
        assert_eq!(
            with(r#"{"kill": {"node": "pow-1"}}"#, action),
            ScenarioError::Range {
                place,
                least: 0,
                most,
                found
            }
        );
    }
}

#[test]
fn the_page_about_the_laboratory_shows_a_scenario_and_names_every_exercise() {
    let page = include_str!("../../docs/LABORATORY.md");
    let begin = page.find("```json").unwrap() + "```json".len();
    let text = &page[begin..];
    let text = &text[..text.find("```").unwrap()];
    assert!(Scenario::parse(text).is_ok(), "{:?}", Scenario::parse(text));
    for name in exercises::names() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
