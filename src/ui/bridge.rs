//! The bridge from the pages' models in [`app::pages`](crate::app::pages), which know nothing of
//! yew, to yew's reducers.

use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;

use crate::app::pages::PageModel;

/// A page's model as a reducer: an action is a message to the model.
#[derive(PartialEq)]
pub(crate) struct Held<M>(M);

impl<M: PageModel> Reducible for Held<M> {
    type Action = M::Message;

    fn reduce(self: Rc<Self>, message: M::Message) -> Rc<Self> {
        let mut next = self.0.clone();
        next.update(message);
        Rc::new(Self(next))
    }
}

impl<M> Deref for Held<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.0
    }
}

/// Sends messages to a model.
pub(crate) type Dispatcher<M> = UseReducerDispatcher<Held<M>>;

/// Holds a model; what shows it is drawn again when a message changed it.
#[hook]
pub(crate) fn use_page<M, F>(initial: F) -> UseReducerHandle<Held<M>>
where
    M: PageModel + 'static,
    F: FnOnce() -> M,
{
    use_reducer_eq(|| Held(initial()))
}
