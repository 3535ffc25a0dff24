//! The page as a whole: opens the network, keeps the state, and shows the place that the address names.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::components::{Footer, Header, Notices, Problems};
use super::hooks::use_route;
use super::pages;
use super::state::{Action, HostRef, Store, UiState};
use crate::browser::host::Host;
use crate::view::Model;
use crate::view::route::Route;

/// Least time between two drawings of the page in milliseconds: reports come more often than eyes
/// follow, and each drawing takes time from the miners.
const REDRAW_MS: u32 = 100;

/// The root component.
#[component]
pub(crate) fn App() -> Html {
    let host = use_memo((), |()| {
        let search = gloo::utils::window().location().search().unwrap_or_default();
        HostRef(Host::open(&search))
    });
    let store = {
        let host = Rc::clone(&host);
        use_reducer(move || UiState::new(host.0.model()))
    };
    use_updates(&host, &store);
    let route = use_route();
    use_effect_with(route.clone(), |route| {
        gloo::utils::document().set_title(&format!("{} - Aurex Playground", route.title()));
        gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
    });
    html! {
        <ContextProvider<HostRef> context={(*host).clone()}>
            <ContextProvider<Store> context={store}>
                <a key="skip" class="skip" href={format!("{}#content", super::components::here())} onclick={skip()}>
                    { "Skip to the content" }
                </a>
                <Header key="header" tab={route.tab()} />
                <div key="page" class="page">
                    <Problems key="problems" />
                    <main key={main_key(&route)} id="content" class="content" tabindex="-1">{ page(&route) }</main>
                    <Footer key="footer" />
                </div>
                <Notices key="notices" />
            </ContextProvider<Store>>
        </ContextProvider<HostRef>>
    }
}

/// A page is kept while only its parameters change, except where another thing is shown.
fn main_key(route: &Route) -> String {
    match route {
        Route::Block(_) | Route::Transaction(_) => route.fragment(),
        Route::Network
        | Route::Chain
        | Route::Ledger(..)
        | Route::Transact
        | Route::Console
        | Route::Settings
        | Route::Missing(_) => route.title().to_owned(),
    }
}

fn page(route: &Route) -> Html {
    match route {
        Route::Network => html! { <pages::Network /> },
        Route::Chain => html! { <pages::Chain /> },
        Route::Block(which) => html! { <pages::Block which={which.clone()} /> },
        Route::Transaction(id) => html! { <pages::Transaction id={id.clone()} /> },
        Route::Ledger(table, filter) => html! { <pages::Ledger table={table.clone()} filter={filter.clone()} /> },
        Route::Transact => html! { <pages::Transact /> },
        Route::Console => html! { <pages::Console /> },
        Route::Settings => html! { <pages::Settings /> },
        Route::Missing(text) => html! { <pages::Missing text={text.clone()} /> },
    }
}

/// Moves the focus to the content without changing the place.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        super::components::focus("content");
    })
}

/// Feeds the controller's pictures into the state, at most one per [`REDRAW_MS`].
#[hook]
fn use_updates(host: &Rc<HostRef>, store: &Store) {
    let dispatcher = store.dispatcher();
    use_effect_with(Rc::clone(host), move |host| {
        let waiting: Rc<RefCell<Option<Rc<Model>>>> = Rc::default();
        let timer: Rc<RefCell<Option<Timeout>>> = Rc::default();
        let last = Rc::new(Cell::new(f64::MIN));
        let subscription = host.0.subscribe(move |model| {
            let now = js_sys::Date::now();
            if now - last.get() >= f64::from(REDRAW_MS) && waiting.borrow().is_none() {
                last.set(now);
                dispatcher.dispatch(Action::Model(model));
            } else if waiting.replace(Some(model)).is_none() {
                let (dispatcher, waiting, last) = (dispatcher.clone(), Rc::clone(&waiting), Rc::clone(&last));
                let timeout = Timeout::new(REDRAW_MS, move || {
                    last.set(js_sys::Date::now());
                    if let Some(model) = waiting.take() {
                        dispatcher.dispatch(Action::Model(model));
                    }
                });
                timer.replace(Some(timeout));
            }
        });
        move || drop(subscription)
    });
}
