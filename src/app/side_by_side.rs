//! Futures that go on side by side. One function for all of them: the library's own is compiled
//! anew for each kind of future, with a queue for thousands of them, where there are a few dozen at
//! most. That was several kilobytes of the first load.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, MaybeDone, maybe_done};

/// The outcomes, in the order of the futures, when all of them have come.
pub(super) async fn side_by_side<T>(futures: Vec<LocalBoxFuture<'_, T>>) -> Vec<T> {
    let mut running: Vec<MaybeDone<_>> = futures.into_iter().map(maybe_done).collect();
    poll_fn(|context| {
        let mut pending = 0;
        for future in &mut running {
            pending += usize::from(future.poll_unpin(context).is_pending());
        }
        if pending == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let outcomes = running.iter_mut();
    outcomes
        .filter_map(|future| Pin::new(future).take_output())
        .collect()
}

#[cfg(test)]
mod tests {
    use futures_channel::oneshot;
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_outcomes_come_in_the_order_of_the_futures_whichever_ends_first() {
        let (first, one) = oneshot::channel();
        let (second, two) = oneshot::channel();
        let mut all = Box::pin(side_by_side(vec![one.boxed_local(), two.boxed_local()]));
        assert!(all.as_mut().now_or_never().is_none());
        second.send(2).expect("it is waited for");
        assert!(all.as_mut().now_or_never().is_none());
        first.send(1).expect("it is waited for");
        assert_eq!(all.now_or_never(), Some(vec![Ok(1), Ok(2)]));
        let none = side_by_side(Vec::<LocalBoxFuture<'_, ()>>::new());
        assert_eq!(none.now_or_never(), Some(Vec::new()));
    }
}
