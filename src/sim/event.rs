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
    /// A node has started.
    Started(usize),
    /// A hostile one hears a frame.
    Heard {
        hostile: usize,
        frame: Rc<[u8]>,
    },
    Check,
}

/// What was seen of the nodes since it was looked at last, in order.
#[derive(Clone, Debug)]
pub(crate) enum Observed {
    Notice {
        seat: usize,
        notice: Box<Notice>,
        /// The node was judging a frame that a hostile one had played again.
        replayed: bool,
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
