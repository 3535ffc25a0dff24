//! Hooks: the shared state, answers of nodes, the clock, the place and media queries.
//!
//! A hook is compiled anew for each type and closure it is called with, so all kinds of state and of
//! effects share the few hooks at the top.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::state::Store;
use crate::ipc::ApiError;
use crate::ui::kept::{Kept, use_kept};
use crate::ui::time::sleep;
use crate::view::Model;
use crate::view::check::Check;
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

/// A text that is kept.
#[hook]
pub(crate) fn use_text(initial: String) -> Kept<String> {
    use_kept(move || initial)
}

/// A number, or none, that is kept.
#[hook]
pub(crate) fn use_number(initial: Option<u64>) -> Kept<Option<u64>> {
    use_kept(move || initial)
}

/// What an effect leaves behind; it is dropped before the effect runs again.
pub(crate) type Guard = Option<Box<dyn Any>>;

/// Runs an effect after the first drawing and whenever `key` changes.
#[hook]
pub(crate) fn use_effect_on(key: String, effect: Box<dyn FnOnce() -> Guard>) {
    use_effect_with(key, move |_| {
        let guard = effect();
        move || drop(guard)
    });
}

/// Milliseconds until more of what is drawn bit by bit: a frame comes between.
const NEXT_BIT: u32 = 40;

/// How many of `total` things to draw, the sections of a page or the lines of a list: `step` of them at first, then as
/// many more each time, so that a long page is seen at once and no input waits for the whole of it.
#[hook]
pub(crate) fn use_growing(total: usize, step: usize) -> usize {
    let drawn = use_kept(move || step);
    let (now, keeper) = (*drawn, drawn.keeper());
    let grow = move || -> Guard {
        (now < total).then(|| {
            Box::new(Timeout::new(NEXT_BIT, move || keeper.set(now + step))) as Box<dyn Any>
        })
    };
    use_effect_on(format!("{now} {}", now < total), Box::new(grow));
    now.min(total)
}

/// The page's state, some turns of [`NEXT_BIT`] after the first section of a page has it; none before the first has come.
/// What comes while a turn is waited for is shown at its end, so a section never falls behind for good.
#[hook]
pub(crate) fn use_store_later(turns: u32) -> Option<Store> {
    let store = use_store();
    let shown = use_kept(|| None::<Store>);
    let next = use_mut_ref(|| None::<Store>);
    if shown.as_ref() != Some(&store) && next.replace(Some(store)).is_none() {
        let keeper = shown.keeper();
        spawn_local(async move {
            sleep(f64::from(turns * NEXT_BIT)).await;
            keeper.set(next.take());
        });
    }
    (*shown).clone()
}

/// What was checked, kept while `key` stays the same.
#[hook]
pub(crate) fn use_checks(key: String, check: Box<dyn FnOnce() -> Vec<Check>>) -> Rc<Vec<Check>> {
    use_memo(key, move |_| check())
}

/// What came of a question.
pub(crate) enum Answer<T: ?Sized> {
    /// Nothing yet.
    Waiting,
    /// The latest answer; it stays while a newer one is awaited.
    Here(Rc<T>),
    /// The latest question was refused.
    Refused(ApiError),
}

impl<T> Answer<T> {
    /// Whether nothing has come yet.
    pub(crate) const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    /// The refusal, if the latest question was refused.
    pub(crate) const fn error(&self) -> Option<&ApiError> {
        match self {
            Self::Refused(error) => Some(error),
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

/// A question that was asked, whatever it is about.
type Asked = Pin<Box<dyn Future<Output = Result<Rc<dyn Any>, ApiError>>>>;

/// Asks again whenever `key` changes. Answers that arrive after a newer one are dropped.
#[hook]
pub(crate) fn use_answer<T, Q, F>(key: String, ask: Q) -> Answer<T>
where
    T: 'static,
    Q: FnOnce() -> F + 'static,
    F: Future<Output = Result<T, ApiError>> + 'static,
{
    let ask = Box::new(move || -> Asked {
        Box::pin(async move { ask().await.map(|value| Rc::new(value) as Rc<dyn Any>) })
    });
    match &*use_asked(key, ask) {
        Answer::Waiting => Answer::Waiting,
        // There is only one type of answer to a question.
        Answer::Here(value) => Rc::clone(value)
            .downcast()
            .map_or(Answer::Waiting, Answer::Here),
        Answer::Refused(error) => Answer::Refused(error.clone()),
    }
}

#[hook]
fn use_asked(key: String, ask: Box<dyn FnOnce() -> Asked>) -> Kept<Answer<dyn Any>> {
    let answer = use_kept(|| Answer::Waiting);
    let numbers = use_mut_ref(|| (0_u32, 0_u32));
    let setter = answer.keeper();
    let effect = move || {
        let number = {
            let mut numbers = numbers.borrow_mut();
            numbers.0 = numbers.0.wrapping_add(1);
            numbers.0
        };
        let asked = ask();
        spawn_local(async move {
            let result = asked.await;
            if number < numbers.borrow().1 {
                return;
            }
            numbers.borrow_mut().1 = number;
            setter.replace(match result {
                Ok(value) => Answer::Here(value),
                Err(error) => Answer::Refused(error),
            });
        });
        None
    };
    use_effect_on(key, Box::new(effect));
    answer
}

/// The place that the address names.
#[hook]
pub(crate) fn use_route() -> Route {
    let read = || gloo::utils::window().location().hash().unwrap_or_default();
    let hash = use_text(read());
    let setter = hash.keeper();
    let effect = move || -> Guard {
        Some(Box::new(EventListener::new(
            &gloo::utils::window(),
            "hashchange",
            move |_| setter.set(read()),
        )))
    };
    use_effect_on(String::new(), Box::new(effect));
    Route::parse(&hash)
}

/// Whether a media query holds.
#[hook]
pub(crate) fn use_media(query: &'static str) -> bool {
    let list = move || gloo::utils::window().match_media(query).ok().flatten();
    let matches = |list: &web_sys::MediaQueryList| u64::from(list.matches());
    let holds = use_kept(move || list().as_ref().map(matches));
    let setter = holds.keeper();
    let effect = move || -> Guard {
        let list = list()?;
        let target: web_sys::EventTarget = list.clone().into();
        Some(Box::new(EventListener::new(&target, "change", move |_| {
            setter.set(Some(matches(&list)))
        })))
    };
    use_effect_on(query.to_owned(), Box::new(effect));
    *holds == Some(1)
}

/// Whether the window is a phone's.
#[hook]
pub(crate) fn use_narrow() -> bool {
    use_media("(max-width: 720px)")
}
