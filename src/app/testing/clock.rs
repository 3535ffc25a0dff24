//! A virtual clock with a queue of calls: nothing waits in real time, and calls of the same moment
//! keep the order in which they were made.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::primitives::{ClockReading, Instant, Millis, Timestamp};
use crate::testkit::GENESIS_TIME;

type Call = Box<dyn FnOnce()>;

/// Microseconds since the world began, and what happens next.
#[derive(Default)]
pub(super) struct Clock {
    now: Cell<u64>,
    /// How far the wall clock was set back.
    back: Cell<Millis>,
    calls: RefCell<BTreeMap<(u64, u64), Call>>,
    made: Cell<u64>,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Clock {
    /// The wall clock.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp(self.instant().0 - self.back.get().0)
    }

    /// The monotonic clock of the core.
    pub(super) fn instant(&self) -> Instant {
        Instant(GENESIS_TIME.0 + self.now.get() / 1_000)
    }

    /// Both clocks.
    pub(super) fn reading(&self) -> ClockReading {
        ClockReading {
            wall: self.now(),
            monotonic: self.instant(),
        }
    }

    /// Sets the wall clock back.
    pub(super) fn set_back(&self, by: Millis) {
        self.back.set(by);
    }

    /// Milliseconds since the world began.
    #[expect(clippy::cast_precision_loss, reason = "a test lasts minutes")]
    pub(super) fn monotonic(&self) -> f64 {
        self.now.get() as f64 / 1_000.0
    }

    /// Makes a call in `ms` milliseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test lasts minutes, and a wait below zero is none"
    )]
    pub(super) fn after(&self, ms: f64, call: impl FnOnce() + 'static) {
        let at = self.now.get() + (ms.max(0.0) * 1_000.0).ceil() as u64;
        let number = self.made.get();
        self.made.set(number + 1);
        self.calls.borrow_mut().insert((at, number), Box::new(call));
    }

    /// Waits for `ms` milliseconds.
    pub(super) fn sleep(&self, ms: f64) -> LocalBoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        self.after(ms, move || {
            // One who does not wait any more needs no call.
            let _ = sender.send(());
        });
        receiver.map(|_| ()).boxed_local()
    }

    /// Makes the next call, if it is due by `end` (milliseconds since the world began).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test lasts minutes"
    )]
    pub(super) fn step(&self, end: f64) -> bool {
        let end = (end * 1_000.0) as u64;
        let next = {
            let mut calls = self.calls.borrow_mut();
            match calls.first_entry() {
                Some(first) if first.key().0 <= end => Some(first.remove_entry()),
                Some(_) | None => None,
            }
        };
        match next {
            Some(((at, _), call)) => {
                self.now.set(at);
                call();
                true
            }
            None => {
                self.now.set(self.now.get().max(end));
                false
            }
        }
    }
}
