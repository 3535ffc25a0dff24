//! An address that names no place.

use yew::prelude::*;

use crate::ui::components::PageLink;
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct MissingPageProps {
    /// The part of the address that is not understood.
    pub(crate) address: AttrValue,
}

/// That there is nothing here, and where there is something.
#[component]
pub(crate) fn MissingPage(props: &MissingPageProps) -> Html {
    html! {
        <section class="panel">
            <h1>{ "There is no such page" }</h1>
            <p>{ "The address names " }<code>{ &props.address }</code>{ ", which is none of the pages." }</p>
            <p><PageLink to={Route::Network}>{ "Go to the network" }</PageLink></p>
        </section>
    }
}
