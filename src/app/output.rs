//! The outcome of a command, for the console, scripts and buttons alike.

use crate::consensus::EPOCH;
use crate::ipc::TransactionInfo;

/// The outcome of a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// What the console prints; it may have several lines.
    pub text: String,
    /// The transaction that was sent, if one was.
    pub sent: Option<TransactionInfo>,
    /// The node that it was about, if it was about one.
    pub node: Option<String>,
}

impl Output {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

/// When a change of parameters counts.
pub(super) fn in_force() -> String {
    format!(
        "from the next height that is a multiple of {EPOCH}, at least two blocks after its own block"
    )
}
