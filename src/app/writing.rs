//! One writing at a time: who comes while one is under way waits for its end, and what has come by
//! then is written together. The database takes one after the other anyway; each on its own would
//! cost as much as all of them.

use std::cell::RefCell;

use futures_channel::oneshot;

/// Who waits for the writing that is under way; none while there is none.
#[derive(Debug, Default)]
pub(super) struct Writing(RefCell<Option<Vec<oneshot::Sender<()>>>>);

/// The writing that is under way. Its end, or that of whoever began it, wakes all that wait for it.
#[derive(Debug)]
pub(super) struct Begun<'a>(&'a Writing);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.0.take();
    }
}

impl Writing {
    /// Begins a writing.
    ///
    /// # Errors
    /// One is under way: this comes to its end, as a word or as a sender that is gone, when that
    /// one does.
    pub(super) fn begin(&self) -> Result<Begun<'_>, oneshot::Receiver<()>> {
        let mut waiting = self.0.borrow_mut();
        if let Some(waiting) = &mut *waiting {
            let (sender, end) = oneshot::channel();
            waiting.push(sender);
            return Err(end);
        }
        *waiting = Some(Vec::new());
        Ok(Begun(self))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn all_that_came_during_a_writing_are_woken_by_its_end_and_one_of_them_begins() {
        let writing = Writing::default();
        let begun = writing.begin().expect("none is under way");
        let mut ends = [(); 2].map(|()| writing.begin().expect_err("one is under way"));
        assert!(ends.iter_mut().all(|end| end.now_or_never().is_none()));
        drop(begun);
        assert!(ends.iter_mut().all(|end| end.now_or_never().is_some()));
        let begun = writing.begin().expect("none is under way any more");
        assert!(writing.begin().is_err());
        drop(begun);
    }
}
