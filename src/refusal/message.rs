//! Values that do not cross the border between Rust, JavaScript and other workers.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::codes;

/// Why a value does not cross.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum MessageError {
    /// The browser does not post it.
    #[error("{reason}")]
    NotPosted {
        /// The browser's reason.
        reason: String,
    },
    /// JavaScript cannot hold it.
    #[error("{reason}")]
    NotRepresentable {
        /// What it cannot hold.
        reason: String,
    },
    /// JavaScript would round it.
    #[error("{field}: expected a number of at most 2^53 - 1, found a larger one")]
    NumberTooLarge {
        /// Where the number is.
        field: String,
    },
    /// The bytes are no message.
    #[error("the message is not one of this program's")]
    Foreign,
    /// An answer of another kind.
    #[error("the answer is one to another request")]
    OtherRequest,
    /// An answer to no request.
    #[error("nobody asked for this page")]
    NotRequested,
    /// The value has another shape.
    #[error("{reason}")]
    Shape {
        /// What was expected.
        reason: String,
    },
    /// A node's answer names an address that is none.
    #[error("the address of {who} cannot be read")]
    Address {
        /// Whose.
        who: String,
    },
}

codes! {
    MessageError {
        NotPosted => "not_posted", "the browser does not post a message";
        NotRepresentable => "not_representable", "JavaScript cannot hold a value";
        NumberTooLarge => "not_representable", "JavaScript cannot hold a value";
        Foreign => "not_understood", "a message or value has another shape than expected";
        OtherRequest => "not_understood", "a message or value has another shape than expected";
        NotRequested => "not_understood", "a message or value has another shape than expected";
        Shape => "not_understood", "a message or value has another shape than expected";
        Address => "not_understood", "a message or value has another shape than expected";
    }
}
