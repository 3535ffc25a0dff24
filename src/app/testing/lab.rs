//! The laboratory's worker in a test's world: the same desk, under the world's clock.

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};

use super::World;
use crate::app::platform::{LabEvent, LabWorker, OnLabEvent};
use crate::ipc::Refusal;
use crate::lab::desk::{Desk, ToLab};

/// Time that a message takes.
const MESSAGE_MS: f64 = 1.0;
/// Time between two parts of the work.
const PART_MS: f64 = 4.0;
/// Time that one look at the clock takes: what happens between two is work.
const LOOK_MS: f64 = 0.05;

/// The worker; it ends when this is dropped.
pub(super) struct DeskWorker(Rc<Inner>);

struct Inner {
    world: Rc<World>,
    desk: RefCell<Desk>,
    on_event: OnLabEvent,
}

impl fmt::Debug for DeskWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeskWorker").finish_non_exhaustive()
    }
}

impl DeskWorker {
    pub(super) fn new(world: &Rc<World>, on_event: OnLabEvent) -> Self {
        let inner = Rc::new(Inner {
            world: Rc::clone(world),
            desk: RefCell::default(),
            on_event,
        });
        Inner::work_later(&Rc::downgrade(&inner), world);
        Self(inner)
    }
}

impl LabWorker for DeskWorker {
    fn post(&self, message: &ToLab) -> Result<(), Refusal> {
        let (inner, message) = (Rc::downgrade(&self.0), message.clone());
        self.0.world.clock.after(MESSAGE_MS, move || {
            if let Some(inner) = inner.upgrade() {
                let now = inner.world.clock.monotonic();
                inner.desk.borrow_mut().receive(message, now);
                inner.tell();
            }
        });
        Ok(())
    }
}

impl Inner {
    fn work_later(me: &Weak<Self>, world: &World) {
        let me = me.clone();
        world.clock.after(PART_MS, move || {
            let Some(inner) = me.upgrade() else { return };
            let mut now = inner.world.clock.monotonic();
            inner.desk.borrow_mut().work(&mut || {
                now += LOOK_MS;
                now
            });
            inner.tell();
            Self::work_later(&me, &inner.world);
        });
    }

    fn tell(&self) {
        let messages = self.desk.borrow_mut().take(self.world.clock.monotonic());
        for message in messages {
            (self.on_event)(LabEvent::Message(message));
        }
    }
}
