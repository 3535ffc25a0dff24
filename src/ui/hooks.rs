//! Hooks: the shared state, the controller, answers of nodes, the clock, the place and media queries.

use std::future::Future;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::actions::Actions;
use super::state::{HostRef, Store};
use crate::browser::host::Host;
use crate::ipc::ApiError;
use crate::view::Model;
use crate::view::route::Route;

/// The page's state.
///
/// # Panics
/// Outside of the app's context, which is a mistake in the page.
#[hook]
pub(crate) fn use_store() -> Store {
    use_context::<Store>().expect("the app provides its state")
}

/// The network's picture.
#[hook]
pub(crate) fn use_model() -> Rc<Model> {
    use_store().model.clone()
}

/// The controller.
///
/// # Panics
/// Outside of the app's context, which is a mistake in the page.
#[hook]
pub(crate) fn use_host() -> Rc<Host> {
    use_context::<HostRef>().expect("the app provides its controller").0
}

/// What buttons do.
#[hook]
pub(crate) fn use_actions() -> Actions {
    let (host, store) = (use_host(), use_store());
    Actions::new(host, store.dispatcher())
}

/// What came of a question.
#[derive(Debug)]
pub(crate) enum Answer<T> {
    /// Nothing yet.
    Waiting,
    /// The latest answer; it stays while a newer one is awaited.
    Here(Rc<T>),
    /// The latest question was refused.
    Refused(ApiError),
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Waiting => Self::Waiting,
            Self::Here(value) => Self::Here(Rc::clone(value)),
            Self::Refused(error) => Self::Refused(error.clone()),
        }
    }
}

impl<T> Answer<T> {
    /// Whether nothing has come yet.
    pub(crate) const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    /// The refusal, if the latest question was refused.
    pub(crate) fn error(&self) -> Option<ApiError> {
        match self {
            Self::Refused(error) => Some(error.clone()),
            Self::Waiting | Self::Here(_) => None,
        }
    }

    /// The answer, if there is one.
    pub(crate) fn here(&self) -> Option<&T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Waiting | Self::Refused(_) => None,
        }
    }
}

/// Asks again whenever `key` changes. Answers that arrive after a newer one are dropped.
#[hook]
pub(crate) fn use_answer<K, T, Q, F>(key: K, ask: Q) -> Answer<T>
where
    K: PartialEq + Clone + 'static,
    T: 'static,
    Q: FnOnce(Rc<Host>, K) -> F + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let host = use_host();
    let answer = use_state(|| Answer::Waiting);
    let numbers = use_mut_ref(|| (0_u32, 0_u32));
    let setter = answer.setter();
    use_effect_with(key, move |key| {
        let number = {
            let mut numbers = numbers.borrow_mut();
            numbers.0 = numbers.0.wrapping_add(1);
            numbers.0
        };
        let asked = ask(host, key.clone());
        spawn_local(async move {
            let result = asked.await;
            if number < numbers.borrow().1 {
                return;
            }
            numbers.borrow_mut().1 = number;
            setter.set(match result {
                Ok(value) => Answer::Here(Rc::new(value)),
                Err(error) => Answer::Refused(error),
            });
        });
    });
    (*answer).clone()
}

/// The time, renewed each second.
#[hook]
pub(crate) fn use_now() -> u64 {
    let now = use_state_eq(super::time::now);
    let setter = now.setter();
    use_effect_with((), move |()| {
        let interval = Interval::new(1_000, move || setter.set(super::time::now()));
        move || drop(interval)
    });
    // The state may be a second old; a render is a good moment to be exact.
    (*now).max(super::time::now())
}

/// The place that the address names.
#[hook]
pub(crate) fn use_route() -> Route {
    let read = || Route::parse(&gloo::utils::window().location().hash().unwrap_or_default());
    let route = use_state_eq(read);
    let setter = route.setter();
    use_effect_with((), move |()| {
        let listener = EventListener::new(&gloo::utils::window(), "hashchange", move |_| setter.set(read()));
        move || drop(listener)
    });
    (*route).clone()
}

/// Whether a media query holds.
#[hook]
pub(crate) fn use_media(query: &'static str) -> bool {
    let list = use_memo(query, |query| gloo::utils::window().match_media(query).ok().flatten());
    let holds = use_state_eq(|| list.as_ref().as_ref().is_some_and(web_sys::MediaQueryList::matches));
    let setter = holds.setter();
    use_effect_with(list, move |list| {
        let list = list.as_ref().clone();
        let listener = list.map(|list| {
            let target: web_sys::EventTarget = list.clone().into();
            EventListener::new(&target, "change", move |_| setter.set(list.matches()))
        });
        move || drop(listener)
    });
    *holds
}

/// Whether the window is a phone's.
#[hook]
pub(crate) fn use_narrow() -> bool {
    use_media("(max-width: 720px)")
}
