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
