//! An address that names no place.

use yew::prelude::*;

use crate::ui::components::page_link;
use crate::view::route::Route;

/// That there is nothing at an address, and where there is something.
pub(crate) fn missing_page(address: &str) -> Html {
    html! {
        <section class="panel">
            <h1>{ "There is no such page" }</h1>
            <p>{ "The address names " }<code>{ address }</code>{ ", which is none of the pages." }</p>
            <p>{ page_link(&Route::Network, "", "Go to the network") }</p>
        </section>
    }
}
