//! One writing at a time, for all who ask: what is asked for while one goes on is done by the next, together.

use std::cell::{Cell, RefCell};

use futures_channel::oneshot;

use crate::ipc::ApiError;

/// Who is told when a writing has ended.
type Waiters = Vec<oneshot::Sender<()>>;

/// The writings of one record.
#[derive(Debug, Default)]
pub(super) struct Writing {
    goes_on: Cell<bool>,
    waiters: RefCell<Waiters>,
    /// Why the last one failed, as the page says it.
    trouble: RefCell<Option<ApiError>>,
}

impl Writing {
    /// Asks for a writing that begins from now on; what tells of its end, and whether the caller is to begin it.
    pub(super) fn ask(&self) -> (oneshot::Receiver<()>, bool) {
        let (sender, receiver) = oneshot::channel();
        self.waiters.borrow_mut().push(sender);
        (receiver, !self.goes_on.replace(true))
    }

    /// Those for whom the next writing is; `None` if there are none, and the last one has ended.
    pub(super) fn next(&self) -> Option<Waiters> {
        let waiters = self.waiters.take();
        self.goes_on.set(!waiters.is_empty());
        (!waiters.is_empty()).then_some(waiters)
    }

    /// Whether the last one failed.
    pub(super) fn is_failing(&self) -> bool {
        self.trouble.borrow().is_some()
    }

    /// How a writing went; what was said of the one before, if this went another way.
    pub(super) fn ended(&self, trouble: Option<ApiError>) -> Option<Option<ApiError>> {
        let differs = *self.trouble.borrow() != trouble;
        differs.then(|| self.trouble.replace(trouble))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn end(waiters: Waiters) {
        for waiter in waiters {
            waiter.send(()).expect("it is waited for");
        }
    }

    #[test]
    fn whoever_asks_while_one_goes_on_waits_for_the_next() {
        let writing = Writing::default();
        let (first, begins) = writing.ask();
        assert!(begins);
        let one = writing.next().expect("somebody waits");
        let (second, begins) = writing.ask();
        let (third, also_begins) = writing.ask();
        assert!(!begins && !also_begins);
        end(one);
        assert_eq!(first.now_or_never(), Some(Ok(())));
        let both = writing.next().expect("two wait");
        assert_eq!(both.len(), 2);
        end(both);
        assert_eq!(second.now_or_never(), Some(Ok(())));
        assert_eq!(third.now_or_never(), Some(Ok(())));
        assert!(writing.next().is_none());
        assert!(writing.ask().1, "and then it begins anew");
    }
}
