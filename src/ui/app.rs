//! The page as a whole: opens the network, keeps the state, and shows the place that the address names.

use std::rc::Rc;

use yew::prelude::*;

use super::actions::Actions;
use super::components::{footer, header, notices, problems};
use super::hooks::{Guard, use_effect_on, use_route};
use super::pages::{console, missing};
use super::part::{View, part};
use super::state::{Action, Store, UiState};
use crate::app::App as Host;
use crate::ui::kept::use_kept;
use crate::ui::markup::html;
use crate::view::route::Route;

/// The app that the page shows.
#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) app: Rc<Host>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.app, &other.app)
    }
}

/// The root component.
#[component]
pub(crate) fn App(props: &Props) -> Html {
    let host = Rc::clone(&props.app);
    let store = {
        let host = Rc::clone(&host);
        use_kept(move || UiState::new(host.model()))
    };
    let actions = Actions::new(Rc::clone(&host), store.keeper());
    use_updates(Rc::clone(&host), &store);
    let route = use_route();
    {
        let (key, route) = (route.fragment(), route.clone());
        let effect = move || {
            gloo::utils::document().set_title(&format!("{} - Aurex Playground", route.title()));
            gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
            None
        };
        use_effect_on(key, Box::new(effect));
    }
    let content = html! {
        <a key="skip" class="skip" href={format!("{}#content", super::components::here())} onclick={skip()}>
            { "Skip to the content" }
        </a>
        { header(&actions, &store, &route.tab()) }
        <div key="page" class="page">
            { problems(&store.model, &host) }
            <main key={main_key(&route)} id="content" class="content" tabindex="-1">{ page(&actions, route) }</main>
            { footer() }
        </div>
        { notices(&actions, &store) }
    };
    yew::html! { <ContextProvider<Store> context={store.clone()}>{ content }</ContextProvider<Store>> }
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

fn page(actions: &Actions, route: Route) -> Html {
    let view = match route {
        Route::Network => View::Network,
        Route::Chain => View::Chain,
        Route::Block(which) => View::Block(which),
        Route::Transaction(id) => View::Transaction(id),
        Route::Ledger(table, filter) => View::Ledger(table, filter),
        Route::Transact => View::Transact,
        Route::Console => return console(actions),
        Route::Settings => View::Settings,
        Route::Missing(text) => return missing(&text),
    };
    part(actions, "page", view)
}

/// Moves the focus to the content without changing the place.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        super::components::focus("content");
    })
}

/// Feeds the controller's pictures into the state.
#[hook]
fn use_updates(host: Rc<Host>, store: &Store) {
    let dispatcher = store.keeper();
    let effect = move || -> Guard {
        Some(Box::new(host.subscribe(move |model| {
            dispatcher.dispatch(Action::Model(model))
        })))
    };
    use_effect_on(String::new(), Box::new(effect));
}
