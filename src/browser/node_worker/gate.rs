//! Where frames come in: what [`Gate`](crate::node::Gate) delays arrives on a timer.

use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::shell::Shell;
use crate::browser::js;
use crate::node::Input;
use crate::primitives::Timestamp;

impl Shell {
    /// Takes a frame from the medium.
    pub(super) fn arrive(self: &Rc<Self>, bytes: Vec<u8>) {
        let now = js::now();
        let arrivals = self
            .gate
            .borrow_mut()
            .carry(&bytes, &self.id, &self.chain_id, now);
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
        if !self.gate.borrow_mut().enter(bytes.len()) {
            return;
        }
        let shell = Rc::downgrade(self);
        let wait = u32::try_from(at.since(now).0).unwrap_or(u32::MAX);
        let arrival = Timeout::new(wait, move || {
            if let Some(shell) = shell.upgrade() {
                shell.gate.borrow_mut().leave(bytes.len());
                shell.feed(Input::Frame(bytes));
            }
        });
        arrival.forget();
    }
}
