//! The built-in exercises, in the order of a course. Each is a scenario with a story, three hints,
//! a goal and what was learnt, and a recorded solution: actions that reach the goal. Waiting alone
//! reaches none.

mod course;
#[cfg(test)]
mod tests;

use serde::Deserialize;

pub use course::{COURSE, Entry};

use super::action::Timed;
use super::error::ScenarioError;
use super::reading::from_json;
use super::scenario::Scenario;

/// Names and texts.
const TEXTS: [(&str, &str); 29] = [
    ("nonce", include_str!("nonce.json")),
    ("changed-byte", include_str!("changed-byte.json")),
    ("signature", include_str!("signature.json")),
    ("replay", include_str!("replay.json")),
    ("fees", include_str!("fees.json")),
    ("lottery", include_str!("lottery.json")),
    ("twice-the-power", include_str!("twice-the-power.json")),
    ("difficulty", include_str!("difficulty.json")),
    ("miners-leave", include_str!("miners-leave.json")),
    ("fork", include_str!("fork.json")),
    ("latency", include_str!("latency.json")),
    ("partition", include_str!("partition.json")),
    ("double-spend", include_str!("double-spend.json")),
    ("majority", include_str!("majority.json")),
    ("selfish", include_str!("selfish.json")),
    ("withheld", include_str!("withheld.json")),
    ("eclipse", include_str!("eclipse.json")),
    ("wrong-clock", include_str!("wrong-clock.json")),
    ("turns", include_str!("turns.json")),
    ("sealed-twice", include_str!("sealed-twice.json")),
    ("voted-twice", include_str!("voted-twice.json")),
    ("finality", include_str!("finality.json")),
    ("a-third-away", include_str!("a-third-away.json")),
    ("two-thirds-lie", include_str!("two-thirds-lie.json")),
    ("crash", include_str!("crash.json")),
    ("lost-disk", include_str!("lost-disk.json")),
    ("tampered-ledger", include_str!("tampered-ledger.json")),
    ("light-client", include_str!("light-client.json")),
    ("flood", include_str!("flood.json")),
];

/// An exercise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// What a person begins with.
    pub scenario: Scenario,
    /// Actions that reach the goal.
    pub solution: Vec<Timed>,
}

impl Exercise {
    /// The scenario with the solution in it.
    #[must_use]
    pub fn solved(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        scenario.actions.extend(self.solution.iter().cloned());
        scenario.actions.sort_by_key(Timed::position);
        scenario
    }
}

/// The names of all exercises, in the order of a course.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(name, _)| *name)
}

/// The exercise of a name; `None` if there is none.
///
/// # Errors
/// Never, as all are tested.
#[must_use]
pub fn find(name: &str) -> Option<Result<Exercise, ScenarioError>> {
    let (_, text) = TEXTS.iter().find(|(other, _)| *other == name)?;
    Some(read(text))
}

fn read(text: &str) -> Result<Exercise, ScenarioError> {
    let exercise: Exercise = from_json(text)?;
    exercise.scenario.check()?;
    exercise.solved().check()?;
    Ok(exercise)
}
