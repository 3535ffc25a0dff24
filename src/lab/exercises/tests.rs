//! Every exercise is whole, is solved by its recorded solution, and is not solved by waiting.

use super::super::Lab;
use super::*;

fn all() -> Vec<(&'static str, Exercise)> {
    let read = |name| (name, find(name).unwrap().unwrap());
    names().map(read).collect()
}

/// When the goal of a scenario is reached, up to its end.
fn reached(name: &str, scenario: Scenario) -> Option<u64> {
    let length = scenario.length;
    let mut lab = Lab::open(scenario).unwrap();
    lab.seek(length).unwrap();
    let violation = lab.violation().map(ToString::to_string);
    assert_eq!(violation, None, "{name}");
    lab.goal_at()
}

#[test]
fn every_exercise_has_a_story_three_hints_a_goal_and_what_was_learnt() {
    let all = all();
    for (name, exercise) in &all {
        let scenario = &exercise.scenario;
        assert!(!scenario.story.is_empty(), "{name}");
        assert_eq!(scenario.hints.len(), 3, "{name}");
        assert!(scenario.goal.is_some(), "{name}");
        assert!(!scenario.learnt.is_empty(), "{name}");
        assert!(!exercise.solution.is_empty(), "{name}");
        assert_eq!(
            Scenario::parse(&scenario.to_text()).as_ref(),
            Ok(scenario),
            "{name}"
        );
    }
    assert!(find("nobody").is_none());
    let mut names: Vec<&str> = names().collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
}

#[test]
fn every_recorded_solution_reaches_its_goal_and_every_action_of_it_is_done() {
    let mut faults = Vec::new();
    for (name, exercise) in all() {
        let scenario = exercise.solved();
        let mut lab = Lab::open(scenario.clone()).unwrap();
        lab.seek(scenario.length).unwrap();
        let not_done = lab
            .happenings()
            .filter(|one| one.what == super::super::Happened::NotDone);
        faults.extend(not_done.map(|one| format!("{name} at {}: {}", one.at, one.text)));
        if reached(name, scenario).is_none() {
            faults.push(format!("{name}: its goal is not reached"));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn waiting_solves_no_exercise() {
    for (name, exercise) in all() {
        assert_eq!(reached(name, exercise.scenario), None, "{name}");
    }
}
