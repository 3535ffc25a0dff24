//! Why a scenario is not read, an action not done, or a frame not changed: the place, what was
//! expected and what was found. All of these are the fault of whoever wrote or did it.

use std::fmt;

use crate::consensus::ParamsError;
use crate::primitives::NodeKind;

/// A place in a scenario. Numbers count from 1, as people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is called as in the text")]
pub enum Place {
    Title,
    Nodes,
    Node(usize),
    Users,
    User(usize),
    Link,
    Links,
    LinkOf(usize),
    Network,
    Story,
    Hints,
    Learnt,
    Goal,
    Actions,
    Action(usize),
    Length,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title => f.write_str("title"),
            Self::Nodes => f.write_str("nodes"),
            Self::Node(number) => write!(f, "node {number}"),
            Self::Users => f.write_str("users"),
            Self::User(number) => write!(f, "user {number}"),
            Self::Link => f.write_str("link"),
            Self::Links => f.write_str("links"),
            Self::LinkOf(number) => write!(f, "link {number} of links"),
            Self::Network => f.write_str("network"),
            Self::Story => f.write_str("story"),
            Self::Hints => f.write_str("hints"),
            Self::Learnt => f.write_str("learnt"),
            Self::Goal => f.write_str("goal"),
            Self::Actions => f.write_str("actions"),
            Self::Action(number) => write!(f, "action {number}"),
            Self::Length => f.write_str("length"),
        }
    }
}

/// Why a text is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the sentence names")]
pub enum ScenarioError {
    /// Longer than any scenario.
    #[error("expected a scenario of at most {limit} bytes, found {found}")]
    TooLarge { limit: usize, found: usize },
    /// No JSON, or of another form: a word that is not known, a field too many or too few.
    #[error("line {line}, column {column}: {problem}")]
    Json {
        line: usize,
        column: usize,
        /// What was expected and found, as the reader of JSON says it; for people.
        problem: String,
    },
    /// Written for another version of this program.
    #[error("version: expected {expected}, found {found}")]
    Version { expected: u64, found: u64 },
    /// Too many of something, or too few.
    #[error("{place}: expected {least} to {most}, found {found}")]
    Range {
        place: Place,
        least: u64,
        most: u64,
        found: u64,
    },
    /// A name that is none.
    #[error(
        "{place}: expected a name of 1 to 32 lower-case letters, digits and hyphens, found {found:?}"
    )]
    Name { place: Place, found: String },
    /// A name that another has.
    #[error("{place}: expected a name of its own, found {found:?} again")]
    Twice { place: Place, found: String },
    /// A name that nobody has.
    #[error("{place}: expected one of {}, found {found:?}", list(known))]
    Unknown {
        place: Place,
        known: Vec<String>,
        found: String,
    },
    /// Bytes that are no transaction.
    #[error(
        "{place}: expected the bytes of a signed transaction in hexadecimal, found {found} characters that are none"
    )]
    Transaction { place: Place, found: usize },
    /// A node of the other kind.
    #[error("{place}: expected a node of kind {}, found {name} of kind {}", expected.word(), found.word())]
    Kind {
        place: Place,
        name: String,
        expected: NodeKind,
        found: NodeKind,
    },
    /// A link from a node to itself.
    #[error("{place}: expected a link between two nodes, found one from {name} to itself")]
    ToItself { place: Place, name: String },
    /// Neither a time nor a condition, or both.
    #[error("{place}: expected either \"at\" or \"when\", found {found}")]
    When { place: Place, found: Given },
    /// Before the action before it.
    #[error("{place}: expected a time of {least} ms or later, found {found} ms")]
    Order {
        place: Place,
        least: u64,
        found: u64,
    },
    /// No network can have these parameters.
    #[error("network: {0}")]
    Params(#[from] ParamsError),
}

/// What an action says of its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    Neither,
    Both,
    AfterWithoutAt,
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Neither => "neither",
            Self::Both => "both",
            Self::AfterWithoutAt => "\"after\" without \"at\"",
        })
    }
}

fn list(known: &[String]) -> String {
    if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    }
}

/// Why an action is not done. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the sentence names")]
pub enum ActError {
    /// It does not fit the scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// No frame of this id is on its way.
    #[error("expected the id of a frame on its way, found {found}")]
    Frame { found: u64 },
    /// A frame that is not held.
    #[error("expected the id of a frame that is held, found {found}")]
    NotHeld { found: u64 },
    /// A frame cannot be changed so.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// It runs already.
    #[error("expected {node} to be stopped, found it running")]
    Runs { node: String },
    /// It does not run.
    #[error("expected {node} to run, found it stopped")]
    Stopped { node: String },
    /// It is not frozen.
    #[error("expected {node} to be frozen, found it going on")]
    NotFrozen { node: String },
    /// No stored block of this height, or no byte there.
    #[error("expected a stored block of height {height} with a byte at {offset}, found none")]
    NoByte { height: u64, offset: usize },
    /// No rule of this name.
    #[error("expected the name of a rule, found {found:?}")]
    NoRule { found: String },
    /// Too many rules.
    #[error("expected at most {limit} rules, found one more")]
    TooManyRules { limit: usize },
    /// A payment that is in no block of a node's chain.
    #[error("expected \"{payment}\" to be in a block of {node}, found it in none")]
    InNoBlock { payment: String, node: String },
    /// A payment that was not signed yet.
    #[error("expected a payment that was signed before, found {found:?}")]
    NotSigned { found: String },
}

/// Why a frame is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the sentence names")]
pub enum EditError {
    /// Beyond the end.
    #[error("expected an offset below {length}, found {found}")]
    Offset { length: usize, found: usize },
    /// The bytes are no message any more.
    #[error("expected a frame that can be read, found bytes that are none")]
    Unreadable,
    /// No field of this name that can be changed.
    #[error("expected one of {}, found {found:?}", list(known))]
    Field { known: Vec<String>, found: String },
    /// A value that the field cannot have.
    #[error("{field}: expected {expected}, found {found:?}")]
    Value {
        field: String,
        expected: &'static str,
        found: String,
    },
}

/// Why time does not go to where it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the sentence names")]
pub enum LabError {
    /// Too far.
    #[error("expected a time of at most {limit} ms, found {found} ms")]
    TooLate { limit: u64, found: u64 },
    /// No such branch.
    #[error(
        "expected the name of a branch, one of {}, found {found:?}",
        list(known)
    )]
    Branch { known: Vec<String>, found: String },
    /// Too many branches.
    #[error("expected at most {limit} branches, found one more")]
    TooManyBranches { limit: usize },
    /// Too many actions.
    #[error("expected at most {limit} actions, found one more")]
    TooManyActions { limit: usize },
    /// The action is not done.
    #[error(transparent)]
    Act(#[from] ActError),
}
