//! An address that names no place.

use yew::prelude::*;

use crate::ui::components::To;
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct MissingProps {
    pub(crate) text: String,
}

/// Says that there is nothing here, and where there is something.
#[component]
pub(crate) fn Missing(props: &MissingProps) -> Html {
    html! {
        <section class="panel">
            <h1>{ "There is no such page" }</h1>
            <p>{ "The address names " }<code>{ props.text.clone() }</code>{ ", which is none of the pages." }</p>
            <p><To route={Route::Network}>{ "Go to the network" }</To></p>
        </section>
    }
}
