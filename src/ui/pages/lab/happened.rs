//! What happened up to the moment that is looked at, the latest first.

use yew::prelude::*;

use crate::app::pages::lab::timeline::time_text;
use crate::app::pages::lab::words::class_of;
use crate::lab::Happening;
use crate::lab::desk::Order;
use crate::ui::components::{empty, told};
use crate::ui::lab::{Drawn, Hands, Scene};

/// Lines that are drawn.
const LINES: usize = 60;

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| one.bench.happenings == other.bench.happenings,
};

fn draw(scene: &Scene) -> Html {
    let bench = &scene.bench;
    let lines = bench.happenings.iter().rev().take(LINES);
    html! {
        <section class="panel lab-happened" aria-label="What happened">
            <h2>{ "What happened" }</h2>
            <div class="lab-lines" id="lab-lines" tabindex="0" role="group" aria-label="What happened, the latest first, scrolls">
                if bench.happenings.is_empty() {
                    { empty("Nothing yet.") }
                }
                for (number, one) in lines.enumerate() {
                    { line(bench.happenings.len() - number, one, &scene.hands) }
                }
            </div>
        </section>
    }
}

fn line(key: usize, one: &Happening, hands: &Hands) -> Html {
    let go = hands.ordering(Order::Seek(one.at));
    html! {
        <p {key} class={classes!("lab-entry-line", class_of(one.what))}>
            <button type="button" class="button-plain lab-entry-time" title="Go to this moment" onclick={go}>{ time_text(one.at) }</button>
            if let Some(node) = &one.node {
                <strong>{ node }</strong>{ " " }
            }
            { told(&one.text) }
        </p>
    }
}
