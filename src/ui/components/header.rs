//! The head and the foot of every page: name, tabs, search and theme.

use yew::prelude::*;

use super::search::Search;
use super::tab_link;
use crate::ui::actions::Actions;
use crate::ui::context::{use_actions, use_theme};
use crate::ui::theme::Theme;
use crate::view::route::Route;

/// The tabs with their pictures: paths in a 24 by 24 box.
const TABS: [(Route, &str); 7] = [
    (
        Route::Network,
        "M12 4v5M12 9l-6 7M12 9l6 7M12 2.5a2 2 0 1 0 0 .01M5 18a2 2 0 1 0 0 .01M19 18a2 2 0 1 0 0 .01",
    ),
    (Route::Chain, "M3 8h6v8H3zM15 8h6v8h-6zM9 12h6"),
    (
        Route::Ledger(String::new(), String::new()),
        "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
    ),
    (
        Route::Transact,
        "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
    ),
    (
        Route::Lab,
        "M9 3h6M10 3v6l-5.5 9.5A1.6 1.6 0 0 0 6 21h12a1.6 1.6 0 0 0 1.5-2.5L14 9V3M7.5 15h9",
    ),
    (Route::Console, "M4 5h16v14H4zM7 9l3 3-3 3M12 15h5"),
    (
        Route::Settings,
        "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4",
    ),
];

#[derive(Properties, PartialEq)]
pub(crate) struct HeaderProps {
    /// The tab of the place that is shown.
    pub(crate) tab: Route,
}

/// The head of the page.
#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let network = use_actions().app().model().network.clone();
    html! {
        <header class="header">
            <div class="brand">
                { logo() }
                <span class="brand-name">{ "Aurex Playground" }</span>
                <span class="brand-network" title="Name of the network">{ network }</span>
            </div>
            <nav class="tabs" aria-label="Pages">
                for (route, path) in TABS {
                    { tab_link(&route, "tab", route == props.tab, html! {
                        <>
                            { icon(path) }<span>{ route.title() }</span>
                        </>
                    }) }
                }
            </nav>
            if props.tab != Route::Lab {
                <Search />
            }
            <ThemeButton />
        </header>
    }
}

fn icon(path: &'static str) -> Html {
    html! { <svg viewBox="0 0 24 24" width="20" height="20" class="icon" aria-hidden="true"><path d={path} /></svg> }
}

/// The sign of the program, as in `static/icon.svg`.
fn logo() -> Html {
    html! {
        <svg viewBox="0 0 32 32" width="28" height="28" class="logo" aria-hidden="true">
            <rect width="32" height="32" rx="7" class="logo-ground" />
            <path d="M16 4.5 26 10.2v11.6L16 27.5 6 21.8V10.2z" class="logo-outer" />
            <path d="M16 16v11.5M16 16 6 10.2M16 16l10-5.8" class="logo-inner" />
        </svg>
    }
}

/// Goes through system, light and dark.
#[component]
fn ThemeButton() -> Html {
    let (actions, theme) = (use_actions(), use_theme());
    let path = match theme {
        Theme::System => "M4 5h16v11H4zM9 20h6M12 16v4",
        Theme::Light => {
            "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2"
        }
        Theme::Dark => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
    };
    let (now, next) = (theme.word(), theme.next().word());
    let label = format!("Colours: {now}. Change to {next}");
    let onclick = move |_: MouseEvent| actions.choose_theme(theme.next());
    html! {
        <button type="button" class="button-theme" aria-label={label.clone()} title={label} {onclick}>{ icon(path) }</button>
    }
}

/// The foot of the page.
#[component]
pub(crate) fn Footer() -> Html {
    // The laboratory's program has none: the tour goes round the live network.
    let actions = use_context::<Actions>();
    let tour = actions.map(|actions| {
        let onclick = move |_: MouseEvent| actions.app().begin_tour();
        html! { <button type="button" class="button-text" {onclick}>{ "Take the tour" }</button> }
    });
    html! {
        <footer class="footer">
            <p>
                { "Every node, hash, signature and ledger here is real and runs in this browser. Nothing leaves it. " }
                { "The links between nodes and the pace of the miners are under your control." }
            </p>
            { for tour }
        </footer>
    }
}
