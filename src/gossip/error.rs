//! Why a frame is refused. Each of these is the fault of whoever sent it.

use super::version::PROTOCOL;
use crate::primitives::{NodeId, codes};

/// Why a frame is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Not a frame of this application.
    #[error("expected a frame beginning with \"AURX\", found {found} other bytes")]
    Foreign {
        /// Bytes.
        found: usize,
    },
    /// Another version of the protocol.
    #[error("expected protocol version {PROTOCOL}, found {found}")]
    Version {
        /// Version.
        found: u8,
    },
    /// Another network.
    #[error("expected network {expected}, found {found}")]
    Network {
        /// Ours, hexadecimal.
        expected: String,
        /// Theirs, hexadecimal.
        found: String,
    },
    /// A type that this version does not know.
    #[error("expected a message type of 0 to {last}, found {found}")]
    UnknownType {
        /// The highest known.
        last: u8,
        /// Type.
        found: u8,
    },
    /// Longer than a message of its type may be.
    #[error("expected at most {limit} bytes of {kind}, found {found}")]
    TooLarge {
        /// Name of the type.
        kind: &'static str,
        /// Bound.
        limit: usize,
        /// Payload bytes.
        found: usize,
    },
    /// The length field does not fit the bytes.
    #[error("expected a frame of {expected} bytes, found {found}")]
    Length {
        /// What the length field says.
        expected: usize,
        /// Bytes.
        found: usize,
    },
    /// The signature is not that of the sender.
    #[error("expected a signature by {from}, found one that does not verify")]
    Signature {
        /// Who was said to have sent it.
        from: NodeId,
    },
    /// Sent before, or out of order.
    #[error("expected a sequence above {last}, found {found}")]
    Replay {
        /// Last sequence of the session.
        last: u64,
        /// Sequence.
        found: u64,
    },
    /// The payload is no message.
    #[error("the payload of a {kind} frame is not canonically encoded")]
    Payload {
        /// Name of the type.
        kind: &'static str,
    },
}

codes! {
    FrameError {
        Foreign => "frame_foreign", "the bytes are no frame of this program";
        Version => "frame_version", "the frame is of another version of the protocol";
        Network => "frame_network", "the frame belongs to another network";
        UnknownType => "frame_type", "the frame's message type is unknown";
        TooLarge => "frame_too_large", "the message is longer than its type allows";
        Length => "frame_length", "the length field does not fit the bytes";
        Signature => "frame_signature", "the sender's signature does not verify";
        Replay => "frame_replay", "the frame was sent before, or is out of order";
        Payload => "frame_payload", "the payload is no message";
    }
}
