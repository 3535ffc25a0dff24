//! Where frames come in: what the simulated links do to each, before the node sees it.
//!
//! Bounds: at most [`MAX_WAITING`] frames of [`MAX_WAITING_BYTES`] are delayed at a time; what comes then is lost, as
//! on a router whose buffer is full. At most [`MAX_LINES`] senders are known, as anybody can claim a name.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::shell::Shell;
use crate::browser::js;
use crate::gossip::Envelope;
use crate::links::{Arrivals, Line, Link, LinkTable};
use crate::node::{Input, MAX_WAITING, MAX_WAITING_BYTES};
use crate::primitives::{BlockHash, NodeId, Timestamp};

/// Most senders whose links are remembered.
const MAX_LINES: usize = 256;

/// The links to one node.
#[derive(Debug, Default)]
pub(super) struct Gate {
    table: RefCell<LinkTable>,
    lines: RefCell<BTreeMap<NodeId, Line>>,
    under_way: Cell<usize>,
    bytes: Cell<usize>,
}

impl Gate {
    /// The links are these from now on; what is under way arrives as it was to.
    pub(super) fn set(&self, table: LinkTable) {
        *self.table.borrow_mut() = table;
        *self.lines.borrow_mut() = BTreeMap::new();
    }

    /// When a frame arrives. A plain link delays nothing, and what is no frame is refused by the node.
    fn carry(&self, bytes: &[u8], to: &NodeId, chain_id: &BlockHash, now: Timestamp) -> Arrivals {
        let at_once = Arrivals {
            first: Some(now),
            copy: None,
        };
        let table = self.table.borrow();
        if table.default == Link::default() {
            return at_once;
        }
        let Ok(frame) = Envelope::parse(bytes, chain_id) else {
            return at_once;
        };
        let mut lines = self.lines.borrow_mut();
        if lines.len() >= MAX_LINES && !lines.contains_key(&frame.from) {
            *lines = BTreeMap::new();
        }
        let line = lines.entry(frame.from).or_default();
        table.carry(line, (&frame.from, to), frame.sequence, bytes.len(), now)
    }
}

impl Gate {
    /// Whether one more frame of `length` bytes may be under way; then it is.
    fn enter(&self, length: usize) -> bool {
        let (count, bytes) = (
            self.under_way.get(),
            self.bytes.get().saturating_add(length),
        );
        let room = count < MAX_WAITING && bytes <= MAX_WAITING_BYTES;
        if room {
            self.under_way.set(count.saturating_add(1));
            self.bytes.set(bytes);
        }
        room
    }

    fn leave(&self, length: usize) {
        self.under_way.set(self.under_way.get().saturating_sub(1));
        self.bytes.set(self.bytes.get().saturating_sub(length));
    }
}

impl Shell {
    /// Takes a frame from the medium.
    pub(super) fn arrive(self: &Rc<Self>, bytes: Vec<u8>) {
        let now = js::now();
        let arrivals = self.gate.carry(&bytes, &self.id, &self.chain_id, now);
        if let Some(at) = arrivals.copy {
            self.deliver(bytes.clone(), at, now);
        }
        if let Some(at) = arrivals.first {
            self.deliver(bytes, at, now);
        }
    }

    fn deliver(self: &Rc<Self>, bytes: Vec<u8>, at: Timestamp, now: Timestamp) {
        if at <= now {
            return self.feed(Input::Frame(bytes));
        }
        if !self.gate.enter(bytes.len()) {
            return;
        }
        let shell = Rc::downgrade(self);
        let wait = u32::try_from(at.since(now).0).unwrap_or(u32::MAX);
        let arrival = Timeout::new(wait, move || {
            if let Some(shell) = shell.upgrade() {
                shell.gate.leave(bytes.len());
                shell.feed(Input::Frame(bytes));
            }
        });
        arrival.forget();
    }
}
