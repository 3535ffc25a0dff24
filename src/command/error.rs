//! Why a console line is not a command.

use std::borrow::Cow;

use borsh::{BorshDeserialize, BorshSerialize};

use super::draft_error::DraftError;
use crate::primitives::{Character, Nearest, codes};

/// Why a console line is not a command.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
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
        nearest: Cow<'static, str>,
    },
    /// The line ends too early.
    #[error("{word}: expected {expected}, found nothing; usage: {usage}")]
    Missing {
        /// The command.
        word: Cow<'static, str>,
        /// What should stand there.
        expected: Cow<'static, str>,
        /// How the command is used.
        usage: Cow<'static, str>,
    },
    /// The line goes on too long.
    #[error("{word}: expected the end of the line, found \"{found}\"; usage: {usage}")]
    TooMany {
        /// The command.
        word: Cow<'static, str>,
        /// The first word too many.
        found: String,
        /// How the command is used.
        usage: Cow<'static, str>,
    },
    /// An argument of another kind or outside its bounds.
    #[error("{word}: expected {expected}, found \"{found}\"{nearest}")]
    Wrong {
        /// The command.
        word: Cow<'static, str>,
        /// What should stand there.
        expected: Cow<'static, str>,
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

codes! {
    CommandError {
        Empty => "empty_line", "the line is empty";
        Unknown => "unknown_command", "the first word is no command";
        Missing => "argument_missing", "a command or call lacks an argument";
        TooMany => "argument_unexpected", "a command has more arguments than it takes";
        Wrong => "argument_wrong", "an argument is of another kind or outside its bounds";
        Character => "character", "a character hides, or is one that no command or name has";
        + Self::Draft(error) => error;
    }
}
