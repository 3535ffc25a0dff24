//! Links to places of the page, and hashes.

use std::cell::RefCell;
use std::sync::OnceLock;

use yew::prelude::*;

use crate::view::figures::short;
use crate::view::route::Route;

/// The page's own address without the fragment. Links carry it, as `<base>` would otherwise take a bare fragment to
/// another document and lose the query. Neither changes as long as the page is open.
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

#[derive(Properties, PartialEq)]
pub(crate) struct PageLinkProps {
    pub(crate) to: Route,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) title: Option<AttrValue>,
    /// Whether it is the place that is shown.
    #[prop_or_default]
    pub(crate) current: bool,
    pub(crate) children: Html,
}

/// A link to a place of the page.
#[component]
pub(crate) fn PageLink(props: &PageLinkProps) -> Html {
    let href = format!("{}{}", here(), fragment(&props.to));
    html! {
        <a class={props.class.clone()} {href} title={props.title.clone()} aria-current={props.current.then_some("page")}>
            { props.children.clone() }
        </a>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct HashProps {
    pub(crate) hash: AttrValue,
    /// The place that it leads to.
    #[prop_or_default]
    pub(crate) to: Option<Route>,
}

/// The first digits of a hash, with all of it as the title.
#[component]
pub(crate) fn Hash(props: &HashProps) -> Html {
    let text = short(&props.hash);
    match &props.to {
        Some(to) => {
            html! { <PageLink to={to.clone()} class="hash" title={&props.hash}>{ text }</PageLink> }
        }
        None => html! { <span class="hash" title={&props.hash}>{ text }</span> },
    }
}
