//! What is wrong in a link, and in the record that a browser keeps of a network.

use std::borrow::Cow;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::command::TooManyWorkers;
use crate::primitives::{DecodeError, Name, ParseHexError, codes};

/// What is wrong in a link.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum PageLinkError {
    /// A value of another kind or outside its bounds.
    #[error("link parameter {name}: expected {expected}, found \"{found}\"; {taken} is taken")]
    Value {
        /// The parameter.
        name: Cow<'static, str>,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
        /// The default.
        taken: String,
    },
    /// A parameter that does not exist.
    #[error(
        "link parameter \"{found}\": expected one of pow, poa, difficulty, pace, net, test_tx, miners; did you mean {nearest}?"
    )]
    Unknown {
        /// Its name.
        found: String,
        /// The one it may be meant for.
        nearest: Cow<'static, str>,
    },
    /// A parameter for the second time.
    #[error(
        "link parameter {name}: expected it once, found it again with \"{found}\"; the first value is taken"
    )]
    Twice {
        /// The parameter.
        name: Cow<'static, str>,
        /// The later value.
        found: String,
    },
    /// A network without anybody who makes blocks.
    #[error(
        "link parameters pow and poa: expected at least one node, found pow=0 and poa=0; pow=3 and poa=2 are taken"
    )]
    NoNodes,
    /// More workers than a tab gets.
    #[error("link parameters pow, poa and miners: {error}; miners={taken} is taken")]
    Workers {
        /// How many there would be.
        error: TooManyWorkers,
        /// Miners of each node that fit.
        taken: u32,
    },
    /// The shape of a network that exists already.
    #[error(
        "network {network} exists with pow={pow}, poa={poa}, difficulty={difficulty}: the link's values are for a new network and were not taken; another `net` begins one"
    )]
    Exists {
        /// The network.
        network: Name,
        /// Its proof-of-work nodes.
        pow: usize,
        /// Its proof-of-authority nodes.
        poa: usize,
        /// The digits that it began with.
        difficulty: u8,
    },
}

codes! {
    PageLinkError {
        Value => "link_parameter", "a link parameter is unknown, wrong or given twice, or does not fit a network that exists";
        Unknown => "link_parameter", "a link parameter is unknown, wrong or given twice, or does not fit a network that exists";
        Twice => "link_parameter", "a link parameter is unknown, wrong or given twice, or does not fit a network that exists";
        NoNodes => "link_parameter", "a link parameter is unknown, wrong or given twice, or does not fit a network that exists";
        Workers => "link_parameter", "a link parameter is unknown, wrong or given twice, or does not fit a network that exists";
        Exists => "link_parameter", "a link parameter is unknown, wrong or given twice, or does not fit a network that exists";
    }
}

/// Why the record of a network cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[error("the record of network {network}: {fault}")]
pub struct RecordError {
    /// The network.
    pub network: String,
    /// What is wrong.
    pub fault: RecordFault,
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum RecordFault {
    /// It has another layout.
    #[error("expected version {expected}, found {found}")]
    Version {
        /// The version known here.
        expected: u32,
        /// The version of the text, cut short.
        found: String,
    },
    /// It is no record.
    #[error("expected the bytes of a record, found others")]
    Bytes,
    /// Its seed is no seed.
    #[error("expected a seed of 32 bytes")]
    Seed,
    /// Its parameters are not hexadecimal.
    #[error(transparent)]
    Hex(#[from] ParseHexError),
    /// Its parameters cannot be read.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
    /// It is the record of another network.
    #[error("expected parameters of {expected}, found those of {found}")]
    Network {
        /// The network.
        expected: String,
        /// The other network.
        found: Name,
    },
    /// Its nodes are too many, or share a name.
    #[error("expected at most {limit} nodes with different names")]
    Nodes {
        /// Bound.
        limit: usize,
    },
}

codes! {
    RecordFault {
        Version => "record_version", "the network's record is of another version, or of an older rule set";
        Bytes => "record_corrupt", "the network's record cannot be read";
        Seed => "record_corrupt", "the network's record cannot be read";
        Hex => "record_corrupt", "the network's record cannot be read";
        Encoding => "record_corrupt", "the network's record cannot be read";
        Network => "record_corrupt", "the network's record cannot be read";
        Nodes => "record_corrupt", "the network's record cannot be read";
    }
}

impl RecordError {
    /// Name of the refusal, in snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }
}
