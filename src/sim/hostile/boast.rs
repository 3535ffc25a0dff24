//! What a hostile one pretends to have, and how it answers those who believe it.

use crate::gossip::Message;
use crate::primitives::{NodeId, Timestamp};

/// How those are answered who believe the boast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// No headers come.
    Nothing,
    /// The list of headers is empty, and comes just in time.
    NoHeaders,
    /// Headers of a chain that really outweighs all, whose bodies never come.
    NoBodies,
    /// The same headers, and just in time lists of bodies with nothing in them.
    EmptyBodies,
    /// The same headers, and just in time one body after the other, but never the last ones.
    Drip,
}

/// A pretence under way.
#[derive(Debug)]
pub(super) struct Pretence {
    pub(super) answers: Answers,
    pub(super) until: Timestamp,
    /// It is told under one name after the other.
    pub(super) many_names: bool,
    /// Answers to be sent at their time.
    pub(super) later: Vec<(Timestamp, NodeId, Message)>,
}
