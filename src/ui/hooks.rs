//! Hooks: answers of nodes, lists drawn in steps, the place, and media queries.

use std::future::Future;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaQueryList;
use yew::prelude::*;

use crate::ipc::Refusal;
use crate::view::route::Route;

/// Milliseconds between two steps of what is drawn in steps: a frame comes between.
pub(crate) const STEP_MS: u32 = 40;

/// How many of `total` rows to draw: `step` of them at first, then as many more each time, so that
/// a long list is seen at once and no input waits for the whole of it.
#[hook]
pub(crate) fn use_steps(total: usize, step: usize) -> usize {
    let drawn = use_state(|| step);
    let (now, setter) = (*drawn, drawn.setter());
    use_effect_with((now, now < total), move |(now, more)| {
        let next = now + step;
        let step = more.then(|| Timeout::new(STEP_MS, move || setter.set(next)));
        move || drop(step)
    });
    now.min(total)
}

/// What came of a question.
#[derive(PartialEq)]
pub(crate) enum Answer<T> {
    /// Nothing yet.
    Waiting,
    /// The latest answer; it stays while a newer one is awaited.
    Here(Rc<T>),
    /// The latest question was refused.
    Refused(Refusal),
}

impl<T> Answer<T> {
    /// The answer, if there is one.
    pub(crate) fn here(&self) -> Option<&T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Waiting | Self::Refused(_) => None,
        }
    }
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

/// Asks at first and whenever `about` changes. An answer that arrives after one to a newer question
/// is dropped; one that equals the last draws nothing.
#[hook]
pub(crate) fn use_answer<T, D, F>(about: D, ask: impl FnOnce(&D) -> F + 'static) -> Answer<T>
where
    T: PartialEq + 'static,
    D: PartialEq + 'static,
    F: Future<Output = Result<T, Refusal>> + 'static,
{
    let answer = use_state_eq(|| Answer::Waiting);
    let setter = answer.setter();
    let asked = use_mut_ref(|| 0_u32);
    let answered = use_mut_ref(|| 0_u32);
    use_effect_with(about, move |about| {
        *asked.borrow_mut() += 1;
        let number = *asked.borrow();
        let future = ask(about);
        spawn_local(async move {
            let result = future.await;
            if number < *answered.borrow() {
                return;
            }
            *answered.borrow_mut() = number;
            setter.set(match result {
                Ok(value) => Answer::Here(Rc::new(value)),
                Err(error) => Answer::Refused(error),
            });
        });
    });
    (*answer).clone()
}

/// The place that the address names.
#[hook]
pub(crate) fn use_route() -> Route {
    let read = || gloo::utils::window().location().hash().unwrap_or_default();
    let hash = use_state_eq(read);
    let setter = hash.setter();
    use_effect_with((), move |()| {
        let window = gloo::utils::window();
        let listener = EventListener::new(&window, "hashchange", move |_| setter.set(read()));
        move || drop(listener)
    });
    Route::parse(&hash)
}

/// Whether a media query holds.
#[hook]
pub(crate) fn use_media(query: &'static str) -> bool {
    let holds = use_state_eq(|| media(query).is_some_and(|list| list.matches()));
    let setter = holds.setter();
    use_effect_with(query, move |query| {
        let listener = media(query).map(|list| {
            let target = list.clone();
            EventListener::new(&target, "change", move |_| setter.set(list.matches()))
        });
        move || drop(listener)
    });
    *holds
}

fn media(query: &str) -> Option<MediaQueryList> {
    gloo::utils::window().match_media(query).ok().flatten()
}

/// Whether the window is a phone's.
#[hook]
pub(crate) fn use_narrow() -> bool {
    use_media("(max-width: 720px)")
}
