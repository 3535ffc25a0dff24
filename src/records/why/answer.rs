//! What is asked, and the answer of a node: its reasons in words, and how the thing stands by each.
//!
//! Bound: an answer has [`MAX_REASONS`] reasons at the most.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

/// Most reasons of one answer.
pub const MAX_REASONS: usize = 8;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Subject {
    /// A node by its name: why it makes no block now, or does not vote.
    Node(String),
    /// A block by hash, prefix or height: why it is not on the chain.
    Block(String),
    /// A transaction by id or prefix: why it waits.
    Transaction(String),
    /// Why finality stands still.
    Finality,
}

/// Why something is as it is, as one node answers, or the page for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct WhyInfo {
    /// What it is about; hash and id are whole where they are known.
    pub about: Subject,
    /// Name of the node that answers.
    pub node: String,
    /// The reasons, the first that counts before the others.
    pub reasons: Vec<Explained>,
}

/// A reason in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Explained {
    /// The reason's name in snake case, such as `nonce_gap`.
    pub code: String,
    /// The sentence, with the values.
    pub text: String,
    /// The rule that it follows from, in words; `None` where it names none.
    pub rule: Option<String>,
    /// What would have to be, in words; `None` where nothing is compared.
    pub expected: Option<String>,
    /// What is instead, in words; `None` where nothing is compared.
    pub found: Option<String>,
    /// Names of the nodes that say so; empty where the page itself does.
    pub nodes: Vec<String>,
    /// How the thing stands by it.
    pub standing: Standing,
    /// Where a person looks next; scripts do not get it.
    #[serde(skip)]
    pub see: Option<See>,
}

/// How a thing stands by a reason, for those who put the reasons of several nodes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The node knows nothing of it.
    Unknown,
    /// All is as it should be.
    Well,
    /// It is a transaction of the best chain.
    Committed,
    /// It is a transaction that waits no more.
    Dropped,
    /// Something is in its way, or it waits.
    Hindered,
}

/// What a reason points at.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum See {
    /// A block by its id, and the word for it.
    Block(String, String),
    /// A transaction by its id.
    Transaction(String),
    /// The log.
    Log,
}

impl WhyInfo {
    /// Whether the node has never heard of the thing.
    #[must_use]
    pub fn knows_nothing(&self) -> bool {
        self.reasons.iter().any(Explained::is_unknown)
    }
}

impl Explained {
    /// Whether it says that all is as it should be.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        matches!(self.standing, Standing::Well | Standing::Committed)
    }

    /// Whether the node knows nothing of the thing.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self.standing, Standing::Unknown)
    }

    /// The sentence with who says it, the rule, and what was expected and found.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = match self.nodes.as_slice() {
            [] => self.text.clone(),
            nodes => format!("{}: {}", nodes.join(", "), self.text),
        };
        if let Some(rule) = &self.rule {
            line.push_str(&format!(" Rule: {rule}."));
        }
        if let Some(both) = self.measure() {
            line.push_str(&format!(" {both}."));
        }
        line
    }

    /// What was expected and found, as a sentence without its full stop; `None` without both.
    #[must_use]
    pub fn measure(&self) -> Option<String> {
        let (expected, found) = (self.expected.as_ref()?, self.found.as_ref()?);
        Some(format!("Expected {expected}, found {found}"))
    }
}
