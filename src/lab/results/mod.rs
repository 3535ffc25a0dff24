//! What a person has solved, as one file for a teacher: for each exercise whether its goal was
//! reached, when, and how: the scenario with all actions, and the digest of the event log at that
//! moment. [`check`](Results::check) plays each solution again and believes nothing that the file
//! says.
//!
//! A text is read strictly: what is not understood is refused with its place, what was expected and
//! what was found.
//!
//! Bounds: a file of [`MAX_RESULTS_BYTES`], each exercise once, a name of [`MAX_NAME_BYTES`]; a
//! solution is bounded as any scenario is.

mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::error::ScenarioError;
use super::exercises;
use super::reading;
use super::scenario::{MAX_LENGTH, Scenario};
use crate::primitives::{Date, Digest, Timestamp};

pub use check::{Forgery, Verdict};

/// The version of the format.
const VERSION: u64 = 1;
/// Longest file in bytes: every exercise with the longest scenario.
pub const MAX_RESULTS_BYTES: usize = 16 * 1024 * 1024;
/// Longest name of a person in bytes.
pub const MAX_NAME_BYTES: usize = 120;
/// Length of a time in ISO 8601, in whole seconds of universal time.
const ISO_LEN: usize = "2026-01-31T12:00:00Z".len();

/// A goal that was reached: where and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// Virtual milliseconds.
    pub at: u64,
    /// Digest of the event log at that moment, in hexadecimal.
    pub digest: String,
}

/// How an exercise was solved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Solution {
    /// The wall clock then, as ISO 8601.
    pub when: String,
    /// The goal.
    pub reached: Reached,
    /// The exercise with all actions.
    pub scenario: Scenario,
}

/// What became of an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExerciseResult {
    /// Its name.
    pub exercise: String,
    /// Whether its goal was reached.
    pub solved: bool,
    /// How, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solution: Option<Solution>,
}

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The version of the format of results.
    pub aurex_results: u64,
    /// Who did it, if they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When the file was saved, as ISO 8601.
    pub saved: String,
    /// All exercises, in the order of the course.
    pub exercises: Vec<ExerciseResult>,
}

/// Why a text is no file of results.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the sentence names")]
pub enum ResultsError {
    /// Longer than any.
    #[error("expected results of at most {limit} bytes, found {found}")]
    TooLarge { limit: usize, found: usize },
    /// No JSON, or of another form.
    #[error(transparent)]
    Json(#[from] ScenarioError),
    /// Written for another version of this program.
    #[error("aurex_results: expected {expected}, found {found}")]
    Version { expected: u64, found: u64 },
    /// Too long a name.
    #[error("name: expected 1 to {limit} bytes, found {found}")]
    Name { limit: usize, found: usize },
    /// An exercise that there is none of, or for the second time.
    #[error("exercise {number}: expected the name of an exercise, each once, found {found:?}")]
    Exercise { number: usize, found: String },
    /// A solution of what is said to be not solved.
    #[error("{exercise}: expected no solution, as it says that it is not solved, found one")]
    Unsolved { exercise: String },
    /// No time.
    #[error("{place}: expected a time such as 2026-01-31T12:00:00Z, found {found:?}")]
    Time { place: String, found: String },
    /// A moment that no scenario has.
    #[error("{exercise}: expected a moment of at most {limit} ms, found {found} ms")]
    Moment {
        exercise: String,
        limit: u64,
        found: u64,
    },
    /// No digest.
    #[error("{exercise}: expected a digest of 64 hexadecimal digits, found {found:?}")]
    Digest { exercise: String, found: String },
}

impl Results {
    /// The results of a person: what is known of each exercise, in the order of the course.
    #[must_use]
    pub fn collect(
        name: &str,
        saved: Timestamp,
        known: impl Fn(&str) -> (bool, Option<Solution>),
    ) -> Self {
        let exercises = exercises::COURSE.iter().map(|entry| {
            let (solved, solution) = known(entry.name);
            ExerciseResult {
                exercise: entry.name.to_owned(),
                solved,
                solution: solution.filter(|_| solved),
            }
        });
        let name = name.trim();
        let end = name.floor_char_boundary(MAX_NAME_BYTES);
        Self {
            aurex_results: VERSION,
            name: Some(name[..end].to_owned()).filter(|name| !name.is_empty()),
            saved: iso(saved),
            exercises: exercises.collect(),
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// The first thing in it that is not understood or out of its bounds, with its place.
    pub fn parse(text: &str) -> Result<Self, ResultsError> {
        #[derive(Deserialize)]
        struct Versioned {
            aurex_results: u64,
        }
        let (limit, found) = (MAX_RESULTS_BYTES, text.len());
        if found > limit {
            return Err(ResultsError::TooLarge { limit, found });
        }
        let found = json::<Versioned>(text)?.aurex_results;
        if found != VERSION {
            let expected = VERSION;
            return Err(ResultsError::Version { expected, found });
        }
        let results: Self = json(text)?;
        results.check_form()?;
        Ok(results)
    }

    /// The text, which [`Results::parse`] reads again.
    ///
    /// # Panics
    /// Never: no map in it has keys that are no texts.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("every part has a form in JSON")
    }

    fn check_form(&self) -> Result<(), ResultsError> {
        if let Some(name) = &self.name {
            let (limit, found) = (MAX_NAME_BYTES, name.len());
            if !(1..=limit).contains(&found) {
                return Err(ResultsError::Name { limit, found });
            }
        }
        check_time("saved", &self.saved)?;
        let mut seen = BTreeSet::new();
        for (number, one) in (1..).zip(&self.exercises) {
            let is_known = exercises::names().any(|name| name == one.exercise);
            if !is_known || !seen.insert(&one.exercise) {
                let found = one.exercise.clone();
                return Err(ResultsError::Exercise { number, found });
            }
            if let Some(solution) = &one.solution {
                solution.check_form(&one.exercise, one.solved)?;
            }
        }
        Ok(())
    }
}

impl Solution {
    fn check_form(&self, exercise: &str, solved: bool) -> Result<(), ResultsError> {
        let exercise = exercise.to_owned();
        if !solved {
            return Err(ResultsError::Unsolved { exercise });
        }
        check_time(&exercise, &self.when)?;
        let (limit, found) = (MAX_LENGTH, self.reached.at);
        if found > limit {
            return Err(ResultsError::Moment {
                exercise,
                limit,
                found,
            });
        }
        let found = self.reached.digest.clone();
        match found.parse::<Digest>() {
            Ok(_) => Ok(()),
            Err(_) => Err(ResultsError::Digest { exercise, found }),
        }
    }
}

fn json<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, ResultsError> {
    Ok(serde_json::from_str(text).map_err(reading::json)?)
}

/// A time as ISO 8601 has it, in whole seconds of universal time.
#[must_use]
pub fn iso(time: Timestamp) -> String {
    let date = Date::of(time.0 / 1_000);
    format!("{}T{}Z", date.day(), date.time())
}

fn check_time(place: &str, found: &str) -> Result<(), ResultsError> {
    let fits = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    if found.len() == ISO_LEN && found.bytes().enumerate().all(fits) {
        return Ok(());
    }
    Err(ResultsError::Time {
        place: place.to_owned(),
        found: found.to_owned(),
    })
}
