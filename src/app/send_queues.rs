//! The queue of each sender: what one sends is signed and handed to a node in the order in which it
//! was asked for. Whoever has the permit may take along what waits behind.
//!
//! Bound: [`MAX_WAITING`] wait in one sender's queue.

use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

use crate::primitives::Address;
use crate::refusal::WalletError;

/// Most transactions that wait until those before them are with a node: far more than a person
/// sends, and little to hold.
const MAX_WAITING: usize = 2_000;

/// The queues of all senders; one of which nothing is being sent has none. `S` is what is to be
/// sent, `A` what becomes of it.
#[derive(Debug)]
pub(super) struct SendQueues<S, A>(RefCell<Vec<Queue<S, A>>>);

/// Who waits while a permit of one sender is out.
#[derive(Debug)]
struct Queue<S, A> {
    of: Address,
    waiting: VecDeque<Waiting<S, A>>,
}

/// One that waits in a queue.
#[derive(Debug)]
struct Waiting<S, A> {
    /// Empty until it is known what is to be sent.
    what: Rc<OnceCell<S>>,
    turn: oneshot::Sender<Turn<S, A>>,
}

/// One that waited, and that another takes along.
#[derive(Debug)]
pub(super) struct Along<S, A> {
    /// What is to be sent.
    pub(super) what: S,
    turn: oneshot::Sender<Turn<S, A>>,
}

impl<S, A> Along<S, A> {
    /// Says what became of it.
    pub(super) fn answer(self, answer: A) {
        // Who waits no more wants to know nothing.
        let _ = self.turn.send(Turn::Done(answer));
    }
}

/// What one that waits comes to.
#[derive(Debug)]
pub(super) enum Turn<S, A> {
    /// It may send.
    Permit(SendPermit<S, A>),
    /// Another took it along.
    Done(A),
}

/// A position in a sender's queue.
#[derive(Debug)]
pub(super) struct Position<S, A> {
    what: Rc<OnceCell<S>>,
    turn: oneshot::Receiver<Turn<S, A>>,
}

impl<S, A> Position<S, A> {
    /// Says what is to be sent: whoever is before may take it along from now on.
    pub(super) fn set(&self, what: S) {
        // It is said once.
        let _ = self.what.set(what);
    }

    /// Waits for its turn; `None` where whoever took it along is gone without an answer.
    pub(super) async fn turn(self) -> Option<Turn<S, A>> {
        self.turn.await.ok()
    }
}

/// The only permit to send for a sender, until it is dropped.
#[derive(Debug)]
pub(super) struct SendPermit<S, A> {
    queues: Rc<SendQueues<S, A>>,
    of: Address,
}

impl<S, A> Drop for SendPermit<S, A> {
    fn drop(&mut self) {
        let next = {
            let mut all = self.queues.0.borrow_mut();
            let queue = all.iter_mut().find(|queue| queue.of == self.of);
            let next = queue.and_then(|queue| queue.waiting.pop_front());
            if next.is_none() {
                all.retain(|queue| queue.of != self.of);
            }
            next
        };
        if let Some(next) = next {
            let (queues, of) = (Rc::clone(&self.queues), self.of);
            // Of one who waits no more it comes back here, and goes on to the one behind.
            let _ = next.turn.send(Turn::Permit(Self { queues, of }));
        }
    }
}

impl<S: Clone, A> SendPermit<S, A> {
    /// Takes those along who wait next, while what they send is fit for it, at most so many. Each
    /// is to be answered or given back.
    pub(super) fn take_along(&self, most: usize, is_fit: impl Fn(&S) -> bool) -> Vec<Along<S, A>> {
        let mut all = self.queues.0.borrow_mut();
        let Some(queue) = all.iter_mut().find(|queue| queue.of == self.of) else {
            return Vec::new();
        };
        queue.waiting.retain(|waiting| !waiting.turn.is_canceled());
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(next) = queue.waiting.front()
            && let Some(what) = next.what.get().filter(|what| is_fit(what)).cloned()
            && let Some(Waiting { turn, .. }) = queue.waiting.pop_front()
        {
            taken.push(Along { what, turn });
        }
        taken
    }

    /// Gives back those who were taken along in vain: they come next, in their order.
    pub(super) fn give_back(&self, those: Vec<Along<S, A>>) {
        let mut all = self.queues.0.borrow_mut();
        if let Some(queue) = all.iter_mut().find(|queue| queue.of == self.of) {
            for Along { what, turn } in those.into_iter().rev() {
                let what = Rc::new(OnceCell::from(what));
                queue.waiting.push_front(Waiting { what, turn });
            }
        }
    }
}

