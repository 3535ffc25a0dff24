//! Links to places of the page, and hashes.

use std::cell::RefCell;
use std::sync::OnceLock;

use yew::prelude::*;

use super::told;
use crate::view::figures::short;
use crate::view::route::Route;

/// The page's own address without the fragment. Links carry it, as `<base>` would otherwise take a
/// bare fragment to another document and lose the query. Neither changes as long as the page is
/// open.
pub(crate) fn here() -> &'static str {
    static HERE: OnceLock<String> = OnceLock::new();
    HERE.get_or_init(|| {
        let location = gloo::utils::window().location();
        location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
    })
}

thread_local! {
    static SCENARIO: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on links to pages of the network lead to those of a scenario in the laboratory.
pub(crate) fn stay_within(scenario: &str) {
    SCENARIO.set(Some(scenario.to_owned()));
}

/// The fragment of a place, or of the same page of the scenario in which one is.
fn fragment(route: &Route) -> String {
    let stays = !matches!(route.tab(), Route::Lab | Route::Settings);
    SCENARIO.with_borrow(|scenario| match scenario {
        Some(name) if stays => Route::Within(name.clone(), Box::new(route.clone())).fragment(),
        _ => route.fragment(),
    })
}

/// Goes to a place.
pub(crate) fn go(route: &Route) {
    // Fails only for a fragment that is no text.
    let _ = gloo::utils::window().location().set_hash(&fragment(route));
}

fn href(to: &Route) -> String {
    format!("{}{}", here(), fragment(to))
}

/// A link to a place of the page; its class may be empty.
pub(crate) fn page_link(to: &Route, class: &'static str, text: impl Into<Html>) -> Html {
    let text = text.into();
    html! { <a {class} href={href(to)}>{ text }</a> }
}

/// A link to a place of the page with a title.
pub(crate) fn titled_link(to: &Route, class: &'static str, title: &str, text: &str) -> Html {
    html! { <a {class} href={href(to)} title={title.to_owned()}>{ told(text) }</a> }
}

/// A link to a place of the page, in a row of links that says which place is the `current` one.
pub(crate) fn tab_link(
    to: &Route,
    class: &'static str,
    current: bool,
    text: impl Into<Html>,
) -> Html {
    let (text, href) = (text.into(), href(to));
    html! { <a key={href.clone()} {class} {href} aria-current={current.then_some("page")}>{ text }</a> }
}

/// The first digits of a hash, with all of it as the title, and the place that it leads to.
pub(crate) fn short_hash(hash: &str, to: Option<Route>) -> Html {
    let text = short(hash);
    match to {
        Some(to) => titled_link(&to, "hash", hash, &text),
        None => html! { <span class="hash" title={hash.to_owned()}>{ text }</span> },
    }
}
