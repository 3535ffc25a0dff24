//! The course: the exercises in their order, as lines of a list.

use crate::lab::exercises::{COURSE, Entry};

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

/// The exercise after one of this name; `None` after the last one, and for an unknown name.
#[must_use]
pub fn next(name: &str) -> Option<&'static Entry> {
    let at = COURSE.iter().position(|entry| entry.name == name)?;
    COURSE.get(at + 1)
}

/// The first exercise of the course that is not among those solved; `None` where all are.
#[must_use]
pub fn first_open(solved: &[String]) -> Option<&'static Entry> {
    let mut entries = COURSE.iter();
    entries.find(|entry| !solved.iter().any(|name| name == entry.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Lab;

    #[test]
    fn one_exercise_follows_the_other_and_the_first_open_one_is_offered() {
        assert_eq!(next(COURSE[0].name), COURSE.get(1));
        assert_eq!(next(COURSE[COURSE.len() - 1].name), None);
        let solved = [COURSE[0].name.to_owned()];
        assert_eq!(first_open(&solved), COURSE.get(1));
    }

    #[test]
    fn the_network_to_play_with_can_be_opened() {
        assert!(Lab::open_text(FREE).is_ok());
    }
}
