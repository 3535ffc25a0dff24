//! Where frames come in: what the simulated links do to each, before the node sees it.
//!
//! Bounds: at most [`MAX_UNDER_WAY`] frames are delayed at a time; what comes then is lost, as on a router
//! whose buffer is full.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::shell::Shell;
use crate::browser::js;
use crate::gossip::{Arrivals, Envelope, Line, Link, LinkTable};
use crate::node::Input;
use crate::primitives::{BlockHash, NodeId, SortedMap, Timestamp};

/// Most frames that are under way at a time.
const MAX_UNDER_WAY: u32 = 2_048;

/// The links to one node.
#[derive(Debug, Default)]
pub(super) struct Gate {
    table: RefCell<LinkTable>,
    lines: RefCell<SortedMap<NodeId, Line>>,
    under_way: Cell<u32>,
}

impl Gate {
    /// The links are these from now on; what is under way arrives as it was to.
    pub(super) fn set(&self, table: LinkTable) {
        *self.table.borrow_mut() = table;
        *self.lines.borrow_mut() = SortedMap::new();
    }

    /// When a frame arrives. A plain link delays nothing, and what is no frame is refused by the node.
    fn carry(&self, bytes: &[u8], to: &NodeId, chain_id: &BlockHash, now: Timestamp) -> Arrivals {
        let at_once = Arrivals { first: Some(now), copy: None };
        let table = self.table.borrow();
        if table.default == Link::default() {
            return at_once;
        }
        let Ok(frame) = Envelope::parse(bytes, chain_id) else { return at_once };
        let mut lines = self.lines.borrow_mut();
        let line = lines.get_or_insert_with(frame.from, Line::default);
        table.carry(line, (&frame.from, to), frame.sequence, bytes.len(), now)
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
        let under_way = self.gate.under_way.get();
        if at <= now {
            return self.feed(Input::Frame(bytes));
        }
        if under_way >= MAX_UNDER_WAY {
            return;
        }
        self.gate.under_way.set(under_way.saturating_add(1));
        let shell = Rc::downgrade(self);
        let wait = u32::try_from(at.since(now).0).unwrap_or(u32::MAX);
        let arrival = Timeout::new(wait, move || {
            if let Some(shell) = shell.upgrade() {
                shell.gate.under_way.set(shell.gate.under_way.get().saturating_sub(1));
                shell.feed(Input::Frame(bytes));
            }
        });
        arrival.forget();
    }
}
