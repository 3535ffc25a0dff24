//! An address that names no place.

use yew::prelude::*;

use crate::ui::components::to;
use crate::ui::markup::html;
use crate::view::route::Route;

/// Says that there is nothing here, and where there is something.
pub(crate) fn missing(text: &str) -> Html {
    html! {
        <section class="panel">
            <h1>{ "There is no such page" }</h1>
            <p>{ "The address names " }<code>{ text.to_owned() }</code>{ ", which is none of the pages." }</p>
            <p>{ to(&Route::Network, "", "Go to the network".into()) }</p>
        </section>
    }
}
