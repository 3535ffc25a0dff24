//! Traffic: how much is asked for, when the next payment is due, and what became of those before.
//! Pure but for the one who waits: chance and time are arguments.
//!
//! Each payment has a stretch of `60 s / rate`, and a random moment in it: so a minute has as many
//! as asked for, and they do not come like the ticks of a clock. After a full mempool the stretches
//! are longer, up to [`MOST_SLOWED`] times, and with each payment that is taken shorter again.
//!
//! Bounds: what was missed, because a hidden page's timers are late, is made up for by at most
//! [`MAKE_UP_MS`].

use std::cell::{Cell, RefCell};

use futures_channel::oneshot;

use crate::ipc::Refusal;
use crate::view::traffic::{Traffic as Figures, TrafficState};

/// A minute in milliseconds.
const MINUTE_MS: f64 = 60_000.0;
/// Payments of this span that were missed are sent at once; earlier ones are not made up for.
const MAKE_UP_MS: f64 = 1_000.0;
/// Traffic is at most so many times slower than asked for: it must find out when there is room
/// again.
const MOST_SLOWED: u32 = 16;

/// The traffic of this tab.
#[derive(Debug)]
pub(super) struct Traffic {
    figures: RefCell<Figures>,
    /// When the stretch of the next payment begins, on the monotonic clock.
    stretch: Cell<Option<f64>>,
    /// Whether a task of this tab waits for the next payment.
    driven: Cell<bool>,
    waiter: RefCell<Option<oneshot::Sender<()>>>,
}

impl Default for Traffic {
    fn default() -> Self {
        let figures = Figures {
            slowed: 1,
            state: TrafficState::Elsewhere,
            ..Figures::default()
        };
        Self {
            figures: RefCell::new(figures),
            stretch: Cell::new(None),
            driven: Cell::new(false),
            waiter: RefCell::default(),
        }
    }
}

impl Traffic {
    /// How it goes.
    pub(super) fn figures(&self) -> Figures {
        self.figures.borrow().clone()
    }

    /// Asks for so many a minute; counts begin again when it is switched on.
    pub(super) fn set_rate(&self, per_minute: u32) {
        let before = {
            let mut figures = self.figures.borrow_mut();
            let before = figures.per_minute;
            if before == 0 {
                *figures = Figures {
                    state: figures.state,
                    slowed: 1,
                    ..Figures::default()
                };
            }
            figures.per_minute = per_minute;
            before
        };
        if before != per_minute {
            self.stretch.set(None);
            self.wake();
        }
    }

    /// Whether this tab runs the nodes.
    pub(super) fn set_here(&self, here: bool) {
        self.set_state(if here {
            TrafficState::Here
        } else {
            TrafficState::Elsewhere
        });
        self.wake();
    }

    pub(super) fn set_state(&self, state: TrafficState) {
        self.figures.borrow_mut().state = state;
    }

    /// Whether nobody waits for the next payment yet: who asks does it from now on.
    pub(super) fn begin(&self) -> bool {
        !self.driven.replace(true)
    }

    /// Is settled when the rate changes, or the tab's part in the network.
    pub(super) fn woken(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.waiter.replace(Some(sender));
        receiver
    }

    fn wake(&self) {
        if let Some(waiter) = self.waiter.take() {
            // Nobody waits any more while a payment is being sent.
            let _ = waiter.send(());
        }
    }

    /// Milliseconds until the next payment, for a number from 0 to 1 that chance gives; `None`
    /// while there is none.
    pub(super) fn wait(&self, now: f64, chance: f64) -> Option<f64> {
        let figures = self.figures.borrow();
        if figures.per_minute == 0 || figures.state == TrafficState::Elsewhere {
            self.stretch.set(None);
            return None;
        }
        let length = MINUTE_MS / f64::from(figures.per_minute) * f64::from(figures.slowed);
        let stretch = self.stretch.get().unwrap_or(now).max(now - MAKE_UP_MS);
        self.stretch.set(Some(stretch + length));
        Some((stretch + chance * length - now).max(0.0))
    }

    /// What became of a payment.
    pub(super) fn settle(&self, outcome: Result<(), Refusal>) {
        let mut figures = self.figures.borrow_mut();
        match outcome {
            Ok(()) => {
                figures.sent = figures.sent.saturating_add(1);
                figures.slowed = (figures.slowed / 2).max(1);
            }
            Err(error) => {
                figures.refused = figures.refused.saturating_add(1);
                if error.is_no_room() {
                    figures.slowed = figures.slowed.saturating_mul(2).min(MOST_SLOWED);
                }
                figures.last_refusal = Some(error.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mempool::MempoolError;

    fn traffic(per_minute: u32) -> Traffic {
        let traffic = Traffic::default();
        traffic.set_here(true);
        traffic.set_rate(per_minute);
        traffic
    }

    #[test]
    fn a_minute_has_as_many_as_asked_for_whatever_chance_does() {
        for (per_minute, chance) in [(1, 0.5), (60, 0.0), (60, 0.99), (600, 0.3)] {
            let traffic = traffic(per_minute);
            let (mut now, mut count) = (0.0, 0);
            while let Some(wait) = traffic.wait(now, chance) {
                now += wait;
                if now >= MINUTE_MS {
                    break;
                }
                count += 1;
            }
            assert_eq!(count, per_minute);
        }
    }

    #[test]
    fn what_was_missed_is_made_up_for_by_a_second_at_most() {
        let traffic = traffic(600);
        assert_eq!(traffic.wait(0.0, 0.0), Some(0.0));
        let mut at_once = 0;
        while traffic.wait(60_000.0, 0.0) == Some(0.0) {
            at_once += 1;
        }
        assert_eq!(at_once, 11, "those of a second, and the one that is due");
    }

    #[test]
    fn a_full_mempool_slows_it_down_and_one_that_takes_more_does_not() {
        let traffic = traffic(60);
        let refuse = |error: MempoolError| traffic.settle(Err(error.into()));
        (0..9).for_each(|_| refuse(MempoolError::Full));
        assert_eq!(traffic.figures().slowed, MOST_SLOWED);
        assert_eq!(traffic.wait(0.0, 0.5), Some(8_000.0));
        traffic.settle(Ok(()));
        assert_eq!(traffic.figures().slowed, 8);
        (0..9).for_each(|_| traffic.settle(Ok(())));
        assert_eq!(traffic.figures().slowed, 1);
        refuse(MempoolError::AccountFull { limit: 64 });
        assert_eq!(traffic.figures().slowed, 2);
        assert_eq!(
            (traffic.figures().sent, traffic.figures().refused),
            (10, 10)
        );
    }

    #[test]
    fn nothing_is_due_while_it_is_off_or_another_tab_sends() {
        let traffic = Traffic::default();
        traffic.set_rate(60);
        assert_eq!(traffic.wait(0.0, 0.5), None);
        traffic.set_here(true);
        assert!(traffic.wait(0.0, 0.5).is_some());
        traffic.set_rate(0);
        assert_eq!(traffic.wait(0.0, 0.5), None);
    }
}
