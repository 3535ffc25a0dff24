//! What happens in a world, and what is seen of it.

use std::rc::Rc;

use crate::node::{BatchId, Node, Notice};
use crate::primitives::{BlockHash, Timestamp, Transaction};

use super::storage::Promise;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Frame {
        from: usize,
        to: usize,
        /// When it was put on the link.
        sent: Timestamp,
        frame: Rc<[u8]>,
        replayed: bool,
    },
    Wake {
        seat: usize,
        run: u32,
        number: u64,
    },
    Found {
        seat: usize,
        run: u32,
        job: u64,
    },
    Stored {
        seat: usize,
        run: u32,
        id: BatchId,
    },
    Start {
        seat: usize,
    },
    Thaw {
        seat: usize,
    },
    /// What is no node's.
    Cue(Cue),
}

/// Something that others than the nodes do.
#[derive(Clone, Debug)]
pub(crate) enum Cue {
    Fault,
    Mend,
    Work,
    Hostile(usize),
    /// A hostile one does something about votes.
    Votes(usize),
    /// A hostile one tells once more what it pretends to have.
    Boast(usize),
    /// A hostile one sends answers that it has put off.
    Reply(usize),
    /// A hostile one has another branch outweigh all others.
    Flip(usize),
    /// A node has started.
    Started(usize),
    /// A hostile one hears a frame.
    Heard {
        hostile: usize,
        frame: Rc<[u8]>,
    },
    Check,
}

/// A frame that a node is judging.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) frame: Rc<[u8]>,
    /// A hostile one has played it again.
    pub(crate) replayed: bool,
}

/// What was seen of the nodes since it was looked at last, in order.
#[derive(Clone, Debug)]
pub(crate) enum Observed {
    Notice {
        seat: usize,
        notice: Box<Notice>,
        /// The frame that made the node say so, if one did.
        heard: Option<Heard>,
    },
    /// A node hands its disk the rows of these blocks.
    Written {
        seat: usize,
        blocks: Vec<String>,
    },
    Submitted {
        seat: usize,
        transaction: Box<Transaction>,
        accepted: bool,
    },
    Started {
        seat: usize,
        was_new: bool,
        promised: Promise,
    },
    Ended {
        seat: usize,
        node: Box<Node>,
    },
    /// An authority has sealed these two blocks for one slot.
    DoubleSeal(BlockHash, BlockHash),
}
