//! What the laboratory refuses.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::codes;

/// Why the laboratory does not do what it was asked for. The reasons are sentences with the place,
/// what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum LabRefusal {
    /// The text is no scenario.
    #[error("the scenario is not opened: {reason}")]
    Scenario {
        /// Why.
        reason: String,
    },
    /// No exercise of this name.
    #[error("expected the name of an exercise, such as {example}, found {found:?}")]
    Exercise {
        /// One that there is.
        example: String,
        /// The name.
        found: String,
    },
    /// The action is not done.
    #[error("{reason}")]
    Action {
        /// Why.
        reason: String,
    },
    /// Time does not go there.
    #[error("{reason}")]
    Time {
        /// Why.
        reason: String,
    },
    /// Nothing is open.
    #[error("expected an open scenario, found none: open one first")]
    Closed,
    /// Its program cannot be loaded.
    #[error(
        "the laboratory is a program of its own, and it could not be loaded: {reason}. If the line is down, try again later; if there is a new release, reload the page"
    )]
    Program {
        /// The browser's reason.
        reason: String,
    },
    /// A command that has no place in a scenario.
    #[error("in the laboratory {what} in another way: {instead}")]
    Elsewhere {
        /// What the command does.
        what: String,
        /// Where it is done.
        instead: String,
    },
    /// The worker failed.
    #[error("the laboratory has stopped: {reason}")]
    Crashed {
        /// In the browser's words.
        reason: String,
    },
}

codes! {
    LabRefusal {
        Scenario => "lab_scenario", "the laboratory does not open the text: it is no scenario, or one out of bounds";
        Exercise => "lab_exercise", "there is no exercise of this name";
        Action => "lab_action", "the laboratory does not do this action";
        Time => "lab_time", "the laboratory does not go to this moment or branch";
        Closed => "lab_closed", "no scenario is open in the laboratory";
        Program => "lab_program", "the laboratory's program cannot be loaded";
        Elsewhere => "lab_elsewhere", "the command has no place in a scenario; the sentence says what does the same";
        Crashed => "lab_crashed", "the laboratory's worker failed";
    }
}
