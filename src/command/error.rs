//! Why a console line is not a command.

use super::draft_error::DraftError;
use crate::ipc::ApiError;
use crate::primitives::{Character, Nearest};

/// Why a console line is not a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Nothing but blanks.
    #[error("expected a command, found an empty line; `help` lists the commands")]
    Empty,
    /// A first word that is no command.
    #[error(
        "expected a command, found \"{found}\"; did you mean `{nearest}`? `help` lists the commands"
    )]
    Unknown {
        /// The word.
        found: String,
        /// The command that is nearest to it.
        nearest: &'static str,
    },
    /// The line ends too early.
    #[error("{word}: expected {expected}, found nothing; usage: {usage}")]
    Missing {
        /// The command.
        word: &'static str,
        /// What should stand there.
        expected: &'static str,
        /// How the command is used.
        usage: &'static str,
    },
    /// The line goes on too long.
    #[error("{word}: expected the end of the line, found \"{found}\"; usage: {usage}")]
    TooMany {
        /// The command.
        word: &'static str,
        /// The first word too many.
        found: String,
        /// How the command is used.
        usage: &'static str,
    },
    /// An argument of another kind or outside its bounds.
    #[error("{word}: expected {expected}, found \"{found}\"{nearest}")]
    Wrong {
        /// The command.
        word: &'static str,
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
        /// The right numbers that it may mean.
        nearest: Nearest,
    },
    /// A character that no command has: one that hides, or that looks like another.
    #[error("expected characters of a keyboard, found {found} as character {place} of the line")]
    Character {
        /// Its place, counted from 1.
        place: usize,
        /// The character.
        found: Character,
    },
    /// A transaction that breaks a rule before anybody signs it.
    #[error("tx: {0}")]
    Draft(#[from] DraftError),
}

impl CommandError {
    /// The name of the mistake.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_line",
            Self::Unknown { .. } => "unknown_command",
            Self::Missing { .. } => "argument_missing",
            Self::TooMany { .. } => "argument_unexpected",
            Self::Wrong { .. } => "argument_wrong",
            Self::Character { .. } => "character",
            Self::Draft(error) => error.code(),
        }
    }
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
