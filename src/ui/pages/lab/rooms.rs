//! The pages of the live network on the nodes of the scenario: what they need from above them, and
//! the bar of their tabs.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::App;
use crate::app::pages::selection::Selection;
use crate::ui::actions::Actions;
use crate::ui::bridge::use_page;
use crate::ui::components::{Search, empty, tab_link};
use crate::ui::context::{Picture, use_newest_picture, use_notifier};
use crate::ui::pages::live::live;
use crate::ui::shared::Shared;
use crate::ui::theme;
use crate::view::route::Route;

/// The pages beside the bench, in the order of their tabs.
fn rooms() -> [Route; 5] {
    [
        Route::Network,
        Route::Chain,
        Route::Ledger(String::new(), String::new()),
        Route::Transact,
        Route::Console,
    ]
}

/// The tabs of the laboratory; `room` is the page of the network that is shown, none for the bench.
pub(super) fn tabs(bench: Route, room: Option<&Route>) -> Html {
    let shown = room.map(Route::tab);
    html! {
        <nav class="lab-tabs" aria-label="Pages of the laboratory">
            { tab_link(&bench, "lab-tab", room.is_none(), "Bench") }
            for route in rooms() {
                { tab_link(&route, "lab-tab", shown.as_ref() == Some(&route), route.title()) }
            }
        </nav>
    }
}

/// One page of the network. Another scenario is another app, and has pages of its own.
pub(super) fn draw(app: Rc<App>, room: &Route) -> Html {
    let key = format!("{:p}", Rc::as_ptr(&app));
    html! { <Room {key} app={Shared::from(app)} room={room.clone()} /> }
}

#[derive(Properties, PartialEq)]
struct RoomProps {
    /// The app on the nodes of the scenario.
    app: Shared<App>,
    /// Which of its pages.
    room: Route,
}

/// The page, with every context that it reads.
#[component]
fn Room(props: &RoomProps) -> Html {
    let picture = use_newest_picture(&props.app);
    let selection = use_page(Selection::default);
    let theme = use_state_eq(theme::stored);
    let actions = Actions::new(
        props.app.clone(),
        use_notifier(),
        selection.dispatcher(),
        theme.setter(),
    );
    let page = if let Route::Missing(address) = &props.room {
        empty(&format!("There is no page {address:?} of a scenario."))
    } else {
        live(props.room.clone())
    };
    html! {
        <ContextProvider<Actions> context={actions}>
        <ContextProvider<Selection> context={(**selection).clone()}>
        <ContextProvider<Picture> context={picture}>
            <div class="lab-search"><Search /></div>
            <div key={key(&props.room)} class="lab-room">{ page }</div>
        </ContextProvider<Picture>>
        </ContextProvider<Selection>>
        </ContextProvider<Actions>>
    }
}

/// A page is kept while only its parameters change, except where another thing is shown.
fn key(room: &Route) -> String {
    if matches!(
        room,
        Route::Block(_) | Route::Reorganisation(..) | Route::Transaction(_)
    ) {
        room.fragment()
    } else {
        room.title().to_owned()
    }
}
