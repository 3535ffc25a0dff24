//! Waiting for things on the page's one thread: a value that comes once, a time limit, several at once.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::browser::js::sleep;

/// Gives one value to a [`Receiver`].
#[derive(Debug)]
pub(super) struct Sender<T>(Rc<RefCell<Shared<T>>>);

/// Becomes the value, or `None` if the sender was dropped without one.
#[derive(Debug)]
pub(super) struct Receiver<T>(Rc<RefCell<Shared<T>>>);

#[derive(Debug)]
struct Shared<T> {
    value: Option<T>,
    closed: bool,
    waker: Option<Waker>,
}

/// A sender and its receiver.
pub(super) fn once<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Rc::new(RefCell::new(Shared {
        value: None,
        closed: false,
        waker: None,
    }));
    (Sender(Rc::clone(&shared)), Receiver(shared))
}

impl<T> Sender<T> {
    pub(super) fn send(self, value: T) {
        self.0.borrow_mut().value = Some(value);
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let waker = {
            let mut shared = self.0.borrow_mut();
            shared.closed = true;
            shared.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut shared = self.0.borrow_mut();
        match shared.value.take() {
            Some(value) => Poll::Ready(Some(value)),
            None if shared.closed => Poll::Ready(None),
            None => {
                shared.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// A future behind a pointer: futures of many shapes are waited for by the same code.
pub(super) type Job<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The value that comes, or `None` after `ms` milliseconds or if the sender was dropped.
pub(super) async fn limited<T>(mut receiver: Receiver<T>, ms: f64) -> Option<T> {
    let mut limit = Box::pin(sleep(ms));
    poll_fn(move |context| match Pin::new(&mut receiver).poll(context) {
        Poll::Ready(value) => Poll::Ready(value),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// All values, in the order of the futures, which go on side by side.
pub(super) async fn all<T>(futures: impl Iterator<Item = Job<'_, T>>) -> Vec<T> {
    let mut running: Vec<(Job<'_, T>, Option<T>)> = Vec::new();
    for future in futures {
        running.push((future, None));
    }
    together(&mut running).await;
    let mut values = Vec::new();
    for (_, value) in running {
        values.extend(value);
    }
    values
}

async fn together<T>(running: &mut [(Job<'_, T>, Option<T>)]) {
    poll_fn(|context| {
        let mut waiting = false;
        for (future, value) in running.iter_mut() {
            if value.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *value = Some(ready),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}
