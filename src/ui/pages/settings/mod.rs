//! Settings: pace, difficulty, links, a network of another size, colours, storage, and a new start.
//! Each row has a name, a value, and what it does.

mod difficulty;
mod links;
mod networks;
mod pace;
mod rows;
mod storage;

use yew::prelude::*;

use self::difficulty::Difficulty;
use self::links::Links;
use self::networks::networks;
use self::pace::Pace;
use self::rows::{section, setting};
use self::storage::Storage;
use crate::app::pages::settings::Settings;
use crate::ui::actions::Actions;
use crate::ui::bridge::use_page;
use crate::ui::components::Staggered;
use crate::ui::context::{use_actions, use_theme};
use crate::ui::theme::Theme;

/// The page of settings.
#[component]
pub(crate) fn SettingsPage() -> Html {
    let (actions, typed) = (use_actions(), use_page(Settings::default));
    html! {
        <div class="settings-page">
            <h1 class="visually-hidden">{ "Settings" }</h1>
            <Pace typed={typed.clone()} />
            <Staggered steps={1}><Difficulty typed={typed.clone()} /></Staggered>
            <Staggered steps={2}><Links typed={typed.clone()} /></Staggered>
            <Staggered steps={3}>{ networks(actions.clone(), &typed) }</Staggered>
            <Staggered steps={4}><Colours /><Storage />{ about(actions) }</Staggered>
        </div>
    }
}

/// The section of the colours.
#[component]
fn Colours() -> Html {
    let (actions, chosen) = (use_actions(), use_theme());
    let choose = |theme: Theme| {
        let actions = actions.clone();
        move |_: MouseEvent| actions.choose_theme(theme)
    };
    let name = |theme| match theme {
        Theme::System => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    let choice = setting(
        "Light or dark",
        "The choice is kept in this browser.",
        html! {
            <div class="toolbar" role="group" aria-label="Colours">
                for theme in Theme::ALL {
                    <button key={theme.word()} type="button" aria-pressed={(theme == chosen).to_string()} onclick={choose(theme)}>{ name(theme) }</button>
                }
            </div>
        },
    );
    section("Colours", "", vec![choice])
}

/// What the program is.
fn about(actions: Actions) -> Html {
    let onclick = move |_: MouseEvent| actions.app().begin_tour();
    html! {
        <section class="panel" aria-label="About">
            <h2>{ "About" }</h2>
            <p>{ format!("Aurex Playground {}. A real, small blockchain network that runs wholly in a browser tab.", env!("CARGO_PKG_VERSION")) }</p>
            <p>
                { "Every node is a web worker with its own keys, mempool, chain and database. Blocks are mined by real SHA-256 or signed by real Ed25519 keys, sent as bytes over a broadcast channel, and checked by every node. " }
                { "No request leaves this origin. The coins are worth nothing." }
            </p>
            <p class="text-hint">{ "The same words as in the console work for scripts: " }<code>{ "await aurex.status()" }</code>{ "." }</p>
            <p><button type="button" {onclick}>{ "Take the tour" }</button></p>
        </section>
    }
}
