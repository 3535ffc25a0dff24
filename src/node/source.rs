//! Where a block or transaction came from, which decides who answers for it.

use crate::primitives::NodeId;

/// Where a block or transaction came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// This node or its person.
    Own,
    /// A peer that holds it for valid.
    Peer(NodeId),
    /// A peer that passed it on before it executed it.
    Relay(NodeId),
}

impl Source {
    /// The peer that sent it, if one did.
    pub(super) const fn peer(self) -> Option<NodeId> {
        match self {
            Self::Own => None,
            Self::Peer(peer) | Self::Relay(peer) => Some(peer),
        }
    }
}
