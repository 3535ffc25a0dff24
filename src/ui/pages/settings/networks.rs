//! Links to this network and to networks of other sizes.

use yew::prelude::*;

use super::rows::{Typed, labelled_setting, number_input, section, setting};
use crate::app::pages::settings::Number;
use crate::ui::actions::Actions;

/// The section of the networks.
pub(super) fn networks(actions: Actions, typed: &Typed) -> Html {
    let network = actions.app().model().network.clone();
    let path = gloo::utils::window().location().pathname();
    let link = typed.network().map(|link| link.query());
    let href = link.map(|query| path.unwrap_or_default() + &query);
    let copy = move |_: MouseEvent| actions.copy(actions.app().page_link(), "Link");
    let about = format!(
        "This one is called {network}. Each size is a network of its own and keeps its own ledger."
    );
    let rows = vec![
        labelled_setting(
            "set-pow",
            "Proof-of-work nodes",
            "They search for nonces.",
            number_input("set-pow", Number::Pow, typed),
        ),
        labelled_setting(
            "set-poa",
            "Proof-of-authority nodes",
            "They seal blocks in turn.",
            number_input("set-poa", Number::Poa, typed),
        ),
        labelled_setting(
            "set-first-digits",
            "Difficulty in zero digits",
            "What the network begins with: each digit makes a work block 16 times as hard to find.",
            number_input("set-first-digits", Number::FirstDigits, typed),
        ),
        setting(
            "Another network",
            "Opens a network of these numbers in this tab. This one rests until its link is opened again.",
            html! {
                if let Some(href) = href {
                    <a class="button button-primary" {href}>{ "Open this network" }</a>
                } else {
                    <span class="text-refusal">{ "A network has at least one node, and all numbers within their bounds." }</span>
                }
            },
        ),
        setting(
            "This network",
            "Its size, difficulty and pace as a link, for another tab or another person.",
            html! { <button type="button" onclick={copy}>{ "Copy link to the network on the screen" }</button> },
        ),
    ];
    section("Networks", &about, rows)
}
