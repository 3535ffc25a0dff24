//! Whether what a file of results says is so: each solution is played again from its scenario,
//! which must be the exercise of this program and nothing else but what a person did.

use super::super::control::Lab;
use super::super::error::ScenarioError;
use super::super::exercises;
use super::super::scenario::Scenario;
use super::{ExerciseResult, Results, Solution};

/// What a file says of an exercise, and whether it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not solved, and the file does not say so.
    Open,
    /// The solution reaches the goal at the said moment, with the said digest.
    Solved {
        /// Virtual milliseconds.
        at: u64,
    },
    /// It is said to be solved, and nobody can see how.
    Unproven,
    /// It is not so.
    Forged(Forgery),
}

/// Why a solution is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the sentence names")]
pub enum Forgery {
    /// The scenario has another network, goal or story than the exercise.
    #[error("expected the exercise of this program, found another {found}")]
    Other { found: &'static str },
    /// What the exercise itself does is not done in it.
    #[error("expected action {number} of the exercise among its actions, found none such")]
    Without { number: usize },
    /// Something in it is out of bounds.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Its actions do not reach the goal by then.
    #[error("expected its goal to be reached at {expected} ms, found it not reached by then")]
    NotReached { expected: u64 },
    /// They reach it earlier.
    #[error("expected its goal to be reached at {expected} ms, found it reached at {found} ms")]
    Moment { expected: u64, found: u64 },
    /// What led to it is another run.
    #[error("expected the digest {expected} when its goal is reached, found {found}")]
    Digest { expected: String, found: String },
}

impl Results {
    /// Plays all solutions again, one after the other: names of exercises, and what is to be said
    /// of each.
    pub fn check(&self) -> impl Iterator<Item = (&ExerciseResult, Verdict)> {
        let all = self.exercises.iter();
        all.map(|one| (one, one.check()))
    }
}

impl ExerciseResult {
    /// Plays the solution again.
    #[must_use]
    pub fn check(&self) -> Verdict {
        match &self.solution {
            None if self.solved => Verdict::Unproven,
            None => Verdict::Open,
            Some(solution) => match solution.replay(&self.exercise) {
                Ok(at) => Verdict::Solved { at },
                Err(forgery) => Verdict::Forged(forgery),
            },
        }
    }
}

impl Solution {
    /// When the goal of an exercise is reached, if it is as this says.
    fn replay(&self, exercise: &str) -> Result<u64, Forgery> {
        let Some(Ok(own)) = exercises::find(exercise) else {
            return Err(Forgery::Other { found: "name" });
        };
        is_of(&own.scenario, &self.scenario)?;
        let expected = self.reached.at;
        let mut lab = Lab::open(self.scenario.clone())?;
        if lab.seek(expected).is_err() {
            return Err(Forgery::NotReached { expected });
        }
        let Some((found, digest)) = lab.reached() else {
            return Err(Forgery::NotReached { expected });
        };
        if found != expected {
            return Err(Forgery::Moment { expected, found });
        }
        let (expected, digest) = (self.reached.digest.clone(), digest.to_string());
        if expected != digest {
            let found = digest;
            return Err(Forgery::Digest { expected, found });
        }
        Ok(found)
    }
}

/// Whether a scenario is an exercise with more actions: its own are all there.
fn is_of(own: &Scenario, found: &Scenario) -> Result<(), Forgery> {
    let parts = [
        ("version", own.version == found.version),
        ("title", own.title == found.title),
        ("seed", own.seed == found.seed),
        ("list of nodes", own.nodes == found.nodes),
        ("list of users", own.users == found.users),
        ("network", own.network == found.network),
        (
            "medium",
            (&own.link, &own.links) == (&found.link, &found.links),
        ),
        ("story", own.story == found.story),
        ("ladder of hints", own.hints == found.hints),
        ("goal", own.goal == found.goal),
        ("lesson", own.learnt == found.learnt),
        ("length", own.length == found.length),
    ];
    if let Some((found, _)) = parts.iter().find(|(_, same)| !same) {
        return Err(Forgery::Other { found });
    }
    let mut own = (1..).zip(&own.actions);
    match own.find(|(_, wanted)| !found.actions.contains(wanted)) {
        Some((number, _)) => Err(Forgery::Without { number }),
        None => Ok(()),
    }
}
