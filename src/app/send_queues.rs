//! The queue of each sender: what one sends is signed and handed to a node in the order in which it
//! was asked for.
//!
//! Bound: [`MAX_WAITING`] wait in one sender's queue.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

use crate::primitives::Address;
use crate::refusal::WalletError;

/// Most transactions that wait until those before them are with a node: far more than a person
/// sends, and little to hold.
const MAX_WAITING: usize = 2_000;

/// The queues of all senders; one of which nothing is being sent has none.
#[derive(Debug, Default)]
pub(super) struct SendQueues(RefCell<Vec<Queue>>);

/// Who waits while a permit of one sender is out.
#[derive(Debug)]
struct Queue {
    of: Address,
    waiting: VecDeque<oneshot::Sender<SendPermit>>,
}

/// The only permit to send for a sender, until it is dropped.
#[derive(Debug)]
pub(super) struct SendPermit {
    queues: Rc<SendQueues>,
    of: Address,
}

impl Drop for SendPermit {
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
            let _ = next.send(Self { queues, of });
        }
    }
}

impl SendQueues {
    /// Waits for a sender's permit, behind those who asked before.
    ///
    /// # Errors
    /// Too many wait.
    pub(super) async fn take(self: Rc<Self>, of: Address) -> Result<SendPermit, WalletError> {
        let waiting = {
            let mut all = self.0.borrow_mut();
            match all.iter_mut().find(|queue| queue.of == of) {
                Some(queue) if queue.waiting.len() >= MAX_WAITING => {
                    let limit = MAX_WAITING;
                    return Err(WalletError::TooManyUnsent { limit });
                }
                Some(queue) => {
                    let (sender, receiver) = oneshot::channel();
                    queue.waiting.push_back(sender);
                    Some(receiver)
                }
                None => {
                    let waiting = VecDeque::new();
                    all.push(Queue { of, waiting });
                    None
                }
            }
        };
        let queues = Rc::clone(&self);
        let Some(waiting) = waiting else {
            return Ok(SendPermit { queues, of });
        };
        // The one before passes its permit on whatever becomes of it.
        Ok(match waiting.await {
            Ok(permit) => permit,
            Err(oneshot::Canceled) => SendPermit { queues, of },
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const ALICE: Address = Address([1; 32]);

    #[test]
    fn permits_come_in_the_order_of_asking_and_pass_over_those_who_gave_up() {
        let queues = Rc::new(SendQueues::default());
        let take = || Box::pin(Rc::clone(&queues).take(ALICE));
        let first = take()
            .now_or_never()
            .expect("nobody is before it")
            .expect("a permit");
        let (mut second, mut third) = (take(), take());
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        let other = Rc::clone(&queues).take(Address([2; 32]));
        assert!(
            other.now_or_never().is_some(),
            "another sender waits for nobody"
        );
        drop(second);
        assert!(third.as_mut().now_or_never().is_none());
        drop(first);
        let third = third.now_or_never().expect("its permit").expect("a permit");
        let mut fourth = take();
        assert!(
            fourth.as_mut().now_or_never().is_none(),
            "the third has its permit"
        );
        drop((third, fourth));
        assert!(queues.0.borrow().is_empty());
    }

    #[test]
    fn too_many_who_wait_are_refused() {
        let queues = Rc::new(SendQueues::default());
        let _first = Rc::clone(&queues).take(ALICE).now_or_never();
        let mut waiting = Vec::new();
        for _ in 0..MAX_WAITING {
            let mut one = Box::pin(Rc::clone(&queues).take(ALICE));
            assert!(one.as_mut().now_or_never().is_none());
            waiting.push(one);
        }
        let refused = Rc::clone(&queues).take(ALICE).now_or_never();
        assert!(matches!(
            refused,
            Some(Err(WalletError::TooManyUnsent { .. }))
        ));
    }
}
