//! What components keep between drawings, of any type, by one instance of yew's reducer.
//!
//! yew compiles its state hooks anew for each type, a kilobyte apiece. Here the reducer holds a value of
//! any type, and only the thin handles around it know which.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;

/// The value that the reducer holds.
struct Slot(Rc<dyn Any>);

/// The next value, given the one before.
type Change = Box<dyn FnOnce(Rc<dyn Any>) -> Rc<dyn Any>>;

impl Reducible for Slot {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        Rc::new(Self(change(Rc::clone(&self.0))))
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A value that is kept, as of one drawing.
pub(crate) struct Kept<T> {
    value: Rc<T>,
    keeper: Keeper<T>,
}

/// Changes a value that is kept, and has what shows it drawn again.
pub(crate) struct Keeper<T> {
    slot: UseReducerDispatcher<Slot>,
    of: PhantomData<T>,
}

impl<T: 'static> Kept<T> {
    /// The value, for what outlives the drawing.
    pub(crate) fn shared(&self) -> Rc<T> {
        Rc::clone(&self.value)
    }

    /// What changes the value.
    pub(crate) fn keeper(&self) -> Keeper<T> {
        self.keeper.clone()
    }
}

impl<T: PartialEq + 'static> Keeper<T> {
    /// Replaces the value; nothing is drawn if it is the same.
    pub(crate) fn set(&self, value: T) {
        self.change(Box::new(|old| {
            if old.downcast_ref::<T>() == Some(&value) {
                old
            } else {
                Rc::new(value)
            }
        }));
    }
}

impl<T: 'static> Keeper<T> {
    /// Replaces the value by one that need not be comparable.
    pub(crate) fn replace(&self, value: T) {
        self.change(Box::new(move |_| Rc::new(value)));
    }

    fn change(&self, change: Change) {
        self.slot.dispatch(change);
    }
}

impl<T: Reducible + 'static> Keeper<T>
where
    T::Action: 'static,
{
    /// Carries out an action.
    pub(crate) fn dispatch(&self, action: T::Action) {
        self.change(Box::new(move |old| match old.downcast::<T>() {
            Ok(old) => old.reduce(action),
            // A slot holds one type for life.
            Err(old) => old,
        }));
    }
}

impl<T> Clone for Keeper<T> {
    fn clone(&self) -> Self {
        Self {
            slot: self.slot.clone(),
            of: PhantomData,
        }
    }
}

impl<T> PartialEq for Keeper<T> {
    fn eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self {
            value: Rc::clone(&self.value),
            keeper: self.keeper.clone(),
        }
    }
}

impl<T: PartialEq> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.keeper == other.keeper
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Keeps a value; the first is what `initial` gives at the first drawing.
///
/// # Panics
/// Never: a slot holds one type for life.
#[hook]
pub(crate) fn use_kept<T: 'static>(initial: impl FnOnce() -> T + 'static) -> Kept<T> {
    let slot = use_slot(Box::new(move || Rc::new(initial())));
    let value = Rc::clone(&slot.0)
        .downcast()
        .expect("a slot holds one type for life");
    Kept {
        value,
        keeper: Keeper {
            slot: slot.dispatcher(),
            of: PhantomData,
        },
    }
}

#[hook]
fn use_slot(initial: Box<dyn FnOnce() -> Rc<dyn Any>>) -> UseReducerHandle<Slot> {
    use_reducer_eq(move || Slot(initial()))
}
