//! Why a network or one of its nodes does not come up, or does not go on.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{PlatformError, RecordError, Refusal};
use crate::consensus::ParamsError;
use crate::ledger::StoreError;
use crate::primitives::{DecodeError, codes};

/// Why a network or a node does not come up.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum StartupError {
    /// A worker of another tab holds the node's identity.
    #[error("node {node} already runs in another tab of this browser")]
    IdentityInUse {
        /// The node.
        node: String,
    },
    /// The browser closed the database that held the node's identity.
    #[error(
        "the browser closed the database by which this tab held node {node}, so that another tab may run it: the node was stopped. Load the page again"
    )]
    IdentityLost {
        /// The node.
        node: String,
    },
    /// The parameters cannot be read.
    #[error(transparent)]
    Encoding(DecodeError),
    /// The parameters cannot be those of a network.
    #[error(transparent)]
    Config(ParamsError),
    /// The node's key is no key.
    #[error("expected a secret key of 32 bytes, found {found}")]
    SecretLength {
        /// Bytes.
        found: usize,
    },
    /// The state machine does not start.
    #[error(transparent)]
    Node(ParamsError),
    /// Another tab holds the node's name.
    #[error("expected {node} to be free, found it in another tab of this network")]
    OtherTab {
        /// The node.
        node: String,
    },
    /// The node does not report.
    #[error("{node} did not start within 15 seconds")]
    Timeout {
        /// The node.
        node: String,
    },
    /// The node's worker was ended.
    #[error("{node} ended before it answered")]
    Gone {
        /// The node.
        node: String,
    },
    /// The node failed and is not started again.
    #[error("{node} failed: {error}")]
    Failed {
        /// The node.
        node: String,
        /// Why.
        error: Box<Refusal>,
    },
    /// The node's ledger has not been written for a minute.
    #[error(
        "the ledger of {node} has not been written for a minute ({reason}): what came after height {durable} is in memory only. Make room in this browser's storage; if that does not help within a minute, save it by `export {node}` and restart the browser"
    )]
    StorageStuck {
        /// The node.
        node: String,
        /// The height that is on the disk.
        durable: u64,
        /// Why.
        reason: String,
    },
    /// What the page signed is in no running node.
    #[error(
        "{} of {who} is missing: {node} took it and ended before it had passed it on, and no node that runs has it. What {who} sends next waits for it. `resend {who}` sends it again, `forget {who}` gives it up",
        nonces(*first, *last)
    )]
    Unsent {
        /// The sender.
        who: String,
        /// The first nonce that is missing.
        first: u64,
        /// The last nonce that is missing.
        last: u64,
        /// The node that took the first.
        node: String,
    },
    /// The network's record cannot be used.
    #[error("{error}. {aside}; the network begins anew.")]
    Record {
        /// What is wrong with it.
        error: RecordError,
        /// Where it is now.
        aside: Box<Aside>,
    },
    /// The ledger of a node cannot be deleted.
    #[error(transparent)]
    Delete(StoreError),
    /// A database of the network cannot be deleted.
    #[error("database {name} was not deleted: {error}")]
    DeleteAll {
        /// The database.
        name: String,
        /// Why.
        error: StoreError,
    },
}

/// Nonces in words.
#[must_use]
pub fn nonces(first: u64, last: u64) -> String {
    if first == last {
        format!("nonce {first}")
    } else {
        format!("nonces {first} to {last}")
    }
}

/// What became of a record that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum Aside {
    /// It is kept.
    #[error("It is kept aside as {key}")]
    Kept {
        /// Under which key.
        key: String,
    },
    /// It cannot be written under another key.
    #[error(transparent)]
    Lost(PlatformError),
}

codes! {
    StartupError {
        IdentityInUse => "identity_in_use", "another tab runs this node";
        IdentityLost => "identity_lost", "the browser closed the database that held the node for this tab";
        Encoding => "bad_config", "the parameters cannot be those of a network";
        Config => "bad_config", "the parameters cannot be those of a network";
        SecretLength => "bad_config", "the parameters cannot be those of a network";
        Node => "node_start", "the parameters cannot be those of a network";
        OtherTab => "other_tab", "another tab runs this node";
        Timeout => "timeout", "a node did not answer in time";
        Gone => "node_gone", "a node's worker ended before it answered";
        Failed => "node_failed", "a node failed twice within a minute, or another tab runs it";
        StorageStuck => "storage_stuck", "a ledger has not been written for a minute";
        Unsent => "unsent", "the node that took a transaction ended before it passed it on";
        Delete => "storage", "a database could not be deleted";
        DeleteAll => "storage", "a database could not be deleted";
        + Self::Record { error, .. } => error;
    }
}
