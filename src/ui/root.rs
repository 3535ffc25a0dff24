//! The page as a whole: opens the network, keeps what the page remembers, and shows the place that the address
//! names.

use yew::prelude::*;

use super::actions::Actions;
use super::bridge::use_page;
use super::components::{Footer, Header, NoticeList, ProblemList, StatusStrip, Tour, focus, here};
use super::context::Picture;
use super::hooks::use_route;
use super::pages::{
    BlockPage, ChainPage, ChartsPage, ConsolePage, LabPage, LedgerPage, MissingPage, NetworkPage,
    SettingsPage, TransactPage, TransactionPage,
};
use super::shared::Shared;
use super::theme::{self, Theme};
use crate::app::pages::notices::Notices;
use crate::app::pages::selection::Selection;
use crate::app::{App, Subscription};
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct RootProps {
    /// The app that the page shows.
    pub(crate) app: Shared<App>,
}

/// The root component: it provides every context.
#[component]
pub(crate) fn Root(props: &RootProps) -> Html {
    let picture = use_newest_picture(&props.app);
    let notices = use_page(Notices::default);
    let selection = use_page(Selection::default);
    let theme = use_state_eq(theme::stored);
    theme::use_colours(*theme);
    let actions = Actions::new(
        props.app.clone(),
        notices.dispatcher(),
        selection.dispatcher(),
        theme.setter(),
    );
    html! {
        <ContextProvider<Actions> context={actions}>
        <ContextProvider<Theme> context={*theme}>
        <ContextProvider<Notices> context={(**notices).clone()}>
        <ContextProvider<Selection> context={(**selection).clone()}>
        <ContextProvider<Picture> context={picture}>
            <Place />
        </ContextProvider<Picture>>
        </ContextProvider<Selection>>
        </ContextProvider<Notices>>
        </ContextProvider<Theme>>
        </ContextProvider<Actions>>
    }
}

/// The newest picture of the controller.
#[hook]
fn use_newest_picture(app: &Shared<App>) -> Picture {
    let picture = use_state_eq(|| Picture::from(app.model()));
    let (setter, app) = (picture.setter(), app.clone());
    use_effect_with((), move |()| {
        let subscription: Subscription = app.subscribe(move |model| setter.set(model.into()));
        move || drop(subscription)
    });
    (*picture).clone()
}

/// The place that the address names, with the head and the foot of every page.
#[component]
fn Place() -> Html {
    let route = use_route();
    let in_laboratory = route.tab() == Route::Lab;
    use_effect_with(route.clone(), |route| {
        gloo::utils::document().set_title(&format!("{} - Aurex Playground", route.title()));
        gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
    });
    html! {
        <>
            <a class="skip-link" href={format!("{}#content", here())} onclick={skip}>{ "Skip to the content" }</a>
            <Header tab={route.tab()} />
            if !in_laboratory {
                <StatusStrip />
            }
            <Tour place={route.clone()} />
            <div class={classes!("page", in_laboratory.then_some("page-lab"))}>
                <ProblemList />
                <main key={main_key(&route)} id="content" tabindex="-1">{ page(route) }</main>
                <Footer />
            </div>
            <NoticeList />
        </>
    }
}

/// A page is kept while only its parameters change, except where another thing is shown.
fn main_key(route: &Route) -> String {
    match route {
        Route::Block(_) | Route::Transaction(_) => route.fragment(),
        // An exercise is opened while the page of the laboratory stays.
        Route::Bench | Route::Exercise(_) | Route::LabLink(_) => "Bench".to_owned(),
        Route::Network
        | Route::Lab
        | Route::Chain
        | Route::Charts
        | Route::Ledger(..)
        | Route::Transact
        | Route::Console
        | Route::Settings
        | Route::Missing(_) => route.title().to_owned(),
    }
}

fn page(route: Route) -> Html {
    match route {
        Route::Network => html! { <NetworkPage /> },
        Route::Chain => html! { <ChainPage /> },
        Route::Charts => html! { <ChartsPage /> },
        Route::Block(which) => html! { <BlockPage {which} /> },
        Route::Transaction(id) => html! { <TransactionPage {id} /> },
        Route::Ledger(table, filter) => html! { <LedgerPage {table} {filter} /> },
        Route::Transact => html! { <TransactPage /> },
        Route::Console => html! { <ConsolePage /> },
        place @ (Route::Lab | Route::Bench | Route::Exercise(_) | Route::LabLink(_)) => {
            html! { <LabPage {place} /> }
        }
        Route::Settings => html! { <SettingsPage /> },
        Route::Missing(address) => html! { <MissingPage {address} /> },
    }
}

/// Moves the focus to the content without changing the place.
fn skip(event: MouseEvent) {
    event.prevent_default();
    focus("content");
}
