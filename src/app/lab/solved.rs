//! What a person has solved in this browser: the names, and how each exercise was solved first, for
//! the file that a teacher gets.
//!
//! Bounds: one solution of each exercise, as long as a scenario may be. Where nothing can be kept,
//! it is known as long as the page is open.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::app::platform::Platform;
use crate::lab::Scenario;
use crate::lab::desk::SolvedSight;
use crate::lab::results::{Results, Solution, iso};
use crate::primitives::Timestamp;

/// Where the names of solved exercises are kept.
const NAMES: &str = "aurex-lab-solved";
/// Where the solution of an exercise is kept, before its name.
const SOLUTION: &str = "aurex-lab-solution-";

/// The solutions of this visit.
#[derive(Debug, Default)]
pub(super) struct Solutions(RefCell<BTreeMap<String, Solution>>);

/// The names of the solved exercises.
pub(super) fn names(platform: &dyn Platform) -> Vec<String> {
    let kept = platform.load(NAMES).ok().flatten().unwrap_or_default();
    let names = kept.split(' ').filter(|name| !name.is_empty());
    names.map(ToOwned::to_owned).collect()
}

/// Keeps the names of the solved exercises.
pub(super) fn keep_names(platform: &dyn Platform, names: &[String]) {
    // Where nothing can be kept, they are known as long as the page is open.
    let _ = platform.store(NAMES, &names.join(" "));
}

impl Solutions {
    /// Keeps how an exercise was solved, unless it is known already.
    pub(super) fn note(&self, platform: &dyn Platform, name: &str, solved: SolvedSight) {
        if self.of(platform, name).is_some() {
            return;
        }
        // What the laboratory has exported is a scenario.
        let Ok(scenario) = Scenario::parse(&solved.scenario) else {
            return;
        };
        let solution = Solution {
            when: iso(platform.now()),
            reached: solved.reached,
            scenario,
        };
        let text = serde_json::to_string(&solution).unwrap_or_default();
        // As with the names.
        let _ = platform.store(&format!("{SOLUTION}{name}"), &text);
        self.0.borrow_mut().insert(name.to_owned(), solution);
    }

    fn of(&self, platform: &dyn Platform, name: &str) -> Option<Solution> {
        if let Some(known) = self.0.borrow().get(name) {
            return Some(known.clone());
        }
        let kept = platform.load(&format!("{SOLUTION}{name}")).ok().flatten()?;
        // What an earlier version has kept in another form is no solution any more.
        serde_json::from_str(&kept).ok()
    }

    /// All results, for a file.
    pub(super) fn results(
        &self,
        platform: &dyn Platform,
        solved: &[String],
        (name, now): (&str, Timestamp),
    ) -> Results {
        Results::collect(name, now, |exercise| {
            let is_solved = solved.iter().any(|one| one == exercise);
            (is_solved, self.of(platform, exercise))
        })
    }
}
