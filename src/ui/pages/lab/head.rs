//! The head of a scenario: that this is the laboratory, what is open, and how to save it.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::files::save;
use crate::app::lab::pretty;
use crate::app::pages::lab::words::agreement;
use crate::ui::components::{Tone, badge, go, here, page_link};
use crate::ui::lab::{Drawn, Scene};
use crate::view::route::Route;

/// The head.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| {
        (&one.bench.about, one.bench.goal_at, &one.bench.nodes)
            == (&other.bench.about, other.bench.goal_at, &other.bench.nodes)
    },
};

fn draw(scene: &Scene) -> Html {
    let (bench, hands) = (&scene.bench, scene.hands.clone());
    let Some(about) = bench.about.clone() else {
        return html! {};
    };
    let keep = {
        let (hands, title) = (hands.clone(), about.title.clone());
        move |_: MouseEvent| {
            let (hands, title) = (hands.clone(), title.clone());
            spawn_local(async move {
                match hands.laboratory().rc().export().await {
                    Ok(text) => {
                        let name = save(&title, &pretty(&text));
                        hands.notifier().done(&format!("Saved as {name}."));
                    }
                    Err(error) => hands.notifier().refuse(&error),
                }
            });
        }
    };
    let link = {
        let hands = hands.clone();
        move |_: MouseEvent| {
            let hands = hands.clone();
            spawn_local(async move {
                match hands.laboratory().rc().page_link().await {
                    Ok(fragment) => {
                        let origin = gloo::utils::window()
                            .location()
                            .origin()
                            .unwrap_or_default();
                        hands.notifier().copy(
                            format!("{origin}{}{fragment}", here()),
                            "Link to this moment",
                        );
                    }
                    Err(error) => hands.notifier().refuse(&error),
                }
            });
        }
    };
    let close = {
        let hands = hands.clone();
        move |_: MouseEvent| {
            hands.laboratory().close();
            go(&Route::Lab);
        }
    };
    let goal = match (&about.goal, bench.goal_at) {
        (None, _) => None,
        (Some(_), None) => Some((Tone::Busy, "goal open")),
        (Some(_), Some(_)) => Some((Tone::Good, "goal reached")),
    };
    html! {
        <header class="lab-head">
            <div class="lab-title">
                <span class="lab-word">{ "Laboratory" }</span>
                <h1>{ about.title.clone() }</h1>
                if let Some((tone, text)) = goal {
                    <span id="lab-goal-badge">{ badge(tone, text) }</span>
                }
            </div>
            <p class="lab-agreement" id="lab-agreement">{ agreement(bench) }</p>
            <div class="toolbar">
                { page_link(&Route::Lab, "button", "All exercises") }
                <button type="button" onclick={link}>{ "Copy as link" }</button>
                <button type="button" onclick={keep}>{ "Save as file" }</button>
                <button type="button" onclick={close}>{ "Close" }</button>
            </div>
        </header>
    }
}
