//! A file of results is read strictly, and what it says counts only when playing it again says the
//! same.

use super::super::action::{Action, Timed};
use super::super::control::Lab;
use super::super::exercises;
use super::*;

/// How the recorded solution of an exercise solves it.
fn solution(name: &str) -> Solution {
    let scenario = exercises::find(name).unwrap().unwrap().solved();
    let mut lab = Lab::open(scenario.clone()).unwrap();
    lab.seek(scenario.length).unwrap();
    let (at, digest) = lab.reached().unwrap();
    let digest = digest.to_string();
    Solution {
        when: "2026-01-31T12:00:00Z".to_owned(),
        reached: Reached { at, digest },
        scenario,
    }
}

fn results(change: impl Fn(&mut Solution)) -> Results {
    let mut solved = solution("fork");
    change(&mut solved);
    Results::collect("  Ada ", Timestamp(1_769_860_800_000), |name| match name {
        "fork" => (true, Some(solved.clone())),
        "fees" => (true, None),
        _ => (false, None),
    })
}

/// What is said of the exercise "fork", after the file was written and read.
fn verdict(change: impl Fn(&mut Solution)) -> Verdict {
    let text = results(change).to_text();
    let read = Results::parse(&text).unwrap();
    let mut fork = read.exercises.iter().filter(|one| one.exercise == "fork");
    fork.next().unwrap().check()
}

fn forgery(change: impl Fn(&mut Solution)) -> String {
    let found = verdict(change);
    let Verdict::Forged(forgery) = &found else {
        panic!("expected a forgery, found {found:?}");
    };
    forgery.to_string()
}

#[test]
fn what_was_solved_is_found_solved_and_what_was_not_is_open() {
    let honest = results(|_| {});
    assert_eq!(Results::parse(&honest.to_text()), Ok(honest.clone()));
    assert_eq!(honest.name.as_deref(), Some("Ada"));
    assert_eq!(honest.saved, "2026-01-31T12:00:00Z");
    let at = solution("fork").reached.at;
    for (one, verdict) in honest.check() {
        let expected = match one.exercise.as_str() {
            "fork" => Verdict::Solved { at },
            "fees" => Verdict::Unproven,
            _ => Verdict::Open,
        };
        assert_eq!(verdict, expected, "{}", one.exercise);
    }
    assert_eq!(honest.exercises.len(), exercises::COURSE.len());
}

#[test]
fn a_forged_solution_is_refused_and_the_sentence_says_what_is_wrong() {
    type Change = fn(&mut Solution);
    let cases: [(Change, &str); 9] = [
        (|one| one.reached.at += 1, "found it reached at"),
        (|one| one.reached.at -= 1, "not reached by then"),
        (
            |one| one.reached.digest = "0".repeat(64),
            "expected the digest 000",
        ),
        (|one| one.scenario.seed += 1, "another seed"),
        (
            |one| one.scenario.nodes[0].hash_rate = Some(9_000),
            "another list of nodes",
        ),
        (|one| one.scenario.goal = None, "another goal"),
        (|one| one.scenario.length = 1, "another length"),
        (|one| one.scenario.actions.clear(), "not reached by then"),
        (
            |one| {
                let kill = Action::Kill {
                    node: "pow-9".to_owned(),
                    power: false,
                };
                one.scenario.actions.push(Timed::at(99_000, kill));
            },
            "action 3: expected one of pow-1, pow-2",
        ),
    ];
    for (change, part) in cases {
        let said = forgery(change);
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn what_the_exercise_itself_does_cannot_be_left_out() {
    let mut solved = solution("double-spend");
    let own = |timed: &Timed| matches!(&timed.action, Action::Pay { name, .. } if name == "order");
    solved.scenario.actions.retain(|timed| !own(timed));
    let one = ExerciseResult {
        exercise: "double-spend".to_owned(),
        solved: true,
        solution: Some(solved),
    };
    assert_eq!(one.check(), Verdict::Forged(Forgery::Without { number: 1 }));
}

#[test]
fn a_text_that_is_not_understood_is_refused_with_its_place() {
    let good = results(|_| {}).to_text();
    let with = |old: &str, new: &str| {
        assert!(good.contains(old), "{old}");
        Results::parse(&good.replacen(old, new, 1))
            .unwrap_err()
            .to_string()
    };
    for (old, new, said) in [
        (
            "\"aurex_results\": 1",
            "\"aurex_results\": 2",
            "aurex_results: expected 1, found 2",
        ),
        (
            "\"name\": \"Ada\"",
            "\"name\": \"\"",
            "name: expected 1 to 120 bytes, found 0",
        ),
        (
            "\"saved\": \"2026-",
            "\"saved\": \"26-",
            "saved: expected a time",
        ),
        (
            "\"exercise\": \"nonce\"",
            "\"exercise\": \"nance\"",
            "exercise 1: expected the name",
        ),
        (
            "\"exercise\": \"fees\"",
            "\"exercise\": \"nonce\"",
            "each once, found \"nonce\"",
        ),
        (
            "\"when\": \"2026",
            "\"when\": \"2O26",
            "fork: expected a time",
        ),
        (
            "\"digest\": \"",
            "\"digest\": \"x",
            "fork: expected a digest",
        ),
        (
            "\"solved\": true,\n      \"solution\"",
            "\"solved\": false,\n      \"solution\"",
            "fork: expected no solution",
        ),
        (
            "\"reached\": {",
            "\"reached\": {\"by\": 1,",
            "unknown field `by`",
        ),
    ] {
        let found = with(old, new);
        assert!(found.contains(said), "{said}: {found}");
    }
    for length in (0..good.len()).filter(|at| at % 97 == 0 && good.is_char_boundary(*at)) {
        assert!(Results::parse(&good[..length]).is_err(), "{length}");
    }
    let found = MAX_RESULTS_BYTES + 1;
    let limit = MAX_RESULTS_BYTES;
    assert_eq!(
        Results::parse(&" ".repeat(found)),
        Err(ResultsError::TooLarge { limit, found })
    );
}

#[test]
fn a_time_is_written_as_the_calendar_has_it() {
    for (ms, expected) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_400_000, "2000-02-29T00:00:00Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59Z"),
        (1_767_225_600_000, "2026-01-01T00:00:00Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00Z"),
    ] {
        assert_eq!(iso(Timestamp(ms)), expected);
    }
}
