//! The course: the exercises in their order, as lines of a list.

use std::sync::OnceLock;

use crate::lab::exercises;

/// A network to play with, without a goal.
pub const FREE: &str = r#"{
  "version": 1,
  "title": "A network to play with",
  "seed": 1,
  "nodes": [
    { "name": "pow-1", "kind": "pow", "hash_rate": 20 },
    { "name": "pow-2", "kind": "pow", "hash_rate": 20 },
    { "name": "pow-3", "kind": "pow", "hash_rate": 20 },
    { "name": "poa-1", "kind": "poa" },
    { "name": "poa-2", "kind": "poa" }
  ],
  "link": { "latency": 60, "jitter": 30 },
  "story": [
    "Three miners and two authorities, and nothing to reach. Stop time, take a message off its link, part the network, go back.",
    "Whatever you do can be saved as a file or a link, and plays again exactly so."
  ],
  "length": 1200000
}"#;

/// An exercise in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseLine {
    /// Its number in the course, from 1.
    pub number: usize,
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// What is to be reached.
    pub goal: String,
}

/// The exercises in the order of the course.
#[must_use]
pub fn course() -> &'static [CourseLine] {
    static COURSE: OnceLock<Vec<CourseLine>> = OnceLock::new();
    COURSE.get_or_init(|| {
        let line = |(at, name): (usize, &'static str)| {
            let exercise = exercises::find(name)?.ok()?;
            Some(CourseLine {
                number: at + 1,
                name,
                title: exercise.scenario.title,
                goal: exercise
                    .scenario
                    .goal
                    .map_or_else(String::new, |goal| goal.text),
            })
        };
        exercises::names().enumerate().filter_map(line).collect()
    })
}

/// The exercise after one of this name.
#[must_use]
pub fn next(name: &str) -> Option<&'static CourseLine> {
    let at = course().iter().position(|line| line.name == name)?;
    course().get(at + 1)
}

/// The first exercise that is not solved.
#[must_use]
pub fn first_open(solved: &[String]) -> Option<&'static CourseLine> {
    let mut lines = course().iter();
    lines.find(|line| !solved.iter().any(|name| name == line.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Lab;

    #[test]
    fn every_exercise_is_in_the_list_with_a_title_and_a_goal() {
        assert_eq!(course().len(), exercises::names().count());
        assert!(
            course()
                .iter()
                .all(|line| !line.title.is_empty() && !line.goal.is_empty())
        );
        assert_eq!(next(course()[0].name), course().get(1));
        assert_eq!(next(course()[course().len() - 1].name), None);
    }

    #[test]
    fn the_first_open_exercise_is_the_first_that_is_not_solved() {
        let solved = [course()[0].name.to_owned()];
        assert_eq!(first_open(&solved), course().get(1));
    }

    #[test]
    fn the_network_to_play_with_can_be_opened() {
        assert!(Lab::open_text(FREE).is_ok());
    }
}
