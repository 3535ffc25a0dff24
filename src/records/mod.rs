//! One record for each thing that is stored, sent to the page, shown and handed to scripts, with an
//! enum for everything that is one of a few.
//!
//! Where a thing has several pictures, what they share is one record that each of them holds, and
//! only what a picture adds is its own: a row adds bytes, an answer adds confirmations.
//!
//! Invariants: field names are those of the scripting API and of the stored rows; times are
//! milliseconds since 1970; hashes and addresses are lower-case hexadecimal.

mod account;
mod block;
mod event;
mod fields;
mod finality;
mod node;
mod reorganisation;
mod settings;
mod state;
mod table;
mod transaction;
mod why;
mod words;

pub use account::{AccountInfo, AssetRow, UserRow};
pub use block::{BlockInfo, BlockRecord, BlockRow, BlockSummary, ChainInfo, StoredBlock};
pub use event::{Event, Level, Topic};
pub use fields::FieldValue;
pub use finality::{BlockFinality, CheckpointRecord, EvidenceRecord, FinalityInfo, FinalityStatus};
pub use node::{MinerRecord, MinerRow, MinerStatus, NodeRow, NodeStatus, PeerStatus, Try};
pub use reorganisation::{
    BalanceChange, BranchBlock, BranchRecord, Fate, LeftTransaction, MAX_BALANCES, MAX_BRANCH,
    MAX_LEFT, Reorganisation,
};
pub use settings::{MAX_MINERS, Pace};
pub use state::NodeState;
pub use table::{RawRow, Row, SCHEMA_VERSION, Table, meta_key};
pub use transaction::{MempoolInfo, TransactionInfo, TransactionRecord, TransactionRow};
pub use why::{DEPTH_ALONE, Explained, MAX_REASONS, Reason, See, Standing, Subject, WhyInfo};
pub use words::{BlockKind, LedgerStart, MinerState, PayloadKind, PeerState, TransactionStatus};
