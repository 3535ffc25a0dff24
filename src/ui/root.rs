//! The page as a whole: opens the network, keeps what the page remembers, and shows the page that
//! the address names.

use yew::prelude::*;

use super::actions::Actions;
use super::bridge::use_page;
use super::components::{Footer, Header, NoticeList, ProblemList, StatusStrip, Tour, focus, here};
use super::context::{Picture, use_newest_picture};
use super::hooks::use_route;
use super::notifier::Notifier;
use super::pages::{LabPlace, SettingsPage, live, missing_page};
use super::shared::Shared;
use super::theme::{self, Theme};
use crate::app::App;
use crate::app::pages::notices::Notices;
use crate::app::pages::selection::Selection;
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
    let notifier = Notifier::new(notices.dispatcher());
    let actions = Actions::new(
        props.app.clone(),
        notifier.clone(),
        selection.dispatcher(),
        theme.setter(),
    );
    html! {
        <ContextProvider<Actions> context={actions}>
        <ContextProvider<Notifier> context={notifier}>
        <ContextProvider<Theme> context={*theme}>
        <ContextProvider<Notices> context={(**notices).clone()}>
        <ContextProvider<Selection> context={(**selection).clone()}>
        <ContextProvider<Picture> context={picture}>
            <Page />
        </ContextProvider<Picture>>
        </ContextProvider<Selection>>
        </ContextProvider<Notices>>
        </ContextProvider<Theme>>
        </ContextProvider<Notifier>>
        </ContextProvider<Actions>>
    }
}

/// The page that the address names, with the head and the foot of every page.
#[component]
fn Page() -> Html {
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
            <Tour route={route.clone()} />
            if in_laboratory {
                <LabPlace />
            } else {
                <StatusStrip />
                <div class="page">
                    <ProblemList />
                    <main key={main_key(&route)} id="content" tabindex="-1">{ page(route) }</main>
                    <Footer />
                </div>
                <NoticeList />
            }
        </>
    }
}

/// A page is kept while only its parameters change, except where another thing is shown.
fn main_key(route: &Route) -> String {
    match route {
        Route::Block(_) | Route::Reorganisation(..) | Route::Transaction(_) => route.fragment(),
        Route::Network
        | Route::Lab
        | Route::Bench
        | Route::Exercise(_)
        | Route::LabLink(_)
        | Route::Within(..)
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
    if route == Route::Settings {
        html! { <SettingsPage /> }
    } else if let Route::Missing(address) = route {
        missing_page(&address)
    } else {
        // Another program draws the laboratory.
        live(route)
    }
}

/// Moves the focus to the content without changing the address.
fn skip(event: MouseEvent) {
    event.prevent_default();
    focus("content");
}
