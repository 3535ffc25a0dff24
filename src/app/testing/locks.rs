//! The locks of a test's world: a name has one holder, and those who wait get it in their order.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::future::{Either, LocalBoxFuture, select};

/// The queue of each name that is held.
#[derive(Debug, Default)]
pub(super) struct Locks {
    held: RefCell<BTreeMap<String, VecDeque<oneshot::Sender<Guard>>>>,
}

/// Holds a name until it is dropped.
#[derive(Debug)]
pub(super) struct Guard {
    locks: Rc<Locks>,
    name: String,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let next = {
            let mut held = self.locks.held.borrow_mut();
            let next = held.get_mut(&self.name).and_then(VecDeque::pop_front);
            if next.is_none() {
                held.remove(&self.name);
            }
            next
        };
        if let Some(next) = next {
            // Of one who waits no more it comes back here, and goes on to the one behind.
            let _ = next.send(Self {
                locks: Rc::clone(&self.locks),
                name: self.name.clone(),
            });
        }
    }
}

impl Locks {
    /// Waits for a name; `None` if the limit comes first.
    pub(super) async fn acquire(
        self: Rc<Self>,
        name: String,
        limit: Option<LocalBoxFuture<'static, ()>>,
    ) -> Option<Guard> {
        let waiting = {
            let mut held = self.held.borrow_mut();
            match held.get_mut(&name) {
                Some(queue) => {
                    let (sender, receiver) = oneshot::channel();
                    queue.push_back(sender);
                    Some(receiver)
                }
                None => {
                    held.insert(name.clone(), VecDeque::new());
                    None
                }
            }
        };
        let Some(waiting) = waiting else {
            return Some(Guard {
                locks: Rc::clone(&self),
                name,
            });
        };
        match limit {
            None => waiting.await.ok(),
            Some(limit) => match select(waiting, limit).await {
                Either::Left((guard, _)) => guard.ok(),
                Either::Right(_) => None,
            },
        }
    }

    /// Names that are held now.
    pub(super) fn names(&self) -> Vec<String> {
        self.held.borrow().keys().cloned().collect()
    }
}
