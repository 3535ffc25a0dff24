//! What stands above and below every page: name, health, search, theme, tabs, pace, and what the tab does.

use yew::prelude::*;

use super::basics::to_tab;
use crate::ui::actions::Actions;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::state::UiState;
use crate::ui::theme::Theme;
use crate::view::Model;
use crate::view::route::Route;
use crate::view::words::{self, Tone};

/// The tabs with their pictures: paths in a 24 by 24 box.
const TABS: [(Route, &str); 6] = [
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
    (Route::Console, "M4 5h16v14H4zM7 9l3 3-3 3M12 15h5"),
    (
        Route::Settings,
        "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4",
    ),
];

/// The head of the page, with the tab of the place that is shown.
pub(crate) fn header(actions: &Actions, state: &UiState, tab: &Route) -> Html {
    let link = |(route, path): &(Route, &'static str)| {
        let content = html! {
            <>
                <svg viewBox="0 0 24 24" width="20" height="20" class="icon" aria-hidden="true"><path d={*path} /></svg>
                <span>{ route.title() }</span>
            </>
        };
        to_tab(route, "tab", *route == *tab, content)
    };
    html! {
        <key="header">
            <header key="top" class="top">
                <div key="brand" class="brand">
                    { logo() }
                    <span class="name">{ "Aurex Playground" }</span>
                    <span class="network" title="Name of the network">{ state.model.network.clone() }</span>
                </div>
                <nav key="tabs" class="tabs" aria-label="Pages">{ for TABS.iter().map(link) }</nav>
                { part(actions, "header", View::Search) }
                { theme_button(actions, state.theme) }
            </header>
            { status(&state.model) }
        </>
    }
}

/// The sign of the program, as in `static/icon.svg`.
fn logo() -> Html {
    html! {
        <svg viewBox="0 0 32 32" width="28" height="28" class="logo" aria-hidden="true">
            <rect width="32" height="32" rx="7" class="ground" />
            <path d="M16 4.5 26 10.2v11.6L16 27.5 6 21.8V10.2z" class="outer" />
            <path d="M16 16v11.5M16 16 6 10.2M16 16l10-5.8" class="inner" />
        </svg>
    }
}

/// The line below the head: health, pace, and what the tab does.
fn status(model: &Model) -> Html {
    let health = words::health(model);
    let tone = match health.tone {
        Tone::Good => "good",
        Tone::Busy => "busy",
        Tone::Split => "split",
        Tone::Still => "still",
    };
    html! {
        <div key="status" class="status">
            <p key="health" class={classes!("health", tone)} id="health" role="status" aria-live="polite">
                <span class="dot" aria-hidden="true"></span>
                <span class="sentence">{ health.sentence }</span>
                // The height changes with each block: that is not read aloud.
                <span aria-live="off">{ if health.detail.is_empty() { String::new() } else { format!(" {}", health.detail) } }</span>
            </p>
            <p key="pace" class="pace" title="Each miner's measured hash rate and its limit">{ words::pace(model) }</p>
            <p key="mode" class="mode">{ words::tab(model.mode) }</p>
        </div>
    }
}

/// Goes through system, light and dark.
fn theme_button(actions: &Actions, theme: Theme) -> Html {
    let actions = actions.clone();
    let path = match theme {
        Theme::System => "M4 5h16v11H4zM9 20h6M12 16v4",
        Theme::Light => {
            "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2"
        }
        Theme::Dark => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
    };
    let label = format!(
        "Colours: {}. Change to {}",
        theme.word(),
        theme.next().word()
    );
    html! {
        <button key="theme" type="button" class="theme" aria-label={label.clone()} title={label}
            onclick={Callback::from(move |_: MouseEvent| actions.theme(theme.next()))}>
            <svg viewBox="0 0 24 24" width="20" height="20" class="icon" aria-hidden="true"><path d={path} /></svg>
        </button>
    }
}

/// The foot of the page.
pub(crate) fn footer() -> Html {
    html! {
        <footer key="footer" class="foot">
            <p>
                { "Every node, hash, signature and ledger here is real and runs in this browser. Nothing leaves it. " }
                { "The links between nodes and the pace of the miners are under your control." }
            </p>
        </footer>
    }
}
