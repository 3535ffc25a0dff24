//! What happened, as a timeline shows it.
//!
//! Bounds: the last [`MAX_HAPPENINGS`] are kept; how many are not is counted.

use std::collections::VecDeque;
use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::records::{Event, Level, Topic};

/// Happenings that are kept: some hours of a quiet network.
const MAX_HAPPENINGS: usize = 16_384;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// A node said something.
    Node {
        /// What about.
        topic: Topic,
        /// How much it matters.
        level: Level,
    },
    /// A node made a block.
    Made,
    /// A person did something, or the scenario did.
    Action,
    /// An action of the scenario could not be done.
    NotDone,
    /// The goal was reached.
    Goal,
    /// A promise was broken; time stands still from there on.
    Violation,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Happening {
    /// Virtual time in milliseconds since the beginning.
    pub at: u64,
    /// The name of the node, if it is one's.
    pub node: Option<String>,
    /// What kind of thing.
    pub what: Happened,
    /// As a sentence.
    pub text: String,
    /// What a node said, where it names what it is about: the event without its sentence.
    #[serde(skip)]
    pub about: Option<Box<Event>>,
}

/// The timeline up to a moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    kept: VecDeque<Rc<Happening>>,
    left_out: u64,
}

impl Timeline {
    pub(super) fn push(&mut self, happening: Happening) {
        if self.kept.len() >= MAX_HAPPENINGS {
            self.kept.pop_front();
            self.left_out = self.left_out.saturating_add(1);
        }
        self.kept.push_back(Rc::new(happening));
    }

    /// What is kept, the oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Happening> {
        self.kept.iter().map(|one| &**one)
    }

    /// How many have happened up to now.
    pub(super) fn count(&self) -> u64 {
        let kept = u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        self.left_out.saturating_add(kept)
    }
}
