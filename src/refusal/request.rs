//! Why a request to a node is not met: the node does not run, or does not know what is asked for.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::codes;
use crate::records::NodeState;

/// Why a node does not answer.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum NodeError {
    /// Its worker waits for the order to start.
    #[error("the node has not been started")]
    NeverStarted,
    /// Its state machine is not there.
    #[error("the node does not run")]
    NotStarted,
    /// Too many requests wait for its start.
    #[error("the node is starting and too much waits for it")]
    Busy,
    /// Its ledger is being emptied.
    #[error("the ledger is being wiped already")]
    Wiping,
    /// It has stopped.
    #[error("the node has stopped")]
    Stopped,
    /// The shell answers the request, not the node.
    #[error("{what} is answered beside the node, not by it")]
    NotHere {
        /// The request.
        what: String,
    },
    /// It has no worker.
    #[error("{node}: expected a running node, found it {}; `start {node}` starts it", state.word())]
    NotRunning {
        /// The node.
        node: String,
        /// Its state.
        state: NodeState,
    },
    /// It has a worker.
    #[error("{node}: expected a node that does not run, found it {}", state.word())]
    AlreadyRunning {
        /// The node.
        node: String,
        /// Its state.
        state: NodeState,
    },
    /// It takes too long.
    #[error("{node} did not answer within {seconds} seconds")]
    Timeout {
        /// The node.
        node: String,
        /// How long was waited.
        seconds: u32,
    },
}

codes! {
    NodeError {
        NeverStarted => "not_started", "the node's worker has not started the node";
        NotStarted => "not_started", "the node's worker has not started the node";
        Busy => "busy", "the node is starting, or its ledger is being wiped";
        Wiping => "busy", "the node is starting, or its ledger is being wiped";
        Stopped => "stopped", "the node has stopped";
        NotHere => "not_here", "the node's shell answers this, not the node";
        NotRunning => "not_running", "the node does not run";
        AlreadyRunning => "already_running", "the node runs";
        Timeout => "timeout", "a node did not answer in time";
    }
}

/// Why what is asked for is not found.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum LookupError {
    /// Neither a height nor digits of a hash.
    #[error("expected a height of the best chain or at least 4 digits of a hash, found {found:?}")]
    BlockWords {
        /// The text.
        found: String,
    },
    /// No such byte in a block.
    #[error("expected a byte of the block from 0 to {}, found {found}", .length.saturating_sub(1))]
    Byte {
        /// Bytes of the block.
        length: usize,
        /// The number.
        found: String,
    },
    /// No block of this hash.
    #[error("expected a known block, found none with {which}")]
    Block {
        /// The digits.
        which: String,
    },
    /// No node has the block.
    #[error(
        "expected a block's height, hash or first digits of it, found \"{which}\": no node has it"
    )]
    BlockNowhere {
        /// The text.
        which: String,
    },
    /// Several blocks.
    #[error("expected the prefix of one block, found several with {which}")]
    BlockAmbiguous {
        /// The digits.
        which: String,
    },
    /// No digits of an id.
    #[error("expected at least 4 digits of a transaction id, found {found:?}")]
    TransactionWords {
        /// The text.
        found: String,
    },
    /// No transaction of this id.
    #[error("expected a known transaction, found none with {which}")]
    Transaction {
        /// The digits.
        which: String,
    },
    /// Several transactions.
    #[error("expected the prefix of one transaction, found several with {which}")]
    TransactionAmbiguous {
        /// The digits.
        which: String,
    },
    /// No account of this name.
    #[error("expected a registered name or an address of 64 digits, found {found:?}")]
    Account {
        /// The text.
        found: String,
    },
}

impl LookupError {
    /// Whether a node says that there is no such block or transaction.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        match self {
            Self::BlockWords { .. }
            | Self::Block { .. }
            | Self::BlockNowhere { .. }
            | Self::TransactionWords { .. }
            | Self::Transaction { .. } => true,
            Self::BlockAmbiguous { .. }
            | Self::TransactionAmbiguous { .. }
            | Self::Byte { .. }
            | Self::Account { .. } => false,
        }
    }
}

codes! {
    LookupError {
        BlockWords => "unknown_block", "there is no such block";
        Block => "unknown_block", "there is no such block";
        BlockNowhere => "unknown_block", "there is no such block";
        BlockAmbiguous => "ambiguous", "several blocks or transactions begin with these digits";
        TransactionWords => "unknown_transaction", "there is no such transaction";
        Transaction => "unknown_transaction", "there is no such transaction";
        TransactionAmbiguous => "ambiguous", "several blocks or transactions begin with these digits";
        Byte => "unknown_byte", "the block has no such byte";
        Account => "unknown_user", "there is no such user, or this page does not hold the key";
    }
}
