//! A value that many components hold and nobody compares: two of them are equal where they are the
//! same one.

use std::ops::Deref;
use std::rc::Rc;

/// A shared value, compared by identity. A deep comparison of a whole picture of the network would
/// cost more than drawing what shows it.
pub(crate) struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// The value, for what outlives a drawing.
    pub(crate) fn rc(&self) -> Rc<T> {
        Rc::clone(&self.0)
    }
}

impl<T> From<Rc<T>> for Shared<T> {
    fn from(value: Rc<T>) -> Self {
        Self(value)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.rc())
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