impl<S, A> Default for SendQueues<S, A> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<S, A> SendQueues<S, A> {
    /// Takes a position in a sender's queue, behind those who asked before.
    ///
    /// # Errors
    /// Too many wait.
    pub(super) fn enter(self: &Rc<Self>, of: Address) -> Result<Position<S, A>, WalletError> {
        let (sender, turn) = oneshot::channel();
        let what = Rc::default();
        let mut all = self.0.borrow_mut();
        match all.iter_mut().find(|queue| queue.of == of) {
            Some(queue) if queue.waiting.len() >= MAX_WAITING => {
                let limit = MAX_WAITING;
                return Err(WalletError::TooManyUnsent { limit });
            }
            Some(queue) => {
                let what = Rc::clone(&what);
                queue.waiting.push_back(Waiting { what, turn: sender });
            }
            None => {
                let waiting = VecDeque::new();
                all.push(Queue { of, waiting });
                drop(all);
                let queues = Rc::clone(self);
                let _ = sender.send(Turn::Permit(SendPermit { queues, of }));
            }
        }
        Ok(Position { what, turn })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use futures_util::FutureExt;

    use super::*;

    const ALICE: Address = Address([1; 32]);

    type Queues = Rc<SendQueues<u32, u32>>;

    fn enter(
        queues: &Queues,
        of: Address,
    ) -> Pin<Box<impl Future<Output = Option<Turn<u32, u32>>>>> {
        Box::pin(queues.enter(of).expect("few wait").turn())
    }

    /// The permit of one that is first.
    fn permit(queues: &Queues) -> SendPermit<u32, u32> {
        match enter(queues, ALICE).now_or_never().flatten() {
            Some(Turn::Permit(permit)) => permit,
            other => panic!("expected a permit, found {other:?}"),
        }
    }

    #[test]
    fn permits_come_in_the_order_of_asking_and_pass_over_those_who_gave_up() {
        let queues = Queues::default();
        let first = permit(&queues);
        let (mut second, mut third) = (enter(&queues, ALICE), enter(&queues, ALICE));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        let other = enter(&queues, Address([2; 32]));
        assert!(
            other.now_or_never().is_some(),
            "another sender waits for nobody"
        );
        drop(second);
        assert!(third.as_mut().now_or_never().is_none());
        drop(first);
        let third = third.now_or_never().expect("its permit");
        let mut fourth = enter(&queues, ALICE);
        assert!(
            fourth.as_mut().now_or_never().is_none(),
            "the third has its permit"
        );
        drop((third, fourth));
        assert!(queues.0.borrow().is_empty());
    }

    /// What the next ones have said of what they send, before and after one that has not.
    #[test]
    fn those_are_taken_along_who_are_fit_and_come_back_in_their_order() {
        let queues = Queues::default();
        let permit = permit(&queues);
        let mut positions: Vec<_> = (0..6)
            .map(|number| {
                let position = queues.enter(ALICE).expect("few wait");
                if number != 4 {
                    position.set(number);
                }
                Some(position)
            })
            .collect();
        positions[1] = None;
        let numbers = |along: &[Along<u32, u32>]| -> Vec<u32> {
            along.iter().map(|along| along.what).collect()
        };
        assert!(permit.take_along(9, |number| *number > 0).is_empty());
        let mut along = permit.take_along(2, |_| true);
        assert_eq!(numbers(&along), [0, 2], "who gave up is not taken");
        along.remove(0).answer(7);
        permit.give_back(along);
        let along = permit.take_along(9, |_| true);
        assert_eq!(numbers(&along), [2, 3], "the next says nothing yet");
        permit.give_back(along);
        drop(permit);
        let mut turns = positions.into_iter().flatten();
        let mut turn = || turns.next().map(|position| position.turn().now_or_never());
        assert!(matches!(turn(), Some(Some(Some(Turn::Done(7))))));
        assert!(matches!(turn(), Some(Some(Some(Turn::Permit(_))))));
    }

    #[test]
    fn too_many_who_wait_are_refused() {
        let queues = Queues::default();
        let _first = permit(&queues);
        let waiting: Vec<_> = (0..MAX_WAITING).map(|_| enter(&queues, ALICE)).collect();
        let refused = queues.enter(ALICE);
        assert!(matches!(refused, Err(WalletError::TooManyUnsent { .. })));
        drop(waiting);
    }
}
