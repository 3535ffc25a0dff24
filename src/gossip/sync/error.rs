//! Why an answer to a fetch is refused. Each of these is the fault of the peer that sent it.

use crate::consensus::BlockError;
use crate::primitives::{BlockHash, Height, codes};

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// Nobody asked for it.
    #[error("the answer was not asked for")]
    Unsolicited,
    /// A body that its header does not commit to.
    #[error("the body of block {0} is not the one its header commits to")]
    BodyMismatch(BlockHash),
    /// Headers that are no chain.
    #[error("expected a child of block {expected} at height {height}, found a child of {found}")]
    Unlinked {
        /// The block before.
        expected: BlockHash,
        /// The height after that block's.
        height: Height,
        /// The header's parent.
        found: BlockHash,
    },
    /// A header that breaks a rule.
    #[error("the header at height {height} breaks rule {}: {error}", error.rule())]
    Header {
        /// Its height.
        height: Height,
        /// The rule.
        error: BlockError,
    },
}

codes! {
    SyncError {
        Unsolicited => "unsolicited", "nobody asked for the answer";
        BodyMismatch => "body_mismatch", "the body is not the one that its header commits to";
        Unlinked => "unlinked", "the headers are no chain";
        + Self::Header { error, .. } => error;
    }
}
