//! What goes into a node and what comes out. Everything else about it is inside.

use crate::consensus::{Params, ParamsError};
pub use crate::ipc::Answer;
use crate::ipc::{FromMiner, Refusal, ToMiner, Workload};
use crate::ledger::{Batch, Durability, StoreError};
use crate::primitives::{Instant, Keypair, NodeId, NodeKind};
use crate::refusal::NodeError;

use super::Notice;

/// What a node is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The network's parameters.
    pub params: Params,
    /// The node's key.
    pub key: Keypair,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
    /// The tab that runs it.
    pub host: String,
    /// What its miners are to do.
    pub workload: Workload,
    /// Whether it may be the node's first run: with an empty ledger it has done nothing then in the
    /// network's first slot.
    pub is_first: bool,
    /// A random number of this run.
    pub session: u64,
    /// A random number that all random choices of this run follow from.
    pub seed: u64,
}

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A frame arrived.
    Frame(Vec<u8>),
    /// The time of the last [`Output::WakeAt`] has come.
    Wake,
    /// A batch is durable.
    Persisted(BatchId),
    /// A batch was not stored, nothing of it.
    PersistFailed(BatchId, StoreError),
    /// A miner worker reports.
    Miner(u32, FromMiner),
    /// A miner worker failed, or is there again.
    MinerState {
        /// Which, from 0.
        worker: u32,
        /// Whether it can hash.
        up: bool,
    },
    /// The person sets what the miners are to do.
    SetWorkload(Workload),
    /// The person cuts or heals the link from another node to this one.
    SetLink {
        /// The sender.
        from: NodeId,
        /// Whether its frames are dropped on arrival.
        cut: bool,
    },
    /// The ledger cannot be used; it is kept in memory.
    Degraded(StoreError),
    /// The person stops the node.
    Stop,
}

/// Names a batch until it is durable or failed. One batch is under way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchId(pub u64);

/// Something to do outside, in this order, without waiting.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Post a frame for all.
    Broadcast(Vec<u8>),
    /// Post a frame for one.
    Send {
        /// The receiver.
        to: NodeId,
        /// The frame.
        frame: Vec<u8>,
    },
    /// Write a batch; answered by [`Input::Persisted`] or [`Input::PersistFailed`].
    Persist {
        /// Comes back with the answer.
        id: BatchId,
        /// The changes.
        batch: Batch,
        /// How hard to press it onto the disk.
        durability: Durability,
    },
    /// Tell a miner worker.
    Miner {
        /// Which, from 0.
        worker: u32,
        /// What.
        message: ToMiner,
    },
    /// Give [`Input::Wake`] at this time; replaces the time before.
    WakeAt(Instant),
    /// Something a person may want to know.
    Notice(Notice),
    /// The node has stopped; everything that could be written is.
    Stopped,
}

/// Outputs in the order they are to be done.
pub type Outbox = Vec<Output>;

/// Why a node cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// No network can have these parameters.
    #[error(transparent)]
    Params(#[from] ParamsError),
}

/// What a request that the shell answers gets here.
pub(super) fn not_here(what: &str) -> Refusal {
    let what = what.to_owned();
    NodeError::NotHere { what }.into()
}
